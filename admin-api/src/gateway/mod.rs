//! The control plane's side of the gateways' road: joining, the configuration feed, acknowledgements, usage.
//!
//! Paths, media types and bodies are those of [`gatehouse_snapshot::protocol`]; every request but joining is signed by the
//! gateway's own key ([`signed`]). A gateway sees its own group and nothing else.

mod ack;
mod config;
pub(crate) mod heads;
mod join;
mod signed;
mod usage;

use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Router};
use gatehouse_snapshot::protocol::{ACK, CONFIG, JOIN, USAGE};
use gatehouse_snapshot::usage::BATCH_BYTES_MAX;
use gatehouse_web::BodyLimit;
use gatehouse_web::edge::Routine;

use crate::state::AdminApi;

/// A small JSON body, bytes.
const SMALL: BodyLimit = BodyLimit(16 << 10);
/// An acknowledgement that asks about as many limits as one may, bytes.
const ASKING: BodyLimit = BodyLimit(512 << 10);

/// The four addresses gateways call.
pub(crate) fn router() -> Router<AdminApi> {
    let batches = BodyLimit(BATCH_BYTES_MAX);
    Router::new()
        .route(USAGE, post(usage::take_usage))
        .layer(Extension(batches))
        .merge(
            Router::new()
                .route(JOIN, post(join::join))
                .route(CONFIG, get(config::send_config))
                .layer(Extension(SMALL)),
        )
        .merge(
            Router::new()
                .route(ACK, post(ack::acknowledge))
                .layer(Extension(ASKING)),
        )
        .layer(map_response(routine))
}

/// Every gateway calls every second.
async fn routine(mut response: Response) -> Response {
    response.extensions_mut().insert(Routine);
    response
}
