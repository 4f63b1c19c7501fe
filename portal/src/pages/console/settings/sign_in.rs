//! `/console/settings/sign-in`: identity providers the tenant's people sign in with.

use crate::address::Path;
use crate::form::{Form, Nothing};
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::console::settings::{entries, tabs};
use crate::pages::form_page::ConfirmPage;
use crate::pages::list_of::everything;
use crate::view::form::{Choice, Faults, Field, faults_of};
use crate::view::parts::{Badge, Crumbs, Empty, Flash, Link, Tabs};
use crate::view::roles::role_word;
use crate::view::same::{self, Same};
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use gatehouse_control_plane::Lookup;
use gatehouse_control_plane::identity_providers::{
    self, CreateIdentityProvider, IdentityProviderView, UpdateIdentityProvider,
};
use gatehouse_domain::{Permission, Role};
use gatehouse_language::t;

/// Every provider, and the form that adds one.
#[derive(Template)]
#[template(path = "pages/console/settings/sign_in.html")]
pub(crate) struct SignInPage {
    pub(crate) shell: Shell,
    pub(crate) tabs: Tabs,
    pub(crate) faults: Faults,
    pub(crate) callback: String,
    pub(crate) fields: Vec<Field>,
    pub(crate) rows: Vec<ProviderRow>,
    pub(crate) empty: Empty,
    pub(crate) same: Same,
}

web_page!(SignInPage, Private);

pub(crate) struct ProviderRow {
    pub(crate) name: String,
    pub(crate) issuer: String,
    pub(crate) domains: String,
    pub(crate) role: String,
    pub(crate) state: Badge,
    pub(crate) enabled: bool,
    pub(crate) switch: String,
    pub(crate) delete: String,
}

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProviderForm {
    slug: String,
    name: String,
    issuer: String,
    client_id: String,
    #[serde(default)]
    client_secret: String,
    #[serde(default)]
    email_domains: String,
    default_role: String,
    /// `Test`: read the discovery document and judge everything, but keep nothing.
    #[serde(default)]
    test: bool,
}

impl ProviderForm {
    fn fields(&self, faults: &Faults) -> Vec<Field> {
        let roles = Role::ALL.iter().rev().filter(|role| **role != Role::Owner);
        let roles = roles.map(|role| Choice::new(role.as_str(), role_word(*role)));
        vec![
            Field::text("name", t!("word-name"))
                .max(80)
                .value(&self.name)
                .help(t!("settings-on-the-button-people-press"))
                .faults(faults),
            Field::text("slug", t!("word-short-name"))
                .max(40)
                .value(&self.slug)
                .help(t!("settings-in-the-callback-address-it-stays"))
                .faults(faults),
            Field::text("issuer", t!("settings-issuer"))
                .max(500)
                .value(&self.issuer)
                .help(t!("settings-such-as-https-login-example-com"))
                .faults(faults),
            Field::text("client_id", t!("settings-client-id"))
                .max(255)
                .value(&self.client_id)
                .faults(faults),
            Field::password("client_secret", t!("settings-client-secret"), "off")
                .optional()
                .max(1000)
                .faults(faults),
            Field::area(
                "email_domains",
                t!("settings-only-addresses-of-these-domains"),
                4000,
            )
            .optional()
            .value(&self.email_domains)
            .help(t!("settings-one-a-line-none-takes-every"))
            .faults(faults),
            Field::select(
                "default_role",
                t!("settings-who-signs-in-first-is"),
                roles.collect(),
            )
            .value(match self.default_role.as_str() {
                "" => Role::Developer.as_str(),
                chosen => chosen,
            })
            .faults(faults),
        ]
    }

    fn input(&self) -> CreateIdentityProvider {
        CreateIdentityProvider {
            slug: self.slug.clone(),
            name: self.name.clone(),
            issuer: self.issuer.trim().to_owned(),
            client_id: self.client_id.trim().to_owned(),
            client_secret: Some(self.client_secret.clone())
                .filter(|secret| !secret.is_empty())
                .map(Into::into),
            scopes: Vec::new(),
            email_domains: entries(&self.email_domains),
            default_role: Role::parse(&self.default_role),
            claim: None,
            grants: Vec::new(),
        }
    }
}

async fn page(
    visitor: &Visitor,
    form: &ProviderForm,
    faults: Faults,
) -> Result<SignInPage, PageError> {
    let actor = visitor.actor()?;
    actor.require(Permission::TenantManage)?;
    let (db, all) = (visitor.db(), everything());
    let found = identity_providers::list_identity_providers(db, actor, &all)
        .await?
        .data;
    let shell = visitor.shell().await?.console("settings");
    Ok(SignInPage {
        tabs: tabs("/console/settings/sign-in", &shell),
        callback: callback(visitor, "SHORT-NAME"),
        fields: form.fields(&faults),
        faults,
        rows: found.into_iter().map(|one| row(one, &shell)).collect(),
        empty: Empty::new(
            t!("settings-people-sign-in-with-a-password"),
            t!("settings-add-an-openid-connect-provider-and"),
            None,
        ),
        same: visitor.same(&[same::PROVIDER_CREATE], &[]),
        shell,
    })
}

/// What the provider has to be told to send people back to.
fn callback(visitor: &Visitor, slug: &str) -> String {
    let path = visitor.to(&format!("/login/sso/{slug}/callback"));
    format!("{}{path}", visitor.portal().public_url().origin())
}

fn row(provider: IdentityProviderView, shell: &Shell) -> ProviderRow {
    let base = shell.to(&format!("/console/settings/sign-in/{}", provider.id));
    ProviderRow {
        state: match provider.enabled {
            true => Badge::good(t!("settings-in-use")),
            false => Badge::stopped(t!("settings-off")),
        },
        enabled: provider.enabled,
        domains: match provider.email_domains.as_slice() {
            [] => t!("settings-every-address"),
            domains => domains.join(", "),
        },
        role: role_word(provider.default_role),
        name: provider.name,
        issuer: provider.issuer,
        switch: format!("{base}/switch"),
        delete: format!("{base}/delete"),
    }
}

/// `GET /console/settings/sign-in`
pub(crate) async fn show(visitor: Visitor) -> Result<SignInPage, PageError> {
    page(&visitor, &ProviderForm::default(), Faults::default()).await
}

/// `POST /console/settings/sign-in`: adds a provider, or only tries whether it could be.
pub(crate) async fn create(
    visitor: Visitor,
    Form(form): Form<ProviderForm>,
) -> Result<Response, PageError> {
    let mut actor = visitor.require(Permission::TenantManage)?.clone();
    if form.test {
        actor = actor.on_a_dry_run();
    }
    let (db, issuers) = (visitor.db(), visitor.portal().issuers());
    let made = identity_providers::create_identity_provider(db, issuers, &actor, form.input());
    match made.await {
        Ok(tried) if form.test => {
            let origin = tried.value.authorization_origin;
            let words = Flash::good(
                t!("settings-it-works"),
                t!(
                    "settings-the-discovery-document-was-read-people",
                    origin = &origin
                ),
            );
            visitor.tell(words).await?;
            Ok(page(&visitor, &form, Faults::default())
                .await?
                .into_response())
        }
        Ok(made) => {
            let words = Flash::good(
                t!("settings-is-on-the-sign-in-page", name = &made.value.name),
                t!(
                    "settings-its-callback-address-is",
                    callback = &callback(&visitor, &made.value.slug)
                ),
            );
            visitor.tell(words).await?;
            Ok(visitor.go("/console/settings/sign-in").into_response())
        }
        Err(refusal) => {
            let faults = faults_of(refusal)?;
            Ok(refused(page(&visitor, &form, faults).await?))
        }
    }
}

/// What the page offered, so that a stale page never does the opposite.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SwitchForm {
    enabled: bool,
}

/// `POST /console/settings/sign-in/{provider}/switch`
pub(crate) async fn switch(
    visitor: Visitor,
    Path([provider]): Path<1>,
    Form(form): Form<SwitchForm>,
) -> Result<Redirect, PageError> {
    let actor = visitor.require(Permission::TenantManage)?;
    let input = UpdateIdentityProvider {
        enabled: Some(form.enabled),
        ..UpdateIdentityProvider::default()
    };
    let (db, issuers) = (visitor.db(), visitor.portal().issuers());
    let provider = Lookup::from(provider.as_str());
    let done =
        identity_providers::update_identity_provider(db, issuers, actor, &provider, None, input);
    let name = done.await?.value.name;
    visitor
        .tell(match form.enabled {
            true => Flash::good(
                t!("settings-is-in-use", name = &name),
                t!("settings-its-button-is-on-the-sign"),
            ),
            false => Flash::good(
                t!("settings-is-off", name = &name),
                t!("settings-nobody-signs-in-with-it"),
            ),
        })
        .await?;
    Ok(visitor.go("/console/settings/sign-in"))
}

/// `GET /console/settings/sign-in/{provider}/delete`
pub(crate) async fn show_delete(
    visitor: Visitor,
    Path([provider]): Path<1>,
) -> Result<ConfirmPage, PageError> {
    let actor = visitor.actor()?;
    actor.require(Permission::TenantManage)?;
    let lookup = Lookup::from(provider.as_str());
    let view = identity_providers::get_identity_provider(visitor.db(), actor, &lookup).await?;
    let shell = visitor.shell().await?.console("settings");
    let back = shell.to("/console/settings/sign-in");
    Ok(ConfirmPage {
        same: Some(visitor.same(&[same::PROVIDER_DELETE], &[("provider", &view.slug)])),
        crumbs: Crumbs::new(
            t!("word-remove"),
            vec![Link::new(t!("settings-sign-in"), back.clone())],
        ),
        heading: t!("settings-remove", name = &view.name),
        consequence: t!("settings-nobody-signs-in-with-it-any"),
        faults: Faults::default(),
        action: format!("{back}/{provider}/delete"),
        hidden: Vec::new(),
        fields: Vec::new(),
        button: t!("settings-remove-provider"),
        loss: true,
        back,
        shell,
    })
}

/// `POST /console/settings/sign-in/{provider}/delete`
pub(crate) async fn delete(
    visitor: Visitor,
    Path([provider]): Path<1>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Redirect, PageError> {
    let actor = visitor.require(Permission::TenantManage)?;
    let provider = Lookup::from(provider.as_str());
    identity_providers::delete_identity_provider(visitor.db(), actor, &provider, None).await?;
    visitor
        .tell(Flash::good(t!("settings-provider-removed"), ""))
        .await?;
    Ok(visitor.go("/console/settings/sign-in"))
}
