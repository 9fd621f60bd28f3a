use crate::ConfigurationFile;

/// The JSON schema of `tightlip.toml`, for editors.
pub fn schema() -> String {
    let schema = schemars::schema_for!(ConfigurationFile);
    let mut text = serde_json::to_string_pretty(&schema).expect("a schema is JSON");
    text.push('\n');
    text
}
