//! As much HTTP/2 (RFC 9113) as one stream at a time on a connection needs, towards a server that is trusted.

/// The client preface, no settings of its own, and a connection window that lasts for two gigabytes of answers.
pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\
    \x00\x00\x00\x04\x00\x00\x00\x00\x00\
    \x00\x00\x04\x08\x00\x00\x00\x00\x00\x7f\xff\x00\x00";
const SETTINGS_ACK: &[u8] = b"\x00\x00\x00\x04\x01\x00\x00\x00\x00";
const FRAME_HEAD: usize = 9;
/// Where a frame names its stream.
pub(super) const STREAM_AT: std::ops::Range<usize> = 5..9;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const END_STREAM: u8 = 1;
const ACK: u8 = 1;

/// A HEADERS frame with a place for the key: its bytes, and where that place is. No field is put into the peer's table.
pub(super) fn request(path: &str, key_bytes: usize) -> (Vec<u8>, usize) {
    // RFC 7541: indexed :method GET and :scheme http, then literals without indexing (§6.2.2).
    let mut block = vec![0x82, 0x86];
    let literal = |block: &mut Vec<u8>, name: &[u8], value: &[u8]| {
        block.extend_from_slice(name);
        block.push(value.len() as u8);
        block.extend_from_slice(value);
    };
    literal(&mut block, &[0x04], path.as_bytes());
    literal(&mut block, &[0x01], b"api.bench.example");
    literal(&mut block, &[0x0f, 58 - 15], b"gatehouse-bench/1");
    literal(&mut block, &[0x0f, 19 - 15], b"application/json");
    literal(&mut block, &[0x0f, 16 - 15], b"identity");
    literal(&mut block, &[0x0f, 24 - 15], b"no-cache");
    // Never indexed (§6.2.3), with a name of its own.
    block.push(0x10);
    block.push(9);
    block.extend_from_slice(b"x-api-key");
    block.push(key_bytes as u8);
    let key_at = FRAME_HEAD + block.len();
    block.resize(block.len() + key_bytes, b' ');
    let length = (block.len() as u32).to_be_bytes();
    let mut frame = vec![
        length[1],
        length[2],
        length[3],
        HEADERS,
        END_STREAM | 4,
        0,
        0,
        0,
        0,
    ];
    frame.extend_from_slice(&block);
    (frame, key_at)
}

/// What a frame said.
pub(super) enum Said {
    /// The status, 0 for any but 200: others are written in a table this client does not keep.
    Status(u16),
    Data(u64),
    End,
    /// To be sent back.
    Reply(Vec<u8>),
    /// The connection or the stream is over.
    Broken,
}

/// Reads the frame at the front of `bytes`, once it is whole, and says what it says and how long it is.
pub(super) fn frame(bytes: &[u8]) -> Option<(Vec<Said>, usize)> {
    let head = bytes.get(..FRAME_HEAD)?;
    let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
    let payload = bytes.get(FRAME_HEAD..FRAME_HEAD + length)?;
    let (kind, flags) = (head[3], head[4]);
    let mut said = Vec::new();
    match kind {
        HEADERS => said.extend(status(payload).map(Said::Status)),
        DATA => said.push(Said::Data(length as u64)),
        SETTINGS if flags & ACK == 0 => said.push(Said::Reply(SETTINGS_ACK.to_vec())),
        PING if flags & ACK == 0 => {
            let head = b"\x00\x00\x08\x06\x01\x00\x00\x00\x00";
            said.push(Said::Reply([head.as_slice(), payload].concat()));
        }
        RST_STREAM | GOAWAY => said.push(Said::Broken),
        _ => {}
    }
    if matches!(kind, HEADERS | DATA) && flags & END_STREAM != 0 {
        said.push(Said::End);
    }
    Some((said, FRAME_HEAD + length))
}

/// `None` for trailers.
fn status(block: &[u8]) -> Option<u16> {
    // Changes of the table's size come before the first field (RFC 7541 §4.2).
    let first = block.iter().find(|byte| **byte & 0xe0 != 0x20)?;
    Some(if *first == 0x88 { 200 } else { 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_has_its_key_where_it_says() {
        let (bytes, key_at) = request("/bench/v1/items/42", 57);
        assert_eq!(bytes.len(), key_at + 57);
        assert_eq!(bytes[key_at - 1], 57);
        assert_eq!(usize::from(bytes[2]) + FRAME_HEAD, bytes.len());
    }

    #[test]
    fn frames_are_read_once_they_are_whole() {
        let bytes =
            b"\x00\x00\x02\x01\x04\x00\x00\x00\x01\x20\x88\x00\x00\x03\x00\x01\x00\x00\x00\x01abc";
        assert!(frame(&bytes[..10]).is_none());
        let (said, length) = frame(bytes).unwrap();
        assert!(matches!(said.as_slice(), [Said::Status(200)]));
        let (said, _) = frame(&bytes[length..]).unwrap();
        assert!(matches!(said.as_slice(), [Said::Data(3), Said::End]));
    }
}
