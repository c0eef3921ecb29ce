use serde::{Deserialize, de::Error};

/// Reads a struct from a JSON *object*. Serde alone would also take an array of its members.
pub fn from_object<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, serde_json::Error> {
    if text.trim_ascii_start().starts_with('{') {
        serde_json::from_str(text)
    } else {
        Err(serde_json::Error::custom("expected a JSON object"))
    }
}
