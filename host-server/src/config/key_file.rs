//! The root secret where the operator gives none: 32 random bytes in a file beside the database.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use countersign_core::secret::Secret;
use countersign_core::token::{HS256_SECRET_LEN_MIN, RootSecret};

use super::{KeyConfig, RootSource};
use crate::entropy::random;
use crate::keys::Secrets;

/// Bytes of a key made here: as many as every key that is derived from it.
const KEY_LEN: usize = HS256_SECRET_LEN_MIN;

/// The root secret of this source and the one before it; `None` where the source's file was never made.
///
/// # Errors
/// Where a key file cannot be read, is open to others or is no key.
pub(crate) fn existing_secrets(
    source: &RootSource,
    previous: Option<&RootSecret>,
) -> Result<Option<Secrets>, KeyFileError> {
    match source {
        RootSource::File(path) if !path.exists() => Ok(None),
        RootSource::Fresh => Ok(None),
        source => {
            let root = root_secret(source, false)?;
            Ok(Some(Secrets { root, previous: previous_secret(source, previous)? }))
        }
    }
}

/// The root secret and the one before it. `database_is_sealed` says that the database was sealed with one already, so that
/// a new one would open nothing.
///
/// # Errors
/// Where a key file cannot be made or read, is open to others or is no key, or the system has no randomness.
pub(crate) fn secrets(config: &KeyConfig, database_is_sealed: bool) -> Result<Secrets, KeyFileError> {
    let root = root_secret(&config.root, !database_is_sealed)?;
    Ok(Secrets { root, previous: previous_secret(&config.root, config.previous.as_ref())? })
}

/// The root secret before: the one that is named, or else what was in the key file until the first was set.
fn previous_secret(
    source: &RootSource,
    named: Option<&RootSecret>,
) -> Result<Option<RootSecret>, KeyFileError> {
    match (named, source) {
        (Some(named), _) => Ok(Some(named.clone())),
        (None, RootSource::Given { instead_of: Some(path), .. }) if path.exists() => {
            root_secret(&RootSource::File(path.clone()), false).map(Some)
        }
        (None, _) => Ok(None),
    }
}

/// The root secret of this source; a file that is not there yet is made if it may be.
fn root_secret(source: &RootSource, may_make: bool) -> Result<RootSecret, KeyFileError> {
    match source {
        RootSource::Given { secret, .. } => Ok(secret.clone()),
        RootSource::Fresh => root_of(&fresh_key()?),
        RootSource::File(path) => {
            let result = match read(path) {
                Err(Fault::Io(error)) if error.kind() == io::ErrorKind::NotFound => {
                    if may_make {
                        create(path).and_then(|()| read(path))
                    } else {
                        Err(Fault::Missing)
                    }
                }
                read => read,
            };
            root_of(&result.map_err(|fault| KeyFileError::File { path: path.clone(), fault })?)
        }
    }
}

/// Why there is no root secret. Nothing of the key is ever quoted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyFileError {
    /// The file is not one that a key may be read from.
    #[error("is not set, and the key file {} that takes its place {fault}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        fault: Fault,
    },
    /// The system has no randomness to make a key of.
    #[error("is not set, and the system gave no random bytes to make a key: {0}.")]
    Random(#[from] getrandom::Error),
    /// The bytes are no root secret.
    #[error("is not set, and no key could be made in its place: {0}")]
    Key(#[from] countersign_core::token::KeyError),
}

/// What is wrong with a key file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// It cannot be made or read.
    #[error("cannot be made or read: {0}.")]
    Io(#[from] io::Error),
    /// It is gone, and the database was sealed with it.
    #[error(
        "is missing, though the database was sealed with a key: bring the file back from a backup, or set SECRET_KEY to \
         the key that was set."
    )]
    Missing,
    /// Not a file.
    #[error("is not a file.")]
    NotAFile,
    /// Others may read or write it.
    #[error("is open to others (mode {mode:04o}): give it to the server's user alone with `chmod 600`.")]
    OpenToOthers {
        /// Its permission bits.
        mode: u32,
    },
    /// It does not hold a key.
    #[error(
        "holds {length} bytes and not {KEY_LEN}: bring the right one back from a backup, or delete it to \
         have a new one made, which ends every session."
    )]
    Length {
        /// How many bytes it holds.
        length: u64,
    },
    /// The system has no randomness.
    #[error("cannot be made: {0}.")]
    Random(#[from] getrandom::Error),
}

fn fresh_key() -> Result<Secret<[u8; KEY_LEN]>, getrandom::Error> {
    random().map(Secret::new)
}

fn root_of(key: &Secret<[u8; KEY_LEN]>) -> Result<RootSecret, KeyFileError> {
    Ok(RootSecret::new(key.expose())?)
}

fn read(path: &Path) -> Result<Secret<[u8; KEY_LEN]>, Fault> {
    // Looked at before it is opened: to open a pipe would wait for its writer.
    if !fs::metadata(path)?.is_file() {
        return Err(Fault::NotAFile);
    }
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    refuse_others(&metadata)?;
    if metadata.len() != KEY_LEN as u64 {
        return Err(Fault::Length { length: metadata.len() });
    }
    let mut key = [0; KEY_LEN];
    file.read_exact(&mut key)?;
    Ok(Secret::new(key))
}

/// Makes the file under another name and links it to its own: it is there as a whole or not at all, and of
/// two servers that start at once the second finds the first one's.
fn create(path: &Path) -> Result<(), Fault> {
    let mut draft = path.to_path_buf().into_os_string();
    draft.push(format!(".{:08x}.new", u32::from_le_bytes(random()?)));
    let draft = PathBuf::from(draft);
    let linked = write_draft(&draft).and_then(|()| Ok(fs::hard_link(&draft, path)?));
    // Gone already where it could not be made.
    let _ = fs::remove_file(&draft);
    match linked {
        Err(Fault::Io(error)) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(fault) => Err(fault),
        Ok(()) => sync_folder_of(path),
    }
}

fn write_draft(path: &Path) -> Result<(), Fault> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(fresh_key()?.expose())?;
    Ok(file.sync_all()?)
}

/// Makes the new name itself last through a power cut.
fn sync_folder_of(path: &Path) -> Result<(), Fault> {
    if cfg!(unix) {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}

#[cfg(unix)]
fn refuse_others(metadata: &fs::Metadata) -> Result<(), Fault> {
    let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o7777;
    if mode & 0o077 == 0 { Ok(()) } else { Err(Fault::OpenToOthers { mode }) }
}

#[cfg(not(unix))]
fn refuse_others(_: &fs::Metadata) -> Result<(), Fault> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use countersign_core::token::Algorithm;

    use super::*;

    fn source(path: &Path) -> RootSource {
        RootSource::File(path.to_path_buf())
    }

    /// Two roots are the same where the keys derived of them are.
    fn kid(root: &RootSecret) -> String {
        root.signing_key(Algorithm::EdDsa).unwrap().kid().to_owned()
    }

    fn refusal(path: &Path) -> String {
        root_secret(&source(path), true).unwrap_err().to_string()
    }

    #[test]
    fn a_key_is_made_once_and_used_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.db.key");
        let first = root_secret(&source(&path), true).unwrap();
        let second = root_secret(&source(&path), true).unwrap();
        assert_eq!(kid(&first), kid(&second));
        assert_eq!(fs::read(&path).unwrap().len(), KEY_LEN);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "the draft is gone");
        let other = root_secret(&source(&folder.path().join("other.db.key")), true).unwrap();
        assert_ne!(kid(&first), kid(&other));
    }

    #[test]
    fn starts_at_once_agree_on_one_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.db.key");
        let kids = std::thread::scope(|scope| {
            let starts: Vec<_> =
                (0..8).map(|_| scope.spawn(|| kid(&root_secret(&source(&path), true).unwrap()))).collect();
            starts.into_iter().map(|start| start.join().unwrap()).collect::<Vec<_>>()
        });
        assert!(kids.iter().all(|kid| *kid == kids[0]), "{kids:?}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_may_open_is_refused() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.db.key");
        root_secret(&source(&path), true).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
        for mode in [0o640, 0o604, 0o620, 0o644] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let sentence = refusal(&path);
            assert!(sentence.contains(&format!("mode {mode:04o}")), "{sentence}");
            assert!(sentence.contains("chmod 600"), "{sentence}");
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
        assert!(root_secret(&source(&path), true).is_ok());
    }

    #[test]
    fn what_is_no_key_is_refused_and_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.db.key");
        for length in [0, KEY_LEN - 1, KEY_LEN + 1] {
            write_draft(&path).unwrap();
            fs::write(&path, vec![7; length]).unwrap();
            assert!(refusal(&path).contains(&format!("holds {length} bytes")));
            assert_eq!(fs::read(&path).unwrap(), vec![7; length]);
            fs::remove_file(&path).unwrap();
        }
        assert!(refusal(folder.path()).contains("is not a file"));
        assert!(
            refusal(&folder.path().join("missing").join("test.db.key")).contains("cannot be made or read")
        );
    }

    #[test]
    fn without_a_file_every_start_has_its_own_key() {
        let first = root_secret(&RootSource::Fresh, true).unwrap();
        let second = root_secret(&RootSource::Fresh, true).unwrap();
        assert_ne!(kid(&first), kid(&second));
    }
}
