//! `GET` and `POST /apis/{api}/request`, and the same of a product: one form, with the application made in place.

use crate::address::{Path, Query};
use crate::form::Form;
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::applications::list::team_choices;
use crate::pages::catalogue::addresses::environment_word;
use crate::pages::catalogue::plan_words::{decision_words, price_words, quota_words, rate_words};
use crate::pages::catalogue::questions;
use crate::pages::list_of::all;
use crate::view::form::{Choice, Faults, Field, faults_of};
use crate::view::parts::{Crumbs, Flash, Link, Timeline};
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::applications::{self, ApplicationFilter, ApplicationView};
use gatehouse_control_plane::catalogue;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::plans::PlanView;
use gatehouse_control_plane::subscriptions::{self, AppChoice, RequestAccess, SubscriptionView};
use gatehouse_domain::EnvironmentKind;
use gatehouse_domain::subscription::{ShownState, StoredState};
use gatehouse_language::t;
use std::collections::BTreeMap;

/// Plan, application, purpose.
#[derive(Template)]
#[template(path = "pages/catalogue/request.html")]
pub(crate) struct RequestPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) api_name: String,
    pub(crate) faults: Faults,
    pub(crate) action: String,
    pub(crate) plans: Vec<PlanChoice>,
    pub(crate) environments: Vec<Choice>,
    pub(crate) environment: String,
    pub(crate) applications: Vec<Choice>,
    pub(crate) application: String,
    pub(crate) app_name: Field,
    pub(crate) team: Field,
    pub(crate) purpose: Field,
    pub(crate) timeline: Timeline,
    pub(crate) back: String,
}

web_page!(RequestPage, Private);

pub(crate) struct PlanChoice {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) rate: String,
    pub(crate) quota: String,
    pub(crate) decision: String,
    pub(crate) chosen: bool,
    /// What its owner asks.
    pub(crate) questions: Vec<Field>,
    /// What it costs, where that is told.
    pub(crate) price: Option<String>,
    /// What is accepted with it.
    pub(crate) terms: Option<PlanTermsChoice>,
}

impl PlanChoice {
    /// Whether it asks for more than the plan alone.
    fn asks(&self) -> bool {
        !self.questions.is_empty() || self.terms.is_some()
    }
}

/// The terms of a plan: to read and to accept.
pub(crate) struct PlanTermsChoice {
    pub(crate) read: Link,
    pub(crate) accept: Field,
}

/// `?plan=&application=`
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Preset {
    #[serde(default)]
    plan: String,
    #[serde(default)]
    application: String,
}

#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct RequestForm {
    #[serde(default)]
    plan: String,
    #[serde(default)]
    environment: String,
    #[serde(default)]
    application: String,
    #[serde(default)]
    app_name: String,
    #[serde(default)]
    team: String,
    #[serde(default)]
    purpose: String,
    /// What only single plans ask, by [`questions::name`] and [`questions::terms_name`]; the form asks before it knows which plan is taken.
    #[serde(flatten)]
    answers: BTreeMap<String, String>,
}

/// `GET /apis/{api}/request`. One's own pending request is shown in place of a second one, unless another application
/// could ask.
pub(crate) async fn show(
    visitor: Visitor,
    Path([api]): Path<1>,
    Query(preset): Query<Preset>,
) -> Result<Response, PageError> {
    let offer = Asked::find(&visitor, &api).await?;
    if let (Some(pending), 0..=1) = (pending(&offer.what), offer.applications.len()) {
        let request = format!("/requests/{}", pending.id);
        return Ok(visitor.go(&request).into_response());
    }
    let form = RequestForm {
        plan: preset.plan,
        application: preset.application,
        ..RequestForm::default()
    };
    let page = page(&visitor, offer, form, Faults::default()).await?;
    Ok(page.into_response())
}

/// What can be asked for, and for what.
struct Asked {
    what: catalogue::Offer,
    applications: Vec<ApplicationView>,
}

impl Asked {
    async fn find(visitor: &Visitor, api: &str) -> Result<Self, PageError> {
        let actor = visitor.actor()?;
        let mine = &ApplicationFilter {
            mine: true,
            ..ApplicationFilter::default()
        };
        Ok(Self {
            what: catalogue::offer(visitor.db(), &visitor.viewer()?, api).await?,
            applications: all(|page| async move {
                applications::list_applications(visitor.db(), actor, mine, &page).await
            })
            .await?,
        })
    }
}

async fn page(
    visitor: &Visitor,
    offer: Asked,
    form: RequestForm,
    faults: Faults,
) -> Result<RequestPage, PageError> {
    let Asked {
        what: found,
        applications,
    } = offer;
    let teams = team_choices(visitor).await?;
    let shell = visitor.shell().await?.at("apis");
    let home = home_of(&found);
    let chosen = chosen_plan(&found, &form.plan);
    let application = chosen_application(&applications, &form.application);
    let environments: Vec<Choice> = found
        .environments
        .iter()
        .map(|one| Choice::new(one.slug.clone(), environment_word(&one.slug)))
        .collect();
    let environment = if form.environment.is_empty() {
        "production".to_owned()
    } else {
        form.environment
    };
    Ok(RequestPage {
        crumbs: Crumbs::new(
            t!("catalogue-request-access"),
            vec![
                Link::new(t!("word-apis"), shell.to("/apis")),
                Link::new(found.name.clone(), shell.to(&home)),
            ],
        ),
        action: shell.to(&format!("{home}/request")),
        plans: found
            .plans
            .iter()
            .map(|plan| PlanChoice {
                chosen: plan.slug == chosen,
                questions: questions::fields(plan, &form.answers, &faults),
                terms: questions::terms(plan, &form.answers, &faults, &shell),
                ..plan_choice(plan)
            })
            .collect(),
        environments,
        environment,
        applications: application_choices(&applications, &found.my_subscriptions),
        application,
        app_name: Field::text("app_name", t!("word-name"))
            .value(form.app_name)
            .max(80)
            .unforced()
            .faults(&faults),
        team: Field::select("team", t!("word-team"), teams)
            .value(form.team)
            .faults(&faults),
        purpose: Field::area("purpose", t!("word-purpose"), 1000)
            .value(form.purpose)
            .help(t!("catalogue-request-purpose-help"))
            .faults(&faults),
        faults,
        timeline: what_follows(),
        back: shell.to(&home),
        api_name: found.name,
        shell,
    })
}

/// From here to the first call.
fn what_follows() -> Timeline {
    Timeline::default()
        .now(t!("catalogue-request-sent"), "")
        .next(
            t!("catalogue-request-decided"),
            t!("catalogue-request-decided-help"),
        )
        .next(
            t!("catalogue-request-key"),
            t!("catalogue-request-key-help"),
        )
        .next(
            t!("catalogue-request-call"),
            t!("catalogue-request-call-help"),
        )
}

/// The page of what is asked for.
fn home_of(found: &catalogue::Offer) -> String {
    let area = if found.is_product { "products" } else { "apis" };
    format!("/{area}/{}", found.slug)
}

fn pending(found: &catalogue::Offer) -> Option<&SubscriptionView> {
    found
        .my_subscriptions
        .iter()
        .find(|one| one.shown == ShownState::Pending)
}

/// The application asked for, else the only one there is, else one that is made with the request.
fn chosen_application(applications: &[ApplicationView], wanted: &str) -> String {
    match (wanted, applications) {
        ("", [only]) => only.id.to_string(),
        ("", _) => "new".to_owned(),
        (given, _) => given.to_owned(),
    }
}

fn application_choices(
    applications: &[ApplicationView],
    access: &[SubscriptionView],
) -> Vec<Choice> {
    let choice =
        |one: &ApplicationView| Choice::new(one.id.to_string(), application_words(one, access));
    applications.iter().map(choice).collect()
}

/// "Storefront (Mobile apps), has Open in production": what it has already it cannot ask for twice.
fn application_words(application: &ApplicationView, access: &[SubscriptionView]) -> String {
    let mut words = format!("{} ({})", application.name, application.owner_team.name);
    for one in access
        .iter()
        .filter(|one| one.application.id == application.id)
    {
        let plan = &one.plan.name;
        let held = match (one.state, one.environment.kind) {
            (StoredState::Pending, EnvironmentKind::Sandbox) => {
                t!("catalogue-asked-sandbox", plan = plan)
            }
            (StoredState::Pending, EnvironmentKind::Production) => {
                t!("catalogue-asked-production", plan = plan)
            }
            (StoredState::Active, EnvironmentKind::Sandbox) => {
                t!("catalogue-has-sandbox", plan = plan)
            }
            (StoredState::Active, EnvironmentKind::Production) => {
                t!("catalogue-has-production", plan = plan)
            }
            (StoredState::Rejected | StoredState::Withdrawn | StoredState::Ended, _) => continue,
        };
        words.push_str(", ");
        words.push_str(&held);
    }
    words
}

/// The plan asked for, else the first that is offered.
fn chosen_plan(found: &catalogue::Offer, wanted: &str) -> String {
    let by_name = found
        .plans
        .iter()
        .find(|plan| plan.slug == wanted || plan.id.to_string() == wanted);
    by_name
        .or_else(|| found.plans.first())
        .map(|plan| plan.slug.clone())
        .unwrap_or_default()
}

fn plan_choice(plan: &PlanView) -> PlanChoice {
    PlanChoice {
        id: plan.slug.clone(),
        name: plan.name.clone(),
        rate: rate_words(plan),
        quota: quota_words(plan),
        decision: decision_words(plan.approval),
        chosen: false,
        questions: Vec::new(),
        price: price_words(plan),
        terms: None,
    }
}

/// `POST /apis/{api}/request`
pub(crate) async fn submit(
    visitor: Visitor,
    Path([api]): Path<1>,
    Form(form): Form<RequestForm>,
) -> Result<Response, PageError> {
    let actor = visitor.actor()?;
    let answers = questions::answers(&form.plan, &form.answers)?;
    let application = if form.application == "new" || form.application.is_empty() {
        AppChoice::New {
            name: form.app_name.clone(),
            team: Some(form.team.as_str())
                .filter(|team| !team.is_empty())
                .map(Lookup::from),
        }
    } else {
        AppChoice::Existing(form.application.as_str().into())
    };
    let input = RequestAccess {
        application,
        api: api.as_str().into(),
        plan: form.plan.as_str().into(),
        environment: form.environment.as_str().into(),
        reason: form.purpose.clone(),
        answers,
        accepts_terms: questions::accepted(&form.plan, &form.answers),
    };
    if form.purpose.trim().is_empty() {
        let faults = Faults::one("purpose", t!("catalogue-request-purpose-missing"));
        return again(&visitor, &api, form, faults).await;
    }
    match subscriptions::request(visitor.db(), actor, input).await {
        Ok(made) => {
            // Granted at once: the next step is the key, so that is where it leads.
            let path = if made.value.shown == ShownState::Active {
                let granted = t!("catalogue-request-granted", api = &made.value.api.name);
                visitor
                    .tell(Flash::good(granted, t!("catalogue-request-granted-next")))
                    .await?;
                format!("/applications/{}/keys", made.value.application.id)
            } else {
                format!("/requests/{}", made.value.id)
            };
            Ok(visitor.go_with(&path, made.change.as_ref()).into_response())
        }
        Err(refusal) => {
            let faults = faults_of(questions::placed(&form.plan, refusal))?.renamed(&[
                ("name", "app_name"),
                ("reason", "purpose"),
                ("application", "app_name"),
            ]);
            again(&visitor, &api, form, faults).await
        }
    }
}

/// The form as it was sent, with what is wrong with it.
async fn again(
    visitor: &Visitor,
    api: &str,
    form: RequestForm,
    faults: Faults,
) -> Result<Response, PageError> {
    let offer = Asked::find(visitor, api).await?;
    Ok(refused(page(visitor, offer, form, faults).await?))
}
