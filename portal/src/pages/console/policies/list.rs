//! The lists: the policies of one API and what one operation gets of them all, and the policies of every API and of each.

use crate::address::{Query, with_query};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::console::api::head::{ApiHead, ApiTab, Opened};
use crate::pages::console::backend_secrets;
use crate::pages::console::policies::effective::{self, Effective, EffectiveQuery};
use crate::pages::console::policies::place::{Named, Place, SETTINGS};
use crate::pages::console::policies::rows::{PolicyRow, add_words, kind_help, row};
use crate::pages::console::settings::tabs;
use crate::pages::list_of::{After, older};
use crate::pages::spread::{self, Changed};
use crate::view::parts::{Empty, Link, Pages, Spread, Tabs};
use crate::view::same::{self, Same};
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::policies;
use gatehouse_domain::policy::PolicyKind;
use gatehouse_language::t;
use uuid::Uuid;

/// The policies of one API.
#[derive(Template)]
#[template(path = "pages/console/api/policies.html")]
pub(crate) struct ApiPoliciesPage {
    pub(crate) shell: Shell,
    pub(crate) head: ApiHead,
    pub(crate) here: String,
    pub(crate) effective: Option<Effective>,
    pub(crate) listed: Policies,
    /// Where those stand that its policies name.
    pub(crate) secrets: String,
    pub(crate) same: Same,
}

web_page!(ApiPoliciesPage, Private);

/// The policies of the tenant.
#[derive(Template)]
#[template(path = "pages/console/settings/policies.html")]
pub(crate) struct PoliciesPage {
    pub(crate) shell: Shell,
    pub(crate) spread: Option<Spread>,
    pub(crate) tabs: Tabs,
    pub(crate) listed: Policies,
    pub(crate) same: Same,
}

web_page!(PoliciesPage, Private);

/// One page of policies, and the way to another of each kind.
pub(crate) struct Policies {
    pub(crate) add: Vec<(Link, String)>,
    pub(crate) rows: Vec<PolicyRow>,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
}

/// `?version=&operation=&environment=&after=&change=`
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct PoliciesQuery {
    #[serde(default)]
    version: String,
    #[serde(default)]
    operation: String,
    #[serde(default)]
    environment: String,
    #[serde(default)]
    after: Option<Uuid>,
    #[serde(default)]
    change: Option<String>,
}

impl PoliciesQuery {
    fn parts(self) -> (EffectiveQuery, After, Changed) {
        (
            EffectiveQuery {
                version: self.version,
                operation: self.operation,
                environment: self.environment,
            },
            After { after: self.after },
            Changed {
                change: self.change,
            },
        )
    }
}

/// `path` is the page with what it was asked, without where the list goes on.
async fn listed(
    visitor: &Visitor,
    place: &Place,
    path: &str,
    after: &After,
    shell: &Shell,
) -> Result<Policies, PageError> {
    let (db, actor, filter) = (visitor.db(), visitor.actor()?, place.filter());
    let found = policies::list_policies(db, actor, &filter, &after.page()).await?;
    let add = PolicyKind::ALL.iter().map(|kind| {
        let path = with_query(&format!("{}/new", place.list()), &[("kind", kind.as_str())]);
        (
            Link::new(add_words(*kind), shell.to(&path)),
            kind_help(*kind),
        )
    });
    Ok(Policies {
        add: match place.may_write {
            true => add.collect(),
            false => Vec::new(),
        },
        pages: older(path, shell, found.data.len(), found.next, after),
        rows: found.data.iter().map(|policy| row(policy, shell)).collect(),
        empty: Empty::new(
            t!("policies-no-policies-yet"),
            t!("policies-what-gateways-do-with-calls-besides-2"),
            None,
        ),
    })
}

/// `GET /console/apis/{api}/policies`
pub(crate) async fn show(
    visitor: Visitor,
    named: Named,
    Query(query): Query<PoliciesQuery>,
) -> Result<ApiPoliciesPage, PageError> {
    let (asked, after, changed) = query.parts();
    let place = named.open(&visitor).await?;
    let spread = spread::of(&visitor, &changed).await?;
    let shell = place.shell(&visitor).await?;
    let path = with_query(
        &place.list(),
        &[
            ("version", &asked.version),
            ("operation", &asked.operation),
            ("environment", &asked.environment),
        ],
    );
    let listed = listed(&visitor, &place, &path, &after, &shell).await?;
    let here = shell.to(&place.list());
    let Some(view) = place.api else {
        return Err(PageError::not_found());
    };
    let effective = effective::of(&visitor, &view, &asked, &shell).await?;
    let known = [
        ("api", view.slug.as_str()),
        ("kind", PolicyKind::RateLimit.as_str()),
        ("file", "rate.yaml"),
    ];
    let same = visitor.same(
        &[
            same::POLICY_LIST_OF,
            same::POLICY_EFFECTIVE,
            same::POLICY_CREATE_FOR,
        ],
        &known,
    );
    let secrets = shell.to(&backend_secrets::list_path(&view.slug));
    let opened = Opened { view, shell };
    Ok(ApiPoliciesPage {
        head: opened.head(ApiTab::Policies, spread),
        here,
        effective,
        listed,
        secrets,
        same,
        shell: opened.shell,
    })
}

/// `GET /console/settings/policies`
pub(crate) async fn show_all(
    visitor: Visitor,
    named: Named,
    Query(query): Query<PoliciesQuery>,
) -> Result<PoliciesPage, PageError> {
    let (_, after, changed) = query.parts();
    let place = named.open(&visitor).await?;
    let spread = spread::of(&visitor, &changed).await?;
    let shell = place.shell(&visitor).await?;
    Ok(PoliciesPage {
        spread,
        tabs: tabs(SETTINGS, &shell),
        listed: listed(&visitor, &place, SETTINGS, &after, &shell).await?,
        same: visitor.same(
            &[same::POLICY_LIST, same::POLICY_CREATE],
            &[
                ("kind", PolicyKind::RateLimit.as_str()),
                ("file", "rate.yaml"),
            ],
        ),
        shell,
    })
}
