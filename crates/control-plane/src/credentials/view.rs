//! Keys as people see them: never their secret.

use gatehouse_domain::EnvironmentKind;
use gatehouse_domain::credential::{
    CredentialFacts, CredentialKind, CredentialState, CredentialVerdict,
};
use gatehouse_domain::id::{ApplicationId, CredentialId, EnvironmentId, UserId};
use gatehouse_domain::key::{KeyId, KeyKind};
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgConnection;
use sqlx::types::Json;
use time::OffsetDateTime;
use uuid::Uuid;

use super::scope::ScopeProduct;
use crate::page::{Lookup, Page};
use crate::refs::{EnvRef, PersonRef};
use crate::refusal::Refusal;
use crate::words::known;

/// A key.
#[derive(Debug, Clone, Serialize)]
pub struct CredentialView {
    /// Identity.
    pub id: CredentialId,
    /// Whom it identifies.
    pub application_id: ApplicationId,
    /// How it is proved.
    pub kind: CredentialKind,
    /// Whether gateways check it: the other kinds are kept until they do.
    pub enforced: bool,
    /// Where it is valid.
    pub environment: EnvRef,
    /// For people.
    pub name: String,
    /// The public beginning of its text.
    pub prefix: String,
    /// The end of its text, or of its fingerprint.
    pub last4: String,
    /// SHA-256 of its public key or certificate, in hexadecimal digits; where its kind has one.
    pub fingerprint: Option<String>,
    /// What it is at this moment.
    pub state: CredentialState,
    /// Who made it; `None` is the program itself.
    pub created_by: Option<PersonRef>,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// First moment it is not valid any more.
    #[serde(with = "time::serde::rfc3339::option")]
    pub expires_at: Option<OffsetDateTime>,
    /// First moment a replaced key is not valid any more.
    #[serde(with = "time::serde::rfc3339::option")]
    pub retire_at: Option<OffsetDateTime>,
    /// When it was taken away.
    #[serde(with = "time::serde::rfc3339::option")]
    pub revoked_at: Option<OffsetDateTime>,
    /// Why it was taken away.
    pub revoked_reason: Option<String>,
    /// When a gateway last saw it.
    #[serde(with = "time::serde::rfc3339::option")]
    pub last_used_at: Option<OffsetDateTime>,
    /// Calls made with it, those that were refused too.
    pub calls: i64,
    /// The first call made with it.
    pub first_call: Option<FirstCall>,
    /// The key it replaced.
    pub rotated_from: Option<CredentialId>,
    /// What it is for, by slug; none is all that its application subscribes to.
    pub products: Vec<ScopeProduct>,
    /// For If-Match.
    pub row_version: i32,
}

/// The first call made with a key.
#[derive(Debug, Clone, Serialize)]
pub struct FirstCall {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// The status of the answer.
    pub status: i32,
    /// How long it took, in microseconds.
    pub latency_us: i64,
}

/// Which keys a list has.
#[derive(Debug, Clone, Default)]
pub struct CredentialFilter {
    /// Of one environment.
    pub environment: Option<Lookup<EnvironmentId>>,
    /// Leave out revoked and expired ones.
    pub usable: bool,
}

/// The state a key has at `now`: the stored one, unless the clock has ended it.
pub(super) fn shown(facts: CredentialFacts, now: OffsetDateTime) -> CredentialState {
    match facts.verdict(now) {
        CredentialVerdict::Valid => facts.state,
        CredentialVerdict::Revoked => CredentialState::Revoked,
        CredentialVerdict::Expired => CredentialState::Expired,
    }
}

/// The application a key is of.
pub(super) async fn application_of(conn: &mut PgConnection, id: Uuid) -> Result<Uuid, Refusal> {
    let application =
        sqlx::query_scalar!("select application_id from credential where id = $1", id)
            .fetch_optional(conn)
            .await?;
    application.ok_or(Refusal::NotFound)
}

/// Reads one key.
pub(super) async fn read(
    conn: &mut PgConnection,
    id: Uuid,
    now: OffsetDateTime,
) -> Result<CredentialView, Refusal> {
    let wanted = Wanted {
        id: Some(id),
        limit: 1,
        ..Wanted::default()
    };
    select(conn, &wanted, now)
        .await?
        .pop()
        .ok_or(Refusal::NotFound)
}

/// Lists an application's keys, newest first.
pub(super) async fn list(
    conn: &mut PgConnection,
    application: Uuid,
    filter: &CredentialFilter,
    page: &Page,
    now: OffsetDateTime,
) -> Result<Vec<CredentialView>, Refusal> {
    let (environment_id, environment_slug) = filter
        .environment
        .as_ref()
        .map_or((None, None), Lookup::parts);
    let wanted = Wanted {
        application: Some(application),
        after: page.after,
        environment_id,
        environment_slug,
        usable: filter.usable,
        limit: page.fetch(),
        ..Wanted::default()
    };
    select(conn, &wanted, now).await
}

#[derive(Default)]
struct Wanted<'a> {
    id: Option<Uuid>,
    application: Option<Uuid>,
    after: Option<Uuid>,
    environment_id: Option<Uuid>,
    environment_slug: Option<&'a str>,
    usable: bool,
    limit: i64,
}

async fn select(
    conn: &mut PgConnection,
    wanted: &Wanted<'_>,
    now: OffsetDateTime,
) -> Result<Vec<CredentialView>, Refusal> {
    let rows = sqlx::query_as!(
        Row,
        r#"select c.id, c.application_id, c.kind, case when c.public_material is not null then encode(c.secret_hash, 'hex') end as fingerprint,
                  c.name, c.key_id, c.last4, c.state, c.not_before, c.expires_at, c.retire_at,
                  c.revoked_at, c.revoked_reason, k.last_used_at as "last_used_at?", k.calls as "calls?",
                  k.first_call_at as "first_call_at?", k.first_call_status as "first_call_status?",
                  k.first_call_latency_us as "first_call_latency_us?",
                  c.rotated_from, c.created_by, u.name as "created_name?", c.created_at, c.row_version,
                  (select jsonb_agg(jsonb_build_object('id', p.id, 'slug', p.slug, 'name', p.name) order by p.slug)
                   from credential_product s join product p on p.tenant_id = s.tenant_id and p.id = s.product_id
                   where s.tenant_id = c.tenant_id and s.credential_id = c.id) as "products: Json<Vec<Scoped>>",
                  e.id as environment_id, e.slug as environment_slug, e.kind as environment_kind
           from credential c
           join environment e on e.id = c.environment_id
           left join app_user u on u.id = c.created_by
           left join credential_use k on k.tenant_id = c.tenant_id and k.credential_id = c.id
           where ($1::uuid is null or c.id = $1)
             and ($2::uuid is null or c.application_id = $2)
             and ($3::uuid is null or c.id < $3)
             and ($4::uuid is null or e.id = $4)
             and ($5::text is null or e.slug = $5)
             and (not $6 or c.state in ('active', 'retiring')
                            and (c.expires_at is null or c.expires_at > $7) and (c.retire_at is null or c.retire_at > $7))
           order by c.id desc
           limit $8"#,
        wanted.id,
        wanted.application,
        wanted.after,
        wanted.environment_id,
        wanted.environment_slug,
        wanted.usable,
        now,
        wanted.limit,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(|row| row.view(now)).collect()
}

/// A product as the statement names it.
#[derive(Deserialize)]
struct Scoped {
    id: Uuid,
    slug: String,
    name: String,
}

struct Row {
    id: Uuid,
    application_id: Uuid,
    kind: String,
    fingerprint: Option<String>,
    name: String,
    key_id: i64,
    last4: String,
    state: String,
    not_before: Option<OffsetDateTime>,
    expires_at: Option<OffsetDateTime>,
    retire_at: Option<OffsetDateTime>,
    revoked_at: Option<OffsetDateTime>,
    revoked_reason: Option<String>,
    last_used_at: Option<OffsetDateTime>,
    calls: Option<i64>,
    first_call_at: Option<OffsetDateTime>,
    first_call_status: Option<i32>,
    first_call_latency_us: Option<i64>,
    rotated_from: Option<Uuid>,
    created_by: Option<Uuid>,
    created_name: Option<String>,
    created_at: OffsetDateTime,
    row_version: i32,
    products: Option<Json<Vec<Scoped>>>,
    environment_id: Uuid,
    environment_slug: String,
    environment_kind: String,
}

fn products(scoped: Json<Vec<Scoped>>) -> Vec<ScopeProduct> {
    let product = |row: Scoped| ScopeProduct {
        id: row.id.into(),
        slug: row.slug,
        name: row.name,
    };
    scoped.0.into_iter().map(product).collect()
}

impl Row {
    fn view(self, now: OffsetDateTime) -> Result<CredentialView, Refusal> {
        let kind = known(
            EnvironmentKind::parse(&self.environment_kind),
            &self.environment_kind,
        )?;
        let facts = CredentialFacts {
            state: known(CredentialState::parse(&self.state), &self.state)?,
            not_before: self.not_before,
            expires_at: self.expires_at,
            retire_at: self.retire_at,
        };
        let key_id = KeyId::from_u64(self.key_id.unsigned_abs());
        let of = known(CredentialKind::parse(&self.kind), &self.kind)?;
        Ok(CredentialView {
            id: self.id.into(),
            application_id: self.application_id.into(),
            enforced: of.is_enforced(),
            kind: of,
            fingerprint: self.fingerprint,
            environment: EnvRef {
                id: self.environment_id.into(),
                slug: self.environment_slug,
                kind,
            },
            name: self.name,
            prefix: format!("{}{key_id}", KeyKind::ApiKey(kind).prefix()),
            last4: self.last4,
            state: shown(facts, now),
            created_by: self
                .created_by
                .zip(self.created_name)
                .map(|(id, name)| PersonRef {
                    id: UserId::from_uuid(id),
                    name,
                }),
            created_at: self.created_at,
            expires_at: self.expires_at,
            retire_at: self.retire_at,
            revoked_at: self.revoked_at,
            revoked_reason: self.revoked_reason,
            last_used_at: self.last_used_at,
            calls: self.calls.unwrap_or_default(),
            first_call: self.first_call_at.map(|at| FirstCall {
                at,
                status: self.first_call_status.unwrap_or_default(),
                latency_us: self.first_call_latency_us.unwrap_or_default(),
            }),
            rotated_from: self.rotated_from.map(CredentialId::from_uuid),
            products: self.products.map(products).unwrap_or_default(),
            row_version: self.row_version,
        })
    }
}
