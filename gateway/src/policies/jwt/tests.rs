//! Tokens that another implementation signs, and forged ones.

use std::sync::OnceLock;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair as RsaPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
    KeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gatehouse_snapshot::object::{JwtAlgorithm, JwtKey, JwtKeyMaterial};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use proptest::prelude::*;
use serde_json::json;
use time::OffsetDateTime;

use super::*;
use crate::request::Field;

/// Seconds since 1970; the moment all of these are judged at.
const NOW_S: i64 = 1_795_176_000;

fn now() -> Now {
    Now {
        time: OffsetDateTime::from_unix_timestamp(NOW_S).unwrap(),
        wall_ms: NOW_S * 1_000,
        steady_ns: 0,
    }
}

/// A pair for each type of key.
struct Pairs {
    rsa: (EncodingKey, JwtKeyMaterial),
    p256: (EncodingKey, JwtKeyMaterial),
    p384: (EncodingKey, JwtKeyMaterial),
    ed25519: (EncodingKey, JwtKeyMaterial),
}

fn pairs() -> &'static Pairs {
    static PAIRS: OnceLock<Pairs> = OnceLock::new();
    PAIRS.get_or_init(|| {
        let rsa = RsaPair::generate(KeySize::Rsa2048).unwrap();
        let pkcs8 = AsDer::<Pkcs8V1Der<'_>>::as_der(&rsa).unwrap();
        let rsa = {
            let pair = aws_lc_rs::signature::RsaKeyPair::from_pkcs8(pkcs8.as_ref()).unwrap();
            let public = pair.public_key();
            let bytes = |number: &[u8]| number.to_vec();
            JwtKeyMaterial::Rsa(
                bytes(public.modulus().big_endian_without_leading_zero()),
                bytes(public.exponent().big_endian_without_leading_zero()),
            )
        };
        // The encoding key wants PKCS#1; PEM says which form it is.
        let pem = format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            base64::engine::general_purpose::STANDARD.encode(pkcs8.as_ref())
        );
        let rsa = (EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap(), rsa);
        let ec = |algorithm, bytes: usize| {
            let pair = EcdsaKeyPair::generate(algorithm).unwrap();
            let pkcs8 = pair.to_pkcs8v1().unwrap();
            let point = pair.public_key().as_ref();
            let (x, y) = (&point[1..=bytes], &point[1 + bytes..]);
            (
                EncodingKey::from_ec_der(pkcs8.as_ref()),
                (x.to_vec(), y.to_vec()),
            )
        };
        let (p256, (x, y)) = ec(&ECDSA_P256_SHA256_FIXED_SIGNING, 32);
        let p256 = (p256, JwtKeyMaterial::P256(x, y));
        let (p384, (x, y)) = ec(&ECDSA_P384_SHA384_FIXED_SIGNING, 48);
        let p384 = (p384, JwtKeyMaterial::P384(x, y));
        let pair = Ed25519KeyPair::generate().unwrap();
        let public = JwtKeyMaterial::Ed25519(pair.public_key().as_ref().to_vec());
        let pkcs8 = pair.to_pkcs8().unwrap();
        Pairs {
            rsa,
            p256,
            p384,
            ed25519: (EncodingKey::from_ed_der(pkcs8.as_ref()), public),
        }
    })
}

fn claims() -> Value {
    json!({
        "iss": "https://id.test", "aud": "petstore", "exp": NOW_S + 60, "nbf": NOW_S - 60,
        "scope": "pets:read profile", "team": ["blue", "red"], "level": 3, "active": true,
    })
}

fn signed_by(pair: &(EncodingKey, JwtKeyMaterial), algorithm: Algorithm, claims: &Value) -> String {
    let mut header = Header::new(algorithm);
    header.kid = Some("one".to_owned());
    encode(&header, claims, &pair.0).unwrap()
}

fn policy(algorithms: &[JwtAlgorithm], keys: &[&JwtKeyMaterial]) -> Jwt {
    let key = |key: &&JwtKeyMaterial| JwtKey {
        kid: Some("one".to_owned()),
        key: (*key).clone(),
    };
    Jwt {
        shadow: false,
        header: "x-token".to_owned(),
        types: Vec::new(),
        issuer: "https://id.test".to_owned(),
        audiences: vec!["other".to_owned(), "petstore".to_owned()],
        algorithms: algorithms.to_vec(),
        keys: keys.iter().map(key).collect(),
        leeway_s: 0,
        claims: Vec::new(),
        scopes: Vec::new(),
    }
}

fn judged(policy: &Jwt, token: &str) -> Result<(), String> {
    let line = [Field {
        name: "X-Token",
        value: token.as_bytes(),
    }];
    let compiled = CompiledJwt::new(policy);
    let judged = compiled.judge(Fields::new(&line), now());
    judged.map_err(|fault| format!("{fault:?}"))
}

/// With an Ed25519 key, the quickest to sign with.
fn with_claims(change: impl FnOnce(&mut Jwt), claims: &Value) -> Result<(), String> {
    let pair = &pairs().ed25519;
    let mut policy = policy(&[JwtAlgorithm::EdDsa], &[&pair.1]);
    change(&mut policy);
    judged(&policy, &signed_by(pair, Algorithm::EdDSA, claims))
}

#[test]
fn every_algorithm_verifies_what_another_implementation_signed() {
    let pairs = pairs();
    use JwtAlgorithm::{EdDsa, Es256, Es384, Ps256, Ps384, Ps512, Rs256, Rs384, Rs512};
    let rows = [
        (Rs256, Algorithm::RS256, &pairs.rsa),
        (Rs384, Algorithm::RS384, &pairs.rsa),
        (Rs512, Algorithm::RS512, &pairs.rsa),
        (Ps256, Algorithm::PS256, &pairs.rsa),
        (Ps384, Algorithm::PS384, &pairs.rsa),
        (Ps512, Algorithm::PS512, &pairs.rsa),
        (Es256, Algorithm::ES256, &pairs.p256),
        (Es384, Algorithm::ES384, &pairs.p384),
        (EdDsa, Algorithm::EdDSA, &pairs.ed25519),
    ];
    for (own, signs, pair) in rows {
        let token = signed_by(pair, signs, &claims());
        assert_eq!(
            judged(&policy(&[own], &[&pair.1]), &token),
            Ok(()),
            "{own:?}"
        );
        // Good by another algorithm of the list is not good by this one.
        for (other, _, with) in rows.iter().filter(|(other, ..)| *other != own) {
            let fault = judged(&policy(&[*other], &[&with.1]), &token).unwrap_err();
            assert!(fault.starts_with("Invalid"), "{own:?} {other:?}: {fault}");
        }
        let (head, signature) = token.rsplit_once('.').unwrap();
        let mut bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
        for place in [0, bytes.len() / 2, bytes.len() - 1] {
            bytes[place] ^= 1;
            let forged = format!("{head}.{}", URL_SAFE_NO_PAD.encode(&bytes));
            assert!(
                judged(&policy(&[own], &[&pair.1]), &forged).is_err(),
                "{own:?}"
            );
            bytes[place] ^= 1;
        }
    }
}

#[test]
fn a_key_id_narrows_and_without_one_every_key_is_tried() {
    let (one, other) = (&pairs().ed25519, &Ed25519KeyPair::generate().unwrap());
    let other = JwtKeyMaterial::Ed25519(other.public_key().as_ref().to_vec());
    let mut policy = policy(&[JwtAlgorithm::EdDsa], &[&other, &one.1]);
    policy.keys[0].kid = Some("zero".to_owned());
    let named = signed_by(one, Algorithm::EdDSA, &claims());
    let unnamed = encode(&Header::new(Algorithm::EdDSA), &claims(), &one.0).unwrap();
    assert_eq!(judged(&policy, &named), Ok(()));
    assert_eq!(judged(&policy, &unnamed), Ok(()));
    policy.keys[1].kid = Some("two".to_owned());
    assert!(
        judged(&policy, &named).is_err(),
        "its key is of another name"
    );
    assert_eq!(judged(&policy, &unnamed), Ok(()));
    policy.keys[1].kid = None;
    assert!(
        judged(&policy, &named).is_err(),
        "a name is never a key without"
    );
}

#[test]
fn a_token_is_tried_with_four_keys_at_most() {
    let pair = &pairs().ed25519;
    let unnamed = encode(&Header::new(Algorithm::EdDSA), &claims(), &pair.0).unwrap();
    let named = signed_by(pair, Algorithm::EdDSA, &claims());
    for (keys, taken) in [(3, true), (4, true), (5, false)] {
        let mut policy = policy(&[JwtAlgorithm::EdDsa], &vec![&pair.1; keys]);
        for (place, key) in policy.keys.iter_mut().enumerate().skip(1) {
            key.kid = Some(format!("other {place}"));
        }
        assert_eq!(judged(&policy, &unnamed).is_ok(), taken, "{keys} keys");
        assert_eq!(judged(&policy, &named), Ok(()), "one of {keys} is named");
    }
}

#[test]
fn a_type_that_is_asked_for_must_be_said() {
    let good = claims().to_string();
    let mut asking = policy(&[JwtAlgorithm::EdDsa], &[&pairs().ed25519.1]);
    asking.types = vec!["at+jwt".to_owned(), "jwt".to_owned()];
    let any = policy(&[JwtAlgorithm::EdDsa], &[&pairs().ed25519.1]);
    for (typ, is_one) in [
        (r#","typ":"at+jwt""#, true),
        (r#","typ":"AT+JWT""#, true),
        (r#","typ":"application/at+jwt""#, true),
        (r#","typ":"JWT""#, true),
        (r#","typ":"logout+jwt""#, false),
        (r#","typ":"application/x/at+jwt""#, false),
        (r#","typ":"""#, false),
        ("", false),
    ] {
        let header = format!(r#"{{"alg":"EdDSA","kid":"one"{typ}}}"#);
        let token = signed_text(&header, &good);
        assert_eq!(judged(&asking, &token).is_ok(), is_one, "{header}");
        assert_eq!(judged(&any, &token), Ok(()), "{header}");
    }
}

#[test]
fn numbers_that_are_no_key_sign_nothing() {
    let off_curve = JwtKeyMaterial::P256(vec![1; 32], vec![1; 32]);
    let policy = policy(&[JwtAlgorithm::Es256], &[&off_curve]);
    let token = signed_by(&pairs().p256, Algorithm::ES256, &claims());
    assert!(judged(&policy, &token).is_err());
}

#[test]
fn dates_hold_to_the_second_and_the_leeway_moves_them() {
    let with = |name: &str, value: Value, leeway_s| {
        let mut claims = claims();
        claims[name] = value;
        with_claims(|policy| policy.leeway_s = leeway_s, &claims)
    };
    let expired = Err("Invalid(\"It has expired.\")".to_owned());
    let early = Err("Invalid(\"It is not valid yet.\")".to_owned());
    assert_eq!(with("exp", json!(NOW_S + 1), 0), Ok(()));
    assert_eq!(with("exp", json!(NOW_S), 0), expired);
    assert_eq!(with("exp", json!(NOW_S - 29), 30), Ok(()));
    assert_eq!(with("exp", json!(NOW_S - 30), 30), expired);
    assert_eq!(with("exp", json!(0.5 + NOW_S as f64), 0), Ok(()));
    assert_eq!(with("nbf", json!(NOW_S), 0), Ok(()));
    assert_eq!(with("nbf", json!(NOW_S + 1), 0), early);
    assert_eq!(with("nbf", json!(NOW_S + 30), 30), Ok(()));
    assert_eq!(with("nbf", json!(NOW_S + 31), 30), early);
    for wrong in [
        json!("1"),
        json!(null),
        json!([NOW_S + 60]),
        json!({}),
        json!(true),
    ] {
        assert!(with("exp", wrong.clone(), 0).is_err(), "{wrong}");
        assert!(with("nbf", wrong.clone(), 0).is_err(), "{wrong}");
    }
    let mut without = claims();
    without.as_object_mut().unwrap().remove("exp");
    assert!(with_claims(|_| (), &without).is_err(), "it must end");
    without["exp"] = json!(NOW_S + 60);
    without.as_object_mut().unwrap().remove("nbf");
    assert_eq!(with_claims(|_| (), &without), Ok(()));
}

#[test]
fn issuer_and_audience_are_those_of_the_policy() {
    let with = |name: &str, value: Value| {
        let mut claims = claims();
        claims[name] = value;
        with_claims(|_| (), &claims)
    };
    assert_eq!(with("aud", json!(["x", "petstore"])), Ok(()));
    assert_eq!(with("aud", json!("other")), Ok(()));
    for wrong in [
        json!("pets"),
        json!([]),
        json!(null),
        json!(["x"]),
        json!([["petstore"]]),
        json!({"petstore": 1}),
    ] {
        assert!(
            with("aud", wrong.clone()).unwrap_err().contains("audience"),
            "{wrong}"
        );
    }
    for wrong in [
        json!("https://id.test/"),
        json!(["https://id.test"]),
        json!(null),
        json!(""),
    ] {
        assert!(
            with("iss", wrong.clone()).unwrap_err().contains("issuer"),
            "{wrong}"
        );
    }
}

#[test]
fn claims_and_scopes_open_what_they_name() {
    let claim = |name: &str, values: &[&str]| {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        with_claims(
            |policy| policy.claims = vec![(name.to_owned(), values)],
            &claims(),
        )
    };
    for (name, values) in [
        ("team", &[][..]),
        ("team", &["green", "red"][..]),
        ("level", &["3"]),
        ("active", &["true"]),
        ("iss", &["https://id.test"]),
    ] {
        assert_eq!(claim(name, values), Ok(()), "{name} {values:?}");
    }
    for (name, values) in [("tea", &[][..]), ("team", &["re"]), ("level", &["30"])] {
        assert_eq!(claim(name, values), Err(format!("Claim({name:?})")));
    }
    let scope = |scopes: &[&str], claims: &Value| {
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        with_claims(|policy| policy.scopes = scopes, claims)
    };
    assert_eq!(scope(&["profile", "pets:read"], &claims()), Ok(()));
    for lacking in ["pets", "pets:write", "pets:read profile", ""] {
        assert_eq!(
            scope(&["profile", lacking], &claims()),
            Err(format!("Scope({lacking:?})"))
        );
    }
    let mut lists = claims();
    lists["scope"] = json!(["a"]);
    lists["scp"] = json!(["b", 7]);
    assert_eq!(scope(&["a", "b"], &lists), Ok(()));
    assert!(scope(&["7"], &lists).is_err());
}

/// A token with a header and claims as they stand, signed well.
fn signed_text(header: &str, claims: &str) -> String {
    let text = |part: &str| URL_SAFE_NO_PAD.encode(part);
    let message = format!("{}.{}", text(header), text(claims));
    let pair = &pairs().ed25519.0;
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), pair, Algorithm::EdDSA);
    format!("{message}.{}", signature.unwrap())
}

#[test]
fn what_changes_the_meaning_of_a_token_or_stands_twice_is_refused_though_it_is_signed() {
    let policy = policy(&[JwtAlgorithm::EdDsa], &[&pairs().ed25519.1]);
    let good = claims().to_string();
    let plain = r#"{"alg":"EdDSA","kid":"one"}"#;
    assert_eq!(judged(&policy, &signed_text(plain, &good)), Ok(()));
    for header in [
        r#"{"alg":"EdDSA","crit":[]}"#,
        r#"{"alg":"EdDSA","crit":null}"#,
        r#"{"alg":"EdDSA","crit":["exp"],"exp":1}"#,
        r#"{"alg":"EdDSA","b64":false,"crit":["b64"]}"#,
        r#"{"alg":"EdDSA","b64":true}"#,
        r#"{"alg":"EdDSA","cty":"JWT"}"#,
        r#"{"alg":"EdDSA","cty":"application/jwt"}"#,
        r#"{"alg":"EdDSA","cty":7}"#,
        r#"{"alg":"EdDSA","enc":"A256GCM"}"#,
        r#"{"alg":"EdDSA","zip":"DEF"}"#,
        r#"{"alg":"eddsa"}"#,
        r#"{"alg":"none"}"#,
        r#"{"alg":["EdDSA"]}"#,
        r#"{"alg":"EdDSA","kid":1}"#,
        r#"{"alg":"none","alg":"EdDSA"}"#,
        r#"{"alg":"EdDSA"} {}"#,
        r#"["EdDSA"]"#,
        "{}",
        "",
    ] {
        assert!(
            judged(&policy, &signed_text(header, &good)).is_err(),
            "{header}"
        );
    }
    // Good to who reads the first as well as to who reads the last: only its standing twice is wrong.
    let twice = good.replacen('{', r#"{"scope":"pets:read","#, 1);
    for claims in [twice.as_str(), "[]", "null", "7", "{", "\u{feff}{}"] {
        let token = signed_text(plain, claims);
        assert!(judged(&policy, &token).is_err(), "{claims}");
    }
    let good = signed_text(plain, &good);
    let (head, signature) = good.rsplit_once('.').unwrap();
    for broken in [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        head.to_owned(),
        format!("{head}."),
        format!("{good}."),
        format!("{good}.a.b"),
        format!(".{good}"),
        format!("{good}="),
        format!("{head}.{signature}A"),
        format!("Bearer {good}"),
        format!(" {good}"),
    ] {
        assert!(judged(&policy, &broken).is_err(), "{broken}");
    }
}

#[test]
fn a_token_may_be_as_long_as_the_limit() {
    let policy = policy(&[JwtAlgorithm::EdDsa], &[&pairs().ed25519.1]);
    let of = |padding: usize| {
        let mut claims = claims();
        claims["x"] = json!("a".repeat(padding));
        signed_text(r#"{"alg":"EdDSA"}"#, &claims.to_string())
    };
    let mut lengths = Vec::new();
    for padding in 5_700..5_960 {
        let token = of(padding);
        let is_good = judged(&policy, &token).is_ok();
        assert_eq!(
            is_good,
            token.len() <= token::TOKEN_BYTES_MAX,
            "{}",
            token.len()
        );
        lengths.push(token.len());
    }
    for wanted in [8_191, 8_192, 8_194] {
        assert!(
            lengths.contains(&wanted) || lengths.contains(&(wanted - 1)),
            "{wanted}"
        );
    }
}

#[test]
fn in_authorization_the_token_is_a_bearer_beside_a_key() {
    let pair = &pairs().ed25519;
    let mut policy = policy(&[JwtAlgorithm::EdDsa], &[&pair.1]);
    policy.header = "authorization".to_owned();
    let compiled = CompiledJwt::new(&policy);
    let token = signed_by(pair, Algorithm::EdDSA, &claims());
    let judge = |lines: &[(&str, &str)]| {
        let field = |(name, value): &(&'static str, String)| (*name, value.clone());
        let owned: Vec<_> = lines
            .iter()
            .map(|(name, value)| {
                let name = if *name == "a" {
                    "Authorization"
                } else {
                    "X-API-Key"
                };
                field(&(name, value.replace("TOKEN", &token)))
            })
            .collect();
        let lines: Vec<_> = owned
            .iter()
            .map(|(name, value)| Field {
                name,
                value: value.as_bytes(),
            })
            .collect();
        let judged = compiled.judge(Fields::new(&lines), now());
        judged.map_err(|fault| fault == Fault::Missing)
    };
    assert_eq!(judge(&[("x", "k"), ("a", "Bearer TOKEN")]), Ok(()));
    assert_eq!(judge(&[("x", "k"), ("a", "bEARER TOKEN")]), Ok(()));
    for missing in ["Basic TOKEN", "TOKEN", "Bearer", ""] {
        assert_eq!(judge(&[("x", "k"), ("a", missing)]), Err(true), "{missing}");
    }
    assert_eq!(judge(&[("x", "k")]), Err(true));
    assert_eq!(
        judge(&[("a", "Bearer gth_live_x")]),
        Err(true),
        "that is the key"
    );
    assert_eq!(judge(&[("x", "k"), ("a", "Bearer  TOKEN")]), Err(false));
    let twice = [("x", "k"), ("a", "Bearer TOKEN"), ("a", "Bearer TOKEN")];
    assert_eq!(judge(&twice), Err(false));
}

#[test]
fn refusals_name_the_check_and_never_the_token() {
    let policy = policy(&[JwtAlgorithm::EdDsa], &[&pairs().ed25519.1]);
    let compiled = CompiledJwt::new(&policy);
    let challenge = |fault: Fault<'_>| {
        let refusal = compiled.refusal(&fault);
        let own = refusal.headers.first();
        let own = own.map(|(_, value)| value.to_str().unwrap().to_owned());
        (refusal.kind().code(), own)
    };
    let invalid = "Bearer realm=\"gatehouse\", error=\"invalid_token\"".to_owned();
    assert_eq!(challenge(Fault::Missing), ("token_missing", None));
    assert_eq!(challenge(token::NOT_ONE), ("token_invalid", Some(invalid)));
    let scope =
        "Bearer realm=\"gatehouse\", error=\"insufficient_scope\", scope=\"a:b\"".to_owned();
    assert_eq!(
        challenge(Fault::Scope("a:b")),
        ("token_insufficient", Some(scope))
    );
    let plain = "Bearer realm=\"gatehouse\", error=\"insufficient_scope\"".to_owned();
    assert_eq!(
        challenge(Fault::Scope("a\"b")),
        ("token_insufficient", Some(plain.clone()))
    );
    assert_eq!(
        challenge(Fault::Claim("c")),
        ("token_insufficient", Some(plain))
    );
}

proptest! {
    /// Nothing a client can send is good, or ends anything.
    #[test]
    fn no_text_is_a_token_that_nobody_signed(
        parts in prop::collection::vec(any::<Vec<u8>>(), 0..5),
        header in prop::option::of("[{}\":,a-zA-Z0-9 ]{0,80}"),
        raw in any::<bool>(),
    ) {
        let policy = policy(&[JwtAlgorithm::EdDsa], &[&pairs().ed25519.1]);
        let mut parts: Vec<String> = parts
            .iter()
            .map(|part| match raw {
                true => String::from_utf8_lossy(part).into_owned(),
                false => URL_SAFE_NO_PAD.encode(part),
            })
            .collect();
        if let (Some(first), Some(header)) = (parts.first_mut(), header) {
            *first = URL_SAFE_NO_PAD.encode(header);
        }
        prop_assert!(judged(&policy, &parts.join(".")).is_err());
    }
}
