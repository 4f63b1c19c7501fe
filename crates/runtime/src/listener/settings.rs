//! The limits of a listener: the `[listener]` table of every role.

use std::time::Duration;

use serde::Deserialize;

use crate::settings::{TrustedProxies, byte_size, duration};

/// Every field has a default that suits a listener on the open internet.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListenerSettings {
    /// From the connection to its first byte.
    #[serde(deserialize_with = "duration")]
    pub first_byte: Duration,
    /// From the first byte of a request to the end of its header.
    #[serde(deserialize_with = "duration")]
    pub header: Duration,
    /// In every such span of waiting for a request body, `body_progress_bytes` must arrive.
    #[serde(deserialize_with = "duration")]
    pub body_progress: Duration,
    /// See `body_progress`. `1B` suits streams that pause.
    #[serde(deserialize_with = "byte_size")]
    pub body_progress_bytes: u64,
    /// In every such span of waiting for the client to read, `write_progress_bytes` must leave.
    #[serde(deserialize_with = "duration")]
    pub write_progress: Duration,
    /// See `write_progress`.
    #[serde(deserialize_with = "byte_size")]
    pub write_progress_bytes: u64,
    /// How long a connection may wait between two requests.
    #[serde(deserialize_with = "duration")]
    pub keep_alive: Duration,
    /// After this, up to a tenth more at random, a connection finishes its requests and closes, so that
    /// clients spread over new replicas.
    #[serde(deserialize_with = "duration")]
    pub max_connection_age: Duration,
    /// Connections at once. One more is answered 503 and closed.
    pub connections_max: usize,
    /// Connections at once from one IPv4 address or IPv6 /64. One more is closed at once.
    pub connections_per_source_max: usize,
    /// Networks without a limit per source: the load balancers in front.
    pub source_limit_exempt: TrustedProxies,
    /// Bytes of request line and headers together; HTTP/2 counts 32 more per header (RFC 9113 6.5.2).
    #[serde(deserialize_with = "byte_size")]
    pub header_bytes_max: u64,
    /// Number of headers of a request.
    pub headers_max: usize,
    /// How long requests under way may go on after shutdown begins.
    #[serde(deserialize_with = "duration")]
    pub drain: Duration,
    /// HTTP/2 without TLS by prior knowledge (RFC 9113 3.3).
    pub h2: H2Settings,
}

/// Limits of HTTP/2, written out because the defaults of libraries change between versions.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct H2Settings {
    /// Whether to speak HTTP/2 at all.
    pub enabled: bool,
    /// Requests at once on one connection.
    pub streams_max: u32,
    /// Bytes a client may send on one stream before the service reads them.
    #[serde(deserialize_with = "byte_size")]
    pub stream_window: u64,
    /// Bytes a client may send on all streams of a connection before the service reads them.
    #[serde(deserialize_with = "byte_size")]
    pub connection_window: u64,
    /// Bytes of one frame.
    #[serde(deserialize_with = "byte_size")]
    pub frame_bytes_max: u64,
    /// Bytes waiting to be sent on one stream.
    #[serde(deserialize_with = "byte_size")]
    pub send_buffer: u64,
    /// Streams a client may reset before we have looked at them (rapid reset, CVE-2023-44487).
    pub pending_resets_max: usize,
    /// Streams we may reset because of a client's errors before its connection is closed (CVE-2025-8671).
    pub local_resets_max: usize,
    /// How often a silent client is asked whether it is still there.
    #[serde(deserialize_with = "duration")]
    pub ping: Duration,
    /// How long it may take to answer.
    #[serde(deserialize_with = "duration")]
    pub ping_timeout: Duration,
}

impl Default for ListenerSettings {
    fn default() -> Self {
        Self {
            first_byte: Duration::from_secs(10),
            header: Duration::from_secs(10),
            body_progress: Duration::from_secs(10),
            body_progress_bytes: 1 << 10,
            write_progress: Duration::from_secs(10),
            write_progress_bytes: 1 << 10,
            keep_alive: Duration::from_secs(75),
            max_connection_age: Duration::from_secs(3_600),
            connections_max: 10_000,
            connections_per_source_max: 1_000,
            source_limit_exempt: TrustedProxies::default(),
            header_bytes_max: 32 << 10,
            headers_max: 100,
            drain: Duration::from_secs(20),
            h2: H2Settings::default(),
        }
    }
}

impl Default for H2Settings {
    fn default() -> Self {
        Self {
            enabled: true,
            streams_max: 128,
            stream_window: 256 << 10,
            connection_window: 1 << 20,
            frame_bytes_max: 16 << 10,
            send_buffer: 64 << 10,
            pending_resets_max: 20,
            local_resets_max: 128,
            ping: Duration::from_secs(20),
            ping_timeout: Duration::from_secs(10),
        }
    }
}
