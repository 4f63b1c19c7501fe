//! Workload identity: what is exchanged for a token, for how long, and what never is.

use gatehouse_domain::{Permission, Role};
use gatehouse_harness::TestIssuer;
use http::Method;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

use crate::served::{Answer, Served};

const AUDIENCE: &str = "https://gatehouse.example";
const MAIN: &str = "repo:acme/orders:ref:refs/heads/main";
const GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";

/// What GitHub says of a run on the main branch.
fn claims(served: &Served) -> Value {
    let now = served.now().unix_timestamp();
    json!({
        "iss": served.issuer.url(), "sub": MAIN, "aud": AUDIENCE, "iat": now, "nbf": now - 5, "exp": now + 300,
        "repository": "acme/orders", "ref": "refs/heads/main",
    })
}

async fn ask(served: &Served, fields: &[(&str, &str)]) -> Answer {
    let request = served
        .request(Method::POST, "/v1/token-exchange")
        .form(fields);
    let answer = served.send(request).await;
    served.hold(&Method::POST, "/v1/token-exchange", &answer);
    answer
}

/// Why there is no token.
fn refused(answer: &Answer) -> Value {
    let body = answer.expect(400);
    assert_eq!(answer.header("cache-control"), "no-store");
    body["error"].clone()
}

async fn exchange(served: &Served, trust: &str, token: &str) -> Answer {
    let fields = [
        ("grant_type", GRANT),
        ("subject_token_type", JWT),
        ("subject_token", token),
        ("audience", trust),
    ];
    ask(served, &fields).await
}

async fn trusting(served: &Served) -> String {
    let token = served.mighty(&served.northwind).await;
    let made = served
        .ci_trust(&token, MAIN, &["spec.publish", "catalogue.read"])
        .await;
    made["id"].as_str().unwrap().to_owned()
}

/// A token that a workload exchanged, which may do these things in the name of whoever trusts it.
pub(crate) async fn given(served: &Served, maker: &str, scopes: &[&str]) -> String {
    let trust = served.ci_trust(maker, MAIN, scopes).await;
    let trust = trust["id"].as_str().unwrap();
    let answer = exchange(served, trust, &served.issuer.token(&claims(served))).await;
    let given = answer.expect(200);
    given["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_workload_gets_a_token_of_fifteen_minutes_that_may_what_the_trust_says() {
    let served = Served::start().await;
    let trust = trusting(&served).await;
    let answer = exchange(&served, &trust, &served.issuer.token(&claims(&served))).await;
    let given = answer.expect(200);
    assert_eq!(
        (&given["token_type"], &given["expires_in"]),
        (&json!("Bearer"), &json!(900))
    );
    assert_eq!(
        given["issued_token_type"],
        "urn:ietf:params:oauth:token-type:access_token"
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    let token = given["access_token"].as_str().unwrap();
    let who = served.get(token, "/v1/whoami").await.expect(200);
    assert_eq!(
        who["permissions"],
        json!(["catalogue.read", "spec.publish"])
    );
    assert_eq!(who["name"], format!("CI: {MAIN}"));
    served.get(token, "/v1/members").await.expect(403);
    served.hand.advance(std::time::Duration::from_secs(899));
    served.get(token, "/v1/whoami").await.expect(200);
    served.hand.advance(std::time::Duration::from_secs(1));
    served.get(token, "/v1/whoami").await.expect(401);
    let told = served
        .count("select count(*) from audit_log where action = 'token.exchange'")
        .await;
    assert_eq!(told, 1);
}

#[tokio::test]
async fn less_can_be_asked_for_and_more_is_not_given() {
    let served = Served::start().await;
    let trust = trusting(&served).await;
    let token = served.issuer.token(&claims(&served));
    let with = |scope: &'static str| {
        let (trust, token) = (trust.clone(), token.clone());
        let served = &served;
        async move {
            let fields = [
                ("grant_type", GRANT),
                ("subject_token_type", JWT),
                ("subject_token", token.as_str()),
                ("audience", trust.as_str()),
                ("scope", scope),
            ];
            ask(served, &fields).await
        }
    };
    assert_eq!(
        with("catalogue.read").await.expect(200)["scope"],
        "catalogue.read"
    );
    assert_eq!(
        with("catalogue.read member.manage").await.expect(200)["scope"],
        "catalogue.read"
    );
    let nothing = with("member.manage").await;
    assert_eq!(refused(&nothing), "invalid_request");
    let unknown = with("everything").await;
    assert_eq!(refused(&unknown), "invalid_scope");
    with("everything").await.expect(400);
}

#[tokio::test]
async fn what_was_exchanged_ends_with_its_trust_and_with_its_makers_rights() {
    let served = Served::start().await;
    let trust = trusting(&served).await;
    let token = served.issuer.token(&claims(&served));
    let given = exchange(&served, &trust, &token).await.expect(200);
    let given = given["access_token"].as_str().unwrap();
    let (_, mighty) = served.colleague(&served.northwind, "ana").await;
    let path = format!("/v1/ci-trusts/{trust}");
    let tag = served.get(&mighty, &path).await.header("etag").to_owned();
    served
        .ask(Method::DELETE, &path, &mighty, &[("if-match", &tag)], None)
        .await
        .expect(200);
    served.get(given, "/v1/whoami").await.expect(401);
    exchange(&served, &trust, &token).await.expect(400);

    let (ana, theirs) = served.colleague(&served.northwind, "bo").await;
    let made = served.ci_trust(&theirs, MAIN, &["spec.publish"]).await;
    let trust = made["id"].as_str().unwrap();
    let given = exchange(&served, trust, &token).await.expect(200);
    let given = given["access_token"].as_str().unwrap();
    served.get(given, "/v1/whoami").await.expect(200);
    let demoted = format!("/v1/members/{ana}/roles");
    let member = served
        .get(&mighty, &format!("/v1/members/{ana}"))
        .await
        .header("etag")
        .to_owned();
    served
        .ask(
            Method::PUT,
            &demoted,
            &mighty,
            &[("if-match", &member)],
            Some(json!({"roles": [Role::Developer]})),
        )
        .await
        .expect(200);
    served.get(given, "/v1/whoami").await.expect(401);
}

/// What a strange token is made of.
fn strange(served: &Served) -> Vec<(&'static str, String)> {
    let issuer = &served.issuer;
    let with = |change: fn(&mut Value)| {
        let mut claims = claims(served);
        change(&mut claims);
        issuer.token(&claims)
    };
    let mut cases: Vec<(&'static str, String)> = [
        (
            "another repository",
            (|c: &mut Value| c["sub"] = "repo:acme/other:ref:refs/heads/main".into())
                as fn(&mut Value),
        ),
        ("a fork", |c| {
            c["sub"] = "repo:mallory/orders:ref:refs/heads/main".into()
        }),
        ("another branch", |c| {
            c["sub"] = "repo:acme/orders:ref:refs/heads/main-2".into()
        }),
        ("a branch that begins alike", |c| {
            c["sub"] = "repo:acme/orders:ref:refs/heads/mainline".into()
        }),
        ("a pull request", |c| {
            c["sub"] = "repo:acme/orders:pull_request".into()
        }),
        ("an owner in capitals", |c| {
            c["sub"] = "repo:Acme/orders:ref:refs/heads/main".into()
        }),
        ("something before the subject", |c| {
            c["sub"] = format!("x{MAIN}").into()
        }),
        ("a line after the subject", |c| {
            c["sub"] = format!("{MAIN}\n").into()
        }),
        ("no subject", |c| {
            drop(c.as_object_mut().unwrap().remove("sub"))
        }),
        ("another audience", |c| {
            c["aud"] = "https://other.example".into()
        }),
        ("the audience with a slash", |c| {
            c["aud"] = format!("{AUDIENCE}/").into()
        }),
        ("no audience", |c| {
            drop(c.as_object_mut().unwrap().remove("aud"))
        }),
        ("the issuer in capitals", |c| {
            c["iss"] = c["iss"].as_str().unwrap().replace("http", "HTTP").into()
        }),
        ("the issuer with a slash", |c| {
            c["iss"] = format!("{}/", c["iss"].as_str().unwrap()).into()
        }),
        ("another issuer", |c| {
            c["iss"] = "https://token.actions.githubusercontent.com".into()
        }),
        ("no issuer", |c| {
            drop(c.as_object_mut().unwrap().remove("iss"))
        }),
        ("expired", |c| c["exp"] = c["iat"].clone()),
        ("no expiry", |c| {
            drop(c.as_object_mut().unwrap().remove("exp"))
        }),
        ("an expiry in words", |c| {
            c["exp"] = format!("{}", c["exp"]).into()
        }),
        ("not valid yet", |c| {
            c["nbf"] = (c["iat"].as_i64().unwrap() + 31).into()
        }),
        ("issued in the future", |c| {
            c["iat"] = (c["iat"].as_i64().unwrap() + 31).into()
        }),
        ("a beginning in words", |c| c["nbf"] = "now".into()),
        ("no beginning", |c| {
            c.as_object_mut().unwrap().remove("nbf");
            c.as_object_mut().unwrap().remove("iat");
        }),
        ("a life of two days", |c| {
            c["exp"] = (c["iat"].as_i64().unwrap() + 172_800).into()
        }),
    ]
    .into_iter()
    .map(|(what, change)| (what, with(change)))
    .collect();
    let right = claims(served);
    let public = issuer.public_key("rs-1")["n"].as_str().unwrap().to_owned();
    let secret = EncodingKey::from_secret(public.as_bytes());
    let mut padded = right.clone();
    padded["filler"] = "x".repeat(8 * 1024).into();
    cases.extend([
        (
            "no signature",
            TestIssuer::forged(
                &json!({"alg": "none", "typ": "JWT", "kid": "es-1"}),
                &right,
                b"",
            ),
        ),
        (
            "an empty signature",
            TestIssuer::forged(
                &json!({"alg": "ES256", "typ": "JWT", "kid": "es-1"}),
                &right,
                b"",
            ),
        ),
        (
            "an HMAC with the public key",
            issuer.signed(Algorithm::HS256, Some("rs-1"), &secret, &right),
        ),
        (
            "a stranger's signature",
            issuer.signed(Algorithm::ES256, Some("es-1"), &issuer.stranger, &right),
        ),
        (
            "an unknown key",
            issuer.signed(Algorithm::ES256, Some("es-9"), &issuer.stranger, &right),
        ),
        (
            "no key named",
            issuer.signed(Algorithm::ES256, None, &issuer.es, &right),
        ),
        (
            "the other key's name",
            issuer.signed(Algorithm::ES256, Some("rs-1"), &issuer.es, &right),
        ),
        (
            "a key published for another algorithm",
            issuer.signed(Algorithm::RS384, Some("rs-1"), &issuer.rs, &right),
        ),
        (
            "another type",
            TestIssuer::forged(
                &json!({"alg": "ES256", "typ": "at+jwt", "kid": "es-1"}),
                &right,
                b"x",
            ),
        ),
        ("longer than 8 kB", issuer.token(&padded)),
        ("nothing", String::new()),
        ("no token at all", "a.b.c".to_owned()),
        ("an access token", "gta_0123456789".to_owned()),
    ]);
    cases
}

#[tokio::test]
async fn no_strange_token_is_exchanged_and_none_learns_why() {
    let served = Served::start().await;
    let trust = trusting(&served).await;
    let mut words = std::collections::BTreeSet::new();
    for (what, token) in strange(&served) {
        let refused = exchange(&served, &trust, &token).await;
        assert_eq!(refused.status, 400, "{what}: {}", refused.text);
        assert_eq!(refused.json()["error"], "invalid_request", "{what}");
        words.insert(
            refused.json()["error_description"]
                .as_str()
                .unwrap()
                .to_owned(),
        );
    }
    let right = served.issuer.token(&claims(&served));
    for other in ["cit_01m2k3a4b5c6d7e8f9g0h1j2k3"] {
        let refused = exchange(&served, other, &right).await;
        assert_eq!(refused.status, 400, "{other}");
        words.insert(
            refused.json()["error_description"]
                .as_str()
                .unwrap()
                .to_owned(),
        );
    }
    assert_eq!(words.len(), 1, "{words:?}");
    assert_eq!(
        served
            .count("select count(*) from access_token where ci_trust_id is not null")
            .await,
        0
    );
    for algorithm in [
        (Algorithm::ES256, "es-1", &served.issuer.es),
        (Algorithm::RS256, "rs-1", &served.issuer.rs),
    ] {
        let token = served.issuer.signed(
            algorithm.0,
            Some(algorithm.1),
            algorithm.2,
            &claims(&served),
        );
        exchange(&served, &trust, &token).await.expect(200);
    }
}

#[tokio::test]
async fn keys_of_strangers_make_the_issuer_answer_once_in_thirty_seconds() {
    let served = Served::start().await;
    let trust = trusting(&served).await;
    assert_eq!(served.issuer.key_fetches(), 1);
    let flood = async || {
        for number in 0..30 {
            let kid = format!("es-{number}{number}");
            let token = served.issuer.signed(
                Algorithm::ES256,
                Some(&kid),
                &served.issuer.stranger,
                &claims(&served),
            );
            exchange(&served, &trust, &token).await.expect(400);
        }
    };
    flood().await;
    assert_eq!(served.issuer.key_fetches(), 1, "asked a moment ago");
    served.hand.advance(std::time::Duration::from_secs(30));
    flood().await;
    assert_eq!(served.issuer.key_fetches(), 2);
    let key = served.issuer.publish("es-2");
    served.hand.advance(std::time::Duration::from_secs(30));
    let token = served
        .issuer
        .signed(Algorithm::ES256, Some("es-2"), &key, &claims(&served));
    exchange(&served, &trust, &token).await.expect(200);
}

#[tokio::test]
async fn a_trust_that_would_take_anybody_or_give_too_much_is_not_made() {
    let served = Served::start().await;
    let token = served
        .token(
            &served.northwind,
            &[Permission::TokenManage, Permission::SpecPublish],
        )
        .await;
    let right = json!({
        "name": "CI", "issuer": served.issuer.url(), "audience": AUDIENCE, "subject_pattern": MAIN, "scopes": ["spec.publish"],
    });
    for (field, value, pointer) in [
        (
            "subject_pattern",
            json!("repo:*:ref:refs/heads/main"),
            "/subject_pattern",
        ),
        ("subject_pattern", json!("*"), "/subject_pattern"),
        ("scopes", json!(["tenant.manage"]), "/scopes/0"),
        ("scopes", json!([]), "/scopes"),
        ("issuer", json!("http://10.0.0.1"), "/issuer"),
        (
            "issuer",
            json!(format!("{}/", served.issuer.url())),
            "/issuer",
        ),
        ("audience", json!(""), "/audience"),
        ("apis", json!(["api_01m2k3a4b5c6d7e8f9g0h1j2k3"]), "/apis/0"),
        ("ttl_s", json!(59), "/ttl_s"),
        ("ttl_s", json!(3601), "/ttl_s"),
    ] {
        let mut wrong = right.clone();
        wrong[field] = value;
        let refused = served.post(&token, "/v1/ci-trusts", wrong).await;
        assert_eq!(refused.status, 422, "{field}: {}", refused.text);
        assert_eq!(
            refused.json()["errors"][0]["pointer"],
            pointer,
            "{}",
            refused.text
        );
    }
    for ttl in [60, 3600] {
        let mut edge = right.clone();
        edge["ttl_s"] = ttl.into();
        served.post(&token, "/v1/ci-trusts", edge).await.expect(201);
    }
}

#[tokio::test]
async fn a_request_that_is_no_exchange_is_told_what_to_send() {
    let served = Served::start().await;
    let trust = trusting(&served).await;
    let token = served.issuer.token(&claims(&served));
    let whole = [
        ("grant_type", GRANT),
        ("subject_token_type", JWT),
        ("subject_token", token.as_str()),
        ("audience", trust.as_str()),
    ];
    for missing in 0..whole.len() {
        let mut fields = whole.to_vec();
        fields.remove(missing);
        let answer = ask(&served, &fields).await;
        assert_eq!(refused(&answer), "invalid_request", "{missing}");
    }
    let mut twice = whole.to_vec();
    twice.push(("audience", trust.as_str()));
    assert_eq!(refused(&ask(&served, &twice).await), "invalid_request");
    let mut grant = whole.to_vec();
    grant[0].1 = "password";
    let answer = ask(&served, &grant).await;
    assert_eq!(refused(&answer), "unsupported_grant_type");
    let mut other = whole.to_vec();
    other[3].1 = "northwind";
    assert_eq!(refused(&ask(&served, &other).await), "invalid_target");
    let json = served
        .request(Method::POST, "/v1/token-exchange")
        .json(&json!({ "grant_type": GRANT }));
    assert_eq!(served.send(json).await.status, 415);
    for (bytes, status) in [(32 * 1024, 400), (32 * 1024 + 1, 413)] {
        let name = "padding=";
        let padding = "a".repeat(bytes - name.len());
        let long = served
            .request(Method::POST, "/v1/token-exchange")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("{name}{padding}"));
        assert_eq!(served.send(long).await.status, status, "{bytes}");
    }
}
