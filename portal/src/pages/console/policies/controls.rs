//! The fields of each kind: what they are called, what they hold, and where that stands in the document.

use crate::view::form::Field;
use gatehouse_domain::policy::PolicyKind;
use gatehouse_language::t;
use std::collections::BTreeMap;

/// One field of a kind's form.
pub(crate) struct Control {
    pub(super) name: &'static str,
    label: fn() -> String,
    help: fn() -> String,
    /// Members of the document, from the outside in.
    pub(super) at: &'static [&'static str],
    pub(super) shape: Shape,
    pub(super) needed: bool,
    /// What a new form has in it.
    pub(super) start: &'static str,
}

/// What a field holds, and how it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A text.
    Line,
    /// Texts, one a line.
    Lines,
    /// A whole number.
    Number,
    /// A box.
    Tick,
    /// Public keys (RFC 7517), as JSON or YAML.
    Keys,
    /// Claims, one a line: `name`, or `name = value`, once for each value.
    Claims,
    /// Header fields, one a line: `name: value`.
    Pairs,
}

const fn control(
    name: &'static str,
    label: fn() -> String,
    at: &'static [&'static str],
    shape: Shape,
) -> Control {
    Control {
        name,
        label,
        help: String::new,
        at,
        shape,
        needed: false,
        start: "",
    }
}

impl Control {
    const fn help(mut self, help: fn() -> String) -> Self {
        self.help = help;
        self
    }

    const fn needed(mut self) -> Self {
        self.needed = true;
        self
    }

    const fn start(mut self, start: &'static str) -> Self {
        self.start = start;
        self
    }

    /// As the page has it, with what was typed.
    pub(super) fn field(&self, typed: &str) -> Field {
        let field = match self.shape {
            Shape::Line => Field::text(self.name, (self.label)()).max(1_024),
            Shape::Number => Field::number(self.name, (self.label)()).max(10),
            Shape::Tick => {
                let ticked = !typed.is_empty();
                return Field::check(self.name, (self.label)(), "yes")
                    .ticked(ticked)
                    .help((self.help)());
            }
            // As long as the longest document needs.
            Shape::Lines => Field::area(self.name, (self.label)(), 70_000),
            Shape::Keys => Field::area(self.name, (self.label)(), 200_000),
            Shape::Claims | Shape::Pairs => Field::area(self.name, (self.label)(), 280_000),
        };
        let field = match self.needed {
            true => field,
            false => field.optional(),
        };
        field.value(typed).help((self.help)())
    }
}

/// The fields of a kind, in the order of its form.
pub(super) const fn controls(kind: PolicyKind) -> &'static [Control] {
    match kind {
        PolicyKind::Cors => CORS,
        PolicyKind::Jwt => JWT,
        PolicyKind::RateLimit => RATE_LIMIT,
        PolicyKind::Headers => HEADERS,
    }
}

/// What the fields of a new policy hold.
pub(super) fn started(kind: PolicyKind) -> BTreeMap<&'static str, String> {
    let all = controls(kind).iter();
    all.map(|control| (control.name, control.start.to_owned()))
        .collect()
}

use Shape::{Claims, Keys, Line, Lines, Number, Pairs, Tick};

const CORS: &[Control] = &[
    control("origins", || t!("policies-origins"), &["origins"], Lines)
        .help(|| t!("policies-one-a-line-such-as-https")),
    control(
        "any_origin",
        || t!("policies-pages-of-every-origin"),
        &["any_origin"],
        Tick,
    )
    .help(|| t!("policies-then-no-origin-is-named-and")),
    control(
        "headers",
        || t!("policies-request-fields-that-scripts-may-send"),
        &["headers"],
        Lines,
    )
    .help(|| t!("policies-one-a-line-what-is-always")),
    control(
        "expose",
        || t!("policies-response-fields-that-scripts-may-read"),
        &["expose"],
        Lines,
    )
    .help(|| t!("policies-one-a-line-gatehouse-request-id")),
    control(
        "credentials",
        || t!("policies-browsers-may-send-cookies-and-the"),
        &["credentials"],
        Tick,
    ),
    control(
        "max_age_s",
        || t!("policies-browsers-keep-a-preflight-s-answer"),
        &["max_age_s"],
        Number,
    )
    .help(|| t!("policies-0-to-86400"))
    .start("600"),
];

const JWT: &[Control] = &[
    control(
        "header",
        || t!("policies-field-the-token-comes-in"),
        &["header"],
        Line,
    )
    .help(|| t!("policies-in-authorization-it-stands-behind-bearer"))
    .start("authorization"),
    control("types", || t!("policies-types"), &["types"], Lines)
        .help(|| t!("policies-one-a-line-such-as-at")),
    control("issuer", || t!("policies-issuer"), &["issuer"], Line)
        .help(|| t!("policies-what-iss-of-the-token-is"))
        .needed(),
    control(
        "audiences",
        || t!("policies-audiences"),
        &["audiences"],
        Lines,
    )
    .help(|| t!("policies-one-a-line-aud-of-the"))
    .needed(),
    control(
        "algorithms",
        || t!("policies-algorithms"),
        &["algorithms"],
        Lines,
    )
    .help(|| t!("policies-one-a-line-rs256-rs384-rs512"))
    .needed()
    .start("RS256"),
    control("jwks", || t!("policies-public-keys"), &["jwks"], Keys)
        .help(|| t!("policies-the-issuer-s-json-web-key"))
        .needed(),
    control(
        "leeway_s",
        || t!("policies-clocks-may-differ-by-seconds"),
        &["leeway_s"],
        Number,
    )
    .help(|| t!("policies-0-to-300"))
    .start("0"),
    control("claims", || t!("policies-claims"), &["claims"], Claims)
        .help(|| t!("policies-one-a-line-name-where-it")),
    control("scopes", || t!("policies-scopes"), &["scopes"], Lines)
        .help(|| t!("policies-one-a-line-the-token-has")),
];

const RATE_LIMIT: &[Control] = &[
    control("amount", || t!("word-calls"), &["amount"], Number)
        .help(|| t!("policies-of-all-applications-together"))
        .needed(),
    control(
        "window_s",
        || t!("policies-in-so-many-seconds"),
        &["window_s"],
        Number,
    )
    .help(|| t!("policies-1-to-3600"))
    .needed()
    .start("1"),
    control(
        "burst",
        || t!("policies-calls-at-once-after-a-pause"),
        &["burst"],
        Number,
    )
    .help(|| t!("policies-empty-as-many-as-in-the")),
];

const HEADERS: &[Control] = &[
    control(
        "request_remove",
        || t!("policies-removed-from-requests"),
        &["request", "remove"],
        Lines,
    )
    .help(|| t!("policies-names-one-a-line")),
    control(
        "request_set",
        || t!("policies-set-on-requests"),
        &["request", "set"],
        Pairs,
    )
    .help(|| t!("policies-one-a-line-x-region-eu")),
    control(
        "response_remove",
        || t!("policies-removed-from-the-backend-s-answers"),
        &["response", "remove"],
        Lines,
    )
    .help(|| t!("policies-names-one-a-line")),
    control(
        "response_set",
        || t!("policies-set-on-the-backend-s-answers"),
        &["response", "set"],
        Pairs,
    )
    .help(|| t!("policies-one-a-line-cache-control-no")),
];
