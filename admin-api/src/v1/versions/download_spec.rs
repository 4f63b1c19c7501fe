//! Gives the description in force as it was published.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::visibility::Viewer;
use gatehouse_control_plane::{Db, apis, catalogue};
use gatehouse_web::{Path, Problem};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, ETAG};

use crate::edge::auth::{Caller, needs};
use crate::edge::conditional::content_tag;

/// Gives the description in force as it was published.
#[utoipa::path(
    get,
    path = "/v1/apis/{api}/versions/{version}/spec",
    tag = "apis",
    params(("api" = String, Path, description = "Id or slug of the API."), ("version" = String, Path, description = "Label of the version, such as `v1`.")),
    responses((status = 200, description = "The bytes that were published", content((serde_json::Value = "application/json"), (serde_json::Value = "application/yaml")))),
    security(("token" = ["catalogue.read"]), ("token" = ["api.read"]), ("token" = ["spec.publish"]))
)]
pub(crate) async fn download_spec(
    caller: Caller<needs::CatalogueSee>,
    State(db): State<Db>,
    Path((api, version)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let api = apis::get_api(&db, &caller, Lookup::from(api.as_str())).await?;
    let viewer = Viewer::Member(&caller);
    let (_, content) = catalogue::download_spec(&db, &viewer, &api.slug, &version).await?;
    Ok(as_file(&api.slug, &version, content))
}

/// Sent as an attachment: it is somebody's text, and never to be shown by a browser as a page of ours.
fn as_file(slug: &str, version: &str, content: Bytes) -> Response {
    let is_json = content.trim_ascii_start().first() == Some(&b'{');
    let (kind, ending) = match is_json {
        true => ("application/json", "json"),
        false => ("application/yaml", "yaml"),
    };
    let label: String = version
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let name = format!("attachment; filename=\"{slug}-{label}.{ending}\"");
    let tag = content_tag(&content);
    let mut response = content.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(ETAG, tag);
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(CONTENT_DISPOSITION, name);
    }
    response
}
