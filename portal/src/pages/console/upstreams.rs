//! Where traffic goes: the targets behind one API in one environment.

use crate::address::Path;
use crate::form::Form;
use crate::page::refused;
use crate::page_error::PageError;
use crate::pages::console::api::head::ApiTab;
use crate::pages::form_page::FormPage;
use crate::view::form::{Faults, Field, Hidden, faults_of};
use crate::view::parts::{Crumbs, Link};
use crate::view::same;
use crate::visitor::Visitor;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::upstreams::{self, PutTarget, PutUpstream, UpstreamView};
use gatehouse_control_plane::{Actor, Refusal};
use gatehouse_domain::Permission;
use gatehouse_language::t;

async fn page(
    visitor: &Visitor,
    api: &str,
    environment: &str,
    form: &UpstreamForm,
    faults: Faults,
) -> Result<FormPage, PageError> {
    let shell = visitor.shell().await?.console("apis");
    let back = shell.to(&ApiTab::Routing.path(api));
    Ok(FormPage {
        same: Some(visitor.same(
            &[same::UPSTREAM_GET, same::UPSTREAM_SET],
            &[("api", api), ("environment", environment)],
        )),
        crumbs: Crumbs::new(
            t!("apis-upstream"),
            vec![
                Link::new(t!("word-apis"), shell.to("/console/apis")),
                Link::new(api, back.clone()),
            ],
        ),
        heading: t!("apis-upstream-of", api = api, environment = environment),
        lead: t!("apis-upstream-lead"),
        action: shell.to(&format!("/console/apis/{api}/upstreams/{environment}")),
        multipart: false,
        hidden: form
            .row_version
            .map(|version| Hidden::new("row_version", version.to_string()))
            .into_iter()
            .collect(),
        fields: vec![
            Field::area("targets", t!("apis-upstream-addresses"), 4000)
                .value(&form.targets)
                .help(t!("apis-upstream-addresses-help"))
                .faults(&faults),
        ],
        faults,
        button: t!("apis-upstream-save").into(),
        back,
        shell,
    })
}

/// `GET /console/apis/{api}/upstreams/{environment}`
pub(crate) async fn show(
    visitor: Visitor,
    Path([api, environment]): Path<2>,
) -> Result<FormPage, PageError> {
    let actor = visitor.require(Permission::UpstreamManage)?;
    let form = stored(&visitor, actor, &api, &environment)
        .await?
        .map_or_else(UpstreamForm::default, |upstream| {
            UpstreamForm::of(&upstream)
        });
    page(&visitor, &api, &environment, &form, Faults::default()).await
}

/// The upstream as it is, when there is one.
async fn stored(
    visitor: &Visitor,
    actor: &Actor,
    api: &str,
    environment: &str,
) -> Result<Option<UpstreamView>, PageError> {
    match upstreams::get_upstream(visitor.db(), actor, api.into(), environment).await {
        Ok(upstream) => Ok(Some(upstream)),
        Err(Refusal::NotFound) => Ok(None),
        Err(refusal) => Err(refusal.into()),
    }
}

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpstreamForm {
    targets: String,
    /// Of the upstream the form was filled from; `None` when there was none.
    #[serde(default)]
    row_version: Option<i32>,
}

impl UpstreamForm {
    fn of(upstream: &UpstreamView) -> Self {
        let urls: Vec<&str> = upstream
            .targets
            .iter()
            .map(|one| one.url.as_str())
            .collect();
        Self {
            targets: urls.join("\n"),
            row_version: Some(upstream.row_version),
        }
    }

    /// The addresses of the form; what it does not show stays as it is.
    fn over(&self, before: Option<&UpstreamView>) -> PutUpstream {
        let kept = |url: &str| {
            let target = before?.targets.iter().find(|target| target.url == url)?;
            Some(PutTarget {
                url: url.to_owned(),
                weight: target.weight,
                drain: target.drain,
            })
        };
        let lines = self.targets.lines().map(str::trim);
        PutUpstream {
            targets: lines
                .filter(|line| !line.is_empty())
                .map(|url| kept(url).unwrap_or_else(|| PutTarget::new(url)))
                .collect(),
            load_balancing: before.map(|one| one.load_balancing).unwrap_or_default(),
            timeouts: None,
        }
    }
}

/// `POST /console/apis/{api}/upstreams/{environment}`
pub(crate) async fn submit(
    visitor: Visitor,
    Path([api, environment]): Path<2>,
    Form(form): Form<UpstreamForm>,
) -> Result<Response, PageError> {
    let actor = visitor.require(Permission::UpstreamManage)?;
    let before = stored(&visitor, actor, &api, &environment).await?;
    // Where there is no upstream yet its version is 0.
    let expected = Some(form.row_version.unwrap_or(0));
    let done = upstreams::put_upstream(
        visitor.db(),
        actor,
        api.as_str().into(),
        &environment,
        expected,
        form.over(before.as_ref()),
    )
    .await;
    match done {
        Ok(done) => Ok(visitor
            .go_with(&ApiTab::Routing.path(&api), done.change.as_ref())
            .into_response()),
        Err(refusal) => {
            let page = page(&visitor, &api, &environment, &form, faults_of(refusal)?).await?;
            Ok(refused(page))
        }
    }
}
