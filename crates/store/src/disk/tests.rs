//! Stores that are opened again, by somebody else, with another key, damaged, or on a disk that fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use proptest::prelude::*;
use redb::StorageBackend;
use redb::backends::InMemoryBackend;

use super::*;

const KEY: [u8; 16] = [7; 16];

fn entries(log: &dyn Log, from: u64) -> Vec<(u64, Vec<u8>)> {
    let mut all = Vec::new();
    log.read(Position(from), &mut |position, bytes| {
        all.push((position.0, bytes.to_vec()));
        ControlFlow::Continue(())
    })
    .expect("the log can be read");
    all
}

fn store() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let shop = folder.path().join("some/where/shop");
    (folder, shop)
}

#[test]
fn a_store_opened_again_holds_what_was_acknowledged() {
    let (_folder, shop) = store();
    let mut log = Redb::open(&shop, KEY).unwrap();
    assert_eq!(log.end(), Position(0));
    assert_eq!(log.append(&[]).unwrap(), Position(1));
    assert_eq!(log.append(&[b"Ada", b""]).unwrap(), Position(1));
    drop(log);
    let mut log = Redb::open(&shop, KEY).unwrap();
    assert_eq!(log.append(&[b"buys"]).unwrap(), Position(3));
    let all = vec![(1, b"Ada".to_vec()), (2, vec![]), (3, b"buys".to_vec())];
    assert_eq!(entries(&log, 0), all);
    assert_eq!(entries(&log, 2), all[1..]);
    assert_eq!(entries(&log, 4), []);
    drop(log);
    assert_eq!(entries(&Redb::open(&shop, KEY).unwrap(), 1), all);
}

#[test]
fn a_copy_taken_while_the_store_is_open_holds_what_was_acknowledged() {
    // As after the power failed: the file as it lies, nobody having closed it.
    let (folder, shop) = store();
    let mut log = Redb::open(&shop, KEY).unwrap();
    for n in 0..50_u8 {
        log.append(&[&[n; 100], &[n; 5000]]).unwrap();
        let copy = folder.path().join(format!("copy{n}"));
        fs::create_dir(&copy).unwrap();
        fs::copy(shop.join("log.redb"), copy.join("log.redb")).unwrap();
        let copied = Redb::open(&copy, KEY).unwrap();
        assert_eq!(entries(&copied, 1), entries(&log, 1));
    }
}

#[test]
fn a_second_opening_is_told_that_the_store_is_busy() {
    let (_folder, shop) = store();
    let log = Redb::open(&shop, KEY).unwrap();
    let error = Redb::open(&shop, KEY).unwrap_err();
    assert!(matches!(&error, Error::Busy { path } if *path == shop), "{error}");
    drop(log);
    Redb::open(&shop, KEY).unwrap();
}

#[test]
fn another_key_or_format_is_named_as_such() {
    let (_folder, shop) = store();
    drop(Redb::open(&shop, KEY).unwrap());
    assert!(matches!(Redb::open(&shop, [8; 16]), Err(Error::WrongKey { .. })));
    let database = Database::open(shop.join("log.redb")).unwrap();
    assert!(found(&database, 2, KEY).is_ok());
    drop(database);
    assert!(matches!(Redb::open(&shop, KEY), Err(Error::Format { found: 2, known: 1, .. })));
}

#[test]
fn a_file_that_is_no_log_is_damaged_and_left_as_it_is() {
    for garbage in [&b""[..], b"x", b"a letter to the editor", &[0; 4096], &[0xff; 100_000]] {
        let (_folder, shop) = store();
        fs::create_dir_all(&shop).unwrap();
        fs::write(shop.join("log.redb"), garbage).unwrap();
        let error = Redb::open(&shop, KEY).unwrap_err();
        assert!(matches!(error, Error::Damaged { .. }), "{error:?}");
        assert_eq!(fs::read(shop.join("log.redb")).unwrap(), garbage);
    }
    // Somebody else's database.
    let (_folder, shop) = store();
    fs::create_dir_all(&shop).unwrap();
    drop(Database::create(shop.join("log.redb")).unwrap());
    assert!(matches!(Redb::open(&shop, KEY), Err(Error::Damaged { .. })));
}

#[test]
fn an_entry_that_is_missing_is_noticed() {
    let (_folder, shop) = store();
    let mut log = Redb::open(&shop, KEY).unwrap();
    log.append(&[b"a", b"b", b"c"]).unwrap();
    drop(log);
    let database = Database::open(shop.join("log.redb")).unwrap();
    let transaction = database.begin_write().unwrap();
    transaction.open_table(LOG).unwrap().remove(2).unwrap();
    transaction.commit().unwrap();
    drop(database);
    assert!(matches!(Redb::open(&shop, KEY), Err(Error::Damaged { .. })));
}

#[test]
fn a_new_directory_is_its_owners_alone() {
    let (_folder, shop) = store();
    drop(Redb::open(&shop, KEY).unwrap());
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&shop).unwrap().permissions()) & 0o777, 0o700);
    fs::write(shop.join("log.redb.new"), "half a log, left by a crash").unwrap();
    fs::remove_file(shop.join("log.redb")).unwrap();
    assert_eq!(Redb::open(&shop, KEY).unwrap().end(), Position(0));
}

/// A store with some entries, as the bytes of its file.
fn written() -> Vec<u8> {
    let (_folder, shop) = store();
    let mut log = Redb::open(&shop, KEY).unwrap();
    for n in 0..20_u8 {
        log.append(&[&[n; 300][..]; 10]).unwrap();
    }
    drop(log);
    fs::read(shop.join("log.redb")).unwrap()
}

/// Opens a store whose file has these bytes: an error, or exactly what was written.
fn opened(bytes: &[u8]) -> bool {
    let (_folder, shop) = store();
    fs::create_dir_all(&shop).unwrap();
    fs::write(shop.join("log.redb"), bytes).unwrap();
    match Redb::open(&shop, KEY) {
        Ok(log) => {
            let all = entries(&log, 1);
            assert_eq!(all.len(), 200);
            assert!((0..).zip(&all).all(|(nth, (_, bytes))| bytes == &[(nth / 10) as u8; 300]));
            true
        }
        Err(Error::Damaged { .. }) => false,
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn a_file_cut_short_or_altered_is_damaged_or_what_was_written_but_never_something_else() {
    let bytes = written();
    assert!(opened(&bytes));
    for part in 0..64 {
        assert!(!opened(&bytes[..bytes.len() * part / 64]), "{part}/64 of the file");
    }
    // One byte of every kind of page, at many places. Free pages may change without harm.
    let mut noticed = 0;
    for nth in 0..400 {
        let mut altered = bytes.clone();
        let at = (nth * 7919 * 13) % altered.len();
        altered[at] ^= 0x40;
        noticed += u32::from(!opened(&altered));
    }
    for at in 0..128 {
        let mut altered = bytes.clone();
        altered[at] ^= 0x40;
        opened(&altered);
    }
    assert!(noticed > 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_batching_reads_back_as_the_same_sequence(
        batches in prop::collection::vec((prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 0..20), any::<bool>()), 0..8),
        from in 0_u64..100,
    ) {
        let (_folder, shop) = store();
        let (mut disk, mut memory, mut plain) = (Redb::open(&shop, KEY).unwrap(), crate::Memory::default(), Vec::new());
        for (batch, again) in &batches {
            let batch: Vec<&[u8]> = batch.iter().map(Vec::as_slice).collect();
            let first = Position(plain.len() as u64 + 1);
            prop_assert_eq!(disk.append(&batch).unwrap(), first);
            prop_assert_eq!(memory.append(&batch).unwrap(), first);
            plain.extend(batch.iter().map(|entry| entry.to_vec()));
            if *again {
                drop(disk);
                disk = Redb::open(&shop, KEY).unwrap();
            }
        }
        let expected: Vec<(u64, Vec<u8>)> = (1..).zip(plain).filter(|(position, _)| *position >= from).collect();
        prop_assert_eq!(entries(&disk, from), expected.clone());
        prop_assert_eq!(entries(&memory, from), expected);
        prop_assert_eq!(disk.end(), memory.end());
    }
}

// ---------------------------------------------------------------- a disk that fails

/// A disk in memory, with so much room, and so many more acts before its writes or synchronisations fail.
#[derive(Clone, Debug)]
struct Disk {
    inner: Arc<InMemoryBackend>,
    room: Arc<AtomicU64>,
    writes: Arc<AtomicI64>,
    syncs: Arc<AtomicI64>,
}

impl Disk {
    fn new() -> Self {
        let endless = || Arc::new(AtomicI64::new(i64::MAX));
        Self { inner: Arc::default(), room: Arc::new(AtomicU64::new(u64::MAX)), writes: endless(), syncs: endless() }
    }

    fn open(&self) -> Redb {
        let database = builder().create_with_backend(self.clone()).unwrap();
        assert!(found(&database, FORMAT, KEY).is_ok());
        drop(database);
        self.open_again().unwrap()
    }

    fn open_again(&self) -> Result<Redb, Error> {
        let disk = self.clone();
        Redb::with(Box::new(move || builder().create_with_backend(disk.clone())), "disk".into(), KEY, None)
    }
}

fn spend(left: &AtomicI64) -> io::Result<()> {
    if left.fetch_sub(1, Ordering::Relaxed) > 0 { Ok(()) } else { Err(io::Error::other("the disk fails")) }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        self.inner.len()
    }
    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.inner.read(offset, out)
    }
    fn set_len(&self, len: u64) -> io::Result<()> {
        if len > self.room.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.inner.set_len(len)
    }
    fn sync_data(&self) -> io::Result<()> {
        spend(&self.syncs)
    }
    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        spend(&self.writes)?;
        self.inner.write(offset, data)
    }
}

#[test]
fn a_full_disk_refuses_the_batch_and_reading_goes_on() {
    let disk = Disk::new();
    let mut log = disk.open();
    log.append(&[b"Ada"]).unwrap();
    disk.room.store(disk.len().unwrap(), Ordering::Relaxed);
    let large = vec![1; 8 << 20];
    assert!(matches!(log.append(&[&large]), Err(Error::Full { .. })));
    assert!(matches!(log.append(&[b"buys"]), Err(Error::Poisoned)));
    assert_eq!(entries(&log, 1), [(1, b"Ada".to_vec())]);
    assert_eq!(entries(&log, 1), [(1, b"Ada".to_vec())]);
    assert_eq!(log.end(), Position(1));
    // Room is made, and the log opened again.
    drop(log);
    disk.room.store(u64::MAX, Ordering::Relaxed);
    let mut log = disk.open_again().unwrap();
    assert_eq!(log.append(&[&large]).unwrap(), Position(2));
}

#[test]
fn after_a_failed_write_or_sync_nothing_acknowledged_is_lost_and_no_batch_is_half_there() {
    for sync in [false, true] {
        for nth in 0.. {
            let disk = Disk::new();
            let mut log = disk.open();
            log.append(&[b"Ada"]).unwrap();
            let fuse = if sync { &disk.syncs } else { &disk.writes };
            fuse.store(nth, Ordering::Relaxed);
            let result = log.append(&[b"buys", &[9; 9000], b"a hat"]);
            fuse.store(i64::MAX, Ordering::Relaxed);
            if result.is_ok() {
                assert!(nth > 0, "the fuse was never reached");
                break;
            }
            assert!(matches!(result, Err(Error::Io { .. })), "{result:?}");
            assert!(matches!(log.append(&[b"more"]), Err(Error::Poisoned)));
            assert_eq!(entries(&log, 1), [(1, b"Ada".to_vec())]);
            drop(log);
            let log = disk.open_again().unwrap();
            assert!([1, 4].contains(&log.end().0), "{}", log.end().0);
            assert_eq!(entries(&log, 1).len() as u64, log.end().0);
        }
    }
}

#[test]
fn a_disk_that_fails_for_good_gives_errors() {
    let disk = Disk::new();
    let mut log = disk.open();
    log.append(&[b"Ada"]).unwrap();
    disk.writes.store(0, Ordering::Relaxed);
    assert!(log.append(&[b"buys"]).is_err());
    let _ = log.read(Position(1), &mut |_, _| ControlFlow::Continue(()));
    assert!(matches!(log.append(&[b"buys"]), Err(Error::Poisoned)));
    drop(log);
    assert!(disk.open_again().is_err());
}
