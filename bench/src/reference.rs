//! The reference: the least that identifying, limiting, recording and forwarding can cost through sockets.
//!
//! One thread, epoll, one backend connection per client connection, no checks beyond finding the end of a head: no product.
//! What a plane costs is stated relative to it, so that machines of any speed can be compared.

use std::collections::HashMap;
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::time::Instant;

use anyhow::Context;
use sha2::{Digest, Sha256};

use crate::http1;
use crate::poll::Poll;

/// 1,000 calls a second with as many at once, as the measured plan has it.
const INTERVAL_NS: u64 = 1_000_000;
const BURST: u64 = 1_000;
const RECORDS_BYTES: usize = 64 * 1024;
const LISTENER: u64 = u64::MAX;
const REFUSED: &[u8] = b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n";
const TOO_MANY: &[u8] = b"HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0\r\n\r\n";

/// Serves until it is killed. `keys` holds one key per line; the address is written to `announce`. A `bare` one only forwards.
pub(crate) fn serve(
    upstream: SocketAddr,
    keys: &Path,
    records: &Path,
    announce: &Path,
    bare: bool,
) -> anyhow::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let mut reference = Reference {
        poll: Poll::new()?,
        upstream,
        pairs: Vec::new(),
        gate: (!bare).then(|| Gate::read(keys, records)).transpose()?,
    };
    reference.poll.add_listener(&listener, LISTENER)?;
    std::fs::write(announce, address.to_string())?;
    let mut ready = Vec::new();
    loop {
        reference.poll.wait(&mut ready, None)?;
        for token in ready.iter().copied() {
            if token == LISTENER {
                reference.accept(&listener)?;
            } else {
                reference.relay((token / 2) as usize, token % 2 == 0)?;
            }
        }
    }
}

struct Reference {
    poll: Poll,
    upstream: SocketAddr,
    pairs: Vec<Option<Pair>>,
    gate: Option<Gate>,
}

/// A client and its backend connection.
struct Pair {
    client: TcpStream,
    backend: TcpStream,
    buffer: Vec<u8>,
    filled: usize,
}

impl Reference {
    fn accept(&mut self, listener: &TcpListener) -> anyhow::Result<()> {
        while let Ok((client, _)) = listener.accept() {
            let backend = TcpStream::connect(self.upstream)?;
            let free = self.pairs.iter().position(Option::is_none);
            let place = free.unwrap_or(self.pairs.len());
            for (socket, side) in [(&client, 0), (&backend, 1)] {
                socket.set_nonblocking(true)?;
                socket.set_nodelay(true)?;
                self.poll.add(socket, place as u64 * 2 + side)?;
            }
            if place == self.pairs.len() {
                self.pairs.push(None);
            }
            self.pairs[place] = Some(Pair {
                client,
                backend,
                buffer: vec![0; 16 * 1024],
                filled: 0,
            });
        }
        Ok(())
    }

    fn relay(&mut self, place: usize, from_client: bool) -> anyhow::Result<()> {
        let Some(Some(pair)) = self.pairs.get_mut(place) else {
            return Ok(());
        };
        let alive = if from_client {
            pair.request(self.gate.as_mut())?
        } else {
            pair.response()?
        };
        if !alive {
            self.pairs[place] = None;
        }
        Ok(())
    }
}

impl Pair {
    fn request(&mut self, gate: Option<&mut Gate>) -> anyhow::Result<bool> {
        let Some(read) = read(&mut self.client, &mut self.buffer[self.filled..])? else {
            return Ok(false);
        };
        self.filled += read;
        let Some(head) = http1::head(&self.buffer[..self.filled]) else {
            return Ok(true);
        };
        let refusal = match gate {
            Some(gate) => gate.check(&self.buffer[..head.bytes])?,
            None => None,
        };
        match refusal {
            None => self.backend.write_all(&self.buffer[..head.bytes])?,
            Some(refusal) => self.client.write_all(refusal)?,
        }
        self.filled = 0;
        Ok(true)
    }

    fn response(&mut self) -> anyhow::Result<bool> {
        // No request can be in the buffer: its client waits for this answer.
        let Some(read) = read(&mut self.backend, &mut self.buffer)? else {
            return Ok(false);
        };
        self.client.write_all(&self.buffer[..read])?;
        Ok(true)
    }
}

/// Bytes read, 0 when there are none now; `None` at the end.
fn read(socket: &mut TcpStream, buffer: &mut [u8]) -> anyhow::Result<Option<usize>> {
    match socket.read(buffer) {
        Ok(0) => Ok(None),
        Ok(read) => Ok(Some(read)),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(Some(0)),
        Err(error) if error.kind() == ErrorKind::ConnectionReset => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Who may call, how often, and that they did.
struct Gate {
    /// By digest of the key: when the caller's bucket is full again, nanoseconds since `begun`.
    callers: HashMap<[u8; 32], u64>,
    begun: Instant,
    records: File,
    buffer: Vec<u8>,
}

impl Gate {
    fn read(keys: &Path, records: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(keys).context("reading the keys")?;
        let digest = |line: &str| <[u8; 32]>::from(Sha256::digest(line));
        Ok(Self {
            callers: text.lines().map(|line| (digest(line), 0)).collect(),
            begun: Instant::now(),
            records: File::create(records)?,
            buffer: Vec::with_capacity(RECORDS_BYTES),
        })
    }

    fn check(&mut self, head: &[u8]) -> anyhow::Result<Option<&'static [u8]>> {
        let presented =
            http1::fields(head).find(|(name, _)| name.eq_ignore_ascii_case(b"x-api-key"));
        let key = presented.map_or(&[][..], |(_, key)| key);
        let digest = <[u8; 32]>::from(Sha256::digest(key));
        let now = u64::try_from(self.begun.elapsed().as_nanos())?;
        let refusal = match self.callers.get_mut(&digest) {
            None => Some(REFUSED),
            Some(full_at) if *full_at > now + (BURST - 1) * INTERVAL_NS => Some(TOO_MANY),
            Some(full_at) => {
                *full_at = now.max(*full_at) + INTERVAL_NS;
                None
            }
        };
        self.buffer.extend_from_slice(&now.to_le_bytes());
        self.buffer.extend_from_slice(&digest);
        self.buffer
            .extend_from_slice(&(head.len() as u64).to_le_bytes());
        if self.buffer.len() > RECORDS_BYTES - 64 {
            self.records.write_all(&self.buffer)?;
            self.buffer.clear();
        }
        Ok(refusal)
    }
}
