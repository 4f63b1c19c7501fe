//! CI access tokens: scoped, bound to one tenant, always with an end.

mod create;
mod platform;
mod whoami;

pub use create::{CreateToken, create_token};
pub(crate) use create::{Made, insert, judge_lent, require_scopes};
pub use platform::platform_actor;
pub(crate) use whoami::own_token;
pub use whoami::{Whoami, whoami};

use gatehouse_domain::id::{AccessTokenId, ApiId, TenantId, UserId};
use gatehouse_domain::key::{Key, KeyId, KeyKind};
use gatehouse_domain::{Grants, Permission, Scope};
use gatehouse_language::t;
use serde::Serialize;
use serde_json::json;
use std::net::IpAddr;
use subtle::ConstantTimeEq;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::actor::{Actor, ActorKind};
use crate::apis;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::gateways::stored_key_id;
use crate::members;
use crate::page::{Listed, Page};
use crate::refusal::Refusal;
use crate::work::{Changed, Work};

/// Days a token lives when nothing is said.
pub const DAYS_DEFAULT: i64 = 90;
/// Longest life in days.
pub const DAYS_MAX: i64 = 365;
/// How exactly the time of last use is kept.
const LAST_USED_STEP: Duration = Duration::minutes(5);

/// A token; its secret was shown once.
#[derive(Debug, Clone, Serialize)]
pub struct TokenView {
    /// Its id.
    pub id: AccessTokenId,
    /// Its name.
    pub name: String,
    /// The public start of its text: `gta_` and the key id.
    pub prefix: String,
    /// The last four characters of its text.
    pub last4: String,
    /// What it may do.
    pub scopes: Vec<Permission>,
    /// The only APIs it may touch; `None` is every API.
    pub apis: Option<Vec<ApiId>>,
    /// Whether it also speaks for its maker above all tenants, while they have a role of the platform. Handed over it does not.
    pub platform: bool,
    /// Who made it.
    pub created_by: Option<UserId>,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it stops working.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
    /// When it was last used, to five minutes.
    #[serde(with = "time::serde::rfc3339::option")]
    pub last_used_at: Option<OffsetDateTime>,
    /// When it was revoked.
    #[serde(with = "time::serde::rfc3339::option")]
    pub revoked_at: Option<OffsetDateTime>,
    /// Version for conditional changes.
    pub row_version: i32,
}

/// The caller a token stands for. `None` for every text that does not open anything now: malformed, unknown, wrong,
/// expired, revoked, of a closed tenant, or made by somebody who may do nothing of it any more.
pub async fn authenticate(db: &Db, text: &str, _ip: IpAddr) -> Result<Option<Actor>, Refusal> {
    let Ok(key) = Key::parse(text) else {
        return Ok(None);
    };
    if key.kind() != KeyKind::AccessToken {
        return Ok(None);
    }
    let now = db.clock().now();
    let mut tx = db.global().await?;
    let row = sqlx::query!(
        r#"select f.id as "id!", f.tenant_id as "tenant_id!", f.name as "name!", f.secret_hash as "secret_hash!",
                  f.scopes as "scopes!", f.api_ids, f.expires_at as "expires_at!", f.revoked_at, f.last_used_at,
                  t.status as "tenant_status!"
           from find_access_token($1) f join tenant t on t.id = f.tenant_id"#,
        stored_key_id(&key),
    )
    .fetch_optional(&mut *tx)
    .await?;
    drop(tx);
    let Some(row) = row else { return Ok(None) };
    let right: bool = row
        .secret_hash
        .as_slice()
        .ct_eq(key.secret_hash().0.as_slice())
        .into();
    if !right || row.revoked_at.is_some() || row.expires_at <= now {
        return Ok(None);
    }
    let tenant: TenantId = row.tenant_id.into();
    let standing = Standing {
        id: row.id,
        name: row.name,
        scopes: row.scopes,
        apis: row.api_ids,
        tenant_status: row.tenant_status,
    };
    let Some(actor) = standing.actor(db, tenant).await? else {
        return Ok(None);
    };
    if row
        .last_used_at
        .is_none_or(|used| used + LAST_USED_STEP <= now)
    {
        note_use(db, tenant, row.id, now).await?;
    }
    Ok(Some(actor))
}

/// The caller a token stands for, when what it asked for is done later. `None` when it does not open anything now.
pub(crate) async fn actor_of_token(
    db: &Db,
    tenant: TenantId,
    id: Uuid,
) -> Result<Option<Actor>, Refusal> {
    let now = db.clock().now();
    let mut tx = db.tenant(tenant).await?;
    let standing = sqlx::query_as!(
        Standing,
        "select k.id, k.name, k.scopes, k.api_ids as apis, t.status as tenant_status
         from access_token k join tenant t on t.id = k.tenant_id
         where k.tenant_id = $1 and k.id = $2 and k.revoked_at is null and k.expires_at > $3",
        tenant.uuid(),
        id,
        now,
    )
    .fetch_optional(&mut *tx)
    .await?;
    drop(tx);
    match standing {
        Some(standing) => standing.actor(db, tenant).await,
        None => Ok(None),
    }
}

/// A token that is neither ended nor revoked.
struct Standing {
    id: Uuid,
    name: String,
    scopes: Vec<String>,
    apis: Option<Vec<Uuid>>,
    tenant_status: String,
}

impl Standing {
    /// The caller it stands for; `None` when there is nothing it may do now.
    async fn actor(self, db: &Db, tenant: TenantId) -> Result<Option<Actor>, Refusal> {
        let scopes = parse_scopes(&self.scopes)?;
        let grants = lent(db, tenant, self.id, &scopes, self.apis.as_deref()).await?;
        if grants.is_empty() {
            return Ok(None);
        }
        let Some(grants) = members::grants_in(&self.tenant_status, grants)? else {
            return Ok(None);
        };
        let kind = ActorKind::Token { id: self.id.into() };
        Ok(Some(Actor::new(tenant, kind, self.name, grants)))
    }
}

/// What a token may do: a person lends what they may do themselves now, where they may do it, and the program lends all. A
/// token for some APIs has a grant for each of them and none for anything else.
async fn lent(
    db: &Db,
    tenant: TenantId,
    id: Uuid,
    scopes: &[Permission],
    apis: Option<&[Uuid]>,
) -> Result<Grants, Refusal> {
    let mut tx = db.tenant(tenant).await?;
    let maker = sqlx::query!(
        r#"select t.created_by, u.id is not null as "acts!"
           from access_token t
           left join membership m on m.tenant_id = t.tenant_id and m.user_id = t.created_by and m.status = 'active'
           left join app_user u on u.id = m.user_id and u.status = 'active'
           where t.tenant_id = $1 and t.id = $2"#,
        tenant.uuid(),
        id,
    )
    .fetch_one(&mut *tx)
    .await?;
    let mut theirs = match maker.created_by {
        Some(_) if !maker.acts => return Ok(Grants::default()),
        Some(person) => members::grants_of(&mut tx, tenant, person.into()).await?,
        None => Grants::everywhere(Permission::ALL.iter().copied()),
    };
    theirs.retain(|permission| scopes.contains(&permission));
    let Some(apis) = apis else { return Ok(theirs) };
    let mut grants = Grants::default();
    for place in apis::places(&mut tx, apis).await? {
        if let Some(api) = place.api {
            grants.add(Scope::Api(api), theirs.on(&place));
        }
    }
    grants.retain(|_| true);
    Ok(grants)
}

async fn note_use(db: &Db, tenant: TenantId, id: Uuid, now: OffsetDateTime) -> Result<(), Refusal> {
    let mut tx = db.tenant(tenant).await?;
    // Skipped while another request of the same token writes it.
    sqlx::query!(
        "update access_token set last_used_at = $3
         where tenant_id = $1 and id = (select id from access_token where tenant_id = $1 and id = $2
                                        and (last_used_at is null or last_used_at <= $4) for update skip locked)",
        tenant.uuid(),
        id,
        now,
        now - LAST_USED_STEP,
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

pub(crate) fn parse_scopes(words: &[String]) -> Result<Vec<Permission>, Refusal> {
    let read = |word: &String| {
        Permission::parse(word).ok_or_else(|| anyhow::anyhow!("unknown scope {word}"))
    };
    Ok(words.iter().map(read).collect::<Result<_, _>>()?)
}

/// The key of a new token.
pub(crate) fn fresh_token_key() -> Key {
    crate::gateways::fresh_key(KeyKind::AccessToken)
}

impl TokenView {
    /// The token a workload of CI gets.
    pub(crate) fn of_workload(
        id: AccessTokenId,
        name: String,
        key: &Key,
        (scopes, apis): (Vec<Permission>, Option<Vec<ApiId>>),
        created_by: Option<UserId>,
        (created_at, expires_at): (OffsetDateTime, OffsetDateTime),
    ) -> Self {
        Self {
            id,
            name,
            prefix: prefix_of(key.id()),
            last4: key.last4(),
            scopes,
            apis,
            platform: false,
            created_by,
            created_at,
            expires_at,
            last_used_at: None,
            revoked_at: None,
            row_version: 1,
        }
    }
}

fn prefix_of(id: KeyId) -> String {
    format!("{}{id}", KeyKind::AccessToken.prefix())
}

struct TokenRow {
    id: Uuid,
    name: String,
    key_id: i64,
    last4: String,
    scopes: Vec<String>,
    api_ids: Option<Vec<Uuid>>,
    platform: bool,
    created_by: Option<Uuid>,
    created_at: OffsetDateTime,
    expires_at: OffsetDateTime,
    last_used_at: Option<OffsetDateTime>,
    revoked_at: Option<OffsetDateTime>,
    row_version: i32,
}

impl TryFrom<TokenRow> for TokenView {
    type Error = Refusal;

    fn try_from(row: TokenRow) -> Result<Self, Refusal> {
        Ok(Self {
            id: row.id.into(),
            name: row.name,
            prefix: prefix_of(KeyId::from_u64(row.key_id.cast_unsigned())),
            last4: row.last4,
            scopes: parse_scopes(&row.scopes)?,
            apis: row
                .api_ids
                .map(|ids| ids.into_iter().map(ApiId::from_uuid).collect()),
            platform: row.platform,
            created_by: row.created_by.map(UserId::from_uuid),
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
            revoked_at: row.revoked_at,
            row_version: row.row_version,
        })
    }
}

/// Every token people made in the tenant, newest first, ended ones too. Those that CI exchanged stand in the audit log.
pub async fn list_tokens(
    db: &Db,
    actor: &Actor,
    page: &Page,
) -> Result<Listed<TokenView>, Refusal> {
    actor.require(Permission::TokenManage)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    let rows = sqlx::query_as!(
        TokenRow,
        r#"select id, name, key_id, last4, scopes, api_ids, coalesce(platform_user_id = created_by, false) as "platform!",
                  created_by, created_at, expires_at, last_used_at, revoked_at, row_version
           from access_token where tenant_id = $1 and ci_trust_id is null and ($2::uuid is null or id < $2)
           order by id desc limit $3"#,
        actor.tenant().uuid(),
        page.after,
        page.fetch(),
    )
    .fetch_all(&mut *tx)
    .await?;
    let views = rows
        .into_iter()
        .map(TokenView::try_from)
        .collect::<Result<_, _>>()?;
    Ok(Listed::cut(views, page, |view: &TokenView| view.id.uuid()))
}

/// One token.
pub async fn get_token(db: &Db, actor: &Actor, id: AccessTokenId) -> Result<TokenView, Refusal> {
    actor.require(Permission::TokenManage)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    get(&mut tx, actor.tenant(), id).await
}

async fn get(
    conn: &mut sqlx::postgres::PgConnection,
    tenant: TenantId,
    id: AccessTokenId,
) -> Result<TokenView, Refusal> {
    let row = sqlx::query_as!(
        TokenRow,
        r#"select id, name, key_id, last4, scopes, api_ids, coalesce(platform_user_id = created_by, false) as "platform!",
                  created_by, created_at, expires_at, last_used_at, revoked_at, row_version
           from access_token where tenant_id = $1 and id = $2"#,
        tenant.uuid(),
        id.uuid(),
    )
    .fetch_one(conn)
    .await?;
    row.try_into()
}

/// Ends a token at once.
pub async fn revoke_token(
    db: &Db,
    actor: &Actor,
    id: AccessTokenId,
) -> Result<Changed<TokenView>, Refusal> {
    actor.require(Permission::TokenManage)?;
    let mut work = Work::begin(db, actor).await?;
    let before = get(work.conn(), actor.tenant(), id).await?;
    let (tenant, now) = (work.tenant(), work.now());
    let updated = sqlx::query!(
        "update access_token set revoked_at = $3, row_version = row_version + 1
         where tenant_id = $1 and id = $2 and revoked_at is null",
        tenant,
        id.uuid(),
        now,
    )
    .execute(work.conn())
    .await?;
    if updated.rows_affected() == 0 {
        return Err(Refusal::Conflict(t!(
            "refused-people-the-token-was-revoked-already",
            name = &before.name
        )));
    }
    work.audit(AuditEntry {
        action: "token.revoke",
        subject: id.to_string(),
        before: Some(json!({ "name": before.name, "prefix": before.prefix })),
        ..AuditEntry::default()
    });
    work.emit(
        "token.revoked",
        id,
        json!({ "token": id, "name": before.name, "actor": actor.user() }),
    );
    let view = get(work.conn(), actor.tenant(), id).await?;
    work.commit(view).await
}
