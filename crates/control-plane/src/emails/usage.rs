//! Mails about what an application uses: its keys, its plan, the APIs it calls, and itself.

use super::letter::{Draft, Letter};

fn because(tenant: &str, application: &str) -> String {
    format!("You get this because you belong to the team of {application} at {tenant}.")
}

fn by(actor: Option<&str>) -> String {
    actor.map_or(String::new(), |actor| format!(" by {actor}"))
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
    let tense = if event == "credential.expiring" {
        "is"
    } else {
        "was"
    };
    let (template, verb, next) = match event {
        "credential.revoked" => (
            "key_revoked",
            "revoked",
            "Calls with it are refused. Create another key if the application still needs one.",
        ),
        "credential.rotated" => (
            "key_replaced",
            "replaced",
            "The old key works until the end of the overlap.",
        ),
        "credential.leaked" => (
            "key_leaked",
            "replaced because it leaked",
            "Calls with it are refused. Put the new key in its place, and look for calls that were not yours.",
        ),
        "credential.retired" => (
            "key_retired",
            "retired",
            "Nobody used it any more; the key that replaced it works on.",
        ),
        "credential.expiring" => (
            "key_expiring",
            "about to expire",
            "Replace it before that: with an overlap both keys work while you change over.",
        ),
        _ => (
            "key_created",
            "created",
            "Only whoever made it has seen it.",
        ),
    };
    Draft::new(
        template,
        &format!("Key {key} of {application} {verb}"),
        &format!("The key {key} of {application} {tense} {verb}{by}."),
    )
    .quote(Some(reason))
    .say(next)
    .link("Open keys", path)
    .because(&because(tenant, application))
}

/// When a key ends: `at` is RFC 3339, in UTC.
pub fn key_ends(days: i64, at: &str) -> String {
    let at: String = at.replace('T', " ").chars().take(16).collect();
    match days {
        1 => format!("It ends within a day, on {at} UTC."),
        days => format!("It ends within {days} days, on {at} UTC."),
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
            format!("{application} was suspended"),
            "Every call with its keys is refused until the suspension is lifted.",
        )
    } else {
        (
            "application_unsuspended",
            format!("Suspension of {application} lifted"),
            "Its keys work again.",
        )
    };
    Draft::new(template, &subject, &format!("{subject}."))
        .quote(Some(reason))
        .say(next)
        .link("Open application", path)
        .because(&because(tenant, application))
}

/// Tells whoever may manage a webhook that nothing more is sent to it.
pub fn webhook_disabled(tenant: &str, webhook: &str, reason: &str) -> Letter {
    Draft::new(
        "webhook_disabled",
        &format!("Webhook {webhook} was disabled"),
        &format!("Nothing more is sent to the webhook {webhook}."),
    )
    .quote(Some(reason))
    .say("What happens meanwhile is kept for 30 days. Resume the webhook when its receiver works, then have what was missed sent again.")
    .because(&format!("You get this because you may manage webhooks at {tenant}."))
}

/// Tells whoever manages a tenant that a certificate of one of its domains ends soon; `ends` are the words of [`key_ends`].
pub fn certificate_ends(tenant: &str, certificate: &str, hosts: &str, ends: &str) -> Letter {
    Draft::new(
        "certificate_ends",
        &format!("Certificate {certificate} ends soon"),
        &format!("The certificate {certificate} is for {hosts}. {ends}"),
    )
    .say("Clients refuse a certificate that has ended. Put a renewed one under the same name: it is served at once, without a restart.")
    .because(&format!("You get this because you manage {tenant}."))
}

/// Tells a subscriber that a plan's limits are different now.
pub fn limits_changed(tenant: &str, plan: &str, application: &str, path: &str) -> Letter {
    Draft::new(
        "limits_changed",
        &format!("Limits of the plan {plan} changed"),
        &format!("The plan {plan}, which {application} uses, has other limits now."),
    )
    .say("The application's page shows the limits that hold.")
    .link("Open application", path)
    .because(&because(tenant, application))
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
        &format!("New version of {terms}"),
        &format!("Version {version} of {terms}, which hold for a plan of {application}, was published."),
    )
    .say("Calls go on as before. Read and accept it on the page of the access; renewals and other plans ask for it.")
    .link("Open application", path)
    .because(&because(tenant, application))
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
            &format!("{api} was retired"),
            &format!(
                "{api}, which {application} uses, was retired. Calls to it are answered with 410 Gone."
            ),
        )
    } else {
        let until = sunset.map_or(String::new(), |date| format!(" It is served until {date}."));
        Draft::new(
            "api_deprecated",
            &format!("{api} is deprecated"),
            &format!("{api}, which {application} uses, is deprecated.{until}"),
        )
    };
    draft
        .say("Its page names the version that follows it, if there is one.")
        .link("Open API", path)
        .because(&because(tenant, application))
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
