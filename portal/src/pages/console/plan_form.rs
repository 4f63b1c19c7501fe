//! Creating and changing a plan. Limits change by a new revision; subscribers are told.

use crate::address::Path;
use crate::form::Form;
use crate::page::refused;
use crate::page_error::PageError;
use crate::pages::console::api::head::ApiTab;
use crate::pages::console::notice::{skipped, without_notice};
use crate::pages::form_page::FormPage;
use crate::view::form::{Choice, Faults, Field, Hidden, faults_of};
use crate::view::parts::{Crumbs, Link};
use crate::view::same;
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::legal;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::plans::{self, CreatePlan, PlanView, UpdatePlan};
use gatehouse_domain::plan::{ApprovalMode, LimitRule, QuotaPeriod};
use gatehouse_domain::price::{Price, PricePeriod};
use gatehouse_domain::{EnvironmentKind, Permission};
use gatehouse_language::t;

#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlanForm {
    #[serde(default)]
    slug: String,
    name: String,
    #[serde(default)]
    summary: String,
    approval: String,
    environments: String,
    #[serde(default)]
    rate: Option<u32>,
    #[serde(default)]
    burst: Option<u32>,
    #[serde(default)]
    quota: Option<u64>,
    #[serde(default)]
    period: String,
    #[serde(default)]
    days: Option<i32>,
    #[serde(default)]
    currency: String,
    #[serde(default)]
    amount: String,
    #[serde(default)]
    price_period: String,
    #[serde(default)]
    calls: String,
    #[serde(default)]
    trial: String,
    #[serde(default)]
    terms: String,
    #[serde(default)]
    now: String,
    #[serde(default)]
    reason: String,
    /// Of the plan the form was filled from.
    #[serde(default)]
    row_version: Option<i32>,
    /// Whether somebody has the plan, who is given notice of what is taken from them.
    #[serde(skip)]
    taken_up: bool,
    /// The stored limits in words, when they are more than this form can hold: they are shown and stay.
    #[serde(skip)]
    fixed: Option<String>,
}

/// Whether the form can hold these limits without loss: at most one rate by the second, one quota.
fn fits(limits: &[LimitRule]) -> bool {
    let (mut rates, mut quotas) = (0, 0);
    for limit in limits {
        match limit {
            LimitRule::Rate { window_s: 1, .. } => rates += 1,
            LimitRule::Rate { .. } => return false,
            LimitRule::Quota { .. } => quotas += 1,
        }
    }
    rates <= 1 && quotas <= 1
}

fn fixed(plan: &PlanView) -> Option<String> {
    let rules: Vec<LimitRule> = plan.limits.iter().map(|limit| limit.rule).collect();
    let words = plan.limits.iter().map(|limit| limit.words.as_str());
    (!fits(&rules)).then(|| words.collect::<Vec<_>>().join(", "))
}

impl PlanForm {
    fn of(plan: &PlanView) -> Self {
        let mut form = Self {
            slug: plan.slug.clone(),
            name: plan.name.clone(),
            summary: plan.summary.clone(),
            approval: plan.approval.as_str().to_owned(),
            environments: plan
                .environments
                .iter()
                .map(|one| one.as_str())
                .collect::<Vec<_>>()
                .join(","),
            days: plan.max_subscription_days,
            trial: if plan.trial { "yes" } else { "no" }.to_owned(),
            terms: plan
                .terms
                .as_ref()
                .map(|terms| terms.slug.clone())
                .unwrap_or_default(),
            row_version: Some(plan.row_version),
            taken_up: plan.subscriptions > 0,
            fixed: fixed(plan),
            ..Self::default()
        };
        if let Some(price) = &plan.price {
            form.currency.clone_from(&price.currency);
            form.amount = price.amount.clone().unwrap_or_default();
            form.price_period = price
                .period
                .map(|one| one.as_str().to_owned())
                .unwrap_or_default();
            form.calls = price.per_thousand_calls.clone().unwrap_or_default();
        }
        for limit in &plan.limits {
            match limit.rule {
                LimitRule::Rate { amount, burst, .. } => {
                    form.rate = Some(amount);
                    form.burst = Some(burst);
                }
                LimitRule::Quota { amount, period } => {
                    form.quota = Some(amount);
                    form.period = period.as_str().to_owned();
                }
            }
        }
        form
    }

    fn limits(&self) -> Vec<LimitRule> {
        let rate = self.rate.map(|amount| LimitRule::Rate {
            amount,
            window_s: 1,
            // Without a burst of its own a rate allows as many at once as in one second.
            burst: self.burst.unwrap_or(amount),
        });
        let quota = self.quota.map(|amount| LimitRule::Quota {
            amount,
            period: QuotaPeriod::parse(&self.period).unwrap_or(QuotaPeriod::Month),
        });
        rate.into_iter().chain(quota).collect()
    }

    /// What was typed; nothing at all is no price.
    fn price(&self) -> Option<Price> {
        let said = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let price = Price {
            currency: self.currency.trim().to_owned(),
            amount: said(&self.amount),
            // The form always names one; without an amount it means nothing.
            period: said(&self.amount).and_then(|_| PricePeriod::parse(&self.price_period)),
            per_thousand_calls: said(&self.calls),
        };
        let is_nothing = price.currency.is_empty()
            && price.amount.is_none()
            && price.per_thousand_calls.is_none();
        (!is_nothing).then_some(price)
    }

    fn terms(&self) -> Option<String> {
        Some(self.terms.clone()).filter(|terms| !terms.is_empty())
    }

    fn approval(&self) -> ApprovalMode {
        ApprovalMode::parse(&self.approval).unwrap_or(ApprovalMode::Manual)
    }

    fn environments(&self) -> Vec<EnvironmentKind> {
        self.environments
            .split(',')
            .filter_map(EnvironmentKind::parse)
            .collect()
    }
}

fn shown(number: Option<impl ToString>) -> String {
    number.map(|number| number.to_string()).unwrap_or_default()
}

/// The limits this form can hold.
fn limit_fields(form: &PlanForm, faults: &Faults) -> [Field; 4] {
    [
        Field::number("rate", t!("access-plan-rate"))
            .optional()
            .value(shown(form.rate))
            .faults(faults),
        Field::number("burst", t!("access-plan-burst"))
            .optional()
            .value(shown(form.burst))
            .help(t!("access-plan-burst-help"))
            .faults(faults),
        Field::number("quota", t!("word-quota"))
            .optional()
            .value(shown(form.quota))
            .faults(faults),
        Field::select(
            "period",
            t!("access-plan-period"),
            vec![
                Choice::new("month", t!("access-month")),
                Choice::new("day", t!("access-day")),
            ],
        )
        .value(&form.period)
        .faults(faults),
    ]
}

/// The console's page of what the plan belongs to: an API, or a product, as the address says.
pub(super) fn home(visitor: &Visitor, api: &str) -> String {
    let is_product = visitor.here().starts_with("/console/products/");
    let area = if is_product { "products" } else { "apis" };
    format!("/console/{area}/{api}")
}

/// The page that lists the plan among the others.
fn plans_page(visitor: &Visitor, api: &str) -> String {
    let home = home(visitor, api);
    if home.starts_with("/console/apis/") {
        ApiTab::Plans.path(api)
    } else {
        home
    }
}

fn area(visitor: &Visitor, shell: &Shell) -> Link {
    if visitor.here().starts_with("/console/products/") {
        Link::new(t!("rail-products"), shell.to("/console/products"))
    } else {
        Link::new(t!("word-apis"), shell.to("/console/apis"))
    }
}

/// What it costs, whether it is for trying out, and what is accepted with it.
async fn money_fields(
    visitor: &Visitor,
    form: &PlanForm,
    faults: &Faults,
) -> Result<[Field; 6], PageError> {
    let listed = legal::list_terms(visitor.db(), &visitor.viewer()?).await?;
    let listed = listed.into_iter();
    let terms = std::iter::once(Choice::new("", t!("word-none")))
        .chain(listed.map(|terms| Choice::new(terms.slug, terms.title)));
    let periods = vec![
        Choice::new("month", t!("access-month")),
        Choice::new("year", t!("access-year")),
        Choice::new("day", t!("access-day")),
    ];
    let trial = vec![
        Choice::new("no", t!("word-no")),
        Choice::new("yes", t!("access-plan-trial-yes")),
    ];
    Ok([
        Field::text("currency", t!("access-plan-currency"))
            .optional()
            .max(3)
            .value(&form.currency)
            .help(t!("access-plan-currency-help"))
            .faults(faults),
        Field::text("amount", t!("access-plan-price"))
            .optional()
            .max(14)
            .value(&form.amount)
            .faults(faults),
        Field::select("price_period", t!("access-plan-paid"), periods)
            .value(&form.price_period)
            .faults(faults),
        Field::text("calls", t!("access-plan-calls"))
            .optional()
            .max(14)
            .value(&form.calls)
            .faults(faults),
        Field::select("trial", t!("access-plan-trial"), trial)
            .value(&form.trial)
            .help(t!("access-plan-trial-help"))
            .faults(faults),
        Field::select("terms", t!("access-plan-terms"), terms.collect())
            .value(&form.terms)
            .faults(faults),
    ])
}

async fn page(
    visitor: &Visitor,
    api: &str,
    plan: Option<&str>,
    form: &PlanForm,
    faults: Faults,
) -> Result<FormPage, PageError> {
    let shell = visitor.shell().await?.console("plans");
    let home = home(visitor, api);
    let back = shell.to(&plans_page(visitor, api));
    let mut fields = Vec::new();
    if plan.is_none() {
        fields.push(
            Field::text("slug", t!("word-short-name"))
                .value(&form.slug)
                .max(40)
                .help(t!("access-short-name-help"))
                .faults(&faults),
        );
    }
    fields.extend([
        Field::text("name", t!("word-name"))
            .value(&form.name)
            .max(80)
            .faults(&faults),
        Field::text("summary", t!("word-one-line"))
            .optional()
            .value(&form.summary)
            .max(400)
            .faults(&faults),
        Field::select(
            "approval",
            t!("word-decision"),
            vec![
                Choice::new("auto", t!("access-plan-auto")),
                Choice::new("manual", t!("access-plan-manual")),
                Choice::new("two_person", t!("access-plan-two")),
            ],
        )
        .value(&form.approval)
        .faults(&faults),
        Field::select(
            "environments",
            t!("access-plan-environments"),
            vec![
                Choice::new("sandbox,production", t!("access-plan-both")),
                Choice::new("sandbox", t!("access-plan-sandbox")),
                Choice::new("production", t!("access-plan-production")),
            ],
        )
        .value(&form.environments)
        .faults(&faults),
    ]);
    if form.fixed.is_none() {
        fields.extend(limit_fields(form, &faults));
    }
    fields.push(
        Field::number("days", t!("access-plan-days"))
            .optional()
            .value(shown(form.days))
            .faults(&faults),
    );
    fields.extend(money_fields(visitor, form, &faults).await?);
    if form.taken_up && visitor.actor()?.may(Permission::TenantManage) {
        fields.extend(without_notice(&form.now, &form.reason, &faults));
    }
    let (heading, path, button) = match plan {
        None => (
            t!("access-plan-create"),
            format!("{home}/plans/new"),
            t!("access-plan-create"),
        ),
        Some(slug) => (
            t!("access-plan-named", name = &form.name),
            format!("{home}/plans/{slug}"),
            t!("access-plan-save"),
        ),
    };
    Ok(FormPage {
        same: Some(match plan {
            None => visitor.same(&[same::PLAN_CREATE], &[("api", api)]),
            Some(plan) => visitor.same(&[same::PLAN_UPDATE], &[("api", api), ("plan", plan)]),
        }),
        crumbs: Crumbs::new(
            heading.clone(),
            vec![area(visitor, &shell), Link::new(api, back.clone())],
        ),
        heading,
        lead: form.fixed.as_ref().map_or_else(
            || t!("access-plan-lead"),
            |limits| t!("access-plan-lead-fixed", limits = limits),
        ),
        faults,
        action: shell.to(&path),
        multipart: false,
        hidden: form
            .row_version
            .map(|version| Hidden::new("row_version", version.to_string()))
            .into_iter()
            .collect(),
        fields,
        button: button.into(),
        back,
        shell,
    })
}

/// `GET /console/apis/{api}/plans/new`
pub(crate) async fn show_new(
    visitor: Visitor,
    Path([api]): Path<1>,
) -> Result<FormPage, PageError> {
    visitor.require(Permission::PlanManage)?;
    let form = PlanForm {
        approval: "manual".into(),
        environments: "sandbox,production".into(),
        ..PlanForm::default()
    };
    page(&visitor, &api, None, &form, Faults::default()).await
}

/// `POST /console/apis/{api}/plans/new`
pub(crate) async fn create(
    visitor: Visitor,
    Path([api]): Path<1>,
    Form(form): Form<PlanForm>,
) -> Result<Response, PageError> {
    let actor = visitor.require(Permission::PlanManage)?;
    let input = CreatePlan {
        slug: form.slug.clone(),
        name: form.name.clone(),
        summary: form.summary.clone(),
        approval: form.approval(),
        environments: form.environments(),
        limits: form.limits(),
        max_subscription_days: form.days,
        price: form.price(),
        trial: form.trial == "yes",
        terms: form.terms(),
        ..CreatePlan::default()
    };
    match plans::create_plan(visitor.db(), actor, api.as_str().into(), input).await {
        Ok(done) => Ok(visitor
            .go_with(&plans_page(&visitor, &api), done.change.as_ref())
            .into_response()),
        Err(refusal) => {
            let page = page(&visitor, &api, None, &form, renamed(faults_of(refusal)?)).await?;
            Ok(refused(page))
        }
    }
}

fn renamed(faults: Faults) -> Faults {
    faults.renamed(&[
        ("limits", "rate"),
        ("max_subscription_days", "days"),
        ("price", "currency"),
    ])
}

async fn found(visitor: &Visitor, api: &str, plan: &str) -> Result<PlanView, PageError> {
    let actor = visitor.require(Permission::PlanManage)?;
    Ok(plans::get_plan(visitor.db(), actor, api.into(), plan.into()).await?)
}

/// `GET /console/apis/{api}/plans/{plan}`
pub(crate) async fn show(
    visitor: Visitor,
    Path([api, plan]): Path<2>,
) -> Result<FormPage, PageError> {
    let found = found(&visitor, &api, &plan).await?;
    page(
        &visitor,
        &api,
        Some(&found.slug),
        &PlanForm::of(&found),
        Faults::default(),
    )
    .await
}

/// `POST /console/apis/{api}/plans/{plan}`
pub(crate) async fn update(
    visitor: Visitor,
    Path([api, plan]): Path<2>,
    Form(mut form): Form<PlanForm>,
) -> Result<Response, PageError> {
    let plan = found(&visitor, &api, &plan).await?;
    let before = PlanForm::of(&plan);
    form.fixed.clone_from(&before.fixed);
    form.taken_up = before.taken_up;
    let limits = form.limits();
    let input = UpdatePlan {
        name: Some(form.name.clone()),
        summary: Some(form.summary.clone()),
        approval: Some(form.approval()),
        environments: Some(form.environments()),
        // Only a real change of limits makes a new revision and tells subscribers.
        limits: (form.fixed.is_none() && limits != before.limits()).then_some(limits),
        max_subscription_days: Some(form.days),
        price: Some(form.price()),
        trial: Some(form.trial == "yes"),
        terms: Some(form.terms()),
        without_notice: skipped(&form.now, &form.reason),
        ..UpdatePlan::default()
    };
    match plans::update_plan(
        visitor.db(),
        visitor.actor()?,
        api.as_str().into(),
        Lookup::Id(plan.id),
        form.row_version,
        input,
    )
    .await
    {
        Ok(done) => Ok(visitor
            .go_with(&plans_page(&visitor, &api), done.change.as_ref())
            .into_response()),
        Err(refusal) => {
            let page = page(
                &visitor,
                &api,
                Some(&plan.slug),
                &form,
                renamed(faults_of(refusal)?),
            )
            .await?;
            Ok(refused(page))
        }
    }
}
