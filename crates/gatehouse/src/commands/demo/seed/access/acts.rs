//! What people of the demo do about access, by the verbs that everybody uses.

use anyhow::Context;
use gatehouse_control_plane::credentials::{self, CredentialView, IssueKey};
use gatehouse_control_plane::subscriptions::{
    self, AppChoice, Conditions, RequestAccess, SubscriptionView,
};
use gatehouse_domain::id::SubscriptionId;
use gatehouse_domain::key::Key;

use crate::commands::demo::seed::stage::{Stage, slug};

/// `what` is the API and the plan.
pub(super) async fn ask(
    stage: &Stage,
    by: &str,
    application: &str,
    what: &str,
    environment: &str,
    reason: &str,
) -> anyhow::Result<SubscriptionView> {
    let (api, plan) = what.split_once(' ').context("an API and a plan")?;
    let input = RequestAccess {
        application: AppChoice::Existing(slug(application)),
        api: slug(api),
        plan: slug(plan),
        environment: slug(environment),
        reason: reason.to_owned(),
        answers: std::collections::BTreeMap::new(),
        accepts_terms: None,
    };
    let asked = subscriptions::request(&stage.db, stage.person(by)?, input).await;
    Ok(asked
        .with_context(|| format!("{application} asks for {what}"))?
        .value)
}

pub(super) async fn approve(
    stage: &Stage,
    id: SubscriptionId,
    conditions: Conditions,
) -> anyhow::Result<SubscriptionView> {
    Ok(
        subscriptions::approve(&stage.db, stage.person("approver")?, id, conditions)
            .await?
            .value,
    )
}

pub(super) async fn issue(
    stage: &Stage,
    by: &str,
    application: &str,
    environment: &str,
    name: &str,
    expires_in_days: Option<i32>,
) -> anyhow::Result<(CredentialView, Key)> {
    let input = IssueKey {
        environment: slug(environment),
        name: name.to_owned(),
        expires_in_days,
        products: Vec::new(),
    };
    let issued = credentials::issue(&stage.db, stage.person(by)?, slug(application), input).await;
    Ok(issued
        .with_context(|| format!("a key of {application}"))?
        .value)
}
