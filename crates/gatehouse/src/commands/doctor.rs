//! `gatehouse doctor`: looks at everything an installation needs and says what to do about what is wrong.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use gatehouse_control_plane::Db;
use gatehouse_private_postgres::Options;

use crate::cli::Doctor;
use crate::output::{self, exit};
use crate::stack::{Addresses, database};

/// What was found about one thing.
enum Finding {
    Good(String),
    /// Works, but somebody should know.
    Note(String),
    /// Does not work; the words say what to do.
    Bad(String),
}

pub(crate) async fn run(args: Doctor) -> anyhow::Result<ExitCode> {
    let mut findings = vec![
        (
            "version",
            Finding::Good(env!("CARGO_PKG_VERSION").to_owned()),
        ),
        ("data folder", data_folder(&args.data.data_dir)),
        ("open files", open_files()),
    ];
    let running = gatehouse_private_postgres::attach(
        &args.data.data_dir.join("postgres"),
        &Options::default(),
    )
    .is_some();
    match database(&args.data).await {
        Ok(database) => {
            let kind = if database.addresses.shared {
                "the one at DATABASE_URL"
            } else {
                "a private one"
            };
            let state = if running {
                "attached"
            } else {
                "started for this check"
            };
            findings.push((
                "postgres",
                Finding::Good(format!("{kind}, migrated ({state})")),
            ));
            match database.open(&args.data.data_dir).await {
                Ok(db) => {
                    findings.push((
                        "roles and master key",
                        Finding::Good("separate, row-level security applies".to_owned()),
                    ));
                    findings.push(("clock", clock(&db).await));
                    db.close().await;
                }
                Err(error) => {
                    findings.push(("roles and master key", Finding::Bad(format!("{error:#}"))))
                }
            }
            database.stop().await?;
        }
        Err(error) => findings.push(("postgres", Finding::Bad(format!("{error:#}")))),
    }
    findings.push(("gateway", gateway(args.gateway_status).await));
    findings.extend(ports(running));
    report(findings)
}

fn report(findings: Vec<(&'static str, Finding)>) -> anyhow::Result<ExitCode> {
    let mut bad = false;
    for (what, finding) in findings {
        let (mark, words) = match finding {
            Finding::Good(words) => ("ok  ", words),
            Finding::Note(words) => ("note", words),
            Finding::Bad(words) => {
                bad = true;
                ("BAD ", words)
            }
        };
        output::data(format!("{mark}  {what:<20}  {words}"))?;
    }
    Ok(if bad {
        ExitCode::from(exit::FAILED)
    } else {
        ExitCode::SUCCESS
    })
}

fn data_folder(path: &Path) -> Finding {
    let probe = path.join(format!(".doctor-{}", std::process::id()));
    let written = std::fs::create_dir_all(path).and_then(|()| std::fs::write(&probe, b"x"));
    let _ = std::fs::remove_file(&probe);
    match written {
        Ok(()) => Finding::Good(format!("{} can be written", path.display())),
        Err(error) => Finding::Bad(format!(
            "{}: {error}; choose another with --data-dir",
            path.display()
        )),
    }
}

fn open_files() -> Finding {
    match gatehouse_os::raise_nofile_limit() {
        Ok(limit) if limit >= 10_000 => Finding::Good(format!("up to {limit}")),
        Ok(limit) => Finding::Note(format!(
            "only {limit}; raise `ulimit -n` before serving many connections"
        )),
        Err(error) => Finding::Note(format!("the limit cannot be read: {error}")),
    }
}

async fn clock(db: &Db) -> Finding {
    match db.clock_difference().await {
        Ok(difference) if difference.abs() < time::Duration::seconds(5) => Finding::Good(format!(
            "{} ms from the database's",
            difference.whole_milliseconds()
        )),
        Ok(difference) => {
            Finding::Bad(format!("{difference} from the database's; set both by NTP"))
        }
        Err(error) => Finding::Bad(format!("the database did not answer: {error}")),
    }
}

async fn gateway(status: SocketAddr) -> Finding {
    let Ok(client) = reqwest::Client::builder()
        .timeout(Duration::from_secs(2))
        .no_proxy()
        .build()
    else {
        return Finding::Bad("no HTTP client could be made".to_owned());
    };
    match client.get(format!("http://{status}/readyz")).send().await {
        Ok(response) if response.status().is_success() => {
            Finding::Good(format!("ready at {status}"))
        }
        Ok(response) => Finding::Bad(format!(
            "at {status}: {}",
            response.text().await.unwrap_or_default()
        )),
        Err(_) => Finding::Note(format!("none answers at {status}")),
    }
}

fn ports(running: bool) -> Vec<(&'static str, Finding)> {
    let at = Addresses::default_ports(std::net::Ipv4Addr::LOCALHOST.into());
    [
        ("port of the portal", at.portal),
        ("port of the gateway", at.gateway),
        ("port of the admin API", at.admin_api),
    ]
    .into_iter()
    .map(|(what, address)| match TcpListener::bind(address) {
        Ok(_) => (what, Finding::Good(format!("{address} is free"))),
        Err(_) if running => (what, Finding::Good(format!("{address} is in use"))),
        Err(_) => (
            what,
            Finding::Note(format!("{address} is taken; start with --ports auto")),
        ),
    })
    .collect()
}
