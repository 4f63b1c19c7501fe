//! Single calls of an application, as its own people read them.

use gatehouse_domain::id::ApplicationId;
use serde::Serialize;
use time::OffsetDateTime;
use uuid::Uuid;

use super::read::reader;
use crate::actor::Actor;
use crate::db::Db;
use crate::page::{Listed, Page};
use crate::refusal::Refusal;

/// One call, as the application's own people see it.
#[derive(Debug, Clone, Serialize)]
pub struct CallView {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// The request id without its prefix, as a UUID.
    pub request_id: Uuid,
    /// Method.
    pub method: String,
    /// Path without query.
    pub path: String,
    /// Status sent.
    pub status: i32,
    /// `ok`, or the problem code.
    pub reason: String,
    /// Whole time, microseconds.
    pub latency_us: i64,
    /// Slug of the environment.
    pub environment: Option<String>,
    /// Whether it was made from the portal's console, without a key.
    pub console: bool,
}

/// Which calls a list has.
#[derive(Debug, Clone, Default)]
pub struct CallFilter {
    /// The first digit of the status: 2 to 5.
    pub class: Option<i32>,
    /// Slug of the API.
    pub api: Option<String>,
    /// Made since.
    pub since: Option<OffsetDateTime>,
}

/// Lists an application's calls, newest first.
pub async fn list_calls(
    db: &Db,
    actor: &Actor,
    application: ApplicationId,
    filter: &CallFilter,
    page: &Page,
) -> Result<Listed<CallView>, Refusal> {
    let mut tx = db.tenant(actor.tenant()).await?;
    let reach = reader(&mut tx, actor, application).await?;
    let calls = sqlx::query_as!(
        CallView,
        r#"select c.at, c.request_id, c.method, c.path, c.status, c.reason, c.latency_us, e.slug as "environment?",
                  c.credential_id is null as "console!"
           from call_log c left join environment e on e.id = c.environment_id
           where c.application_id = $1
             and ($3::uuid[] is null
                  or exists (select from api_version v join product p on p.api_id = v.api_id
                             where v.id = c.api_version_id and array[p.owner_team_id, p.id, p.api_id] && $3))
             and ($4::int is null or c.status / 100 = $4)
             and ($5::text is null
                  or exists (select from api_version v join api a on a.id = v.api_id where v.id = c.api_version_id and a.slug = $5))
             and ($6::timestamptz is null or c.at >= $6)
             and ($7::uuid is null
                  or (c.at, c.request_id) < (select l.at, l.request_id from call_log l
                                             where l.request_id = $7 and l.application_id = $1 limit 1))
           order by c.at desc, c.request_id desc limit $2"#,
        application.uuid(),
        page.fetch(),
        reach.as_deref(),
        filter.class,
        filter.api,
        filter.since,
        page.after,
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(Listed::cut(calls, page, |call| call.request_id))
}

/// Everything that is kept of one call.
#[derive(Debug, Clone, Serialize)]
pub struct CallDetail {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// The request id without its prefix, as a UUID.
    pub request_id: Uuid,
    /// Method.
    pub method: String,
    /// Path without query.
    pub path: String,
    /// Status sent.
    pub status: i32,
    /// `ok`, or the problem code.
    pub reason: String,
    /// Whole time, microseconds.
    pub latency_us: i64,
    /// Of it waiting for the backend, microseconds.
    pub upstream_us: i64,
    /// Bytes of the request body.
    pub bytes_in: i64,
    /// Bytes of the answer's body.
    pub bytes_out: i64,
    /// Whether the gateway ended in the middle of it.
    pub interrupted: bool,
    /// Slug of the environment.
    pub environment: Option<String>,
    /// Slug of the API, its name, and the version.
    pub api: Option<String>,
    /// The API's name.
    pub api_name: Option<String>,
    /// The version's label.
    pub version: Option<String>,
    /// The operation's key; empty where none was found.
    pub operation: String,
    /// The last four characters of the key; none of a call from the console.
    pub key_last4: Option<String>,
    /// What gave access, or would have.
    pub subscription: Option<Uuid>,
    /// Name of its plan now.
    pub plan: Option<String>,
    /// Calls of the application with the same reason within an hour round this one.
    pub same_reason: i64,
}

/// Reads one call of an application. What was kept longer than the log is kept is not found.
pub async fn get_call(
    db: &Db,
    actor: &Actor,
    application: ApplicationId,
    request: Uuid,
) -> Result<CallDetail, Refusal> {
    let mut tx = db.tenant(actor.tenant()).await?;
    let reach = reader(&mut tx, actor, application).await?;
    sqlx::query_as!(
        CallDetail,
        r#"select c.at, c.request_id, c.method, c.path, c.status, c.reason, c.latency_us, c.upstream_us, c.bytes_in, c.bytes_out,
                  c.interrupted, e.slug as "environment?", a.slug as "api?", a.name as "api_name?", v.label as "version?",
                  c.operation_key as operation, k.last4 as "key_last4?", c.subscription_id as subscription, p.name as "plan?",
                  (select count(*) from call_log o
                   where o.application_id = $1 and o.reason = c.reason
                     and o.at between c.at - interval '30 minutes' and c.at + interval '30 minutes') as "same_reason!"
           from call_log c
           left join environment e on e.id = c.environment_id
           left join api_version v on v.id = c.api_version_id
           left join api a on a.id = v.api_id
           left join credential k on k.id = c.credential_id
           left join subscription s on s.id = c.subscription_id
           left join plan p on p.id = s.plan_id
           where c.application_id = $1 and c.request_id = $2
             and ($3::uuid[] is null
                  or exists (select from product r where r.api_id = a.id and array[r.owner_team_id, r.id, r.api_id] && $3))
           limit 1"#,
        application.uuid(),
        request,
        reach.as_deref(),
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(Refusal::NotFound)
}
