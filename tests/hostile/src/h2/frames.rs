//! HTTP/2 as bytes: frames and header blocks written by hand, so that they can be wrong (RFC 9113 §4, RFC 7541).

/// The client's first bytes.
pub(crate) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

pub(crate) const DATA: u8 = 0;
pub(crate) const HEADERS: u8 = 1;
pub(crate) const PRIORITY: u8 = 2;
pub(crate) const RST_STREAM: u8 = 3;
pub(crate) const SETTINGS: u8 = 4;
pub(crate) const PUSH_PROMISE: u8 = 5;
pub(crate) const PING: u8 = 6;
pub(crate) const GOAWAY: u8 = 7;
pub(crate) const WINDOW_UPDATE: u8 = 8;
pub(crate) const CONTINUATION: u8 = 9;

pub(crate) const ACK: u8 = 1;
pub(crate) const END_STREAM: u8 = 1;
pub(crate) const END_HEADERS: u8 = 4;
pub(crate) const PADDED: u8 = 8;

/// `SETTINGS_INITIAL_WINDOW_SIZE`.
pub(crate) const INITIAL_WINDOW: u16 = 4;

/// Appends a frame.
pub(crate) fn frame(out: &mut Vec<u8>, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&length.to_be_bytes()[1..]);
    out.extend([kind, flags]);
    out.extend_from_slice(&stream.to_be_bytes());
    out.extend_from_slice(payload);
}

/// One entry of a SETTINGS frame.
pub(crate) fn setting(name: u16, value: u32) -> Vec<u8> {
    [&name.to_be_bytes()[..], &value.to_be_bytes()].concat()
}

/// A field as a literal that is not indexed, without Huffman coding.
pub fn field(out: &mut Vec<u8>, name: &str, value: &[u8]) {
    out.push(0);
    text(out, name.as_bytes());
    text(out, value);
}

/// A field that enters the dynamic table.
pub(crate) fn indexed_field(out: &mut Vec<u8>, name: &str, value: &[u8]) {
    out.push(0x40);
    text(out, name.as_bytes());
    text(out, value);
}

fn text(out: &mut Vec<u8>, bytes: &[u8]) {
    number(out, 7, bytes.len());
    out.extend_from_slice(bytes);
}

/// RFC 7541 §5.1, the bits before the prefix all zero.
fn number(out: &mut Vec<u8>, prefix: u32, number: usize) {
    let most = (1_usize << prefix) - 1;
    if number < most {
        out.push(number as u8);
        return;
    }
    out.push(most as u8);
    let mut rest = number - most;
    while rest >= 128 {
        out.push((rest % 128) as u8 | 128);
        rest /= 128;
    }
    out.push(rest as u8);
}

/// What is asked of the proxy by a good request.
#[derive(Debug, Clone)]
pub struct Target {
    /// Of the proxy.
    pub address: std::net::SocketAddr,
    /// A path that is served.
    pub path: String,
    /// The line that lets calls through, as in HTTP/1.1.
    pub credential: String,
}

impl Target {
    /// The header block of a good request.
    #[must_use]
    pub fn block(&self, method: &str) -> Vec<u8> {
        let mut block = Vec::new();
        field(&mut block, ":method", method.as_bytes());
        field(&mut block, ":scheme", b"http");
        field(&mut block, ":path", self.path.as_bytes());
        field(&mut block, ":authority", b"api.test");
        if let Some((name, value)) = self.credential.split_once(':') {
            field(
                &mut block,
                &name.to_ascii_lowercase(),
                value.trim().as_bytes(),
            );
        }
        block
    }
}

/// A frame that was received.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) kind: u8,
    pub(crate) flags: u8,
    pub(crate) stream: u32,
    pub(crate) payload: Vec<u8>,
}

/// Takes the first whole frame off the front.
pub(crate) fn take(bytes: &mut Vec<u8>) -> Option<Received> {
    let head = bytes.first_chunk::<9>()?;
    let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
    let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]) & (u32::MAX >> 1);
    let (kind, flags) = (head[3], head[4]);
    let payload = bytes.get(9..9 + length)?.to_vec();
    bytes.drain(..9 + length);
    Some(Received {
        kind,
        flags,
        stream,
        payload,
    })
}
