//! The people of the demo: six of them, in five roles.

use gatehouse_domain::Role;

/// Everybody's password. It opens nothing but demo data on a loopback address.
pub(super) const PASSWORD: &str = "plum otter ladder seventeen";

/// A tenant of the demo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tenant {
    Acme,
    Northwind,
}

/// A person of the demo.
#[derive(Debug, Clone, Copy)]
pub(super) struct Person {
    /// The part of their address before `@demo.test`.
    pub(super) handle: &'static str,
    pub(super) name: &'static str,
    pub(super) tenant: Tenant,
    pub(super) role: Role,
}

/// All of them; the first is the administrator of the installation.
pub(super) const PEOPLE: [Person; 6] = [
    Person {
        handle: "admin",
        name: "Ada Lindqvist",
        tenant: Tenant::Acme,
        role: Role::Owner,
    },
    Person {
        handle: "dev",
        name: "Devon Okafor",
        tenant: Tenant::Acme,
        role: Role::Developer,
    },
    Person {
        handle: "approver",
        name: "Ana Reyes",
        tenant: Tenant::Acme,
        role: Role::Approver,
    },
    Person {
        handle: "publisher",
        name: "Piotr Nowak",
        tenant: Tenant::Acme,
        role: Role::Publisher,
    },
    Person {
        handle: "ops",
        name: "Oona Salmi",
        tenant: Tenant::Acme,
        role: Role::Operator,
    },
    Person {
        handle: "north",
        name: "Noor Haddad",
        tenant: Tenant::Northwind,
        role: Role::Owner,
    },
];

impl Person {
    /// Their address.
    pub(super) fn email(&self) -> String {
        format!("{}@demo.test", self.handle)
    }
}

/// What the portal's setting `demo.people` takes: the developer first, as the tour begins with them.
pub(super) fn offered() -> Vec<String> {
    let mut people: Vec<&Person> = PEOPLE.iter().collect();
    people.sort_by_key(|person| person.role != Role::Developer);
    people
        .iter()
        .map(|person| format!("{}={}", person.email(), person.role))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn six_people_have_five_roles_and_a_password_that_is_accepted() {
        let roles: BTreeSet<Role> = PEOPLE.iter().map(|person| person.role).collect();
        assert_eq!((PEOPLE.len(), roles.len()), (6, 5));
        for person in PEOPLE {
            let context = [person.email(), person.name.to_owned()];
            assert_eq!(
                gatehouse_control_plane::passwords::fault(PASSWORD, &context),
                None
            );
        }
        assert_eq!(offered()[0], "dev@demo.test=developer");
    }
}
