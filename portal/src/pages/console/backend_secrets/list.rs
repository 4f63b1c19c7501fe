//! The list, and the form that puts a new one.

use super::{api_of, faults_beside_a_value, list_path, one_path, say_to_type_again, value_field};
use crate::address::Query;
use crate::form::Form;
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::console::api::head::{ApiHead, ApiTab, Opened};
use crate::pages::console::policies::place::{Named, Place};
use crate::pages::console::policies::rows::address_of;
use crate::pages::form_page::why_field;
use crate::pages::list_of::{After, older};
use crate::pages::spread::{self, Changed};
use crate::view::form::{Faults, Field};
use crate::view::parts::{Empty, Flash, Link, Pages, Spread};
use crate::view::same::{self, Same};
use crate::view::shell::Shell;
use crate::view::words::When;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::Refusal;
use gatehouse_control_plane::backend_secrets::{self, BackendSecretView, PutBackendSecret};
use gatehouse_control_plane::page::Lookup;
use gatehouse_language::t;
use gatehouse_runtime::Secret;
use time::OffsetDateTime;
use uuid::Uuid;

/// The backend secrets of one API, and the form for who may put one.
#[derive(Template)]
#[template(path = "pages/console/api/backend_secrets.html")]
pub(crate) struct BackendSecretsPage {
    pub(crate) shell: Shell,
    pub(crate) head: ApiHead,
    pub(crate) may_write: bool,
    pub(crate) rows: Vec<SecretRow>,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
    pub(crate) faults: Faults,
    pub(crate) action: String,
    pub(crate) fields: Vec<Field>,
    pub(crate) same: Same,
}

web_page!(BackendSecretsPage, Private);

/// One line of the list.
pub(crate) struct SecretRow {
    pub(crate) name: String,
    /// What a policy writes for it.
    pub(crate) reference: String,
    pub(crate) put: When,
    /// The policies that name it.
    pub(crate) policies: Vec<Link>,
    /// How many more there are than those.
    pub(crate) more: usize,
    pub(crate) replace: String,
    pub(crate) delete: String,
}

/// Links of one row; a page stays within its size whatever policies name.
const LINKS_MAX: usize = 10;

impl SecretRow {
    fn of(secret: BackendSecretView, now: OffsetDateTime, shell: &Shell) -> Self {
        let api = &secret.api.slug;
        let policies = shell.to(&ApiTab::Policies.path(api));
        let one = shell.to(&one_path(api, &secret.name));
        let links = secret.policies.iter().take(LINKS_MAX);
        Self {
            reference: reference(&secret.name),
            put: When::ago(secret.put_at, now),
            policies: links
                .map(|policy| {
                    let page = address_of(&policy.slug, policy.id);
                    Link::new(policy.slug.clone(), format!("{policies}/{page}"))
                })
                .collect(),
            more: secret.policies.len().saturating_sub(LINKS_MAX),
            delete: format!("{one}/delete"),
            replace: one,
            name: secret.name,
        }
    }
}

/// `?after=&change=`
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct SecretsQuery {
    #[serde(default)]
    after: Option<Uuid>,
    #[serde(default)]
    change: Option<String>,
}

/// A new one, as it is sent.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutForm {
    name: String,
    secret_value: Secret<String>,
    #[serde(default)]
    reason: String,
}

/// What the form comes back with.
#[derive(Default)]
struct Typed {
    name: String,
    reason: String,
}

impl Typed {
    fn fields(&self, faults: &Faults) -> Vec<Field> {
        vec![
            Field::text("name", t!("word-name"))
                .max(40)
                .value(&self.name)
                .help(t!("apis-secret-name-help"))
                .faults(faults),
            value_field(faults),
            why_field(&self.reason, faults),
        ]
    }
}

async fn page(
    visitor: &Visitor,
    place: Place,
    after: &After,
    spread: Option<Spread>,
    typed: &Typed,
    faults: Faults,
) -> Result<BackendSecretsPage, PageError> {
    let (db, actor, api) = (visitor.db(), visitor.actor()?, api_of(&place)?.id);
    let page = after.page();
    let listed = backend_secrets::list_backend_secrets(db, actor, Lookup::Id(api), &page).await?;
    let shell = place.shell(visitor).await?;
    let may_write = place.may_write;
    let view = place.api.ok_or_else(PageError::not_found)?;
    let path = list_path(&view.slug);
    let all = [
        same::BACKEND_SECRET_LIST,
        same::BACKEND_SECRET_PUT,
        same::BACKEND_SECRET_DELETE,
    ];
    let ways = if may_write { &all[..] } else { &all[..1] };
    let same = visitor.same(ways, &[("api", &view.slug)]);
    let opened = Opened { view, shell };
    let shell = &opened.shell;
    Ok(BackendSecretsPage {
        head: opened.head_below(ApiTab::Policies, t!("apis-secrets"), spread),
        may_write,
        pages: older(&path, shell, listed.data.len(), listed.next, after),
        rows: listed
            .data
            .into_iter()
            .map(|secret| SecretRow::of(secret, visitor.now(), shell))
            .collect(),
        empty: Empty::new(
            t!("apis-secrets-none"),
            t!("apis-secrets-none-words", reference = "${vault:NAME}"),
            None,
        ),
        action: shell.to(&path),
        fields: typed.fields(&faults),
        faults,
        same,
        shell: opened.shell,
    })
}

/// `GET /console/apis/{api}/backend-secrets`
pub(crate) async fn show(
    visitor: Visitor,
    named: Named,
    Query(query): Query<SecretsQuery>,
) -> Result<BackendSecretsPage, PageError> {
    let place = named.open(&visitor).await?;
    let changed = Changed {
        change: query.change,
    };
    let spread = spread::of(&visitor, &changed).await?;
    let after = After { after: query.after };
    let (typed, faults) = (Typed::default(), Faults::default());
    page(&visitor, place, &after, spread, &typed, faults).await
}

/// `POST /console/apis/{api}/backend-secrets`
pub(crate) async fn create(
    visitor: Visitor,
    named: Named,
    Form(form): Form<PutForm>,
) -> Result<Response, PageError> {
    let place = named.open_to_change(&visitor).await?;
    let (api, list) = {
        let api = api_of(&place)?;
        (api.id, list_path(&api.slug))
    };
    let PutForm {
        name,
        secret_value: value,
        reason,
    } = form;
    // Always a name, even one that reads as an id.
    let secret = Lookup::Slug(name.trim().to_owned());
    let input = PutBackendSecret {
        value,
        reason: reason.clone(),
    };
    // What has the name already gets another value on its own page, which says who shows it.
    let (db, actor, only_new) = (visitor.db(), visitor.actor()?, Some(0));
    let put =
        backend_secrets::put_backend_secret(db, actor, Lookup::Id(api), secret, only_new, input);
    match put.await {
        Ok(done) => {
            let name = &done.value.name;
            let reference = reference(name);
            let words = Flash::good(
                t!("apis-secret-is-put", name = name),
                t!("apis-secret-is-put-words", reference = reference),
            );
            visitor.tell(words).await?;
            let to = visitor.go_with(&list, done.change.as_ref());
            Ok(to.into_response())
        }
        Err(refusal) => {
            let faults = match refusal {
                Refusal::Stale { .. } => taken(&name),
                other => faults_beside_a_value(other)?,
            };
            let typed = Typed { name, reason };
            let page = page(&visitor, place, &After::default(), None, &typed, faults).await?;
            Ok(refused(page))
        }
    }
}

/// What a policy writes for one.
fn reference(name: &str) -> String {
    format!("${{vault:{name}}}")
}

fn taken(name: &str) -> Faults {
    let words = t!("apis-secret-taken", name = name.trim());
    let mut faults = Faults::one("name", words);
    say_to_type_again(&mut faults);
    faults
}
