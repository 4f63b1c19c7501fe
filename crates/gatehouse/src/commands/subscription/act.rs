//! A change of one subscription: sent, shown, and waited for until gateways have it.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use super::COLUMNS;
use crate::output::exit;
use crate::remote::{DryRun, Remote, Sure, segment};

/// An answer to a question, instead of the question.
#[derive(Debug, Args)]
pub(crate) struct Answer {
    /// Agree to what was asked.
    #[arg(long, conflicts_with = "reject")]
    pub(super) approve: bool,
    /// Refuse what was asked.
    #[arg(long, requires = "reason")]
    pub(super) reject: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Named {
    /// Its id.
    pub(super) subscription: String,
    #[command(flatten)]
    pub(super) remote: Remote,
}

/// A change of one subscription.
#[derive(Debug, Args)]
pub(crate) struct Act {
    #[command(flatten)]
    pub(super) named: Named,
    /// Wait so many seconds until every gateway has it; exit code 1 when one has not.
    #[arg(long, default_value_t = 0)]
    pub(super) wait: u64,
    #[command(flatten)]
    pub(super) dry: DryRun,
}

/// A change that has to be explained.
#[derive(Debug, Args)]
pub(crate) struct Because {
    #[command(flatten)]
    pub(super) act: Act,
    /// Why; the other side reads it word for word.
    #[arg(long)]
    pub(super) reason: String,
}

impl Named {
    pub(super) fn path(&self) -> String {
        format!("/v1/subscriptions/{}", segment(&self.subscription))
    }
}

impl Act {
    pub(super) async fn post(&self, verb: &str, body: Value) -> anyhow::Result<ExitCode> {
        let session = self.named.remote.open()?;
        let path = format!("{}/{verb}", self.named.path());
        let changed = session.create(&path, self.dry, body).await?;
        session.show(&changed, "/id", COLUMNS)?;
        let wait = Duration::from_secs(self.wait);
        Ok(if session.in_force(&changed, wait).await? {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(exit::FAILED)
        })
    }

    /// Asks first: what ends does not come back.
    pub(super) async fn end(
        &self,
        verb: &str,
        sure: Sure,
        body: Value,
    ) -> anyhow::Result<ExitCode> {
        if !self.dry.dry_run {
            let session = self.named.remote.open()?;
            let now = session.get(&self.named.path()).await?;
            let name = |at: &str| {
                now.pointer(at)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .to_owned()
            };
            let what = format!(
                "{} loses its access to {} in {} for good.",
                name("/application/name"),
                name("/api/name"),
                name("/environment/slug")
            );
            session.confirm(sure, &what)?;
        }
        self.post(verb, body).await
    }

    /// Asks a question, or answers it.
    pub(super) async fn ask_or_answer(
        &self,
        noun: (&str, &str),
        answer: &Answer,
        question: Value,
        reason: Option<&str>,
    ) -> anyhow::Result<ExitCode> {
        let (ask, about) = noun;
        if answer.approve {
            let verb = format!("{about}/approve");
            return self.post(&verb, json!({ "note": reason })).await;
        }
        if answer.reject {
            let verb = format!("{about}/reject");
            return self.post(&verb, json!({ "reason": reason })).await;
        }
        self.post(ask, question).await
    }
}

impl Because {
    pub(super) async fn post(&self, verb: &str) -> anyhow::Result<ExitCode> {
        self.act.post(verb, self.body()).await
    }

    pub(super) fn body(&self) -> Value {
        json!({ "reason": self.reason })
    }
}
