//! Where traffic goes: the targets behind one API in one environment.

use crate::address::Path;
use crate::form::Form;
use crate::page_error::PageError;
use crate::pages::form_page::ConsoleFormPage;
use crate::view::form::{Faults, Field, faults_of};
use crate::view::parts::{Crumbs, Link};
use crate::visitor::Visitor;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::Refusal;
use gatehouse_control_plane::upstreams::{self, PutTarget, PutUpstream};
use gatehouse_domain::Permission;
use http::StatusCode;

async fn page(
    visitor: &Visitor,
    api: &str,
    environment: &str,
    targets: &str,
    faults: Faults,
) -> Result<ConsoleFormPage, PageError> {
    let shell = visitor.shell().await?.console("apis");
    let back = shell.to(&format!("/console/apis/{api}"));
    Ok(ConsoleFormPage {
        crumbs: Crumbs::new(
            "Upstream",
            vec![
                Link::new("APIs", shell.to("/console/apis")),
                Link::new(api, back.clone()),
            ],
        ),
        heading: format!("Upstream of {api} in {environment}"),
        lead: "Calls are spread over these addresses. A change moves traffic at once.".into(),
        action: shell.to(&format!("/console/apis/{api}/upstreams/{environment}")),
        multipart: false,
        hidden: Vec::new(),
        fields: vec![
            Field::area("targets", "Addresses", 4000)
                .value(targets)
                .help("One on each line, such as https://orders.internal:8443/api.")
                .faults(&faults),
        ],
        faults,
        button: "Save upstream".into(),
        loss: false,
        back,
        shell,
    })
}

/// `GET /console/apis/{api}/upstreams/{environment}`
pub(crate) async fn show(
    visitor: Visitor,
    Path([api, environment]): Path<2>,
) -> Result<ConsoleFormPage, PageError> {
    let actor = visitor.require(Permission::UpstreamManage)?;
    let targets =
        match upstreams::get_upstream(visitor.db(), actor, api.as_str().into(), &environment).await
        {
            Ok(upstream) => upstream
                .targets
                .iter()
                .map(|target| target.url.clone())
                .collect::<Vec<_>>()
                .join("\n"),
            Err(Refusal::NotFound) => String::new(),
            Err(refusal) => return Err(refusal.into()),
        };
    page(&visitor, &api, &environment, &targets, Faults::default()).await
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpstreamForm {
    targets: String,
}

/// `POST /console/apis/{api}/upstreams/{environment}`
pub(crate) async fn submit(
    visitor: Visitor,
    Path([api, environment]): Path<2>,
    Form(form): Form<UpstreamForm>,
) -> Result<Response, PageError> {
    let targets = form
        .targets
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|url| PutTarget {
            url: url.to_owned(),
            weight: 1,
            drain: false,
        })
        .collect();
    let input = PutUpstream {
        targets,
        ..PutUpstream::default()
    };
    let done = upstreams::put_upstream(
        visitor.db(),
        visitor.actor()?,
        api.as_str().into(),
        &environment,
        None,
        input,
    )
    .await;
    match done {
        Ok(done) => Ok(visitor
            .go_with(&format!("/console/apis/{api}"), done.change.as_ref())
            .into_response()),
        Err(refusal) => {
            let page = page(
                &visitor,
                &api,
                &environment,
                &form.targets,
                faults_of(refusal)?,
            )
            .await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}
