//! Mails about access requests and subscriptions.

use super::letter::{Draft, Letter};

/// What a mail about access names.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// The tenant's name.
    pub tenant: String,
    /// The API's name.
    pub api: String,
    /// The application's name.
    pub application: String,
    /// The plan's name.
    pub plan: String,
    /// The environment's name.
    pub environment: String,
    /// Path of the application's page in the portal.
    pub application_path: String,
    /// Path of the request's page in the console.
    pub request_path: String,
    /// Who asked.
    pub requester: String,
    /// Who did it.
    pub actor: Option<String>,
    /// Why, in somebody's words.
    pub reason: Option<String>,
}

impl Access {
    fn by(&self) -> String {
        match &self.actor {
            Some(actor) => format!(" by {actor}"),
            None => String::new(),
        }
    }

    fn member_of_team(&self) -> String {
        format!(
            "You get this because you belong to the team of {} at {}.",
            self.application, self.tenant
        )
    }
}

/// Tells an approver that somebody waits.
pub fn request_received(access: &Access) -> Letter {
    let Access {
        tenant,
        api,
        application,
        plan,
        environment,
        requester,
        ..
    } = access;
    Draft::new(
        "request_received",
        &format!("{requester} requests access to {api} for {application}"),
        &format!("{requester} requests access to {api} for {application}, plan {plan}, in {environment}."),
    )
    .quote(access.reason.as_deref())
    .say("Nobody has decided yet.")
    .link("Decide request", &access.request_path)
    .because(&format!(
        "You get this because you decide access requests at {tenant}. An administrator can change your roles."
    ))
}

/// Tells the other side of a request what was written about it.
pub fn message_received(access: &Access) -> Letter {
    let Access {
        tenant,
        api,
        application,
        ..
    } = access;
    let author = access.actor.as_deref().unwrap_or("Somebody");
    Draft::new(
        "message_received",
        &format!("Message from {author} about {api} for {application}"),
        &format!("{author} wrote about the request of {application} for {api}."),
    )
    .quote(access.reason.as_deref())
    .say("Answer on the page of the request.")
    .link("Open request", &access.request_path)
    .because(&format!(
        "You get this because you belong to one of the two sides of this request at {tenant}."
    ))
}

/// Reminds an approver of a decision that is due at `due`, such as `2026-11-22 09:30`, in UTC.
pub fn decision_due(access: &Access, due: &str) -> Letter {
    waiting(
        access,
        "decision_due",
        &format!("A decision for {} is due", access.application),
        &format!("A decision is due by {due} UTC."),
        "You get this once, because you decide access requests",
    )
}

/// Tells whoever late decisions are passed on to that nobody decided by `due`, such as `2026-11-22 09:30`, in UTC.
pub fn decision_late(access: &Access, due: &str) -> Letter {
    waiting(
        access,
        "decision_late",
        &format!("Nobody decided in time for {}", access.application),
        &format!("A decision was due by {due} UTC and nobody has decided."),
        "You get this once, because late decisions are passed on to you",
    )
}

fn waiting(
    access: &Access,
    template: &'static str,
    subject: &str,
    when: &str,
    why: &str,
) -> Letter {
    let Access {
        tenant,
        api,
        application,
        plan,
        environment,
        requester,
        ..
    } = access;
    Draft::new(
        template,
        subject,
        &format!("{requester} asked for {api}, plan {plan}, for {application} in {environment}."),
    )
    .quote(access.reason.as_deref())
    .say(when)
    .link("Decide request", &access.request_path)
    .because(&format!("{why} at {tenant}."))
}

/// Tells an application's team what happened to its access. `None` for events nobody is written to about.
pub fn access_letter(event: &str, access: &Access) -> Option<Letter> {
    let Access {
        api,
        application,
        plan,
        environment,
        ..
    } = access;
    let by = access.by();
    let (template, subject, result, next, link) = match event {
        "subscription.approved" | "subscription.granted" => (
            "access_approved",
            format!("Access to {api} approved for {application}"),
            format!(
                "{application} may call {api} in {environment} under the plan {plan}, approved{by}."
            ),
            "Create a key for the application, if it has none yet.",
            "Open application",
        ),
        "subscription.rejected" => (
            "access_rejected",
            format!("Access to {api} rejected for {application}"),
            format!("The request of {application} for {api} was rejected{by}."),
            "You may request access again.",
            "Open application",
        ),
        "subscription.reconsidered" => (
            "access_reconsidered",
            format!("Access to {api} is considered again for {application}"),
            format!(
                "The refusal of {application} for {api} was taken back{by}. The request waits for a decision again."
            ),
            "Nothing needs to be done.",
            "Open application",
        ),
        "subscription.suspended" => (
            "access_suspended",
            format!("Access to {api} suspended for {application}"),
            format!(
                "Calls of {application} to {api} in {environment} are refused since it was suspended{by}."
            ),
            "The keys stay as they are. Access returns when the suspension is lifted.",
            "Open application",
        ),
        "subscription.unsuspended" => (
            "access_unsuspended",
            format!("Access to {api} restored for {application}"),
            format!(
                "{application} may call {api} in {environment} again; the suspension was lifted{by}."
            ),
            "Nothing needs to be done.",
            "Open application",
        ),
        "subscription.revoked" => (
            "access_revoked",
            format!("Access to {api} revoked for {application}"),
            format!(
                "{application} may no longer call {api} in {environment}; access was revoked{by}."
            ),
            "Its keys still work for other APIs.",
            "Open application",
        ),
        "subscription.expired" => (
            "access_expired",
            format!("Access to {api} expired for {application}"),
            format!(
                "The access of {application} to {api} in {environment} has reached its end date."
            ),
            "It can be renewed within 30 days with the same keys.",
            "Renew access",
        ),
        "subscription.renewed" => (
            "access_renewed",
            format!("Access to {api} renewed for {application}"),
            format!(
                "{application} may go on calling {api} in {environment} under the plan {plan}."
            ),
            "The keys stay as they are.",
            "Open application",
        ),
        "subscription.plan_changed" => (
            "plan_changed",
            format!("Plan of {application} for {api} is now {plan}"),
            format!("{application} now calls {api} in {environment} under the plan {plan}."),
            "The keys stay as they are.",
            "Open application",
        ),
        _ => return None,
    };
    let letter = Draft::new(template, &subject, &result)
        .quote(access.reason.as_deref())
        .say(next)
        .link(link, &access.application_path)
        .because(&access.member_of_team());
    Some(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access() -> Access {
        Access {
            tenant: "Northwind".to_owned(),
            api: "Petstore".to_owned(),
            application: "Mobile checkout".to_owned(),
            plan: "Free".to_owned(),
            environment: "production".to_owned(),
            application_path: "/applications/app_1".to_owned(),
            request_path: "/console/requests".to_owned(),
            requester: "Ana Okafor".to_owned(),
            actor: Some("Ben Ito".to_owned()),
            reason: Some("For the\nspring release.".to_owned()),
        }
    }

    #[test]
    fn an_approval_says_the_outcome_and_the_object_first() {
        let letter = access_letter("subscription.approved", &access()).unwrap();
        assert_eq!(
            letter.subject,
            "Access to Petstore approved for Mobile checkout"
        );
        assert_eq!(
            letter.text,
            "Mobile checkout may call Petstore in production under the plan Free, approved by Ben Ito.\n\n\
             > For the\n> spring release.\n\n\
             Create a key for the application, if it has none yet.\n\n\
             Open application:\n\u{1}/applications/app_1\n\n\
             --\nYou get this because you belong to the team of Mobile checkout at Northwind.\n"
        );
    }

    #[test]
    fn every_outcome_has_its_own_words_and_no_mail_shouts() {
        let mut subjects = std::collections::BTreeSet::new();
        for event in [
            "approved",
            "rejected",
            "reconsidered",
            "suspended",
            "unsuspended",
            "revoked",
            "expired",
            "renewed",
            "plan_changed",
        ] {
            let letter = access_letter(&format!("subscription.{event}"), &access()).unwrap();
            assert!(
                !letter.text.contains('!') && !letter.text.contains("successfully"),
                "{event}"
            );
            assert!(subjects.insert(letter.subject), "{event}");
        }
        assert!(access_letter("subscription.paused", &access()).is_none());
        assert!(
            request_received(&access())
                .text
                .contains("> spring release.")
        );
    }

    #[test]
    fn names_cannot_break_out_of_the_subject() {
        let hostile = Access {
            api: "A\r\nBcc: x@example.com".to_owned(),
            application: "B\nX: y".to_owned(),
            requester: "C\u{2028}D".to_owned(),
            ..access()
        };
        for subject in [
            access_letter("subscription.approved", &hostile)
                .unwrap()
                .subject,
            request_received(&hostile).subject,
        ] {
            assert!(!subject.contains(['\r', '\n', '\u{2028}']), "{subject:?}");
        }
    }
}
