//! haproxy as an API gateway: a map from key to consumer, a stick table with a rate per consumer, a log in a ring.

use std::path::Path;

use super::certificate::Certificate;
use super::{Plane, Running, Setting};
use crate::generator::Protocol;

/// Whether it is installed, and as which version.
pub(super) fn version() -> Option<String> {
    super::version_of("haproxy", "-v")
}

pub(super) fn start(setting: &Setting<'_>) -> anyhow::Result<Running> {
    let port = super::free_port()?;
    let keys = setting.write_keys(|place, key| format!("{key} c{place}"))?;
    let file = setting.folder.join("haproxy.cfg");
    std::fs::write(&file, configuration(setting, &keys, port)?)?;
    let mut command = std::process::Command::new("haproxy");
    command.arg("-db").arg("-f").arg(&file);
    Plane::Haproxy.begin(setting, command, port, version())
}

fn configuration(setting: &Setting<'_>, keys: &Path, port: u16) -> anyhow::Result<String> {
    let speaks = match setting.scene.protocol {
        Protocol::Plain => String::new(),
        Protocol::Http2 => " proto h2".to_owned(),
        Protocol::Tls => {
            let both = Certificate::make(&setting.folder)?.both;
            format!(" ssl crt {} ssl-min-ver TLSv1.3", both.display())
        }
    };
    let upstream = setting.scene.upstream;
    // haproxy logs nowhere without a log line; its ring costs it 2 us less per request than lines written to a pipe.
    let (ring, gate) = if setting.scene.is_bare() {
        ("", String::new())
    } else {
        (
            "ring calls
    format raw
    maxlen 512
    size 1048576

",
            format!(
                "    log ring@calls local0
    log-format \"%ci %[var(txn.consumer)] %HM %HP %ST %Tr %Ta %B %U\"
    stick-table type string len 32 size 200k expire 60s store http_req_rate(1s)
    http-request set-var(txn.consumer) req.hdr(x-api-key),map_str({keys})
    http-request deny deny_status 401 unless {{ var(txn.consumer) -m found }}
    http-request track-sc0 var(txn.consumer)
    http-request deny deny_status 429 if {{ sc_http_req_rate(0) gt 1000 }}
",
                keys = keys.display()
            ),
        )
    };
    Ok(format!(
        "global
    nbthread 1
    maxconn 8192
    tune.bufsize 32768

defaults
    mode http
    timeout client 60s
    timeout server 60s
    timeout connect 5s
    timeout http-keep-alive 60s
    http-reuse always

{ring}frontend calls
    bind 127.0.0.1:{port}{speaks}
{gate}    default_backend upstream

backend upstream
    server one {upstream} maxconn 4096
"
    ))
}
