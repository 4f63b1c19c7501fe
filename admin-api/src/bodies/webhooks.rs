//! Webhooks and what was sent to them.

use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{PersonRef, ids, words};

/// Where events are sent, without its secret.
#[derive(Debug, ToSchema)]
pub struct Webhook {
    /// Identity.
    pub id: ids::WebhookEndpointId,
    /// For people.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// The team whose applications' events it gets.
    pub team: Option<ids::TeamId>,
    /// The application whose events it gets; without either, every event of the tenant.
    pub application: Option<ids::ApplicationId>,
    /// Types, or groups such as `subscription.*`; empty is every type.
    pub types: Vec<String>,
    /// Whether events are sent.
    pub state: words::EndpointState,
    /// Why it was disabled.
    pub disabled_reason: Option<String>,
    /// Since when every attempt failed.
    pub failing_since: Option<OffsetDateTime>,
    /// Failed attempts since the last that succeeded.
    pub failures: i32,
    /// When a message was last taken.
    pub last_success_at: Option<OffsetDateTime>,
    /// Until when messages are signed with the secret before, too.
    pub previous_secret_until: Option<OffsetDateTime>,
    /// Who made it; null is the program itself.
    pub created_by: Option<PersonRef>,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// The number in its ETag.
    pub row_version: i32,
}

/// One event on its way to one webhook.
#[derive(Debug, ToSchema)]
pub struct Delivery {
    /// Identity.
    pub id: ids::WebhookDeliveryId,
    /// The event; receivers find it in `webhook-id`.
    pub event: ids::EventId,
    /// The event's type.
    pub r#type: String,
    /// How far it is.
    pub state: words::DeliveryState,
    /// How often it was tried.
    pub attempts: i32,
    /// When it is tried next, while it is.
    pub next_at: Option<OffsetDateTime>,
    /// The last answer's status.
    pub status: Option<i32>,
    /// What went wrong last.
    pub error: Option<String>,
    /// When the event was made ready for the webhook.
    pub created_at: OffsetDateTime,
    /// When it was delivered or given up.
    pub finished_at: Option<OffsetDateTime>,
}

/// One delivery with its attempts.
#[derive(Debug, ToSchema)]
pub struct DeliveryDetail {
    /// The delivery.
    #[serde(flatten)]
    pub delivery: Delivery,
    /// What is sent.
    pub body: serde_json::Value,
    /// The last 50 attempts, oldest first.
    pub log: Vec<DeliveryAttempt>,
}

/// One attempt.
#[derive(Debug, ToSchema)]
pub struct DeliveryAttempt {
    /// Which one, from 1.
    pub number: i32,
    /// When.
    pub at: OffsetDateTime,
    /// How long it took, milliseconds.
    pub duration_ms: i32,
    /// The answer's status; null when there was no answer.
    pub status: Option<i32>,
    /// What went wrong.
    pub error: Option<String>,
    /// The beginning of the answer.
    pub answer: String,
}

/// What will be sent again.
#[derive(Debug, ToSchema)]
pub struct Redelivered {
    /// How many deliveries.
    pub deliveries: u64,
    /// Whether there are more: ask again.
    pub more: bool,
}

/// A mail with values such as real ones have.
#[derive(Debug, ToSchema)]
pub struct MailTemplate {
    /// Its name.
    pub template: String,
    /// One line.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part in the tenant's own look, a whole document. Lists name the logo as the mail names the part that has it (`cid:`); a
    /// single mail has it in the document itself (`data:`).
    pub html: String,
}

/// All mails.
#[derive(Debug, ToSchema)]
pub struct MailTemplates {
    /// In the order a person meets them.
    pub data: Vec<MailTemplate>,
    /// Always null: the list is whole.
    pub next: Option<String>,
}

/// A test on its way.
#[derive(Debug, ToSchema)]
pub struct TestMail {
    /// Which mail.
    pub template: String,
    /// Whom it goes to.
    pub to: String,
}
