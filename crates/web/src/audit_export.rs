//! The audit log as a download, written as fast as its reader takes it.

use axum::response::Response;
use gatehouse_control_plane::audit::{Export, ExportReader};

use crate::streamed;

/// An answer with the whole log in `form`, to be saved as a file.
pub fn download(reader: ExportReader, form: Export) -> Response {
    let (kind, name) = match form {
        Export::Ndjson => ("application/x-ndjson", "audit.ndjson"),
        Export::Csv => ("text/csv; charset=utf-8", "audit.csv"),
    };
    let body = streamed::body(Box::new(reader), |mut reader| async move {
        Ok(reader.next().await?.map(|piece| (piece, reader)))
    });
    streamed::as_download(body, kind, name)
}
