//! The list itself, one entry a type. A new event is a new entry: verbs cannot emit what is not here.

use super::Shape::{self, Flag, Id, NamedId, NamedSlug, Number, Text, Texts};
use super::{EventType, Member, Notice};

/// A member that is always there.
const fn m(name: &'static str, shape: Shape) -> Member {
    Member {
        name,
        shape,
        always: true,
    }
}

/// A member that may be null or left out.
const fn o(name: &'static str, shape: Shape) -> Member {
    Member {
        name,
        shape,
        always: false,
    }
}

const ACCESS: &[Member] = &[
    m("subscription", Id("sub")),
    m("application", NamedId("app")),
    m("api", NamedSlug),
    m("plan", NamedSlug),
    m("environment", Text),
    o("requested_by", Id("usr")),
    o("reason", Text),
    o("actor", Id("usr")),
];

const KEY: &[Member] = &[
    m("credential", Id("key")),
    m("application", NamedId("app")),
    m("environment", Text),
    m("name", Text),
    m("prefix", Text),
    o("reason", Text),
    o("actor", Id("usr")),
];

const APPLICATION: &[Member] = &[
    m("application", NamedId("app")),
    m("team", Id("team")),
    o("reason", Text),
    o("actor", Id("usr")),
];

const PLAN: &[Member] = &[m("api", NamedSlug), m("plan", NamedSlug)];

const VERSION: &[Member] = &[
    m("api", NamedSlug),
    m("version", Text),
    o("sunset_at", Text),
    o("successor", Shape::Any),
    o("reason", Text),
    o("revision", Number),
    o("first", Flag),
];

macro_rules! events {
    ($($kind:literal: $members:expr, $sent:ident, $notice:ident, $says:literal;)*) => {
        /// Every type of event.
        pub const EVENTS: &[EventType] = &[$(EventType {
            kind: $kind,
            says: $says,
            members: $members,
            sent: events!(@ $sent),
            notice: Notice::$notice,
        },)*];
    };
    (@ sent) => { true };
    (@ kept) => { false };
}

events! {
    "subscription.requested": ACCESS, sent, Mail, "Access, another plan or a renewal was asked for and waits for a decision.";
    "subscription.approved": ACCESS, sent, Mail, "A request was agreed to, by somebody or by a rule.";
    "subscription.granted": ACCESS, sent, Mail, "Access was given without having been asked for.";
    "subscription.rejected": ACCESS, sent, Mail, "A request was refused.";
    "subscription.withdrawn": ACCESS, sent, Inbox, "A request was taken back.";
    "subscription.suspended": ACCESS, sent, Required, "The provider stopped access.";
    "subscription.unsuspended": ACCESS, sent, Mail, "The provider's stop was lifted.";
    "subscription.paused": ACCESS, sent, None, "The consumer stopped access.";
    "subscription.resumed": ACCESS, sent, None, "The consumer's stop was lifted.";
    "subscription.plan_changed": ACCESS, sent, Mail, "Another plan is in force.";
    "subscription.renewed": ACCESS, sent, Mail, "Access was extended.";
    "subscription.cancelled": ACCESS, sent, Inbox, "The consumer ended access.";
    "subscription.revoked": ACCESS, sent, Required, "The provider ended access.";
    "subscription.expired": ACCESS, sent, Required, "Access reached its end date.";

    "credential.issued": KEY, sent, Inbox, "A credential was made.";
    "credential.rotated": KEY, sent, Inbox, "A credential was replaced by this one.";
    "credential.revoked": KEY, sent, Required, "A credential was taken away.";

    "application.created": &[m("application", NamedId("app"))], sent, None, "An application was made.";
    "application.suspended": APPLICATION, sent, Required, "An application was stopped.";
    "application.unsuspended": APPLICATION, sent, Mail, "An application's stop was lifted.";
    "application.deleted": APPLICATION, sent, Inbox, "An application was deleted with its keys and subscriptions.";

    "api.created": &[m("api", NamedSlug)], sent, None, "An API was made.";
    "api.published": VERSION, sent, None, "A version was offered, or its description replaced.";
    "api.deprecated": VERSION, sent, Mail, "A version was given a last day.";
    "api.retired": VERSION, sent, Required, "A version is no longer served.";

    "plan.created": PLAN, sent, None, "A plan was made.";
    "plan.changed": PLAN, sent, Mail, "A plan's limits are different.";
    "plan.approval_changed": PLAN, sent, None, "How requests for a plan are decided changed.";
    "plan.closed": PLAN, sent, None, "A plan can no longer be asked for.";

    "member.invited": &[m("email", Text), m("role", Text), o("team", Id("team"))], sent, None, "Somebody was invited.";
    "member.joined": &[m("user", Id("usr")), m("name", Text), o("roles", Texts)], sent, None, "Somebody became a member.";
    "member.roles_changed": &[m("user", Id("usr")), m("roles", Texts), o("actor", Id("usr"))], sent, Inbox, "What a member may do changed.";
    "member.disabled": &[m("user", Id("usr")), o("actor", Id("usr"))], sent, None, "A member may no longer sign in.";
    "member.enabled": &[m("user", Id("usr")), o("actor", Id("usr"))], sent, None, "A member may sign in again.";

    "team.created": &[m("team", Id("team")), m("slug", Text)], sent, None, "A team was made.";
    "team.changed": &[m("team", Id("team"))], sent, None, "A team's name or members changed.";

    "tenant.created": &[m("tenant", Id("ten")), m("slug", Text), m("name", Text)], kept, None, "A tenant was made.";
    "tenant.changed": &[m("tenant", Id("ten"))], sent, None, "The tenant's settings changed.";
    "tenant.status_changed": &[m("tenant", Id("ten")), m("status", Text), o("reason", Text)], sent, None, "The tenant was suspended, or this was lifted.";

    "token.created": &[m("token", Id("tok")), m("name", Text), o("actor", Id("usr"))], sent, None, "An access token was made.";
    "token.revoked": &[m("token", Id("tok")), m("name", Text), o("actor", Id("usr"))], sent, None, "An access token was ended.";

    "account.verify": &[m("tenant", Id("ten"))], kept, None, "Somebody signed up and was sent a link.";
    "account.reset": &[o("tenant", Id("ten")), o("user", Id("usr"))], kept, None, "Somebody asked for another password, or chose one.";

    "webhook.test": &[m("webhook", Id("whk")), o("actor", Id("usr"))], sent, None, "Somebody tries a webhook out.";
    "webhook.disabled": &[m("webhook", Id("whk")), m("name", Text), m("reason", Text)], sent, Required, "A webhook failed for too long, and nothing more is sent to it.";
}
