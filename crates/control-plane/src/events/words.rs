//! When events happen that people get mail of, in the reader's language.

use gatehouse_language::t;

use super::EventType;

impl EventType {
    /// When it is emitted, in the reader's language; of events that nobody gets mail of, in English.
    pub fn said(&self) -> String {
        match self.kind {
            "subscription.requested" => t!("event-subscription-requested-says"),
            "subscription.approved" => t!("event-subscription-approved-says"),
            "subscription.granted" => t!("event-subscription-granted-says"),
            "subscription.rejected" => t!("event-subscription-rejected-says"),
            "subscription.reconsidered" => t!("event-subscription-reconsidered-says"),
            "subscription.message" => t!("event-subscription-message-says"),
            "subscription.suspended" => t!("event-subscription-suspended-says"),
            "subscription.unsuspended" => t!("event-subscription-unsuspended-says"),
            "subscription.plan_changed" => t!("event-subscription-plan-changed-says"),
            "subscription.renewed" => t!("event-subscription-renewed-says"),
            "subscription.revoked" => t!("event-subscription-revoked-says"),
            "subscription.expired" => t!("event-subscription-expired-says"),
            "approval.due" => t!("event-approval-due-says"),
            "approval.escalated" => t!("event-approval-escalated-says"),
            "credential.revoked" => t!("event-credential-revoked-says"),
            "credential.leaked" => t!("event-credential-leaked-says"),
            "credential.expiring" => t!("event-credential-expiring-says"),
            "certificate.expiring" => t!("event-certificate-expiring-says"),
            "application.suspended" => t!("event-application-suspended-says"),
            "application.unsuspended" => t!("event-application-unsuspended-says"),
            "api.published" => t!("event-api-published-says"),
            "api.deprecated" => t!("event-api-deprecated-says"),
            "api.retired" => t!("event-api-retired-says"),
            "api.noted" => t!("event-api-noted-says"),
            "api.question_asked" => t!("event-api-question-asked-says"),
            "api.question_answered" => t!("event-api-question-answered-says"),
            "incident.opened" => t!("event-incident-opened-says"),
            "incident.updated" => t!("event-incident-updated-says"),
            "incident.resolved" => t!("event-incident-resolved-says"),
            "plan.changed" => t!("event-plan-changed-says"),
            "terms.published" => t!("event-terms-published-says"),
            "webhook.disabled" => t!("event-webhook-disabled-says"),
            _ => self.says.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::events::{EVENTS, Notice};
    use gatehouse_domain::Language;
    use gatehouse_language::speaking_now;

    #[test]
    fn what_people_get_mail_of_is_said_in_their_language_and_in_english_as_the_catalogue_says_it() {
        for event in EVENTS {
            assert_eq!(event.said(), event.says);
            let german = speaking_now(Language::German, || event.said());
            let mailed = matches!(event.notice, Notice::Mail | Notice::Required);
            assert_eq!(german != event.says, mailed, "{}", event.kind);
        }
    }
}
