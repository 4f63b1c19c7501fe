//! Publishes a description: OpenAPI 3.0 or 3.1 or Swagger 2.0, JSON or YAML.

use axum::extract::{Request, State};
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::publishing::{self, Outcome, PublishRefusal, PublishSpec, Source};
use gatehouse_control_plane::{Db, FieldFault, Refusal};
use gatehouse_web::extract::read_body_up_to;
use gatehouse_web::{BodyLimit, Path, Problem, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};
use crate::settings::Limits;
use crate::state::Links;

/// Publishes a description: OpenAPI 3.0 or 3.1 or Swagger 2.0, JSON or YAML.
///
/// The same bytes again change nothing. A description with faults is refused with their places, and nothing is stored.
/// The version is made when there is none.
///
/// What breaks callers of the description in force is refused with `breaking_changes` and a report that names them, unless it
/// is accepted: by entries of `x-gatehouse-accept` in the description, or by an approver, who finds it among the revisions.
#[utoipa::path(
    put,
    path = "/v1/apis/{api}/versions/{version}/spec",
    tag = "apis",
    params(("api" = String, Path, description = "Id or slug of the API."), ("version" = String, Path, description = "Label of the version, such as `v1`."), PublishQuery),
    request_body(content = String, content_type = "application/octet-stream", description = "The description as it is, at most 50 MiB; its type is found out"),
    responses(
        (status = 200, description = "The version has this description now, or had it already", body = bodies::Changed<bodies::Published>),
        (status = 201, description = "The version was made", body = bodies::Changed<bodies::Published>)
    ),
    security(("token" = ["spec.publish"]))
)]
pub(crate) async fn publish_spec(
    caller: Caller<needs::SpecPublish>,
    State(db): State<Db>,
    State(limits): State<Limits>,
    State(links): State<Links>,
    Path((api, version)): Path<(String, String)>,
    Query(query): Query<PublishQuery>,
    request: Request,
) -> Result<Mutation, Problem> {
    let limit = BodyLimit(usize::try_from(limits.spec).unwrap_or(usize::MAX));
    let content = read_body_up_to(request, limit).await?;
    let input = PublishSpec {
        api: Lookup::from(api.as_str()),
        version,
        content,
        source: Source {
            commit: query.commit,
            branch: query.branch,
            ci_run: query.ci_run,
            file: query.file,
            author: query.author,
        },
        create: query.create.unwrap_or_default(),
        dry_run: caller.is_dry_run(),
    };
    let mut changed = publishing::publish_spec(&db, &caller, input)
        .await
        .map_err(in_query)?;
    for address in &mut changed.value.addresses {
        let url = || links.gateway().join(&address.path);
        address.url.get_or_insert_with(url);
    }
    let made = changed.value.outcome == Outcome::Created;
    Ok(Mutation::put(&changed, made))
}

/// Where the description comes from, and what may be made for it.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PublishQuery {
    /// Whether to make the API when there is none.
    create: Option<bool>,
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

/// The source is sent in the query, so its faults point there.
fn in_query(refusal: PublishRefusal) -> Problem {
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
