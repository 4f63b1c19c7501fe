//! What may be attached to a route, at its limits and one beyond.

use zeroize::Zeroizing;

use super::*;
use crate::group_seal::SEAL_BYTES;
use crate::object::{
    Cors, HeaderChanges, Jwt, JwtAlgorithm, JwtKey, JwtKeyMaterial, PolicySet, RoutePolicies,
    SealedField,
};

/// What is wrong with a route whose two operations have these sets.
fn faults_of(sets: Vec<PolicySet>, of_operations: &[u32]) -> Vec<String> {
    let mut route = route(1, 1, "/pets");
    route.later.policies = RoutePolicies {
        sets,
        of_operations: of_operations.to_vec(),
        sealed: Vec::new(),
    };
    super::super::policies::faults(&route)
}

fn set_faults(set: PolicySet) -> Vec<String> {
    faults_of(vec![set], &[0, 0])
}

fn with_jwt(change: impl FnOnce(&mut Jwt)) -> Vec<String> {
    let mut jwt = Jwt {
        shadow: false,
        header: "authorization".to_owned(),
        types: Vec::new(),
        issuer: "https://id.test".to_owned(),
        audiences: vec!["pets".to_owned()],
        algorithms: vec![JwtAlgorithm::EdDsa],
        keys: vec![key(Some("one"))],
        leeway_s: 0,
        claims: Vec::new(),
        scopes: Vec::new(),
    };
    change(&mut jwt);
    set_faults(PolicySet {
        jwt: Some(jwt),
        ..PolicySet::default()
    })
}

fn key(kid: Option<&str>) -> JwtKey {
    JwtKey {
        kid: kid.map(ToOwned::to_owned),
        key: JwtKeyMaterial::Ed25519(vec![7; 32]),
    }
}

fn with_set(set: &[(&str, usize)]) -> PolicySet {
    let set = set.iter();
    PolicySet {
        request_headers: HeaderChanges {
            remove: Vec::new(),
            set: set
                .map(|(name, length)| ((*name).to_owned(), "v".repeat(*length)))
                .collect(),
            ..HeaderChanges::default()
        },
        ..PolicySet::default()
    }
}

#[test]
fn each_operation_has_a_set_that_is_there() {
    let set = || vec![with_set(&[("x-a", 1)])];
    assert!(faults_of(set(), &[0, 0]).is_empty());
    for wrong in [&[0][..], &[0, 1], &[0, 0, 0], &[]] {
        assert_eq!(faults_of(set(), wrong).len(), 1, "{wrong:?}");
    }
}

#[test]
fn the_fields_of_a_message_have_room_together() {
    let names = ["x-a", "x-b", "x-c", "x-d", "x-e"];
    // 4 of 4,096 bytes each are the limit but for their names.
    let rest = HEADER_CHANGES_BYTES_MAX - 3 * 4_096 - 5 * 3;
    for (last, is_well) in [(rest - 1, true), (rest, true), (rest + 1, false)] {
        let (fourth, fifth) = (last / 2, last - last / 2);
        let lengths = [4_096, 4_096, 4_096, fourth, fifth];
        let fields: Vec<_> = names.into_iter().zip(lengths).collect();
        let faults = set_faults(with_set(&fields));
        assert_eq!(faults.is_empty(), is_well, "{last}: {faults:?}");
    }
    assert_eq!(set_faults(with_set(&[("x-a", 1), ("x-a", 2)])).len(), 1);
}

#[test]
fn all_that_a_route_has_fits_one_frame_of_a_snapshot() {
    // One set for each operation, all different, as long as they may be.
    let policies = |bytes: usize| {
        let mut set = with_set(&[("x-a", 4_096), ("x-b", 4_096), ("x-c", 4_096)]);
        let mut sets = vec![set.clone(); 80];
        set.request_headers.set[0].1.truncate(1);
        sets.push(set);
        let of_operations = vec![0, 1];
        let mut policies = RoutePolicies {
            sets,
            of_operations,
            sealed: Vec::new(),
        };
        let length = |policies: &RoutePolicies| postcard::to_stdvec(policies).unwrap().len();
        // Names fill it up, byte by byte.
        let mut number = 0;
        while length(&policies) + 2_000 < bytes {
            let name = format!("x-{number}");
            let last = policies.sets.last_mut().unwrap();
            last.request_headers.set.push((name, "v".repeat(1_000)));
            number += 1;
        }
        let missing = bytes - length(&policies);
        let last = policies.sets.last_mut().unwrap();
        last.response_headers.set = vec![("x-z".to_owned(), "v".repeat(missing - 6))];
        assert_eq!(length(&policies), bytes);
        policies
    };
    for (bytes, is_well) in [
        (ROUTE_POLICIES_BYTES_MAX - 1, true),
        (ROUTE_POLICIES_BYTES_MAX, true),
        (ROUTE_POLICIES_BYTES_MAX + 1, false),
    ] {
        let RoutePolicies {
            sets,
            of_operations,
            ..
        } = policies(bytes);
        let faults = faults_of(sets, &of_operations);
        let tells = faults
            .iter()
            .any(|fault| fault.starts_with("its policies come to"));
        assert_eq!(!tells, is_well, "{bytes}: {faults:?}");
    }
}

#[test]
fn a_token_comes_in_a_field_that_is_for_tokens() {
    for (field, is_well) in [
        ("authorization", true),
        ("x-user-token", true),
        ("x-api-key", false),
        ("cookie", false),
        ("host", false),
        ("connection", false),
        ("X-User-Token", false),
    ] {
        let faults = with_jwt(|jwt| jwt.header = field.to_owned());
        assert_eq!(faults.is_empty(), is_well, "{field}: {faults:?}");
    }
}

#[test]
fn keys_that_one_token_is_tried_with_are_few() {
    for (same, is_well) in [
        (JWT_TRIES_MAX - 1, true),
        (JWT_TRIES_MAX, true),
        (JWT_TRIES_MAX + 1, false),
    ] {
        for kid in [None, Some("one")] {
            let faults = with_jwt(|jwt| jwt.keys = vec![key(kid); same]);
            assert_eq!(faults.is_empty(), is_well, "{same} of {kid:?}: {faults:?}");
        }
    }
    let named = (0..POLICY_ENTRIES_MAX).map(|number| key(Some(&number.to_string())));
    assert!(with_jwt(|jwt| jwt.keys = named.collect()).is_empty());
}

#[test]
fn keys_are_neither_small_nor_large() {
    for (bytes, is_well) in [(255, false), (256, true), (512, true), (513, false)] {
        let faults = with_jwt(|jwt| {
            jwt.algorithms = vec![JwtAlgorithm::Rs256];
            jwt.keys[0].key = JwtKeyMaterial::Rsa(vec![1; bytes], vec![1, 0, 1]);
        });
        assert_eq!(faults.is_empty(), is_well, "{bytes}: {faults:?}");
    }
}

#[test]
fn texts_of_a_token_s_policy_have_a_length() {
    type Put = fn(&mut Jwt, String);
    let places: [(&str, Put); 6] = [
        ("issuer", |jwt, text| jwt.issuer = text),
        ("audience", |jwt, text| jwt.audiences.push(text)),
        ("type", |jwt, text| jwt.types.push(text)),
        ("scope", |jwt, text| jwt.scopes.push(text)),
        ("kid", |jwt, text| jwt.keys[0].kid = Some(text)),
        ("claim", |jwt, text| {
            jwt.claims.push((text.clone(), vec![text]))
        }),
    ];
    for (name, put) in places {
        for (length, is_well) in [
            (0, false),
            (1, true),
            (POLICY_TEXT_BYTES_MAX, true),
            (POLICY_TEXT_BYTES_MAX + 1, false),
        ] {
            let faults = with_jwt(|jwt| put(jwt, "t".repeat(length)));
            assert_eq!(faults.is_empty(), is_well, "{name} of {length}: {faults:?}");
        }
    }
}

#[test]
fn credentials_are_for_origins_that_have_a_name() {
    for (origin, credentials, is_well) in [
        ("null", false, true),
        ("null", true, false),
        ("https://a.test", true, true),
    ] {
        let cors = Cors {
            origins: vec![origin.to_owned()],
            any_origin: false,
            headers: Vec::new(),
            expose: Vec::new(),
            credentials,
            max_age_s: 0,
        };
        let faults = set_faults(PolicySet {
            cors: Some(cors),
            ..PolicySet::default()
        });
        assert_eq!(faults.is_empty(), is_well, "{origin} {credentials}");
    }
}

/// What is wrong with sealed fields, each with its set, name and bytes inside, beside one that is set plainly.
fn sealed_faults(fields: &[(u32, &str, usize)]) -> Vec<String> {
    let mut route = route(1, 1, "/pets");
    let sealed = fields.iter().map(|(set, name, bytes)| SealedField {
        set: *set,
        name: (*name).to_owned(),
        value: vec![1; bytes + SEAL_BYTES],
    });
    route.later.policies = RoutePolicies {
        sets: vec![with_set(&[("x-a", 1)])],
        of_operations: vec![0, 0],
        sealed: sealed.collect(),
    };
    super::super::policies::faults(&route)
}

#[test]
fn a_sealed_field_is_of_a_set_and_of_a_kind_that_may_hold_a_secret() {
    for name in ["authorization", "x-api-key", "x-b"] {
        assert!(sealed_faults(&[(0, name, 60)]).is_empty(), "{name}");
    }
    for (set, name, tells) in [
        (1, "x-b", "is of no set"),
        (0, "x-a", "is set twice"),
        (0, "host", "is not for policies to change"),
        (0, "X-B", "is not for policies to change"),
    ] {
        let told = sealed_faults(&[(set, name, 60)]);
        assert!(told.len() == 1 && told[0].contains(tells), "{told:?}");
    }
    let twice = sealed_faults(&[(0, "x-b", 60), (0, "x-b", 60)]);
    assert_eq!(twice, ["a field is set twice"]);
    for (bytes, is_well) in [(4_095, true), (4_096, true), (4_097, false)] {
        let told = sealed_faults(&[(0, "x-b", bytes)]);
        assert_eq!(told.is_empty(), is_well, "{bytes}");
    }
}

#[test]
fn sealed_fields_come_to_no_more_than_a_gateway_takes_that_opened_them() {
    let names: Vec<String> = (0..64).map(|number| format!("x-{number:02}")).collect();
    // One is set plainly.
    for (fields, is_well) in [(62, true), (63, true), (64, false)] {
        let sealed: Vec<_> = names[..fields]
            .iter()
            .map(|name| (0, name.as_str(), 1))
            .collect();
        assert_eq!(sealed_faults(&sealed).is_empty(), is_well, "{fields}");
    }
    let rest = HEADER_CHANGES_BYTES_MAX - 3 * 4_096 - 5 * 3 - ("x-a".len() + 1);
    for (last, is_well) in [(rest - 1, true), (rest, true), (rest + 1, false)] {
        let lengths = [4_096, 4_096, 4_096, last / 2, last - last / 2];
        let sealed = ["x-b", "x-c", "x-d", "x-e", "x-f"].into_iter().zip(lengths);
        let sealed: Vec<_> = sealed.map(|(name, bytes)| (0, name, bytes)).collect();
        assert_eq!(sealed_faults(&sealed).is_empty(), is_well, "{last}");
    }
}

#[test]
fn credentials_are_set_by_what_was_sealed_only() {
    let opened = |name: &str, value: &str| {
        let mut set = with_set(&[("x-a", 1)]);
        let value = Zeroizing::new(value.to_owned());
        set.request_headers.opened = vec![(name.to_owned(), value)];
        set_faults(set)
    };
    for name in ["authorization", "x-api-key"] {
        assert_eq!(set_faults(with_set(&[(name, 3)])).len(), 1, "{name}");
        assert!(opened(name, "Bearer one").is_empty(), "{name}");
    }
    for (name, value) in [("host", "a"), ("x-a", "twice"), ("x-b", "a\r\nx-c: d")] {
        assert_eq!(opened(name, value).len(), 1, "{name}");
    }
}
