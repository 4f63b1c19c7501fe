//! Mails about accounts and invitations.

use super::letter::{Draft, Letter, TOKEN};

/// Proves the address of a sign-up.
pub fn verify_email(tenant: &str, name: &str) -> Letter {
    Draft::new(
        "verify_email",
        &format!("Confirm your e-mail address for {tenant}"),
        &format!("Confirm this address to finish signing up to {tenant} as {name}."),
    )
    .say("The link works once, for 24 hours.")
    .link("Confirm e-mail address", &format!("/verify/{TOKEN}"))
    .because("You get this because this address was entered at sign-up. If that was not you, do nothing: without the link no account is opened.")
}

/// Proves the address that somebody came from a provider with.
pub fn confirm_identity(tenant: &str, provider: &str) -> Letter {
    Draft::new(
        "confirm_identity",
        &format!("Finish signing in to {tenant}"),
        &format!("Confirm this address to finish signing in to {tenant} with {provider}."),
    )
    .say("The link works once, for one hour, in the browser in which you began.")
    .link("Confirm e-mail address", &format!("/login/confirm/{TOKEN}"))
    .because("You get this because somebody came to us from there with this address. If that was not you, do nothing: without the link no account is opened.")
}

/// Says that an account can be signed in to in another way from now on.
pub fn identity_connected(tenant: &str, provider: &str) -> Letter {
    Draft::new(
        "identity_connected",
        &format!("{provider} was connected with your account"),
        &format!("You can sign in to {tenant} with {provider} from now on."),
    )
    .say("If that was not you, choose a new password now and tell an administrator.")
    .link("Choose a new password", "/forgot")
    .because("You get this whenever a way to sign in is added to your account.")
}

/// Answers a sign-up of an address that has an account.
pub fn already_registered(tenant: &str) -> Letter {
    Draft::new(
        "already_registered",
        &format!("You already have an account for {tenant}"),
        "This address was entered at sign-up, and it has an account already.",
    )
    .say("Sign in with the password you have. If you forgot it, ask for a new one on the same page.")
    .link("Sign in", "/login")
    .because("You get this because this address was entered at sign-up. If that was not you, do nothing: your account is unchanged.")
}

/// Lets somebody choose a new password.
pub fn reset_password(tenant: &str) -> Letter {
    Draft::new(
        "reset_password",
        &format!("Choose a new password for {tenant}"),
        "A new password was asked for.",
    )
    .say("The link works once, for one hour. Using it ends every session of yours.")
    .link("Choose a new password", &format!("/reset/{TOKEN}"))
    .because("You get this because a new password was asked for with this address. If that was not you, do nothing: your password is unchanged.")
}

/// Says that the password was changed.
pub fn password_changed(tenant: &str) -> Letter {
    Draft::new(
        "password_changed",
        &format!("Your password for {tenant} was changed"),
        "Your password was changed and every session of yours was ended.",
    )
    .say("If that was not you, choose a new password now and tell an administrator.")
    .link("Choose a new password", "/forgot")
    .because("You get this whenever the password of your account changes.")
}

/// Proves the address somebody wants for their account.
pub fn change_email(tenant: &str, name: &str) -> Letter {
    Draft::new(
        "change_email",
        &format!("Confirm your new address for {tenant}"),
        &format!("{name} wants to sign in to {tenant} with this address."),
    )
    .say("The link works once, for one hour.")
    .link("Confirm this address", &format!("/account/email/confirm/{TOKEN}"))
    .because("You get this because this address was entered as the new one of an account. If that was not you, do nothing: nothing changes.")
}

/// Tells the old address, and lets it take the change back.
pub fn email_changed(tenant: &str, new: &str) -> Letter {
    Draft::new(
        "email_changed",
        &format!("Your address for {tenant} was changed"),
        &format!("You sign in to {tenant} with {new} from now on. Mail goes there."),
    )
    .say("If that was not you, take the change back: every session ends, and you choose another password. The link works once, for 7 days.")
    .link("Take the change back", &format!("/account/email/undo/{TOKEN}"))
    .because("You get this because this was the address of the account until now.")
}

/// What is told about the second factor: what happened, and what to do about it if it was somebody else.
fn factor_letter(template: &'static str, subject: &str, said: &str) -> Letter {
    Draft::new(template, subject, said)
        .say("If that was not you, choose a new password now and tell an administrator.")
        .link("Choose a new password", "/forgot")
        .because("You get this whenever the second factor or the passkeys of your account change or a recovery code is used.")
}

/// Says that a second factor is asked for from now on.
pub fn second_factor_on(tenant: &str) -> Letter {
    factor_letter(
        "second_factor_on",
        &format!("Second factor turned on for {tenant}"),
        "A code of your app is asked for after your password from now on. Every other session of yours was ended.",
    )
}

/// Says that none is asked for any more.
pub fn second_factor_off(tenant: &str) -> Letter {
    factor_letter(
        "second_factor_off",
        &format!("Second factor turned off for {tenant}"),
        "Your password alone signs you in from now on.",
    )
}

/// Says that an administrator took the second factor and the passkeys away.
pub fn second_factor_reset(tenant: &str) -> Letter {
    factor_letter(
        "second_factor_reset",
        &format!("Second factor reset for {tenant}"),
        "An administrator took your second factor and your passkeys away, and every session of yours was ended. Your password \
         alone signs you in from now on.",
    )
}

/// Says that a passkey signs in from now on.
pub fn passkey_added(tenant: &str) -> Letter {
    factor_letter(
        "passkey_added",
        &format!("Passkey added for {tenant}"),
        "A passkey was added to your account. It signs in without your password from now on.",
    )
}

/// Says that a passkey does not sign in any more.
pub fn passkey_removed(tenant: &str) -> Letter {
    factor_letter(
        "passkey_removed",
        &format!("Passkey removed for {tenant}"),
        "A passkey was taken out of your account. It does not sign in any more.",
    )
}

/// Says that somebody signed in, or changed the factor, with a recovery code.
pub fn recovery_code_used(tenant: &str) -> Letter {
    factor_letter(
        "recovery_code_used",
        &format!("A recovery code was used for {tenant}"),
        "One of your recovery codes was used in place of a code of your app. It does not work again.",
    )
}

/// Says that the older recovery codes are worth nothing.
pub fn recovery_codes_made(tenant: &str) -> Letter {
    factor_letter(
        "recovery_codes_made",
        &format!("New recovery codes for {tenant}"),
        "New recovery codes were made. The ones before do not work any more.",
    )
}

/// Invites somebody to a tenant.
pub fn invitation(tenant: &str, inviter: &str, as_what: &str) -> Letter {
    Draft::new(
        "invitation",
        &format!("{inviter} invites you to {tenant}"),
        &format!("{inviter} invites you to {tenant} as {as_what}."),
    )
    .say("The link works once, for 7 days, and for this address only.")
    .link("Accept invitation", &format!("/invite/{TOKEN}"))
    .because(&format!(
        "You get this because {inviter} entered this address. If you do not expect it, do nothing."
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
