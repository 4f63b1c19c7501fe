//! The fields of each kind: what they are called, what they hold, and where that stands in the document.

use crate::view::form::Field;
use gatehouse_domain::policy::PolicyKind;
use std::collections::BTreeMap;

/// One field of a kind's form.
pub(crate) struct Control {
    pub(super) name: &'static str,
    label: &'static str,
    help: &'static str,
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
    label: &'static str,
    at: &'static [&'static str],
    shape: Shape,
) -> Control {
    Control {
        name,
        label,
        help: "",
        at,
        shape,
        needed: false,
        start: "",
    }
}

impl Control {
    const fn help(mut self, help: &'static str) -> Self {
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
            Shape::Line => Field::text(self.name, self.label).max(1_024),
            Shape::Number => Field::number(self.name, self.label).max(10),
            Shape::Tick => {
                let ticked = !typed.is_empty();
                return Field::check(self.name, self.label, "yes")
                    .ticked(ticked)
                    .help(self.help);
            }
            // As long as the longest document needs.
            Shape::Lines => Field::area(self.name, self.label, 70_000),
            Shape::Keys => Field::area(self.name, self.label, 200_000),
            Shape::Claims | Shape::Pairs => Field::area(self.name, self.label, 280_000),
        };
        let field = match self.needed {
            true => field,
            false => field.optional(),
        };
        field.value(typed).help(self.help)
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
    control("origins", "Origins", &["origins"], Lines).help(
        "One a line, such as https://shop.example.com, with the port where it is not the usual one and without a path. null is what \
         sandboxed pages send.",
    ),
    control(
        "any_origin",
        "Pages of every origin",
        &["any_origin"],
        Tick,
    )
    .help("Then no origin is named, and no credentials are sent."),
    control(
        "headers",
        "Request fields that scripts may send",
        &["headers"],
        Lines,
    )
    .help("One a line. What is always allowed, x-api-key and the field of the token are added."),
    control(
        "expose",
        "Response fields that scripts may read",
        &["expose"],
        Lines,
    )
    .help("One a line. gatehouse-request-id, ratelimit, ratelimit-policy and retry-after are added."),
    control(
        "credentials",
        "Browsers may send cookies and the like",
        &["credentials"],
        Tick,
    ),
    control(
        "max_age_s",
        "Browsers keep a preflight's answer for, seconds",
        &["max_age_s"],
        Number,
    )
    .help("0 to 86,400. Empty: 600.")
    .start("600"),
];

const JWT: &[Control] = &[
    control("header", "Field the token comes in", &["header"], Line)
        .help("In authorization it stands behind Bearer, and the key then comes in X-API-Key. Empty: authorization.")
        .start("authorization"),
    control("types", "Types", &["types"], Lines).help(
        "One a line, such as at+jwt: typ of the token is one of them, so that one made for something else is not taken. Empty: any.",
    ),
    control("issuer", "Issuer", &["issuer"], Line)
        .help("What iss of the token is, such as https://login.example.com.")
        .needed(),
    control("audiences", "Audiences", &["audiences"], Lines)
        .help("One a line. aud of the token is one of them, or has one of them.")
        .needed(),
    control("algorithms", "Algorithms", &["algorithms"], Lines)
        .help("One a line: RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 or EdDSA.")
        .needed()
        .start("RS256"),
    control("jwks", "Public keys", &["jwks"], Keys)
        .help(
            "The issuer's JSON Web Key Set, as JSON or YAML: RSA of 2,048 to 4,096 bits, P-256, P-384, Ed25519. A key that can sign is refused, and \
             nothing of it is kept or shown.",
        )
        .needed(),
    control("leeway_s", "Clocks may differ by, seconds", &["leeway_s"], Number)
        .help("0 to 300. Empty: 0.")
        .start("0"),
    control("claims", "Claims", &["claims"], Claims).help(
        "One a line: name, where it must only be there, or name = value. Several lines of one name: one of the values is enough.",
    ),
    control("scopes", "Scopes", &["scopes"], Lines)
        .help("One a line. The token has every one, in scope or scp."),
];

const RATE_LIMIT: &[Control] = &[
    control("amount", "Calls", &["amount"], Number)
        .help("Of all applications together.")
        .needed(),
    control("window_s", "In so many seconds", &["window_s"], Number)
        .help("1 to 3,600.")
        .needed()
        .start("1"),
    control("burst", "Calls at once, after a pause", &["burst"], Number)
        .help("Empty: as many as in the time above."),
];

const HEADERS: &[Control] = &[
    control(
        "request_remove",
        "Removed from requests",
        &["request", "remove"],
        Lines,
    )
    .help("Names, one a line."),
    control(
        "request_set",
        "Set on requests",
        &["request", "set"],
        Pairs,
    )
    .help(
        "One a line: x-region: eu. In place of whatever was there. Whoever may read the API reads it: write no secret here. In a policy \
         of one API a value may name a backend secret of it, as in authorization: Bearer ${vault:NAME}.",
    ),
    control(
        "response_remove",
        "Removed from the backend's answers",
        &["response", "remove"],
        Lines,
    )
    .help("Names, one a line."),
    control(
        "response_set",
        "Set on the backend's answers",
        &["response", "set"],
        Pairs,
    )
    .help("One a line: cache-control: no-store."),
];
