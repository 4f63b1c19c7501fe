//! nginx as an API gateway: a map from key to consumer, a rate limit per consumer, a buffered access log.

use std::path::Path;

use super::certificate::Certificate;
use super::{Plane, Running, Setting};
use crate::generator::Protocol;

/// Whether it is installed, and as which version.
pub(super) fn version() -> Option<String> {
    super::version_of("nginx", "-v")
}

pub(super) fn start(setting: &Setting<'_>) -> anyhow::Result<Running> {
    let port = super::free_port()?;
    let folder = setting.folder.as_path();
    let keys = setting.write_keys(|place, key| format!("{key} c{place};"))?;
    let file = folder.join("nginx.conf");
    std::fs::write(&file, configuration(setting, &keys, port)?)?;
    let mut command = std::process::Command::new("nginx");
    command
        .arg("-p")
        .arg(folder)
        .arg("-e")
        .arg(folder.join("error.log"));
    command.arg("-c").arg(&file);
    Plane::Nginx.begin(setting, command, port, version())
}

fn configuration(setting: &Setting<'_>, keys: &Path, port: u16) -> anyhow::Result<String> {
    let folder = setting.folder.display();
    let upstream = setting.scene.upstream;
    let (speaks, tls) = match setting.scene.protocol {
        Protocol::Plain => ("", String::new()),
        Protocol::Http2 => (" http2", String::new()),
        Protocol::Tls => {
            let Certificate { chain, key, .. } = Certificate::make(&setting.folder)?;
            let (chain, key) = (chain.display(), key.display());
            (
                " ssl",
                format!(
                    "ssl_protocols TLSv1.3; ssl_certificate {chain}; ssl_certificate_key {key};"
                ),
            )
        }
    };
    let (gate, checks, log) = if setting.scene.is_bare() {
        (String::new(), "", "off".to_owned())
    } else {
        (
            format!(
                "map_hash_max_size 262144;
                 map_hash_bucket_size 128;
                 map $http_x_api_key $consumer {{ default \"\"; include {keys}; }}
                 limit_req_zone $consumer zone=consumers:64m rate=1000r/s;
                 log_format calls '$msec $consumer $request_method $uri $status $request_time $upstream_response_time \
                    $request_length $bytes_sent $request_id';",
                keys = keys.display()
            ),
            "if ($consumer = \"\") { return 401; }
             limit_req zone=consumers burst=1000 nodelay;
             limit_req_status 429;",
            format!("{folder}/access.log calls buffer=64k flush=1s"),
        )
    };
    Ok(format!(
        "daemon off;
         user root;
         worker_processes 1;
         pid {folder}/nginx.pid;
         error_log {folder}/error.log crit;
         events {{ worker_connections 4096; use epoll; multi_accept on; }}
         http {{
             access_log off;
             client_body_temp_path {folder}/body;
             proxy_temp_path {folder}/proxy;
             fastcgi_temp_path {folder}/fastcgi;
             uwsgi_temp_path {folder}/uwsgi;
             scgi_temp_path {folder}/scgi;
             keepalive_requests 1000000000;
             keepalive_timeout 3600s;
             tcp_nodelay on;
             {gate}
             upstream backend {{ server {upstream}; keepalive 128; keepalive_requests 1000000000; }}
             server {{
                 listen 127.0.0.1:{port}{speaks} backlog=4096;
                 {tls}
                 client_max_body_size 16m;
                 access_log {log};
                 location / {{
                     {checks}
                     proxy_http_version 1.1;
                     proxy_set_header Connection \"\";
                     proxy_pass http://backend;
                     proxy_request_buffering off;
                 }}
             }}
         }}
"
    ))
}
