//! `GET /applications/{app}/keys`: the keys, and the form that makes one.

use crate::address::{Path, Query};
use crate::form::Form;
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::applications::credential::kind_words;
use crate::pages::applications::show::{crumbs, lead, subscriptions_of, tabs};
use crate::pages::catalogue::addresses::environment_word;
use crate::pages::list_of::everything;
use crate::pages::requests::NextStep;
use crate::pages::spread::{self, Changed};
use crate::sealed;
use crate::twice::{self, Once};
use crate::view::form::{Choice, Faults, Field, faults_of};
use crate::view::parts::{Badge, Crumbs, Empty, Flash, Link, Spread, Tabs};
use crate::view::shell::Shell;
use crate::view::words::{day, relative};
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::credentials::{self, CredentialFilter, CredentialView, IssueKey};
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::subscriptions::SubscriptionView;
use gatehouse_control_plane::{applications, environments};
use gatehouse_domain::credential::CredentialState;
use gatehouse_domain::subscription::ShownState;
use gatehouse_domain::{EnvironmentKind, Permission};
use gatehouse_language::t;
use gatehouse_runtime::random;
use time::OffsetDateTime;

/// Keys by their prefix and last characters; the secret itself is nowhere.
#[derive(Template)]
#[template(path = "pages/applications/keys.html")]
pub(crate) struct KeysPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) spread: Option<Spread>,
    pub(crate) name: String,
    pub(crate) lead: String,
    pub(crate) tabs: Tabs,
    pub(crate) hint: Option<Flash>,
    pub(crate) faults: Faults,
    pub(crate) may_change: bool,
    pub(crate) action: String,
    /// Where other kinds are made.
    pub(crate) other: String,
    pub(crate) nonce: String,
    pub(crate) environment: Field,
    pub(crate) expires: Field,
    pub(crate) product: Field,
    pub(crate) rows: Vec<KeyRow>,
    pub(crate) empty: Empty,
}

web_page!(KeysPage, Private);

pub(crate) struct KeyRow {
    pub(crate) shown: String,
    pub(crate) environment: String,
    pub(crate) state: Badge,
    pub(crate) detail: String,
    pub(crate) made: String,
    pub(crate) used: String,
    pub(crate) expires: String,
    pub(crate) live: bool,
    pub(crate) evidence: String,
    pub(crate) rotate: String,
    pub(crate) revoke: String,
}

/// `GET /applications/{application}/keys`
pub(crate) async fn show(
    visitor: Visitor,
    Path([application]): Path<1>,
    Query(changed): Query<Changed>,
) -> Result<KeysPage, PageError> {
    let spread = spread::of(&visitor, &changed).await?;
    page(&visitor, &application, spread, Faults::default()).await
}

async fn page(
    visitor: &Visitor,
    application: &str,
    spread: Option<Spread>,
    faults: Faults,
) -> Result<KeysPage, PageError> {
    let actor = visitor.actor()?;
    let view = applications::get_application(visitor.db(), actor, application.into()).await?;
    let keys = credentials::list_credentials(
        visitor.db(),
        actor,
        Lookup::Id(view.id),
        &CredentialFilter::default(),
        &everything(),
    )
    .await?
    .data;
    let subscriptions = subscriptions_of(visitor, &view).await?;
    let environments = environment_choices(visitor).await?;
    let shell = visitor.shell().await?.at("applications");
    let base = format!("/applications/{}/keys", view.id);
    let rows: Vec<KeyRow> = keys
        .iter()
        .map(|key| row(key, &shell, &base, visitor.now()))
        .collect();
    let live =
        |one: &SubscriptionView| matches!(one.shown, ShownState::Active | ShownState::Scheduled);
    // The environment somebody just got access to is the one they want a key for.
    let first = subscriptions
        .iter()
        .find(|one| live(one))
        .map(|one| one.environment.slug.clone());
    Ok(KeysPage {
        crumbs: crumbs(&t!("word-keys"), &view, None, &shell),
        spread,
        lead: lead(&view),
        tabs: tabs(&view, "/keys", Some(rows.len()), &shell),
        hint: hint(&subscriptions, live, &shell),
        may_change: shell.may(Permission::ApplicationManage),
        action: shell.to(&base),
        other: shell.to(&format!("/applications/{}/credentials/new", view.id)),
        nonce: random::token(),
        environment: Field::select("environment", t!("word-environment"), environments)
            .value(first.unwrap_or_default())
            .faults(&faults),
        expires: Field::select(
            "expires",
            t!("word-expires"),
            vec![
                Choice::new("365", t!("applications-in-a-year")),
                Choice::new("90", t!("applications-in-90-days")),
                Choice::new("30", t!("applications-in-30-days")),
                Choice::new("", t!("applications-as-late-as-the-plan-allows")),
            ],
        )
        .value("365")
        .faults(&faults),
        product: Field::select(
            "product",
            t!("applications-good-for"),
            products(&subscriptions),
        )
        .faults(&faults),
        empty: Empty::new(
            t!("applications-no-keys-yet"),
            t!("applications-keys-appear-here-by-their-first"),
            None,
        ),
        faults,
        rows,
        name: view.name,
        shell,
    })
}

/// Everything, or one API that the application has something to do with.
fn products(subscriptions: &[SubscriptionView]) -> Vec<Choice> {
    let mut choices = vec![Choice::new(
        "",
        t!("applications-every-api-of-the-application"),
    )];
    for one in subscriptions {
        if choices.iter().all(|choice| choice.value != one.api.slug) {
            choices.push(Choice::new(one.api.slug.clone(), one.api.name.clone()));
        }
    }
    choices
}

/// What somebody should know who makes a key that opens nothing yet.
fn hint(
    subscriptions: &[SubscriptionView],
    live: impl Fn(&SubscriptionView) -> bool,
    shell: &Shell,
) -> Option<Flash> {
    if subscriptions.iter().any(live) {
        return None;
    }
    let pending = subscriptions
        .iter()
        .find(|one| one.shown == ShownState::Pending);
    Some(match pending {
        Some(waiting) => Flash::info(
            t!(
                "applications-waits-for-a-decision",
                name = &waiting.api.name
            ),
            t!("applications-a-key-made-now-works-from"),
        )
        .with_action(NextStep::of(waiting).link(shell)),
        None => Flash::info(
            t!("applications-a-key-opens-nothing-yet"),
            t!("applications-request-access-to-an-api-for"),
        )
        .with_action(Link::new(t!("applications-browse-apis"), shell.to("/apis"))),
    })
}

/// What the state alone does not say.
fn detail(key: &CredentialView) -> String {
    let until = key
        .retire_at
        .filter(|_| key.state == CredentialState::Retiring)
        .map(|at| t!("applications-works-until", day = &day(at)));
    let products: Vec<&str> = key.products.iter().map(|one| one.name.as_str()).collect();
    let narrow =
        (!products.is_empty()).then(|| t!("applications-for-only", join = &products.join(", ")));
    let other = (!key.enforced).then(|| {
        t!(
            "applications-not-checked-yet",
            kind_words = &kind_words(key.kind)
        )
    });
    let parts: Vec<String> = until.into_iter().chain(narrow).chain(other).collect();
    parts.join(". ")
}

fn row(key: &CredentialView, shell: &Shell, base: &str, now: OffsetDateTime) -> KeyRow {
    KeyRow {
        shown: shown(key),
        environment: environment_word(key.environment.kind.as_str()),
        state: state(key),
        detail: detail(key),
        made: day(key.created_at),
        used: key
            .last_used_at
            .map_or_else(|| t!("word-never"), |at| relative(at, now)),
        expires: key.expires_at.map_or_else(|| t!("word-never"), day),
        live: matches!(
            key.state,
            CredentialState::Active | CredentialState::Retiring
        ),
        evidence: shell.to(&format!("{base}/{}/evidence", key.id)),
        rotate: shell.to(&format!("{base}/{}/rotate", key.id)),
        revoke: shell.to(&format!("{base}/{}/revoke", key.id)),
    }
}

/// `gth_live_8fK2mQ7xTd…Vw7n`: enough to recognise a key, nothing to use it.
pub(crate) fn shown(key: &CredentialView) -> String {
    format!("{}…{}", key.prefix, key.last4)
}

fn state(key: &CredentialView) -> Badge {
    match key.state {
        CredentialState::Active => Badge::good(t!("applications-active")),
        CredentialState::Retiring => Badge::care(t!("applications-retiring")),
        CredentialState::Revoked => Badge::stopped(t!("applications-revoked")),
        CredentialState::Expired => Badge::stopped(t!("applications-expired")),
    }
}

/// The environments of the tenant as choices, production first.
pub(crate) async fn environment_choices(visitor: &Visitor) -> Result<Vec<Choice>, PageError> {
    let mut environments = environments::list_environments(visitor.db(), visitor.actor()?).await?;
    environments.sort_by_key(|environment| environment.kind != EnvironmentKind::Production);
    Ok(environments
        .into_iter()
        .map(|one| Choice::new(one.slug.clone(), environment_word(&one.slug)))
        .collect())
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateForm {
    nonce: String,
    environment: String,
    #[serde(default)]
    expires: Option<i32>,
    #[serde(default)]
    product: Option<String>,
}

/// `POST /applications/{application}/keys`: makes the key and leads to the page that shows it once.
pub(crate) async fn create(
    visitor: Visitor,
    Path([application]): Path<1>,
    Form(form): Form<CreateForm>,
) -> Result<Response, PageError> {
    let turn = match twice::begin(&visitor, &form.nonce, &application).await? {
        Once::First(turn) => turn,
        Once::Again(path) => return Ok(visitor.go(&path).into_response()),
    };
    let input = IssueKey {
        environment: form.environment.as_str().into(),
        name: String::new(),
        expires_in_days: form.expires,
        products: form
            .product
            .iter()
            .map(|slug| slug.as_str().into())
            .collect(),
    };
    match credentials::issue(
        visitor.db(),
        turn.actor(),
        application.as_str().into(),
        input,
    )
    .await
    {
        Ok(made) => {
            let (key, text) = made.value;
            sealed::keep(&visitor, &key.id.to_string(), &text.reveal()).await?;
            let path = format!("/applications/{}/keys/{}", key.application_id, key.id);
            twice::finish(&visitor, &turn, &path).await?;
            Ok(visitor.go_with(&path, made.change.as_ref()).into_response())
        }
        Err(refusal) => {
            twice::forget(&visitor, &turn).await?;
            let page = page(&visitor, &application, None, faults_of(refusal)?).await?;
            Ok(refused(page))
        }
    }
}
