//! Who called what lately, as far as whoever asks may know their names.

use std::collections::{BTreeSet, HashMap};

use gatehouse_domain::id::ApplicationId;
use gatehouse_domain::{OperationKey, Permission};
use gatehouse_spec::gate::{Caller, Callers, USE_DAYS};
use sqlx::postgres::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::actor::Actor;
use crate::apis;
use crate::membership;
use crate::refusal::Refusal;

/// Pairs of application and operation that are looked at, the busiest first.
const ROWS_MAX: usize = 50_000;
/// More operations than this are not asked for one by one.
const KEYS_MAX: usize = 5_000;

/// The calls of a version's operations in the last [`USE_DAYS`] days; of all operations when none is named.
pub(super) async fn of(
    conn: &mut PgConnection,
    (actor, api): (&Actor, &apis::Row),
    version: Uuid,
    operations: Option<&BTreeSet<OperationKey>>,
    now: OffsetDateTime,
) -> Result<Callers, Refusal> {
    let keys: Option<Vec<String>> = operations
        .filter(|keys| keys.len() <= KEYS_MAX)
        .map(|keys| keys.iter().map(|key| key.as_str().to_owned()).collect());
    if keys.as_ref().is_some_and(Vec::is_empty) {
        return Ok(Callers::default());
    }
    let person = membership::person(conn, actor).await?;
    let rows = sqlx::query!(
        r#"select u.operation_key, u.application_id, a.name, t.name as team, sum(u.count)::bigint as "calls!",
                  exists (select from team_member m where m.team_id = a.owner_team_id and m.user_id = $5) as "own!"
           from usage_day u
           join application a on a.tenant_id = u.tenant_id and a.id = u.application_id and a.state <> 'deleted'
           join team t on t.tenant_id = a.tenant_id and t.id = a.owner_team_id
           where u.tenant_id = $1 and u.api_version_id = $2 and u.bucket >= $3
             and ($4::text[] is null or u.operation_key = any($4))
           group by u.operation_key, u.application_id, a.name, t.name, a.owner_team_id
           order by 5 desc, u.application_id limit $6"#,
        actor.tenant().uuid(),
        version,
        now - Duration::days(i64::from(USE_DAYS)),
        keys.as_deref(),
        person,
        i64::try_from(ROWS_MAX + 1).unwrap_or(i64::MAX),
    )
    .fetch_all(conn)
    .await?;
    let is_cut = rows.len() > ROWS_MAX;
    let place = api.place();
    let sees_all = [Permission::SubscriptionRead, Permission::UsageReadAny]
        .iter()
        .any(|permission| actor.may_on(*permission, &place));
    let mut applications: HashMap<Uuid, (Caller, Vec<(OperationKey, u64)>)> = HashMap::new();
    for row in rows.into_iter().take(ROWS_MAX) {
        let (_, calls) = applications.entry(row.application_id).or_insert_with(|| {
            let names = (sees_all || row.own).then_some((row.name, row.team));
            let id = ApplicationId::from_uuid(row.application_id).to_string();
            (Caller { id, names }, Vec::new())
        });
        calls.push((
            OperationKey::from_stored(row.operation_key),
            row.calls.unsigned_abs(),
        ));
    }
    let mut callers = Callers::default().cut(is_cut);
    for (caller, calls) in applications.into_values() {
        callers.add(caller, calls);
    }
    Ok(callers)
}
