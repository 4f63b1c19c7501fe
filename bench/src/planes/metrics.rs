//! The gateway's own figures, as its status page shows them.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::Context;

/// A page of metrics in Prometheus' text format.
pub(super) struct Metrics(String);

impl Metrics {
    pub(super) fn get(status: SocketAddr) -> anyhow::Result<Self> {
        let mut stream = TcpStream::connect(status).context("asking for the gateway's metrics")?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        stream
            .write_all(b"GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
        let mut page = String::new();
        stream.read_to_string(&mut page)?;
        Ok(Self(page))
    }

    /// The sum of a metric over its labels; with `label`, of the samples that carry it.
    pub(super) fn sum(&self, name: &str, label: Option<&str>) -> u64 {
        let samples = self.0.lines().filter_map(|line| {
            let rest = line.strip_prefix(name)?;
            let (labels, value) = rest.rsplit_once(' ')?;
            let named = labels.is_empty() || labels.starts_with('{');
            let wanted = label.is_none_or(|label| labels.contains(label));
            let value: f64 = value.parse().ok()?;
            (named && wanted).then_some(value as u64)
        });
        samples.sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_summed_by_name_and_label() {
        let page = Metrics(
            "gatehouse_calls_total{status_class=\"2xx\",reason=\"ok\"} 12\n\
             gatehouse_calls_total{status_class=\"4xx\",reason=\"key_revoked\"} 3\n\
             gatehouse_calls_under_way 1\ngatehouse_calls 5\n"
                .to_owned(),
        );
        assert_eq!(page.sum("gatehouse_calls_total", None), 15);
        assert_eq!(
            page.sum("gatehouse_calls_total", Some("\"key_revoked\"")),
            3
        );
        assert_eq!(page.sum("gatehouse_calls", None), 5);
    }
}
