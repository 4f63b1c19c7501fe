//! Who finds an API or a product, as controls of their settings and in words.

use crate::view::form::{Choice, Faults, Field};
use gatehouse_control_plane::refs::TeamRef;
use gatehouse_domain::Visibility;
use gatehouse_language::t;

/// In words: "Every member".
pub(crate) fn words(visibility: Visibility) -> String {
    match visibility {
        Visibility::Private => t!("apis-seen-by-team"),
        Visibility::Restricted => t!("apis-seen-by-teams"),
        Visibility::Tenant => t!("apis-seen-by-members"),
        Visibility::Public => t!("apis-seen-by-everybody"),
    }
}

/// In one word, for lists: "Tenant".
pub(crate) fn word(visibility: Visibility) -> String {
    match visibility {
        Visibility::Private => t!("apis-visibility-private"),
        Visibility::Restricted => t!("apis-visibility-restricted"),
        Visibility::Tenant => t!("apis-visibility-tenant"),
        Visibility::Public => t!("apis-visibility-public"),
    }
}

/// The teams that were named, one a line.
pub(crate) fn named(teams: &[TeamRef]) -> String {
    let slugs: Vec<&str> = teams.iter().map(|team| team.slug.as_str()).collect();
    slugs.join("\n")
}

/// The controls `visibility` and `teams`.
pub(crate) fn fields(visibility: &str, teams: &str, faults: &Faults) -> [Field; 2] {
    let choices = Visibility::ALL.iter();
    let choices = choices.map(|one| Choice::new(one.as_str(), words(*one)));
    [
        Field::select("visibility", t!("word-seen-by"), choices.collect())
            .value(visibility)
            .faults(faults),
        Field::area("teams", t!("apis-shown-to"), 10_000)
            .optional()
            .value(teams)
            .help(t!("apis-shown-to-help"))
            .faults(faults),
    ]
}
