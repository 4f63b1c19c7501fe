//! Built-in roles as people read them. A role of the tenant's own is called what its maker called it.

use crate::view::shell::capital;
use gatehouse_domain::Role;
use gatehouse_language::t;

/// What a built-in role is called.
pub(crate) fn role_word(role: Role) -> String {
    match role {
        Role::Owner => t!("role-owner"),
        Role::Admin => t!("role-admin"),
        Role::Publisher => t!("role-publisher"),
        Role::Approver => t!("role-approver"),
        Role::Operator => t!("role-operator"),
        Role::Auditor => t!("role-auditor"),
        Role::Developer => t!("role-developer"),
    }
}

/// What a built-in role is for, in one sentence.
pub(crate) fn role_purpose(role: Role) -> String {
    match role {
        Role::Owner => t!("role-owner-purpose"),
        Role::Admin => t!("role-admin-purpose"),
        Role::Publisher => t!("role-publisher-purpose"),
        Role::Approver => t!("role-approver-purpose"),
        Role::Operator => t!("role-operator-purpose"),
        Role::Auditor => t!("role-auditor-purpose"),
        Role::Developer => t!("role-developer-purpose"),
    }
}

/// The role of this short name.
pub(crate) fn role_named(slug: &str) -> String {
    Role::parse(slug).map_or_else(|| capital(slug), role_word)
}

/// Role names as sentences use them.
pub(crate) fn roles_in_words(roles: &[Role]) -> String {
    if roles.is_empty() {
        return t!("no-role");
    }
    let words: Vec<String> = roles.iter().map(|role| role_word(*role)).collect();
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::{role_named, role_purpose, role_word};
    use gatehouse_domain::{Language, Role};
    use gatehouse_language::speaking_now;

    #[test]
    fn english_pages_say_what_answers_say() {
        for role in Role::ALL.iter().copied() {
            assert_eq!(role_word(role), role.title());
            assert_eq!(role_purpose(role), role.purpose());
        }
        let named = || (role_named("owner"), role_named("releaser"));
        let named = speaking_now(Language::German, named);
        assert_eq!(named, ("Inhaber".to_owned(), "Releaser".to_owned()));
    }
}
