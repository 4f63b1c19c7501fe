//! Mails about accounts and invitations.

use super::letter::{Draft, Letter, TOKEN};
use gatehouse_language::t;

/// Proves the address of a sign-up.
pub fn verify_email(tenant: &str, name: &str) -> Letter {
    Draft::new(
        "verify_email",
        t!("emails-confirm-your-e-mail-address-for", tenant = tenant),
        t!(
            "emails-confirm-this-address-to-finish-signing",
            tenant = tenant,
            name = name
        ),
    )
    .say(t!("emails-the-link-works-once-for-24"))
    .link(
        t!("emails-confirm-e-mail-address"),
        &format!("/verify/{TOKEN}"),
    )
    .because(t!("emails-you-get-this-because-this-address"))
}

/// Proves the address that somebody came from a provider with.
pub fn confirm_identity(tenant: &str, provider: &str) -> Letter {
    Draft::new(
        "confirm_identity",
        t!("emails-finish-signing-in-to", tenant = tenant),
        t!(
            "emails-confirm-this-address-to-finish-signing-2",
            tenant = tenant,
            provider = provider
        ),
    )
    .say(t!("emails-the-link-works-once-for-one"))
    .link(
        t!("emails-confirm-e-mail-address"),
        &format!("/login/confirm/{TOKEN}"),
    )
    .because(t!("emails-you-get-this-because-somebody-came"))
}

/// Says that an account can be signed in to in another way from now on.
pub fn identity_connected(tenant: &str, provider: &str) -> Letter {
    Draft::new(
        "identity_connected",
        t!(
            "emails-was-connected-with-your-account",
            provider = provider
        ),
        t!(
            "emails-you-can-sign-in-to-with",
            tenant = tenant,
            provider = provider
        ),
    )
    .say(t!("emails-if-that-was-not-you-choose"))
    .link(t!("emails-choose-a-new-password"), "/forgot")
    .because(t!("emails-you-get-this-whenever-a-way"))
}

/// Answers a sign-up of an address that has an account.
pub fn already_registered(tenant: &str) -> Letter {
    Draft::new(
        "already_registered",
        t!("emails-you-already-have-an-account-for", tenant = tenant),
        t!("emails-this-address-was-entered-at-sign"),
    )
    .say(t!("emails-sign-in-with-the-password-you"))
    .link(t!("emails-sign-in"), "/login")
    .because(t!("emails-you-get-this-because-this-address-2"))
}

/// Lets somebody choose a new password.
pub fn reset_password(tenant: &str) -> Letter {
    Draft::new(
        "reset_password",
        t!("emails-choose-a-new-password-for", tenant = tenant),
        t!("emails-a-new-password-was-asked-for"),
    )
    .say(t!("emails-the-link-works-once-for-one-2"))
    .link(
        t!("emails-choose-a-new-password"),
        &format!("/reset/{TOKEN}"),
    )
    .because(t!("emails-you-get-this-because-a-new"))
}

/// Says that the password was changed.
pub fn password_changed(tenant: &str) -> Letter {
    Draft::new(
        "password_changed",
        t!("emails-your-password-for-was-changed", tenant = tenant),
        t!("emails-your-password-was-changed-and-every"),
    )
    .say(t!("emails-if-that-was-not-you-choose"))
    .link(t!("emails-choose-a-new-password"), "/forgot")
    .because(t!("emails-you-get-this-whenever-the-password"))
}

/// Proves the address somebody wants for their account.
pub fn change_email(tenant: &str, name: &str) -> Letter {
    Draft::new(
        "change_email",
        t!("emails-confirm-your-new-address-for", tenant = tenant),
        t!(
            "emails-wants-to-sign-in-to-with",
            name = name,
            tenant = tenant
        ),
    )
    .say(t!("emails-the-link-works-once-for-one-3"))
    .link(
        t!("emails-confirm-this-address"),
        &format!("/account/email/confirm/{TOKEN}"),
    )
    .because(t!("emails-you-get-this-because-this-address-3"))
}

/// Tells the old address, and lets it take the change back.
pub fn email_changed(tenant: &str, new: &str) -> Letter {
    Draft::new(
        "email_changed",
        t!("emails-your-address-for-was-changed", tenant = tenant),
        t!(
            "emails-you-sign-in-to-with-from",
            tenant = tenant,
            new = new
        ),
    )
    .say(t!("emails-if-that-was-not-you-take"))
    .link(
        t!("emails-take-the-change-back"),
        &format!("/account/email/undo/{TOKEN}"),
    )
    .because(t!("emails-you-get-this-because-this-was"))
}

/// What is told about the second factor: what happened, and what to do about it if it was somebody else.
fn factor_letter(template: &'static str, subject: String, said: String) -> Letter {
    Draft::new(template, subject, said)
        .say(t!("emails-if-that-was-not-you-choose"))
        .link(t!("emails-choose-a-new-password"), "/forgot")
        .because(t!("emails-you-get-this-whenever-the-second"))
}

/// Says that a second factor is asked for from now on.
pub fn second_factor_on(tenant: &str) -> Letter {
    factor_letter(
        "second_factor_on",
        t!("emails-second-factor-turned-on-for", tenant = tenant),
        t!("emails-a-code-of-your-app-is"),
    )
}

/// Says that none is asked for any more.
pub fn second_factor_off(tenant: &str) -> Letter {
    factor_letter(
        "second_factor_off",
        t!("emails-second-factor-turned-off-for", tenant = tenant),
        t!("emails-your-password-alone-signs-you-in"),
    )
}

/// Says that an administrator took the second factor and the passkeys away.
pub fn second_factor_reset(tenant: &str) -> Letter {
    factor_letter(
        "second_factor_reset",
        t!("emails-second-factor-reset-for", tenant = tenant),
        t!("emails-an-administrator-took-your-second-factor"),
    )
}

/// Says that a passkey signs in from now on.
pub fn passkey_added(tenant: &str) -> Letter {
    factor_letter(
        "passkey_added",
        t!("emails-passkey-added-for", tenant = tenant),
        t!("emails-a-passkey-was-added-to-your"),
    )
}

/// Says that a passkey does not sign in any more.
pub fn passkey_removed(tenant: &str) -> Letter {
    factor_letter(
        "passkey_removed",
        t!("emails-passkey-removed-for", tenant = tenant),
        t!("emails-a-passkey-was-taken-out-of"),
    )
}

/// Says that somebody signed in, or changed the factor, with a recovery code.
pub fn recovery_code_used(tenant: &str) -> Letter {
    factor_letter(
        "recovery_code_used",
        t!("emails-a-recovery-code-was-used-for", tenant = tenant),
        t!("emails-one-of-your-recovery-codes-was"),
    )
}

/// Says that the older recovery codes are worth nothing.
pub fn recovery_codes_made(tenant: &str) -> Letter {
    factor_letter(
        "recovery_codes_made",
        t!("emails-new-recovery-codes-for", tenant = tenant),
        t!("emails-new-recovery-codes-were-made-the"),
    )
}

/// Invites somebody to a tenant.
pub fn invitation(tenant: &str, inviter: &str, as_what: &str) -> Letter {
    Draft::new(
        "invitation",
        t!("emails-invites-you-to", inviter = inviter, tenant = tenant),
        t!(
            "emails-invites-you-to-as",
            inviter = inviter,
            tenant = tenant,
            as_what = as_what
        ),
    )
    .say(t!("emails-the-link-works-once-for-7"))
    .link(t!("emails-accept-invitation"), &format!("/invite/{TOKEN}"))
    .because(t!(
        "emails-you-get-this-because-entered-this",
        inviter = inviter
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_time_mails_carry_their_link_once_in_each_part() {
        let letters = [
            verify_email("Northwind", "Ana"),
            reset_password("Northwind"),
            confirm_identity("Northwind", "Corporate login"),
            invitation("Northwind", "Ana", "publisher"),
            change_email("Northwind", "Ana"),
            email_changed("Northwind", "ana@northwind.example"),
        ];
        for letter in letters {
            assert_eq!(letter.text.matches(TOKEN).count(), 1, "{}", letter.template);
            assert_eq!(letter.html.matches(TOKEN).count(), 1, "{}", letter.template);
        }
        assert!(!already_registered("Northwind").text.contains(TOKEN));
    }

    #[test]
    fn a_tenant_or_person_of_any_name_stays_in_one_subject_line() {
        let name = "Evil\r\nBcc: x@example.com";
        for letter in [
            verify_email(name, name),
            already_registered(name),
            reset_password(name),
            password_changed(name),
            confirm_identity(name, name),
            identity_connected(name, name),
            change_email(name, name),
            email_changed(name, name),
            second_factor_on(name),
            second_factor_off(name),
            second_factor_reset(name),
            passkey_added(name),
            passkey_removed(name),
            recovery_code_used(name),
            recovery_codes_made(name),
            invitation(name, name, name),
        ] {
            assert!(
                !letter.subject.contains(['\r', '\n']),
                "{}",
                letter.template
            );
        }
    }
}
