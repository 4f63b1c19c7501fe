use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::*;

const OLD: Uuid = Uuid::from_u128(7);

fn sockets(folder: &Path) -> Sockets {
    let listener = || TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let lock = File::create(folder.join("lock")).unwrap();
    lock.try_lock().unwrap();
    Sockets {
        lock,
        status: listener(),
        calls: (0..3).map(|_| listener()).collect(),
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

#[tokio::test]
async fn the_new_process_has_the_very_sockets_the_lock_and_the_limits() {
    let folder = tempfile::tempdir().unwrap();
    let old = sockets(folder.path());
    let address = old.calls[2].local_addr().unwrap();
    let door = Door::open(folder.path()).unwrap();
    let path = folder.path().to_owned();
    let new = blocking(move || {
        let (predecessor, sockets) = Predecessor::ask(&path, "2.0.0").unwrap();
        assert_eq!((predecessor.boot(), sockets.calls.len()), (OLD, 3));
        let (retiring, limits) = predecessor.ready().unwrap();
        (retiring, limits, sockets)
    });
    let giving = async {
        let successor = door.wait(&old, OLD, "1.0.0").await.unwrap();
        // A connection that arrives in between waits in the queue of the socket that both hold.
        let client = TcpStream::connect(address).unwrap();
        drop(old);
        (successor.yours(vec![1, 2, 3]).unwrap(), client)
    };
    let ((held, mut client), (retiring, limits, sockets)) = tokio::join!(giving, new);
    assert_eq!(limits, [1, 2, 3]);
    let mut ended = std::pin::pin!(retiring.ended());
    let not_yet = tokio::time::timeout(Duration::from_millis(20), &mut ended).await;
    assert!(not_yet.is_err());
    drop(held);
    ended.await.unwrap();
    let (mut accepted, _) = sockets.calls[2].accept().unwrap();
    accepted.write_all(b"new").unwrap();
    drop(accepted);
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    assert_eq!(answer, "new");
    let third = File::open(folder.path().join("lock")).unwrap();
    assert!(
        third.try_lock().is_err(),
        "the folder stays held though the old lock is closed"
    );
    drop(sockets);
    assert!(third.try_lock().is_ok());
}

#[tokio::test]
async fn a_new_process_that_ends_before_it_is_ready_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let old = sockets(folder.path());
    let door = Door::open(folder.path()).unwrap();
    let path = folder.path().to_owned();
    let trying = blocking(move || {
        drop(Predecessor::ask(&path, "2.0.0").unwrap());
        let mut stranger = std::os::unix::net::UnixStream::connect(path.join(SOCKET)).unwrap();
        stranger.write_all(b"\xff\xff\xff\xff no frame").unwrap();
        drop(stranger);
        let (predecessor, _sockets) = Predecessor::ask(&path, "2.0.1").unwrap();
        predecessor.ready().map(drop)
    });
    let giving = async {
        let successor = door.wait(&old, OLD, "1.0.0").await.unwrap();
        successor.yours(Vec::new()).unwrap()
    };
    let (_held, tried) = tokio::join!(giving, trying);
    tried.unwrap();
}

#[tokio::test]
async fn where_nobody_runs_taking_over_says_so_and_a_left_socket_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    drop(Door::open(folder.path()).unwrap());
    let error = Predecessor::ask(folder.path(), "1.0.0").unwrap_err();
    assert!(matches!(error, HandOverError::Nobody(_)), "{error}");
    Door::open(folder.path()).unwrap();
    let deep = folder.path().join("a".repeat(120));
    std::fs::create_dir(&deep).unwrap();
    Door::open(&deep).unwrap();
}
