//! `GET /apis/{api}/{version}/reference/{operation}/callbacks/{callback}`: one request that the API sends back.

use crate::address::Path;
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::catalogue::operation::{self, AnswerView, BodyView, ParameterGroup};
use crate::pages::catalogue::rail::{OperationRail, beside, parts_page, title};
use crate::pages::catalogue::schema_view::SchemaPages;
use crate::pages::method_class;
use crate::view::parts::{Crumbs, Link};
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::catalogue;
use gatehouse_language::t;
use gatehouse_spec::render;

/// What is sent to whom, and the answers expected.
#[derive(Template)]
#[template(path = "pages/catalogue/callback.html")]
pub(crate) struct CallbackPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) rail: OperationRail,
    pub(crate) title: String,
    pub(crate) method: String,
    pub(crate) method_class: &'static str,
    pub(crate) expression: String,
    /// Where it goes, in words.
    pub(crate) when: String,
    pub(crate) operation: Link,
    /// Sanitised HTML.
    pub(crate) description: String,
    pub(crate) parameters: Vec<ParameterGroup>,
    pub(crate) bodies: Vec<BodyView>,
    pub(crate) answers: Vec<AnswerView>,
}

web_page!(CallbackPage, Private);

/// `GET /apis/{api}/{version}/reference/{operation}/callbacks/{callback}`
pub(crate) async fn show(
    visitor: Visitor,
    Path([api, version, operation, callback]): Path<4>,
) -> Result<CallbackPage, PageError> {
    let viewer = visitor.viewer()?;
    let found = catalogue::get_reference(visitor.db(), &viewer, &api, &version, &operation).await?;
    let fragment = &found.operation.fragment;
    let sent = render::CallbackPage::from_fragment(fragment, &callback)
        .ok_or_else(PageError::not_found)?;
    let shell = visitor.shell().await?.at("apis");
    let (api, version) = (&found.operation.api, &found.operation.version);
    let base = format!("/apis/{}/{version}/reference", api.slug);
    let pages = SchemaPages::new(shell.to(&parts_page(&base)), &found.schemas);
    let row = &found.operation.row;
    let of = Link::new(title(row), shell.to(&format!("{base}/{}", row.slug)));
    let page = sent.page;
    let title = page.summary.clone().unwrap_or(sent.name);
    Ok(CallbackPage {
        crumbs: Crumbs::new(
            title.clone(),
            vec![
                Link::new(t!("word-apis"), shell.to("/apis")),
                Link::new(
                    format!("{} {version}", api.name),
                    shell.to(&format!("/apis/{}?version={version}", api.slug)),
                ),
                Link::new(t!("reference-here"), shell.to(&base)),
                Link::new(of.label.clone(), of.href.clone()),
            ],
        ),
        rail: beside(&found, &base, &shell),
        method_class: method_class(&page.method),
        description: page.description_html.as_str().to_owned(),
        parameters: operation::parameters(&page, &pages),
        bodies: operation::bodies(&page, &pages),
        answers: operation::answers(&page, &pages),
        method: page.method,
        expression: sent.expression,
        when: sent.when,
        operation: of,
        title,
        shell,
    })
}
