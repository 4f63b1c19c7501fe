//! One command's talk with an admin API.

use std::io::{BufRead, IsTerminal, Write};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use gatehouse_runtime::Secret;
use gatehouse_runtime::settings::Environment;
use reqwest::Method;
use serde_json::{Value, json};

use super::api::{AdminApi, Body, Proof};
use super::contexts::Contexts;
use super::show::{self, Column};
use super::workload::Workload;
use super::{DryRun, Format, Reach, Remote, Rows, Sure, segment};
use crate::output;

const URL_DEFAULT: &str = "http://127.0.0.1:8001";
/// The most the admin API gives at once.
const PAGE_MAX: usize = 200;

impl Remote {
    /// Finds the admin API and the token.
    pub(crate) fn open(&self) -> anyhow::Result<Session> {
        let session = self.reach.open()?;
        Ok(Session {
            format: self.output,
            quiet: self.quiet,
            ..session
        })
    }
}

impl Reach {
    /// The same for a verb that writes in formats of its own.
    pub(crate) fn open(&self) -> anyhow::Result<Session> {
        let (url, proof) = self.find(&Contexts::read()?)?;
        Ok(Session {
            api: AdminApi::new(&url, proof)?,
            format: Format::Table,
            quiet: false,
        })
    }

    fn find(&self, contexts: &Contexts) -> anyhow::Result<(String, Proof)> {
        let context = contexts.chosen(self.context.as_deref())?;
        let url = self.url.clone();
        let url = url.or_else(|| context.map(|context| context.url.clone()));
        let url = url.unwrap_or_else(|| URL_DEFAULT.to_owned());
        let environment = Environment::of_process();
        let token = match (&self.token_file, environment.get("GATEHOUSE_TOKEN")) {
            (Some(path), _) => Secret::new(
                std::fs::read_to_string(path)
                    .with_context(|| format!("reading the token file {}", path.display()))?
                    .trim()
                    .to_owned(),
            ),
            (None, Some(token)) => Secret::new(token.trim().to_owned()),
            (None, None) => match Workload::of(&environment)? {
                Some(workload) => return Ok((url, Proof::Workload(workload))),
                // A context's token is for its own address and goes nowhere else.
                None => match context.filter(|context| context.url == url) {
                    Some(context) => context.token.clone(),
                    None => bail!(
                        "not signed in to {url}: say `gatehouse login`, set GATEHOUSE_TOKEN, or name a file with --token-file; \
                         tokens are made in the console. In CI, set GATEHOUSE_CI_TRUST"
                    ),
                },
            },
        };
        Ok((url, Proof::Token(token)))
    }
}

/// One command's talk with an admin API: its answers as JSON, shown in the way that was asked for.
pub(crate) struct Session {
    api: AdminApi,
    format: Format,
    quiet: bool,
}

impl Session {
    /// A session with an address and a token that are not kept yet.
    pub(crate) fn connect(
        url: &str,
        token: Secret<String>,
        format: Format,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            api: AdminApi::new(url, Proof::Token(token))?,
            format,
            quiet: false,
        })
    }

    /// The same, which says nothing but results and what went wrong.
    pub(crate) fn quietly(self) -> Self {
        Self {
            quiet: true,
            ..self
        }
    }

    pub(crate) fn format(&self) -> Format {
        self.format
    }

    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.api.send(Method::GET, path, Body::Nothing).await
    }

    /// The bytes of a document.
    pub(crate) async fn download(&self, path: &str) -> anyhow::Result<Vec<u8>> {
        self.api.bytes(path).await
    }

    /// The bytes of a document of any size, written as they come.
    pub(crate) async fn download_into(
        &self,
        path: &str,
        into: &mut (impl Write + Send),
    ) -> anyhow::Result<()> {
        self.api.bytes_into(path, into).await
    }

    /// A POST; null as body sends none, and fields that are null were not asked for and are left out. It is carried out once, even when it has to be sent twice.
    pub(crate) async fn post(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        let body = match said(body) {
            Value::Null => Body::Nothing,
            body => Body::Json(body),
        };
        self.api.send(Method::POST, path, body).await
    }

    /// A POST that makes or decides something, or only checks whether it could.
    pub(crate) async fn create(
        &self,
        path: &str,
        dry: DryRun,
        body: Value,
    ) -> anyhow::Result<Value> {
        self.post(&format!("{path}{}", query(dry)), body).await
    }

    /// A PUT of a file as it is.
    pub(crate) async fn upload(&self, path: &str, content: Vec<u8>) -> anyhow::Result<Value> {
        self.api.send(Method::PUT, path, Body::Bytes(content)).await
    }

    /// A PUT of a file as it is, which a job shall work on.
    pub(crate) async fn upload_as_job(
        &self,
        path: &str,
        content: Vec<u8>,
    ) -> anyhow::Result<Value> {
        let body = Body::Bytes(content);
        self.api.send_as_job(Method::PUT, path, body).await
    }

    /// A POST that a job shall carry out.
    pub(crate) async fn create_as_job(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        let body = Body::Json(said(body));
        self.api.send_as_job(Method::POST, path, body).await
    }

    /// A POST of a file as it is, which asks about it.
    pub(crate) async fn ask(&self, path: &str, content: Vec<u8>) -> anyhow::Result<Value> {
        self.api
            .send(Method::POST, path, Body::Bytes(content))
            .await
    }

    /// A PUT of something that has no entity tag.
    pub(crate) async fn set(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        self.api.send(Method::PUT, path, Body::Json(body)).await
    }

    /// The same, or only whether it could be set.
    pub(crate) async fn choose(
        &self,
        path: &str,
        dry: DryRun,
        body: Value,
    ) -> anyhow::Result<Value> {
        self.set(&format!("{path}{}", query(dry)), body).await
    }

    /// A PUT over what is there now, or of what is not there yet.
    pub(crate) async fn put(&self, path: &str, dry: DryRun, body: Value) -> anyhow::Result<Value> {
        let body = Body::Json(body);
        self.api.change(Method::PUT, path, query(dry), body).await
    }

    /// A PUT of a part of what is there now, which has the entity tag of the whole.
    pub(crate) async fn put_part(
        &self,
        whole: &str,
        part: &str,
        body: Value,
    ) -> anyhow::Result<Value> {
        let body = Body::Json(body);
        self.api.change(Method::PUT, whole, part, body).await
    }

    /// A merge patch (RFC 7396) of what is there now. Fields that are null in `body` were not asked for and are left out.
    pub(crate) async fn patch(
        &self,
        path: &str,
        dry: DryRun,
        body: Value,
    ) -> anyhow::Result<Value> {
        self.patch_without(path, dry, body, &[]).await
    }

    /// The same, which also takes the values of some fields away.
    pub(crate) async fn patch_without(
        &self,
        path: &str,
        dry: DryRun,
        body: Value,
        taken_away: &[&str],
    ) -> anyhow::Result<Value> {
        let mut body = said(body);
        for field in taken_away {
            body[*field] = Value::Null;
        }
        if body.as_object().is_some_and(serde_json::Map::is_empty) {
            bail!("say what to change; --help lists what can be");
        }
        let body = Body::Json(body);
        self.api.change(Method::PATCH, path, query(dry), body).await
    }

    /// A DELETE of what is there now.
    pub(crate) async fn delete(&self, path: &str, dry: DryRun) -> anyhow::Result<Value> {
        self.delete_for(path, dry, None).await
    }

    /// The same, with the reason that the audit log gets.
    pub(crate) async fn delete_for(
        &self,
        path: &str,
        dry: DryRun,
        reason: Option<&str>,
    ) -> anyhow::Result<Value> {
        let mut more = query(dry).to_owned();
        if let Some(reason) = reason {
            let separator = if more.is_empty() { '?' } else { '&' };
            more.push_str(&format!("{separator}reason={}", super::segment(reason)));
        }
        self.api
            .change(Method::DELETE, path, &more, Body::Nothing)
            .await
    }

    /// A DELETE of something that has no entity tag.
    pub(crate) async fn remove(&self, path: &str, dry: DryRun) -> anyhow::Result<Value> {
        let path = format!("{path}{}", query(dry));
        self.api.send(Method::DELETE, &path, Body::Nothing).await
    }

    /// Shows the rows of a list, page by page up to the limit that was asked for. `query` may be empty; `name` is the JSON
    /// pointer of what names a row.
    pub(crate) async fn list(
        &self,
        path: &str,
        query: &[(&str, Option<&str>)],
        rows: &Rows,
        name: &str,
        columns: &[Column],
    ) -> anyhow::Result<()> {
        let mut found: Vec<Value> = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let left = rows.limit - found.len();
            let mut address = format!("{path}?limit={}", left.clamp(1, PAGE_MAX));
            for (key, value) in query.iter().copied().chain([("after", after.as_deref())]) {
                if let Some(value) = value {
                    address.push_str(&format!("&{key}={}", segment(value)));
                }
            }
            let mut page = self.get(&address).await?;
            if let Value::Array(data) = page["data"].take() {
                found.extend(data.into_iter().take(left));
            }
            after = page["next"].as_str().map(str::to_owned);
            if after.is_none() || found.len() >= rows.limit {
                break;
            }
        }
        show::rows(self.format, &found, name, columns)?;
        if after.is_some() {
            self.talk(format!(
                "There are more than {}: --limit shows more.",
                found.len()
            ));
        }
        Ok(())
    }

    /// Shows a list that comes whole.
    pub(crate) fn rows(
        &self,
        answer: &Value,
        name: &str,
        columns: &[Column],
    ) -> anyhow::Result<()> {
        let rows = answer["data"].as_array().map_or(&[][..], Vec::as_slice);
        show::rows(self.format, rows, name, columns)
    }

    /// Shows one thing.
    pub(crate) fn show(&self, value: &Value, name: &str, columns: &[Column]) -> anyhow::Result<()> {
        show::one(self.format, value, name, columns)
    }

    /// Says something besides the result.
    pub(crate) fn talk(&self, line: impl AsRef<str>) {
        if !self.quiet {
            output::talk(line);
        }
    }

    /// Asks whether to go on. `what` names the thing and the consequence.
    pub(crate) fn confirm(&self, sure: Sure, what: &str) -> anyhow::Result<()> {
        if sure.yes {
            return Ok(());
        }
        let stdin = std::io::stdin();
        if !stdin.is_terminal() {
            bail!("{what} Say --yes to do it without being asked.");
        }
        let mut stderr = std::io::stderr().lock();
        write!(stderr, "{what} Go on? [y/N] ")?;
        stderr.flush()?;
        let mut answer = String::new();
        stdin.lock().read_line(&mut answer)?;
        if matches!(answer.trim(), "y" | "Y" | "yes") {
            Ok(())
        } else {
            bail!("nothing was changed");
        }
    }

    /// Waits until a change is in force on every gateway, and says so. False when it is not after `wait`; a wait of zero does
    /// not ask, and neither is there anything to ask when the answer carries no change.
    pub(crate) async fn in_force(&self, answer: &Value, wait: Duration) -> anyhow::Result<bool> {
        let Some(change) = answer["change_id"].as_str().filter(|_| !wait.is_zero()) else {
            return Ok(true);
        };
        let deadline = Instant::now() + wait;
        loop {
            let state = self
                .get(&format!("/v1/changes/{}", segment(change)))
                .await?;
            let groups = state["groups"].as_array().cloned().unwrap_or_default();
            let sum = |name: &str| -> u64 {
                let numbers = groups.iter().filter_map(|group| group[name].as_u64());
                numbers.sum()
            };
            let (applied, total) = (sum("applied"), sum("gateways_total"));
            if state["in_force"] == json!(true) {
                self.talk(format!("In force on {applied} of {total} gateways."));
                return Ok(true);
            }
            if Instant::now() > deadline {
                output::talk(format!(
                    "Done, but in force on {applied} of {total} gateways only after {} s. `gatehouse gateway list` shows which are behind.",
                    wait.as_secs()
                ));
                return Ok(false);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// A body without the fields that nobody said anything about.
fn said(mut body: Value) -> Value {
    if let Some(fields) = body.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    body
}

fn query(dry: DryRun) -> &'static str {
    if dry.dry_run { "?dry_run=true" } else { "" }
}
