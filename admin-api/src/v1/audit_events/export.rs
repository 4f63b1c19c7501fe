//! Downloads the whole audit log.

use axum::extract::State;
use axum::response::Response;
use gatehouse_control_plane::audit::Export;
use gatehouse_control_plane::{Db, audit};
use gatehouse_web::{Problem, Query, audit_export};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::edge::auth::{Caller, needs};

/// Downloads the whole audit log, a record a line, oldest first.
///
/// As NDJSON it can be verified far from here, with `gatehouse audit verify --file`; as CSV it is for spreadsheets, and no cell
/// is taken for a formula.
#[utoipa::path(
    get,
    path = "/v1/audit-events/export",
    tag = "audit-events",
    params(ExportQuery),
    responses((status = 200, description = "The records", content((String = "application/x-ndjson"), (String = "text/csv")))),
    security(("token" = ["audit.read"]))
)]
pub(crate) async fn export_audit_events(
    caller: Caller<needs::AuditRead>,
    State(db): State<Db>,
    Query(query): Query<ExportQuery>,
) -> Result<Response, Problem> {
    let form = match query.format.unwrap_or_default() {
        Format::Ndjson => Export::Ndjson,
        Format::Csv => Export::Csv,
    };
    let reader = audit::export(&db, &caller, form).await?;
    Ok(audit_export::download(reader, form))
}

/// How to write it.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportQuery {
    /// NDJSON unless asked otherwise.
    #[param(inline)]
    format: Option<Format>,
}

/// The forms of an export.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Format {
    /// One JSON object a line.
    #[default]
    Ndjson,
    /// Comma-separated values (RFC 4180).
    Csv,
}
