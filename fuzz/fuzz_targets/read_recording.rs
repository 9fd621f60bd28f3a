//! Whatever the recording, it is read to its end.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    // The input is a slice, so nothing can go wrong with reading but its form.
    let _ = tightlip_recording::read(input, &mut |_, handed| {
        if let Ok(recorded) = handed {
            assert!(recorded.body.len() <= tightlip_recording::LARGEST_REPLY);
        }
        Ok(())
    });
});
