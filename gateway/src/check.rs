//! Whether a gateway on this machine is ready: for a container's HEALTHCHECK.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Why a gateway is not ready.
#[derive(Debug, thiserror::Error)]
pub enum NotReady {
    /// Nothing answers at the status address.
    #[error("no gateway answers at {0}: {1}")]
    Silent(SocketAddr, std::io::Error),
    /// It answers that it is not ready, and why.
    #[error("the gateway is not ready: {0}")]
    Says(String),
}

/// Asks `/readyz` at a status address; `timeout` bounds each step. Returns what the page says.
pub fn ready(status: SocketAddr, timeout: Duration) -> Result<String, NotReady> {
    let silent = |error| NotReady::Silent(status, error);
    let mut stream = TcpStream::connect_timeout(&status, timeout).map_err(silent)?;
    stream.set_read_timeout(Some(timeout)).map_err(silent)?;
    stream.set_write_timeout(Some(timeout)).map_err(silent)?;
    let request = format!("GET /readyz HTTP/1.1\r\nhost: {status}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).map_err(silent)?;
    let mut answer = String::new();
    stream
        .take(64 * 1024)
        .read_to_string(&mut answer)
        .map_err(silent)?;
    let body = answer
        .split_once("\r\n\r\n")
        .map_or("", |(_, body)| body)
        .to_owned();
    if answer.starts_with("HTTP/1.1 200 ") {
        Ok(body)
    } else {
        Err(NotReady::Says(body))
    }
}
