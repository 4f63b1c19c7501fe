//! `[listener.h2]`: each limit one below, at, and one above what it is set to.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use gatehouse_hostile::h2::{Answer, CleanClient};

use super::http2::{forgetful, target};
use crate::http::PATIENCE;
use crate::node::{Start, World};
use crate::objects::configuration;
use crate::upstream::Upstream;

const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
/// No frame of HTTP/2; whoever gets one ignores it (RFC 9113 5.5).
const UNKNOWN: u8 = 0xfa;
const FRAME_SIZE_ERROR: u8 = 6;

/// A connection spoken frame by frame.
struct Frames(TcpStream);

impl Frames {
    fn open(address: SocketAddr) -> io::Result<Self> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")?;
        let mut frames = Self(stream);
        frames.send(SETTINGS, &[])?;
        Ok(frames)
    }

    fn send(&mut self, kind: u8, payload: &[u8]) -> io::Result<()> {
        let length = u32::try_from(payload.len()).expect("short").to_be_bytes();
        let head = [length[1], length[2], length[3], kind, 0, 0, 0, 0, 0];
        self.0.write_all(&[&head, payload].concat())
    }

    /// The next frame: its kind and payload.
    fn next(&mut self) -> io::Result<(u8, Vec<u8>)> {
        let mut head = [0; 9];
        self.0.read_exact(&mut head)?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; length as usize];
        self.0.read_exact(&mut payload)?;
        Ok((head[3], payload))
    }

    /// What the gateway announces: number and value of each setting.
    fn announced(&mut self) -> Vec<(u16, u32)> {
        let (kind, payload) = self.next().expect("the gateway speaks HTTP/2");
        assert_eq!(kind, SETTINGS);
        let pairs = payload.chunks(6).map(|pair| {
            let value = pair[2..].try_into().expect("four bytes");
            (
                u16::from_be_bytes([pair[0], pair[1]]),
                u32::from_be_bytes(value),
            )
        });
        pairs.collect()
    }

    /// Whether the connection goes on after a frame of so many bytes, and by which error it ends if not.
    fn takes(&mut self, bytes: usize) -> Result<(), u8> {
        // A frame that is refused by its length need not be read to its end.
        let _ = self.send(UNKNOWN, &vec![0; bytes]);
        let _ = self.send(PING, &[7; 8]);
        loop {
            match self.next() {
                Ok((PING, _)) => return Ok(()),
                Ok((GOAWAY, payload)) => return Err(payload[7]),
                Ok(_) => {}
                Err(error) => panic!("cut without a word: {error}"),
            }
        }
    }
}

fn slow() -> Upstream {
    Upstream::start(|mut exchange| {
        while exchange
            .read_head()
            .is_some_and(|seen| !seen.line.is_empty())
        {
            // Long enough for all streams to be open at once.
            std::thread::park_timeout(Duration::from_millis(300));
            if !exchange.answer("seen") {
                return;
            }
        }
    })
}

#[test]
fn streams_frames_and_windows_are_as_they_are_set() {
    let upstream = slow();
    let start = Start {
        variables: &[
            ("LISTENER__H2__STREAMS_MAX", "4"),
            ("LISTENER__H2__FRAME_BYTES_MAX", "20KiB"),
            ("LISTENER__H2__STREAM_WINDOW", "70KiB"),
        ],
        ..Start::default()
    };
    let world = World::start(&configuration(&[&upstream.url()]), &start);
    let target = target(&world);
    for (opened, good) in [(3, 3), (4, 4), (5, 4)] {
        let mut client = CleanClient::open(&target).expect("the gateway listens");
        let answers = client.at_once(&target, opened).expect("answers");
        let counted = answers.iter().filter(|one| **one == Answer::Good).count();
        assert_eq!((answers.len(), counted), (opened, good), "{answers:?}");
    }
    let mut frames = Frames::open(world.node.gateway).expect("the gateway listens");
    let announced = frames.announced();
    for setting in [(3, 4), (4, 70 << 10), (5, 20 << 10)] {
        assert!(announced.contains(&setting), "{setting:?}: {announced:?}");
    }
    let limit = 20 << 10;
    assert_eq!(frames.takes(limit - 1), Ok(()));
    assert_eq!(frames.takes(limit), Ok(()));
    assert_eq!(frames.takes(limit + 1), Err(FRAME_SIZE_ERROR));
}

#[test]
fn http_2_that_is_switched_off_is_not_spoken() {
    let upstream = forgetful();
    let start = Start {
        variables: &[("LISTENER__H2__ENABLED", "false")],
        ..Start::default()
    };
    let world = World::start(&configuration(&[&upstream.url()]), &start);
    let target = target(&world);
    let asked = CleanClient::open(&target).and_then(|mut client| client.get(&target));
    assert_ne!(asked.ok(), Some(Answer::Good));
    assert_eq!(world.get("/petstore/v1/pets").status, 200);
}
