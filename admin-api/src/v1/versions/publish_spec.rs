//! Publishes a description: OpenAPI 3.0 or 3.1 or Swagger 2.0, JSON or YAML.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::publishing::{self, Outcome, PublishRefusal, PublishSpec, Source};
use gatehouse_control_plane::{Actor, FieldFault, Refusal, long_jobs};
use gatehouse_web::extract::read_body_up_to;
use gatehouse_web::{BodyLimit, Path, Problem, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};
use crate::edge::prefer::{RespondAsync, as_job};
use crate::state::AdminApi;

/// Publishes a description: OpenAPI 3.0 or 3.1 or Swagger 2.0, JSON or YAML.
///
/// The same bytes again change nothing. A description with faults is refused with their places, and nothing is stored.
/// The version is made when there is none.
///
/// Limits of plans and choices of products that name an operation which is gone are an error, or dropped when asked to.
///
/// What breaks callers of the description in force is refused with `breaking_changes` and a report that names them, unless it
/// is accepted: by entries of `x-gatehouse-accept` in the description, or by an approver, who finds it among the revisions.
///
/// With `Prefer: respond-async` (RFC 7240) it is published by a job, which is answered at once; the job's `result` is then what this
/// would have answered, or what stands in the way.
#[utoipa::path(
    put,
    path = "/v1/apis/{api}/versions/{version}/spec",
    tag = "apis",
    params(("api" = String, Path, description = "Id or slug of the API."), ("version" = String, Path, description = "Label of the version, such as `v1`."), PublishQuery, ("Prefer" = Option<String>, Header, description = "`respond-async`: answer with a job.")),
    request_body(content = String, content_type = "application/octet-stream", description = "The description as it is, at most 50 MiB; its type is found out"),
    responses(
        (status = 200, description = "The version has this description now, or had it already", body = bodies::Changed<bodies::Published>),
        (status = 201, description = "The version was made", body = bodies::Changed<bodies::Published>),
        (status = 202, description = "The job that publishes it", body = bodies::Changed<bodies::Job>)
    ),
    security(("token" = ["spec.publish"]))
)]
pub(crate) async fn publish_spec(
    caller: Caller<needs::SpecPublish>,
    State(state): State<AdminApi>,
    Path((api, version)): Path<(String, String)>,
    Query(query): Query<PublishQuery>,
    RespondAsync(respond_async): RespondAsync,
    request: Request,
) -> Result<Response, Problem> {
    let limit = BodyLimit(usize::try_from(state.limits.spec).unwrap_or(usize::MAX));
    let content = read_body_up_to(request, limit).await?;
    let mut input = query.of(&api, version, caller.is_dry_run());
    input.content = content;
    published(&state, &caller, respond_async, input).await
}

/// Publishes, at once or by a job.
pub(super) async fn published(
    state: &AdminApi,
    actor: &Actor,
    respond_async: bool,
    input: PublishSpec,
) -> Result<Response, Problem> {
    if respond_async && !input.dry_run {
        let begun = long_jobs::publish_as_job(&state.db, actor, input).await;
        let begun = begun.map_err(|refusal| in_query(refusal.into()))?;
        return Ok(as_job(&begun));
    }
    let mut changed = publishing::publish_spec(&state.db, actor, input)
        .await
        .map_err(in_query)?;
    for address in &mut changed.value.addresses {
        let url = || state.links.gateway().join(&address.path);
        address.url.get_or_insert_with(url);
    }
    let made = changed.value.outcome == Outcome::Created;
    Ok(Mutation::put(&changed, made).into_response())
}

/// Where the description comes from, and what may be made for it.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PublishQuery {
    /// Whether to make the API when there is none.
    create: Option<bool>,
    /// Whether to take away limits and choices of operations that the description no longer has; without it they are an error.
    drop_orphans: Option<bool>,
    /// The commit it was built from.
    commit: Option<String>,
    /// The branch it was built from.
    branch: Option<String>,
    /// Address or number of the run that sends it.
    ci_run: Option<String>,
    /// Its path in the repository.
    file: Option<String>,
    /// Who wrote the change.
    author: Option<String>,
    /// Read by the layer in front; named here because it is a parameter.
    #[param(ignore)]
    #[serde(rename = "dry_run")]
    _dry_run: Option<bool>,
}

impl PublishQuery {
    /// What is to be published, its content still to come.
    pub(super) fn of(self, api: &str, version: String, dry_run: bool) -> PublishSpec {
        PublishSpec {
            api: Lookup::from(api),
            version,
            content: Bytes::new(),
            source: Source {
                commit: self.commit,
                branch: self.branch,
                ci_run: self.ci_run,
                url: None,
                file: self.file,
                author: self.author,
            },
            create: self.create.unwrap_or_default(),
            dry_run,
            drop_orphans: self.drop_orphans.unwrap_or_default(),
        }
    }
}

/// The source is sent in the query, so its faults point there.
pub(super) fn in_query(refusal: PublishRefusal) -> Problem {
    let PublishRefusal::Refused(Refusal::Invalid(faults)) = refusal else {
        return refusal.into();
    };
    let faults = faults
        .into_iter()
        .map(|fault| match fault.pointer.strip_prefix("/source/") {
            Some(name) => FieldFault {
                pointer: format!("?{name}"),
                ..fault
            },
            None => fault,
        });
    Refusal::Invalid(faults.collect()).into()
}
