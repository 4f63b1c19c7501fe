//! Making a token.

use gatehouse_domain::id::{AccessTokenId, ApiId, CiTrustId, UserId};
use gatehouse_domain::key::{Key, KeyKind};
use gatehouse_domain::{Permission, Place};
use gatehouse_language::t;
use serde_json::json;
use sqlx::postgres::PgConnection;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::{DAYS_DEFAULT, DAYS_MAX, TokenView, prefix_of};
use crate::account;
use crate::actor::{Actor, ActorKind};
use crate::apis;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::gateways::{fresh_key, stored_key_id};
use crate::members;
use crate::membership;
use crate::platform::PlatformActor;
use crate::refusal::{Faults, Refusal};
use crate::work::{Changed, Work};

/// What a new token needs.
#[derive(Debug, Clone)]
pub struct CreateToken {
    /// Its name, 1 to 80 characters.
    pub name: String,
    /// What it may do; at least one, and nothing its maker may not do.
    pub scopes: Vec<Permission>,
    /// The only APIs it may touch; `None` is every API.
    pub apis: Option<Vec<ApiId>>,
    /// The person of the platform it shall also speak for, who must be its maker; `None` for a token of the tenant alone.
    pub platform: Option<PlatformActor>,
    /// Days until it stops working, 1 to 365; 90 when nothing is said.
    pub expires_in_days: Option<i64>,
}

/// Makes a token. The key is shown once and kept nowhere.
pub async fn create_token(
    db: &Db,
    actor: &Actor,
    mut input: CreateToken,
) -> Result<Changed<(TokenView, Key)>, Refusal> {
    actor.require_anywhere(Permission::TokenManage)?;
    let name = judge(&mut input)?;
    let mut work = Work::begin(db, actor).await?;
    require_scopes(&mut work, actor, &input.scopes, input.apis.as_deref()).await?;
    // A token made by a token has the same person behind it: it can do no more, and nobody gains a second hand.
    let maker = membership::person(work.conn(), actor).await?;
    require_platform(&input, maker)?;
    let parent = parent(work.conn(), actor).await?;
    let (now, id) = (work.now(), work.new_id::<AccessTokenId>());
    let expires_at = end(&input, parent.as_ref(), now)?;
    let key = fresh_key(KeyKind::AccessToken);
    let view = TokenView {
        id,
        name,
        prefix: prefix_of(key.id()),
        last4: key.last4(),
        scopes: input.scopes,
        apis: input.apis,
        platform: input.platform.is_some(),
        created_by: maker.map(UserId::from_uuid),
        created_at: now,
        expires_at,
        last_used_at: None,
        revoked_at: None,
        row_version: 1,
    };
    let opens = opened_by(&mut work, actor, &view).await?;
    insert(&mut work, &view, &key, Made::ByHand(opens)).await?;
    let made_by = parent.map(|parent| json!({ "id": parent.id, "prefix": parent.prefix }));
    work.audit(AuditEntry {
        action: "token.create",
        subject: id.to_string(),
        after: Some(json!({
            "name": view.name, "scopes": view.scopes, "apis": view.apis, "prefix": view.prefix, "platform": view.platform,
            "expires_at": view.expires_at.unix_timestamp(), "made_by": made_by,
        })),
        ..AuditEntry::default()
    });
    work.emit(
        "token.created",
        id,
        json!({ "token": id, "name": view.name, "actor": actor.user() }),
    );
    work.commit((view, key)).await
}

fn judge(input: &mut CreateToken) -> Result<String, Refusal> {
    let mut faults = Faults::default();
    let name = faults.text("/name", &input.name, 80);
    judge_lent(&mut faults, &mut input.scopes, input.apis.as_mut());
    let days = input.expires_in_days.unwrap_or(DAYS_DEFAULT);
    faults.require(
        (1..=DAYS_MAX).contains(&days),
        "/expires_in_days",
        "range",
        t!(
            "refused-people-use-1-to-days-got",
            days_max = &DAYS_MAX,
            days = &days
        ),
    );
    faults.finish()?;
    Ok(name)
}

/// At least one scope, and a bounded number of APIs or none named at all; both in order and without repetition.
pub(crate) fn judge_lent(
    faults: &mut Faults,
    scopes: &mut Vec<Permission>,
    apis: Option<&mut Vec<ApiId>>,
) {
    scopes.sort();
    scopes.dedup();
    faults.require(
        !scopes.is_empty(),
        "/scopes",
        "required",
        t!("refused-people-choose-at-least-one-scope"),
    );
    if let Some(apis) = apis {
        apis.sort();
        apis.dedup();
        faults.require(
            (1..=100).contains(&apis.len()),
            "/apis",
            "range",
            t!("refused-people-name-1-to-100-apis-or", apis = &apis.len()),
        );
    }
}

/// Whoever speaks above all tenants does so for themselves only, and for nobody's APIs.
fn require_platform(input: &CreateToken, maker: Option<Uuid>) -> Result<(), Refusal> {
    let Some(platform) = &input.platform else {
        return Ok(());
    };
    let mut faults = Faults::default();
    faults.require(
        platform.user().is_some() && platform.user().map(UserId::uuid) == maker,
        "/platform",
        "not_yours",
        t!("refused-people-you-have-no-role-of-the"),
    );
    faults.require(
        input.apis.is_none(),
        "/apis",
        "excluded",
        t!("refused-people-a-token-for-the-platform-is"),
    );
    faults.finish()
}

/// The token that asks for another: whoever ends one that leaked finds in the audit log what it made.
async fn parent(conn: &mut PgConnection, actor: &Actor) -> Result<Option<TokenView>, Refusal> {
    match actor.kind() {
        ActorKind::Token { id } => Ok(Some(super::get(conn, actor.tenant(), *id).await?)),
        ActorKind::User { .. } | ActorKind::System => Ok(None),
    }
}

/// When the new token ends. People show who they are before they make one that speaks for the platform; a token cannot, so what it
/// was lent is not lent on for longer.
fn end(
    input: &CreateToken,
    parent: Option<&TokenView>,
    now: OffsetDateTime,
) -> Result<OffsetDateTime, Refusal> {
    let wanted = now + Duration::days(input.expires_in_days.unwrap_or(DAYS_DEFAULT));
    let last = parent.filter(|_| input.platform.is_some());
    match last.map(|parent| parent.expires_at) {
        Some(last) if wanted > last && input.expires_in_days.is_some() => Err(Refusal::field(
            "/expires_in_days",
            "range",
            t!(
                "refused-people-a-token-for-the-platform-ends",
                last = &last.format(&Rfc3339).unwrap_or_default()
            ),
        )),
        Some(last) => Ok(wanted.min(last)),
        None => Ok(wanted),
    }
}

/// Nobody lends what they may not do themselves, where the token could do it: in the whole tenant, or on each named API.
pub(crate) async fn require_scopes(
    work: &mut Work<'_>,
    actor: &Actor,
    scopes: &[Permission],
    apis: Option<&[ApiId]>,
) -> Result<(), Refusal> {
    let manage = Permission::TokenManage;
    let places = match apis {
        None if !actor.may(manage) => {
            return Err(Refusal::field(
                "/apis",
                "required",
                t!("refused-people-name-apis-you-may-make-access"),
            ));
        }
        None => None,
        Some(apis) => Some(require_apis(work, actor, apis).await?),
    };
    let mut faults = Faults::default();
    for (position, scope) in scopes.iter().enumerate() {
        let theirs = match &places {
            None => actor.may(*scope),
            Some(places) => places.iter().all(|place| actor.may_on(*scope, place)),
        };
        faults.require(
            theirs,
            &format!("/scopes/{position}"),
            "not_yours",
            t!(
                "refused-people-you-may-not-do-yourself-so-3",
                scope = &scope
            ),
        );
    }
    faults.finish()
}

/// Every named API is one of the tenant's, and one whose tokens its maker manages.
async fn require_apis(
    work: &mut Work<'_>,
    actor: &Actor,
    ids: &[ApiId],
) -> Result<Vec<Place>, Refusal> {
    let wanted: Vec<Uuid> = ids.iter().map(|api| api.uuid()).collect();
    let places = apis::places(work.conn(), &wanted).await?;
    for (position, api) in ids.iter().enumerate() {
        let theirs = places
            .iter()
            .any(|place| place.api == Some(*api) && actor.may_on(Permission::TokenManage, place));
        if !theirs {
            return Err(Refusal::unknown(format!("/apis/{position}")));
        }
    }
    Ok(places)
}

/// Whose account a new token opens ([`crate::account::open`]): that of the person who makes it themselves, or with a token that is
/// theirs in the same way, and lends it everything they may do. A token that opens none makes none that does, and one that was
/// lent less never opens one, whatever its maker may do later.
async fn opened_by(
    work: &mut Work<'_>,
    actor: &Actor,
    view: &TokenView,
) -> Result<Option<Opens>, Refusal> {
    if view.platform || view.apis.is_some() {
        return Ok(None);
    }
    let opens = match actor.kind() {
        ActorKind::User { id, .. } => Some(Opens {
            person: id.uuid(),
            vouched: actor.is_vouched_for(),
        }),
        ActorKind::Token { id } => {
            let parents = sqlx::query_as!(
                Opens,
                r#"select account_user_id as "person!", account_vouched as vouched from access_token
                   where tenant_id = $1 and id = $2 and account_user_id = created_by"#,
                actor.tenant().uuid(),
                id.uuid(),
            );
            parents.fetch_optional(work.conn()).await?
        }
        ActorKind::System => None,
    };
    let Some(opens) = opens else { return Ok(None) };
    let person = UserId::from_uuid(opens.person);
    let theirs = members::grants_of(work.conn(), actor.tenant(), person).await?;
    let theirs = theirs.iter().flat_map(|grant| &grant.permissions);
    let lacks = account::lacking(&theirs.copied().collect(), &view.scopes);
    Ok(Some(opens).filter(|_| lacks.is_empty()))
}

/// An account that a token opens.
pub(crate) struct Opens {
    person: Uuid,
    /// Whether only the tenant's own identity provider said who they are.
    vouched: bool,
}

/// How a token came to be.
pub(crate) enum Made {
    /// Somebody made it, for whom it may open their account.
    ByHand(Option<Opens>),
    /// A workload of CI exchanged its identity for it.
    ByTrust(CiTrustId),
}

/// Writes a token.
pub(crate) async fn insert(
    work: &mut Work<'_>,
    view: &TokenView,
    key: &Key,
    made: Made,
) -> Result<(), Refusal> {
    let (opens, trust) = match made {
        Made::ByHand(opens) => (opens, None),
        Made::ByTrust(trust) => (None, Some(trust)),
    };
    let hash = key.secret_hash();
    let scopes: Vec<_> = view
        .scopes
        .iter()
        .map(|scope| scope.as_str().to_owned())
        .collect();
    let apis: Option<Vec<Uuid>> = view
        .apis
        .as_ref()
        .map(|apis| apis.iter().map(|api| api.uuid()).collect());
    let tenant = work.tenant();
    sqlx::query!(
        "insert into access_token (id, tenant_id, name, key_id, secret_hash, last4, scopes, api_ids, created_by, created_at,
                                   expires_at, ci_trust_id, platform_user_id, account_user_id, account_vouched)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        view.id.uuid(),
        tenant,
        view.name,
        stored_key_id(key),
        hash.0.as_slice(),
        view.last4,
        &scopes,
        apis.as_deref(),
        view.created_by.map(UserId::uuid),
        view.created_at,
        view.expires_at,
        trust.map(CiTrustId::uuid),
        view.created_by.filter(|_| view.platform).map(UserId::uuid),
        opens.as_ref().map(|opens| opens.person),
        opens.as_ref().is_some_and(|opens| opens.vouched),
    )
    .execute(work.conn())
    .await?;
    Ok(())
}
