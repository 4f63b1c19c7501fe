//! Who calls: the one API key of a request, judged against the table, or the console's credential in its place.

use gatehouse_domain::EnvironmentKind;
use gatehouse_domain::credential::{CredentialState, CredentialVerdict};
use gatehouse_domain::id::CredentialId;
use gatehouse_domain::key::{Key, KeyKind};
use gatehouse_problem::ProblemKind;
use gatehouse_snapshot::console_call;
use gatehouse_snapshot::object::Moment;
use gatehouse_snapshot::sign::{DigestKey, PublicKey};
use subtle::ConstantTimeEq;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::console_call as console;
use super::jwt::CompiledJwt;
use crate::call::{Now, Subject};
use crate::refusal::{Refusal, refuse};
use crate::request::{Fields, visible};
use crate::tables::{CompiledEnvironment, FoundApplication, FoundCredential, Number, TableSet};
use crate::validate::escaped;

/// The header of an API key.
const API_KEY: &str = "x-api-key";
const AUTHORIZATION: &str = "authorization";
/// Query parameters that are taken for a key, whatever they hold. A key is never accepted there: addresses are logged.
const QUERY_NAMES: [&str; 4] = ["x-api-key", "api_key", "api-key", "apikey"];
const KEY_PREFIXES: [&str; 3] = ["gth_live_", "gth_test_", console_call::PREFIX];

/// An identified caller.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Consumer {
    pub(crate) application: FoundApplication,
    /// The application's number in the tables the key was found in.
    pub(crate) number: Number,
    /// The key; none for a call from the portal's console.
    pub(crate) credential: Option<CredentialId>,
    /// The credential's number, where it is for some products only.
    pub(crate) narrow: Option<Number>,
}

/// What can be said about a caller. "Cannot be said" is not "no": a client whose key may be good must not be told that it is
/// bad.
#[derive(Debug)]
pub(crate) enum Authentication {
    /// The key is good and this is whose it is.
    Identified(Consumer),
    /// The key is not good, for this reason. The credential, where one was recognised.
    Refused(Refusal, Option<Consumer>),
    /// The gateway lacks what it needs to judge.
    Undecidable(&'static str),
}

/// What credentials are judged by, besides the tables.
#[derive(Clone, Copy)]
pub(crate) struct Secrets<'a> {
    /// What digests of keys are made with; absent until the gateway has joined.
    pub(crate) group_key: Option<&'a DigestKey>,
    /// Whose signature is good on a console credential.
    pub(crate) signers: &'a [PublicKey],
}

/// Judges the request's one credential for the operation that is called.
pub(crate) fn authenticate(
    fields: Fields<'_>,
    query: Option<&str>,
    subject: &Subject<'_>,
    tables: &TableSet,
    secrets: Secrets<'_>,
    now: Now,
) -> Authentication {
    let policies = subject.policies.and_then(|set| set.jwt.as_ref());
    let token_beside = policies.is_some_and(CompiledJwt::is_in_authorization);
    let text = match presented(fields, query, token_beside) {
        Ok(text) => text,
        Err(refusal) => return Authentication::Refused(refusal, None),
    };
    if text.starts_with(console_call::PREFIX) {
        return console::authenticate(text, subject, tables, secrets.signers, now);
    }
    match parse(text, subject.environment) {
        Ok(key) => look_up(&key, subject.environment, tables, secrets.group_key, now),
        Err(refusal) => Authentication::Refused(refusal, None),
    }
}

fn look_up(
    key: &Key,
    environment: &CompiledEnvironment,
    tables: &TableSet,
    group_key: Option<&DigestKey>,
    now: Now,
) -> Authentication {
    let Some(group_key) = group_key else {
        return Authentication::Undecidable("This gateway has not joined its group yet.");
    };
    // An unknown key id costs no hash; a known one is compared in constant time.
    let Some(credential) = tables.credentials.by_key_id(key.id().as_u64()) else {
        return Authentication::Refused(ProblemKind::KeyUnknown.into(), None);
    };
    let digest = group_key.digest(&key.secret_hash().0);
    if !bool::from(digest.ct_eq(&credential.digest)) {
        return Authentication::Refused(ProblemKind::KeyUnknown.into(), None);
    }
    // Every application that a credential names has a number, whether the configuration holds it or not.
    let Some(application) = tables.applications.get(credential.application) else {
        return Authentication::Undecidable("This gateway does not know whose key this is.");
    };
    let consumer = Consumer {
        application,
        number: credential.application,
        credential: Some(credential.id),
        narrow: credential.narrow,
    };
    match judge(&credential, environment, now) {
        Ok(()) => Authentication::Identified(consumer),
        Err(refusal) => Authentication::Refused(refusal, Some(consumer)),
    }
}

/// The one text that is presented as a key, or why it is none or more than one.
///
/// With `token_beside` the operation has a token in `Authorization`, which then belongs to the token beside a key in `X-API-Key`,
/// and is the key only where it holds one and stands alone.
fn presented<'a>(
    fields: Fields<'a>,
    query: Option<&str>,
    token_beside: bool,
) -> Result<&'a str, Refusal> {
    let mut keys = fields.get_all(API_KEY);
    let mut authorizations = fields.get_all(AUTHORIZATION);
    let one_of_each = (keys.next(), authorizations.next());
    let is_token = token_beside && one_of_each.0.is_some();
    let is_repeated = keys.next().is_some() || !is_token && authorizations.next().is_some();
    let in_query = query.is_some_and(query_holds_key);
    match one_of_each {
        (None, None) if in_query => Err(refuse(
            ProblemKind::NoKey,
            "A key in the address is not accepted, because addresses are logged; treat that key as leaked.",
        )),
        (None, None) => Err(ProblemKind::NoKey.into()),
        (Some(key), None) if !is_repeated && !in_query => readable(key),
        (Some(key), Some(_)) if is_token && !is_repeated && !in_query => readable(key),
        (None, Some(words)) if !is_repeated && !in_query => match bearer(readable(words)?) {
            Ok(token) if token_beside && !is_key(token) => Err(refuse(
                ProblemKind::NoKey,
                "The Authorization header holds a token; the key comes in X-API-Key beside it.",
            )),
            key_or_refusal => key_or_refusal,
        },
        _ => Err(ProblemKind::AmbiguousKey.into()),
    }
}

/// Whether a text begins as keys do.
fn is_key(text: &str) -> bool {
    KEY_PREFIXES.iter().any(|prefix| text.starts_with(prefix))
}

fn readable(value: &[u8]) -> Result<&str, Refusal> {
    visible(value).ok_or_else(|| ProblemKind::KeyMalformed.into())
}

/// RFC 9110 §11.1: the scheme is case-insensitive; RFC 6750 §2.1: one space, then the token.
fn bearer(words: &str) -> Result<&str, Refusal> {
    match words.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token),
        None if words.eq_ignore_ascii_case("bearer") => Err(ProblemKind::KeyMalformed.into()),
        _ => Err(refuse(
            ProblemKind::NoKey,
            "The Authorization header is of another scheme than Bearer.",
        )),
    }
}

fn query_holds_key(query: &str) -> bool {
    query.split('&').any(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let is = |known: &&str| {
            let name = decoded(name).map(|byte| byte.to_ascii_lowercase());
            name.eq(known.bytes())
        };
        let begins = |prefix: &&str| decoded(value).take(prefix.len()).eq(prefix.bytes());
        QUERY_NAMES.iter().any(is) || KEY_PREFIXES.iter().any(begins)
    })
}

/// The bytes of a part of a query, percent-decoded. What is no escape stands for itself.
fn decoded(text: &str) -> impl Iterator<Item = u8> {
    let mut rest = text.as_bytes();
    std::iter::from_fn(move || {
        let (first, after) = rest.split_first()?;
        let escape = (*first == b'%').then(|| escaped(after)).flatten();
        let (byte, after) = escape.unwrap_or((*first, after));
        rest = after;
        Some(byte)
    })
}

fn parse(text: &str, environment: &CompiledEnvironment) -> Result<Key, Refusal> {
    let key = Key::parse(text).map_err(|_| ProblemKind::KeyMalformed)?;
    match key.kind() {
        KeyKind::ApiKey(kind) if kind == environment.object.kind => Ok(key),
        KeyKind::ApiKey(kind) => Err(refuse(
            ProblemKind::WrongEnvironment,
            match kind {
                EnvironmentKind::Sandbox => "This is a gth_test_ key on a production address.",
                EnvironmentKind::Production => "This is a gth_live_ key on a sandbox address.",
            },
        )),
        KeyKind::AccessToken => Err(refuse(
            ProblemKind::KeyUnknown,
            "This is an access token of the admin API; no API answers to it.",
        )),
        KeyKind::JoinToken => Err(refuse(
            ProblemKind::KeyUnknown,
            "This is a token that enrols gateways; no API answers to it.",
        )),
    }
}

fn judge(
    credential: &FoundCredential,
    environment: &CompiledEnvironment,
    now: Now,
) -> Result<(), Refusal> {
    if credential.scope != environment.scope {
        return Err(refuse(
            ProblemKind::WrongEnvironment,
            "The key is good, but was made for another environment or tenant than this address.",
        ));
    }
    let date = |moment: Option<Moment>| {
        moment.and_then(|moment| OffsetDateTime::from(moment).format(&Rfc3339).ok())
    };
    match credential.facts().verdict(now.time) {
        CredentialVerdict::Valid => Ok(()),
        CredentialVerdict::Revoked => Err(match (credential.state, date(credential.retire_at)) {
            (CredentialState::Retiring, Some(retired)) => refuse(
                ProblemKind::KeyRevoked,
                format!("The key was replaced; it worked until {retired}."),
            ),
            _ => ProblemKind::KeyRevoked.into(),
        }),
        CredentialVerdict::Expired => {
            let not_yet = credential
                .not_before
                .filter(|moment| now.time < OffsetDateTime::from(*moment));
            let detail = match (date(not_yet), date(credential.expires_at)) {
                (Some(first), _) => format!("The key works from {first} on."),
                (None, Some(expired)) => format!("The key worked until {expired}."),
                (None, None) => "The key has run out.".to_owned(),
            };
            Err(refuse(ProblemKind::KeyExpired, detail))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Field;

    fn outcome(headers: &[(&str, &str)], query: Option<&str>) -> Result<String, &'static str> {
        outcome_of(headers, query, false)
    }

    fn outcome_of(
        headers: &[(&str, &str)],
        query: Option<&str>,
        token_beside: bool,
    ) -> Result<String, &'static str> {
        let lines: Vec<Field<'_>> = headers
            .iter()
            .map(|(name, value)| Field {
                name,
                value: value.as_bytes(),
            })
            .collect();
        presented(Fields::new(&lines), query, token_beside)
            .map(str::to_owned)
            .map_err(|refusal| refusal.kind().code())
    }

    #[test]
    fn thirty_combinations_have_one_meaning_each() {
        const KEY: &str = "gth_live_x";
        let bearer = "Bearer gth_live_x";
        let (x, a) = ("x-api-key", "authorization");
        let ok = Ok(KEY.to_owned());
        type Row<'a> = (
            &'a [(&'a str, &'a str)],
            Option<&'a str>,
            Result<String, &'static str>,
        );
        let ambiguous = Err("ambiguous_key");
        let rows: &[Row<'_>] = &[
            (&[], None, Err("no_key")),
            (&[(x, KEY)], None, ok.clone()),
            (&[("X-Api-Key", KEY)], None, ok.clone()),
            (&[(a, bearer)], None, ok.clone()),
            (&[(a, "bearer gth_live_x")], None, ok.clone()),
            (&[(a, "BEARER gth_live_x")], None, ok.clone()),
            (&[(a, "Basic dTpw")], None, Err("no_key")),
            (&[(a, KEY)], None, Err("no_key")),
            (&[(a, "Bearer")], None, Err("key_malformed")),
            (
                &[(a, "Bearer  gth_live_x")],
                None,
                Ok(" gth_live_x".to_owned()),
            ),
            (&[(x, "")], None, Ok(String::new())),
            (&[(x, KEY), (x, KEY)], None, ambiguous.clone()),
            (&[(x, KEY), (x, "")], None, ambiguous.clone()),
            (&[(x, ""), (x, KEY)], None, ambiguous.clone()),
            (&[(a, bearer), (a, bearer)], None, ambiguous.clone()),
            (&[(a, bearer), (a, "Basic dTpw")], None, ambiguous.clone()),
            (&[(x, KEY), (a, bearer)], None, ambiguous.clone()),
            (&[(x, KEY), (a, "Bearer other")], None, ambiguous.clone()),
            (&[(x, KEY), (a, "Basic dTpw")], None, ambiguous.clone()),
            (&[(x, KEY), (a, "")], None, ambiguous.clone()),
            (&[(x, KEY)], Some("api_key=1"), ambiguous.clone()),
            (&[(x, KEY)], Some("API_KEY=1"), ambiguous.clone()),
            (
                &[(x, KEY)],
                Some("a=1&x-api-key=gth_live_x"),
                ambiguous.clone(),
            ),
            (&[(x, KEY)], Some("apikey"), ambiguous.clone()),
            (&[(x, KEY)], Some("key=gth_live_x"), ambiguous.clone()),
            (&[(x, KEY)], Some("token=gth%5flive%5Fx"), ambiguous.clone()),
            (&[(x, KEY)], Some("api%5fkey=1"), ambiguous.clone()),
            (&[(a, bearer)], Some("api-key=1"), ambiguous.clone()),
            (&[(x, KEY)], Some("q=keys&api=1"), ok.clone()),
            (&[(x, KEY)], Some(""), ok),
            (&[], Some("api_key=gth_live_x"), Err("no_key")),
            (&[], Some("q=gth_live_x"), Err("no_key")),
        ];
        for (headers, query, wanted) in rows {
            assert_eq!(outcome(headers, *query), *wanted, "{headers:?} {query:?}");
        }
    }

    #[test]
    fn beside_a_token_the_key_stands_in_its_own_field() {
        const KEY: &str = "gth_live_x";
        let (x, a) = ("x-api-key", "authorization");
        let key = Ok(KEY.to_owned());
        let ambiguous = Err("ambiguous_key");
        type Row<'a> = (&'a [(&'a str, &'a str)], Result<String, &'static str>);
        let rows: &[Row<'_>] = &[
            (&[(x, KEY), (a, "Bearer a.b.c")], key.clone()),
            (&[(x, KEY), (a, "Bearer gth_live_x")], key.clone()),
            (&[(x, KEY), (a, "Basic dTpw")], key.clone()),
            (&[(x, KEY), (a, "Bearer a"), (a, "Bearer b")], key.clone()),
            (&[(x, KEY)], key.clone()),
            (&[(a, "Bearer gth_live_x")], key),
            (
                &[(x, KEY), (x, KEY), (a, "Bearer a.b.c")],
                ambiguous.clone(),
            ),
            (
                &[(a, "Bearer gth_live_x"), (a, "Bearer a.b.c")],
                ambiguous.clone(),
            ),
            (&[(a, "Bearer a.b.c")], Err("no_key")),
            (&[(a, "Bearer a.gth_live_x")], Err("no_key")),
            (&[], Err("no_key")),
        ];
        for (headers, wanted) in rows {
            assert_eq!(outcome_of(headers, None, true), *wanted, "{headers:?}");
        }
        let both = [(x, KEY), (a, "Bearer a.b.c")];
        assert_eq!(outcome_of(&both, Some("api_key=1"), true), ambiguous);
    }

    #[test]
    fn decoding_stops_at_what_is_no_escape() {
        for (text, bytes) in [
            ("a%4", "a%4"),
            ("%zz", "%zz"),
            ("%+f", "%+f"),
            ("%67th_live_", "gth_live_"),
            ("%c3%A9%", "é%"),
        ] {
            assert!(decoded(text).eq(bytes.bytes()), "{text}");
        }
    }
}
