//! `gatehouse subscription request` and `grant`: the access that is wanted.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use serde_json::{Map, Value, json};

use super::COLUMNS;
use crate::output::exit;
use crate::remote::{DryRun, Remote};

#[derive(Debug, Args)]
#[group(id = "caller", required = true, multiple = false, args = ["application", "new_application"])]
pub(crate) struct Wish {
    /// Slug or id of the API.
    api: String,
    /// Slug or id of the plan.
    #[arg(long)]
    plan: String,
    /// Slug or id of the environment.
    #[arg(long)]
    environment: String,
    /// Slug or id of the application that will call.
    #[arg(long)]
    application: Option<String>,
    /// Name of an application to make in the same step.
    #[arg(long)]
    new_application: Option<String>,
    /// Slug or id of the new application's team; without one your own.
    #[arg(long, requires = "new_application")]
    team: Option<String>,
    /// Why, for the people who decide.
    #[arg(long)]
    reason: Option<String>,
    /// An answer to a question of the plan, as KEY=ANSWER. More than one by repeating.
    #[arg(long = "answer", value_parser = answer)]
    answers: Vec<(String, String)>,
    /// The version of the plan's terms that you accept.
    #[arg(long)]
    accept_terms: Option<i32>,
    /// Wait so many seconds until every gateway has it; exit code 1 when one has not.
    #[arg(long, default_value_t = 0)]
    wait: u64,
    #[command(flatten)]
    dry: DryRun,
    #[command(flatten)]
    remote: Remote,
}

fn answer(text: &str) -> Result<(String, String), String> {
    let (key, answer) = text.split_once('=').ok_or("write KEY=ANSWER")?;
    Ok((key.to_owned(), answer.to_owned()))
}

impl Wish {
    /// Sends it to the place below the subscriptions.
    pub(super) async fn send(self, place: &str) -> anyhow::Result<ExitCode> {
        let session = self.remote.open()?;
        let path = format!("/v1/subscriptions{place}");
        let made = session.create(&path, self.dry, self.body()).await?;
        session.show(&made, "/id", COLUMNS)?;
        let wait = Duration::from_secs(self.wait);
        Ok(if session.in_force(&made, wait).await? {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(exit::FAILED)
        })
    }

    fn body(&self) -> Value {
        let answers: Map<String, Value> = self
            .answers
            .iter()
            .map(|(key, answer)| (key.clone(), json!(answer)))
            .collect();
        let new = self.new_application.as_ref();
        json!({
            "application": self.application,
            "new_application": new.map(|name| json!({ "name": name, "team": self.team })),
            "api": self.api, "plan": self.plan, "environment": self.environment, "reason": self.reason,
            "answers": (!answers.is_empty()).then_some(answers),
            "accepts_terms": self.accept_terms,
        })
    }
}
