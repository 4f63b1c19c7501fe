//! `gatehouse doctor`: looks at everything an installation needs and says what to do about what is wrong.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use gatehouse_admin_api::MailSettings;
use gatehouse_control_plane::Db;
use gatehouse_control_plane::mail::Mailer;
use gatehouse_private_postgres::Options;
use gatehouse_runtime::settings::{Environment, load};
use reqwest::redirect::Policy;

use crate::cli::Doctor;
use crate::output::{self, exit};
use crate::stack::{Addresses, database, who_runs};

/// Longest wait for an answer of a gateway.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

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
    findings.extend(settings().await);
    let theirs = who_runs(&args.data.data_dir);
    let attached = gatehouse_private_postgres::attach(
        &args.data.data_dir.join("postgres"),
        &Options::default(),
    )
    .is_some();
    findings.extend(storage(&args, attached).await?);
    let here = std::net::Ipv4Addr::LOCALHOST.into();
    let addresses = theirs.map_or_else(|| Addresses::default_ports(here), |note| note.addresses);
    findings.extend(calls(&args, &addresses).await?);
    findings.extend(ports(&addresses, attached));
    report(findings)
}

/// Settings of every role as this environment has them, and the mail server they name.
async fn settings() -> Vec<(&'static str, Finding)> {
    let environment = Environment::of_process();
    let judged = |error: Option<String>| match error {
        None => Finding::Good("can be used".to_owned()),
        Some(error) => Finding::Bad(error),
    };
    let admin_api = {
        use gatehouse_admin_api::{DEFAULTS, ROLE, Settings};
        load::<Settings>(ROLE, DEFAULTS, None, &environment)
    };
    let portal = {
        use gatehouse_portal::{DEFAULTS, ROLE, Settings};
        load::<Settings>(ROLE, DEFAULTS, None, &environment).err()
    };
    let gateway = {
        use gatehouse_gateway::{DEFAULTS, ROLE, Settings};
        load::<Settings>(ROLE, DEFAULTS, None, &environment).err()
    };
    let said = admin_api.as_ref().err().map(|error| format!("{error:#}"));
    let mut findings = vec![
        ("settings: admin API", judged(said)),
        (
            "settings: portal",
            judged(portal.map(|error| format!("{error:#}"))),
        ),
        (
            "settings: gateway",
            judged(gateway.map(|error| format!("{error:#}"))),
        ),
    ];
    if let Ok(loaded) = admin_api {
        findings.push(("mail", mail(&loaded.settings.mail).await));
    }
    findings
}

async fn mail(settings: &MailSettings) -> Finding {
    match Mailer::new(settings.smtp_url.as_ref(), &settings.from) {
        Err(fault) => Finding::Bad(fault.to_string()),
        Ok(Mailer::Held) => Finding::Note(
            "no mail server is set; mails stay in the outbox, where administrators see them"
                .to_owned(),
        ),
        Ok(mailer) => match mailer.try_out().await {
            Ok(()) => Finding::Good("the mail server takes mails".to_owned()),
            Err(reason) => Finding::Bad(format!("the mail server does not take mails: {reason}")),
        },
    }
}

/// The database, its roles and the key, and whether its clock is this machine's.
async fn storage(args: &Doctor, attached: bool) -> anyhow::Result<Vec<(&'static str, Finding)>> {
    let mut findings = Vec::new();
    let database = match database(&args.data).await {
        Ok(database) => database,
        Err(error) => {
            findings.push(("postgres", Finding::Bad(format!("{error:#}"))));
            return Ok(findings);
        }
    };
    let kind = if database.addresses.shared {
        "the one at DATABASE_URL"
    } else {
        "a private one"
    };
    let state = if attached {
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
        Err(error) => findings.push(("roles and master key", Finding::Bad(format!("{error:#}")))),
    }
    database.stop().await?;
    Ok(findings)
}

/// What a gateway says of itself, and one real call.
async fn calls(
    args: &Doctor,
    addresses: &Addresses,
) -> anyhow::Result<Vec<(&'static str, Finding)>> {
    let client = reqwest::Client::builder()
        .timeout(ANSWER_WITHIN)
        // A key is for the address that was named, and what another answers says nothing of it.
        .redirect(Policy::none())
        .no_proxy()
        .build()
        .context("making an HTTP client")?;
    let status = args.gateway_status.unwrap_or(addresses.gateway_status);
    let mut findings = vec![("gateway", gateway(&client, status).await)];
    findings.push((
        "call",
        match &args.call {
            Some(url) => {
                let key = args.key_file.as_deref().map(std::fs::read_to_string);
                let key = key.transpose().context("reading the key file")?;
                call(&client, url, key.as_deref().map(str::trim)).await
            }
            None => knock(&client, addresses.gateway).await,
        },
    ));
    Ok(findings)
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

async fn gateway(client: &reqwest::Client, status: SocketAddr) -> Finding {
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

/// A call to an address that no API has: a gateway with a configuration says so itself.
async fn knock(client: &reqwest::Client, gateway: SocketAddr) -> Finding {
    let url = format!("http://{gateway}/-/gatehouse-doctor");
    let Ok(response) = client.get(url).send().await else {
        return Finding::Note(format!(
            "no gateway takes calls at {gateway}; name an address with --call"
        ));
    };
    let status = response.status();
    match code_of(response).await {
        Some(code) if status.is_client_error() => {
            Finding::Good(format!("{gateway} answers, {} {code}", status.as_u16()))
        }
        Some(code) => Finding::Bad(format!("{gateway} answers {} {code}", status.as_u16())),
        None => Finding::Bad(format!(
            "what answers at {gateway} with {} is no gateway",
            status.as_u16()
        )),
    }
}

/// The call that was named, all the way to its backend.
async fn call(client: &reqwest::Client, url: &str, key: Option<&str>) -> Finding {
    let mut request = client.get(url);
    if let Some(key) = key {
        request = request.header("x-api-key", key);
    }
    let response = match request.send().await {
        Ok(response) => response,
        Err(error) => {
            let error = anyhow::Error::from(error.without_url());
            return Finding::Bad(format!("{url} does not answer: {error:#}"));
        }
    };
    let status = response.status();
    // A redirect is an answer, whoever gave it.
    if status.is_success() || status.is_redirection() {
        return Finding::Good(format!("{url} answers {}", status.as_u16()));
    }
    let code = code_of(response).await.unwrap_or_default();
    Finding::Bad(format!("{url} answers {} {code}", status.as_u16()))
}

/// The code of a problem.
async fn code_of(response: reqwest::Response) -> Option<String> {
    let body = response.bytes().await.ok()?;
    let problem: serde_json::Value = serde_json::from_slice(&body).ok()?;
    problem["code"].as_str().map(str::to_owned)
}

fn ports(at: &Addresses, running: bool) -> Vec<(&'static str, Finding)> {
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
