//! The tenant's key, outside the store.
//!
//! Every token and id in a store is a hash under one secret of 32 bytes. Whoever has the store alone cannot try out
//! addresses against it; whoever loses the key cannot find anybody again. So the key stands in a file of its own, to
//! be backed up apart from the store, or wherever the application's own [`Keys`] take it from (a key service, a
//! hardware module).
//!
//! A key file is one line: `onefold-key-1`, the key in hexadecimal, and the first eight bytes of the SHA-256 of both,
//! which tells a mistyped or cut-off key from another one. It comes into being whole: written under another name,
//! synchronised, then linked to its own, so that of two processes that create it at once both use the same.
//!
//! Absent: a pass phrase over the file, and erasing the key from memory when it is dropped.

use std::fmt::{self, Write as _};
use std::fs;
use std::path::Path;

use onefold_model::TokenKey;
use sha2::{Digest, Sha256};

use crate::Error;

const HEAD: &str = "onefold-key-1";

/// Where a tenant's secrets come from: a [`KeyFile`], or the application's own key service.
pub trait Keys {
    /// The key under which identifiers become tokens.
    fn tokens(&self) -> TokenKey;
}

/// A key in a file.
pub struct KeyFile {
    key: [u8; 32],
    exposed: Option<u32>,
}

impl KeyFile {
    /// Opens a key file, or makes a new one of 32 random bytes, readable to its owner alone.
    ///
    /// ```no_run
    /// let keys = onefold_store::KeyFile::open_or_create("shop.key")?;
    /// # Ok::<(), onefold_store::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`open`](Self::open); or where it cannot be made.
    #[cfg(feature = "random")]
    pub fn open_or_create(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        if !path.try_exists().map_err(Error::io("look for", path))? {
            create(path)?;
        }
        Self::open(path)
    }

    /// Opens a key file.
    ///
    /// # Errors
    /// [`Error::Io`] where it cannot be read, [`Error::Key`] where it is no key file or its checksum is not right.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let text = fs::read(path).map_err(Error::io("read the key file", path))?;
        let key = parse(&text).map_err(|what| Error::Key { path: path.into(), what })?;
        Ok(Self { key, exposed: exposed(path)? })
    }

    /// A key known to the program: for tests and examples, which need the same ids at each run.
    #[must_use]
    pub const fn from_bytes(key: [u8; 32]) -> Self {
        Self { key, exposed: None }
    }

    /// The key under which identifiers become tokens.
    #[must_use]
    pub fn tokens(&self) -> TokenKey {
        self.key.into()
    }

    /// The file's mode where others than its owner may read or write it (on Unix), such as `0o644`. Some hosts mount
    /// secrets so, hence this is no error; the application decides whether to warn or to refuse.
    #[must_use]
    pub const fn exposed(&self) -> Option<u32> {
        self.exposed
    }
}

impl Keys for KeyFile {
    fn tokens(&self) -> TokenKey {
        self.tokens()
    }
}

impl<K: Keys + ?Sized> Keys for &K {
    fn tokens(&self) -> TokenKey {
        (**self).tokens()
    }
}

impl<K: Keys + ?Sized> Keys for Box<K> {
    fn tokens(&self) -> TokenKey {
        (**self).tokens()
    }
}

impl fmt::Debug for KeyFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyFile(redacted)")
    }
}

#[cfg(feature = "random")]
fn create(path: &Path) -> Result<(), Error> {
    use std::io::Write as _;

    let mut random = [0; 40];
    getrandom::fill(&mut random).map_err(|_| Error::Random)?;
    let (key, name) = random.split_first_chunk::<32>().ok_or(Error::Random)?;
    let mut draft = path.as_os_str().to_owned();
    draft.push(format!(".{}.new", hex(name)));
    let draft = Path::new(&draft);
    let written = (|| {
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(draft)?;
        file.write_all(show(key).as_bytes())?;
        file.sync_all()?;
        // Another process may have been first: then its key is the key.
        match fs::hard_link(draft, path) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
            other => other,
        }
    })();
    let removed = fs::remove_file(draft);
    written.and(removed).and_then(|()| sync_folder_of(path)).map_err(Error::io("create the key file", path))
}

/// Makes the names in a file's folder durable. Elsewhere than on Unix a folder cannot be synchronised, nor need it be.
#[cfg(any(feature = "random", feature = "redb"))]
pub(crate) fn sync_folder_of(path: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::File::open(folder)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

fn exposed(path: &Path) -> Result<Option<u32>, Error> {
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(
            &fs::metadata(path).map_err(Error::io("read the key file", path))?.permissions(),
        );
        Ok((mode & 0o077 != 0).then_some(mode & 0o777))
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        Ok(None)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        // Writing to a string does not fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

fn checksum(key: &[u8; 32]) -> String {
    hex(Sha256::new().chain_update(HEAD).chain_update(key).finalize().get(..8).unwrap_or_default())
}

#[cfg(any(feature = "random", test))]
fn show(key: &[u8; 32]) -> String {
    format!("{HEAD} {} {}\n", hex(key), checksum(key))
}

fn parse(text: &[u8]) -> Result<[u8; 32], &'static str> {
    let text = std::str::from_utf8(text).map_err(|_| "it is not text")?;
    let mut words = text.split_ascii_whitespace();
    if words.next() != Some(HEAD) {
        return Err("it does not begin with `onefold-key-1`");
    }
    let (Some(digits), Some(sum), None) = (words.next(), words.next(), words.next()) else {
        return Err("it does not hold a key and its checksum, and nothing else");
    };
    let mut key = [0; 32];
    if digits.len() != 64 {
        return Err("its key does not have 64 hexadecimal digits");
    }
    let pairs = digits.as_bytes().chunks_exact(2);
    for (byte, pair) in key.iter_mut().zip(pairs) {
        let value =
            pair.iter().try_fold(0, |value, digit| char::from(*digit).to_digit(16).map(|digit| value * 16 + digit));
        *byte =
            value.and_then(|value| u8::try_from(value).ok()).ok_or("its key does not have 64 hexadecimal digits")?;
    }
    if checksum(&key) == sum.to_ascii_lowercase() { Ok(key) } else { Err("its checksum is not that of its key") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_key_reads_back_and_any_changed_letter_is_noticed(key: [u8; 32], at in 0_usize..95, other in "[ -~]") {
            let text = show(&key);
            prop_assert_eq!(parse(text.as_bytes()), Ok(key));
            let mut changed = text.clone().into_bytes();
            changed[at] = other.as_bytes()[0];
            let same = changed.eq_ignore_ascii_case(text.as_bytes()) && changed.starts_with(HEAD.as_bytes());
            prop_assert_eq!(parse(&changed).is_ok(), same);
            prop_assert!(parse(&text.as_bytes()[..at]).is_err());
        }

        #[test]
        fn no_bytes_make_the_parser_panic(bytes: Vec<u8>) {
            let _ = parse(&bytes);
        }
    }
}
