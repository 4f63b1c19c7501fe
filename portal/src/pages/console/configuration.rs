//! `/console/configuration`: what files own, where things are no longer what files said, and the changesets.

use crate::address::Query;
use crate::form::Form;
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::console::releases::{FieldDiff, ThingChange, value};
use crate::pages::list_of::{After, older};
use crate::view::form::{Choice, Faults, Field, faults_of};
use crate::view::parts::{Badge, Empty, Flash, Pages};
use crate::view::same::{self, Same};
use crate::view::shell::{Shell, capital};
use crate::view::words::{When, grouped};
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::changesets::{self, ChangesetState, ChangesetView};
use gatehouse_control_plane::drift::{self, ConfigurationView, DriftView, InteractiveEdits};
use gatehouse_domain::Permission;
use gatehouse_language::t;

/// Drift, the rule for edits by hand, and changesets.
#[derive(Template)]
#[template(path = "pages/console/configuration.html")]
pub(crate) struct ConfigurationPage {
    pub(crate) shell: Shell,
    pub(crate) lead: String,
    pub(crate) faults: Faults,
    pub(crate) here: String,
    pub(crate) may_manage: bool,
    pub(crate) row_version: i32,
    pub(crate) edits: Field,
    pub(crate) changes: Vec<ThingChange>,
    pub(crate) no_drift: Empty,
    pub(crate) rows: Vec<ChangesetRow>,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
    pub(crate) same: Same,
}

web_page!(ConfigurationPage, Private);

pub(crate) struct ChangesetRow {
    pub(crate) id: String,
    pub(crate) href: String,
    pub(crate) mode: String,
    pub(crate) changes: String,
    pub(crate) who: String,
    pub(crate) at: When,
    pub(crate) state: Badge,
}

/// `GET /console/configuration`
pub(crate) async fn show(
    visitor: Visitor,
    Query(after): Query<After>,
) -> Result<ConfigurationPage, PageError> {
    page(&visitor, &after, Faults::default()).await
}

async fn page(
    visitor: &Visitor,
    after: &After,
    faults: Faults,
) -> Result<ConfigurationPage, PageError> {
    let (db, actor) = (visitor.db(), visitor.require(Permission::ApiRead)?);
    let kept = drift::get_configuration(db, actor).await?;
    let drifted = drift::list_drift(db, actor).await?;
    let listed = changesets::list_changesets(db, actor, &after.page()).await?;
    let shell = visitor.shell().await?.console("configuration");
    let path = "/console/configuration";
    Ok(ConfigurationPage {
        lead: lead(&kept),
        faults,
        here: shell.to(path),
        may_manage: shell.may_everywhere(Permission::TenantManage),
        row_version: kept.row_version,
        edits: edits(kept.interactive_edits),
        changes: drifted.into_iter().map(drifted_thing).collect(),
        no_drift: Empty::new(
            t!("running-nothing-drifted"),
            t!("running-everything-that-files-state-is-as"),
            None,
        ),
        pages: older(path, &shell, listed.data.len(), listed.next, after),
        rows: listed
            .data
            .into_iter()
            .map(|one| row(one, visitor, &shell))
            .collect(),
        empty: Empty::new(
            t!("running-no-changesets-yet"),
            t!("running-gatehouse-diff-and-gatehouse-apply-make"),
            None,
        ),
        same: visitor.same(&[same::DRIFT, same::CHANGESET_APPLY], &[]),
        shell,
    })
}

fn lead(kept: &ConfigurationView) -> String {
    let managed = usize::try_from(kept.managed).unwrap_or(0);
    match managed {
        0 => t!("running-no-file-owns-anything-here-yet"),
        n => t!(
            "running-files-own-something-of-release-is",
            count = &t!("count-thing", count = n),
            grouped = &grouped(kept.release)
        ),
    }
}

fn edits(now: InteractiveEdits) -> Field {
    let choices = vec![
        Choice::new("record", t!("running-are-done-and-told-as-drift")),
        Choice::new("refuse", t!("running-are-refused-and-say-where-to")),
    ];
    Field::select("edits", t!("running-edits-by-hand-of-what-files"), choices).value(match now {
        InteractiveEdits::Record => "record",
        InteractiveEdits::Refuse => "refuse",
    })
}

fn drifted_thing(drift: DriftView) -> ThingChange {
    ThingChange {
        state: match drift.missing {
            true => Badge::stopped(t!("running-gone")),
            false => Badge::care(t!("running-differs")),
        },
        resource: drift.resource,
        fields: drift
            .fields
            .into_iter()
            .map(|field| FieldDiff {
                name: field.pointer.trim_start_matches("/spec/").to_owned(),
                before: value(&field.configured),
                after: value(&field.actual),
            })
            .collect(),
    }
}

fn row(set: ChangesetView, visitor: &Visitor, shell: &Shell) -> ChangesetRow {
    ChangesetRow {
        href: shell.to(&format!("/console/configuration/{}", set.id)),
        mode: mode(&set),
        changes: set.changes.as_array().map_or(0, Vec::len).to_string(),
        state: state(&set),
        at: When::ago(set.created_at, visitor.now()),
        id: set.id.to_string(),
        who: set.created_by,
    }
}

/// "Apply", "Sync checkout".
pub(super) fn mode(set: &ChangesetView) -> String {
    let mode = serde_json::to_value(set.mode).unwrap_or_default();
    let mode = capital(mode.as_str().unwrap_or_default());
    match &set.scope {
        Some(scope) => format!("{mode} {scope}"),
        None => mode,
    }
}

/// The badge of a changeset.
pub(super) fn state(set: &ChangesetView) -> Badge {
    match (set.state, &set.refused) {
        (ChangesetState::Applied, _) => Badge::good(t!("running-applied-2")),
        (ChangesetState::Planned, Some(_)) => Badge::care(t!("running-needs-somebody-else")),
        (ChangesetState::Planned, None) => Badge::waiting(t!("running-planned")),
    }
}

/// The rule the form was shown with is the one it changes.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EditsForm {
    row_version: i32,
    edits: InteractiveEdits,
}

/// `POST /console/configuration`
pub(crate) async fn submit(
    visitor: Visitor,
    Form(form): Form<EditsForm>,
) -> Result<Response, PageError> {
    let actor = visitor.require(Permission::TenantManage)?;
    let version = Some(form.row_version);
    match drift::set_interactive_edits(visitor.db(), actor, version, form.edits).await {
        Ok(_) => {
            visitor
                .tell(Flash::good(
                    t!("running-saved"),
                    t!("running-it-holds-from-the-next-edit"),
                ))
                .await?;
            Ok(visitor.go("/console/configuration").into_response())
        }
        Err(refusal) => {
            let faults = faults_of(refusal)?;
            Ok(refused(page(&visitor, &After::default(), faults).await?))
        }
    }
}
