//! `gatehouse subscription`: who may call what, asked for, decided, stopped, changed and ended.

mod act;
mod decide;
mod list;
mod message;
mod wish;

use std::process::ExitCode;

use clap::Subcommand;
use serde_json::{Value, json};

use crate::commands::plan::Limit;
use crate::remote::{Column, Sure, column};

pub(crate) use act::{Act, Answer, Because, Named};
pub(crate) use decide::Decide;
pub(crate) use list::{List, Queue};
pub(crate) use message::Message;
pub(crate) use wish::Wish;

pub(super) const COLUMNS: &[Column] = &[
    column("SUBSCRIPTION", "/id"),
    column("APPLICATION", "/application"),
    column("API", "/api"),
    column("PLAN", "/plan"),
    column("ENVIRONMENT", "/environment"),
    column("STATE", "/shown"),
    column("ENDS", "/ends_at"),
    column("TERMS", "/accepted_terms"),
    column("TO ACCEPT", "/terms_to_accept"),
    column("REQUESTED BY", "/requested_by"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Subscription {
    /// List the subscriptions you may see, newest first.
    List(List),
    /// List what waits for a decision: who waits longest is first.
    Queue(Queue),
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
    /// Take a refusal back: the request waits again.
    Reconsider {
        #[command(flatten)]
        act: Act,
        /// Why, for the person who asked.
        #[arg(long)]
        reason: Option<String>,
    },
    /// Write to the other side of a request.
    Message(Message),
    /// Show what the two sides of a request wrote.
    Messages(Named),
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
    /// Accept terms: a newer version, or those of a plan to ask for.
    AcceptTerms {
        #[command(flatten)]
        act: Act,
        /// Slug of the terms.
        #[arg(long)]
        terms: String,
        /// The version that was read; only the newest can be accepted.
        #[arg(long)]
        number: i32,
    },
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

pub(crate) async fn run(command: Subscription) -> anyhow::Result<ExitCode> {
    use Subscription as S;
    match command {
        S::List(list) => list.show().await,
        S::Queue(queue) => queue.show().await,
        S::Get(named) => list::get(named).await,
        S::Timeline(named) => list::timeline(named).await,
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
        S::Reconsider { act, reason } => act.post("reconsider", json!({ "reason": reason })).await,
        S::Message(message) => message.send().await,
        S::Messages(named) => message::list(named).await,
        S::Suspend(because) => because.post("suspend").await,
        S::Withdraw(act) => act.post("withdraw", Value::Null).await,
        S::Unsuspend(act) => act.post("unsuspend", Value::Null).await,
        S::Pause(act) => act.post("pause", Value::Null).await,
        S::Resume(act) => act.post("resume", Value::Null).await,
        S::AcceptTerms { act, terms, number } => {
            let body = json!({ "terms": terms, "version": number });
            act.post("accept-terms", body).await
        }
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
