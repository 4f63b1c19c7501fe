//! What is wrong stands beside its field, and nothing that was typed is lost, but what must not be shown again.

use super::{KEYS, PETS, add, held, scene};

/// A kind, what is typed, the field at fault, and part of what is said there. Each has something that is right, too: x-kept.
type Case = (
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static str,
    &'static str,
);

const WRONG: [Case; 13] = [
    (
        "cors",
        &[
            ("origins", "https://a.example\nhttps://b.example/path"),
            ("headers", "x-kept"),
        ],
        "origins",
        "&#39;https://b.example/path&#39;: ",
    ),
    ("cors", &[("headers", "x-kept")], "origins", "Name origins"),
    (
        "cors",
        &[
            ("any_origin", "yes"),
            ("credentials", "yes"),
            ("headers", "x-kept"),
        ],
        "credentials",
        "With credentials",
    ),
    (
        "cors",
        &[
            ("any_origin", "yes"),
            ("max_age_s", "86401"),
            ("headers", "x-kept"),
        ],
        "max_age_s",
        "86,400",
    ),
    (
        "rate_limit",
        &[("amount", "0"), ("window_s", "1"), ("reason", "x-kept")],
        "amount",
        "from 1 to",
    ),
    (
        "rate_limit",
        &[("amount", "lots"), ("window_s", ""), ("reason", "x-kept")],
        "window_s",
        "Fill this in.",
    ),
    (
        "headers",
        &[
            ("request_set", "x-a: 1\nhost: b"),
            ("response_remove", "x-kept"),
        ],
        "request_set",
        "&#39;host&#39;: ",
    ),
    (
        "headers",
        &[("response_set", "no colon"), ("response_remove", "x-kept")],
        "response_set",
        "has no colon",
    ),
    (
        "jwt",
        &[
            ("issuer", "i"),
            ("audiences", "x-kept"),
            ("algorithms", "HS256"),
            ("jwks", KEYS),
        ],
        "algorithms",
        "&#39;HS256&#39;: Expected",
    ),
    (
        "jwt",
        &[
            ("issuer", "i"),
            ("audiences", "x-kept"),
            ("algorithms", "RS256"),
            ("jwks", KEYS),
        ],
        "jwks",
        "Line 1: ",
    ),
    (
        "jwt",
        &[
            ("issuer", "x-kept"),
            ("audiences", "a"),
            ("algorithms", "EdDSA"),
            ("jwks", "{\"keys\":[\n}"),
        ],
        "jwks",
        "Line 2: ",
    ),
    (
        "rate_limit",
        &[
            ("notation", "document"),
            ("document", "window_s: 1\namount: 0 # x-kept"),
        ],
        "document",
        "Line 2: ",
    ),
    (
        "rate_limit",
        &[("notation", "document"), ("document", "amount: [ # x-kept")],
        "document",
        "Line ",
    ),
];

#[tokio::test]
async fn what_is_wrong_stands_beside_its_field_and_what_was_typed_stays() {
    let (stand, mut owner) = scene().await;
    for (kind, fields, field, words) in WRONG {
        let refused = add(&mut owner, PETS, kind, fields).await;
        assert_eq!(refused.status, 422, "{fields:?}: {}", refused.body);
        let id = field.replace('_', "-");
        assert!(
            refused.body.contains(&format!("href=\"#f-{id}\"")),
            "{fields:?}"
        );
        let error = refused.between(&format!("id=\"f-{id}-error\""), "</p>");
        assert!(error.contains(words), "{fields:?}: {error}");
        assert!(refused.body.contains("x-kept"), "{fields:?}");
    }
    assert!(held(&stand).await.is_empty());
}

#[tokio::test]
async fn a_place_that_is_not_there_is_told_beside_its_field() {
    let (stand, mut owner) = scene().await;
    for (place, field) in [
        (("operation", "GET /pets"), "version"),
        (("version", "v9"), "version"),
        (("environment", "moon"), "environment"),
        (("slug", "No Slug"), "slug"),
        (("mode", "shadow"), "mode"),
    ] {
        let refused = add(&mut owner, PETS, "cors", &[("any_origin", "yes"), place]).await;
        assert_eq!(refused.status, 422, "{place:?}: {}", refused.body);
        let error = format!("id=\"f-{field}-error\"");
        assert!(refused.body.contains(&error), "{place:?}: {}", refused.body);
    }
    let fields = [
        ("any_origin", "yes"),
        ("version", "v1"),
        ("operation", "GET /none"),
    ];
    let refused = add(&mut owner, PETS, "cors", &fields).await;
    assert!(
        refused.body.contains("id=\"f-operation-error\""),
        "{}",
        refused.body
    );
    assert!(
        refused.body.contains("value=\"GET /none\""),
        "{}",
        refused.body
    );
    let nothing = add(&mut owner, PETS, "headers", &[]).await;
    assert!(
        nothing.body.contains("Set or remove at least one field."),
        "{}",
        nothing.body
    );
    // What no form of ours sends.
    for wrong in [("origins", "x"), ("mode", "maybe"), ("act", "burn")] {
        let refused = add(&mut owner, PETS, "rate_limit", &[wrong]).await;
        assert_eq!(refused.status, 400, "{wrong:?}");
    }
    assert_eq!(
        owner.get(&format!("{PETS}/new?kind=magic")).await.status,
        404
    );
    assert!(held(&stand).await.is_empty());
}

#[tokio::test]
async fn a_key_that_can_sign_is_refused_and_never_shown_again() {
    const PRIVATE: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
    let (stand, mut owner) = scene().await;
    let keys = KEYS.replace("\"kid\"", &format!("\"d\":\"{PRIVATE}\",\"kid\""));
    let broken = format!("{keys}]");
    let document = format!("issuer: x-kept\naudiences: [a]\nalgorithms: [EdDSA]\njwks: {keys}\n");
    let fields = |keys| {
        [
            ("issuer", "x-kept"),
            ("audiences", "a"),
            ("algorithms", "EdDSA"),
            ("jwks", keys),
        ]
    };
    let mut wrong = vec![
        ("jwks", fields(&keys).to_vec()),
        ("jwks", fields(&broken).to_vec()),
    ];
    wrong.push((
        "document",
        vec![("notation", "document"), ("document", &document)],
    ));
    // Without its type, and wrapped as PEM is.
    let untyped = keys.replace("\"kty\":\"OKP\",", "");
    assert_ne!(untyped, keys);
    wrong.push(("jwks", fields(&untyped).to_vec()));
    let pem = format!(
        "issuer: x-kept\njwks: |\n  -----BEGIN PRIVATE KEY-----\n  {PRIVATE}\n  -----END PRIVATE KEY-----\n"
    );
    wrong.push((
        "document",
        vec![("notation", "document"), ("document", &pem)],
    ));
    for (field, fields) in wrong {
        for act in ["save", "check", "turn"] {
            let sent = [&fields[..], &[("act", act)]].concat();
            let refused = add(&mut owner, PETS, "jwt", &sent).await;
            assert_eq!(refused.status, 422, "{act}: {}", refused.body);
            assert!(!refused.body.contains(PRIVATE), "{act} {field}");
            let error = refused.between(&format!("id=\"f-{field}-error\""), "</p>");
            assert!(error.contains("can sign"), "{error}");
            assert!(refused.body.contains("x-kept"), "{act}: {}", refused.body);
        }
    }
    assert!(held(&stand).await.is_empty());
}
