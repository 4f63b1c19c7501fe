//! The limits of a listener: the `[listener]` table of every role.

use std::ops::RangeInclusive;
use std::time::Duration;

use serde::{Deserialize, Deserializer, de};

use crate::settings::{TrustedProxies, byte_size, duration};

/// Frames of HTTP/2 hold at least 16 KiB and less than 16 MiB (RFC 9113 6.5.2).
const FRAME_SIZES: RangeInclusive<u64> = 16 << 10..=(16 << 20) - 1;
/// Flow-control windows of HTTP/2 (RFC 9113 6.9.1).
const WINDOWS: RangeInclusive<u64> = 1..=(1 << 31) - 1;

/// Every field has a default that suits a listener on the open internet.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListenerSettings {
    /// From the connection to its first byte.
    #[serde(deserialize_with = "span")]
    pub first_byte: Duration,
    /// From the first byte of a request to the end of its header.
    #[serde(deserialize_with = "span")]
    pub header: Duration,
    /// In every such span of waiting for a request body, `body_progress_bytes` must arrive.
    #[serde(deserialize_with = "span")]
    pub body_progress: Duration,
    /// See `body_progress`. `1B` suits streams that pause.
    #[serde(deserialize_with = "byte_size")]
    pub body_progress_bytes: u64,
    /// In every such span of waiting for the client to read, `write_progress_bytes` must leave.
    #[serde(deserialize_with = "span")]
    pub write_progress: Duration,
    /// See `write_progress`.
    #[serde(deserialize_with = "byte_size")]
    pub write_progress_bytes: u64,
    /// How long a connection may wait between two requests.
    #[serde(deserialize_with = "span")]
    pub keep_alive: Duration,
    /// After this, up to a tenth more at random, a connection finishes its requests and closes, so that
    /// clients spread over new replicas.
    #[serde(deserialize_with = "span")]
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
    #[serde(deserialize_with = "window")]
    pub stream_window: u64,
    /// Bytes a client may send on all streams of a connection before the service reads them.
    #[serde(deserialize_with = "window")]
    pub connection_window: u64,
    /// Bytes of one frame.
    #[serde(deserialize_with = "frame_size")]
    pub frame_bytes_max: u64,
    /// Bytes waiting to be sent on one stream.
    #[serde(deserialize_with = "window")]
    pub send_buffer: u64,
    /// Streams a client may reset before we have looked at them (rapid reset, CVE-2023-44487).
    pub pending_resets_max: usize,
    /// Streams we may reset because of a client's errors before its connection is closed (CVE-2025-8671).
    pub local_resets_max: usize,
    /// How often a silent client is asked whether it is still there.
    #[serde(deserialize_with = "span")]
    pub ping: Duration,
    /// How long it may take to answer.
    #[serde(deserialize_with = "span")]
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

/// A deadline of no time would close everything at once, whatever was meant by it.
fn span<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let span = duration(deserializer)?;
    if span.is_zero() {
        Err(de::Error::custom("must be longer than 0s"))
    } else {
        Ok(span)
    }
}

fn window<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    within(&WINDOWS, byte_size(deserializer)?)
}

fn frame_size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    within(&FRAME_SIZES, byte_size(deserializer)?)
}

fn within<E: de::Error>(range: &RangeInclusive<u64>, bytes: u64) -> Result<u64, E> {
    let (least, most) = (range.start(), range.end());
    let refuse = || {
        E::custom(format!(
            "{bytes} bytes is not between {least} and {most} bytes"
        ))
    };
    range.contains(&bytes).then_some(bytes).ok_or_else(refuse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_changes_what_it_names_and_keeps_the_rest() {
        let text = "header = '3s'\nconnections_max = 7\nsource_limit_exempt = ['10.0.0.0/8']\n\
            [h2]\nstreams_max = 9\nframe_bytes_max = '32KiB'";
        let read: ListenerSettings = toml::from_str(text).expect("reads");
        let expected = ListenerSettings {
            header: Duration::from_secs(3),
            connections_max: 7,
            source_limit_exempt: TrustedProxies::new(vec!["10.0.0.0/8".parse().expect("network")]),
            h2: H2Settings {
                streams_max: 9,
                frame_bytes_max: 32 << 10,
                ..H2Settings::default()
            },
            ..ListenerSettings::default()
        };
        assert_eq!(read, expected);
    }

    #[test]
    fn values_that_would_stop_the_listener_are_refused() {
        for text in [
            "first_byte = '0s'",
            "keep_alive = '0s'",
            "headr = '1s'",
            "[h2]\nframe_bytes_max = '16383B'",
            "[h2]\nframe_bytes_max = '16MiB'",
            "[h2]\nstream_window = '2GiB'",
            "[h2]\nping = '0s'",
        ] {
            assert!(toml::from_str::<ListenerSettings>(text).is_err(), "{text}");
        }
        assert!(toml::from_str::<ListenerSettings>("drain = '0s'").is_ok());
    }
}
