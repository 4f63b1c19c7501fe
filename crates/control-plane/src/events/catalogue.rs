//! The list itself, one entry a type. A new event is a new entry: verbs cannot emit what is not here.

use super::Shape::{self, Flag, Id, Moment, NamedId, NamedSlug, Number, Text, Texts};
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

const MESSAGE: &[Member] = &[
    m("subscription", Id("sub")),
    m("message", Id("msg")),
    m("side", Text),
    m("application", NamedId("app")),
    m("api", NamedSlug),
    m("plan", NamedSlug),
    m("environment", Text),
    o("requested_by", Id("usr")),
    m("reason", Text),
    m("actor", Id("usr")),
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

const EXPIRING_KEY: &[Member] = &[
    m("credential", Id("key")),
    m("application", NamedId("app")),
    m("environment", Text),
    m("name", Text),
    m("prefix", Text),
    m("days", Number),
    m("expires_at", Moment),
];

const CERTIFICATE: &[Member] = &[
    m("certificate", Id("crt")),
    m("name", Text),
    m("hosts", Texts),
    m("days", Number),
    m("expires_at", Moment),
];

const APPLICATION: &[Member] = &[
    m("application", NamedId("app")),
    m("team", Id("team")),
    o("reason", Text),
    o("actor", Id("usr")),
];

const PLAN: &[Member] = &[m("api", NamedSlug), m("plan", NamedSlug)];

const PRODUCT: &[Member] = &[m("product", NamedSlug)];

const VERSION: &[Member] = &[
    m("api", NamedSlug),
    m("version", Text),
    o("sunset_at", Text),
    o("successor", Shape::Any),
    o("reason", Text),
    o("revision", Number),
    o("first", Flag),
];

/// A question about an API, or an answer.
const COMMENT: &[Member] = &[
    m("api", NamedSlug),
    m("comment", Id("cmt")),
    m("question", Id("cmt")),
    m("text", Text),
    m("from_team", Flag),
    o("actor", Id("usr")),
];

const HIDDEN: &[Member] = &[
    m("api", NamedSlug),
    m("comment", Id("cmt")),
    m("reason", Text),
    o("actor", Id("usr")),
];

/// A description that did not pass, and one that was accepted.
const DESCRIPTION: &[Member] = &[
    m("api", NamedSlug),
    m("version", Text),
    m("revision", Number),
    o("reason", Text),
    o("breaking", Number),
    o("not_compared", Number),
    o("applications", Number),
    o("actor", Id("usr")),
];

const BREAKING: &[Member] = &[
    m("api", NamedSlug),
    m("version", Text),
    m("revision", Number),
    m("application", Id("app")),
    m("calls", Number),
    m("days", Number),
    m("breaking", Number),
];

/// A request that nobody has decided yet.
const LATE: &[Member] = &[
    m("subscription", Id("sub")),
    m("subject", Text),
    m("request", Text),
    m("application", NamedId("app")),
    m("api", NamedSlug),
    m("plan", NamedSlug),
    m("environment", Text),
    m("due_at", Moment),
    o("requested_by", Id("usr")),
    o("reason", Text),
];

const DEPUTY: &[Member] = &[
    m("from", NamedId("usr")),
    m("to", NamedId("usr")),
    o("api", NamedSlug),
    m("starts_at", Moment),
    m("ends_at", Moment),
    m("revoked", Flag),
];

const CI_TRUST: &[Member] = &[
    m("ci_trust", Id("cit")),
    m("name", Text),
    o("actor", Id("usr")),
];

/// What was said of an incident. It names no API: webhooks of applications get it too, which may not know of all of them.
const INCIDENT: &[Member] = &[
    m("incident", Id("inc")),
    m("number", Number),
    m("title", Text),
    m("impact", Text),
    m("state", Text),
    m("all_apis", Flag),
    o("starts_at", Moment),
    o("ends_at", Moment),
    m("text", Text),
    o("actor", Id("usr")),
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
    "subscription.reconsidered": ACCESS, sent, Mail, "A refusal was taken back: the request waits again.";
    "subscription.message": MESSAGE, sent, Mail, "Somebody wrote to the other side of a request; the text is the reason.";
    "subscription.withdrawn": ACCESS, sent, Inbox, "A request was taken back.";
    "subscription.suspended": ACCESS, sent, Required, "The provider stopped access.";
    "subscription.unsuspended": ACCESS, sent, Mail, "The provider's stop was lifted.";
    "subscription.paused": ACCESS, sent, None, "The consumer stopped access.";
    "subscription.resumed": ACCESS, sent, None, "The consumer's stop was lifted.";
    "subscription.terms_accepted": ACCESS, sent, None, "The team accepted terms.";
    "subscription.plan_changed": ACCESS, sent, Mail, "Another plan is in force.";
    "subscription.renewed": ACCESS, sent, Mail, "Access was extended.";
    "subscription.cancelled": ACCESS, sent, Inbox, "The consumer ended access.";
    "subscription.revoked": ACCESS, sent, Required, "The provider ended access.";
    "subscription.expired": ACCESS, sent, Required, "Access reached its end date.";

    "approval.due": LATE, sent, Mail, "A request has to be decided soon.";
    "approval.escalated": LATE, sent, Mail, "A request was not decided in time.";
    "approval.delegated": DEPUTY, sent, None, "Somebody decides for somebody who is away.";
    "approval.delegation_revoked": DEPUTY, sent, None, "A deputy was taken back.";

    "credential.issued": KEY, sent, Inbox, "A credential was made.";
    "credential.rotated": KEY, sent, Inbox, "A credential was replaced by this one.";
    "credential.revoked": KEY, sent, Required, "A credential was taken away.";
    "credential.leaked": KEY, sent, Required, "A credential was replaced without overlap because it leaked.";
    "credential.retired": KEY, sent, Inbox, "A replaced credential ended before its overlap did: nobody used it any more.";
    "credential.expiring": EXPIRING_KEY, sent, Mail, "A credential ends in 30, 7 or 1 days.";

    "certificate.expiring": CERTIFICATE, sent, Mail, "A certificate of an own domain ends in 30, 7 or 1 days.";

    "application.created": &[m("application", NamedId("app"))], sent, None, "An application was made.";
    "application.suspended": APPLICATION, sent, Required, "An application was stopped.";
    "application.unsuspended": APPLICATION, sent, Mail, "An application's stop was lifted.";
    "application.deleted": APPLICATION, sent, Inbox, "An application was deleted with its keys and subscriptions.";

    "api.created": &[m("api", NamedSlug)], sent, None, "An API was made.";
    "api.published": VERSION, sent, Mail, "A version was offered, or its description replaced.";
    "api.deprecated": VERSION, sent, Mail, "A version was given a last day.";
    "api.retired": VERSION, sent, Required, "A version is no longer served.";

    "api.noted": &[m("api", NamedSlug), m("title", Text), o("version", Text)], sent, Mail, "The owners of an API wrote into its changelog.";
    "api.question_asked": COMMENT, sent, Mail, "Somebody asks something about an API.";
    "api.question_answered": COMMENT, sent, Mail, "Somebody answered a question about an API.";
    "api.comment_hidden": HIDDEN, sent, Inbox, "A question or an answer was hidden from others.";

    "api.breaking": BREAKING, sent, Inbox, "A version was published that breaks what this application calls.";
    "spec.rejected": DESCRIPTION, sent, Inbox, "A description breaks callers and was kept for an approver.";
    "spec.accepted": DESCRIPTION, sent, Inbox, "An approver lets a rejected description pass.";

    "incident.opened": INCIDENT, sent, Mail, "Something is wrong with APIs, or maintenance is planned.";
    "incident.updated": INCIDENT, sent, Mail, "More is known of an incident.";
    "incident.resolved": INCIDENT, sent, Mail, "An incident is over.";

    "product.created": PRODUCT, sent, None, "A product over several APIs was made.";
    "product.published": PRODUCT, sent, None, "A product over several APIs was offered, or offered again.";
    "product.deprecated": PRODUCT, sent, None, "A product over several APIs is not for anything new.";
    "product.retired": PRODUCT, sent, None, "A product over several APIs is over, with every subscription to it.";

    "plan.created": PLAN, sent, None, "A plan was made.";
    "plan.changed": PLAN, sent, Mail, "A plan's limits are different.";
    "plan.approval_changed": PLAN, sent, None, "How requests for a plan are decided changed.";
    "plan.closed": PLAN, sent, None, "A plan can no longer be asked for.";

    "terms.published": &[m("terms", NamedSlug), m("version", Number)], sent, Mail, "Terms were made, or a new version of them.";

    "member.invited": &[m("email", Text), m("role", Text), o("team", Id("team"))], sent, None, "Somebody was invited.";
    "member.joined": &[m("user", Id("usr")), m("name", Text), o("roles", Texts)], sent, None, "Somebody became a member.";
    "member.roles_changed": &[m("user", Id("usr")), m("roles", Texts), o("actor", Id("usr"))], sent, Inbox, "What a member may do changed.";
    "member.disabled": &[m("user", Id("usr")), o("actor", Id("usr"))], sent, None, "A member may no longer sign in.";
    "member.enabled": &[m("user", Id("usr")), o("actor", Id("usr"))], sent, None, "A member may sign in again.";

    "member.transferred": &[m("user", Id("usr")), m("to", Id("usr")), m("applications", Number), m("tokens", Number), o("actor", Id("usr"))], sent, None, "What hung on a member was handed over to another.";

    "role.created": &[m("role", Text)], sent, None, "A role was made.";
    "role.changed": &[m("role", Text)], sent, None, "What a role may do changed, or its name.";
    "role.deleted": &[m("role", Text)], sent, None, "A role was deleted.";

    "team.created": &[m("team", Id("team")), m("slug", Text)], sent, None, "A team was made.";
    "team.changed": &[m("team", Id("team"))], sent, None, "A team's name or members changed.";

    "tenant.created": &[m("tenant", Id("ten")), m("slug", Text), m("name", Text)], kept, None, "A tenant was made.";
    "tenant.changed": &[m("tenant", Id("ten"))], sent, None, "The tenant's settings changed.";
    "tenant.status_changed": &[m("tenant", Id("ten")), m("status", Text), o("reason", Text)], sent, None, "The tenant was suspended or is being closed, or this was taken back.";

    "token.created": &[m("token", Id("tok")), m("name", Text), o("actor", Id("usr"))], sent, None, "An access token was made.";
    "token.revoked": &[m("token", Id("tok")), m("name", Text), o("actor", Id("usr"))], sent, None, "An access token was ended.";

    "ci_trust.created": CI_TRUST, sent, None, "A pipeline may exchange its tokens for access.";
    "ci_trust.deleted": CI_TRUST, sent, None, "A pipeline may no longer exchange its tokens.";
    "identity_provider.changed": &[m("identity_provider", Id("idp")), m("name", Text), m("action", Text)], sent, None, "An identity provider was added, changed or removed.";

    "changeset.applied": &[m("changes", Number), m("source", Shape::Any)], sent, None, "Configuration was applied from files.";
    "release.rolled_back": &[m("release", Number), m("changes", Number)], sent, None, "The configuration of an earlier release is in force again.";
    "config.drift": &[m("resources", Shape::Any)], sent, None, "Somebody changed by hand what files say.";

    "job.ended": &[m("job", Id("job")), m("kind", Text), m("subject", Text), m("state", Text), o("error", Text), o("requested_by", Id("usr"))], sent, Inbox, "A job came to its end, failed or was cancelled.";

    "node.lagging": &[m("gateway", NamedId("gw")), m("applied_seq", Number), m("after_s", Number), o("error", Text)], sent, None, "A gateway has lacked a change for too long.";
    "node.caught_up": &[m("gateway", NamedId("gw")), m("applied_seq", Number), m("lagged_s", Number)], sent, None, "A gateway that lagged has every change again.";

    "account.verify": &[m("tenant", Id("ten"))], kept, None, "Somebody signed up and was sent a link.";
    "account.changed": &[m("user", Id("usr")), m("what", Text)], kept, None, "How somebody signs in was changed: `what` is the address, the second factor or a passkey.";
    "account.reset": &[o("tenant", Id("ten")), o("user", Id("usr"))], kept, None, "Somebody asked for another password, or chose one.";

    "webhook.test": &[m("webhook", Id("whk")), o("actor", Id("usr"))], sent, None, "Somebody tries a webhook out.";
    "webhook.disabled": &[m("webhook", Id("whk")), m("name", Text), m("reason", Text)], sent, Required, "A webhook failed for too long, and nothing more is sent to it.";
}
