//! `/console/settings/ci-trusts`: workloads of CI that may act here without a stored secret.

use crate::address::{Path, Query, id};
use crate::form::{Form, Nothing};
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::console::roles::{PermissionChoice, choices, chosen};
use crate::pages::console::settings::tabs;
use crate::pages::list_of::{After, older};
use crate::view::code::Code;
use crate::view::form::{Choice, Faults, Field, faults_of};
use crate::view::parts::{Empty, Flash, Pages, Tabs};
use crate::view::same::{self, Same};
use crate::view::shell::Shell;
use crate::view::words::relative;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use gatehouse_control_plane::ci_trusts::{self, CiTrustView, CreateCiTrust};
use gatehouse_domain::Permission;
use gatehouse_language::t;

/// Every trust, the form that adds one, and what goes into the pipeline.
#[derive(Template)]
#[template(path = "pages/console/settings/ci_trusts.html")]
pub(crate) struct TrustsPage {
    pub(crate) shell: Shell,
    pub(crate) tabs: Tabs,
    pub(crate) faults: Faults,
    pub(crate) fields: Vec<Field>,
    pub(crate) permissions: Vec<PermissionChoice>,
    pub(crate) rows: Vec<TrustRow>,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
    pub(crate) github: Code,
    pub(crate) gitlab: Code,
    pub(crate) same: Same,
}

web_page!(TrustsPage, Private);

pub(crate) struct TrustRow {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) issuer: String,
    pub(crate) subject: String,
    pub(crate) scopes: String,
    pub(crate) used: String,
    pub(crate) delete: String,
}

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TrustForm {
    name: String,
    issuer: String,
    audience: String,
    subject_pattern: String,
    #[serde(default)]
    permission: Vec<String>,
    /// `Test`: read the issuer's keys and judge everything, but keep nothing.
    #[serde(default)]
    test: bool,
}

/// Issuers of hosted CI; any other can be typed.
const KNOWN: [(&str, &str); 2] = [
    (
        "https://token.actions.githubusercontent.com",
        "GitHub Actions",
    ),
    ("https://gitlab.com", "GitLab"),
];

async fn page(
    visitor: &Visitor,
    after: &After,
    form: &TrustForm,
    faults: Faults,
) -> Result<TrustsPage, PageError> {
    let actor = visitor.actor()?;
    actor.require(Permission::TokenManage)?;
    let listed = ci_trusts::list_ci_trusts(visitor.db(), actor, &after.page()).await?;
    let shell = visitor.shell().await?.console("settings");
    let path = "/console/settings/ci-trusts";
    let newest = listed.data.first();
    let trust = newest.map_or_else(|| "cit_…".to_owned(), |trust| trust.id.to_string());
    let audience = visitor.portal().admin_api_url().origin();
    let audience = newest.map_or(audience, |trust| trust.audience.clone());
    Ok(TrustsPage {
        tabs: tabs(path, &shell),
        fields: fields(visitor, form, &faults),
        permissions: choices(actor, &chosen(&form.permission)),
        faults,
        pages: older(path, &shell, listed.data.len(), listed.next, after),
        rows: listed
            .data
            .iter()
            .map(|one| row(one, visitor, &shell))
            .collect(),
        empty: Empty::new(
            t!("settings-no-ci-trusts-yet"),
            t!("settings-with-one-a-pipeline-signs-in"),
            None,
        ),
        github: github(visitor, &trust, &audience),
        gitlab: gitlab(visitor, &trust, &audience),
        same: visitor.same(&[same::CI_TRUST_CREATE], &[]),
        shell,
    })
}

fn fields(visitor: &Visitor, form: &TrustForm, faults: &Faults) -> Vec<Field> {
    let audience = match form.audience.is_empty() {
        true => visitor.portal().admin_api_url().origin(),
        false => form.audience.clone(),
    };
    vec![
        Field::text("name", t!("word-name"))
            .max(80)
            .value(&form.name)
            .faults(faults),
        Field::text("issuer", t!("settings-issuer"))
            .max(500)
            .value(&form.issuer)
            .help(t!("settings-who-signs-the-identity-of-the"))
            .suggest(KNOWN.map(|(url, name)| Choice::new(url, name)).into())
            .faults(faults),
        Field::text("audience", t!("settings-audience"))
            .max(255)
            .value(audience)
            .help(t!("settings-what-the-identity-has-to-be"))
            .faults(faults),
        Field::text("subject_pattern", t!("word-subject"))
            .max(500)
            .value(&form.subject_pattern)
            .help(t!("settings-such-as-repo-acme-orders-ref"))
            .faults(faults),
    ]
}

fn row(trust: &CiTrustView, visitor: &Visitor, shell: &Shell) -> TrustRow {
    let scopes: Vec<_> = trust.scopes.iter().map(|scope| scope.as_str()).collect();
    TrustRow {
        name: trust.name.clone(),
        id: trust.id.to_string(),
        issuer: trust.issuer.clone(),
        subject: trust.subject_pattern.clone(),
        scopes: scopes.join(", "),
        used: trust
            .last_used_at
            .map_or_else(|| t!("word-never"), |at| relative(at, visitor.now())),
        delete: shell.to(&format!("/console/settings/ci-trusts/{}/delete", trust.id)),
    }
}

fn github(visitor: &Visitor, trust: &str, audience: &str) -> Code {
    let url = visitor.portal().admin_api_url();
    Code::new("github", "GitHub Actions").text(format!(
        "permissions:\n  contents: read\n  id-token: write\njobs:\n  publish:\n    runs-on: ubuntu-latest\n    steps:\n      \
         - uses: actions/checkout@v4\n      - name: Publish\n        env:\n          GATEHOUSE_URL: {url}\n          \
         GATEHOUSE_CI_TRUST: {trust}\n          GATEHOUSE_CI_AUDIENCE: {audience}\n        \
         run: gatehouse spec publish openapi.yaml --api API --version VERSION --commit \"$GITHUB_SHA\"\n"
    ))
}

fn gitlab(visitor: &Visitor, trust: &str, audience: &str) -> Code {
    let url = visitor.portal().admin_api_url();
    Code::new("gitlab", "GitLab CI").text(format!(
        "publish-api-description:\n  id_tokens:\n    GATEHOUSE_ID_TOKEN:\n      aud: {audience}\n  variables:\n    \
         GATEHOUSE_URL: {url}\n    GATEHOUSE_CI_TRUST: {trust}\n  script:\n    \
         - gatehouse spec publish openapi.yaml --api API --version VERSION --commit \"$CI_COMMIT_SHA\"\n"
    ))
}

/// `GET /console/settings/ci-trusts`
pub(crate) async fn show(
    visitor: Visitor,
    Query(after): Query<After>,
) -> Result<TrustsPage, PageError> {
    page(&visitor, &after, &TrustForm::default(), Faults::default()).await
}

/// `POST /console/settings/ci-trusts`: adds one, or only tries whether it could be.
pub(crate) async fn create(
    visitor: Visitor,
    Form(form): Form<TrustForm>,
) -> Result<Response, PageError> {
    let mut actor = visitor.require(Permission::TokenManage)?.clone();
    if form.test {
        actor = actor.on_a_dry_run();
    }
    let input = CreateCiTrust {
        name: form.name.clone(),
        issuer: form.issuer.trim().to_owned(),
        audience: form.audience.trim().to_owned(),
        subject_pattern: form.subject_pattern.trim().to_owned(),
        scopes: chosen(&form.permission),
        apis: None,
        ttl_s: None,
    };
    let issuers = visitor.portal().workload_issuers();
    match ci_trusts::create_ci_trust(visitor.db(), issuers, &actor, input).await {
        Ok(_) if form.test => {
            let words = Flash::good(
                t!("settings-it-works"),
                t!("settings-the-issuer-was-reached-and-its"),
            );
            visitor.tell(words).await?;
            let page = page(&visitor, &After::default(), &form, Faults::default()).await?;
            Ok(page.into_response())
        }
        Ok(made) => {
            let words = Flash::good(
                t!("settings-is-trusted", name = &made.value.name),
                t!("settings-what-goes-into-the-pipeline-is"),
            );
            visitor.tell(words).await?;
            Ok(visitor.go("/console/settings/ci-trusts").into_response())
        }
        Err(refusal) => {
            let faults = faults_of(refusal)?.renamed(&[("scopes", "permission")]);
            Ok(refused(
                page(&visitor, &After::default(), &form, faults).await?,
            ))
        }
    }
}

/// `POST /console/settings/ci-trusts/{trust}/delete`
pub(crate) async fn delete(
    visitor: Visitor,
    Path([trust]): Path<1>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Redirect, PageError> {
    let actor = visitor.require(Permission::TokenManage)?;
    ci_trusts::delete_ci_trust(visitor.db(), actor, id(&trust)?, None).await?;
    let rest = t!("settings-every-token-it-gave-out-ended");
    visitor
        .tell(Flash::good(t!("settings-it-is-trusted-no-more"), rest))
        .await?;
    Ok(visitor.go("/console/settings/ci-trusts"))
}
