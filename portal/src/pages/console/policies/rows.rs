//! A policy as lists show it: what it does, what it says in a few words, where it is, whether it decides.

use crate::address::encode;
use crate::pages::catalogue::addresses::environment_word;
use crate::pages::console::api::head::ApiTab;
use crate::pages::console::policies::place::SETTINGS;
use crate::view::parts::Badge;
use crate::view::shell::Shell;
use crate::view::words::grouped;
use gatehouse_control_plane::policies::{
    ChangesDocument, CorsDocument, PolicyDocument, PolicyView,
};
use gatehouse_domain::Permission;
use gatehouse_domain::id::PolicyId;
use gatehouse_domain::policy::{PolicyInherit, PolicyKind, PolicyLevel, PolicyMode};
use gatehouse_language::t;

/// One line of a list.
pub(crate) struct PolicyRow {
    pub(crate) name: String,
    /// None where the person may not open it.
    pub(crate) href: Option<String>,
    pub(crate) kind: String,
    pub(crate) says: String,
    pub(crate) level: String,
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
        lock: (policy.inherit == PolicyInherit::Locked)
            .then(|| Badge::plain(t!("policies-locked"))),
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

pub(crate) fn kind_words(kind: PolicyKind) -> String {
    match kind {
        PolicyKind::Cors => "CORS".to_owned(),
        PolicyKind::Jwt => t!("policies-token-jwt"),
        PolicyKind::RateLimit => t!("policies-shared-rate"),
        PolicyKind::Headers => t!("policies-header-fields"),
    }
}

/// The button that leads to the form of a new one.
pub(crate) fn add_words(kind: PolicyKind) -> String {
    match kind {
        PolicyKind::Cors => t!("policies-add-cors"),
        PolicyKind::Jwt => t!("policies-add-token-check"),
        PolicyKind::RateLimit => t!("policies-add-shared-rate"),
        PolicyKind::Headers => t!("policies-add-header-fields"),
    }
}

/// What a policy of a kind is for, in a sentence.
pub(crate) fn kind_help(kind: PolicyKind) -> String {
    match kind {
        PolicyKind::Cors => t!("policies-which-pages-of-other-origins-may"),
        PolicyKind::Jwt => t!("policies-a-signed-token-of-the-user"),
        PolicyKind::RateLimit => {
            t!("policies-how-many-calls-all-applications-may")
        }
        PolicyKind::Headers => {
            t!("policies-fields-that-are-removed-and-set")
        }
    }
}

pub(crate) fn level_words(level: PolicyLevel) -> String {
    match level {
        PolicyLevel::Tenant => t!("policies-tenant"),
        PolicyLevel::Api => t!("word-api"),
        PolicyLevel::Version => t!("word-version"),
        PolicyLevel::Operation => t!("word-operation"),
    }
}

/// Where it is, without the environment: "GET /pets/{} in v1 of Petstore".
pub(crate) fn place_words(policy: &PolicyView) -> String {
    let api = policy.api.as_ref().map(|api| api.name.as_str());
    match (api, &policy.version, &policy.operation) {
        (None, ..) => t!("policies-every-api"),
        (Some(api), None, _) => api.to_owned(),
        (Some(api), Some(version), None) => t!("policies-of", version = &version, api = &api),
        (Some(api), Some(version), Some(operation)) => {
            t!(
                "policies-in-of",
                operation = &operation,
                version = &version,
                api = &api
            )
        }
    }
}

/// The environment it is for, inside of a sentence.
pub(crate) fn environment_inside(policy: &PolicyView) -> String {
    let environment = policy.environment.as_ref();
    match environment.map(|one| one.slug.as_str()) {
        None => t!("policies-inside-everywhere"),
        Some("sandbox") => t!("policies-inside-sandbox"),
        Some("production") => t!("policies-inside-production"),
        Some(other) => other.to_owned(),
    }
}

pub(crate) fn environment_words(policy: &PolicyView) -> String {
    let environment = policy.environment.as_ref();
    environment.map_or_else(
        || t!("policies-everywhere"),
        |one| environment_word(&one.slug),
    )
}

pub(crate) fn mode_badge(mode: PolicyMode) -> Badge {
    match mode {
        PolicyMode::Enforce => Badge::plain(t!("policies-enforced")),
        PolicyMode::Shadow => Badge::waiting(t!("policies-shadow")),
        PolicyMode::Off => Badge::not_started(t!("policies-off")),
    }
}

/// What it says, in a line.
pub(crate) fn says(document: &PolicyDocument) -> String {
    match document {
        PolicyDocument::Cors(cors) => origins(cors),
        PolicyDocument::Jwt(jwt) => {
            t!(
                "policies-tokens-of-in",
                short = &short(&jwt.issuer),
                short2 = &short(&jwt.header)
            )
        }
        PolicyDocument::RateLimit(rate) => t!(
            "policies-in-s-at-once",
            t = &t!("count-call", count = rate.amount as usize),
            grouped = &grouped(rate.window_s),
            grouped2 = &grouped(rate.burst.unwrap_or(rate.amount))
        ),
        PolicyDocument::Headers(headers) => {
            let of = |what: &str, changes: &ChangesDocument| {
                changed(changes).map(|words| format!("{what} {words}"))
            };
            let both = [
                of(&t!("policies-requests"), &headers.request),
                of(&t!("policies-answers"), &headers.response),
            ];
            let both: Vec<String> = both.into_iter().flatten().collect();
            both.join(". ")
        }
    }
}

fn origins(cors: &CorsDocument) -> String {
    match cors.any_origin {
        true => t!("policies-pages-of-every-origin"),
        false => t!("policies-pages-of", some = &some(cors.origins.iter())),
    }
}

/// "removes server, sets x-region", or nothing.
fn changed(changes: &ChangesDocument) -> Option<String> {
    let removes = (!changes.remove.is_empty())
        .then(|| t!("policies-removes", some = &some(changes.remove.iter())));
    let sets = (!changes.set.is_empty()).then(|| {
        t!(
            "policies-sets",
            some = &some(changes.set.iter().map(|field| &field.name))
        )
    });
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
        more => t!("policies-and-more", join = &first.join(", "), more = &more),
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
