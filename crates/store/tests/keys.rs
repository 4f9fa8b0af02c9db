//! Key files as an operator meets them.
#![cfg(feature = "random")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may be blunt"
)]

use std::fs;

use onefold_store::{Error, KeyFile, Keys};

#[test]
fn a_key_file_is_made_once_and_gives_the_same_key_ever_after() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.key");
    let made = KeyFile::open_or_create(&path).unwrap();
    let name = made.tokens().fingerprint();
    assert_eq!(KeyFile::open_or_create(&path).unwrap().tokens().fingerprint(), name);
    assert_eq!(Keys::tokens(&KeyFile::open(&path).unwrap()).fingerprint(), name);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no drafts are left");
    let other = KeyFile::open_or_create(folder.path().join("other.key")).unwrap();
    assert_ne!(other.tokens().fingerprint(), name);
}

#[test]
fn threads_that_make_a_key_at_once_use_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.key");
    let names: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..8).map(|_| scope.spawn(|| KeyFile::open_or_create(&path).unwrap().tokens().fingerprint())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(names.iter().all(|name| *name == names[0]));
}

#[test]
fn a_missing_or_damaged_key_file_is_told_from_a_good_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.key");
    assert!(matches!(KeyFile::open(&path), Err(Error::Io { .. })));
    KeyFile::open_or_create(&path).unwrap();
    let good = fs::read_to_string(&path).unwrap();
    for bad in [
        "",
        "onefold-key-2 aa bb",
        &good[..good.len() / 2],
        &good.replace("onefold-key-1 ", "onefold-key-1 0"),
        &format!("{good} more"),
    ] {
        fs::write(&path, bad).unwrap();
        let error = KeyFile::open_or_create(&path).unwrap_err();
        assert!(matches!(error, Error::Key { .. }), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), bad, "a damaged key is never overwritten");
    }
    fs::write(&path, [0xff, 0xfe]).unwrap();
    assert!(matches!(KeyFile::open(&path), Err(Error::Key { .. })));
    // What the message shows of a key, and what Debug does.
    assert_eq!(format!("{:?}", KeyFile::from_bytes([7; 32])), "KeyFile(redacted)");
}

#[cfg(unix)]
#[test]
fn a_new_key_file_is_its_owners_alone_and_an_exposed_one_says_so() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.key");
    assert_eq!(KeyFile::open_or_create(&path).unwrap().exposed(), None);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(KeyFile::open(&path).unwrap().exposed(), Some(0o644));
}
