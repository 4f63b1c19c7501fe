//! A process without free file descriptors; alone in its file, because the limit is the whole process's.

use std::process::Command;
use std::time::Duration;

use gatehouse_runtime::listener::{Listener, ListenerSettings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

const DESCRIPTORS: usize = 64;

/// Asks for a page; `None` when there is no descriptor for the question or no answer in time.
async fn ask(address: std::net::SocketAddr) -> Option<(TcpStream, String)> {
    let mut stream = TcpStream::connect(address).await.ok()?;
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .ok()?;
    let mut answer = vec![0; 512];
    let count = tokio::time::timeout(Duration::from_millis(500), stream.read(&mut answer)).await;
    let count = count.ok()?.ok().filter(|count| *count > 0)?;
    Some((
        stream,
        String::from_utf8_lossy(&answer[..count]).into_owned(),
    ))
}

#[tokio::test]
async fn without_free_descriptors_accept_pauses_and_goes_on_when_some_are_free_again() {
    let limited = Command::new("prlimit")
        .args(["--pid", &std::process::id().to_string()])
        .arg(format!("--nofile={DESCRIPTORS}:{DESCRIPTORS}"))
        .status()
        .expect("prlimit of util-linux");
    assert!(limited.success());

    let listener = Listener::bind("127.0.0.1:0".parse().expect("address")).expect("bind");
    let (address, stats) = (listener.local_addr(), listener.stats());
    let shutdown = CancellationToken::new();
    let settings = ListenerSettings {
        drain: Duration::ZERO,
        ..ListenerSettings::default()
    };
    let serving = listener.serve(axum::Router::new(), &settings, shutdown.clone());
    let calling = async {
        let mut held = Vec::new();
        while let Some((stream, _)) = ask(address).await {
            held.push(stream);
            assert!(held.len() < DESCRIPTORS, "the limit holds");
        }
        let began = std::time::Instant::now();
        while stats.accept_failures() < 3 {
            assert!(
                began.elapsed() < Duration::from_secs(20),
                "accept does not fail"
            );
            // Each try leaves one more connection waiting in the kernel.
            held.extend(ask(address).await.map(|(stream, _)| stream));
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        // A loop that spins would have failed thousands of times.
        let per_second = stats.accept_failures() as f64 / began.elapsed().as_secs_f64().max(0.1);
        assert!(per_second < 100.0, "{per_second} failures a second");

        held.clear();
        let (_stream, answer) = loop {
            assert!(
                began.elapsed() < Duration::from_secs(40),
                "does not recover"
            );
            if let Some(answered) = ask(address).await {
                break answered;
            }
        };
        assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
        shutdown.cancel();
    };
    tokio::join!(serving, calling);
}
