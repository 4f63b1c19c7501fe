//! `/console/jobs`: long work that somebody asked for, how far it is, and what became of it.

use crate::address::{Path, Query, id};
use crate::form::{Form, Nothing};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::console::job_outcome::{self, Refused};
use crate::pages::list_of::{After, older};
use crate::view::form::{WHOLE_FORM, faults_of};
use crate::view::parts::{Badge, Crumbs, Empty, Flash, Link, Pages};
use crate::view::same::{self, Same};
use crate::view::shell::Shell;
use crate::view::words::{When, age, clock, grouped};
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::long_jobs::{self, JobView};
use gatehouse_domain::Permission;
use gatehouse_domain::id::JobId;
use gatehouse_domain::job::{JobKind, JobState};
use gatehouse_language::t;
use gatehouse_web::streamed::job_output;
use time::{Duration, OffsetDateTime};

/// The jobs, newest first.
#[derive(Template)]
#[template(path = "pages/console/jobs.html")]
pub(crate) struct JobsPage {
    pub(crate) shell: Shell,
    pub(crate) lead: String,
    pub(crate) rows: Vec<JobRow>,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
    pub(crate) same: Same,
}

web_page!(JobsPage, Private);

pub(crate) struct JobRow {
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) state: Badge,
    pub(crate) progress: String,
    pub(crate) by: String,
    pub(crate) at: When,
}

/// `GET /console/jobs`
pub(crate) async fn list(
    visitor: Visitor,
    Query(after): Query<After>,
) -> Result<JobsPage, PageError> {
    let actor = visitor.actor()?;
    if !actor.opens_console() {
        return Err(PageError::forbidden());
    }
    let listed = long_jobs::list_jobs(visitor.db(), actor, &after.page()).await?;
    let shell = visitor.shell().await?.console("jobs");
    let rows: Vec<JobRow> = listed
        .data
        .iter()
        .map(|job| row(job, &visitor, &shell))
        .collect();
    Ok(JobsPage {
        lead: match actor.may(Permission::TenantManage) {
            true => t!("running-work-that-takes-longer-than-a"),
            false => t!("running-your-work-that-takes-longer-than"),
        },
        empty: Empty::new(
            t!("running-no-jobs"),
            t!("running-large-descriptions-many-decisions-and-export"),
            None,
        ),
        pages: older("/console/jobs", &shell, rows.len(), listed.next, &after),
        rows,
        same: visitor.same(&[same::JOB_LIST], &[]),
        shell,
    })
}

fn row(job: &JobView, visitor: &Visitor, shell: &Shell) -> JobRow {
    JobRow {
        href: shell.to(&format!("/console/jobs/{}", job.id)),
        name: name_of(job),
        state: badge(job),
        progress: match job.state {
            JobState::Failed => job.error.clone().unwrap_or_default(),
            state if state.is_over() => String::new(),
            _ => progress(job),
        },
        by: job.requested_by_name.clone(),
        at: When::ago(job.created_at, visitor.now()),
    }
}

fn name_of(job: &JobView) -> String {
    match job.kind {
        JobKind::TenantExport => t!("running-export-of-the-tenant"),
        JobKind::SpecPublish => t!("running-publish", subject = &job.subject),
        JobKind::Decisions => t!("running-decide-access-requests"),
    }
}

fn badge(job: &JobView) -> Badge {
    match job.state {
        _ if job.cancelling => Badge::care(t!("running-stopping")),
        JobState::Waiting => Badge::waiting(t!("running-waiting")),
        JobState::Running => Badge::waiting(t!("running-running")),
        JobState::Done => Badge::good(t!("running-done")),
        JobState::Failed => Badge::stopped(t!("running-failed")),
        JobState::Cancelled => Badge::stopped(t!("running-cancelled")),
    }
}

fn progress(job: &JobView) -> String {
    match job.total {
        Some(total) => t!(
            "running-of-2",
            grouped = &grouped(job.done),
            grouped2 = &grouped(total)
        ),
        None => String::new(),
    }
}

/// One job.
#[derive(Template)]
#[template(path = "pages/console/job.html")]
pub(crate) struct JobPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) heading: String,
    pub(crate) lead: String,
    pub(crate) here: String,
    pub(crate) over: bool,
    pub(crate) state: Badge,
    pub(crate) stage: String,
    /// Done, and of how many.
    pub(crate) bar: Option<(i64, i64)>,
    pub(crate) progress: String,
    pub(crate) elapsed: String,
    pub(crate) outcome: Vec<String>,
    pub(crate) refused: Vec<Refused>,
    pub(crate) links: Vec<Link>,
    pub(crate) may_cancel: bool,
    pub(crate) log: Vec<Said>,
    pub(crate) same: Same,
}

web_page!(JobPage, Private);

/// A line of the log.
pub(crate) struct Said {
    pub(crate) at: String,
    pub(crate) text: String,
}

/// `GET /console/jobs/{job}`
pub(crate) async fn show(visitor: Visitor, Path([job]): Path<1>) -> Result<JobPage, PageError> {
    let job = id::<JobId>(&job)?;
    let job = long_jobs::get_job(visitor.db(), visitor.actor()?, job).await?;
    let shell = visitor.shell().await?.console("jobs");
    let name = job.id.to_string();
    let over = job.state.is_over();
    let ways: &[same::Way] = match (over, job.output_bytes) {
        (false, _) => &[same::JOB_WATCH, same::JOB_CANCEL],
        (true, Some(_)) => &[same::JOB_WATCH, same::JOB_OUTPUT],
        (true, None) => &[same::JOB_WATCH],
    };
    Ok(JobPage {
        crumbs: Crumbs::new(
            name_of(&job),
            vec![Link::new(t!("running-jobs"), shell.to("/console/jobs"))],
        ),
        heading: name_of(&job),
        lead: t!(
            "running-asked-by-2",
            subject = &job.subject,
            requested_by_name = &job.requested_by_name
        ),
        here: shell.to(&format!("/console/jobs/{name}")),
        over,
        state: badge(&job),
        stage: if over {
            String::new()
        } else {
            job.stage.clone()
        },
        bar: job
            .total
            .filter(|total| *total > 0)
            .map(|total| (job.done, total)),
        progress: progress(&job),
        elapsed: elapsed(&job, visitor.now()),
        outcome: job_outcome::words(&job),
        refused: job_outcome::refused(&job, &shell),
        links: job_outcome::links(&job, &shell, visitor.now()),
        may_cancel: !over && !job.cancelling,
        log: job
            .log
            .iter()
            .map(|line| Said {
                at: clock(line.at),
                text: line.text.clone(),
            })
            .collect(),
        same: visitor.same(ways, &[("job", &name), ("file", "job.ndjson")]),
        shell,
    })
}

/// How long it takes, or took.
fn elapsed(job: &JobView, now: OffsetDateTime) -> String {
    let Some(began) = job.started_at else {
        return t!("running-waits-for", span = &span(now - job.created_at));
    };
    match job.ended_at {
        Some(ended) => t!("running-took", span = &span(ended - began)),
        None => t!("running-runs-for", span = &span(now - began)),
    }
}

fn span(size: Duration) -> String {
    match size.whole_seconds().max(0) {
        seconds @ 0..60 => format!("{seconds} s"),
        _ => age(size),
    }
}

/// `POST /console/jobs/{job}/cancel`
pub(crate) async fn cancel(
    visitor: Visitor,
    Path([job]): Path<1>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, PageError> {
    let job = id::<JobId>(&job)?;
    let words = match long_jobs::cancel_job(visitor.db(), visitor.actor()?, job).await {
        Ok(done) if done.value.state.is_over() => Flash::good(t!("running-cancelled-2"), ""),
        Ok(_) => Flash::info(
            t!("running-it-stops"),
            t!("running-what-it-does-at-this-moment"),
        ),
        Err(refusal) => {
            let faults = faults_of(refusal)?;
            Flash::care(
                t!("running-nothing-changed"),
                faults.of(WHOLE_FORM).unwrap_or_default(),
            )
        }
    };
    visitor.tell(words).await?;
    Ok(visitor.go(&format!("/console/jobs/{job}")).into_response())
}

/// `GET /console/jobs/{job}/export`: what it wrote.
pub(crate) async fn download(
    visitor: Visitor,
    Path([job]): Path<1>,
) -> Result<Response, PageError> {
    let job = id::<JobId>(&job)?;
    let reader = long_jobs::job_output(visitor.db(), visitor.actor()?, job).await?;
    Ok(job_output(reader, job))
}
