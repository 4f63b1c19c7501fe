//! `gatehouse subscription`: who may call what, asked for, decided, stopped, changed and ended.

mod decide;
mod wish;

use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::commands::plan::Limit;
use crate::output::exit;
use crate::remote::{Column, DryRun, Remote, Rows, Sure, column, segment};

pub(crate) use decide::Decide;
pub(crate) use wish::Wish;

pub(super) const COLUMNS: &[Column] = &[
    column("SUBSCRIPTION", "/id"),
    column("APPLICATION", "/application"),
    column("API", "/api"),
    column("PLAN", "/plan"),
    column("ENVIRONMENT", "/environment"),
    column("STATE", "/shown"),
    column("ENDS", "/ends_at"),
    column("REQUESTED BY", "/requested_by"),
];

const QUEUE: &[Column] = &[
    column("SUBSCRIPTION", "/subscription/id"),
    column("ABOUT", "/subject"),
    column("APPLICATION", "/subscription/application"),
    column("API", "/subscription/api"),
    column("PLAN", "/subscription/plan"),
    column("ALLOWS", "/plan_limits"),
    column("REQUESTED BY", "/requester"),
    column("WAITS S", "/age_s"),
    column("DUE", "/due_at"),
    column("LATE", "/overdue"),
];

const STORY: &[Column] = &[
    column("AT", "/at"),
    column("WHAT", "/action"),
    column("WHO", "/actor_name"),
    column("WHY", "/reason"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Subscription {
    /// List the subscriptions you may see, newest first.
    List {
        /// Only those in this state: pending, active, rejected, withdrawn or ended.
        #[arg(long)]
        state: Option<String>,
        /// Only those of this application: slug or id.
        #[arg(long)]
        application: Option<String>,
        /// Only those to this API: slug or id.
        #[arg(long)]
        api: Option<String>,
        /// Only those in the environment with this slug.
        #[arg(long)]
        environment: Option<String>,
        /// Only those of applications whose name begins with this.
        #[arg(long)]
        search: Option<String>,
        #[command(flatten)]
        rows: Rows,
        #[command(flatten)]
        remote: Remote,
    },
    /// List what waits for a decision: who waits longest is first.
    Queue {
        /// Only questions about this: subscription, plan_change or renewal.
        #[arg(long)]
        subject: Option<String>,
        /// Only those to this API: slug or id.
        #[arg(long)]
        api: Option<String>,
        /// Only those of this application: slug or id.
        #[arg(long)]
        application: Option<String>,
        /// Only those that should have been decided by now.
        #[arg(long)]
        overdue: bool,
        /// Only those of others that you have not answered.
        #[arg(long)]
        for_me: bool,
        #[command(flatten)]
        rows: Rows,
        #[command(flatten)]
        remote: Remote,
    },
    /// Show one.
    Get(Named),
    /// Tell what happened to one.
    Timeline(Named),
    /// Ask for access.
    Request(Wish),
    /// Give access without a request.
    Grant(Wish),
    /// Take a request back.
    Withdraw(Act),
    /// Agree to a request, under conditions if need be.
    Approve {
        #[command(flatten)]
        act: Act,
        /// Another plan than the one asked for: slug or id.
        #[arg(long)]
        plan: Option<String>,
        /// First moment of access (RFC 3339); without it now.
        #[arg(long)]
        starts_at: Option<String>,
        /// First moment without access (RFC 3339).
        #[arg(long)]
        ends_at: Option<String>,
        /// A lower limit than the plan's, as 10/1s or 5000/day. More than one by repeating.
        #[arg(long = "limit")]
        limits: Vec<Limit>,
        /// For the person who asked.
        #[arg(long)]
        note: Option<String>,
    },
    /// Refuse a request.
    Reject(Because),
    /// Decide many requests of a file.
    Decide(Decide),
    /// Stop the access for now, from the side of the provider.
    Suspend(Because),
    /// Lift the stop of the provider.
    Unsuspend(Act),
    /// Stop the access for now, from the side of the consumer.
    Pause(Act),
    /// Lift the stop of the consumer.
    Resume(Act),
    /// Ask for another plan of the same API, or answer that question.
    ChangePlan {
        #[command(flatten)]
        act: Act,
        /// The plan that is wanted: slug or id.
        #[arg(long, required_unless_present_any = ["approve", "reject", "withdraw"])]
        plan: Option<String>,
        #[command(flatten)]
        answer: Answer,
        /// Take the question back.
        #[arg(long, conflicts_with_all = ["plan", "approve", "reject"])]
        withdraw: bool,
        /// Why; needed to refuse.
        #[arg(long)]
        reason: Option<String>,
    },
    /// Ask for another term, or answer that question.
    Renew {
        #[command(flatten)]
        act: Act,
        #[command(flatten)]
        answer: Answer,
        /// Why; needed to refuse.
        #[arg(long)]
        reason: Option<String>,
    },
    /// End the access, from the side of the consumer.
    Cancel {
        #[command(flatten)]
        act: Act,
        #[command(flatten)]
        sure: Sure,
    },
    /// Take the access away for good.
    Revoke {
        #[command(flatten)]
        because: Because,
        #[command(flatten)]
        sure: Sure,
    },
}

/// An answer to a question, instead of the question.
#[derive(Debug, Args)]
pub(crate) struct Answer {
    /// Agree to what was asked.
    #[arg(long, conflicts_with = "reject")]
    approve: bool,
    /// Refuse what was asked.
    #[arg(long, requires = "reason")]
    reject: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Named {
    /// Its id.
    subscription: String,
    #[command(flatten)]
    remote: Remote,
}

/// A change of one subscription.
#[derive(Debug, Args)]
pub(crate) struct Act {
    #[command(flatten)]
    named: Named,
    /// Wait so many seconds until every gateway has it; exit code 1 when one has not.
    #[arg(long, default_value_t = 0)]
    wait: u64,
    #[command(flatten)]
    dry: DryRun,
}

/// A change that has to be explained.
#[derive(Debug, Args)]
pub(crate) struct Because {
    #[command(flatten)]
    act: Act,
    /// Why; the other side reads it word for word.
    #[arg(long)]
    reason: String,
}

impl Named {
    fn path(&self) -> String {
        format!("/v1/subscriptions/{}", segment(&self.subscription))
    }
}

impl Act {
    async fn post(&self, verb: &str, body: Value) -> anyhow::Result<ExitCode> {
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
    async fn end(&self, verb: &str, sure: Sure, body: Value) -> anyhow::Result<ExitCode> {
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
    async fn ask_or_answer(
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
    async fn post(&self, verb: &str) -> anyhow::Result<ExitCode> {
        self.act.post(verb, self.body()).await
    }

    fn body(&self) -> Value {
        json!({ "reason": self.reason })
    }
}

pub(crate) async fn run(command: Subscription) -> anyhow::Result<ExitCode> {
    use Subscription as S;
    match command {
        S::List { .. } | S::Queue { .. } | S::Get(_) | S::Timeline(_) => read(command).await,
        S::Request(wish) => wish.send("").await,
        S::Grant(wish) => wish.send("/grant").await,
        S::Decide(decide) => decide.send().await,
        S::Approve {
            act,
            plan,
            starts_at,
            ends_at,
            limits,
            note,
        } => {
            let limits: Vec<&Value> = limits.iter().map(Limit::value).collect();
            let body = json!({
                "plan": plan, "starts_at": starts_at, "ends_at": ends_at, "note": note,
                "limits": (!limits.is_empty()).then_some(limits),
            });
            act.post("approve", body).await
        }
        S::Reject(because) => because.post("reject").await,
        S::Suspend(because) => because.post("suspend").await,
        S::Withdraw(act) => act.post("withdraw", Value::Null).await,
        S::Unsuspend(act) => act.post("unsuspend", Value::Null).await,
        S::Pause(act) => act.post("pause", Value::Null).await,
        S::Resume(act) => act.post("resume", Value::Null).await,
        S::ChangePlan {
            act,
            withdraw: true,
            ..
        } => act.post("plan-change/withdraw", Value::Null).await,
        S::ChangePlan {
            act,
            plan,
            answer,
            reason,
            ..
        } => {
            let question = json!({ "plan": plan, "reason": reason });
            let noun = ("plan-change", "plan-change");
            act.ask_or_answer(noun, &answer, question, reason.as_deref())
                .await
        }
        S::Renew {
            act,
            answer,
            reason,
        } => {
            let question = json!({ "reason": reason });
            act.ask_or_answer(("renew", "renewal"), &answer, question, reason.as_deref())
                .await
        }
        S::Cancel { act, sure } => act.end("cancel", sure, Value::Null).await,
        S::Revoke { because, sure } => because.act.end("revoke", sure, because.body()).await,
    }
}

async fn read(command: Subscription) -> anyhow::Result<ExitCode> {
    match command {
        Subscription::List {
            state,
            application,
            api,
            environment,
            search,
            rows,
            remote,
        } => {
            let query = [
                ("q", search.as_deref()),
                ("state", state.as_deref()),
                ("application", application.as_deref()),
                ("api", api.as_deref()),
                ("environment", environment.as_deref()),
            ];
            let session = remote.open()?;
            session
                .list("/v1/subscriptions", &query, &rows, "/id", COLUMNS)
                .await?;
        }
        Subscription::Queue {
            subject,
            api,
            application,
            overdue,
            for_me,
            rows,
            remote,
        } => {
            let query = [
                ("subject", subject.as_deref()),
                ("api", api.as_deref()),
                ("application", application.as_deref()),
                ("overdue", overdue.then_some("true")),
                ("for_me", for_me.then_some("true")),
            ];
            let session = remote.open()?;
            let name = "/subscription/id";
            session
                .list("/v1/access-requests", &query, &rows, name, QUEUE)
                .await?;
        }
        Subscription::Timeline(named) => {
            let session = named.remote.open()?;
            let story = session.get(&format!("{}/timeline", named.path())).await?;
            session.rows(&story, "/action", STORY)?;
        }
        Subscription::Get(named) => {
            let session = named.remote.open()?;
            let found = session.get(&named.path()).await?;
            session.show(&found, "/id", COLUMNS)?;
        }
        _ => {}
    }
    Ok(ExitCode::SUCCESS)
}
