//! `GET /logo/{sha256}`: the tenant's logo, named by its content.

use crate::address::Path;
use crate::page_error::PageError;
use crate::visitor::Visitor;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::branding;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

/// Kept by the browser for good: another logo has another address. Not by caches between: answers may begin a visit.
const FOR_GOOD: &str = "private, max-age=31536000, immutable";

pub(crate) async fn show(visitor: Visitor, Path([sha256]): Path<1>) -> Result<Response, PageError> {
    let logo = branding::logo(visitor.db(), visitor.tenant()?.id, &sha256).await?;
    let headers = [
        (CONTENT_TYPE, logo.media_type),
        (CACHE_CONTROL, FOR_GOOD.to_owned()),
    ];
    Ok((headers, logo.content).into_response())
}
