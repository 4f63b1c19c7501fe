//! The framing corpus by hand, against a proxy that forwards to this program.

mod long;

use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;

use gatehouse_hostile::corpus::{self, Limits};
use gatehouse_hostile::exchange::Wire;
use gatehouse_hostile::judge::Fault;
use gatehouse_hostile::nginx::Nginx;
use gatehouse_hostile::origin::Origin;
use gatehouse_hostile::run::{Lane, Proxy, Report, run};

const USAGE: &str = "usage: gatehouse-hostile framing nginx
       gatehouse-hostile framing ADDRESS PREFIX 'name: value'
       gatehouse-hostile h2 ADDRESS PATH 'name: value' [SECONDS [PID [ABUSE]]]
       gatehouse-hostile slow ADDRESS PATH LARGE_PATH 'name: value' [SOCKETS [SECONDS [PID]]]

The first form starts the nginx of this machine. The second prints the address of a backend, waits for Enter while you let
the proxy at ADDRESS forward PREFIX to it, and sends every case with the given header line, a good credential. `h2` spends so many
seconds (60) on each abuse of HTTP/2, or on the named one, `slow` holds so many sockets (5000) open for so long (60), both beside a client that calls
PATH in an ordinary way; they fail when its p99 rises above 5 and 2 times that of an idle server, or a call fails.
";

fn main() -> anyhow::Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut out = std::io::stdout().lock();
    let report = match arguments[..] {
        ["framing", "nginx"] => {
            let lanes = lanes(8)?;
            let Some(program) = Nginx::program() else {
                anyhow::bail!("nginx is not installed");
            };
            let nginx = Nginx::start(&program, &lanes)?;
            judge(nginx.address, lanes, "x-api-key: none")?
        }
        ["framing", address, prefix, credential] => {
            let origin = Origin::start()?;
            writeln!(
                out,
                "the backend is http://{}; Enter when it is set",
                origin.address
            )?;
            std::io::stdin().read_line(&mut String::new())?;
            let prefix = prefix.to_owned();
            judge(address.parse()?, vec![Lane { prefix, origin }], credential)?
        }
        ["h2", address, path, credential, ref more @ ..] => {
            return long::h2(&mut out, &long::target(address, path, credential)?, more);
        }
        ["slow", address, path, large_path, credential, ref more @ ..] => {
            let target = long::target(address, path, credential)?;
            return long::slow(&mut out, &target, large_path, more);
        }
        _ => {
            out.write_all(USAGE.as_bytes())?;
            return Ok(ExitCode::from(2));
        }
    };
    for line in report.lines(&[
        Fault::RefusableForwarded,
        Fault::Ambiguous,
        Fault::Smuggled,
        Fault::NotServed,
        Fault::Desync,
        Fault::Hung,
    ]) {
        writeln!(out, "{line}")?;
    }
    writeln!(out, "{}", report.summary())?;
    Ok(ExitCode::SUCCESS)
}

fn lanes(count: usize) -> anyhow::Result<Vec<Lane>> {
    let lane = |number| {
        Ok(Lane {
            prefix: format!("/lane{number}/v1"),
            origin: Origin::start()?,
        })
    };
    (0..count).map(lane).collect()
}

fn judge(address: SocketAddr, lanes: Vec<Lane>, credential: &str) -> anyhow::Result<Report> {
    let dial = || Ok(Box::new(TcpStream::connect(address)?) as Box<dyn Wire>);
    let proxy = Proxy {
        dial: &dial,
        lanes,
        credential: credential.to_owned(),
        limits: Limits {
            address: 8 * 1024,
            headers: 64,
            header_bytes: 16 * 1024,
            body: 1024 * 1024,
        },
    };
    Ok(run(&proxy, &corpus::own()?))
}
