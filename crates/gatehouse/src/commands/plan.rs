//! `gatehouse plan`: the plans of an API.

use std::process::ExitCode;
use std::str::FromStr;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::remote::{Column, DryRun, Notice, Remote, Rows, Sure, column, segment};

const COLUMNS: &[Column] = &[
    column("PLAN", "/slug"),
    column("NAME", "/name"),
    column("STATE", "/state"),
    column("APPROVAL", "/approval"),
    column("ENVIRONMENTS", "/environments"),
    column("LIMITS", "/limits"),
    column("OPERATION LIMITS", "/operation_limits"),
    column("PRICE", "/price"),
    column("TERMS", "/terms"),
    column("NEXT", "/scheduled/effective_at"),
    column("SUBSCRIPTIONS", "/subscriptions"),
    column("REVISION", "/revision"),
];

const REVISIONS: &[Column] = &[
    column("REVISION", "/number"),
    column("EFFECTIVE", "/effective_at"),
    column("MADE", "/created_at"),
    column("IN FORCE", "/in_force"),
    column("LIMITS", "/limits"),
    column("OPERATION LIMITS", "/operation_limits"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Plan {
    /// List the plans of an API.
    List {
        /// Slug or id of the API.
        api: String,
        #[command(flatten)]
        rows: Rows,
        #[command(flatten)]
        remote: Remote,
    },
    /// Show one.
    Get(Named),
    /// Make one.
    Create {
        #[command(flatten)]
        named: Named,
        /// How requests are decided: auto, manual or two_person.
        #[arg(long)]
        approval: String,
        /// Kind of environment it opens: sandbox or production; both by repeating.
        #[arg(long = "environment", required = true)]
        environments: Vec<String>,
        #[command(flatten)]
        terms: Terms,
        #[command(flatten)]
        dry: DryRun,
    },
    /// List what one promised, promises and will promise.
    Revisions(Named),
    /// Change one; what takes something from those who have it counts when the tenant's notice is over.
    Update {
        #[command(flatten)]
        named: Named,
        /// How requests are decided: auto, manual or two_person.
        #[arg(long)]
        approval: Option<String>,
        /// staging, published or deprecated.
        #[arg(long)]
        state: Option<String>,
        /// From when on limits and spans count: a date and time (RFC 3339).
        #[arg(long)]
        effective_at: Option<String>,
        #[command(flatten)]
        notice: Notice,
        #[command(flatten)]
        terms: Terms,
        #[command(flatten)]
        dry: DryRun,
    },
    /// Close one: its subscriptions move to another plan, or end.
    Close {
        #[command(flatten)]
        named: Named,
        /// Slug or id of the plan its subscriptions move to.
        #[arg(long)]
        move_to: Option<String>,
        /// When its subscriptions end instead: a date and time (RFC 3339).
        #[arg(long)]
        ends_at: Option<String>,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        sure: Sure,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Named {
    /// Slug or id of the API.
    api: String,
    /// Slug or id of the plan.
    plan: String,
    #[command(flatten)]
    remote: Remote,
}

#[derive(Debug, Args)]
pub(crate) struct Terms {
    /// Its name.
    #[arg(long)]
    name: Option<String>,
    /// One sentence about it.
    #[arg(long)]
    summary: Option<String>,
    /// A rate, as 10/1s or with a burst as 10/1s+20; or a quota, as 5000/day or 100000/month. More than one by repeating.
    #[arg(long = "limit")]
    limits: Vec<Limit>,
    /// A rate of one operation beside them, as "GET /pets/{id}=10/1s". More than one by repeating.
    #[arg(long = "operation-limit")]
    operation_limits: Vec<OperationLimit>,
    /// Longest life of a subscription, days.
    #[arg(long)]
    max_subscription_days: Option<u32>,
    /// Longest life of a key, days.
    #[arg(long)]
    max_key_days: Option<u32>,
    /// Longest time for which a replaced key goes on, seconds.
    #[arg(long)]
    max_overlap_s: Option<u32>,
    /// What it costs, as "EUR 49.90/month", "EUR 0.5/1000 calls" or both with a comma between. Told, not charged.
    #[arg(long)]
    price: Option<Price>,
    /// Whether it is for trying out: each team asks for it once, and it is not renewed.
    #[arg(long)]
    trial: Option<bool>,
    /// Slug of the terms that requests accept.
    #[arg(long)]
    accepts: Option<String>,
}

/// A price as the command line writes it.
#[derive(Debug, Clone)]
pub(crate) struct Price(Value);

impl FromStr for Price {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let how = "write EUR 49.90/month (or day, or year), EUR 0.5/1000 calls, or both with a comma between";
        let mut price = json!({});
        for part in text.split(',') {
            let (currency, amount) = part.trim().split_once(' ').context(how)?;
            let (amount, per) = amount.split_once('/').context(how)?;
            let member = match per.trim() {
                "1000 calls" => "per_thousand_calls",
                period @ ("day" | "month" | "year") => {
                    price["period"] = json!(period);
                    "amount"
                }
                _ => bail!(how),
            };
            if price.get(member).is_some() {
                bail!("one amount a period; {how}");
            }
            if price["currency"]
                .as_str()
                .is_some_and(|said| said != currency)
            {
                bail!("one currency a plan; {how}");
            }
            price["currency"] = json!(currency);
            price[member] = json!(amount.trim());
        }
        Ok(Self(price))
    }
}

/// A limit as the command line writes it.
#[derive(Debug, Clone)]
pub(crate) struct Limit(Value);

impl Limit {
    /// As the admin API takes it.
    pub(crate) fn value(&self) -> &Value {
        &self.0
    }
}

impl FromStr for Limit {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let how = "write 10/1s, 10/1s+20, 5000/day or 100000/month";
        let (amount, per) = text.split_once('/').context(how)?;
        let amount: u64 = amount.parse().context(how)?;
        if matches!(per, "day" | "month") {
            return Ok(Self(
                json!({ "kind": "quota", "amount": amount, "period": per }),
            ));
        }
        let (window, burst) = match per.split_once('+') {
            Some((window, burst)) => (window, Some(burst.parse::<u64>().context(how)?)),
            None => (per, None),
        };
        let window = gatehouse_runtime::settings::parse_duration(window).context(how)?;
        if window.subsec_nanos() != 0 {
            bail!("the window of a rate is whole seconds; {how}");
        }
        let mut limit = json!({ "kind": "rate", "amount": amount, "window_s": window.as_secs() });
        if let Some(burst) = burst {
            limit["burst"] = json!(burst);
        }
        Ok(Self(limit))
    }
}

/// A limit of one operation as the command line writes it.
#[derive(Debug, Clone)]
pub(crate) struct OperationLimit(Value);

impl FromStr for OperationLimit {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let how = "write GET /pets/{id}=10/1s, or with a burst =10/1s+20";
        let (operation, limit) = text.rsplit_once('=').context(how)?;
        let Limit(mut limit) = limit.parse()?;
        if limit["kind"] != "rate" {
            bail!("a single operation can have a rate only; {how}");
        }
        if let Some(limit) = limit.as_object_mut() {
            limit.remove("kind");
            limit.insert("operation".to_owned(), json!(operation));
        }
        Ok(Self(limit))
    }
}

impl Terms {
    /// The fields that were said.
    fn fields(&self) -> Value {
        let limits: Vec<&Value> = self.limits.iter().map(|limit| &limit.0).collect();
        let single: Vec<&Value> = self.operation_limits.iter().map(|limit| &limit.0).collect();
        json!({
            "name": self.name,
            "summary": self.summary,
            "limits": (!limits.is_empty()).then_some(limits),
            "operation_limits": (!single.is_empty()).then_some(single),
            "max_subscription_days": self.max_subscription_days,
            "max_key_days": self.max_key_days,
            "max_overlap_s": self.max_overlap_s,
            "price": self.price.as_ref().map(|price| &price.0),
            "trial": self.trial,
            "terms": self.accepts,
        })
    }
}

impl Named {
    fn plans(&self) -> String {
        format!("/v1/apis/{}/plans", segment(&self.api))
    }

    fn path(&self) -> String {
        format!("{}/{}", self.plans(), segment(&self.plan))
    }
}

pub(crate) async fn run(command: Plan) -> anyhow::Result<ExitCode> {
    match command {
        Plan::List { api, rows, remote } => {
            let path = format!("/v1/apis/{}/plans", segment(&api));
            let session = remote.open()?;
            session.list(&path, &[], &rows, "/slug", COLUMNS).await?;
        }
        Plan::Get(named) => {
            let session = named.remote.open()?;
            let found = session.get(&named.path()).await?;
            session.show(&found, "/slug", COLUMNS)?;
        }
        Plan::Create {
            named,
            approval,
            environments,
            terms,
            dry,
        } => {
            let mut body = terms.fields();
            body["slug"] = json!(named.plan);
            if terms.name.is_none() {
                body["name"] = json!(named.plan);
            }
            body["approval"] = json!(approval);
            body["environments"] = json!(environments);
            let session = named.remote.open()?;
            let made = session.create(&named.plans(), dry, body).await?;
            session.show(&made, "/slug", COLUMNS)?;
        }
        Plan::Revisions(named) => {
            let session = named.remote.open()?;
            let path = format!("{}/revisions", named.path());
            session.rows(&session.get(&path).await?, "/number", REVISIONS)?;
        }
        Plan::Update {
            named,
            approval,
            state,
            effective_at,
            notice,
            terms,
            dry,
        } => {
            let mut body = terms.fields();
            notice.add_to(&mut body);
            body["effective_at"] = json!(effective_at);
            body["approval"] = json!(approval);
            body["state"] = json!(state);
            let session = named.remote.open()?;
            let changed = session.patch(&named.path(), dry, body).await?;
            session.show(&changed, "/slug", COLUMNS)?;
        }
        Plan::Close {
            named,
            move_to,
            ends_at,
            dry,
            sure,
        } => {
            let session = named.remote.open()?;
            if !dry.dry_run {
                let now = session.get(&named.path()).await?;
                let count = now["subscriptions"].as_u64().unwrap_or_default();
                let what = format!("{count} subscriptions have the plan {}.", named.plan);
                session.confirm(sure, &what)?;
            }
            let body = json!({ "move_to": move_to, "ends_at": ends_at });
            let path = format!("{}/close", named.path());
            let closed = session.create(&path, dry, body).await?;
            session.show(&closed, "/slug", COLUMNS)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Limit, Price};

    #[test]
    fn prices_are_read_by_their_units() {
        let read = |text: &str| text.parse::<Price>().map(|price| price.0);
        assert_eq!(
            read("EUR 49.90/month, EUR 0.5/1000 calls").unwrap(),
            json!({ "currency": "EUR", "amount": "49.90", "period": "month", "per_thousand_calls": "0.5" })
        );
        for wrong in [
            "",
            "49",
            "EUR 49",
            "EUR 49/week",
            "EUR 1/month,USD 2/1000 calls",
            "EUR 1/month,EUR 2/year",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn limits_are_read_as_rates_and_quotas() {
        for (text, value) in [
            (
                "10/1s",
                json!({ "kind": "rate", "amount": 10, "window_s": 1 }),
            ),
            (
                "10/1m+20",
                json!({ "kind": "rate", "amount": 10, "window_s": 60, "burst": 20 }),
            ),
            (
                "5000/day",
                json!({ "kind": "quota", "amount": 5000, "period": "day" }),
            ),
        ] {
            assert_eq!(text.parse::<Limit>().unwrap().0, value, "{text}");
        }
        for wrong in ["", "10", "ten/day", "10/week", "10/500ms", "10/1s+x"] {
            assert!(wrong.parse::<Limit>().is_err(), "{wrong}");
        }
    }
}
