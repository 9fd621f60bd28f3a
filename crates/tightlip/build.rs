//! Gives the program an identity: a hash of all that it is made of. What another program has cached is not taken.

use std::fs;
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::Xxh3;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut parts = vec![root.join("catalogue"), root.join("Cargo.lock")];
    let rooms = fs::read_dir(root.join("crates")).into_iter().flatten().flatten();
    parts.extend(rooms.map(|room| room.path().join("src")).filter(|sources| sources.is_dir()));
    let mut files = Vec::new();
    for part in parts {
        println!("cargo:rerun-if-changed={}", part.display());
        collect(&part, &mut files);
    }
    files.sort();
    let mut hash = Xxh3::new();
    for file in files {
        let path = file.strip_prefix(&root).unwrap_or(&file);
        hash.update(path.as_os_str().as_encoded_bytes());
        hash.update(&fs::read(&file).unwrap_or_default());
    }
    println!("cargo:rustc-env=TIGHTLIP_IDENTITY={:032x}", hash.digest128());
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    match fs::read_dir(path) {
        Ok(entries) => entries.flatten().for_each(|entry| collect(&entry.path(), files)),
        Err(_) => files.push(path.to_path_buf()),
    }
}
