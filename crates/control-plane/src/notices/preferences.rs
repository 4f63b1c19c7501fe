//! How a person gets mail: at once, once an hour, once a day, or not at all where that is allowed.

use std::collections::BTreeMap;

use gatehouse_domain::id::{TenantId, UserId};
use gatehouse_domain::notice::MailPreference;
use gatehouse_language::t;
use serde::Serialize;
use serde_json::{Map, Value, json};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::reader;
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::events::{EVENTS, EventType, Notice};
use crate::refusal::{Faults, Refusal};
use crate::words::known;
use crate::work::{Changed, Work};

/// In the place of a type: every type that nothing was said about.
pub const EVERY_OTHER: &str = "*";

/// How one kind of mail comes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PreferenceView {
    /// A type of event, or `*` for every other.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// When it happens, as a sentence.
    pub says: String,
    /// How its mail comes.
    pub mail: MailPreference,
    /// Whether the person chose it for this type; else it is as for every other.
    pub chosen: bool,
    /// Whether it always comes at once: something of theirs stops working.
    pub required: bool,
}

/// What the acting person chose in this tenant: the rule for every other type first, then each type that is mailed.
pub async fn list_preferences(db: &Db, actor: &Actor) -> Result<Vec<PreferenceView>, Refusal> {
    let user = reader(actor)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    preferences(&mut tx, actor.tenant(), user).await
}

async fn preferences(
    conn: &mut PgConnection,
    tenant: TenantId,
    user: Uuid,
) -> Result<Vec<PreferenceView>, Refusal> {
    let rows = sqlx::query!(
        "select type as kind, mail from mail_preference where tenant_id = $1 and user_id = $2",
        tenant.uuid(),
        user,
    )
    .fetch_all(conn)
    .await?;
    let mut chosen = BTreeMap::new();
    for row in rows {
        let mail = known(MailPreference::parse(&row.mail), &row.mail)?;
        chosen.insert(row.kind, mail);
    }
    let other = chosen.get(EVERY_OTHER).copied();
    let every_other = PreferenceView {
        kind: EVERY_OTHER,
        says: t!("emails-everything-else"),
        mail: other.unwrap_or(MailPreference::Immediate),
        chosen: other.is_some(),
        required: false,
    };
    let of_type = |event: &EventType| {
        let own = chosen.get(event.kind).copied();
        let required = event.notice == Notice::Required;
        PreferenceView {
            kind: event.kind,
            says: event.said(),
            mail: match own {
                Some(mail) if !required => mail,
                None if !required => every_other.mail,
                _ => MailPreference::Immediate,
            },
            chosen: own.is_some() && !required,
            required,
        }
    };
    let mailed = EVENTS
        .iter()
        .filter(|event| matches!(event.notice, Notice::Mail | Notice::Required));
    let views: Vec<PreferenceView> = mailed.map(of_type).collect();
    Ok(std::iter::once(every_other).chain(views).collect())
}

/// What a person chooses: a type of event, or [`EVERY_OTHER`], and how its mail comes; `None` takes a choice back.
pub type Choices = BTreeMap<String, Option<MailPreference>>;

/// Chooses how the acting person gets mail, all of it or nothing. What is not named stays as it is.
pub async fn set_preferences(db: &Db, actor: &Actor, choices: &Choices) -> Result<(), Refusal> {
    let user = reader(actor)?;
    let mut faults = Faults::default();
    for kind in choices.keys() {
        require_choice(kind, &mut faults);
    }
    faults.finish()?;
    let mut work = Work::begin(db, actor).await?;
    choose(&mut work, user, choices).await?;
    work.commit(()).await.map(drop)
}

/// Chooses how the acting person gets mail of one type, or of [`EVERY_OTHER`]; `None` takes the choice back.
pub async fn set_preference(
    db: &Db,
    actor: &Actor,
    kind: &str,
    mail: Option<MailPreference>,
) -> Result<Changed<PreferenceView>, Refusal> {
    let user = reader(actor)?;
    let mut work = Work::begin(db, actor).await?;
    let listed = preferences(work.conn(), actor.tenant(), user).await?;
    let known = listed.iter().find(|view| view.kind == kind);
    if known.ok_or(Refusal::NotFound)?.required {
        return Err(Refusal::field("/mail", "required", always_comes(kind)));
    }
    let choices = Choices::from([(kind.to_owned(), mail)]);
    choose(&mut work, user, &choices).await?;
    let listed = preferences(work.conn(), actor.tenant(), user).await?;
    let chosen = listed.into_iter().find(|view| view.kind == kind);
    work.commit(chosen.ok_or(Refusal::NotFound)?).await
}

/// Writes what is new among the choices, and what the audit log says of it.
async fn choose(work: &mut Work<'_>, user: Uuid, choices: &Choices) -> Result<(), Refusal> {
    let (mut before, mut after) = (Map::new(), Map::new());
    for (kind, mail) in choices {
        let mail = mail.map(MailPreference::as_str);
        let was = replace(work, user, kind, mail).await?;
        if was.as_deref() != mail {
            before.insert(kind.clone(), json!(was));
            after.insert(kind.clone(), json!(mail));
        }
    }
    if after.is_empty() {
        return Ok(());
    }
    let user = UserId::from_uuid(user);
    work.audit(AuditEntry {
        action: "mail_preference.set",
        subject: user.to_string(),
        before: Some(Value::Object(before)),
        after: Some(Value::Object(after)),
        reason: None,
    });
    Ok(())
}

/// Puts one choice in the place of another, and returns that.
async fn replace(
    work: &mut Work<'_>,
    user: Uuid,
    kind: &str,
    mail: Option<&str>,
) -> Result<Option<String>, Refusal> {
    let tenant = work.tenant();
    let was = sqlx::query_scalar!(
        "delete from mail_preference where tenant_id = $1 and user_id = $2 and type = $3 returning mail",
        tenant,
        user,
        kind,
    )
    .fetch_optional(work.conn())
    .await?;
    if let Some(mail) = mail {
        // Somebody who saves twice at the same time says the same twice.
        sqlx::query!(
            "insert into mail_preference (tenant_id, user_id, type, mail) values ($1, $2, $3, $4)
             on conflict (tenant_id, user_id, type) do update set mail = excluded.mail",
            tenant,
            user,
            kind,
            mail,
        )
        .execute(work.conn())
        .await?;
    }
    Ok(was)
}

fn always_comes(kind: &str) -> String {
    t!("refused-people-mail-of-always-comes-at-once", kind = &kind)
}

fn require_choice(kind: &str, faults: &mut Faults) {
    let pointer = format!("/{kind}");
    match crate::events::find(kind).map(|event| event.notice) {
        Some(Notice::Mail) => {}
        Some(Notice::Required) => faults.require(false, &pointer, "required", always_comes(kind)),
        _ if kind == EVERY_OTHER => {}
        _ => faults.require(
            false,
            &pointer,
            "unknown",
            t!("refused-people-nobody-gets-mail-of-use-a", kind = &kind),
        ),
    }
}

/// How a person gets mail of an event. What is required comes at once, whatever lies in the table.
pub(crate) async fn preference_of(
    conn: &mut PgConnection,
    tenant: Uuid,
    user: Uuid,
    kind: &str,
) -> Result<MailPreference, Refusal> {
    if crate::events::find(kind).is_none_or(|event| event.notice != Notice::Mail) {
        return Ok(MailPreference::Immediate);
    }
    let chosen = sqlx::query_scalar!(
        "select mail from mail_preference where tenant_id = $1 and user_id = $2 and type in ($3, $4)
         order by type = $4 limit 1",
        tenant,
        user,
        kind,
        EVERY_OTHER,
    )
    .fetch_optional(conn)
    .await?;
    match chosen {
        Some(mail) => known(MailPreference::parse(&mail), &mail),
        None => Ok(MailPreference::Immediate),
    }
}
