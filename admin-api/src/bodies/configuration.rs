//! Configuration as code: files, changesets, releases, drift.

use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{Orphan, ids};

/// Files of a folder.
#[derive(Debug, ToSchema)]
pub struct Files {
    /// In the order of their paths.
    pub files: Vec<File>,
}

/// A file.
#[derive(Debug, ToSchema)]
pub struct File {
    /// Relative to the folder, with forward slashes.
    pub path: String,
    /// Its text.
    pub content: String,
}

/// What files change, to be looked at and applied.
#[derive(Debug, ToSchema)]
pub struct Changeset {
    /// Identity.
    pub id: ids::ChangesetId,
    /// `apply` never takes anything away; `sync` does, inside its scope.
    pub mode: ChangesetMode,
    /// The scope.
    pub scope: Option<String>,
    /// Commit, branch, run and file it comes from, as far as they were said.
    #[schema(value_type = Object)]
    pub source: serde_json::Value,
    /// Whether it was applied.
    pub state: ChangesetState,
    /// What changes, in order.
    pub changes: Vec<ResourceChange>,
    /// Whom all of it concerns together.
    pub impact: Impact,
    /// Digest of what it was worked out from.
    pub base: String,
    /// What its maker may not do; another has to apply it.
    pub refused: Option<String>,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it was applied.
    pub applied_at: Option<OffsetDateTime>,
    /// The release that made; null while it is planned, and when nothing changed.
    pub release: Option<i64>,
}

/// What files may do.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum ChangesetMode {
    /// Make and change; never take away.
    Apply,
    /// Also take away what the scope has and the files do not.
    Sync,
}

/// Whether a changeset was applied.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum ChangesetState {
    /// It can be, as long as its base is what it was.
    Planned,
    /// It was.
    Applied,
}

/// What happens to one thing.
#[derive(Debug, ToSchema)]
pub struct ResourceChange {
    /// Which, as files name it: `plan/pets/gold`.
    pub resource: String,
    /// `create`, `update`, `delete` (it is ended) or `release` (it stays, and files no longer own anything of it).
    pub action: String,
    /// The file that says so.
    pub file: Option<String>,
    /// Field by field.
    pub fields: Vec<FieldChange>,
    /// Whom it concerns.
    pub impact: Impact,
}

/// One field that changes.
#[derive(Debug, ToSchema)]
pub struct FieldChange {
    /// JSON pointer (RFC 6901) into the resource.
    pub pointer: String,
    /// What it is.
    pub before: Option<serde_json::Value>,
    /// What it shall be.
    pub after: Option<serde_json::Value>,
}

/// Whom a change concerns.
#[derive(Debug, ToSchema)]
pub struct Impact {
    /// Subscriptions in force or waiting.
    pub subscriptions: i64,
    /// Applications that have them.
    pub applications: i64,
    /// Groups of gateways that get it.
    pub groups: Vec<GroupReach>,
}

/// A group of gateways that gets a change.
#[derive(Debug, ToSchema)]
pub struct GroupReach {
    /// Its slug.
    pub group: String,
    /// How many gateways it has.
    pub gateways: i64,
}

/// A numbered configuration.
#[derive(Debug, ToSchema)]
pub struct Release {
    /// Counts from 1 without gaps.
    pub number: i64,
    /// What was done, as the audit log calls it.
    pub kind: String,
    /// The id of what it was done to.
    pub subject: String,
    /// Some of what it changed, as files name it: first what it was done to. At most three.
    pub things: Vec<String>,
    /// `user`, `token` or `system`.
    pub actor_type: String,
    /// By whom, as they were called then.
    pub actor_name: String,
    /// Commit, branch, run and file it came from, as far as they were said.
    #[schema(value_type = Object)]
    pub source: serde_json::Value,
    /// The changeset that made it.
    pub changeset_id: Option<ids::ChangesetId>,
    /// The release it went back to.
    pub rolled_back_to: Option<i64>,
    /// The change that carried it to the gateways; null when they need not know.
    pub change_id: Option<ids::ChangeId>,
    /// How many things it changed.
    pub changes: i64,
    /// When it was committed.
    pub created_at: OffsetDateTime,
    /// The gateways that run this release now.
    pub gateways: Vec<ReleaseGateway>,
}

/// A gateway that runs a release.
#[derive(Debug, ToSchema)]
pub struct ReleaseGateway {
    /// Which.
    pub id: ids::NodeId,
    /// Its name.
    pub name: String,
}

/// What lies between two releases.
#[derive(Debug, ToSchema)]
pub struct ReleaseDiff {
    /// The one it is told from; 0 is nothing at all.
    pub from: i64,
    /// The one it is told of.
    pub to: i64,
    /// Every thing that differs.
    pub changes: Vec<ReleaseChange>,
}

/// What a release changed in one thing.
#[derive(Debug, ToSchema)]
pub struct ReleaseChange {
    /// Which, as files name it.
    pub resource: String,
    /// `create`, `update` or `delete`.
    pub action: String,
    /// Field by field.
    pub fields: Vec<FieldChange>,
}

/// What going back to a release did.
#[derive(Debug, ToSchema)]
pub struct RolledBack {
    /// The release whose configuration is in force again.
    pub rolled_back_to: i64,
    /// The release this made; null on a dry run and when everything was so already.
    pub number: Option<i64>,
    /// What changed.
    pub changes: Vec<ReleaseChange>,
    /// What stays as it is, and why.
    pub kept: Vec<Kept>,
    /// What takes something from subscribers, and so goes back when their notice is over.
    pub announced: Vec<Announced>,
    /// What hangs on operations that are gone then: dropped, or, on a dry run, what stands in the way.
    pub orphans: Vec<Orphan>,
    /// The newest release before this.
    pub newest: i64,
}

/// Lower limits or shorter spans of a plan that somebody has.
#[derive(Debug, ToSchema)]
pub struct Announced {
    /// Which plan, as files name it.
    pub resource: String,
    /// When it goes back.
    pub effective_at: OffsetDateTime,
    /// Subscriptions that are given notice.
    pub subscriptions: i64,
}

/// Something a rollback leaves alone.
#[derive(Debug, ToSchema)]
pub struct Kept {
    /// Which, as files name it.
    pub resource: String,
    /// Why.
    pub reason: String,
}

/// How configuration is kept, and how much of it there is.
#[derive(Debug, ToSchema)]
pub struct Configuration {
    /// What happens to edits by hand of what files own.
    pub interactive_edits: InteractiveEdits,
    /// Things that files state something of.
    pub managed: i64,
    /// The newest release; 0 before the first.
    pub release: i64,
    /// For If-Match.
    pub row_version: i32,
}

/// What happens to edits by hand of what files own.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum InteractiveEdits {
    /// They are done, and told as drift until the next apply.
    Record,
    /// They are refused.
    Refuse,
}

/// A thing that is no longer what files said.
#[derive(Debug, ToSchema)]
pub struct Drift {
    /// Which, as files name it.
    pub resource: String,
    /// The scope it is kept in.
    pub scope: Option<String>,
    /// The changeset that last stated it.
    pub changeset_id: ids::ChangesetId,
    /// When that was applied.
    pub applied_at: OffsetDateTime,
    /// Whether it is not there at all.
    pub missing: bool,
    /// The fields that differ.
    pub fields: Vec<DriftField>,
}

/// A field that differs.
#[derive(Debug, ToSchema)]
pub struct DriftField {
    /// JSON pointer (RFC 6901) into the resource.
    pub pointer: String,
    /// What files last said.
    pub configured: Option<serde_json::Value>,
    /// What it is.
    pub actual: Option<serde_json::Value>,
}
