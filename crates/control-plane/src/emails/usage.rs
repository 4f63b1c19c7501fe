//! Mails about what an application uses: its keys, its plan, the APIs it calls, and itself.

use super::letter::{Draft, Letter};
use gatehouse_language::t;

fn because(tenant: &str, application: &str) -> String {
    t!(
        "emails-you-get-this-because-you-belong",
        application = application,
        tenant = tenant
    )
}

fn by(actor: Option<&str>) -> String {
    actor.map_or(String::new(), |actor| t!("emails-by", actor = actor))
}

/// Tells a team that one of its keys was made, replaced or revoked. The key itself is never in it.
pub fn key_letter(
    event: &str,
    tenant: &str,
    application: &str,
    key: &str,
    actor: Option<&str>,
    reason: &str,
    path: &str,
) -> Letter {
    let by = by(actor);
    let (template, subject, result, next) = match event {
        "credential.revoked" => (
            "key_revoked",
            t!(
                "emails-key-revoked-subject",
                key = key,
                application = application
            ),
            t!(
                "emails-key-revoked",
                key = key,
                application = application,
                by = &by
            ),
            t!("emails-calls-with-it-are-refused-create"),
        ),
        "credential.rotated" => (
            "key_replaced",
            t!(
                "emails-key-replaced-subject",
                key = key,
                application = application
            ),
            t!(
                "emails-key-replaced",
                key = key,
                application = application,
                by = &by
            ),
            t!("emails-the-old-key-works-until-the"),
        ),
        "credential.leaked" => (
            "key_leaked",
            t!(
                "emails-key-leaked-subject",
                key = key,
                application = application
            ),
            t!(
                "emails-key-leaked",
                key = key,
                application = application,
                by = &by
            ),
            t!("emails-calls-with-it-are-refused-put"),
        ),
        "credential.retired" => (
            "key_retired",
            t!(
                "emails-key-retired-subject",
                key = key,
                application = application
            ),
            t!(
                "emails-key-retired",
                key = key,
                application = application,
                by = &by
            ),
            t!("emails-nobody-used-it-any-more-the"),
        ),
        "credential.expiring" => (
            "key_expiring",
            t!(
                "emails-key-expiring-subject",
                key = key,
                application = application
            ),
            t!(
                "emails-key-expiring",
                key = key,
                application = application,
                by = &by
            ),
            t!("emails-replace-it-before-that-with-an"),
        ),
        _ => (
            "key_created",
            t!(
                "emails-key-created-subject",
                key = key,
                application = application
            ),
            t!(
                "emails-key-created",
                key = key,
                application = application,
                by = &by
            ),
            t!("emails-only-whoever-made-it-has-seen"),
        ),
    };
    Draft::new(template, subject, result)
        .quote(Some(reason))
        .say(next)
        .link(t!("emails-open-keys"), path)
        .because(because(tenant, application))
}

/// When a key ends: `at` is RFC 3339, in UTC.
pub fn key_ends(days: i64, at: &str) -> String {
    let at: String = at.replace('T', " ").chars().take(16).collect();
    match days {
        1 => t!("emails-it-ends-within-a-day-on", at = &at),
        days => t!("emails-it-ends-within-days-on-utc", days = days, at = &at),
    }
}

/// Tells a team that its application was suspended or that this was lifted.
pub fn application_letter(
    event: &str,
    tenant: &str,
    application: &str,
    reason: &str,
    path: &str,
) -> Letter {
    let (template, subject, next) = if event == "application.suspended" {
        (
            "application_suspended",
            t!("emails-was-suspended", application = application),
            t!("emails-every-call-with-its-keys-is"),
        )
    } else {
        (
            "application_unsuspended",
            t!("emails-suspension-of-lifted", application = application),
            t!("emails-its-keys-work-again"),
        )
    };
    Draft::new(template, &subject, format!("{subject}."))
        .quote(Some(reason))
        .say(next)
        .link(t!("emails-open-application"), path)
        .because(because(tenant, application))
}

/// Tells whoever may manage a webhook that nothing more is sent to it.
pub fn webhook_disabled(tenant: &str, webhook: &str, reason: &str) -> Letter {
    Draft::new(
        "webhook_disabled",
        t!("emails-webhook-was-disabled", webhook = webhook),
        t!("emails-nothing-more-is-sent-to-the", webhook = webhook),
    )
    .quote(Some(reason))
    .say(t!("emails-what-happens-meanwhile-is-kept-for"))
    .because(t!("emails-you-get-this-because-you-may", tenant = tenant))
}

/// Tells whoever manages a tenant that a certificate of one of its domains ends soon; `ends` are the words of [`key_ends`].
pub fn certificate_ends(tenant: &str, certificate: &str, hosts: &str, ends: &str) -> Letter {
    Draft::new(
        "certificate_ends",
        t!("emails-certificate-ends-soon", certificate = certificate),
        t!(
            "emails-the-certificate-is-for",
            certificate = certificate,
            hosts = hosts,
            ends = ends
        ),
    )
    .say(t!("emails-clients-refuse-a-certificate-that-has"))
    .because(t!(
        "emails-you-get-this-because-you-manage",
        tenant = tenant
    ))
}

/// Tells a subscriber that a plan's limits are different now.
pub fn limits_changed(tenant: &str, plan: &str, application: &str, path: &str) -> Letter {
    Draft::new(
        "limits_changed",
        t!("emails-limits-of-the-plan-changed", plan = plan),
        t!(
            "emails-the-plan-which-uses-has-other",
            plan = plan,
            application = application
        ),
    )
    .say(t!("emails-the-application-s-page-shows-the"))
    .link(t!("emails-open-application"), path)
    .because(because(tenant, application))
}

/// Tells a subscriber that there is a new version of the terms of their plan.
pub fn terms_changed(
    tenant: &str,
    terms: &str,
    version: i32,
    application: &str,
    path: &str,
) -> Letter {
    Draft::new(
        "terms_changed",
        t!("emails-new-version-of", terms = terms),
        t!(
            "emails-version-of-which-hold-for-a",
            version = version.to_string(),
            terms = terms,
            application = application
        ),
    )
    .say(t!("emails-calls-go-on-as-before-read"))
    .link(t!("emails-open-application"), path)
    .because(because(tenant, application))
}

/// Tells a subscriber that a version of an API ends, or ended.
pub fn api_letter(
    event: &str,
    tenant: &str,
    api: &str,
    application: &str,
    sunset: Option<&str>,
    path: &str,
) -> Letter {
    let draft = if event == "api.retired" {
        Draft::new(
            "api_retired",
            t!("emails-was-retired", api = api),
            t!(
                "emails-which-uses-was-retired-calls-to",
                api = api,
                application = application
            ),
        )
    } else {
        let result = match sunset {
            Some(date) => t!(
                "emails-deprecated-until",
                api = api,
                application = application,
                date = date
            ),
            None => t!("emails-deprecated", api = api, application = application),
        };
        Draft::new(
            "api_deprecated",
            t!("emails-is-deprecated", api = api),
            result,
        )
    };
    draft
        .say(t!("emails-its-page-names-the-version-that"))
        .link(t!("emails-open-api"), path)
        .because(because(tenant, application))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_in_one_line_in_every_subject() {
        let evil = "x\r\nBcc: y@example.com";
        let letters = [
            key_letter(
                "credential.revoked",
                evil,
                evil,
                evil,
                Some(evil),
                evil,
                "/x",
            ),
            key_letter("credential.issued", evil, evil, evil, None, "", "/x"),
            application_letter("application.suspended", evil, evil, evil, "/x"),
            application_letter("application.unsuspended", evil, evil, "", "/x"),
            limits_changed(evil, evil, evil, "/x"),
            terms_changed(evil, evil, 2, evil, "/x"),
            api_letter("api.deprecated", evil, evil, evil, Some("2027-01-01"), "/x"),
            api_letter("api.retired", evil, evil, evil, None, "/x"),
        ];
        for letter in letters {
            assert!(
                !letter.subject.contains(['\r', '\n']),
                "{}",
                letter.template
            );
            assert!(!letter.subject.is_empty());
        }
    }

    #[test]
    fn a_deprecation_names_the_last_day() {
        let letter = api_letter(
            "api.deprecated",
            "N",
            "Petstore v1",
            "App",
            Some("2027-01-31"),
            "/apis/petstore",
        );
        assert!(
            letter.text.contains("served until 2027-01-31."),
            "{}",
            letter.text
        );
    }
}
