use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use super::*;

fn passed(folder: &Path) -> Passed {
    let listener = || TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let lock = File::create(folder.join("lock")).unwrap();
    lock.try_lock().unwrap();
    Passed {
        lock,
        sockets: Sockets {
            status: listener(),
            listen: (0..3).map(|_| listener()).collect(),
        },
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

#[tokio::test]
async fn the_new_process_has_the_very_sockets_and_the_lock() {
    let folder = tempfile::tempdir().unwrap();
    let old = passed(folder.path());
    let address = old.sockets.listen[2].local_addr().unwrap();
    let door = Door::open(folder.path()).unwrap();
    let path = folder.path().to_owned();
    let new = blocking(move || {
        let (predecessor, passed) = Predecessor::ask(&path, "2.0.0").unwrap();
        assert_eq!(passed.sockets.listen.len(), 3);
        predecessor.ready().unwrap();
        passed
    });
    let giving = async {
        let successor = door.wait(&old, "1.0.0").await.unwrap();
        // A connection that arrives in between waits in the queue of the socket that both hold.
        let client = TcpStream::connect(address).unwrap();
        drop(old);
        successor.yours().unwrap();
        client
    };
    let (mut client, passed) = tokio::join!(giving, new);
    let (mut accepted, _) = passed.sockets.listen[2].accept().unwrap();
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
    drop(passed);
    assert!(third.try_lock().is_ok());
}

#[tokio::test]
async fn a_new_process_that_ends_before_it_is_ready_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let old = passed(folder.path());
    let door = Door::open(folder.path()).unwrap();
    let path = folder.path().to_owned();
    let trying = blocking(move || {
        drop(Predecessor::ask(&path, "2.0.0").unwrap());
        let mut babbler = std::os::unix::net::UnixStream::connect(path.join(SOCKET)).unwrap();
        babbler.write_all(b"\xff\xff\xff\xff no frame").unwrap();
        drop(babbler);
        let (predecessor, _passed) = Predecessor::ask(&path, "2.0.1").unwrap();
        predecessor.ready()
    });
    let giving = async { door.wait(&old, "1.0.0").await.unwrap().yours() };
    let (given, tried) = tokio::join!(giving, trying);
    given.unwrap();
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

#[tokio::test]
async fn a_gateway_that_ends_before_it_answers_is_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let listener = std::os::unix::net::UnixListener::bind(folder.path().join(SOCKET)).unwrap();
    let path = folder.path().to_owned();
    let asking = tokio::task::spawn_blocking(move || Predecessor::ask(&path, "1.0.0"));
    let (heard, _) = blocking(move || listener.accept()).await.unwrap();
    drop(heard);
    let error = asking.await.unwrap().unwrap_err();
    assert!(matches!(error, HandOverError::Nobody(_)), "{error}");
}
