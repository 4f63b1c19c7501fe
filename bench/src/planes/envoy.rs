//! Envoy as an API gateway: its key filter, a local rate limit, an access log in a file.
//!
//! The limit is one bucket for all callers: that is the least Envoy can be asked for, and cheaper than a bucket per caller.

use serde_json::{Value, json};

use super::certificate::Certificate;
use super::{Plane, Running, Setting};
use crate::generator::Protocol;

const TYPES: &str = "type.googleapis.com/envoy.extensions";

/// Whether it is installed, and as which version.
pub(super) fn version() -> Option<String> {
    super::version_of("envoy", "--version")
}

pub(super) fn start(setting: &Setting<'_>) -> anyhow::Result<Running> {
    let port = super::free_port()?;
    let folder = setting.folder.as_path();
    let file = folder.join("envoy.json");
    let log = folder.join("access.log").display().to_string();
    let mut configuration = configuration(setting, &log, port);
    if setting.scene.protocol == Protocol::Tls {
        let chain = &mut configuration["static_resources"]["listeners"][0]["filter_chains"][0];
        chain["transport_socket"] = tls(&Certificate::make(folder)?);
    }
    std::fs::write(&file, configuration.to_string())?;
    let mut command = std::process::Command::new("envoy");
    command.arg("-c").arg(&file);
    command.args([
        "--concurrency",
        "1",
        "--use-dynamic-base-id",
        "--log-level",
        "error",
    ]);
    Plane::Envoy.begin(setting, command, port, version())
}

fn tls(certificate: &Certificate) -> Value {
    let file = |path: &std::path::Path| json!({ "filename": path.display().to_string() });
    json!({
        "name": "envoy.transport_sockets.tls",
        "typed_config": {
            "@type": format!("{TYPES}.transport_sockets.tls.v3.DownstreamTlsContext"),
            "common_tls_context": {
                "tls_params": { "tls_minimum_protocol_version": "TLSv1_3" },
                "tls_certificates": [{
                    "certificate_chain": file(&certificate.chain),
                    "private_key": file(&certificate.key)
                }]
            }
        }
    })
}

fn filters(setting: &Setting<'_>) -> Vec<Value> {
    let router = json!({
        "name": "envoy.filters.http.router",
        "typed_config": { "@type": format!("{TYPES}.filters.http.router.v3.Router") }
    });
    if setting.scene.is_bare() {
        return vec![router];
    }
    let credentials: Vec<Value> = setting
        .keys
        .good()
        .enumerate()
        .map(|(place, key)| json!({ "key": String::from_utf8_lossy(key), "client": format!("c{place}") }))
        .collect();
    let keys = json!({
        "name": "envoy.filters.http.api_key_auth",
        "typed_config": {
            "@type": format!("{TYPES}.filters.http.api_key_auth.v3.ApiKeyAuth"),
            "credentials": credentials,
            "key_sources": [{ "header": "x-api-key" }],
            "forwarding": { "header": "x-consumer", "hide_credentials": true }
        }
    });
    let all = json!({ "default_value": { "numerator": 100, "denominator": "HUNDRED" } });
    let limit = json!({
        "name": "envoy.filters.http.local_ratelimit",
        "typed_config": {
            "@type": format!("{TYPES}.filters.http.local_ratelimit.v3.LocalRateLimit"),
            "stat_prefix": "calls",
            "token_bucket": { "max_tokens": 4_000_000, "tokens_per_fill": 4_000_000, "fill_interval": "1s" },
            "filter_enabled": all,
            "filter_enforced": all
        }
    });
    vec![keys, limit, router]
}

fn configuration(setting: &Setting<'_>, log: &str, port: u16) -> Value {
    let address =
        |port: u16| json!({ "socket_address": { "address": "127.0.0.1", "port_value": port } });
    let mut manager = json!({
        "@type": format!("{TYPES}.filters.network.http_connection_manager.v3.HttpConnectionManager"),
        "stat_prefix": "calls",
        "route_config": {
            "virtual_hosts": [{
                "name": "api",
                "domains": ["*"],
                "routes": [{ "match": { "prefix": "/" }, "route": { "cluster": "backend" } }]
            }]
        },
        "http_filters": filters(setting)
    });
    if !setting.scene.is_bare() {
        manager["access_log"] = json!([{
            "name": "envoy.access_loggers.file",
            "typed_config": {
                "@type": format!("{TYPES}.access_loggers.file.v3.FileAccessLog"),
                "path": log,
                "log_format": { "text_format_source": { "inline_string":
                    "%START_TIME% %REQ(X-CONSUMER)% %REQ(:METHOD)% %REQ(:PATH)% %RESPONSE_CODE% %DURATION% %BYTES_SENT% %REQ(X-REQUEST-ID)%\n" } }
            }
        }]);
    }
    json!({
        "static_resources": {
            "listeners": [{
                "address": address(port),
                "filter_chains": [{ "filters": [{
                    "name": "envoy.filters.network.http_connection_manager",
                    "typed_config": manager
                }] }]
            }],
            "clusters": [{
                "name": "backend",
                "type": "STATIC",
                "connect_timeout": "5s",
                "circuit_breakers": { "thresholds": [{ "max_connections": 4096, "max_pending_requests": 4096, "max_requests": 4096 }] },
                "load_assignment": {
                    "cluster_name": "backend",
                    "endpoints": [{ "lb_endpoints": [{ "endpoint": { "address": address(setting.scene.upstream.port()) } }] }]
                }
            }]
        }
    })
}
