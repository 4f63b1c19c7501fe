//! A policy as lists show it: what it does, what it says in a few words, where it is, whether it decides.

use crate::address::encode;
use crate::pages::console::api::head::ApiTab;
use crate::pages::console::policies::place::SETTINGS;
use crate::view::parts::Badge;
use crate::view::shell::{Shell, capital};
use crate::view::words::{count, grouped};
use gatehouse_control_plane::policies::{
    ChangesDocument, CorsDocument, PolicyDocument, PolicyView,
};
use gatehouse_domain::Permission;
use gatehouse_domain::id::PolicyId;
use gatehouse_domain::policy::{PolicyInherit, PolicyKind, PolicyLevel, PolicyMode};

/// One line of a list.
pub(crate) struct PolicyRow {
    pub(crate) name: String,
    /// None where the person may not open it.
    pub(crate) href: Option<String>,
    pub(crate) kind: &'static str,
    pub(crate) says: String,
    pub(crate) level: &'static str,
    pub(crate) place: String,
    pub(crate) environment: String,
    pub(crate) mode: Badge,
    pub(crate) lock: Option<Badge>,
}

pub(crate) fn row(policy: &PolicyView, shell: &Shell) -> PolicyRow {
    PolicyRow {
        href: href(policy, shell),
        kind: kind_words(policy.kind),
        says: says(&policy.document),
        level: level_words(policy.level),
        place: place_words(policy),
        environment: environment_words(policy),
        mode: mode_badge(policy.mode),
        lock: (policy.inherit == PolicyInherit::Locked).then(|| Badge::plain("Locked")),
        name: policy.slug.clone(),
    }
}

/// What a policy is called in the address of its page.
pub(crate) fn named(policy: &PolicyView) -> String {
    address_of(&policy.slug, policy.id)
}

/// The same of one that is known by name: its slug, unless that is the address of the form for a new one.
pub(crate) fn address_of(slug: &str, id: PolicyId) -> String {
    match slug {
        "new" => id.to_string(),
        slug => encode(slug),
    }
}

/// The page of a policy, for those who may open it.
fn href(policy: &PolicyView, shell: &Shell) -> Option<String> {
    let list = match &policy.api {
        Some(api) => ApiTab::Policies.path(&api.slug),
        None if shell.may_everywhere(Permission::TenantManage) => SETTINGS.to_owned(),
        None => return None,
    };
    Some(shell.to(&format!("{list}/{}", named(policy))))
}

pub(crate) const fn kind_words(kind: PolicyKind) -> &'static str {
    match kind {
        PolicyKind::Cors => "CORS",
        PolicyKind::Jwt => "Token (JWT)",
        PolicyKind::RateLimit => "Shared rate",
        PolicyKind::Headers => "Header fields",
    }
}

/// The button that leads to the form of a new one.
pub(crate) const fn add_words(kind: PolicyKind) -> &'static str {
    match kind {
        PolicyKind::Cors => "Add CORS",
        PolicyKind::Jwt => "Add token check",
        PolicyKind::RateLimit => "Add shared rate",
        PolicyKind::Headers => "Add header fields",
    }
}

/// What a policy of a kind is for, in a sentence.
pub(crate) const fn kind_help(kind: PolicyKind) -> &'static str {
    match kind {
        PolicyKind::Cors => "Which pages of other origins may call, and read what.",
        PolicyKind::Jwt => "A signed token of the user that must come beside the key.",
        PolicyKind::RateLimit => {
            "How many calls all applications may make together, for the sake of what is behind."
        }
        PolicyKind::Headers => {
            "Fields that are removed and set on the way to the backend and on its answers."
        }
    }
}

pub(crate) const fn level_words(level: PolicyLevel) -> &'static str {
    match level {
        PolicyLevel::Tenant => "Tenant",
        PolicyLevel::Api => "API",
        PolicyLevel::Version => "Version",
        PolicyLevel::Operation => "Operation",
    }
}

/// Where it is, without the environment: "GET /pets/{} in v1 of Petstore".
pub(crate) fn place_words(policy: &PolicyView) -> String {
    let api = policy.api.as_ref().map(|api| api.name.as_str());
    match (api, &policy.version, &policy.operation) {
        (None, ..) => "Every API".to_owned(),
        (Some(api), None, _) => api.to_owned(),
        (Some(api), Some(version), None) => format!("{version} of {api}"),
        (Some(api), Some(version), Some(operation)) => {
            format!("{operation} in {version} of {api}")
        }
    }
}

pub(crate) fn environment_words(policy: &PolicyView) -> String {
    let environment = policy.environment.as_ref();
    environment.map_or_else(|| "Everywhere".to_owned(), |one| capital(&one.slug))
}

pub(crate) fn mode_badge(mode: PolicyMode) -> Badge {
    match mode {
        PolicyMode::Enforce => Badge::plain("Enforced"),
        PolicyMode::Shadow => Badge::waiting("Shadow"),
        PolicyMode::Off => Badge::not_started("Off"),
    }
}

/// What it says, in a line.
pub(crate) fn says(document: &PolicyDocument) -> String {
    match document {
        PolicyDocument::Cors(cors) => origins(cors),
        PolicyDocument::Jwt(jwt) => {
            format!("Tokens of {} in {}", short(&jwt.issuer), short(&jwt.header))
        }
        PolicyDocument::RateLimit(rate) => format!(
            "{} in {} s, {} at once",
            count(rate.amount as usize, "call"),
            grouped(rate.window_s),
            grouped(rate.burst.unwrap_or(rate.amount))
        ),
        PolicyDocument::Headers(headers) => {
            let of = |what: &str, changes: &ChangesDocument| {
                changed(changes).map(|words| format!("{what} {words}"))
            };
            let both = [
                of("Requests:", &headers.request),
                of("Answers:", &headers.response),
            ];
            let both: Vec<String> = both.into_iter().flatten().collect();
            both.join(". ")
        }
    }
}

fn origins(cors: &CorsDocument) -> String {
    match cors.any_origin {
        true => "Pages of every origin".to_owned(),
        false => format!("Pages of {}", some(cors.origins.iter())),
    }
}

/// "removes server, sets x-region", or nothing.
fn changed(changes: &ChangesDocument) -> Option<String> {
    let removes =
        (!changes.remove.is_empty()).then(|| format!("removes {}", some(changes.remove.iter())));
    let sets = (!changes.set.is_empty())
        .then(|| format!("sets {}", some(changes.set.iter().map(|field| &field.name))));
    let both: Vec<String> = removes.into_iter().chain(sets).collect();
    (!both.is_empty()).then(|| both.join(", "))
}

/// The first few of a list.
fn some<'a>(all: impl ExactSizeIterator<Item = &'a String>) -> String {
    const SHOWN: usize = 3;
    let more = all.len().saturating_sub(SHOWN);
    let first: Vec<String> = all.take(SHOWN).map(|one| short(one)).collect();
    match more {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

/// Texts of policies have up to 1,024 bytes; a line has room for less.
pub(crate) fn short(text: &str) -> String {
    const SHOWN: usize = 60;
    match text.char_indices().nth(SHOWN) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatehouse_control_plane::policies::{FieldDocument, HeadersDocument, RateLimitDocument};

    #[test]
    fn a_policy_is_told_in_a_line_however_much_it_says() {
        let rate = RateLimitDocument {
            amount: 1_000,
            window_s: 60,
            burst: Some(2_000),
        };
        let rate = PolicyDocument::RateLimit(rate);
        assert_eq!(says(&rate), "1,000 calls in 60 s, 2,000 at once");
        let field = |name: &str| FieldDocument {
            name: name.into(),
            value: "1".into(),
        };
        let headers = PolicyDocument::Headers(HeadersDocument {
            request: ChangesDocument {
                remove: vec!["x-debug".into()],
                set: ["x-a", "x-b", "x-c", "x-d"].map(field).into(),
            },
            response: ChangesDocument::default(),
        });
        assert_eq!(
            says(&headers),
            "Requests: removes x-debug, sets x-a, x-b, x-c and 1 more"
        );
        let long = "é".repeat(61);
        assert_eq!(short(&long), format!("{}…", "é".repeat(60)));
    }
}
