//! What is the caller's own.

use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Token, ids, words};

/// Whose account it is.
#[derive(Debug, ToSchema)]
pub struct Account {
    /// The person.
    pub id: ids::UserId,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// What they want pages and mails in; null leaves it to the browser; what somebody else does is mailed in English.
    pub language: Option<words::Language>,
    /// The tenant that is spoken to.
    pub tenant: AccountTenant,
    /// Every tenant they are an active member of, by name; that one alone where only its identity provider vouches for them.
    pub tenants: Vec<AccountTenant>,
    /// Notices of this tenant that they did not read yet.
    pub unread: i64,
    /// What they came with.
    pub token: Option<Token>,
}

/// What somebody wants pages and mails in.
#[derive(Debug, ToSchema)]
pub struct AccountLanguage {
    /// Null leaves it to the browser.
    pub language: Option<words::Language>,
}

/// A tenant as its members see it.
#[derive(Debug, ToSchema)]
pub struct AccountTenant {
    /// Identity.
    pub id: ids::TenantId,
    /// In URLs.
    pub slug: String,
    /// For people.
    pub name: String,
    /// Where its days and months begin, and its mails of the day come, an IANA name.
    pub time_zone: String,
}

/// Where somebody is signed in.
#[derive(Debug, ToSchema)]
pub struct Session {
    /// Names the session; it opens nothing.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub id: String,
    /// The address it was begun from, where that is known.
    pub ip: Option<String>,
    /// What the browser called itself.
    pub agent: Option<String>,
    /// When it began.
    pub created_at: OffsetDateTime,
    /// When it was last used.
    pub last_seen_at: OffsetDateTime,
    /// When it ends, if it is not used before.
    pub expires_at: OffsetDateTime,
}

/// How many sessions were ended.
#[derive(Debug, ToSchema)]
pub struct EndedSessions {
    /// So many.
    pub ended: u64,
}

/// Whether more than a password is asked for at sign-in.
#[derive(Debug, ToSchema)]
pub struct SecondFactor {
    /// Whether a code of an app is.
    pub on: bool,
    /// Since when.
    pub since: Option<OffsetDateTime>,
    /// Recovery codes that were not used yet.
    pub recovery_codes_left: i64,
}

/// A key on a device of somebody's own.
#[derive(Debug, ToSchema)]
pub struct Passkey {
    /// Identity.
    pub id: Uuid,
    /// What its owner calls it.
    pub name: String,
    /// When it was added.
    pub created_at: OffsetDateTime,
    /// When it was last shown.
    pub last_used_at: Option<OffsetDateTime>,
}

/// What somebody was told.
#[derive(Debug, ToSchema)]
pub struct Notice {
    /// Identity.
    pub id: ids::NotificationId,
    /// The event it tells of, such as `subscription.approved`.
    pub r#type: String,
    /// One line.
    pub title: String,
    /// The reason or next step; may be empty.
    pub body: String,
    /// A path inside the tenant's portal.
    pub link: String,
    /// When the event happened.
    pub created_at: OffsetDateTime,
    /// When it was read.
    pub read_at: Option<OffsetDateTime>,
}

/// How much is left in an inbox.
#[derive(Debug, ToSchema)]
pub struct Unread {
    /// Notices that were not read yet.
    pub unread: i64,
}

/// How mail of one type comes.
#[derive(Debug, ToSchema)]
pub struct MailPreference {
    /// A type of event, or `*` for every other.
    pub r#type: String,
    /// When it happens, as a sentence.
    pub says: String,
    /// How its mail comes.
    pub mail: words::MailPreference,
    /// Whether the person chose it for this type; else it is as for every other.
    pub chosen: bool,
    /// Whether it always comes at once: something of theirs stops working.
    pub required: bool,
}
