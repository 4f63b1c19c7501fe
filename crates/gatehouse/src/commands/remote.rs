//! Verbs that speak to an admin API: address, token, and problems turned into words and exit codes.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use gatehouse_runtime::Secret;
use gatehouse_runtime::settings::Environment;
use serde_json::Value;

use crate::cli::Remote;
use crate::output::{self, exit};

/// An admin API and the token to speak to it with.
pub(crate) struct AdminApi {
    client: reqwest::Client,
    url: String,
    token: Secret<String>,
}

/// An answer that was not a success.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) status: u16,
    pub(crate) problem: Value,
}

impl AdminApi {
    /// Takes the token from the file named, else from GATEHOUSE_TOKEN.
    pub(crate) fn new(remote: &Remote) -> anyhow::Result<Self> {
        let token = match &remote.token_file {
            Some(path) => std::fs::read_to_string(path)
                .with_context(|| format!("reading the token file {}", path.display()))?,
            None => match Environment::of_process().get("GATEHOUSE_TOKEN") {
                Some(token) => token.to_owned(),
                None => bail!(
                    "set GATEHOUSE_TOKEN, or name a file with --token-file; tokens are made in the console"
                ),
            },
        };
        let client = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(5))
            .timeout(Duration::from_secs(120))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()?;
        Ok(Self {
            client,
            url: remote.url.trim_end_matches('/').to_owned(),
            token: Secret::new(token.trim().to_owned()),
        })
    }

    /// Sends a request and reads its JSON answer.
    pub(crate) async fn send(
        &self,
        method: reqwest::Method,
        path: &str,
        body: Option<Vec<u8>>,
    ) -> anyhow::Result<Result<Value, Refused>> {
        let mut request = self
            .client
            .request(method, format!("{}{path}", self.url))
            .bearer_auth(self.token.expose());
        if let Some(body) = body {
            request = request.body(body);
        }
        let response = request
            .send()
            .await
            .with_context(|| format!("reaching the admin API at {}", self.url))?;
        let status = response.status();
        let text = response.text().await.context("reading the answer")?;
        let value = serde_json::from_str(&text).unwrap_or(Value::Null);
        Ok(if status.is_success() {
            Ok(value)
        } else {
            Err(Refused {
                status: status.as_u16(),
                problem: value,
            })
        })
    }
}

impl Refused {
    /// Writes code, faults, fix and request id, and gives the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        let text = |name: &str| self.problem[name].as_str().unwrap_or_default().to_owned();
        let what = [text("detail"), text("title")]
            .into_iter()
            .find(|text| !text.is_empty());
        let code = Some(text("code"))
            .filter(|code| !code.is_empty())
            .unwrap_or_else(|| format!("http_{}", self.status));
        output::talk(format!(
            "gatehouse: {code}: {}",
            what.unwrap_or_else(|| "the answer explains nothing".to_owned())
        ));
        for fault in self.problem["errors"].as_array().into_iter().flatten() {
            let place = match (fault["line"].as_u64(), fault["column"].as_u64()) {
                (Some(line), Some(column)) => format!("{line}:{column} "),
                _ => String::new(),
            };
            let word = |name: &str| fault[name].as_str().unwrap_or_default().to_owned();
            output::talk(format!("  {place}{}: {}", word("pointer"), word("detail")));
        }
        for (label, name) in [("Fix", "fix"), ("Request", "request_id")] {
            if !text(name).is_empty() {
                output::talk(format!("{label}: {}", text(name)));
            }
        }
        ExitCode::from(if self.status == 401 {
            exit::NOT_SIGNED_IN
        } else {
            exit::FAILED
        })
    }
}
