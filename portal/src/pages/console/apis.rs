//! `/console/apis`: the APIs of this tenant, drafts included.

use crate::address::{Query, with_query};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::console::seen_by;
use crate::pages::list_of::{After, older};
use crate::view::parts::{Badge, Empty, Link, Pages};
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::apis::{self, ApiFilter};
use gatehouse_control_plane::versions::VersionView;
use gatehouse_domain::{ApiVersionState, Permission};
use gatehouse_language::t;
use uuid::Uuid;

/// Every API with its versions.
#[derive(Template)]
#[template(path = "pages/console/apis.html")]
pub(crate) struct ApisPage {
    pub(crate) shell: Shell,
    pub(crate) lead: String,
    pub(crate) may_create: bool,
    pub(crate) query: String,
    pub(crate) rows: Vec<ApiRow>,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
}

web_page!(ApisPage, Private);

pub(crate) struct ApiRow {
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) slug: String,
    pub(crate) owner: String,
    pub(crate) versions: Vec<Badge>,
    pub(crate) visibility: String,
}

/// `?q=&after=`
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct ApisQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    after: Option<Uuid>,
}

/// `GET /console/apis`
pub(crate) async fn show(
    visitor: Visitor,
    Query(query): Query<ApisQuery>,
) -> Result<ApisPage, PageError> {
    let actor = visitor.require(Permission::ApiRead)?;
    let words = query.q.trim().to_owned();
    let filter = ApiFilter {
        q: Some(words.clone()).filter(|words| !words.is_empty()),
        ..ApiFilter::default()
    };
    let after = After { after: query.after };
    let listed = apis::list_apis(visitor.db(), actor, &filter, &after.page()).await?;
    let shell = visitor.shell().await?.console("apis");
    let rows: Vec<ApiRow> = listed
        .data
        .into_iter()
        .map(|api| ApiRow {
            href: shell.to(&format!("/console/apis/{}", api.slug)),
            versions: api.versions.iter().map(version_badge).collect(),
            visibility: seen_by::word(api.visibility),
            owner: api.owner_team.name,
            name: api.name,
            slug: api.slug,
        })
        .collect();
    let may_create = shell.may(Permission::SpecPublish);
    Ok(ApisPage {
        lead: t!("apis-count", count = rows.len()),
        may_create,
        empty: Empty::new(
            if words.is_empty() {
                t!("apis-none")
            } else {
                t!("apis-none-match")
            },
            t!("apis-none-words"),
            may_create.then(|| Link::new(t!("apis-publish-api"), shell.to("/console/apis/new"))),
        ),
        pages: older(
            &with_query("/console/apis", &[("q", &words)]),
            &shell,
            rows.len(),
            listed.next,
            &after,
        ),
        query: words,
        rows,
        shell,
    })
}

fn version_badge(version: &VersionView) -> Badge {
    match version.state {
        ApiVersionState::Draft => Badge::not_started(version.label.clone()),
        ApiVersionState::Published => Badge::good(version.label.clone()),
        ApiVersionState::Deprecated => Badge::care(version.label.clone()),
        ApiVersionState::Retired => Badge::plain(version.label.clone()),
    }
}
