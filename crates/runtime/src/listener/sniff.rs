//! Which protocol a client speaks, told from its first bytes within a deadline.

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::time::{Instant, timeout_at};

use super::settings::ListenerSettings;
use super::stats::CloseReason;

/// What every HTTP/2 connection begins with (RFC 9113 3.4).
pub const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// What a client speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// 1.0 or 1.1.
    Http1,
    /// By its preface.
    Http2,
}

/// The protocol and the bytes read to find out.
pub struct Sniffed {
    /// Told from them.
    pub protocol: Protocol,
    /// To be read again.
    pub bytes: Bytes,
    /// When the first byte arrived: the header deadline counts from here.
    pub first_byte: Instant,
}

/// Reads until the bytes are no longer a beginning of the preface, or are all of it.
///
/// # Errors
/// Why the connection is to be closed: too slow, gone, or broken.
pub async fn sniff<T: AsyncRead + Unpin>(
    stream: &mut T,
    already_read: &[u8],
    settings: &ListenerSettings,
) -> Result<Sniffed, CloseReason> {
    let mut bytes = BytesMut::with_capacity(PREFACE.len().max(already_read.len()));
    bytes.extend_from_slice(already_read);
    if bytes.is_empty() {
        let deadline = Instant::now() + settings.first_byte;
        read_within(stream, &mut bytes, deadline, CloseReason::FirstByte).await?;
    }
    let first_byte = Instant::now();
    while settings.h2.enabled && bytes.len() < PREFACE.len() && PREFACE.starts_with(&bytes) {
        let deadline = first_byte + settings.header;
        read_within(stream, &mut bytes, deadline, CloseReason::Header).await?;
    }
    let is_http2 = settings.h2.enabled && bytes.starts_with(PREFACE);
    let protocol = if is_http2 {
        Protocol::Http2
    } else {
        Protocol::Http1
    };
    Ok(Sniffed {
        protocol,
        bytes: bytes.freeze(),
        first_byte,
    })
}

async fn read_within<T: AsyncRead + Unpin>(
    stream: &mut T,
    bytes: &mut BytesMut,
    deadline: Instant,
    too_late: CloseReason,
) -> Result<(), CloseReason> {
    match timeout_at(deadline, stream.read_buf(bytes)).await {
        Err(_) => Err(too_late),
        Ok(Err(_)) => Err(CloseReason::Protocol),
        Ok(Ok(0)) => Err(CloseReason::Finished),
        Ok(Ok(_)) => Ok(()),
    }
}
