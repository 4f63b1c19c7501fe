//! Responses changed at random, with a fixed budget and seed, against a second reading of the same bytes.

use std::io::{Read, Write};

use super::*;

const SEEDS: &[&[u8]] = &[
    b"HTTP/1.1 200 OK\r\ncontent-length: 11\r\nx: y\r\n\r\nhello world",
    b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n6;a=b\r\n world\r\n0\r\nx: y\r\n\r\n",
    b"HTTP/1.1 404 Not Found\r\nConnection: x-a, close\r\nx-a: b\r\nContent-Length: 3\r\n\r\nabc",
    b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
    b"HTTP/1.0 200 OK\r\n\r\nuntil the end",
    b"HTTP/1.1 204 No Content\r\netag: \"a\"\r\n\r\n",
    b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n1\r\nc\r\n0\r\n\r\n",
];

/// Changed responses of the default run.
const BUDGET: usize = 4_000;

struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit.max(1) as u64).unwrap_or(0)
    }
}

fn mutated(dice: &mut Dice) -> Vec<u8> {
    const PIECES: &[&[u8]] = &[
        b"\r\n",
        b"\n",
        b"\r",
        b"\0",
        b" ",
        b":",
        b";",
        b"0",
        b"f",
        b"content-length: 3\r\n",
        b"transfer-encoding: chunked\r\n",
        b"HTTP/1.1 200 OK\r\n",
        b"0\r\n\r\n",
        b"\r\n\r\n",
        b"\xff",
        b"-",
        b",",
    ];
    let mut bytes = SEEDS[dice.below(SEEDS.len())].to_vec();
    for _ in 0..=dice.below(3) {
        let at = dice.below(bytes.len() + 1);
        match dice.below(6) {
            0 => bytes.truncate(at),
            1 if at < bytes.len() => bytes[at] = u8::try_from(dice.below(256)).unwrap_or(0),
            2 if at < bytes.len() => {
                bytes.remove(at);
            }
            3 => {
                let end = (at + dice.below(20)).min(bytes.len());
                let again = bytes[at..end].to_vec();
                bytes.splice(at..at, again);
            }
            4 => {
                bytes.splice(at..at, PIECES[dice.below(PIECES.len())].iter().copied());
            }
            _ if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
            _ => {}
        }
    }
    bytes
}

/// A second reading, slow and plain: the status and the body of a response that is whole when the connection ends after
/// these bytes. It accepts more than the client does, so that what the client accepts must be among it.
fn reading(mut bytes: &[u8]) -> Option<(u16, Vec<u8>)> {
    loop {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        bytes = &bytes[end + 4..];
        let mut lines = head.split("\r\n");
        let status: u16 = lines.next()?.get(9..12)?.parse().ok()?;
        if status < 200 {
            continue;
        }
        let fields: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let field = |name: &str| fields.iter().find(|(known, _)| known == name);
        if matches!(status, 204 | 304) {
            return Some((status, Vec::new()));
        }
        if field("transfer-encoding").is_some() {
            return Some((status, chunks(bytes)?));
        }
        return match field("content-length") {
            Some((_, length)) => Some((status, bytes.get(..length.parse().ok()?)?.to_vec())),
            None => Some((status, bytes.to_vec())),
        };
    }
}

fn chunks(mut bytes: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = bytes.windows(2).position(|two| two == b"\r\n")?;
        let size = bytes[..end].split(|byte| *byte == b';').next()?;
        let size = std::str::from_utf8(size.trim_ascii_end()).ok()?;
        let size = usize::from_str_radix(size, 16).ok()?;
        bytes = &bytes[end + 2..];
        if size == 0 {
            let ends =
                bytes.starts_with(b"\r\n") || bytes.windows(4).any(|four| four == b"\r\n\r\n");
            return ends.then_some(body);
        }
        body.extend_from_slice(bytes.get(..size)?);
        bytes = bytes.get(size..)?.strip_prefix(b"\r\n")?;
    }
}

/// A backend that answers connection by connection with what it is given.
fn served(answers: Vec<Vec<u8>>) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound");
    std::thread::spawn(move || {
        for (answer, stream) in answers.into_iter().zip(listener.incoming()) {
            let Ok(mut stream) = stream else { return };
            // A request without a body comes in one write.
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(&answer);
        }
    });
    format!("http://{address}")
}

async fn judge(answers: Vec<Vec<u8>>) -> [usize; 3] {
    let mut outcomes = [0; 3];
    let mut patient = settings();
    // Every answer has a connection of its own, and bad answers leave out nobody.
    (patient.idle_connections, patient.eject_after) = (0, 0);
    let side = Side::with(&object(&[served(answers.clone())]), &patient);
    for answer in answers {
        let text = String::from_utf8_lossy(&answer).into_owned();
        match side.get().await {
            Err(kind) => {
                assert_eq!(kind, ProblemKind::UpstreamFailed, "{text:?}");
                outcomes[0] += 1;
            }
            Ok(reply) if reply.end.is_ok() => {
                let whole = Some((reply.status, reply.body.clone()));
                assert_eq!(whole, reading(&answer), "{text:?} was read as {reply:?}");
                outcomes[1] += 1;
            }
            Ok(_) => outcomes[2] += 1,
        }
    }
    outcomes
}

#[test]
fn no_change_makes_a_part_look_whole_or_ends_in_a_panic() {
    let mut dice = Dice(0x5eed_5eed_5eed_5eed);
    let answers: Vec<_> = (0..BUDGET).map(|_| mutated(&mut dice)).collect();
    let mut outcomes = [0; 3];
    // Patience for some hundred answers each: how many there are is nobody's slowness.
    for some in answers.chunks(400) {
        let judged = on_worker(judge(some.to_vec()));
        for (count, more) in outcomes.iter_mut().zip(judged) {
            *count += more;
        }
    }
    assert!(
        outcomes.iter().all(|count| *count > BUDGET / 50),
        "{outcomes:?}"
    );
}

#[test]
fn every_beginning_of_a_response_is_less_than_the_whole() {
    let mut answers = Vec::new();
    for whole in SEEDS {
        answers.extend((0..=whole.len()).map(|length| whole[..length].to_vec()));
    }
    let outcomes = on_worker(judge(answers));
    // Each seed whole, and the beginnings of the one that ends with its connection.
    let until_the_end = "until the end".len();
    assert_eq!(outcomes[1], SEEDS.len() + until_the_end, "{outcomes:?}");
}
