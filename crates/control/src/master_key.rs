use std::{
    fmt,
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

use crate::{
    random::{random_bytes, random_hex},
    seal::SealingKey,
};

/// The 32 bytes that seal every tenant's data key. Whoever loses it loses all stored secrets;
/// whoever holds it and the database can read them: keep it apart from database backups.
pub struct MasterKey(pub(crate) SealingKey);

/// Why there is no master key.
#[derive(Debug, Error)]
pub enum MasterKeyError {
    /// The file could not be read or made.
    #[error("the master key file {path} cannot be used")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// Others than the owner may read the file: the key may be known already.
    #[error("the master key file {0} must be readable by its owner only (chmod 600)")]
    Exposed(PathBuf),
    /// The text is neither 64 hex digits nor base64 of 32 bytes.
    #[error("a master key is 32 bytes, written as 64 hex digits or base64")]
    Malformed,
}

impl MasterKey {
    /// Reads a key from 64 hex digits or base64 of 32 bytes; white space around it is ignored.
    pub fn from_text(text: &SecretString) -> Result<Self, MasterKeyError> {
        let text = text.expose_secret().trim();
        let bytes = hex::decode(text).or_else(|_| STANDARD.decode(text)).unwrap_or_default();
        let bytes = bytes.try_into().map_err(|_| MasterKeyError::Malformed)?;
        Ok(Self(SealingKey::new(bytes)))
    }

    /// Reads the key in the file, or makes a random one with mode 600 when there is no file yet.
    /// Of several processes that start at once, all get the same key. The directory must exist.
    pub fn load_or_create(path: &Path) -> Result<Self, MasterKeyError> {
        let at_path = |cause| MasterKeyError::File { path: path.to_owned(), cause };
        if !path.try_exists().map_err(at_path)? {
            create(path).map_err(at_path)?;
        }
        let mode = fs::metadata(path).map_err(at_path)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(MasterKeyError::Exposed(path.to_owned()));
        }
        Self::from_text(&fs::read_to_string(path).map_err(at_path)?.into())
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey")
    }
}

/// Writes a new key beside `path` and links it there complete: a crash leaves no half-written key,
/// and a key that another process made in between wins.
fn create(path: &Path) -> io::Result<()> {
    let text = SecretString::from(hex::encode(random_bytes::<32>()) + "\n");
    let draft = path.with_extension(format!("new-{}", random_hex::<8>()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    let linked = file
        .write_all(text.expose_secret().as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::Place;

    const PLACE: Place = Place { table: "t", row: uuid::Uuid::nil(), column: "c" };

    #[test]
    fn a_created_key_is_private_and_the_same_when_read_again() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("master.key");
        let sealed = MasterKey::load_or_create(&path).unwrap().0.seal_text(&"x".to_owned().into(), PLACE);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "no draft stays behind");
        assert!(MasterKey::load_or_create(&path).unwrap().0.open_text(&sealed, PLACE).is_ok());
    }

    #[test]
    fn an_exposed_or_malformed_file_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("master.key");
        MasterKey::load_or_create(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(MasterKey::load_or_create(&path), Err(MasterKeyError::Exposed(_))));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, "too short").unwrap();
        assert!(matches!(MasterKey::load_or_create(&path), Err(MasterKeyError::Malformed)));
    }

    #[test]
    fn a_key_is_read_from_hex_and_from_base64() {
        let hex = MasterKey::from_text(&("07".repeat(32) + "\n").into()).unwrap();
        let base64 = MasterKey::from_text(&STANDARD.encode([7; 32]).into()).unwrap();
        let sealed = hex.0.seal_text(&"x".to_owned().into(), PLACE);
        assert!(base64.0.open_text(&sealed, PLACE).is_ok());
        assert_eq!(format!("{hex:?}"), "MasterKey");
    }
}
