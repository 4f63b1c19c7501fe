//! Every mail with values such as real ones have: what previews show and tests send.

use gatehouse_domain::incident::{IncidentImpact, IncidentState};
use gatehouse_language::t;

use super::access::{
    Access, access_letter, decision_due, decision_late, message_received, request_received,
};
use super::letter::Letter;
use super::{account, digest, incident, talk, usage};
use crate::incidents::{impact_word, state_word};

const TENANT: &str = "Northwind";
const APP: &str = "Mobile checkout";
const APP_PAGE: &str = "/applications";

/// One of each, in the order a person meets them.
pub fn samples() -> Vec<Letter> {
    let mut letters = of_accounts();
    letters.extend(of_access());
    letters.extend(of_use());
    letters.extend(of_talk());
    letters.extend(of_incidents());
    let subjects = [
        t!("emails-is-deprecated", api = "Petstore v1"),
        t!("emails-limits-of-the-plan-changed", plan = "Free"),
    ];
    letters.push(digest::digest(TENANT, &subjects));
    letters
}

fn of_accounts() -> Vec<Letter> {
    vec![
        account::verify_email(TENANT, "Ines Duarte"),
        account::already_registered(TENANT),
        account::invitation(TENANT, "Ana Okafor", "developer"),
        account::confirm_identity(TENANT, "Google"),
        account::identity_connected(TENANT, "Google"),
        account::reset_password(TENANT),
        account::password_changed(TENANT),
        account::change_email(TENANT, "Ines Duarte"),
        account::email_changed(TENANT, "ines@northwind.example"),
        account::second_factor_on(TENANT),
        account::second_factor_off(TENANT),
        account::second_factor_reset(TENANT),
        account::passkey_added(TENANT),
        account::passkey_removed(TENANT),
        account::recovery_code_used(TENANT),
        account::recovery_codes_made(TENANT),
    ]
}

fn of_access() -> Vec<Letter> {
    let access = Access {
        tenant: TENANT.to_owned(),
        api: "Petstore".to_owned(),
        application: APP.to_owned(),
        plan: "Free".to_owned(),
        environment: "production".to_owned(),
        application_path: APP_PAGE.to_owned(),
        request_path: "/console/requests".to_owned(),
        requester: "Ines Duarte".to_owned(),
        actor: Some("Ana Okafor".to_owned()),
        reason: Some("For the spring release.".to_owned()),
    };
    let due = "2026-11-22 09:30";
    let told = [
        "approved",
        "rejected",
        "reconsidered",
        "suspended",
        "unsuspended",
        "revoked",
        "expired",
        "renewed",
        "plan_changed",
    ];
    let decided = told
        .iter()
        .filter_map(|event| access_letter(&format!("subscription.{event}"), &access));
    let asked = [
        request_received(&access),
        message_received(&access),
        decision_due(&access, due),
        decision_late(&access, due),
    ];
    asked.into_iter().chain(decided).collect()
}

fn of_talk() -> Vec<Letter> {
    let path = "/apis";
    let (asked, answered) = ("How many pets may I keep?", "As many as you like.");
    vec![
        talk::question_asked(TENANT, "Petstore", "Ines Duarte", asked, path),
        talk::question_answered(TENANT, "Petstore", "Ana Okafor", answered, path),
        talk::api_news(
            TENANT,
            "Petstore",
            &t!("emails-new-description", version = "v2"),
            path,
        ),
    ]
}

fn of_incidents() -> impl Iterator<Item = Letter> {
    let told = ["incident.opened", "incident.updated", "incident.resolved"];
    told.into_iter().filter_map(|event| {
        let sample = incident::Incident {
            planned: None,
            tenant: TENANT,
            title: "Orders are slow",
            impact: &impact_word(IncidentImpact::Degraded),
            state: &state_word(IncidentState::Identified),
            apis: "Orders, Petstore",
            text: "A database is short of memory. Calls take up to **8 seconds**.",
            path: "/status/incidents/7",
        };
        incident::incident_letter(event, &sample)
    })
}

fn of_use() -> Vec<Letter> {
    let key = |event: &str| {
        let reason = match event {
            "credential.expiring" => usage::key_ends(7, "2026-11-27T09:30:00Z"),
            "credential.revoked" => "It was found in a log.".to_owned(),
            _ => String::new(),
        };
        let by = (event != "credential.expiring").then_some("Ines Duarte");
        usage::key_letter(event, TENANT, APP, "till", by, &reason, APP_PAGE)
    };
    let application = |event: &str| {
        usage::application_letter(event, TENANT, APP, "Too many calls at once.", APP_PAGE)
    };
    let api = |event: &str| {
        let sunset = Some("2027-01-31");
        usage::api_letter(event, TENANT, "Petstore v1", APP, sunset, "/apis")
    };
    vec![
        key("credential.issued"),
        key("credential.rotated"),
        key("credential.expiring"),
        key("credential.leaked"),
        key("credential.retired"),
        key("credential.revoked"),
        application("application.suspended"),
        application("application.unsuspended"),
        usage::limits_changed(TENANT, "Free", APP, APP_PAGE),
        usage::terms_changed(TENANT, "Store terms", 2, APP, APP_PAGE),
        api("api.deprecated"),
        api("api.retired"),
        usage::certificate_ends(
            TENANT,
            "petstore",
            "api.petstore.example",
            &usage::key_ends(7, "2026-11-27T09:30:00Z"),
        ),
        usage::webhook_disabled(TENANT, "Stock feed", "It answered 500 for three days."),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_template_of_the_sources_has_a_sample() {
        let sources = [
            include_str!("access.rs"),
            include_str!("account.rs"),
            include_str!("digest.rs"),
            include_str!("incident.rs"),
            include_str!("talk.rs"),
            include_str!("usage.rs"),
        ];
        // A template is named first in a draft, or is a word with an underscore, as no other text there is.
        let plain = |word: &str| word.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        let mut named = BTreeSet::new();
        for source in sources {
            let code = source.split("#[cfg(test)]").next().unwrap_or_default();
            let texts = code.split('"').skip(1).step_by(2);
            named.extend(texts.filter(|text| plain(text) && text.contains('_')));
            let drafts = code.split("Draft::new(").skip(1);
            let first = drafts.filter_map(|rest| rest.trim_start().strip_prefix('"'));
            named.extend(first.filter_map(|rest| rest.split('"').next()));
        }
        let sampled: BTreeSet<&str> = samples().iter().map(|letter| letter.template).collect();
        assert!(named.len() > 30, "{named:?}");
        assert_eq!(named, sampled);
        assert_eq!(samples().len(), sampled.len(), "one of each");
    }
}
