//! What the clock does for certificates: it tells of ends to come.

use gatehouse_domain::id::CertificateId;
use gatehouse_language::t;
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use crate::actor::{Actor, ActorKind};
use crate::db::Db;
use crate::refusal::Refusal;
use crate::work::Work;

/// Days before its end that those who manage the tenant are told of a certificate. One that was never meant to last longer is not
/// told of.
pub const NOTICE_DAYS: [i32; 3] = [30, 7, 1];

struct Ending {
    id: Uuid,
    days: i32,
    name: String,
    hosts: Vec<String>,
    not_after: OffsetDateTime,
}

/// Tells of certificates that end in 30, 7 or 1 days, each once however many do this at the same time; at most `limit` in one
/// transaction. Returns how many. Only for the program itself.
pub async fn tell_of_ends(db: &Db, actor: &Actor, limit: i64) -> Result<usize, Refusal> {
    if !matches!(actor.kind(), ActorKind::System) {
        return Err(Refusal::NotYours(t!(
            "refused-policies-only-the-program-itself-does-this"
        )));
    }
    let mut work = Work::begin(db, actor).await?;
    let (tenant, now) = (work.tenant(), work.now());
    let ending = sqlx::query_as!(
        Ending,
        r#"with due as materialized (
             select c.id, s.days
             from certificate c
             cross join lateral (select min(d) as days from unnest($3::int[]) as d
                                 where c.not_after <= $1::timestamptz + make_interval(hours => 24 * d)) s
             where c.tenant_id = $4 and c.not_after > $1 and s.days is not null
               and c.not_after > c.put_at + make_interval(hours => 24 * s.days)
               and (c.told_days is null or c.told_days > s.days)
             order by c.id limit $2
             for no key update of c skip locked)
         update certificate c set told_days = due.days
         from due where c.tenant_id = $4 and c.id = due.id
         returning c.id, due.days as "days!", c.name, c.hosts, c.not_after"#,
        now,
        limit.clamp(1, 1000),
        &NOTICE_DAYS,
        tenant,
    )
    .fetch_all(work.conn())
    .await?;
    if ending.is_empty() {
        work.roll_back(()).await?;
        return Ok(0);
    }
    for certificate in &ending {
        let id = CertificateId::from_uuid(certificate.id);
        let end = certificate.not_after.format(&Rfc3339);
        let told = json!({
            "certificate": id, "name": certificate.name, "hosts": certificate.hosts, "days": certificate.days,
            "expires_at": end.map_err(anyhow::Error::from)?,
        });
        work.emit("certificate.expiring", id, told);
    }
    work.commit(()).await?;
    Ok(ending.len())
}
