//! Publishing a description by upload: the same verb as CI calls.

use crate::address::Path;
use crate::page::refused;
use crate::page_error::PageError;
use crate::pages::console::api::head::ApiTab;
use crate::pages::console::api::versions;
use crate::pages::console::report::said;
use crate::pages::form_page::FormPage;
use crate::upload::Upload;
use crate::view::form::{Faults, Field, faults_of};
use crate::view::parts::{Crumbs, Flash, Link};
use crate::view::same;
use crate::visitor::Visitor;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::publishing::{
    self, Outcome, PublishRefusal, PublishSpec, Published, Refused, Source,
};
use gatehouse_control_plane::{Changed, long_jobs};
use gatehouse_domain::Permission;
use gatehouse_domain::id::JobId;
use gatehouse_language::t;
use gatehouse_spec::SpecErrors;
use gatehouse_spec::diff::Severity;
use gatehouse_spec::lint::Level;

/// Longest description that is pasted; the size of the whole form is bounded apart from that.
const TEXT_MAX: u32 = 50 * 1024 * 1024;
/// Longest description that the page waits for; a larger one is published by a job.
pub(crate) const AT_ONCE_BYTES_MAX: usize = 1024 * 1024;
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
        same: Some(visitor.same(
            &[same::SPEC_CREATE, same::SPEC_IMPORT_NEW],
            &[("file", "openapi.yaml")],
        )),
        crumbs: Crumbs::new(
            t!("apis-publish-api"),
            vec![Link::new(t!("word-apis"), shell.to("/console/apis"))],
        ),
        heading: t!("apis-publish-api"),
        lead: t!("apis-publish-lead"),
        action: shell.to("/console/apis/new"),
        multipart: true,
        hidden: Vec::new(),
        fields: vec![
            Field::text("api", t!("word-short-name"))
                .value(text("api"))
                .max(40)
                .help(t!("apis-slug-help"))
                .faults(&faults),
            Field::text("version", t!("word-version"))
                .value(version)
                .max(40)
                .faults(&faults),
        ]
        .into_iter()
        .chain(sources(upload, &faults))
        .collect(),
        faults,
        button: t!("apis-publish-api").into(),
        back: shell.to("/console/apis"),
        shell,
    })
}

/// Where the verb says what is orphaned, and where the form does.
pub(super) const ORPHANS: (&str, &str) = ("?drop_orphans", "drop_orphans");

/// Asked for once something would be orphaned, and not before.
pub(super) fn drop_orphans(faults: &Faults) -> Option<Field> {
    faults.of(ORPHANS.1)?;
    let words = t!("apis-drop-orphans");
    Some(Field::check(ORPHANS.1, words, "yes").faults(faults))
}

/// The ways to hand a description over, and what is asked of it.
pub(crate) fn sources(upload: Option<&Upload>, faults: &Faults) -> Vec<Field> {
    let text = |name: &str| upload.map(|upload| upload.text(name)).unwrap_or_default();
    let ways = [
        Field::file("file", t!("word-description"))
            .help(t!("apis-file-help"))
            .unforced()
            .faults(faults),
        Field::text("url", t!("apis-url"))
            .max(2000)
            .value(text("url"))
            .help(t!("apis-url-help"))
            .optional()
            .faults(faults),
        Field::area("text", t!("apis-paste"), TEXT_MAX)
            .value(text("text"))
            .help(t!("apis-paste-help"))
            .optional()
            .faults(faults),
    ];
    ways.into_iter().chain(drop_orphans(faults)).collect()
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
        Attempt::Begun(job) => Ok(visitor.go(&format!("/console/jobs/{job}")).into_response()),
        Attempt::Published(done) => go(&visitor, &slug, &done).await,
        Attempt::Kept(number) => wait(&visitor, &slug, &upload, number).await,
        Attempt::Faulty(faults) => {
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
        Attempt::Begun(job) => Ok(visitor.go(&format!("/console/jobs/{job}")).into_response()),
        Attempt::Published(done) => go(&visitor, &slug, &done).await,
        Attempt::Kept(number) => wait(&visitor, &slug, &upload, number).await,
        Attempt::Faulty(faults) => {
            let page = versions::page(&visitor, &slug, None, Some(&upload), faults).await?;
            Ok(refused(page))
        }
    }
}

/// What became of an upload.
enum Attempt {
    Published(Box<Changed<Published>>),
    /// It is large: a job publishes it.
    Begun(JobId),
    /// It breaks callers and is kept under this number for an approver.
    Kept(i32),
    Faulty(Faults),
}

async fn publish(
    visitor: &Visitor,
    slug: &str,
    upload: &Upload,
    create: bool,
) -> Result<Attempt, PageError> {
    let (pasted, url) = (upload.text("text"), upload.text("url"));
    let is_fetched = upload.file.is_none() && !url.is_empty();
    let content = upload.file.clone();
    let content = content.or_else(|| (!pasted.is_empty()).then(|| pasted.into()));
    if content.is_none() && !is_fetched {
        let words = t!("apis-no-description");
        return Ok(Attempt::Faulty(Faults::one("file", words)));
    }
    let mut input = PublishSpec {
        api: slug.into(),
        version: upload.text("version"),
        content: content.unwrap_or_default(),
        source: Source::default(),
        create,
        dry_run: false,
        drop_orphans: !upload.text("drop_orphans").is_empty(),
    };
    if is_fetched {
        let fetch = visitor.portal().descriptions();
        let fetched = fetch.fetch(visitor.db(), visitor.actor()?, &url, &mut input);
        if let Err(refusal) = fetched.await {
            return Ok(Attempt::Faulty(faults_of(refusal)?));
        }
    }
    if input.content.len() > AT_ONCE_BYTES_MAX {
        return Ok(
            match long_jobs::publish_as_job(visitor.db(), visitor.actor()?, input).await {
                Ok(begun) => Attempt::Begun(begun.value.id),
                Err(refusal) => Attempt::Faulty(faults_of(refusal)?),
            },
        );
    }
    let done = publishing::publish_spec(visitor.db(), visitor.actor()?, input).await;
    Ok(match done {
        Ok(done) => Attempt::Published(Box::new(done)),
        Err(PublishRefusal::Refused(refusal)) => {
            Attempt::Faulty(faults_of(refusal)?.renamed(&[("content", "file"), ORPHANS]))
        }
        Err(PublishRefusal::Spec(errors)) => Attempt::Faulty(spec_faults(&errors)),
        Err(PublishRefusal::Gate(refused)) => match refused.revision {
            Some(number) => Attempt::Kept(number),
            None => Attempt::Faulty(gate_faults(&refused)),
        },
    })
}

/// The page of the version says what stands in the way, and who may let it pass.
async fn wait(
    visitor: &Visitor,
    slug: &str,
    upload: &Upload,
    number: i32,
) -> Result<Response, PageError> {
    let words = Flash::care(
        t!("apis-flash-kept"),
        t!("apis-flash-kept-words", number = number.to_string()),
    );
    visitor.tell(words).await?;
    let version = upload.text("version");
    let page = format!("/console/apis/{slug}/versions/{version}?revision={number}");
    Ok(visitor.go(&page).into_response())
}

/// Where and what, one line each: "Line 12: ...".
fn spec_faults(errors: &SpecErrors) -> Faults {
    let mut faults = Faults::default();
    for finding in errors.errors.iter().take(FAULTS_MAX) {
        faults.add("file", finding.to_string());
    }
    let more = errors.errors.len().saturating_sub(FAULTS_MAX) + errors.dropped;
    if more > 0 {
        faults.add("file", t!("apis-more-faults", count = more));
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
        format!("{}{}", said(judged), calls.unwrap_or_default())
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
    faults
}

async fn go(
    visitor: &Visitor,
    slug: &str,
    done: &Changed<Published>,
) -> Result<Response, PageError> {
    let published = &done.value;
    let warnings = match published.warnings.as_array().map_or(0, Vec::len) {
        0 => String::new(),
        n => t!("apis-flash-warnings", count = n),
    };
    let words = match published.outcome {
        Outcome::Unchanged => {
            Flash::info(t!("apis-flash-unchanged"), t!("apis-flash-unchanged-words"))
        }
        Outcome::Created | Outcome::Updated => Flash::good(
            t!("apis-flash-operations", count = published.operations),
            warnings,
        ),
    };
    visitor.tell(words).await?;
    Ok(visitor
        .go_with(&ApiTab::Versions.path(slug), done.change.as_ref())
        .into_response())
}
