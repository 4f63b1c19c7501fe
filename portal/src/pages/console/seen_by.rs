//! Who finds an API or a product, as controls of their settings and in words.

use crate::view::form::{Choice, Faults, Field};
use gatehouse_control_plane::refs::TeamRef;
use gatehouse_domain::Visibility;

/// In words: "Every member".
pub(crate) fn words(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Private => "Its team",
        Visibility::Restricted => "Its team and those named below",
        Visibility::Tenant => "Every member",
        Visibility::Public => "Everybody",
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
        Field::select("visibility", "Seen by", choices.collect())
            .value(visibility)
            .faults(faults),
        Field::area("teams", "Teams it is shown to", 10_000)
            .optional()
            .value(teams)
            .help("Short names, one a line.")
            .faults(faults),
    ]
}
