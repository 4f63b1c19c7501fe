//! `GET /`: what this portal offers, and the visitor's next step.

use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::catalogue::list::{ApiRow, next_step, no_apis, row};
use crate::view::parts::{Empty, Flash};
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::catalogue::{self, CatalogueFilter};
use gatehouse_control_plane::page::Page;
use gatehouse_spec::markdown::to_html;

/// Search, the next step, the first APIs.
#[derive(Template)]
#[template(path = "pages/catalogue/home.html")]
pub(crate) struct HomePage {
    pub(crate) shell: Shell,
    /// The tenant's own words, in place of ours.
    pub(crate) welcome: Option<String>,
    pub(crate) next_step: Option<Flash>,
    pub(crate) apis: Vec<ApiRow>,
    pub(crate) empty: Empty,
}

web_page!(HomePage, Private);

/// APIs on the start page.
const SHOWN: i64 = 6;

/// `GET /`
pub(crate) async fn show(visitor: Visitor) -> Result<HomePage, PageError> {
    visitor.tenant()?;
    let welcome = visitor.branding().welcome.as_deref();
    let viewer = visitor.viewer()?;
    let page = Page {
        limit: SHOWN,
        after: None,
    };
    let filter = CatalogueFilter::default();
    let listed = async {
        let listed = catalogue::catalogue(visitor.db(), &viewer, &filter, &page).await;
        listed.map_err(PageError::from)
    };
    // None needs what another finds: three connections for a page.
    let (listed, next_step, shell) =
        tokio::try_join!(listed, next_step(&visitor), visitor.shell())?;
    let shell = shell.with_own_search();
    Ok(HomePage {
        welcome: welcome.map(|text| to_html(text).to_string()),
        next_step,
        apis: listed.data.iter().map(|entry| row(entry, &shell)).collect(),
        empty: no_apis(&shell),
        shell,
    })
}
