//! Mails about access requests and subscriptions.

use super::letter::{Draft, Letter};
use gatehouse_language::t;

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
            Some(actor) => t!("emails-by", actor = actor),
            None => String::new(),
        }
    }

    fn member_of_team(&self) -> String {
        t!(
            "emails-you-get-this-because-you-belong",
            application = &self.application,
            tenant = &self.tenant
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
        t!(
            "emails-requests-access-to-for",
            requester = requester,
            api = api,
            application = application
        ),
        t!(
            "emails-requests-access-to-for-plan-in",
            requester = requester,
            api = api,
            application = application,
            plan = plan,
            environment = environment
        ),
    )
    .quote(access.reason.as_deref())
    .say(t!("emails-nobody-has-decided-yet"))
    .link(t!("emails-decide-request"), &access.request_path)
    .because(t!(
        "emails-you-get-this-because-you-decide",
        tenant = tenant
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
    let author = access
        .actor
        .as_deref()
        .map_or_else(|| t!("emails-somebody"), ToOwned::to_owned);
    Draft::new(
        "message_received",
        t!(
            "emails-message-from-about-for",
            author = &author,
            api = api,
            application = application
        ),
        t!(
            "emails-wrote-about-the-request-of-for",
            author = &author,
            application = application,
            api = api
        ),
    )
    .quote(access.reason.as_deref())
    .say(t!("emails-answer-on-the-page-of-the"))
    .link(t!("emails-open-request"), &access.request_path)
    .because(t!(
        "emails-you-get-this-because-you-belong-2",
        tenant = tenant
    ))
}

/// Reminds an approver of a decision that is due at `due`, such as `2026-11-22 09:30`, in UTC.
pub fn decision_due(access: &Access, due: &str) -> Letter {
    waiting(
        access,
        "decision_due",
        t!(
            "emails-a-decision-for-is-due",
            application = &access.application
        ),
        t!("emails-a-decision-is-due-by-utc", due = due),
        t!("emails-once-you-decide", tenant = &access.tenant),
    )
}

/// Tells whoever late decisions are passed on to that nobody decided by `due`, such as `2026-11-22 09:30`, in UTC.
pub fn decision_late(access: &Access, due: &str) -> Letter {
    waiting(
        access,
        "decision_late",
        t!(
            "emails-nobody-decided-in-time-for",
            application = &access.application
        ),
        t!("emails-a-decision-was-due-by-utc", due = due),
        t!("emails-once-passed-on", tenant = &access.tenant),
    )
}

fn waiting(
    access: &Access,
    template: &'static str,
    subject: String,
    when: String,
    why: String,
) -> Letter {
    let Access {
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
        t!(
            "emails-asked-for-plan-for-in",
            requester = requester,
            api = api,
            plan = plan,
            application = application,
            environment = environment
        ),
    )
    .quote(access.reason.as_deref())
    .say(when)
    .link(t!("emails-decide-request"), &access.request_path)
    .because(why)
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
            t!(
                "emails-access-to-approved-for",
                api = api,
                application = application
            ),
            t!(
                "emails-may-call-in-under-the-plan",
                application = application,
                api = api,
                environment = environment,
                plan = plan,
                by = &by
            ),
            t!("emails-create-a-key-for-the-application"),
            t!("emails-open-application"),
        ),
        "subscription.rejected" => (
            "access_rejected",
            t!(
                "emails-access-to-rejected-for",
                api = api,
                application = application
            ),
            t!(
                "emails-the-request-of-for-was-rejected",
                application = application,
                api = api,
                by = &by
            ),
            t!("emails-you-may-request-access-again"),
            t!("emails-open-application"),
        ),
        "subscription.reconsidered" => (
            "access_reconsidered",
            t!(
                "emails-access-to-is-considered-again-for",
                api = api,
                application = application
            ),
            t!(
                "emails-the-refusal-of-for-was-taken",
                application = application,
                api = api,
                by = &by
            ),
            t!("emails-nothing-needs-to-be-done"),
            t!("emails-open-application"),
        ),
        "subscription.suspended" => (
            "access_suspended",
            t!(
                "emails-access-to-suspended-for",
                api = api,
                application = application
            ),
            t!(
                "emails-calls-of-to-in-are-refused",
                application = application,
                api = api,
                environment = environment,
                by = &by
            ),
            t!("emails-the-keys-stay-as-they-are"),
            t!("emails-open-application"),
        ),
        "subscription.unsuspended" => (
            "access_unsuspended",
            t!(
                "emails-access-to-restored-for",
                api = api,
                application = application
            ),
            t!(
                "emails-may-call-in-again-the-suspension",
                application = application,
                api = api,
                environment = environment,
                by = &by
            ),
            t!("emails-nothing-needs-to-be-done"),
            t!("emails-open-application"),
        ),
        "subscription.revoked" => (
            "access_revoked",
            t!(
                "emails-access-to-revoked-for",
                api = api,
                application = application
            ),
            t!(
                "emails-may-no-longer-call-in-access",
                application = application,
                api = api,
                environment = environment,
                by = &by
            ),
            t!("emails-its-keys-still-work-for-other"),
            t!("emails-open-application"),
        ),
        "subscription.expired" => (
            "access_expired",
            t!(
                "emails-access-to-expired-for",
                api = api,
                application = application
            ),
            t!(
                "emails-the-access-of-to-in-has",
                application = application,
                api = api,
                environment = environment
            ),
            t!("emails-it-can-be-renewed-within-30"),
            t!("emails-renew-access"),
        ),
        "subscription.renewed" => (
            "access_renewed",
            t!(
                "emails-access-to-renewed-for",
                api = api,
                application = application
            ),
            t!(
                "emails-may-go-on-calling-in-under",
                application = application,
                api = api,
                environment = environment,
                plan = plan
            ),
            t!("emails-the-keys-stay-as-they-are-2"),
            t!("emails-open-application"),
        ),
        "subscription.plan_changed" => (
            "plan_changed",
            t!(
                "emails-plan-of-for-is-now",
                application = application,
                api = api,
                plan = plan
            ),
            t!(
                "emails-now-calls-in-under-the-plan",
                application = application,
                api = api,
                environment = environment,
                plan = plan
            ),
            t!("emails-the-keys-stay-as-they-are-2"),
            t!("emails-open-application"),
        ),
        _ => return None,
    };
    let letter = Draft::new(template, &subject, &result)
        .quote(access.reason.as_deref())
        .say(next)
        .link(link, &access.application_path)
        .because(access.member_of_team());
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
