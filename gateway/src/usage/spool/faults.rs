//! What a failing disk takes, and what it does not.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;

use gatehouse_snapshot::usage::BATCH_RECORDS_MAX;
use http::Method;
use uuid::Uuid;

use super::tests::{die, ledgers, record};
use super::{SegmentName, Spool, first_failure};
use crate::call::Call;
use crate::reason::Reason;

fn begun(folder: &Path, boot: u128) -> Arc<Spool> {
    Arc::new(Spool::begin(folder.to_owned(), Uuid::from_u128(boot), 1 << 30).unwrap())
}

fn end_calls(spool: &Arc<Spool>, count: usize) {
    let ledgers = ledgers(spool);
    for _ in 0..count {
        let mut call = Call::begin(&Method::GET, "/", std::rc::Rc::default(), &ledgers);
        call.attribution.application = Some(Uuid::from_u128(60).into());
        call.finish(Reason::OK);
    }
    std::mem::forget(ledgers);
}

fn calls(spool: &Spool) -> usize {
    let names = spool.closed(true).into_iter();
    names
        .map(|name| name.read(spool.folder()).unwrap().records.len())
        .sum()
}

#[test]
fn calls_that_an_earlier_run_left_wait_until_the_disk_takes_all_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let first = begun(folder.path(), 1);
    let count = BATCH_RECORDS_MAX + 100;
    end_calls(&first, count);
    die(first);
    let second = begun(folder.path(), 2);
    second.append(&record(7));
    second.drop_calls(3, 0);
    // They need two segments, and the second of these cannot be made.
    let in_the_way = SegmentName {
        boot: Uuid::from_u128(2),
        sequence: 3,
    };
    std::fs::create_dir(in_the_way.path(folder.path())).unwrap();
    let bytes = second.bytes();
    second.adopt().unwrap();
    let told = (second.written(), second.dropped(), second.bytes());
    assert_eq!(told, (1, 3, bytes), "nothing of it is half done");
    assert_eq!(calls(&second), 1);
    std::fs::remove_dir(in_the_way.path(folder.path())).unwrap();
    second.adopt().unwrap();
    assert_eq!(calls(&second), 1 + count);
    assert_eq!(second.dropped(), 3);
    let names = second.closed(true).into_iter();
    let dropped: u64 = names
        .map(|name| name.read(folder.path()).unwrap().dropped)
        .sum();
    assert_eq!(dropped, 3, "told once");
    second.adopt().unwrap();
    assert_eq!(calls(&second), 1 + count, "once");
}

#[test]
fn a_file_that_is_not_flushed_keeps_no_other_from_the_disk() {
    let mut tried = 0;
    let all = [Ok(()), Err("first"), Ok(()), Err("second")].into_iter();
    let all = all.map(|outcome| {
        tried += 1;
        outcome.map_err(io::Error::other)
    });
    assert_eq!(first_failure(all).unwrap_err().to_string(), "first");
    assert_eq!(tried, 4);
}

#[test]
fn a_refused_flush_is_told_and_the_segment_is_closed_until_the_disk_keeps_calls_again() {
    let folder = tempfile::tempdir().unwrap();
    let spool = begun(folder.path(), 1);
    spool.append(&record(1));
    // A device that takes no flush.
    let refusing = File::open("/dev/full").unwrap();
    spool.lock().unsynced.insert(0, Arc::new(refusing));
    spool.sync();
    assert!(spool.sync_fails());
    assert_eq!(spool.closed(false).len(), 1, "calls go on into another");
    spool.append(&record(2));
    spool.sync();
    assert!(!spool.sync_fails());
    assert_eq!(calls(&spool), 2);
}

#[test]
fn bytes_of_a_write_that_was_cut_are_in_the_sum() {
    let folder = tempfile::tempdir().unwrap();
    let spool = begun(folder.path(), 1);
    spool.append(&record(1));
    // A file that has room for a part of a long write only, and that cannot be cut.
    let (mut file, mut taken) = UnixStream::pair().unwrap();
    file.set_nonblocking(true).unwrap();
    let filled = file.write(&[0; 150_000]).unwrap();
    let file = Arc::new(File::from(OwnedFd::from(file)));
    spool.lock().segment.as_mut().unwrap().file = file;
    end_calls(&spool, 4_000);
    spool.drain();
    assert!(spool.dropped() > 0, "the write was cut");
    spool.lock().unsynced.clear();
    let mut torn = Vec::new();
    taken.read_to_end(&mut torn).unwrap();
    torn.drain(..filled);
    let names = spool.closed(true).into_iter();
    let on_disk: u64 = names
        .map(|name| std::fs::metadata(name.path(folder.path())).unwrap().len())
        .sum();
    assert!(!torn.is_empty());
    assert_eq!(spool.bytes(), on_disk + torn.len() as u64);
}
