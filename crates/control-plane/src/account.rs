//! What is one person's own and no matter of their roles: who they are, where they are signed in, what guards their account, what
//! they are told and how. Pages ask for it in the person's session; over REST an access token opens it, and [`open`] is the rule.

use std::collections::BTreeSet;

use gatehouse_domain::id::{TenantId, UserId};
use gatehouse_domain::{Language, Permission};
use gatehouse_language::t;
use serde::Serialize;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::actor::{Actor, ActorKind};
use crate::db::Db;
use crate::refusal::Refusal;
use crate::tokens::{self, TokenView};
use crate::work::{Changed, Work};
use crate::{accounts, members, notices, passkeys, second_factor};

/// What nobody has to lend: the console offers it for no token.
const NEVER_LENT: Permission = Permission::OwnerManage;

/// What to do instead, at the end of every refusal.
fn instead() -> String {
    t!("refused-people-make-one-in-the-console-under")
}

/// Whose account a token opens, as its row has it.
struct Hand {
    scopes: Vec<String>,
    for_some_apis: bool,
    exchanged: bool,
    platform: bool,
    created_by: Option<Uuid>,
    account_user_id: Option<Uuid>,
    vouched: bool,
}

impl Hand {
    /// Refuses a token behind which there is no account to be opened.
    fn require_account(&self) -> Result<(), Refusal> {
        let why = if self.exchanged {
            t!("refused-people-ci-exchanged-its-identity")
        } else if self.platform {
            t!("refused-people-this-token-speaks-for-you-above")
        } else {
            return Ok(());
        };
        Err(Refusal::NotYours(format!("{why} {}", instead())))
    }

    /// The person whose own token it is.
    fn person(&self) -> Result<Uuid, Refusal> {
        match (self.account_user_id, self.created_by) {
            (Some(person), Some(maker)) if person == maker => Ok(person),
            _ => Err(Refusal::NotYours(t!(
                "refused-people-this-token-opens-nobody-s-account",
                instead = &instead()
            ))),
        }
    }

    /// Refuses a token that was lent less than everything.
    fn require_all(&self, theirs: &BTreeSet<Permission>) -> Result<(), Refusal> {
        if self.for_some_apis {
            return Err(Refusal::NotYours(t!(
                "refused-people-this-token-is-for-some-apis",
                instead = &instead()
            )));
        }
        let missing = lacking(theirs, &tokens::parse_scopes(&self.scopes)?);
        let missing: Vec<&str> = missing.iter().map(|one| one.as_str()).collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(Refusal::NotYours(t!(
            "refused-people-only-a-token-that-may-do",
            join = &missing.join(", "),
            instead = &instead()
        )))
    }
}

/// What somebody may do and their token may not, as far as it can be lent.
pub(crate) fn lacking(theirs: &BTreeSet<Permission>, lent: &[Permission]) -> Vec<Permission> {
    let all = theirs.iter().copied();
    all.filter(|one| *one != NEVER_LENT && !lent.contains(one))
        .collect()
}

/// The caller as whoever's account they may open. A person opens their own. A token opens its maker's when it is as good as they
/// are, and was from the beginning: made by them and never handed over, for every API, and lent everything they may do but naming
/// owners; one that gets into wrong hands with less reads no mail of theirs and signs nobody out. Everybody else is told what to
/// do instead.
pub async fn open(db: &Db, caller: &Actor) -> Result<Actor, Refusal> {
    let ActorKind::Token { id } = caller.kind() else {
        return Ok(caller.clone());
    };
    let tenant = caller.tenant();
    let mut tx = db.tenant(tenant).await?;
    let hand = sqlx::query_as!(
        Hand,
        r#"select scopes, api_ids is not null as "for_some_apis!", ci_trust_id is not null as "exchanged!",
                  coalesce(platform_user_id = created_by, false) as "platform!", created_by, account_user_id,
                  account_vouched as vouched
           from access_token where tenant_id = $1 and id = $2"#,
        tenant.uuid(),
        id.uuid(),
    )
    .fetch_one(&mut *tx)
    .await?;
    hand.require_account()?;
    if let Some(maker) = hand.created_by {
        let theirs = members::grants_of(&mut tx, tenant, UserId::from_uuid(maker)).await?;
        let theirs = theirs.iter().flat_map(|grant| &grant.permissions);
        hand.require_all(&theirs.copied().collect())?;
    }
    let person = UserId::from_uuid(hand.person()?);
    let whole = !hand.vouched || accounts::is_of_one_tenant(&mut tx, person, tenant).await?;
    Ok(caller.clone().opening(person, whole))
}

/// Who somebody is.
#[derive(Debug, Clone, Serialize)]
pub struct AccountView {
    /// The person.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// What they want pages and mails in; `None` leaves it to the browser; what somebody else does is mailed in English.
    pub language: Option<Language>,
    /// The tenant that is spoken to.
    pub tenant: AccountTenant,
    /// Every tenant they are an active member of, by name; that one alone where only its identity provider vouches for them.
    pub tenants: Vec<AccountTenant>,
    /// Notices of this tenant that they did not read yet.
    pub unread: i64,
    /// What they came with; `None` for a session.
    pub token: Option<TokenView>,
}

/// A tenant as its members see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccountTenant {
    /// Its id.
    pub id: TenantId,
    /// Its name in URLs.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// IANA name: days, months and mails of the day follow it.
    pub time_zone: String,
}

/// Who the acting person is.
pub async fn get_account(db: &Db, actor: &Actor) -> Result<AccountView, Refusal> {
    let user = accounts::get_user(db, actor.account()?).await?;
    let whole = actor.whole_account().is_ok();
    let theirs = members::tenants_of(db, user.id).await?;
    let tenants: Vec<AccountTenant> = theirs
        .into_iter()
        .filter(|tenant| whole || tenant.id == actor.tenant())
        .map(|tenant| AccountTenant {
            id: tenant.id,
            slug: tenant.slug,
            name: tenant.name,
            time_zone: tenant.time_zone,
        })
        .collect();
    let language = user.chosen().filter(|_| whole);
    let here = tenants.iter().find(|tenant| tenant.id == actor.tenant());
    Ok(AccountView {
        id: user.id,
        name: user.name,
        language,
        email: user.email,
        tenant: here.cloned().ok_or(Refusal::NotFound)?,
        unread: notices::unread_count(db, actor).await?,
        token: tokens::own_token(db, actor).await?,
        tenants,
    })
}

/// What somebody wants pages and mails in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LanguageView {
    /// `None` leaves it to the browser.
    pub language: Option<Language>,
}

/// Keeps what the acting person wants pages and mails in; `None` leaves it to the browser. How they read is no matter of a tenant, so
/// nothing is recorded.
pub async fn set_language(
    db: &Db,
    actor: &Actor,
    language: Option<Language>,
) -> Result<Changed<LanguageView>, Refusal> {
    let user = actor.whole_account()?;
    let mut work = Work::begin(db, actor).await?;
    accounts::keep_language(work.conn(), user, language).await?;
    work.commit(LanguageView { language }).await
}

/// Whether more than a password is asked for at sign-in. Nothing in it helps to make a code.
#[derive(Debug, Clone, Serialize)]
pub struct SecondFactorView {
    /// Whether a code of an app is.
    pub on: bool,
    /// Since when.
    #[serde(with = "time::serde::rfc3339::option")]
    pub since: Option<OffsetDateTime>,
    /// Recovery codes that were not used yet.
    pub recovery_codes_left: i64,
}

/// The acting person's second factor. It is changed on the page alone, by somebody who shows who they are.
pub async fn get_second_factor(db: &Db, actor: &Actor) -> Result<SecondFactorView, Refusal> {
    let factor = second_factor::of_person(db, actor.whole_account()?).await?;
    Ok(SecondFactorView {
        on: factor.is_some(),
        since: factor.map(|factor| factor.since),
        recovery_codes_left: factor.map_or(0, |factor| factor.recovery_codes_left),
    })
}

/// The acting person's passkeys, the oldest first. They are changed on the page alone, too.
pub async fn list_passkeys(db: &Db, actor: &Actor) -> Result<Vec<passkeys::PasskeyView>, Refusal> {
    passkeys::list(db, actor.whole_account()?).await
}
