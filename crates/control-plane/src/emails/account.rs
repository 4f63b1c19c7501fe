//! Mails about accounts and invitations.

use gatehouse_domain::Role;

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

/// Invites somebody to a tenant.
pub fn invitation(tenant: &str, inviter: &str, role: Role) -> Letter {
    Draft::new(
        "invitation",
        &format!("{inviter} invites you to {tenant}"),
        &format!("{inviter} invites you to {tenant} as {role}."),
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
            invitation("Northwind", "Ana", Role::Publisher),
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
            invitation(name, name, Role::Developer),
        ] {
            assert!(
                !letter.subject.contains(['\r', '\n']),
                "{}",
                letter.template
            );
        }
    }
}
