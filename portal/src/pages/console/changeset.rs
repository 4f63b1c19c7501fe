//! `/console/configuration/{changeset}`: what a changeset changes, whom it concerns, and applying it.

use crate::address::{Path, id};
use crate::form::Form;
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::Fact;
use crate::pages::console::configuration::{mode, state};
use crate::pages::console::releases::{FieldDiff, ThingChange, value};
use crate::view::form::{Faults, Field, WHOLE_FORM, faults_of};
use crate::view::parts::{Badge, Crumbs, Flash, Link};
use crate::view::same::{self, Same};
use crate::view::shell::{Shell, capital};
use crate::view::words::{grouped, relative};
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::changesets::{self, ChangesetState, ChangesetView};
use gatehouse_domain::Permission;
use gatehouse_domain::id::ChangesetId;
use gatehouse_language::t;
use serde_json::Value;

/// One changeset: what it changes, whom it concerns, and the button that applies it.
#[derive(Template)]
#[template(path = "pages/console/changeset.html")]
pub(crate) struct ChangesetPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) lead: String,
    pub(crate) state: Badge,
    pub(crate) faults: Faults,
    pub(crate) facts: Vec<Fact>,
    pub(crate) refused: Option<String>,
    /// Where the form goes; none once it was applied.
    pub(crate) apply: Option<String>,
    pub(crate) reason: Field,
    pub(crate) release: Option<String>,
    pub(crate) changes: Vec<ThingChange>,
    pub(crate) same: Same,
}

web_page!(ChangesetPage, Private);

/// `GET /console/configuration/{changeset}`
pub(crate) async fn show(
    visitor: Visitor,
    Path([changeset]): Path<1>,
) -> Result<ChangesetPage, PageError> {
    page(&visitor, id(&changeset)?, "", Faults::default()).await
}

async fn page(
    visitor: &Visitor,
    changeset: ChangesetId,
    reason: &str,
    faults: Faults,
) -> Result<ChangesetPage, PageError> {
    let actor = visitor.require(Permission::ApiRead)?;
    let set = changesets::get_changeset(visitor.db(), actor, changeset).await?;
    let shell = visitor.shell().await?.console("configuration");
    let here = shell.to(&format!("/console/configuration/{changeset}"));
    // Applying asks for the rights of each thing it changes; who only reads has none of them.
    let may_write = actor.may(Permission::ApiWrite) || actor.may(Permission::PlanManage);
    let planned = set.state == ChangesetState::Planned;
    Ok(ChangesetPage {
        crumbs: Crumbs::new(
            t!("running-changeset"),
            vec![Link::new(
                t!("running-configuration"),
                shell.to("/console/configuration"),
            )],
        ),
        lead: t!(
            "running-by",
            mode = &mode(&set),
            created_by = &set.created_by,
            relative = &relative(set.created_at, visitor.now())
        ),
        state: state(&set),
        facts: facts(&set),
        apply: (planned && may_write).then_some(here),
        reason: Field::area("reason", t!("word-reason"), 500)
            .optional()
            .value(reason)
            .help(t!("running-needed-when-a-version-is-retired"))
            .faults(&faults),
        faults,
        release: set
            .release
            .map(|number| shell.to(&format!("/console/releases/{number}"))),
        changes: changes(&set.changes),
        refused: set.refused.filter(|_| planned),
        same: visitor.same(
            &[same::CHANGESET_APPLY],
            &[("changeset", &changeset.to_string())],
        ),
        shell,
    })
}

/// Whom all of it concerns, and where it came from.
fn facts(set: &ChangesetView) -> Vec<Fact> {
    let mut facts = reach(&set.impact);
    if let Some(source) = set.source.as_object() {
        let said = source.iter().filter_map(|(name, value)| {
            let label = capital(&name.replace('_', " "));
            value.as_str().map(|text| Fact::new(label, text))
        });
        facts.extend(said);
    }
    facts
}

fn reach(impact: &Value) -> Vec<Fact> {
    let number = |name: &str| grouped(impact[name].as_i64().unwrap_or(0));
    let mut facts = vec![
        Fact::new(
            t!("running-subscriptions-concerned"),
            number("subscriptions"),
        ),
        Fact::new(t!("running-applications-concerned"), number("applications")),
    ];
    let groups = impact["groups"].as_array().map_or(&[][..], Vec::as_slice);
    facts.extend(groups.iter().map(|group| {
        let name = group["group"].as_str().unwrap_or_default();
        let gateways = group["gateways"].as_u64().unwrap_or(0);
        let gateways = usize::try_from(gateways).unwrap_or(0);
        Fact::new(
            t!("running-group", name = &name),
            t!("count-gateway", count = gateways),
        )
    }));
    facts
}

fn changes(stored: &Value) -> Vec<ThingChange> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let stored = stored.as_array().map_or(&[][..], Vec::as_slice);
    let thing = |change: &Value| ThingChange {
        resource: text(&change["resource"]),
        state: match change["action"].as_str().unwrap_or_default() {
            "create" => Badge::good(t!("word-made")),
            "delete" => Badge::stopped(t!("running-ended")),
            "release" => Badge::plain(t!("running-no-longer-owned-by-files")),
            _ => Badge::care(t!("running-changed")),
        },
        fields: change["fields"]
            .as_array()
            .map_or(&[][..], Vec::as_slice)
            .iter()
            .map(|field| FieldDiff {
                name: text(&field["pointer"])
                    .trim_start_matches("/spec/")
                    .to_owned(),
                before: value(&field["before"]),
                after: value(&field["after"]),
            })
            .collect(),
    };
    stored.iter().map(thing).collect()
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApplyForm {
    #[serde(default)]
    reason: String,
}

/// `POST /console/configuration/{changeset}`
pub(crate) async fn apply(
    visitor: Visitor,
    Path([changeset]): Path<1>,
    Form(form): Form<ApplyForm>,
) -> Result<Response, PageError> {
    let (db, actor) = (visitor.db(), visitor.actor()?);
    let changeset = id(&changeset)?;
    match changesets::apply_changeset(db, actor, changeset, &form.reason).await {
        Ok(done) => {
            visitor
                .tell(Flash::good(
                    t!("running-applied"),
                    t!("running-all-of-it-as-one-change"),
                ))
                .await?;
            let path = match &done.change {
                Some(change) => format!("/console/changes/{}", change.id),
                None => format!("/console/configuration/{changeset}"),
            };
            Ok(visitor.go(&path).into_response())
        }
        Err(refusal) => {
            let mut faults = faults_of(refusal)?;
            // Faults of files have fields that this form does not show.
            if faults.of("reason").is_none() && faults.of(WHOLE_FORM).is_none() {
                faults = faults.whole();
            }
            let page = page(&visitor, changeset, &form.reason, faults).await?;
            Ok(refused(page))
        }
    }
}
