//! `/console/apis/{api}/versions/{version}`: what a revision changes, for whom, and whether it may pass.

use crate::address::{Path, Query};
use crate::form::Form;
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::console::publish;

use crate::pages::console::report::{
    AffectedRow, BreakingRow, DiffView, Verdict, lint_lines, said,
};
use crate::pages::list_of::everything;
use crate::pages::spread::{self, Changed};
use crate::view::form::{Faults, Field, WHOLE_FORM, faults_of};
use crate::view::parts::{Badge, Crumbs, Flash, Link, Spread};
use crate::view::same::{self, Same, Way};
use crate::view::shell::Shell;
use crate::view::states;
use crate::view::words::day;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::publishing::{self, PublishRefusal, RevisionDetails, RevisionSummary};
use gatehouse_control_plane::versions;
use gatehouse_domain::Permission;
use gatehouse_language::t;
use gatehouse_problem::ProblemKind;
use gatehouse_spec::gate::Report;

/// One revision of a version against what it was compared with.
#[derive(Template)]
#[template(path = "pages/console/version.html")]
pub(crate) struct VersionPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) spread: Option<Spread>,
    pub(crate) heading: String,
    pub(crate) state: Badge,
    pub(crate) lead: String,
    pub(crate) verdict: Verdict,
    pub(crate) faults: Faults,
    pub(crate) here: String,
    pub(crate) revision: i32,
    pub(crate) step: Step,
    pub(crate) breaking: Vec<BreakingRow>,
    pub(crate) gaps: Vec<String>,
    pub(crate) others: Vec<String>,
    pub(crate) affected: Vec<AffectedRow>,
    pub(crate) hidden_applications: String,
    pub(crate) diff: DiffView,
    pub(crate) lint: Vec<String>,
    pub(crate) lint_note: String,
    pub(crate) revisions: Vec<RevisionRow>,
    pub(crate) same: Same,
}

web_page!(VersionPage, Private);

/// What can be done about the revision now, and by whom.
pub(crate) enum Step {
    Accept(Field),
    /// With a box, once something would be orphaned.
    Publish(Option<Field>),
    Words(String),
}

pub(crate) struct RevisionRow {
    pub(crate) number: i32,
    pub(crate) href: String,
    pub(crate) is_shown: bool,
    pub(crate) state: Badge,
    pub(crate) sent: String,
    pub(crate) accepted: String,
}

/// `?revision=`
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct ChosenRevision {
    #[serde(default)]
    revision: Option<i32>,
}

/// `GET /console/apis/{api}/versions/{version}`
pub(crate) async fn show(
    visitor: Visitor,
    Path([api, version]): Path<2>,
    Query(chosen): Query<ChosenRevision>,
    Query(changed): Query<Changed>,
) -> Result<VersionPage, PageError> {
    let spread = spread::of(&visitor, &changed).await?;
    let address = (api.as_str(), version.as_str());
    page(
        &visitor,
        address,
        chosen.revision,
        spread,
        "",
        Faults::default(),
    )
    .await
}

async fn page(
    visitor: &Visitor,
    (api, version): (&str, &str),
    chosen: Option<i32>,
    spread: Option<Spread>,
    reason: &str,
    faults: Faults,
) -> Result<VersionPage, PageError> {
    let actor = visitor.require(Permission::ApiRead)?;
    let db = visitor.db();
    let view = versions::get_version(db, actor, api.into(), version).await?;
    let known = publishing::list_revisions(db, actor, api.into(), version, &everything()).await?;
    let number = chosen
        .or_else(|| known.data.first().map(|newest| newest.number))
        .ok_or_else(PageError::not_found)?;
    let details = publishing::get_revision(db, actor, api.into(), version, number).await?;
    let lines = publishing::revision_lines(db, actor, api.into(), version, number).await?;
    let shell = visitor.shell().await?.console("apis");
    let base = format!("/console/apis/{api}");
    let here = format!("{base}/versions/{version}");
    let report = details.report.clone().unwrap_or_else(Report::initial);
    Ok(VersionPage {
        same: same(visitor, &details, (api, version, number)),
        crumbs: Crumbs::new(
            t!(
                "apis-version-revision",
                version = version,
                number = number.to_string(),
            ),
            vec![
                Link::new(t!("word-apis"), shell.to("/console/apis")),
                Link::new(api, shell.to(&base)),
            ],
        ),
        spread,
        heading: format!("{api} {version}"),
        state: states::version(view.state),
        lead: lead(&details, &report),
        step: step(&details, &shell, reason, &faults),
        verdict: Verdict::of(&report),
        faults,
        revision: number,
        breaking: BreakingRow::all(&report),
        gaps: report
            .not_compared
            .iter()
            .map(|judged| judged.gap.message.clone())
            .collect(),
        others: others(&report),
        affected: AffectedRow::all(&report),
        hidden_applications: hidden(&report),
        diff: DiffView::of(&lines),
        lint: lint_lines(&report.lint),
        lint_note: t!(
            "apis-lint-note",
            blocking = report.lint.blocking,
            warnings = report.lint.warnings,
        ),
        revisions: known
            .data
            .iter()
            .map(|one| row(one, number, &here, &shell))
            .collect(),
        here: shell.to(&here),
        shell,
    })
}

/// Who sent it, from where, and against what it stands.
fn lead(details: &RevisionDetails, report: &Report) -> String {
    let revision = &details.revision;
    let number = revision.number.to_string();
    let what = match &report.compared_with {
        None => t!("apis-lead-first", number = number),
        Some(base) => t!(
            "apis-lead-against",
            number = number,
            version = &base.version,
            base = base.revision.to_string(),
        ),
    };
    let (who, day) = (
        sender(revision.sent_by.as_deref()),
        day(revision.created_at),
    );
    let commit = revision.source["commit"].as_str();
    let short = commit.map(|commit| commit.chars().take(10).collect::<String>());
    let sent = match short {
        None => t!("apis-lead-sent", who = who, day = day),
        Some(short) => t!(
            "apis-lead-sent-commit",
            who = who,
            commit = short,
            day = day,
        ),
    };
    format!("{what} {sent}")
}

/// Who sent a revision, or that nobody did.
fn sender(name: Option<&str>) -> String {
    name.map_or_else(|| t!("apis-the-system"), ToOwned::to_owned)
}

fn step(details: &RevisionDetails, shell: &Shell, reason: &str, faults: &Faults) -> Step {
    match details.revision.state.as_str() {
        "rejected" if shell.may(Permission::SubscriptionDecide) => Step::Accept(
            Field::area("reason", t!("apis-accept-why"), 500)
                .value(reason)
                .help(t!("apis-accept-why-help"))
                .faults(faults),
        ),
        "rejected" => Step::Words(t!("apis-step-waits")),
        "accepted" if shell.may(Permission::SpecPublish) => {
            Step::Publish(publish::drop_orphans(faults))
        }
        "accepted" => Step::Words(t!("apis-step-accepted")),
        "active" => Step::Words(t!("apis-step-active")),
        _ => Step::Words(t!("apis-step-replaced")),
    }
}

/// How it is read, and what the page offers to do about it.
fn same(
    visitor: &Visitor,
    details: &RevisionDetails,
    (api, version, number): (&str, &str, i32),
) -> Same {
    let ways: &[Way] = match details.revision.state.as_str() {
        "rejected" => &[same::SPEC_CHANGES, same::SPEC_ACCEPT],
        "accepted" => &[same::SPEC_CHANGES, same::SPEC_PUBLISH_REVISION],
        _ => &[same::SPEC_CHANGES],
    };
    visitor.same(
        ways,
        &[
            ("api", api),
            ("version", version),
            ("revision", &number.to_string()),
        ],
    )
}

/// Changes that break nobody, or only some, as lines.
fn others(report: &Report) -> Vec<String> {
    use gatehouse_spec::diff::Severity;
    let changes = report.changes.iter();
    let others = changes.filter(|judged| judged.change.severity != Severity::Breaking);
    others.map(said).take(LISTED_MAX).collect()
}

/// Lines of one list on the page; the command line has all of them.
pub(crate) const LISTED_MAX: usize = 100;

fn hidden(report: &Report) -> String {
    let unseen = report
        .impact
        .applications
        .saturating_sub(report.impact.listed.len());
    match unseen {
        0 => String::new(),
        unseen => t!("apis-affected-hidden", count = unseen),
    }
}

fn row(one: &RevisionSummary, shown: i32, here: &str, shell: &Shell) -> RevisionRow {
    RevisionRow {
        number: one.number,
        href: shell.to(&format!("{here}?revision={}", one.number)),
        is_shown: one.number == shown,
        state: match one.state.as_str() {
            "active" => Badge::good(t!("apis-revision-active")),
            "rejected" => Badge::stopped(t!("apis-revision-refused")),
            "accepted" => Badge::waiting(t!("apis-revision-accepted")),
            _ => Badge::plain(t!("apis-revision-replaced")),
        },
        sent: format!(
            "{}, {}",
            sender(one.sent_by.as_deref()),
            day(one.created_at)
        ),
        accepted: one
            .acceptance
            .as_ref()
            .map(|accepted| format!("{}: {}", accepted.by, accepted.reason))
            .unwrap_or_default(),
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct JudgeForm {
    revision: i32,
    act: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    drop_orphans: String,
}

/// `POST /console/apis/{api}/versions/{version}`: accept the revision, or publish it once it is.
pub(crate) async fn submit(
    visitor: Visitor,
    Path([api, version]): Path<2>,
    Form(form): Form<JudgeForm>,
) -> Result<Response, PageError> {
    let (db, actor) = (visitor.db(), visitor.actor()?);
    let lookup = api.as_str().into();
    let here = format!(
        "/console/apis/{api}/versions/{version}?revision={}",
        form.revision
    );
    let faults = match form.act.as_str() {
        "accept" => {
            let done = publishing::accept_revision(
                db,
                actor,
                lookup,
                &version,
                form.revision,
                &form.reason,
            );
            match done.await {
                Ok(_) => {
                    visitor
                        .tell(Flash::good(
                            t!("apis-flash-accepted"),
                            t!("apis-flash-accepted-words"),
                        ))
                        .await?;
                    return Ok(visitor.go(&here).into_response());
                }
                Err(refusal) => faults_of(refusal)?,
            }
        }
        "publish" => {
            let done = {
                let drop = !form.drop_orphans.is_empty();
                publishing::publish_revision(db, actor, lookup, &version, form.revision, drop)
            };
            match done.await {
                Ok(done) => {
                    visitor
                        .tell(Flash::good(
                            t!("apis-flash-published"),
                            t!("apis-flash-published-words"),
                        ))
                        .await?;
                    return Ok(visitor.go_with(&here, done.change.as_ref()).into_response());
                }
                Err(PublishRefusal::Refused(refusal)) => {
                    faults_of(refusal)?.renamed(&[publish::ORPHANS])
                }
                Err(refusal) => Faults::one(WHOLE_FORM, refusal.to_string()),
            }
        }
        _ => return Err(PageError::of(ProblemKind::BadRequest)),
    };
    let address = (api.as_str(), version.as_str());
    let page = page(
        &visitor,
        address,
        Some(form.revision),
        None,
        &form.reason,
        faults,
    )
    .await?;
    Ok(refused(page))
}
