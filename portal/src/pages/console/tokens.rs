//! `/console/settings/tokens`: access tokens for CI.

use crate::address::{Path, Query, id};
use crate::form::{Form, Nothing};
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::console::settings::tabs;
use crate::pages::list_of::everything;
use crate::pages::platform::tenants::platform;
use crate::sealed;
use crate::twice::{self, Once};
use crate::view::form::{Choice, Faults, Field, faults_of};
use crate::view::parts::{Badge, Empty, Flash, Tabs};
use crate::view::same::{self, Same};
use crate::view::shell::Shell;
use crate::view::words::{day, relative};
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use gatehouse_control_plane::tokens::{self, CreateToken, TokenView};
use gatehouse_domain::Permission;
use gatehouse_language::t;
use gatehouse_runtime::random;

/// Tokens, the form that makes one, and a new one shown once.
#[derive(Template)]
#[template(path = "pages/console/tokens.html")]
pub(crate) struct TokensPage {
    pub(crate) shell: Shell,
    pub(crate) tabs: Tabs,
    pub(crate) secret: Option<String>,
    pub(crate) stored: String,
    pub(crate) faults: Faults,
    pub(crate) nonce: String,
    pub(crate) name: Field,
    pub(crate) days: Field,
    pub(crate) scopes: Vec<ScopeChoice>,
    /// For platform people: let it speak for them above all tenants.
    pub(crate) platform: Option<Field>,
    pub(crate) rows: Vec<TokenRow>,
    pub(crate) empty: Empty,
    pub(crate) same: Same,
}

web_page!(TokensPage, Private);

pub(crate) struct ScopeChoice {
    pub(crate) value: &'static str,
    pub(crate) label: &'static str,
    pub(crate) on: bool,
}

pub(crate) struct TokenRow {
    pub(crate) name: String,
    pub(crate) prefix: String,
    pub(crate) scopes: String,
    pub(crate) state: Badge,
    pub(crate) used: String,
    pub(crate) expires: String,
    pub(crate) live: bool,
    pub(crate) revoke: String,
}

/// `?made=`: the token that was just made.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Made {
    #[serde(default)]
    made: Option<String>,
}

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenForm {
    nonce: String,
    name: String,
    days: Option<i64>,
    #[serde(default)]
    platform: String,
    #[serde(default)]
    scope: Vec<String>,
}

async fn page(
    visitor: &Visitor,
    made: Option<&str>,
    form: &TokenForm,
    faults: Faults,
) -> Result<TokensPage, PageError> {
    let actor = visitor.require(Permission::TokenManage)?;
    let tokens = tokens::list_tokens(visitor.db(), actor, &everything())
        .await?
        .data;
    let secret = match made {
        Some(id) => sealed::look(visitor, id).await?.map(|(text, _)| text),
        None => None,
    };
    let shell = visitor.shell().await?.console("settings");
    let rows = tokens
        .iter()
        .map(|token| row(token, visitor, &shell))
        .collect();
    Ok(TokensPage {
        tabs: tabs("/console/settings/tokens", &shell),
        secret,
        stored: shell.to(&format!(
            "/console/settings/tokens/{}/stored",
            made.unwrap_or_default()
        )),
        nonce: random::token(),
        name: Field::text("name", t!("word-name"))
            .value(&form.name)
            .max(80)
            .help(t!("settings-where-it-is-used-such-as"))
            .faults(&faults),
        days: Field::select(
            "days",
            t!("settings-ends-in"),
            vec![
                Choice::new("90", t!("shared-90-days")),
                Choice::new("30", t!("shared-30-days")),
                Choice::new("365", t!("settings-a-year")),
            ],
        )
        .faults(&faults),
        scopes: Permission::ALL
            .iter()
            .filter(|permission| actor.may(**permission) && **permission != Permission::OwnerManage)
            .map(|permission| ScopeChoice {
                value: permission.as_str(),
                label: permission.as_str(),
                on: form.scope.iter().any(|on| on == permission.as_str())
                    || (form.scope.is_empty() && *permission == Permission::SpecPublish),
            })
            .collect(),
        platform: visitor.is_platform_admin().then(|| {
            Field::check(
                "platform",
                t!("settings-speaks-for-me-above-all-tenants"),
                "yes",
            )
            .ticked(!form.platform.is_empty())
            .faults(&faults)
        }),
        faults,
        empty: Empty::new(
            t!("settings-no-tokens-yet"),
            t!("settings-tokens-for-ci-and-scripts-appear"),
            None,
        ),
        rows,
        same: visitor.same(&[same::TOKEN_CREATE], &[]),
        shell,
    })
}

fn row(token: &TokenView, visitor: &Visitor, shell: &Shell) -> TokenRow {
    let now = visitor.now();
    let live = token.revoked_at.is_none() && token.expires_at > now;
    TokenRow {
        name: token.name.clone(),
        prefix: format!("{}…{}", token.prefix, token.last4),
        scopes: token
            .scopes
            .iter()
            .map(|scope| scope.as_str())
            .chain(token.platform.then_some("platform"))
            .collect::<Vec<_>>()
            .join(", "),
        state: match (token.revoked_at, live) {
            (Some(_), _) => Badge::stopped(t!("settings-revoked")),
            (None, true) => Badge::good(t!("settings-active")),
            (None, false) => Badge::stopped(t!("settings-expired")),
        },
        used: token
            .last_used_at
            .map_or_else(|| t!("word-never"), |at| relative(at, now)),
        expires: day(token.expires_at),
        live,
        revoke: shell.to(&format!("/console/settings/tokens/{}/revoke", token.id)),
    }
}

/// `GET /console/settings/tokens`
pub(crate) async fn show(
    visitor: Visitor,
    Query(query): Query<Made>,
) -> Result<TokensPage, PageError> {
    page(
        &visitor,
        query.made.as_deref(),
        &TokenForm::default(),
        Faults::default(),
    )
    .await
}

/// `POST /console/settings/tokens`
pub(crate) async fn create(
    visitor: Visitor,
    Form(form): Form<TokenForm>,
) -> Result<Response, PageError> {
    visitor.require(Permission::TokenManage)?;
    let platform = match form.platform.is_empty() {
        true => None,
        false => Some(platform(&visitor).await?),
    };
    let turn = match twice::begin(&visitor, &form.nonce, "token").await? {
        Once::First(turn) => turn,
        Once::Again(path) => return Ok(visitor.go(&path).into_response()),
    };
    let input = CreateToken {
        name: form.name.clone(),
        scopes: form
            .scope
            .iter()
            .filter_map(|word| Permission::parse(word))
            .collect(),
        apis: None,
        platform,
        expires_in_days: form.days,
    };
    match tokens::create_token(visitor.db(), turn.actor(), input).await {
        Ok(made) => {
            let (token, text) = made.value;
            sealed::keep(&visitor, &token.id.to_string(), &text.reveal()).await?;
            let path = format!("/console/settings/tokens?made={}", token.id);
            twice::finish(&visitor, &turn, &path).await?;
            Ok(visitor.go(&path).into_response())
        }
        Err(refusal) => {
            twice::forget(&visitor, &turn).await?;
            let faults =
                faults_of(refusal)?.renamed(&[("scopes", "scope"), ("expires_in_days", "days")]);
            let page = page(&visitor, None, &form, faults).await?;
            Ok(refused(page))
        }
    }
}

/// `POST /console/settings/tokens/{token}/revoke`
pub(crate) async fn revoke(
    visitor: Visitor,
    Path([token]): Path<1>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Redirect, PageError> {
    let done = tokens::revoke_token(visitor.db(), visitor.actor()?, id(&token)?).await?;
    visitor
        .tell(Flash::good(
            t!("settings-is-revoked", name = &done.value.name),
            t!("settings-it-is-refused-from-now-on"),
        ))
        .await?;
    Ok(visitor.go("/console/settings/tokens"))
}

/// `POST /console/settings/tokens/{token}/stored`
pub(crate) async fn stored(
    visitor: Visitor,
    Path([token]): Path<1>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Redirect, PageError> {
    visitor.require(Permission::TokenManage)?;
    sealed::forget(&visitor, &token).await?;
    Ok(visitor.go("/console/settings/tokens"))
}
