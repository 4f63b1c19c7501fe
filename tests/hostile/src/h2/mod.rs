//! What abuses of HTTP/2 do to clients that keep to the rules.

mod client;
mod frames;
mod probes;

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

pub use client::{Answer, CleanClient, Latencies, clean_calls};
use frames::{ACK, GOAWAY, PREFACE, SETTINGS, frame, take};
pub use frames::{Target, field};
pub use probes::{Abuser, PROBES, Probe};

/// An abuser comes back this soon.
const AGAIN: Duration = Duration::from_millis(5);

/// What an abuse came to.
#[derive(Debug, Clone, Default)]
pub struct Abused {
    /// Connections it opened.
    pub connections: u64,
    /// Of these, how many the server ended.
    pub ended: u64,
    /// Bytes it could send.
    pub bytes: u64,
    /// The longest that a connection lasted which the server ended.
    pub longest: Duration,
    /// What the clean client saw meanwhile.
    pub clean: Latencies,
}

/// Abuses the target for so long, while a clean client calls beside it.
#[must_use]
pub fn abuse(probe: &Probe, target: &Target, span: Duration) -> Abused {
    let until = Instant::now() + span;
    std::thread::scope(|scope| {
        let clean = scope.spawn(move || clean_calls(target, until));
        let mut abused = Abused::default();
        while Instant::now() < until {
            let began = Instant::now();
            abused.connections += 1;
            // A server may end the connection at any moment; the error is what was wanted.
            let ended = one_connection(probe, target, until, &mut abused.bytes);
            if ended.unwrap_or(true) {
                abused.ended += 1;
                abused.longest = abused.longest.max(began.elapsed());
            }
            std::thread::park_timeout(AGAIN);
        }
        abused.clean = clean.join().unwrap_or_default();
        abused
    })
}

/// Whether the server ended it before the time was up.
fn one_connection(
    probe: &Probe,
    target: &Target,
    until: Instant,
    bytes: &mut u64,
) -> io::Result<bool> {
    let mut stream = TcpStream::connect(target.address)?;
    stream.set_nodelay(true)?;
    stream.set_write_timeout(Some(Duration::from_millis(50)))?;
    stream.set_read_timeout(Some(Duration::from_millis(1)))?;
    let mut abuser = Abuser {
        target,
        stream: 1,
        rounds: 0,
    };
    let mut out = PREFACE.to_vec();
    frame(&mut out, SETTINGS, 0, 0, &[]);
    (probe.first)(&mut abuser, &mut out);
    let mut received = Vec::new();
    while Instant::now() < until {
        if !send(&mut stream, &mut out, bytes)? {
            // Its own side is full: a server that does not read has bounded itself.
            continue;
        }
        if probe.reads && has_ended(&mut stream, &mut received, &mut out)? {
            return Ok(true);
        }
        (probe.round)(&mut abuser, &mut out);
    }
    Ok(false)
}

/// Sends what it can; whether that was all.
fn send(stream: &mut TcpStream, out: &mut Vec<u8>, bytes: &mut u64) -> io::Result<bool> {
    while !out.is_empty() {
        match stream.write(out) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(length) => {
                *bytes += length as u64;
                out.drain(..length);
            }
            Err(error) if is_timeout(&error) => return Ok(false),
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}

/// Reads what is there, keeping to the one rule that keeps a connection alive.
fn has_ended(
    stream: &mut TcpStream,
    received: &mut Vec<u8>,
    out: &mut Vec<u8>,
) -> io::Result<bool> {
    let mut piece = [0; 64 * 1024];
    match stream.read(&mut piece) {
        Ok(0) => return Ok(true),
        Ok(length) => received.extend_from_slice(&piece[..length]),
        Err(error) if is_timeout(&error) => {}
        Err(error) => return Err(error),
    }
    while let Some(frame_in) = take(received) {
        match frame_in.kind {
            // With an error or as a farewell: what is asked after it is not served.
            GOAWAY => return Ok(true),
            SETTINGS if frame_in.flags & ACK == 0 => frame(out, SETTINGS, ACK, 0, &[]),
            _ => {}
        }
    }
    Ok(false)
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    )
}

/// Sends first bytes that are not a preface and reads to the end; true when the server ended the connection in time.
pub fn bad_preface(target: &Target, bytes: &[u8], longest: Duration) -> io::Result<bool> {
    let mut stream = TcpStream::connect(target.address)?;
    stream.set_read_timeout(Some(longest))?;
    stream.write_all(bytes)?;
    let mut piece = [0; 4_096];
    loop {
        match stream.read(&mut piece) {
            Ok(0) => return Ok(true),
            Ok(_) => {}
            Err(error) => return Ok(!is_timeout(&error)),
        }
    }
}
