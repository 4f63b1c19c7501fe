use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gatehouse_snapshot::check::{HEADER_CHANGES_BYTES_MAX, POLICY_ENTRIES_MAX};
use gatehouse_snapshot::object::JwtKeyMaterial;
use serde_json::json;

use super::*;

const RSA: &str = "qfn2HlLelIWBWa8IHYMHezjw6TxNvhQ5AtMiTNfEuTKDJDAb-raECcy_acA4JNrZdLFtchIDiyn0Hq4Dgl6ZF9S-yVmps6K4oJ0MqUd2XqejufA-f2UhpTC8vRlUiZGfqL32txDRNBGGA6LZZzUrSsGPHzze7xoQJfdD43zS9Hu-SEEbGbSZrs2VqUSWKfMh9yI6D8tRGdFFqiCeW7xSMtlRqWqutfOSfxUOYmAq__7qjOIUfz3RGb1V5kH8mtnVj2HKfZz37u59pmuQc2NblS-r7cDAa537Au7cDhp2VvZS_X21wc0jNBchm5R6fXyOzS9XfmZX6a3dZzt4iv4gBw";
/// RFC 7515 A.3.1.
const P256: [&str; 2] = [
    "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
];
const P384: [&str; 2] = [
    "Q8-VWP8-H5OwUooYJgWXuMhsy0l834layZhVd-LldCqLsOlAX76zI8b7LhL-eWac",
    "8P7qOb4bvEPDt1ySqNpmSLLlF3vpDQwofxlyGS83hALWeWVLWxEmgwa49a5eVO2s",
];
const ED25519: &str = "nmfVgABW3jI_JizPK7XicNrq-yBod84RMH_hum9Sifg";

fn with_keys(keys: &Value) -> Value {
    json!({
        "issuer": "https://login.example", "audiences": ["pets"], "jwks": { "keys": keys },
        "algorithms": ["RS256", "ES256", "ES384", "EdDSA"],
    })
}

fn rsa() -> Value {
    json!({ "kty": "RSA", "kid": "one", "n": RSA, "e": "AQAB", "use": "sig", "alg": "RS256", "x5t": "passed over" })
}

/// Pointer and code of every fault.
fn faults(kind: PolicyKind, config: Value) -> Vec<(String, &'static str)> {
    let faults = PolicyDocument::read(kind, config).unwrap_err();
    let faults = faults.into_iter();
    faults.map(|fault| (fault.pointer, fault.code)).collect()
}

fn one_fault(kind: PolicyKind, config: &Value, pointer: &str, code: &str) {
    let found = faults(kind, config.clone());
    assert_eq!(found, [(pointer.to_owned(), code)], "{config}");
}

#[test]
fn what_is_kept_is_whole_and_reads_back_as_itself() {
    for (kind, sent, kept) in [
        (
            PolicyKind::Cors,
            json!({ "origins": ["https://App.example.com", "https://app.example.com"], "headers": ["X-Trace"] }),
            json!({ "origins": ["https://app.example.com"], "any_origin": false, "headers": ["x-trace"], "expose": [],
                    "credentials": false, "max_age_s": 600 }),
        ),
        (
            PolicyKind::RateLimit,
            json!({ "amount": 7, "window_s": 2 }),
            json!({ "amount": 7, "window_s": 2, "burst": 7 }),
        ),
        (
            PolicyKind::Headers,
            json!({ "request": { "set": [{ "name": "X-Region", "value": "eu" }] } }),
            json!({ "request": { "remove": [], "set": [{ "name": "x-region", "value": "eu" }] }, "response": { "remove": [], "set": [] } }),
        ),
    ] {
        let read = PolicyDocument::read(kind, sent).unwrap();
        assert_eq!(read.document.value(), kept);
        let again = PolicyDocument::read(kind, kept.clone()).unwrap();
        assert_eq!(again.document, read.document);
        assert_eq!(PolicyDocument::stored(kind, kept).unwrap(), read.document);
    }
}

#[test]
fn public_keys_of_every_type_are_kept_without_what_is_not_needed() {
    let keys = json!([
        rsa(),
        { "kty": "EC", "crv": "P-256", "x": P256[0], "y": P256[1] },
        { "kty": "EC", "crv": "P-384", "x": P384[0], "y": P384[1] },
        { "kty": "OKP", "crv": "Ed25519", "x": ED25519 },
        { "kty": "RSA", "kid": "other", "n": RSA, "e": "AQAB", "use": "enc" },
        { "kty": "RSA", "n": RSA, "e": "AQAB", "key_ops": ["encrypt"] },
    ]);
    let read = PolicyDocument::read(PolicyKind::Jwt, with_keys(&keys)).unwrap();
    assert_eq!(
        read.warnings,
        [
            "Key 5 (other) was left out: it is not for signatures.",
            "Key 6 was left out: it does not verify signatures.",
        ]
    );
    let PolicyDocument::Jwt(jwt) = &read.document else {
        panic!("{:?}", read.document);
    };
    let compiled = jwt.compiled(false);
    assert!(
        matches!(&compiled.keys[0].key, JwtKeyMaterial::Rsa(n, e) if n.len() == 256 && e == &[1, 0, 1])
    );
    assert!(
        matches!(&compiled.keys[1].key, JwtKeyMaterial::P256(x, y) if x.len() == 32 && y.len() == 32)
    );
    assert!(matches!(&compiled.keys[2].key, JwtKeyMaterial::P384(..)));
    assert!(matches!(&compiled.keys[3].key, JwtKeyMaterial::Ed25519(x) if x.len() == 32));
    let kept = read.document.value();
    assert_eq!(
        kept["jwks"]["keys"][0],
        json!({ "kty": "RSA", "kid": "one", "n": RSA, "e": "AQAB" })
    );
    assert_eq!(kept["header"], "authorization");
    let again = PolicyDocument::read(PolicyKind::Jwt, kept).unwrap();
    assert_eq!(again.document, read.document);
}

#[test]
fn a_key_that_can_sign_is_refused_wherever_it_stands_and_never_repeated() {
    const PRIVATE: &str = "c2VjcmV0LXNlY3JldC1zZWNyZXQ";
    for member in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        let mut key = rsa();
        key[member] = json!(PRIVATE);
        let mut unused = key.clone();
        unused["use"] = json!("enc");
        let elsewhere = json!({ "issuer": "i", "keys": [key] });
        for config in [
            with_keys(&json!([key])),
            with_keys(&json!([unused])),
            elsewhere,
        ] {
            let found = PolicyDocument::read(PolicyKind::Jwt, config).unwrap_err();
            assert_eq!(found.len(), 1, "{found:?}");
            assert_eq!(found[0].code, "private_key");
            assert!(
                found[0].pointer.ends_with(&format!("/keys/0/{member}")),
                "{found:?}"
            );
            assert!(!format!("{found:?}").contains(PRIVATE), "{found:?}");
        }
    }
    let shared = json!([{ "kty": "oct", "kid": "x" }]);
    one_fault(
        PolicyKind::Jwt,
        &with_keys(&shared),
        "/document/jwks/keys/0/kty",
        "private_key",
    );
    // What is of another type is refused without being repeated, too.
    for (member, value) in [
        ("issuer", json!([PRIVATE])),
        ("audiences", json!(PRIVATE)),
        ("algorithms", json!([PRIVATE])),
        ("jwks", json!(PRIVATE)),
    ] {
        let mut config = with_keys(&json!([rsa()]));
        config[member] = value;
        let found = PolicyDocument::read(PolicyKind::Jwt, config).unwrap_err();
        assert!(
            found[0].pointer.starts_with(&format!("/document/{member}")),
            "{found:?}"
        );
        assert!(!format!("{found:?}").contains(PRIVATE), "{found:?}");
    }
}

#[test]
fn keys_that_no_gateway_could_use_are_refused_at_their_member() {
    let small: String = RSA.chars().skip(4).collect();
    let even = "AQAA";
    let mut off_curve = P256[1].to_owned();
    off_curve.replace_range(..1, "y");
    for (key, at, code) in [
        (
            json!({ "kty": "RSA", "n": small, "e": "AQAB" }),
            "/n",
            "key_size",
        ),
        (
            json!({ "kty": "RSA", "n": format!("{RSA}="), "e": "AQAB" }),
            "/n",
            "base64url",
        ),
        (
            json!({ "kty": "RSA", "n": RSA, "e": even }),
            "/e",
            "exponent",
        ),
        (
            json!({ "kty": "RSA", "n": RSA, "e": "AQ" }),
            "/e",
            "exponent",
        ),
        (
            json!({ "kty": "EC", "crv": "P-521", "x": P256[0], "y": P256[1] }),
            "/crv",
            "crv",
        ),
        (
            json!({ "kty": "EC", "crv": "P-384", "x": P256[0], "y": P384[1] }),
            "/x",
            "key_size",
        ),
        (
            json!({ "kty": "EC", "crv": "P-256", "x": P256[0], "y": off_curve }),
            "/x",
            "point",
        ),
        (
            json!({ "kty": "OKP", "crv": "X25519", "x": ED25519 }),
            "/crv",
            "crv",
        ),
        (json!({ "kty": "AKP" }), "/kty", "kty"),
        (
            json!({ "kty": "RSA", "kid": "", "n": RSA, "e": "AQAB" }),
            "/kid",
            "format",
        ),
        (json!("RSA"), "", "format"),
    ] {
        let pointer = format!("/document/jwks/keys/0{at}");
        one_fault(PolicyKind::Jwt, &with_keys(&json!([key])), &pointer, code);
    }
    one_fault(
        PolicyKind::Jwt,
        &with_keys(&json!([])),
        "/document/jwks/keys",
        "required",
    );
    let mut unfit = with_keys(&json!([rsa(), { "kty": "OKP", "crv": "Ed25519", "x": ED25519 }]));
    unfit["algorithms"] = json!(["RS256", "PS256"]);
    one_fault(
        PolicyKind::Jwt,
        &unfit,
        "/document/jwks/keys/1",
        "no_algorithm",
    );
}

#[test]
fn every_fault_of_a_document_is_told_at_its_place() {
    let jwt = |member: &str, value: Value| {
        let mut config = with_keys(&json!([rsa()]));
        config["algorithms"] = json!(["RS256"]);
        config[member] = value;
        config
    };
    let long = "a".repeat(1_025);
    let many: Vec<String> = (0..65).map(|number| format!("x-{number}")).collect();
    for (kind, config, pointer, code) in [
        (
            PolicyKind::Cors,
            json!({ "origins": ["https://a.example"], "max_age": 5 }),
            "/document/max_age",
            "format",
        ),
        (PolicyKind::Cors, json!({}), "/document/origins", "one_of"),
        (
            PolicyKind::Cors,
            json!({ "origins": ["https://a.example"], "any_origin": true }),
            "/document/origins",
            "one_of",
        ),
        (
            PolicyKind::Cors,
            json!({ "origins": ["https://a.example/b"] }),
            "/document/origins/0",
            "origin",
        ),
        (
            PolicyKind::Cors,
            json!({ "origins": ["null"], "credentials": true }),
            "/document/credentials",
            "any_origin",
        ),
        (
            PolicyKind::Cors,
            json!({ "any_origin": true, "credentials": true }),
            "/document/credentials",
            "any_origin",
        ),
        (
            PolicyKind::Cors,
            json!({ "any_origin": true, "headers": many }),
            "/document/headers",
            "too_many",
        ),
        (
            PolicyKind::Cors,
            json!({ "any_origin": true, "expose": ["x_y"] }),
            "/document/expose/0",
            "field_name",
        ),
        (
            PolicyKind::Cors,
            json!({ "any_origin": true, "max_age_s": 86_401 }),
            "/document/max_age_s",
            "out_of_range",
        ),
        (PolicyKind::Cors, json!([]), "/document", "format"),
        (
            PolicyKind::RateLimit,
            json!({ "amount": 0, "window_s": 1, "burst": 1 }),
            "/document/amount",
            "out_of_range",
        ),
        (
            PolicyKind::RateLimit,
            json!({ "amount": 1, "window_s": 3_601 }),
            "/document/window_s",
            "out_of_range",
        ),
        (
            PolicyKind::RateLimit,
            json!({ "amount": 1, "window_s": 1, "burst": 0 }),
            "/document/burst",
            "out_of_range",
        ),
        (
            PolicyKind::RateLimit,
            json!({ "amount": "1", "window_s": 1 }),
            "/document/amount",
            "format",
        ),
        (PolicyKind::Headers, json!({}), "/document", "empty"),
        (
            PolicyKind::Headers,
            json!({ "request": { "remove": ["authorization"] } }),
            "/document/request/remove/0",
            "field_name",
        ),
        (
            PolicyKind::Headers,
            json!({ "response": { "set": [{ "name": "x-a", "value": "a\r\nb: c" }] } }),
            "/document/response/set/0/value",
            "field_value",
        ),
        (
            PolicyKind::Headers,
            json!({ "response": { "set": [{ "name": "x-a", "value": "1" }, { "name": "X-A", "value": "2" }] } }),
            "/document/response/set/1/name",
            "duplicate",
        ),
        (
            PolicyKind::Jwt,
            jwt("header", json!("x-api-key")),
            "/document/header",
            "field_name",
        ),
        (
            PolicyKind::Jwt,
            jwt("issuer", json!("")),
            "/document/issuer",
            "required",
        ),
        (
            PolicyKind::Jwt,
            jwt("issuer", json!(long)),
            "/document/issuer",
            "too_long",
        ),
        (
            PolicyKind::Jwt,
            jwt("audiences", json!([])),
            "/document/audiences",
            "required",
        ),
        (
            PolicyKind::Jwt,
            jwt("algorithms", json!(["HS256"])),
            "/document/algorithms/0",
            "format",
        ),
        (
            PolicyKind::Jwt,
            jwt("algorithms", json!(["none"])),
            "/document/algorithms/0",
            "format",
        ),
        (
            PolicyKind::Jwt,
            jwt("leeway_s", json!(301)),
            "/document/leeway_s",
            "out_of_range",
        ),
        (
            PolicyKind::Jwt,
            jwt("scopes", json!(["a b"])),
            "/document/scopes/0",
            "scope",
        ),
        (
            PolicyKind::Jwt,
            jwt("claims", json!([{ "name": "a" }, { "name": "a" }])),
            "/document/claims/1/name",
            "duplicate",
        ),
    ] {
        one_fault(kind, &config, pointer, code);
    }
}

#[test]
fn keys_are_of_4096_bits_at_most() {
    let of = |bytes: usize, first: u8| {
        let mut number = vec![0xff; bytes];
        number[0] = first;
        json!([{ "kty": "RSA", "n": URL_SAFE_NO_PAD.encode(number), "e": "AQAB" }])
    };
    let read = |keys: Value| PolicyDocument::read(PolicyKind::Jwt, with_keys(&keys));
    for (bytes, first) in [(256, 0x80), (512, 0x7f), (512, 0xff)] {
        assert!(read(of(bytes, first)).is_ok(), "{bytes} {first}");
    }
    for (bytes, first) in [(256, 0x7f), (513, 1)] {
        let faults = read(of(bytes, first)).unwrap_err();
        assert_eq!(
            faults[0].pointer, "/document/jwks/keys/0/n",
            "{bytes} {first}"
        );
    }
}

#[test]
fn of_keys_that_one_token_is_tried_with_there_are_four() {
    let key = |kid: Option<&str>| {
        let mut key = json!({ "kty": "OKP", "crv": "Ed25519", "x": ED25519 });
        if let Some(kid) = kid {
            key["kid"] = json!(kid);
        }
        key
    };
    let read = |keys: Vec<Value>| {
        let mut document = with_keys(&Value::from(keys));
        document["algorithms"] = json!(["EdDSA"]);
        PolicyDocument::read(PolicyKind::Jwt, document)
    };
    for kid in [None, Some("same")] {
        assert!(read(vec![key(kid); 3]).is_ok());
        assert!(read(vec![key(kid); 4]).is_ok());
        let faults = read(vec![key(kid); 5]).unwrap_err();
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert_eq!(
            (faults[0].pointer.as_str(), faults[0].code),
            ("/document/jwks/keys/4/kid", "too_many_alike")
        );
    }
    let named = (0..POLICY_ENTRIES_MAX).map(|number| key(Some(&number.to_string())));
    assert!(read(named.collect()).is_ok());
}

#[test]
fn what_is_changed_of_a_message_has_16_kib() {
    let with = |last: usize| {
        let field = |number: usize, bytes: usize| json!({ "name": format!("x-{number}"), "value": "v".repeat(bytes) });
        let set = [
            field(0, 4_096),
            field(1, 4_096),
            field(2, 4_096),
            field(3, last),
        ];
        PolicyDocument::read(PolicyKind::Headers, json!({ "response": { "set": set } }))
    };
    let names = 4 * "x-0".len();
    let most = HEADER_CHANGES_BYTES_MAX - 3 * 4_096 - names;
    assert!(with(most - 1).is_ok() && with(most).is_ok());
    let faults = with(most + 1).unwrap_err();
    assert_eq!(
        (faults[0].pointer.as_str(), faults[0].code),
        ("/document/response", "too_long")
    );
}

#[test]
fn types_of_tokens_are_kept_as_gateways_compare_them() {
    let mut document = with_keys(&json!([rsa()]));
    document["types"] = json!(["AT+JWT", "application/at+jwt", "JWT"]);
    let read = PolicyDocument::read(PolicyKind::Jwt, document).unwrap();
    assert_eq!(read.document.value()["types"], json!(["at+jwt", "jwt"]));
}

#[test]
fn a_document_has_64_kib() {
    let of = |bytes: usize| {
        let mut document = json!({ "origins": ["https://a.test"], "expose": [""] });
        let rest = bytes - document.to_string().len();
        document["expose"][0] = json!("x".repeat(rest));
        assert_eq!(document.to_string().len(), bytes);
        let faults = PolicyDocument::read(PolicyKind::Cors, document).unwrap_err();
        (faults[0].pointer.clone(), faults[0].code)
    };
    let name = ("/document/expose/0".to_owned(), "field_name");
    assert_eq!(of(DOCUMENT_BYTES_MAX - 1), name);
    assert_eq!(of(DOCUMENT_BYTES_MAX), name);
    let whole = ("/document".to_owned(), "too_long");
    assert_eq!(of(DOCUMENT_BYTES_MAX + 1), whole);
}

#[test]
fn a_list_that_is_too_long_is_not_looked_through_and_faults_have_an_end() {
    let mut document = with_keys(&json!([rsa()]));
    document["claims"] = json!(vec![json!({ "name": "\u{1}" }); 65]);
    document["scopes"] = json!(vec![""; 10_000]);
    let faults = PolicyDocument::read(PolicyKind::Jwt, document).unwrap_err();
    let told: Vec<_> = faults
        .iter()
        .map(|fault| (&*fault.pointer, fault.code))
        .collect();
    assert_eq!(
        told,
        [
            ("/document/claims", "too_many"),
            ("/document/scopes", "too_many")
        ]
    );
    let mut document = with_keys(&json!([rsa()]));
    document["claims"] = json!(vec![json!({ "name": "", "values": [""] }); 64]);
    let faults = PolicyDocument::read(PolicyKind::Jwt, document).unwrap_err();
    assert_eq!(faults.len(), FAULTS_MAX);
}
