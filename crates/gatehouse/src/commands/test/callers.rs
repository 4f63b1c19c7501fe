//! Who calls: an application of its own for each case, with the access and the key it asks for.

use anyhow::Context;
use gatehouse_domain::EnvironmentKind;
use gatehouse_domain::key::{Key, KeyKind};
use gatehouse_runtime::{Secret, random};
use serde_json::{Value, json};

use super::cases::{Caller, Case};
use super::runner;
use super::stage::Stage;
use crate::remote::{DryRun, Refused, segment};

const REASON: &str = "For a case of gatehouse test.";

/// Makes what a case calls as, and gives the key it sends, or why it gets none. Only what the case itself asks for is refused to
/// it: that a team or an application cannot be made says nothing of any case, and is an error.
pub(super) async fn make(
    stage: &mut Stage,
    case: &Case,
    number: usize,
) -> anyhow::Result<runner::Caller> {
    match &case.caller {
        Caller::Nobody => Ok(Ok(None)),
        Caller::WrongKey => Ok(Ok(Some(wrong_key(&case.environment)?))),
        Caller::Stranger => {
            let team = team(stage, number).await?;
            let application = json!({ "name": format!("Case {number}"), "team": team });
            let made = stage.session.post("/v1/applications", application).await?;
            stage.keep(&made);
            let id = made["id"].as_str().unwrap_or_default().to_owned();
            key(stage, &id, &case.environment).await
        }
        Caller::Subscriber {
            to,
            plan,
            environment,
        } => {
            let team = team(stage, number).await?;
            let_one_decide(stage, to, plan).await?;
            let wish = json!({
                "new_application": { "name": format!("Case {number}"), "team": team },
                "api": to, "plan": plan, "environment": environment, "reason": REASON,
            });
            let granted = stage.session.post("/v1/subscriptions/grant", wish).await;
            let granted = match given(granted)? {
                Ok(granted) => granted,
                Err(refusal) => return Ok(Err(refusal)),
            };
            stage.keep(&granted);
            let id = granted["application"]["id"].as_str();
            let id = id.unwrap_or_default().to_owned();
            key(stage, &id, environment).await
        }
    }
}

/// What the admin API gave a case, or how it refused what the case asks for; anything else is an error.
fn given(answer: anyhow::Result<Value>) -> anyhow::Result<Result<Value, String>> {
    answer.map(Ok).or_else(|error| {
        // Neither says anything of what was asked for: the token is not taken, or there were too many requests.
        let refused = error
            .downcast_ref::<Refused>()
            .filter(|refused| refused.status < 500 && !matches!(refused.status, 401 | 429));
        match refused {
            Some(refused) => Ok(Err(refused.to_string())),
            None => Err(error),
        }
    })
}

/// A team for each case: what a plan gives a team once, it gives every case.
async fn team(stage: &mut Stage, number: usize) -> anyhow::Result<String> {
    let slug = format!("gatehouse-test-case-{number}");
    let team = json!({ "slug": slug, "name": slug, "kind": "consumer" });
    stage.session.post("/v1/teams", team).await?;
    Ok(slug)
}

/// Access under a plan that two people decide about is given by one: here there is nobody else.
async fn let_one_decide(stage: &mut Stage, to: &str, plan: &str) -> anyhow::Result<()> {
    let path = format!("/v1/apis/{}/plans/{}", segment(to), segment(plan));
    // Whatever is wrong with the names, granting says it better.
    let Ok(found) = stage.session.get(&path).await else {
        return Ok(());
    };
    if found["approval"] == "two_person" {
        let body = json!({ "approval": "manual" });
        let changed = stage
            .session
            .patch(&path, DryRun { dry_run: false }, body)
            .await?;
        stage.keep(&changed);
    }
    Ok(())
}

async fn key(
    stage: &mut Stage,
    application: &str,
    environment: &str,
) -> anyhow::Result<runner::Caller> {
    let path = format!("/v1/applications/{}/keys", segment(application));
    let wish = json!({ "environment": environment, "name": "gatehouse test" });
    let issued = match given(stage.session.post(&path, wish).await)? {
        Ok(issued) => issued,
        Err(refusal) => return Ok(Err(refusal)),
    };
    stage.keep(&issued);
    let secret = issued["secret"].as_str().context("there is no key")?;
    Ok(Ok(Some(Secret::new(secret.to_owned()))))
}

/// A key of the environment's form that was never made.
fn wrong_key(environment: &str) -> anyhow::Result<Secret<String>> {
    let kind = EnvironmentKind::parse(environment).unwrap_or(EnvironmentKind::Production);
    let mut key = None;
    // So few bytes are unfit that this ends at once.
    while key.is_none() {
        key = Key::generate(KeyKind::ApiKey(kind), &random::bytes());
    }
    let key = key.context("there is no key")?;
    Ok(Secret::new(key.reveal().to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_refused_what_it_asks_for_and_not_what_nobody_gets() {
        let refused = |status| {
            let problem = json!({ "code": "because", "detail": "It is so." });
            Err(Refused { status, problem }.into())
        };
        for status in [403, 404, 409, 422] {
            let told = given(refused(status)).unwrap();
            assert_eq!(told, Err("because: It is so.".to_owned()), "{status}");
        }
        for status in [401, 429, 500, 503] {
            assert!(given(refused(status)).is_err(), "{status}");
        }
        let broken = Err(anyhow::anyhow!("no connection"));
        assert!(given(broken).is_err());
        assert_eq!(given(Ok(json!(1))).unwrap(), Ok(json!(1)));
    }
}
