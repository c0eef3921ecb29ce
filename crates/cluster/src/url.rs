use std::{fmt::Write, os::unix::ffi::OsStrExt, path::Path};

use crate::server::{PORT, USER};

/// The connection URL of a database behind a socket. Port and TLS are spelled out, so that `PGPORT` and
/// `PGSSLMODE` of the caller's environment have no say.
pub(crate) fn url(socket_dir: &Path, database: &str) -> String {
    let host = escape(socket_dir.as_os_str().as_bytes());
    let database = escape(database.as_bytes());
    format!("postgres:///{database}?host={host}&port={PORT}&user={USER}&sslmode=disable")
}

fn escape(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len()), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(byte) {
            text.push(char::from(*byte));
        } else {
            write!(text, "%{byte:02X}").expect("writing to a string succeeds");
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_any_bytes_survives_in_the_url() {
        assert_eq!(
            url(Path::new("/srv/a b&c/socket"), "campanile"),
            "postgres:///campanile?host=/srv/a%20b%26c/socket&port=5432&user=campanile&sslmode=disable"
        );
    }
}
