//! Which protocol a client speaks, told from its first bytes within a deadline.

use bytes::{Bytes, BytesMut};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use super::settings::ListenerSettings;
use super::stats::CloseReason;

/// What every HTTP/2 connection begins with (RFC 9113 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    Http1,
    Http2,
}

/// The protocol and the bytes read to find out.
pub(super) struct Sniffed {
    pub(super) protocol: Protocol,
    pub(super) bytes: Bytes,
    /// When the first byte arrived: the header deadline counts from here.
    pub(super) first_byte: Instant,
}

/// Reads until the bytes are no longer a beginning of the preface, or are all of it.
pub(super) async fn sniff(
    stream: &mut TcpStream,
    settings: &ListenerSettings,
) -> Result<Sniffed, CloseReason> {
    let mut bytes = BytesMut::with_capacity(PREFACE.len());
    read_within(
        stream,
        &mut bytes,
        Instant::now() + settings.first_byte,
        CloseReason::FirstByte,
    )
    .await?;
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

async fn read_within(
    stream: &mut TcpStream,
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
