//! The chunked coding (RFC 9112 §7.1) of requests and responses, decoded where it lies. Strict: CRLF alone ends a line, a size is
//! hexadecimal digits alone, extensions and trailers are read over within bounds.

use crate::syntax::{is_text, is_token};
use std::ops::Range;

/// Digits of a size: as many as a u64 has without its highest.
const SIZE_DIGITS_MAX: u8 = 15;
/// Bytes of extensions and of trailers over a whole body.
const EXTENSIONS_BYTES_MAX: usize = 16 * 1024;
const TRAILERS_BYTES_MAX: usize = 16 * 1024;

/// A decoder between two reads.
#[derive(Debug)]
pub(crate) struct Chunked {
    state: State,
    extensions: usize,
    trailers: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// At the first digit, or after some.
    Size {
        digits: u8,
        size: u64,
    },
    /// Space after the size, which only an extension may follow.
    Space {
        size: u64,
    },
    Extension {
        size: u64,
    },
    /// After the CR of a size line.
    SizeEnd {
        size: u64,
    },
    Data {
        left: u64,
    },
    DataCr,
    DataLf,
    /// At the start of a trailer line or of the line that ends the body.
    TrailerStart,
    Trailer {
        named: bool,
    },
    TrailerLf,
    EndLf,
    End,
}

/// What a piece of the coding was.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Decoded {
    /// Where its data lies now, all together.
    pub(crate) data: Range<usize>,
    /// Bytes of the coding that were read.
    pub(crate) taken: usize,
}

/// Not the chunked coding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BadChunk(pub(crate) &'static str);

impl Default for Chunked {
    fn default() -> Self {
        Self {
            state: State::Size { digits: 0, size: 0 },
            extensions: 0,
            trailers: 0,
        }
    }
}

impl Chunked {
    pub(crate) fn is_at_end(&self) -> bool {
        self.state == State::End
    }

    /// Reads as much as there is, up to the end of the body, and moves the data of several chunks together.
    pub(crate) fn decode(&mut self, bytes: &mut [u8]) -> Result<Decoded, BadChunk> {
        let mut data = 0..0;
        let mut at = 0;
        while at < bytes.len() && self.state != State::End {
            if let State::Data { left } = self.state {
                let room = bytes.len() - at;
                let length = usize::try_from(left).map_or(room, |left| left.min(room));
                if data.is_empty() {
                    data = at..at;
                }
                if data.end != at {
                    bytes.copy_within(at..at + length, data.end);
                }
                data.end += length;
                at += length;
                let left = left - length as u64;
                self.state = if left == 0 {
                    State::DataCr
                } else {
                    State::Data { left }
                };
            } else {
                self.state = self.step(bytes[at])?;
                at += 1;
            }
        }
        Ok(Decoded { data, taken: at })
    }

    /// One byte of what is not data.
    fn step(&mut self, byte: u8) -> Result<State, BadChunk> {
        Ok(match (self.state, byte) {
            (State::Size { digits: 1.., size }, b'\r') => State::SizeEnd { size },
            (State::Size { digits: 1.., size }, b';') => State::Extension { size },
            (State::Size { digits: 1.., size }, b' ' | b'\t') => State::Space { size },
            (State::Size { digits, size }, _) => {
                let digit = char::from(byte).to_digit(16);
                let digit = digit.ok_or(BadChunk("a chunk's size is not a number"))?;
                if digits >= SIZE_DIGITS_MAX {
                    return Err(BadChunk("a chunk's size is too long"));
                }
                State::Size {
                    digits: digits + 1,
                    size: size << 4 | u64::from(digit),
                }
            }
            (State::Space { size }, b' ' | b'\t') => self.extension(size)?,
            (State::Space { size }, b';') => State::Extension { size },
            (State::Space { .. }, _) => {
                return Err(BadChunk("a chunk's size is followed by space"));
            }
            (State::Extension { size }, b'\r') => State::SizeEnd { size },
            (State::Extension { size }, byte) if is_text(byte) => {
                self.extension(size)?;
                State::Extension { size }
            }
            (State::Extension { .. }, _) => {
                return Err(BadChunk("a chunk's extension holds a control character"));
            }
            (State::SizeEnd { size: 0 }, b'\n') => State::TrailerStart,
            (State::SizeEnd { size }, b'\n') => State::Data { left: size },
            (State::DataCr, b'\r') => State::DataLf,
            (State::DataLf, b'\n') => State::Size { digits: 0, size: 0 },
            (State::DataCr | State::DataLf, _) => {
                return Err(BadChunk("a chunk is longer than its size"));
            }
            (State::TrailerStart, b'\r') => State::EndLf,
            (State::EndLf, b'\n') => State::End,
            (State::TrailerLf, b'\n') => State::TrailerStart,
            (State::SizeEnd { .. } | State::EndLf | State::TrailerLf, _) => {
                return Err(BadChunk(
                    "a line of the chunked coding does not end in CRLF",
                ));
            }
            (State::TrailerStart, byte) => self.trailer(byte, false, true)?,
            (State::Trailer { named: true }, b'\r') => State::TrailerLf,
            (State::Trailer { named }, byte) => self.trailer(byte, named, false)?,
            // Neither is stepped through.
            (State::Data { .. } | State::End, _) => self.state,
        })
    }

    fn extension(&mut self, size: u64) -> Result<State, BadChunk> {
        self.extensions += 1;
        if self.extensions > EXTENSIONS_BYTES_MAX {
            return Err(BadChunk("the chunks' extensions are too long"));
        }
        Ok(State::Space { size })
    }

    /// A trailer field is read over, but must be one: what follows a body must not be taken for a field by accident.
    fn trailer(&mut self, byte: u8, named: bool, first: bool) -> Result<State, BadChunk> {
        self.trailers += 1;
        if self.trailers > TRAILERS_BYTES_MAX {
            return Err(BadChunk("the trailers are too long"));
        }
        match byte {
            b':' if !named && !first => Ok(State::Trailer { named: true }),
            byte if named && is_text(byte) => Ok(State::Trailer { named }),
            byte if !named && is_token(byte) => Ok(State::Trailer { named }),
            _ => Err(BadChunk("a trailer is not a field")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Decodes a text that arrives in pieces of this length; the data, whether it ended, and what is left over.
    fn decode(text: &[u8], piece: usize) -> Result<(Vec<u8>, bool, usize), BadChunk> {
        let mut decoder = Chunked::default();
        let (mut data, mut taken) = (Vec::new(), 0);
        for piece in text.chunks(piece) {
            let mut piece = piece.to_vec();
            let decoded = decoder.decode(&mut piece)?;
            data.extend_from_slice(&piece[decoded.data]);
            taken += decoded.taken;
        }
        Ok((data, decoder.is_at_end(), text.len() - taken))
    }

    #[test]
    fn a_body_is_the_same_in_whatever_pieces_it_arrives() {
        let text = b"5\r\nhello\r\n1;a=\"b c\"\r\n \r\n00005 ; x\r\nworld\r\n0\r\nx-t: 1\r\nb:\r\n\r\nHTTP/1.1";
        for piece in 1..=text.len() {
            let decoded = decode(text, piece);
            assert_eq!(decoded, Ok((b"hello world".to_vec(), true, 8)), "{piece}");
        }
    }

    #[test]
    fn fuzz_chunked_bodies_are_what_an_independent_reader_says() {
        use gatehouse_hostile::{fuzz::fuzz, judge};
        let seeds: [&[u8]; 3] = [
            b"5\r\nhello\r\n1;a=\"b\"\r\n \r\n0\r\nx-t: 1\r\n\r\n",
            b"3\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n",
            b"0003 ;x\r\nabc\r\n0\r\n\r\n",
        ];
        let tokens: [&[u8]; 9] = [
            b"\r\n",
            b"\n",
            b"\r",
            b"0\r\n\r\n",
            b";",
            b" ",
            b"\0",
            b"ffffffffffffffff",
            b"-1",
        ];
        let mut whole = 0;
        fuzz("chunked body", 20_000, |random| {
            let input = random.mutate(&seeds, &tokens);
            let at_once = decode(&input, input.len().max(1));
            let in_pieces = decode(&input, 1 + random.below(7));
            assert_eq!(at_once.is_ok(), in_pieces.is_ok());
            let Ok((data, true, left)) = at_once else {
                return;
            };
            whole += 1;
            assert_eq!(in_pieces, Ok((data.clone(), true, left)));
            let head = &b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n"[..];
            let message = [head, &input[..input.len() - left]].concat();
            let reading = judge::strict(&message);
            let shown = String::from_utf8_lossy(&input);
            assert_eq!(reading.fault, None, "{shown:?}");
            assert!(
                reading.messages[0].whole && reading.messages[0].body == data,
                "{shown:?}"
            );
            assert_eq!(judge::ambiguity(&message), None, "{shown:?}");
        });
        assert!(whole > 500, "{whole}");
    }

    #[test]
    fn a_body_without_its_end_has_not_ended() {
        let text = b"5\r\nhello\r\n0\r\n\r\n";
        for length in 0..text.len() {
            let decoded = decode(&text[..length], 100).unwrap();
            assert!(!decoded.1, "{length}");
        }
        assert!(decode(text, 100).unwrap().1);
    }

    #[test]
    fn what_is_not_the_coding_is_refused() {
        for text in [
            &b"\r\n"[..],
            b"x\r\n",
            b"-1\r\n",
            b"+1\r\n",
            b"0x1\r\na\r\n",
            b" 1\r\na\r\n",
            b"1 \r\na\r\n",
            b"1\na\r\n",
            b"1\r\r\n",
            b"1\r\nab\r\n",
            b"1\r\na\n",
            b"1\r\na\rx",
            b"1;a\nb\r\n",
            b"1;a\0\r\n",
            b"10000000000000000\r\n",
            b"0000000000000000\r\n",
            b"0\n\n",
            b"0\r\n\n",
            b"0\r\n\rx",
            b"0\r\nnofield\r\n\r\n",
            b"0\r\n: x\r\n\r\n",
            b"0\r\n x: y\r\n\r\n",
            b"0\r\na b: y\r\n\r\n",
            b"0\r\na: b\nc: d\r\n\r\n",
            b"0\r\na: b\r\n c\r\n\r\n",
            b"0\r\nHTTP/1.1 200 OK\r\n",
        ] {
            assert!(
                decode(text, 100).is_err(),
                "{:?}",
                String::from_utf8_lossy(text)
            );
            assert!(
                decode(text, 1).is_err(),
                "{:?}",
                String::from_utf8_lossy(text)
            );
        }
    }

    #[test]
    fn extensions_and_trailers_are_bounded() {
        let long = |length: usize| [b"1;".as_slice(), &vec![b'a'; length], b"\r\na\r\n"].concat();
        assert!(decode(&long(EXTENSIONS_BYTES_MAX), 1_000).is_ok());
        assert!(decode(&long(EXTENSIONS_BYTES_MAX + 1), 1_000).is_err());
        let long =
            |length: usize| [b"0\r\na:".as_slice(), &vec![b'a'; length - 2], b"\r\n\r\n"].concat();
        assert!(decode(&long(TRAILERS_BYTES_MAX), 1_000).unwrap().1);
        assert!(decode(&long(TRAILERS_BYTES_MAX + 1), 1_000).is_err());
        let spaces = [b"1".as_slice(), &vec![b' '; EXTENSIONS_BYTES_MAX + 2]].concat();
        assert!(decode(&spaces, 1_000).is_err());
    }
}
