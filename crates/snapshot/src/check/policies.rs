//! Faults of a route's policies. Whatever passes here is what a gateway can run.

use gatehouse_domain::plan::LimitRule;
use gatehouse_domain::policy::{is_field_name, is_field_value, may_change};

use crate::object::{
    Cors, HeaderChanges, Jwt, JwtAlgorithm, JwtKeyMaterial, PolicySet, Route, RoutePolicies,
    SharedRate,
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

/// What is wrong, in words for the author; empty when nothing is.
pub(super) fn faults(route: &Route) -> Vec<String> {
    let RoutePolicies {
        sets,
        of_operations,
    } = &route.later.policies;
    if sets.is_empty() && of_operations.is_empty() {
        return Vec::new();
    }
    let mut faults = Vec::new();
    if of_operations.len() != route.operations.len()
        || of_operations.iter().any(|set| *set as usize >= sets.len())
    {
        faults.push("its policies are of other operations than it has".to_owned());
    }
    for set in sets {
        faults.extend(set_faults(set));
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
    let lists = [&cors.origins, &cors.headers, &cors.expose];
    let fault = if cors.any_origin != cors.origins.is_empty() {
        "CORS names origins or any origin, not both and not none"
    } else if cors.any_origin && cors.credentials {
        "CORS with credentials must name its origins"
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
    } else if !is_field_name(&jwt.header) {
        "a token comes in something that is no field"
    } else if jwt.issuer.is_empty() || jwt.issuer.len() > POLICY_TEXT_BYTES_MAX {
        "a token's issuer is empty or too long"
    } else if !jwt
        .keys
        .iter()
        .all(|key| is_whole(&key.key) && of_key(&key.key))
    {
        "a key of tokens is of a size or type that no algorithm of its policy takes"
    } else if jwt.leeway_s > JWT_LEEWAY_S_MAX {
        "clocks are forgiven for 300 s at most"
    } else {
        return None;
    };
    Some(fault.to_owned())
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
            (256..=1_024).contains(&modulus.len()) && (1..=8).contains(&exponent.len())
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
    if changes.remove.len() > POLICY_ENTRIES_MAX || changes.set.len() > POLICY_ENTRIES_MAX {
        faults.push("too many fields are changed".to_owned());
    }
    let names = changes.remove.iter();
    for name in names.chain(changes.set.iter().map(|(name, _)| name)) {
        if !may_change(name) {
            faults.push(format!("the field '{name}' is not for policies to change"));
        }
    }
    for (name, value) in &changes.set {
        if !is_field_value(value) {
            faults.push(format!("the value of '{name}' cannot be sent"));
        }
    }
    faults
}

/// One visible word.
fn is_text(text: &str) -> bool {
    (1..=POLICY_TEXT_BYTES_MAX).contains(&text.len())
        && text.bytes().all(|byte| (0x21..0x7f).contains(&byte))
}
