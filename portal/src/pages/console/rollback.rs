//! `/console/releases/{release}/rollback`: shows what going back would change, then does exactly that.

use crate::address::Path;
use crate::form::Form;
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::Fact;
use crate::pages::console::notice::{skipped, without_notice};
use crate::pages::console::releases::{ThingChange, number, thing};
use crate::view::form::{Faults, Field, Hidden, faults_of};
use crate::view::parts::{Crumbs, Empty, Flash, Link};
use crate::view::same::{self, Same};
use crate::view::shell::{Shell, capital};
use crate::view::words::day;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::releases::{self, Announced, GoBack, RolledBack};
use gatehouse_domain::Permission;
use gatehouse_language::t;

/// What going back changes, what it leaves alone, and the one button.
#[derive(Template)]
#[template(path = "pages/console/rollback.html")]
pub(crate) struct RollbackPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) heading: String,
    pub(crate) lead: String,
    pub(crate) faults: Faults,
    pub(crate) action: String,
    pub(crate) seen: Hidden,
    /// What may be done besides: dropping what hangs on operations, giving no notice.
    pub(crate) fields: Vec<Field>,
    pub(crate) changes: Vec<ThingChange>,
    pub(crate) kept: Vec<Fact>,
    /// What goes back later.
    pub(crate) announced: Vec<Fact>,
    /// What hangs on operations that are gone then.
    pub(crate) orphans: Vec<String>,
    pub(crate) nothing: Empty,
    pub(crate) back: String,
    pub(crate) same: Same,
}

web_page!(RollbackPage, Private);

/// `GET /console/releases/{release}/rollback`
pub(crate) async fn show(
    visitor: Visitor,
    Path([release]): Path<1>,
) -> Result<RollbackPage, PageError> {
    let form = RollbackForm::default();
    page(&visitor, number(&release)?, &form, Faults::default()).await
}

async fn page(
    visitor: &Visitor,
    number: i64,
    form: &RollbackForm,
    faults: Faults,
) -> Result<RollbackPage, PageError> {
    let actor = visitor.require(Permission::ApiWrite)?;
    let rehearsal = actor.clone().on_a_dry_run();
    let told = releases::rollback(visitor.db(), &rehearsal, number, &GoBack::default()).await;
    let (done, faults) = match told {
        Ok(done) => (Some(done.value), faults),
        Err(refusal) => (None, faults_of(refusal)?),
    };
    let shell = visitor.shell().await?.console("releases");
    let here = shell.to(&format!("/console/releases/{number}"));
    let done = done.unwrap_or(RolledBack {
        rolled_back_to: number,
        number: None,
        changes: Vec::new(),
        kept: Vec::new(),
        announced: Vec::new(),
        orphans: Vec::new(),
        newest: 0,
    });
    Ok(RollbackPage {
        crumbs: Crumbs::new(
            t!("running-go-back"),
            vec![
                Link::new(t!("running-releases"), shell.to("/console/releases")),
                Link::new(t!("running-release", number = &number), here.clone()),
            ],
        ),
        heading: t!("running-go-back-to-release", number = &number),
        lead: t!(
            "running-and-makes-a-new-release-requests",
            n = t!("running-this-changes", count = done.changes.len())
        ),
        action: format!("{here}/rollback"),
        seen: Hidden::new("newest", done.newest.to_string()),
        fields: fields(visitor, &done, form, &faults)?,
        kept: done
            .kept
            .into_iter()
            .map(|kept| Fact::new(kept.resource, kept.reason))
            .collect(),
        announced: done.announced.into_iter().map(announced).collect(),
        orphans: done
            .orphans
            .iter()
            .map(|orphan| capital(&orphan.words()))
            .collect(),
        faults,
        changes: done.changes.into_iter().map(thing).collect(),
        nothing: Empty::new(
            t!("running-nothing-would-change"),
            t!("running-what-can-go-back-is-already"),
            Some(Link::new(t!("running-back-to-the-release"), here.clone())),
        ),
        back: here,
        same: visitor.same(
            &[same::RELEASE_ROLLBACK],
            &[("release", &number.to_string())],
        ),
        shell,
    })
}

/// "On 21 Dec 2026, when the notice of 3 subscriptions is over".
fn announced(plan: Announced) -> Fact {
    let many = usize::try_from(plan.subscriptions).unwrap_or_default();
    let who = t!("count-subscription", count = many);
    let words = t!(
        "running-lower-limits-or-shorter-spans-hold",
        day = &day(plan.effective_at),
        who = &who
    );
    Fact::new(plan.resource, words)
}

/// What may be done besides, where there is reason to.
fn fields(
    visitor: &Visitor,
    done: &RolledBack,
    form: &RollbackForm,
    faults: &Faults,
) -> Result<Vec<Field>, PageError> {
    let mut fields = Vec::new();
    if !done.orphans.is_empty() {
        let field = Field::check(
            "drop_orphans",
            t!("running-take-away-what-hangs-on-operations"),
            "yes",
        );
        fields.push(field.ticked(!form.drop_orphans.is_empty()).faults(faults));
    }
    if !done.announced.is_empty() && visitor.actor()?.may(Permission::TenantManage) {
        fields.extend(without_notice(&form.now, &form.reason, faults));
    }
    Ok(fields)
}

/// What was ticked and typed, and the release that the page was worked out from.
#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RollbackForm {
    newest: i64,
    #[serde(default)]
    drop_orphans: String,
    #[serde(default)]
    now: String,
    #[serde(default)]
    reason: String,
}

impl RollbackForm {
    fn how(&self) -> GoBack {
        GoBack {
            newest: Some(self.newest),
            drop_orphans: !self.drop_orphans.is_empty(),
            without_notice: skipped(&self.now, &self.reason),
        }
    }
}

/// `POST /console/releases/{release}/rollback`
pub(crate) async fn submit(
    visitor: Visitor,
    Path([release]): Path<1>,
    Form(form): Form<RollbackForm>,
) -> Result<Response, PageError> {
    let actor = visitor.require(Permission::ApiWrite)?;
    let number = number(&release)?;
    match releases::rollback(visitor.db(), actor, number, &form.how()).await {
        Ok(done) => {
            let Some(made) = done.value.number else {
                let words = Flash::info(
                    t!("running-nothing-changed"),
                    t!("running-everything-was-so-already"),
                );
                visitor.tell(words).await?;
                return Ok(visitor.go("/console/releases").into_response());
            };
            let words = Flash::good(
                t!(
                    "running-release-goes-back-to-release",
                    made = &made,
                    number = &number
                ),
                t!(
                    "running-it-changed",
                    count = &t!("count-thing", count = done.value.changes.len())
                ),
            );
            visitor.tell(words).await?;
            let path = match &done.change {
                Some(change) => format!("/console/changes/{}", change.id),
                None => format!("/console/releases/{made}"),
            };
            Ok(visitor.go(&path).into_response())
        }
        Err(refusal) => {
            let faults = faults_of(refusal)?;
            Ok(refused(page(&visitor, number, &form, faults).await?))
        }
    }
}
