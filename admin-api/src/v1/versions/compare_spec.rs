//! Says what a description would change for callers.

use axum::extract::{Request, State};
use gatehouse_control_plane::Db;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::publishing::{self, CompareSpec, Orphan};
use gatehouse_spec::gate::{self, Report};
use gatehouse_web::extract::read_body_up_to;
use gatehouse_web::{BodyLimit, Path, Problem};
use serde::Serialize;

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};
use crate::settings::Limits;

/// Says what a description would change for callers, and publishes nothing.
///
/// It is compared with the one in force; when the version has none, with that of the newest version that is served. Breaking
/// changes are crossed with the calls of the last 30 days. Limits of plans and choices of products that name an operation which
/// would be gone are told.
#[utoipa::path(
    post,
    path = "/v1/apis/{api}/versions/{version}/compare",
    tag = "apis",
    params(("api" = String, Path, description = "Id or slug of the API."), ("version" = String, Path, description = "Label of the version, such as `v1`.")),
    request_body(content = String, content_type = "application/octet-stream", description = "The description as it is, at most 50 MiB; its type is found out"),
    responses((status = 200, description = "What it would change", body = bodies::Compared)),
    security(("token" = ["spec.publish"]), ("token" = ["api.read"]))
)]
pub(crate) async fn compare_spec(
    caller: Caller<needs::SpecCompare>,
    State(db): State<Db>,
    State(limits): State<Limits>,
    Path((api, version)): Path<(String, String)>,
    request: Request,
) -> Result<Single<Compared>, Problem> {
    let limit = BodyLimit(usize::try_from(limits.spec).unwrap_or(usize::MAX));
    let input = CompareSpec {
        api: Lookup::from(api.as_str()),
        version,
        content: read_body_up_to(request, limit).await?,
    };
    let publishing::Compared { report, orphans } =
        publishing::compare_spec(&db, &caller, input).await?;
    let mut comment = gate::comment(&report, None);
    if !orphans.is_empty() {
        comment.push_str("\n\nOn operations that would be gone hangs something:\n");
        let lines = orphans
            .iter()
            .map(|orphan| format!("\n- {}", orphan.words()));
        comment.extend(lines);
    }
    Ok(Single(Compared {
        headline: report.headline(),
        comment,
        orphans,
        report,
    }))
}

/// A report with the same in words.
#[derive(Debug, Serialize)]
pub(crate) struct Compared {
    headline: String,
    comment: String,
    orphans: Vec<Orphan>,
    #[serde(flatten)]
    report: Report,
}
