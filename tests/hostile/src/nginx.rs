//! nginx in front of the judge's backends: the proof that the judge finds what there is to find.

use std::fmt::Write as _;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::run::Lane;

/// A running nginx; ends with this.
#[derive(Debug)]
pub struct Nginx {
    /// Where it listens.
    pub address: SocketAddr,
    child: Child,
    /// Holds its configuration, logs and temporary files.
    _folder: tempfile::TempDir,
}

impl Nginx {
    /// Where nginx is installed, if it is.
    #[must_use]
    pub fn program() -> Option<PathBuf> {
        let places = [
            "/usr/sbin/nginx",
            "/usr/bin/nginx",
            "/usr/local/sbin/nginx",
            "/usr/local/bin/nginx",
        ];
        places.iter().map(PathBuf::from).find(|path| path.exists())
    }

    /// Starts it on a free port, forwarding each lane's path to its backend over kept connections.
    pub fn start(program: &PathBuf, lanes: &[Lane]) -> anyhow::Result<Self> {
        let mut tried = 0;
        loop {
            match Self::at_some_port(program, lanes) {
                // The port was free a moment ago, and somebody else may have taken it since.
                Err(_) if tried < 2 => tried += 1,
                started => return started,
            }
        }
    }

    fn at_some_port(program: &PathBuf, lanes: &[Lane]) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        std::fs::write(
            folder.path().join("nginx.conf"),
            configuration(address, lanes)?,
        )?;
        let child = Command::new(program)
            .arg("-p")
            .arg(folder.path())
            .args(["-c", "nginx.conf", "-e", "error.log"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("starting nginx")?;
        let mut nginx = Self {
            address,
            child,
            _folder: folder,
        };
        nginx.wait()?;
        Ok(nginx)
    }

    fn wait(&mut self) -> anyhow::Result<()> {
        let until = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(self.address).is_err() {
            if let Some(status) = self.child.try_wait()? {
                let log = std::fs::read_to_string(self._folder.path().join("error.log"));
                bail!("nginx ended: {status}: {}", log.unwrap_or_default());
            }
            if Instant::now() > until {
                bail!("nginx does not listen");
            }
            std::thread::park_timeout(Duration::from_millis(10));
        }
        Ok(())
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let ended: io::Result<()> = self.child.kill();
        let _ = ended.and_then(|()| self.child.wait().map(drop));
    }
}

/// What its makers' documentation shows for a proxy with kept connections, in one process that stays in the foreground.
fn configuration(address: SocketAddr, lanes: &[Lane]) -> anyhow::Result<String> {
    let mut upstreams = String::new();
    let mut locations = String::new();
    for (number, lane) in lanes.iter().enumerate() {
        let (prefix, origin) = (&lane.prefix, lane.origin.address);
        writeln!(
            upstreams,
            "  upstream lane{number} {{ server {origin}; keepalive 8; }}"
        )?;
        writeln!(
            locations,
            "    location {prefix}/ {{ proxy_pass http://lane{number}; proxy_http_version 1.1; proxy_set_header Connection \"\"; \
             proxy_request_buffering off; proxy_set_header Host $host; }}"
        )?;
    }
    Ok(format!(
        "daemon off; master_process off; pid nginx.pid;\nevents {{ worker_connections 512; }}\nhttp {{\n  access_log off;\n  \
         client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;\n\
         {upstreams}  server {{\n    listen {address};\n    client_header_timeout 5s; client_body_timeout 5s; proxy_read_timeout 5s;\n\
         {locations}  }}\n}}\n"
    ))
}
