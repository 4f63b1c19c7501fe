//! Publishing a description by upload: the same verb as CI calls.

use crate::address::Path;
use crate::page::refused;
use crate::page_error::PageError;
use crate::pages::console::api;
use crate::pages::form_page::FormPage;
use crate::upload::Upload;
use crate::view::form::{Faults, Field, faults_of};
use crate::view::parts::{Crumbs, Flash, Link};
use crate::view::words::count;
use crate::visitor::Visitor;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::Changed;
use gatehouse_control_plane::publishing::{
    self, Outcome, PublishRefusal, PublishSpec, Published, Refused, Source,
};
use gatehouse_domain::Permission;
use gatehouse_spec::SpecErrors;
use gatehouse_spec::diff::Severity;
use gatehouse_spec::lint::Level;

/// Faults of a description shown at once; the rest is counted.
const FAULTS_MAX: usize = 20;

async fn new_page(
    visitor: &Visitor,
    upload: Option<&Upload>,
    faults: Faults,
) -> Result<FormPage, PageError> {
    let text = |name: &str| upload.map(|upload| upload.text(name)).unwrap_or_default();
    let version = Some(text("version"))
        .filter(|label| !label.is_empty())
        .unwrap_or_else(|| "v1".to_owned());
    let shell = visitor.shell().await?.console("apis");
    Ok(FormPage {
        crumbs: Crumbs::new("Publish API", vec![Link::new("APIs", shell.to("/console/apis"))]),
        heading: "Publish API".into(),
        lead: "From an OpenAPI 3.0, 3.1 or Swagger 2.0 document. A first publish proposes its server as the upstream.".into(),
        action: shell.to("/console/apis/new"),
        multipart: true,
        hidden: Vec::new(),
        fields: vec![
            Field::text("api", "Short name")
                .value(text("api"))
                .max(40)
                .help("For addresses: lower-case letters, digits and dashes. It never changes.")
                .faults(&faults),
            Field::text("version", "Version").value(version).max(40).faults(&faults),
            Field::file("file", "Description").help("JSON or YAML, at most 50 MB.").faults(&faults),
        ],
        faults,
        button: "Publish API",
        back: shell.to("/console/apis"),
        shell,
    })
}

/// `GET /console/apis/new`
pub(crate) async fn show_new(visitor: Visitor) -> Result<FormPage, PageError> {
    visitor.require(Permission::SpecPublish)?;
    new_page(&visitor, None, Faults::default()).await
}

/// `POST /console/apis/new`
pub(crate) async fn create(visitor: Visitor, upload: Upload) -> Result<Response, PageError> {
    visitor.require(Permission::SpecPublish)?;
    let slug = upload.text("api");
    match publish(&visitor, &slug, &upload, true).await? {
        Ok(done) => go(&visitor, &slug, &done).await,
        Err(faults) => {
            let page = new_page(&visitor, Some(&upload), faults).await?;
            Ok(refused(page))
        }
    }
}

/// `POST /console/apis/{api}/versions`
pub(crate) async fn submit(
    visitor: Visitor,
    Path([slug]): Path<1>,
    upload: Upload,
) -> Result<Response, PageError> {
    visitor.require(Permission::SpecPublish)?;
    match publish(&visitor, &slug, &upload, false).await? {
        Ok(done) => go(&visitor, &slug, &done).await,
        Err(faults) => {
            let page = api::page(&visitor, &slug, None, &upload.text("version"), faults).await?;
            Ok(refused(page))
        }
    }
}

async fn publish(
    visitor: &Visitor,
    slug: &str,
    upload: &Upload,
    create: bool,
) -> Result<Result<Changed<Published>, Faults>, PageError> {
    let Some(content) = upload.file.clone() else {
        return Ok(Err(Faults::one("file", "Choose a file.")));
    };
    let input = PublishSpec {
        api: slug.into(),
        version: upload.text("version"),
        content,
        source: Source::default(),
        create,
        dry_run: false,
    };
    match publishing::publish_spec(visitor.db(), visitor.actor()?, input).await {
        Ok(done) => Ok(Ok(done)),
        Err(PublishRefusal::Refused(refusal)) => {
            Ok(Err(faults_of(refusal)?.renamed(&[("content", "file")])))
        }
        Err(PublishRefusal::Spec(errors)) => Ok(Err(spec_faults(&errors))),
        Err(PublishRefusal::Gate(refused)) => Ok(Err(gate_faults(&refused))),
    }
}

/// Where and what, one line each: "Line 12: ...".
fn spec_faults(errors: &SpecErrors) -> Faults {
    let mut faults = Faults::default();
    for finding in errors.errors.iter().take(FAULTS_MAX) {
        faults.add("file", finding.to_string());
    }
    let more = errors.errors.len().saturating_sub(FAULTS_MAX) + errors.dropped;
    if more > 0 {
        faults.add("file", format!("And {}.", count(more, "more fault")));
    }
    faults
}

/// What stands in the way, one line each, with who calls it.
fn gate_faults(refused: &Refused) -> Faults {
    let mut faults = Faults::default();
    let report = &refused.report;
    faults.add("file", report.headline());
    let gaps = report
        .not_compared
        .iter()
        .map(|judged| judged.gap.message.clone());
    let breaking = report.of(Severity::Breaking).map(|judged| {
        let calls = judged
            .calls
            .as_ref()
            .map(|calls| format!(" {}.", calls.words()));
        format!("{}{}", judged.change.message, calls.unwrap_or_default())
    });
    let blocking = report
        .lint
        .findings
        .iter()
        .filter(|finding| finding.level == Level::Block);
    let lines = gaps
        .chain(breaking)
        .chain(blocking.map(|finding| finding.message.clone()));
    for line in lines.take(FAULTS_MAX) {
        faults.add("file", line);
    }
    if let Some(number) = refused.revision {
        let words = format!(
            "It is kept as revision {number}: once an approver has accepted it, upload the same file again."
        );
        faults.add("file", words);
    }
    faults
}

async fn go(
    visitor: &Visitor,
    slug: &str,
    done: &Changed<Published>,
) -> Result<Response, PageError> {
    let published = &done.value;
    let operations = count(
        usize::try_from(published.operations).unwrap_or(0),
        "operation",
    );
    let warnings = match published.warnings.as_array().map_or(0, Vec::len) {
        0 => String::new(),
        n => format!(" {}.", count(n, "warning")),
    };
    let words = match published.outcome {
        Outcome::Unchanged => {
            Flash::info("Nothing changed.", "This description is already published.")
        }
        Outcome::Created | Outcome::Updated => Flash::good(
            format!("Published with {operations}."),
            warnings.trim_start().to_owned(),
        ),
    };
    visitor.tell(words).await?;
    Ok(visitor
        .go_with(&format!("/console/apis/{slug}"), done.change.as_ref())
        .into_response())
}
