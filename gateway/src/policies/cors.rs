//! Cross-origin calls of browsers (Fetch standard, "CORS protocol"): preflights, and what scripts may read of answers.

use gatehouse_snapshot::object::{Cors, Jwt};
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_MAX_AGE, HeaderName,
};
use http::{HeaderValue, Method};

use crate::request::{Fields, RequestHead};
use crate::tables::CompiledRoute;

const ORIGIN: &str = "origin";
const REQUEST_METHOD: &str = "access-control-request-method";
/// What backends say of it is left out: there is one who decides.
const PREFIX: &[u8] = b"access-control-";
/// The gateway's own words, which every script may read.
const EXPOSED: [&str; 4] = [
    "gatehouse-request-id",
    "ratelimit",
    "ratelimit-policy",
    "retry-after",
];
/// On answers to preflights: what they were made from, so that no cache takes one for another.
const PREFLIGHT_VARY: &str =
    "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";

/// A CORS policy in the form the request path needs: texts of fields are joined once.
#[derive(Debug)]
pub(crate) struct CompiledCors {
    origins: Box<[Box<str>]>,
    any_origin: bool,
    credentials: bool,
    allow_headers: HeaderValue,
    expose: HeaderValue,
    max_age: HeaderValue,
}

/// What a call's `Origin` is to the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Not named: no browser asks, or one that need not.
    None,
    /// One that is not allowed, or more than one.
    Refused,
    /// Every origin is.
    Any,
    /// The one at this place of the list.
    Listed(usize),
}

impl CompiledCors {
    /// A key goes in `x-api-key` and the token in a field of its own: both may be sent.
    pub(crate) fn new(cors: &Cors, jwt: Option<&Jwt>) -> Self {
        let token = jwt.map(|jwt| jwt.header.as_str());
        Self {
            origins: cors.origins.iter().map(|one| one.as_str().into()).collect(),
            any_origin: cors.any_origin,
            credentials: cors.credentials,
            allow_headers: joined(&cors.headers, ["x-api-key"].into_iter().chain(token)),
            expose: joined(&cors.expose, EXPOSED),
            max_age: HeaderValue::from(cors.max_age_s),
        }
    }

    /// Judges where a call comes from. Origins are compared byte by byte (RFC 6454 §5 on their serialised form), so that
    /// neither a longer host nor another port passes for one that is listed.
    pub(crate) fn origin(&self, fields: Fields<'_>) -> Origin {
        let mut named = fields.get_all(ORIGIN);
        match (named.next(), named.next()) {
            // Said to whoever asks: an answer that a cache got for one without an origin is handed to pages, too (Fetch
            // standard, "CORS protocol and HTTP caches").
            (None, _) | (Some(_), None) if self.any_origin => Origin::Any,
            (None, _) => Origin::None,
            (Some(origin), None) => {
                let mut known = self.origins.iter();
                let place = known.position(|known| known.as_bytes() == origin);
                place.map_or(Origin::Refused, Origin::Listed)
            }
            (Some(_), Some(_)) => Origin::Refused,
        }
    }

    /// What `Access-Control-Allow-Origin` says: what is listed, never what was sent.
    fn allowed(&self, origin: Origin) -> Option<&str> {
        match origin {
            Origin::None | Origin::Refused => None,
            Origin::Any => Some("*"),
            Origin::Listed(place) => self.origins.get(place).map(AsRef::as_ref),
        }
    }

    /// The fields of any answer but that to a preflight, names in lower case.
    pub(crate) fn each_field(&self, origin: Origin, put: &mut dyn FnMut(&'static str, &[u8])) {
        if let Some(allowed) = self.allowed(origin) {
            put("access-control-allow-origin", allowed.as_bytes());
            put("access-control-expose-headers", self.expose.as_bytes());
            if self.credentials {
                put("access-control-allow-credentials", b"true");
            }
        }
        // Without it a cache would hand the answer for one origin to another (Fetch standard, "CORS protocol and HTTP caches").
        if !self.any_origin {
            put("vary", b"Origin");
        }
    }
}

/// Whether a backend's field is left out where the gateway speaks; its name in lower case.
pub(crate) fn is_cors_field(name: &[u8]) -> bool {
    name.starts_with(PREFIX)
}

/// The fields that answer a preflight; nothing when the call is none, or asks for what has no CORS policy.
///
/// Preflights come without credentials, so this is judged before anybody is identified. They are rare beside the calls they
/// allow, which is why their fields may be allocated.
pub(crate) fn preflight(
    route: &CompiledRoute,
    head: &RequestHead<'_>,
    rest: &str,
) -> Option<Vec<(HeaderName, HeaderValue)>> {
    if *head.method != Method::OPTIONS || route.has_no_policies() {
        return None;
    }
    let asked = asked_method(head.fields)?;
    let of = |method: &Method| {
        let place = route.place_of(method, rest)?;
        route.policies(place)?.cors.as_ref()
    };
    let cors = of(&asked)?;
    let origin = cors.origin(head.fields);
    let mut fields = Vec::new();
    if cors.allowed(origin).is_some() {
        let allows = |method: &Method| {
            of(method).is_some_and(|cors| cors.allowed(cors.origin(head.fields)).is_some())
        };
        let mut methods = route.methods();
        methods.retain(allows);
        if !methods.contains(&asked) {
            methods.push(asked);
        }
        let methods: Vec<&str> = methods.iter().map(Method::as_str).collect();
        cors.each_field(origin, &mut |name, value| {
            // What scripts may read is said with what they read; of caches more is said below.
            let is_for_answers = name == "access-control-expose-headers" || name == "vary";
            if let (false, Ok(value)) = (is_for_answers, HeaderValue::from_bytes(value)) {
                fields.push((HeaderName::from_static(name), value));
            }
        });
        if let Ok(methods) = HeaderValue::from_str(&methods.join(", ")) {
            fields.push((ACCESS_CONTROL_ALLOW_METHODS, methods));
        }
        fields.push((ACCESS_CONTROL_ALLOW_HEADERS, cors.allow_headers.clone()));
        fields.push((ACCESS_CONTROL_MAX_AGE, cors.max_age.clone()));
    }
    let vary = HeaderValue::from_static(PREFLIGHT_VARY);
    fields.push((http::header::VARY, vary));
    Some(fields)
}

/// The method a preflight asks for: one `Access-Control-Request-Method` beside an `Origin`.
fn asked_method(fields: Fields<'_>) -> Option<Method> {
    let mut asked = fields.get_all(REQUEST_METHOD);
    let method = Method::from_bytes(asked.next()?).ok()?;
    (asked.next().is_none() && fields.contains(ORIGIN)).then_some(method)
}

/// A list of field names, each once.
fn joined<'a>(listed: &'a [String], own: impl IntoIterator<Item = &'a str>) -> HeaderValue {
    let mut names: Vec<&str> = Vec::new();
    for name in listed.iter().map(String::as_str).chain(own) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    // Names of fields are always a value.
    HeaderValue::from_str(&names.join(", ")).unwrap_or(HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::request::Field;

    fn cors(origins: &[&str]) -> CompiledCors {
        let cors = Cors {
            origins: origins.iter().map(|one| (*one).to_owned()).collect(),
            any_origin: origins.is_empty(),
            headers: vec!["x-trace".to_owned(), "x-api-key".to_owned()],
            expose: vec!["etag".to_owned()],
            credentials: !origins.is_empty(),
            max_age_s: 600,
        };
        CompiledCors::new(&cors, None)
    }

    fn origin(cors: &CompiledCors, sent: &[&[u8]]) -> Origin {
        let field = |value: &&'static [u8]| Field {
            name: "Origin",
            value,
        };
        // Texts of tests live as long as the program.
        let lines: Vec<_> = sent
            .iter()
            .map(|value| {
                let value: &'static [u8] = value.to_vec().leak();
                field(&value)
            })
            .collect();
        cors.origin(Fields::new(&lines))
    }

    fn fields(cors: &CompiledCors, origin: Origin) -> Vec<(String, String)> {
        let mut fields = Vec::new();
        cors.each_field(origin, &mut |name, value| {
            fields.push((name.to_owned(), String::from_utf8(value.to_vec()).unwrap()));
        });
        fields
    }

    #[test]
    fn origins_are_compared_whole() {
        let listed = cors(&["https://a.test", "null"]);
        assert_eq!(origin(&listed, &[b"https://a.test"]), Origin::Listed(0));
        assert_eq!(origin(&listed, &[b"null"]), Origin::Listed(1));
        assert_eq!(origin(&listed, &[]), Origin::None);
        for other in [
            "http://a.test",
            "https://a.test:443",
            "https://a.test.evil.test",
            "https://a.tes",
            "https://A.test",
            "https://a.test/",
            "",
            "*",
        ] {
            assert_eq!(
                origin(&listed, &[other.as_bytes()]),
                Origin::Refused,
                "{other}"
            );
        }
        let twice: [&[u8]; 2] = [b"https://a.test", b"https://a.test"];
        assert_eq!(origin(&listed, &twice), Origin::Refused);
        assert_eq!(origin(&cors(&[]), &[b"null"]), Origin::Any);
        assert_eq!(origin(&cors(&[]), &twice), Origin::Refused);
    }

    #[test]
    fn answers_say_what_is_allowed_and_caches_what_it_depends_on() {
        let listed = cors(&["https://a.test"]);
        let names = |fields: Vec<(String, String)>| {
            let names: Vec<_> = fields.into_iter().map(|(name, _)| name).collect();
            names
        };
        assert_eq!(names(fields(&listed, Origin::None)), ["vary"]);
        assert_eq!(names(fields(&listed, Origin::Refused)), ["vary"]);
        let allowed = fields(&listed, Origin::Listed(0));
        assert_eq!(allowed[0].1, "https://a.test");
        assert_eq!(
            allowed[1].1,
            "etag, gatehouse-request-id, ratelimit, ratelimit-policy, retry-after"
        );
        assert_eq!(allowed[2].1, "true");
        let any = fields(&cors(&[]), Origin::Any);
        assert_eq!(any.len(), 2, "neither credentials nor Vary: {any:?}");
        assert_eq!(any[0].1, "*");
        assert!(fields(&cors(&[]), Origin::None).is_empty());
        assert_eq!(listed.allow_headers, "x-trace, x-api-key");
    }

    proptest! {
        #[test]
        fn only_what_is_listed_is_ever_said(sent in prop::collection::vec(any::<u8>(), 0..60)) {
            let listed = cors(&["https://a.test"]);
            let judged = origin(&listed, &[&sent]);
            let is_listed = sent == b"https://a.test";
            prop_assert_eq!(judged == Origin::Listed(0), is_listed);
            for (name, value) in fields(&listed, judged) {
                prop_assert!(name != "access-control-allow-origin" || value == "https://a.test");
            }
        }
    }
}
