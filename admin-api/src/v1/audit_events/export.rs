//! Downloads the whole audit log.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use gatehouse_control_plane::audit::{Export, ExportReader};
use gatehouse_control_plane::refusal::Refusal;
use gatehouse_control_plane::{Db, audit};
use gatehouse_web::{Problem, Query};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use http_body::{Body, Frame};
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
    let (form, kind, name) = match query.format.unwrap_or_default() {
        Format::Ndjson => (Export::Ndjson, "application/x-ndjson", "audit.ndjson"),
        Format::Csv => (Export::Csv, "text/csv; charset=utf-8", "audit.csv"),
    };
    let reader = audit::export(&db, &caller, form).await?;
    let mut response = axum::body::Body::new(ExportBody::new(reader)).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let name = format!("attachment; filename=\"{name}\"");
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(CONTENT_DISPOSITION, name);
    }
    Ok(response)
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

type Piece = (Box<ExportReader>, Result<Option<String>, Refusal>);

/// Reads as its reader takes it. A fault cuts the answer short, which its reader notices.
struct ExportBody(Option<Pin<Box<dyn Future<Output = Piece> + Send>>>);

impl ExportBody {
    fn new(reader: ExportReader) -> Self {
        Self(Some(Box::pin(read(Box::new(reader)))))
    }
}

async fn read(mut reader: Box<ExportReader>) -> Piece {
    let piece = reader.next().await;
    (reader, piece)
}

impl Body for ExportBody {
    type Data = Bytes;
    type Error = Refusal;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Refusal>>> {
        let Some(reading) = &mut self.0 else {
            return Poll::Ready(None);
        };
        let (reader, piece) = std::task::ready!(reading.as_mut().poll(context));
        self.0 = match &piece {
            Ok(Some(_)) => Some(Box::pin(read(reader))),
            Ok(None) => None,
            Err(error) => {
                let error = error as &dyn std::error::Error;
                tracing::error!(error, "an export of the audit log broke off");
                None
            }
        };
        Poll::Ready(
            piece
                .transpose()
                .map(|piece| piece.map(|text| Frame::data(text.into()))),
        )
    }
}
