//! Faults of a route's policies. Whatever passes here is what a gateway can run.

use std::ops::RangeInclusive;

use gatehouse_domain::backend_secret::may_hold_backend_secret;
use gatehouse_domain::plan::LimitRule;
use gatehouse_domain::policy::{
    FIELD_VALUE_BYTES_MAX, is_field_name, is_field_value, may_change, may_hold_token,
};

use crate::group_seal::SEAL_BYTES;
use crate::object::{
    Cors, HeaderChanges, Jwt, JwtAlgorithm, JwtKeyMaterial, PolicySet, Route, RoutePolicies,
    SealedField, SharedRate,
};

/// Most entries of a list in one policy: origins, fields, audiences, keys, claims, values of a claim, scopes.
pub const POLICY_ENTRIES_MAX: usize = 64;
/// Most rates that one operation passes.
pub const POLICY_RATES_MAX: usize = 16;
/// Longest text in a policy, except the value of a field; bytes.
pub const POLICY_TEXT_BYTES_MAX: usize = 1_024;
/// Longest that a preflight's answer may be kept, seconds: a day.
pub const CORS_MAX_AGE_S_MAX: u32 = 86_400;
/// Most that clocks are forgiven, seconds.
pub const JWT_LEEWAY_S_MAX: u32 = 300;
/// Most keys that one token is tried with. Each is a signature verified before any limit is asked.
pub const JWT_TRIES_MAX: usize = 4;
/// Sizes of RSA keys, bits.
pub const RSA_BITS: RangeInclusive<usize> = 2_048..=4_096;
/// Most bytes of names and values that one policy sets and removes in a request, and the same in an answer.
pub const HEADER_CHANGES_BYTES_MAX: usize = 16 * 1_024;
/// Most bytes of all the policies of a route, as they are on the wire. A whole snapshot holds a route in one frame.
pub const ROUTE_POLICIES_BYTES_MAX: usize = 1_024 * 1_024;

/// What is wrong, in words for the author; empty when nothing is.
pub(super) fn faults(route: &Route) -> Vec<String> {
    let RoutePolicies {
        sets,
        of_operations,
        sealed,
    } = &route.later.policies;
    if sets.is_empty() && of_operations.is_empty() && sealed.is_empty() {
        return Vec::new();
    }
    let mut faults = Vec::new();
    if of_operations.len() != route.operations.len()
        || of_operations.iter().any(|set| *set as usize >= sets.len())
    {
        faults.push("its policies are of other operations than it has".to_owned());
    }
    let bytes = postcard::to_stdvec(&route.later.policies).map_or(usize::MAX, |bytes| bytes.len());
    let opened = sets.iter().flat_map(|set| &set.request_headers.opened);
    let opened = opened.map(|(name, value)| name.len() + value.len());
    let sealed_bytes = sealed
        .iter()
        .map(|field| sealed_bytes(&field.name, field.value.len()));
    let bytes = bytes.saturating_add(sealed_bytes.chain(opened).sum());
    if bytes > ROUTE_POLICIES_BYTES_MAX {
        faults.push(format!(
            "its policies come to {bytes} bytes, of {ROUTE_POLICIES_BYTES_MAX} at most: state what operations share further out"
        ));
    }
    for set in sets {
        faults.extend(set_faults(set));
    }
    for field in sealed {
        if sets.get(field.set as usize).is_none() {
            faults.push(format!("the field '{}' is of no set", field.name));
        }
    }
    for (place, set) in (0..).zip(sets) {
        let own = sealed.iter().filter(|field| field.set == place);
        let own: Vec<&SealedField> = own.collect();
        if !own.is_empty() {
            faults.extend(sealed_faults(&own, &set.request_headers));
        }
    }
    faults
}

/// What a sealed field adds to the bytes of a route's policies: its name, its value and less than 16 more.
pub fn sealed_bytes(name: &str, value_bytes: usize) -> usize {
    name.len() + value_bytes + 16
}

/// What can be told of the sealed fields of a set without opening them: they come to no more, among what else is set, than a
/// gateway takes that opened them.
fn sealed_faults(sealed: &[&SealedField], plain: &HeaderChanges) -> Vec<String> {
    let mut faults = Vec::new();
    let mut names: Vec<&str> = plain.set.iter().map(|(name, _)| name.as_str()).collect();
    names.extend(sealed.iter().map(|field| field.name.as_str()));
    if names.len() > POLICY_ENTRIES_MAX {
        faults.push("too many fields are changed".to_owned());
    }
    names.sort_unstable();
    if names.windows(2).any(|two| two[0] == two[1]) {
        faults.push("a field is set twice".to_owned());
    }
    let bytes = sealed.iter().map(|field| {
        let value = field.value.len().saturating_sub(SEAL_BYTES);
        field.name.len() + value
    });
    if bytes.sum::<usize>() + header_bytes(plain) > HEADER_CHANGES_BYTES_MAX {
        faults.push(format!(
            "the fields that are changed come to more than {HEADER_CHANGES_BYTES_MAX} bytes"
        ));
    }
    for field in sealed {
        let name = &field.name;
        if !may_hold_backend_secret(name) {
            faults.push(format!("the field '{name}' is not for policies to change"));
        }
        if field.value.len() > FIELD_VALUE_BYTES_MAX + SEAL_BYTES {
            faults.push(format!("the value of '{name}' is too long"));
        }
    }
    faults
}

fn set_faults(set: &PolicySet) -> Vec<String> {
    let mut faults = Vec::new();
    faults.extend(set.cors.as_ref().and_then(cors));
    faults.extend(set.jwt.as_ref().and_then(jwt));
    if set.rates.len() > POLICY_RATES_MAX {
        faults.push(format!(
            "an operation passes more than {POLICY_RATES_MAX} rate limits"
        ));
    }
    faults.extend(set.rates.iter().filter_map(rate));
    faults.extend(changes(&set.request_headers));
    faults.extend(changes(&set.response_headers));
    faults
}

fn cors(cors: &Cors) -> Option<String> {
    let fields = || cors.headers.iter().chain(&cors.expose);
    let is_null = |origin: &String| origin == "null";
    let lists = [&cors.origins, &cors.headers, &cors.expose];
    let fault = if cors.any_origin != cors.origins.is_empty() {
        "CORS names origins or any origin, not both and not none"
    } else if cors.any_origin && cors.credentials {
        "CORS with credentials must name its origins"
    } else if cors.credentials && cors.origins.iter().any(is_null) {
        "CORS with credentials takes no 'null': any page can be that"
    } else if lists.iter().any(|list| list.len() > POLICY_ENTRIES_MAX) {
        "a list of CORS is too long"
    } else if cors.origins.iter().any(|origin| !is_text(origin)) {
        "an origin is too long or holds characters that no origin has"
    } else if fields().any(|name| !is_field_name(name)) {
        "CORS names something that is no field"
    } else if cors.max_age_s > CORS_MAX_AGE_S_MAX {
        "CORS answers may be kept for a day at most"
    } else {
        return None;
    };
    Some(fault.to_owned())
}

fn jwt(jwt: &Jwt) -> Option<String> {
    let of_key = |key: &JwtKeyMaterial| jwt.algorithms.iter().any(|one| fits(*one, key));
    let lists = [
        jwt.types.len(),
        jwt.audiences.len(),
        jwt.algorithms.len(),
        jwt.keys.len(),
        jwt.claims.len(),
        jwt.scopes.len(),
    ];
    let values = || jwt.claims.iter().map(|(_, values)| values.len());
    let fault = if jwt.audiences.is_empty() || jwt.algorithms.is_empty() || jwt.keys.is_empty() {
        "a token needs an audience, an algorithm and a key"
    } else if lists
        .into_iter()
        .chain(values())
        .any(|length| length > POLICY_ENTRIES_MAX)
    {
        "a list of a token's policy is too long"
    } else if !may_hold_token(&jwt.header) {
        "a token comes in a field that is not for tokens"
    } else if !texts(jwt).all(|text| (1..=POLICY_TEXT_BYTES_MAX).contains(&text.len())) {
        "a text of a token's policy is empty or too long"
    } else if !jwt
        .keys
        .iter()
        .all(|key| is_whole(&key.key) && of_key(&key.key))
    {
        "a key of tokens is of a size or type that no algorithm of its policy takes"
    } else if tries(jwt) > JWT_TRIES_MAX {
        return Some(format!(
            "more than {JWT_TRIES_MAX} keys of tokens fit one algorithm and have one name"
        ));
    } else if jwt.leeway_s > JWT_LEEWAY_S_MAX {
        "clocks are forgiven for 300 s at most"
    } else {
        return None;
    };
    Some(fault.to_owned())
}

fn texts(jwt: &Jwt) -> impl Iterator<Item = &String> {
    let claims = jwt.claims.iter();
    std::iter::once(&jwt.issuer)
        .chain(&jwt.types)
        .chain(&jwt.audiences)
        .chain(&jwt.scopes)
        .chain(jwt.keys.iter().filter_map(|key| key.kid.as_ref()))
        .chain(claims.flat_map(|(name, values)| std::iter::once(name).chain(values)))
}

/// Most keys that a token which names one could be tried with.
fn tries(jwt: &Jwt) -> usize {
    let of = |algorithm: JwtAlgorithm| {
        let fitting = jwt.keys.iter().filter(move |key| fits(algorithm, &key.key));
        let mut named: Vec<_> = fitting.map(|key| key.kid.as_deref()).collect();
        named.sort_unstable();
        named.chunk_by(PartialEq::eq).map(<[_]>::len).max()
    };
    let algorithms = jwt.algorithms.iter();
    algorithms.filter_map(|one| of(*one)).max().unwrap_or(0)
}

/// Whether a key is one that an algorithm signs with.
pub fn fits(algorithm: JwtAlgorithm, key: &JwtKeyMaterial) -> bool {
    use JwtAlgorithm::{EdDsa, Es256, Es384, Ps256, Ps384, Ps512, Rs256, Rs384, Rs512};
    match key {
        JwtKeyMaterial::Rsa(..) => {
            matches!(algorithm, Rs256 | Rs384 | Rs512 | Ps256 | Ps384 | Ps512)
        }
        JwtKeyMaterial::P256(..) => algorithm == Es256,
        JwtKeyMaterial::P384(..) => algorithm == Es384,
        JwtKeyMaterial::Ed25519(_) => algorithm == EdDsa,
    }
}

fn is_whole(key: &JwtKeyMaterial) -> bool {
    match key {
        JwtKeyMaterial::Rsa(modulus, exponent) => {
            let (least, most) = (RSA_BITS.start() / 8, RSA_BITS.end() / 8);
            (least..=most).contains(&modulus.len()) && (1..=8).contains(&exponent.len())
        }
        JwtKeyMaterial::P256(x, y) => x.len() == 32 && y.len() == 32,
        JwtKeyMaterial::P384(x, y) => x.len() == 48 && y.len() == 48,
        JwtKeyMaterial::Ed25519(x) => x.len() == 32,
    }
}

fn rate(rate: &SharedRate) -> Option<String> {
    let rule = LimitRule::Rate {
        amount: rate.amount,
        window_s: rate.window_s,
        burst: rate.burst,
    };
    let invalid = rule.check().err()?;
    Some(format!("policy {}: {invalid}", rate.policy))
}

fn changes(changes: &HeaderChanges) -> Vec<String> {
    let mut faults = Vec::new();
    let are_set = changes.set.len() + changes.opened.len();
    if changes.remove.len() > POLICY_ENTRIES_MAX || are_set > POLICY_ENTRIES_MAX {
        faults.push("too many fields are changed".to_owned());
    }
    if header_bytes(changes) > HEADER_CHANGES_BYTES_MAX {
        faults.push(format!(
            "the fields that are changed come to more than {HEADER_CHANGES_BYTES_MAX} bytes"
        ));
    }
    let plain = changes.set.iter().map(|(name, value)| (name, value));
    let opened = changes.opened.iter().map(|(name, value)| (name, &**value));
    let mut names: Vec<&String> = plain
        .clone()
        .chain(opened.clone())
        .map(|(name, _)| name)
        .collect();
    names.sort_unstable();
    if names.windows(2).any(|two| two[0] == two[1]) {
        faults.push("a field is set twice".to_owned());
    }
    let removed = changes.remove.iter().map(|name| (name, may_change(name)));
    let set = plain.clone().map(|(name, _)| (name, may_change(name)));
    let hold = opened
        .clone()
        .map(|(name, _)| (name, may_hold_backend_secret(name)));
    for (name, _) in removed.chain(set).chain(hold).filter(|(_, may)| !may) {
        faults.push(format!("the field '{name}' is not for policies to change"));
    }
    for (name, value) in plain.chain(opened) {
        if !is_field_value(value) {
            faults.push(format!("the value of '{name}' cannot be sent"));
        }
    }
    faults
}

/// What counts against [`HEADER_CHANGES_BYTES_MAX`].
pub fn header_bytes(changes: &HeaderChanges) -> usize {
    let removed = changes.remove.iter().map(String::len);
    let set = changes
        .set
        .iter()
        .map(|(name, value)| name.len() + value.len());
    let opened = changes.opened.iter();
    let opened = opened.map(|(name, value)| name.len() + value.len());
    removed.chain(set).chain(opened).sum()
}

/// One visible word.
fn is_text(text: &str) -> bool {
    (1..=POLICY_TEXT_BYTES_MAX).contains(&text.len())
        && text.bytes().all(|byte| (0x21..0x7f).contains(&byte))
}
