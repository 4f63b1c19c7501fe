//! The PROXY protocol, versions 1 and 2: a load balancer says who has connected to it, before the client's first byte.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

/// What version 2 begins with.
const SIGNATURE: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";
/// Longest line of version 1, with its end.
const LINE_BYTES_MAX: usize = 107;
/// Signature, version, family and length.
const FIXED_BYTES: usize = 16;
/// Most bytes of addresses and extensions after them.
const VARIABLE_BYTES_MAX: usize = 1_024;

/// What a header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    /// The client's address.
    Client(IpAddr),
    /// The proxy speaks for itself, or does not know.
    Nobody,
}

/// Not the PROXY protocol, or not in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NoHeader;

/// Reads the header, and not a byte beyond it.
pub(super) async fn read(stream: &mut TcpStream, within: Duration) -> Result<Said, NoHeader> {
    let reading = async {
        let mut header = Vec::with_capacity(LINE_BYTES_MAX);
        let mut room = [0; FIXED_BYTES + VARIABLE_BYTES_MAX];
        loop {
            let seen = header.len();
            let peeked = stream.peek(&mut room).await.map_err(|_| NoHeader)?;
            header.extend_from_slice(&room[..peeked]);
            let parsed = parse(&header)?;
            // What is no whole header yet belongs to one, and is taken.
            let taken = parsed.map_or(peeked, |(_, length)| length - seen);
            stream
                .read_exact(&mut room[..taken])
                .await
                .map_err(|_| NoHeader)?;
            match parsed {
                Some((said, _)) => return Ok(said),
                None if peeked == 0 => return Err(NoHeader),
                None => {}
            }
        }
    };
    tokio::time::timeout(within, reading)
        .await
        .unwrap_or(Err(NoHeader))
}

/// What a header says and how long it is; `None` while it is not whole.
fn parse(bytes: &[u8]) -> Result<Option<(Said, usize)>, NoHeader> {
    let known = bytes.len().min(SIGNATURE.len());
    if bytes[..known] == SIGNATURE[..known] {
        parse_binary(bytes)
    } else {
        parse_line(bytes)
    }
}

fn parse_binary(bytes: &[u8]) -> Result<Option<(Said, usize)>, NoHeader> {
    let Some(fixed) = bytes.first_chunk::<FIXED_BYTES>() else {
        return Ok(None);
    };
    let variable = usize::from(u16::from_be_bytes([fixed[14], fixed[15]]));
    if variable > VARIABLE_BYTES_MAX || fixed[12] >> 4 != 2 {
        return Err(NoHeader);
    }
    let length = FIXED_BYTES + variable;
    let Some(rest) = bytes.get(FIXED_BYTES..length) else {
        return Ok(None);
    };
    let said = match (fixed[12] & 0xf, fixed[13]) {
        // LOCAL: a check of the proxy's own.
        (0, _) | (1, 0) => Said::Nobody,
        (1, 0x11) => {
            let octets = rest.get(..12).and_then(|ends| ends.first_chunk::<4>());
            Said::Client(Ipv4Addr::from(*octets.ok_or(NoHeader)?).into())
        }
        (1, 0x21) => {
            let octets = rest.get(..36).and_then(|ends| ends.first_chunk::<16>());
            Said::Client(Ipv6Addr::from(*octets.ok_or(NoHeader)?).to_canonical())
        }
        _ => return Err(NoHeader),
    };
    Ok(Some((said, length)))
}

fn parse_line(bytes: &[u8]) -> Result<Option<(Said, usize)>, NoHeader> {
    const BEGINNING: &[u8] = b"PROXY ";
    let known = bytes.len().min(BEGINNING.len());
    if bytes[..known] != BEGINNING[..known] {
        return Err(NoHeader);
    }
    let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else {
        return if bytes.len() < LINE_BYTES_MAX {
            Ok(None)
        } else {
            Err(NoHeader)
        };
    };
    let line = bytes[..end]
        .strip_suffix(b"\r")
        .filter(|_| end < LINE_BYTES_MAX);
    let line = line
        .and_then(|line| std::str::from_utf8(line).ok())
        .ok_or(NoHeader)?;
    let said = match *line.split(' ').collect::<Vec<_>>() {
        ["PROXY", "UNKNOWN", ..] => Said::Nobody,
        ["PROXY", family, source, target, source_port, target_port] => {
            let address = |text: &str| match family {
                "TCP4" => text
                    .parse::<Ipv4Addr>()
                    .map(IpAddr::from)
                    .map_err(|_| NoHeader),
                "TCP6" => text
                    .parse::<Ipv6Addr>()
                    .map(IpAddr::from)
                    .map_err(|_| NoHeader),
                _ => Err(NoHeader),
            };
            address(target)?;
            let plain = |port: &str| {
                !port.starts_with('+')
                    && (port == "0" || !port.starts_with('0'))
                    && port.parse::<u16>().is_ok()
            };
            if !plain(source_port) || !plain(target_port) {
                return Err(NoHeader);
            }
            Said::Client(address(source)?.to_canonical())
        }
        _ => return Err(NoHeader),
    };
    Ok(Some((said, end + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binary(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
        let length = u16::try_from(rest.len()).unwrap().to_be_bytes();
        [&SIGNATURE[..], &[command, family], &length, rest].concat()
    }

    fn client(text: &str) -> Said {
        Said::Client(text.parse().unwrap())
    }

    #[test]
    fn headers_of_both_versions_are_read_in_whatever_pieces_they_arrive() {
        let mut v6 = [0; 36];
        v6[15] = 1;
        for (header, said) in [
            (
                b"PROXY TCP4 192.0.2.1 10.0.0.1 4000 443\r\n".to_vec(),
                client("192.0.2.1"),
            ),
            (
                b"PROXY TCP6 2001:db8::1 ::1 1 0\r\n".to_vec(),
                client("2001:db8::1"),
            ),
            (
                b"PROXY TCP6 ::ffff:192.0.2.1 ::1 1 2\r\n".to_vec(),
                client("192.0.2.1"),
            ),
            (b"PROXY UNKNOWN\r\n".to_vec(), Said::Nobody),
            (b"PROXY UNKNOWN whatever it says\r\n".to_vec(), Said::Nobody),
            (
                binary(0x21, 0x11, &[192, 0, 2, 1, 10, 0, 0, 1, 1, 2, 3, 4]),
                client("192.0.2.1"),
            ),
            (
                binary(
                    0x21,
                    0x11,
                    &[192, 0, 2, 1, 10, 0, 0, 1, 1, 2, 3, 4, 9, 0, 0],
                ),
                client("192.0.2.1"),
            ),
            (binary(0x21, 0x21, &v6), client("::1")),
            (binary(0x20, 0, &[]), Said::Nobody),
            (binary(0x21, 0, &[1, 2]), Said::Nobody),
        ] {
            for length in 0..header.len() {
                assert_eq!(parse(&header[..length]), Ok(None), "{header:?} {length}");
            }
            let followed = [&header[..], b"GET / HTTP/1.1\r\n"].concat();
            assert_eq!(
                parse(&followed),
                Ok(Some((said, header.len()))),
                "{header:?}"
            );
        }
    }

    #[test]
    fn what_is_no_header_is_refused() {
        for text in [
            "GET / HTTP/1.1\r\n",
            "proxy TCP4 192.0.2.1 10.0.0.1 1 2\r\n",
            "PROXY TCP4 192.0.2.1 10.0.0.1 1 2\n",
            "PROXY TCP4 192.0.2.1 10.0.0.1 1\r\n",
            "PROXY TCP4 192.0.2.1 10.0.0.1 1 2 3\r\n",
            "PROXY TCP4 192.0.2.1 10.0.0.1 +1 2\r\n",
            "PROXY TCP4 192.0.2.1 10.0.0.1 01 2\r\n",
            "PROXY TCP4 192.0.2.1 10.0.0.1 1 65536\r\n",
            "PROXY TCP4 ::1 ::1 1 2\r\n",
            "PROXY TCP6 192.0.2.1 ::1 1 2\r\n",
            "PROXY UDP4 192.0.2.1 10.0.0.1 1 2\r\n",
            "PROXY  TCP4 192.0.2.1 10.0.0.1 1 2\r\n",
            "PROXY TCP4 300.0.2.1 10.0.0.1 1 2\r\n",
            "PROXY \r\n",
        ] {
            assert_eq!(parse(text.as_bytes()), Err(NoHeader), "{text}");
        }
        for bad in [
            binary(0x11, 0x11, &[0; 12]),
            binary(0x22, 0x11, &[0; 12]),
            binary(0x21, 0x11, &[0; 11]),
            binary(0x21, 0x21, &[0; 35]),
            binary(0x21, 0x31, &[0; 216]),
            binary(0x21, 0x12, &[0; 12]),
        ] {
            assert_eq!(parse(&bad), Err(NoHeader), "{bad:?}");
        }
    }

    #[test]
    fn headers_hold_at_their_limits() {
        let line = |length: usize| {
            let rest = "x".repeat(length - "PROXY UNKNOWN \r\n".len());
            parse(format!("PROXY UNKNOWN {rest}\r\n").as_bytes())
        };
        assert_eq!(line(106), Ok(Some((Said::Nobody, 106))));
        assert_eq!(line(107), Ok(Some((Said::Nobody, 107))));
        assert_eq!(line(108), Err(NoHeader));
        assert_eq!(parse(&b"PROXY UNKNOWN ".repeat(8)[..107]), Err(NoHeader));
        let extended = |length: usize| parse(&binary(0x20, 0, &vec![0; length])).is_ok();
        assert!(extended(VARIABLE_BYTES_MAX - 1) && extended(VARIABLE_BYTES_MAX));
        assert!(!extended(VARIABLE_BYTES_MAX + 1));
    }
}
