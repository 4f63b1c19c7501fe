//! Tells how much an application has called, over a time that ends now.

use axum::extract::State;
use gatehouse_control_plane::usage::UsageRange;
use gatehouse_control_plane::{Db, usage};
use gatehouse_web::{FieldError, Path, Problem, ProblemKind, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use super::application_id::application_id;
use crate::bodies;
use crate::bodies::words;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Tells how much an application has called, over a time that ends now.
#[utoipa::path(
    get,
    path = "/v1/applications/{application}/usage",
    tag = "usage",
    params(("application" = String, Path, description = "Id or slug of the application."), UsageQuery),
    responses((status = 200, description = "The usage", body = bodies::Usage)),
    security(("token" = ["usage.read_any"]), ("token" = ["application.manage"]), ("token" = ["application.manage_any"]))
)]
pub(crate) async fn get_application_usage(
    caller: Caller<needs::UsageSee>,
    State(db): State<Db>,
    Path(application): Path<String>,
    Query(query): Query<UsageQuery>,
) -> Result<Single<usage::UsageView>, Problem> {
    let application = application_id(&db, &caller, &application).await?;
    let range = query.range()?;
    let usage = usage::application_usage(&db, &caller, application, range).await?;
    Ok(Single(usage))
}

/// Over which time.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct UsageQuery {
    /// Without it the last day by hours.
    #[param(value_type = Option<words::UsageRange>)]
    range: Option<String>,
}

impl UsageQuery {
    pub(super) fn range(&self) -> Result<UsageRange, Problem> {
        let Some(text) = &self.range else {
            return Ok(UsageRange::Day);
        };
        UsageRange::parse(text).ok_or_else(|| {
            let detail = "Use hour, day, 14d or 90d.";
            Problem::new(ProblemKind::Invalid).field(FieldError::new("?range", "unknown", detail))
        })
    }
}
