//! "Try it" beside an operation: the form, and what came back. Who may send as what is asked of the verbs; here it is shown.

use crate::page_error::PageError;
use crate::pages::catalogue::trial_body::BodyControls;
use crate::pages::catalogue::trial_plan::{NEW, TrialPlan};
use crate::pages::list_of::all;
use crate::upload::Chosen;
use crate::view::code::Code;
use crate::view::form::{Choice, Faults, control_id};
use crate::view::parts::{Badge, Link};
use crate::view::shell::capital;
use crate::visitor::Visitor;
use gatehouse_control_plane::catalogue::Reference;
use gatehouse_control_plane::environments::EnvironmentView;
use gatehouse_control_plane::subscriptions::{self, SubscriptionFilter, SubscriptionView};
use gatehouse_domain::EnvironmentKind;
use gatehouse_domain::subscription::{ShownState, StoredState};
use gatehouse_language::t;
use gatehouse_spec::render::{Scenario, scenarios};
use gatehouse_spec::sample::{self, Given, Input, VALUE_MAX};
use http::StatusCode;
use std::collections::BTreeMap;

/// The box beside an operation.
#[derive(Default)]
pub(crate) struct Trial {
    /// What to do first, where nothing can be sent yet.
    pub(crate) hint: Option<Hint>,
    pub(crate) form: Option<TrialForm>,
    pub(crate) outcome: Option<Outcome>,
}

/// Why there is no form, and the way to one.
pub(crate) struct Hint {
    pub(crate) words: String,
    pub(crate) step: Option<Link>,
}

/// The form as it was filled in last.
pub(crate) struct TrialForm {
    pub(crate) action: String,
    pub(crate) faults: Faults,
    /// What the first call takes; none for those who have access already, or who can only look at answers of the description.
    pub(crate) plan: Option<TrialPlan>,
    /// None where nothing can be sent.
    pub(crate) applications: Vec<Choice>,
    pub(crate) application: String,
    pub(crate) environments: Vec<Choice>,
    pub(crate) environment: String,
    /// Answers that the description can give in place of the backend.
    pub(crate) scenarios: Vec<Choice>,
    /// Empty where the call is sent.
    pub(crate) scenario: String,
    pub(crate) inputs: Vec<TrialInput>,
    pub(crate) body: BodyControls,
    /// Whether it asks before it changes something in production.
    pub(crate) asks: bool,
}

/// The control of one parameter.
pub(crate) struct TrialInput {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) help: String,
    pub(crate) required: bool,
    pub(crate) value: String,
    pub(crate) choices: Vec<String>,
    pub(crate) max: usize,
    pub(crate) error: Option<String>,
}

impl TrialInput {
    /// The one that a fault of it leads to.
    pub(crate) fn id(&self) -> String {
        control_id(&self.name)
    }
}

/// What came back.
pub(crate) struct Outcome {
    pub(crate) status: Badge,
    /// Empty where nothing was sent, as the log is.
    pub(crate) took: String,
    pub(crate) size: String,
    pub(crate) refusal: Option<RefusalWords>,
    pub(crate) headers: Code,
    pub(crate) body: Option<Code>,
    pub(crate) note: String,
    /// What is left of the limits.
    pub(crate) limits: String,
    pub(crate) curl: Code,
    pub(crate) request_id: String,
    /// The call in the application's log.
    pub(crate) log: String,
}

/// The gateway's own refusal in words.
pub(crate) struct RefusalWords {
    pub(crate) title: String,
    pub(crate) detail: String,
    pub(crate) fix: String,
    pub(crate) code: String,
    pub(crate) href: String,
}

/// What a form sent, by the name of its field.
pub(crate) type Sent = BTreeMap<String, String>;

impl Trial {
    /// The box for whoever looks; `sent` is what the form holds, nothing when the page is opened.
    pub(crate) async fn of(
        visitor: &Visitor,
        found: &Reference,
        action: String,
        sent: Option<&Sent>,
    ) -> Result<Self, PageError> {
        let hint = |words, step| {
            Ok(Self {
                hint: Some(Hint { words, step }),
                ..Self::default()
            })
        };
        let operation = &found.operation;
        if operation.row.webhook {
            return Ok(Self::default());
        }
        if visitor.actor().is_err() {
            let login = visitor.to(&format!("/login?next={}", crate::address::encode(&action)));
            let step = visitor
                .user()
                .is_none()
                .then(|| Link::new(t!("nav-sign-in"), login));
            return hint(t!("reference-hint-sign-in"), step);
        }
        if sample::is_body_unknown(&operation.fragment) {
            return hint(t!("reference-hint-unknown"), None);
        }
        let theirs = subscriptions_to(visitor, found).await?;
        let active: Vec<_> = theirs
            .iter()
            .filter(|one| one.shown == ShownState::Active)
            .collect();
        let action = visitor.to(&action);
        if !active.is_empty() {
            let form = form(found, Sender::access(found, &active), action, sent);
            return Ok(Self {
                form: Some(form),
                ..Self::default()
            });
        }
        let pending = theirs.iter().find(|one| is_open(one));
        if pending.is_none()
            && let Some(plan) = TrialPlan::of(visitor, found, &theirs).await?
        {
            return Ok(Self {
                form: Some(form(found, Sender::plan(plan), action, sent)),
                ..Self::default()
            });
        }
        let (words, label, step) = match pending {
            Some(one) => (
                t!("reference-hint-active"),
                t!("reference-see-request"),
                format!("/requests/{}", one.id),
            ),
            None => (
                t!("reference-hint-access"),
                t!("reference-request-access"),
                format!("/apis/{}/request", operation.api.slug),
            ),
        };
        let form = form(found, Sender::nobody(found), action, sent);
        Ok(Self {
            hint: Some(Hint {
                words,
                step: Some(Link::new(label, visitor.to(&step))),
            }),
            form: (!form.scenarios.is_empty()).then_some(form),
            ..Self::default()
        })
    }
}

/// All that the visitor's teams asked of the API, whatever became of it.
async fn subscriptions_to(
    visitor: &Visitor,
    found: &Reference,
) -> Result<Vec<SubscriptionView>, PageError> {
    let filter = SubscriptionFilter {
        api: Some(found.operation.api.slug.as_str().into()),
        mine: true,
        ..SubscriptionFilter::default()
    };
    let (db, actor, filter) = (visitor.db(), visitor.actor()?, &filter);
    let theirs =
        all(
            |page| async move { subscriptions::list_subscriptions(db, actor, filter, &page).await },
        )
        .await?;
    Ok(theirs)
}

fn is_open(one: &SubscriptionView) -> bool {
    matches!(one.state, StoredState::Active | StoredState::Pending)
}

/// An environment, as it is chosen.
pub(crate) fn environment(one: &EnvironmentView) -> Choice {
    Choice::new(one.slug.clone(), capital(&one.slug))
}

/// As whom a call goes, and where.
struct Sender {
    plan: Option<TrialPlan>,
    applications: Vec<Choice>,
    environments: Vec<Choice>,
    /// What is chosen at first.
    application: String,
    environment: String,
}

impl Sender {
    /// As the applications that have access, first where nothing is for real.
    fn access(found: &Reference, active: &[&SubscriptionView]) -> Self {
        let first = active
            .iter()
            .min_by_key(|one| one.environment.kind == EnvironmentKind::Production);
        let mut applications: Vec<Choice> = Vec::new();
        for one in active {
            let slug = &one.application.slug;
            if !applications.iter().any(|known| known.value == *slug) {
                applications.push(Choice::new(slug.clone(), one.application.name.clone()));
            }
        }
        Self {
            application: first.map_or_else(String::new, |one| one.application.slug.clone()),
            environment: first.map_or_else(String::new, |one| one.environment.slug.clone()),
            environments: found.environments.iter().map(environment).collect(),
            applications,
            plan: None,
        }
    }

    /// As an application that takes the plan with its first call.
    fn plan(mut plan: TrialPlan) -> Self {
        let first = |all: &[Choice]| {
            all.first()
                .map_or_else(String::new, |one| one.value.clone())
        };
        let applications = std::mem::take(&mut plan.applications);
        let environments = std::mem::take(&mut plan.environments);
        Self {
            application: first(&applications),
            environment: first(&environments),
            plan: Some(plan),
            applications,
            environments,
        }
    }

    /// As nobody: answers of the description are all there is, and the address they would come from.
    fn nobody(found: &Reference) -> Self {
        let first = found.environments.first();
        Self {
            plan: None,
            applications: Vec::new(),
            environments: Vec::new(),
            application: String::new(),
            environment: first.map_or_else(String::new, |one| one.slug.clone()),
        }
    }
}

fn form(found: &Reference, sender: Sender, action: String, sent: Option<&Sent>) -> TrialForm {
    let typed = |name: &str| sent.and_then(|sent| sent.get(name)).cloned();
    // Whoever has access now may have made the application with the call before.
    let application = typed("application").filter(|typed| *typed != NEW || sender.plan.is_some());
    let fragment = &found.operation.fragment;
    TrialForm {
        action,
        faults: Faults::default(),
        application: application.unwrap_or(sender.application),
        environment: typed("environment").unwrap_or(sender.environment),
        plan: sender.plan,
        applications: sender.applications,
        environments: sender.environments,
        scenarios: scenarios(fragment).iter().map(scenario).collect(),
        scenario: typed("scenario").unwrap_or_default(),
        inputs: sample::inputs(fragment)
            .into_iter()
            .map(|input| control(input, sent))
            .collect(),
        body: BodyControls::of(fragment, sent),
        asks: false,
    }
}

/// A simulated answer, as it is chosen.
fn scenario(one: &Scenario) -> Choice {
    let status = StatusCode::from_u16(one.status_code()).ok();
    let reason = status.and_then(|status| status.canonical_reason());
    let words = [
        one.status.as_str(),
        reason.unwrap_or_default(),
        one.media_type.as_deref().unwrap_or_default(),
        one.example.as_str(),
    ];
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    Choice::new(one.id.clone(), words.join(" "))
}

/// Where a parameter goes.
fn place(place: &str) -> String {
    match place {
        "path" => t!("reference-place-path"),
        "query" => t!("reference-place-query"),
        "header" => t!("reference-place-header"),
        "cookie" => t!("reference-place-cookie"),
        other => other.to_owned(),
    }
}

fn control(input: Input, sent: Option<&Sent>) -> TrialInput {
    let name = format!("{}.{}", input.place, input.name);
    let value = match sent {
        Some(sent) => sent.get(&name).cloned().unwrap_or_default(),
        None => input.value,
    };
    TrialInput {
        help: match input.kind.as_str() {
            "" => place(input.place),
            "array" => t!("reference-input-list", place = place(input.place)),
            kind => format!("{}, {kind}", place(input.place)),
        },
        label: input.name,
        required: input.required,
        choices: input.choices,
        max: VALUE_MAX,
        error: None,
        value,
        name,
    }
}

impl TrialForm {
    /// Whether a call can be sent; otherwise an answer of the description is all that can be asked for.
    pub(crate) fn sends(&self) -> bool {
        !self.applications.is_empty()
    }

    /// What was filled in, by place and name; files keep their numbers.
    pub(crate) fn given(&self, files: &[Chosen]) -> Given {
        let parameters = self.inputs.iter().filter_map(|input| {
            let (place, name) = input.name.split_once('.')?;
            Some(((place.to_owned(), name.to_owned()), input.value.clone()))
        });
        let mut given = Given {
            parameters: parameters.collect(),
            ..Given::default()
        };
        self.body.fill(&mut given, files);
        given
    }

    /// Whether a field was sent that this form does not have.
    pub(crate) fn knows(&self, field: &str) -> bool {
        matches!(
            field,
            "application" | "environment" | "scenario" | "confirm" | "download"
        ) || self.body.knows(field)
            || self.inputs.iter().any(|input| input.name == field)
    }

    /// Says what is wrong, on top and beside each field.
    pub(crate) fn refuse(&mut self, faults: Faults) {
        for input in &mut self.inputs {
            input.error = faults.of(&input.name);
        }
        if let Some(body) = &mut self.body.text {
            body.error = faults.of("body");
        }
        for field in &mut self.body.fields {
            field.error = faults.of(&field.name);
        }
        self.faults = faults;
    }
}
