//! Append-only files of checksummed frames: `length:u32le crc32:u32le payload`.
//!
//! A reader takes frames until the first that is cut or does not fit its checksum; what stands before it is good.

/// Largest payload a reader accepts.
const PAYLOAD_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Bytes of a frame before its payload.
pub(crate) const HEAD_BYTES: usize = 8;

/// Appends a frame to `out`.
pub(crate) fn push(out: &mut Vec<u8>, payload: &[u8]) {
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&crc32fast::hash(payload).to_le_bytes());
    out.extend_from_slice(payload);
}

/// Begins a frame whose payload is then appended to `out` directly; [`close`] ends it.
pub(crate) fn open(out: &mut Vec<u8>) -> usize {
    let at = out.len();
    out.extend_from_slice(&[0; HEAD_BYTES]);
    at
}

/// Ends the frame that began at `at`: its payload is everything behind its head.
pub(crate) fn close(out: &mut [u8], at: usize) {
    let payload = &out[at + HEAD_BYTES..];
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
    let sum = crc32fast::hash(payload);
    out[at..at + 4].copy_from_slice(&length.to_le_bytes());
    out[at + 4..at + HEAD_BYTES].copy_from_slice(&sum.to_le_bytes());
}

/// The good frames of a file.
pub(crate) struct Frames<'a> {
    bytes: &'a [u8],
    good: usize,
}

impl<'a> Frames<'a> {
    pub(crate) fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, good: 0 }
    }

    /// Length of what has been read and found good.
    pub(crate) fn good_bytes(&self) -> usize {
        self.good
    }
}

impl<'a> Iterator for Frames<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = &self.bytes[self.good..];
        let (head, rest) = rest.split_first_chunk::<HEAD_BYTES>()?;
        let number =
            |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        let length = number(0) as usize;
        let payload = rest.get(..length).filter(|_| length <= PAYLOAD_BYTES_MAX)?;
        if crc32fast::hash(payload) != number(4) {
            return None;
        }
        self.good += HEAD_BYTES + length;
        Some(payload)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_frames_are_read_up_to_the_first_damage() {
        let mut bytes = Vec::new();
        push(&mut bytes, b"one");
        let first = bytes.len();
        push(&mut bytes, b"");
        let at = open(&mut bytes);
        bytes.extend_from_slice(b"three");
        close(&mut bytes, at);
        let read = |bytes: &[u8]| Frames::of(bytes).map(<[u8]>::len).collect::<Vec<_>>();
        assert_eq!(read(&bytes), [3, 0, 5]);
        for cut in 0..bytes.len() {
            assert!(read(&bytes[..cut]).len() < 3);
        }
        let mut flipped = bytes;
        flipped[first + 5] ^= 1;
        let mut frames = Frames::of(&flipped);
        assert_eq!(frames.by_ref().count(), 1);
        assert_eq!(frames.good_bytes(), first);
    }
}
