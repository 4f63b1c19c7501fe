//! Policies, put in place over REST and from the command line, at a real gateway: each does what it says, in the stated order.

use std::path::Path;

use gatehouse_harness::callers::{Anonymous, CiToken, Cli};
use gatehouse_harness::issuer::TestIssuer;
use gatehouse_harness::wait::PATIENCE;
use gatehouse_harness::{Answer, TestStack, TestUpstream, eventually};
use gatehouse_runtime::clock::Clock;
use http::{HeaderMap, Method};
use serde_json::{Value, json};

use crate::GATEHOUSE;

const SHOP: &str = "https://shop.test";
const LIST: &str = "GET /pets";

/// How what is asked for is asked for.
enum Road<'a> {
    Rest(CiToken),
    CommandLine(Cli, &'a Path),
}

/// As far in as is named: API, version, operation.
type Place<'a> = &'a [&'a str];

impl Road<'_> {
    fn token(&self) -> &CiToken {
        match self {
            Self::Rest(token) => token,
            Self::CommandLine(cli, _) => &cli.token,
        }
    }

    /// Puts a policy in place, and waits until every gateway has it.
    async fn put(&self, kind: &str, place: Place<'_>, inherit: &str, document: &Value) -> Value {
        let words = ["api", "version", "operation"];
        match self {
            Self::Rest(token) => {
                let mut body = json!({"kind": kind, "document": document, "inherit": inherit});
                for (word, name) in words.iter().zip(place) {
                    body[word] = json!(name);
                }
                let made = token.post("/v1/policies", &body).await;
                made.assert_status(201);
                token.wait_in_force(&made).await;
                made.json()
            }
            Self::CommandLine(cli, folder) => {
                let file = folder.join(format!("{kind}.json"));
                std::fs::write(&file, document.to_string()).unwrap();
                let file = file.display().to_string();
                let mut args = vec!["policy", "create", kind, "--file", &file];
                args.extend(["--inherit", inherit]);
                let flags = words.map(|word| format!("--{word}"));
                for (flag, name) in flags.iter().zip(place) {
                    args.extend([flag.as_str(), *name]);
                }
                self.in_force(cli.json(&args).await).await
            }
        }
    }

    async fn in_force(&self, changed: Value) -> Value {
        if let Self::CommandLine(cli, _) = self {
            let change = changed["change_id"].as_str().unwrap();
            cli.done(&["change", "watch", change]).await;
        }
        changed
    }

    /// Lets one only be tried, or decide again.
    async fn mode(&self, policy: &Value, mode: &str) {
        let slug = policy["slug"].as_str().unwrap();
        match self {
            Self::Rest(token) => {
                let path = format!("/v1/policies/{slug}");
                let changed = token.patch(&path, &json!({"mode": mode})).await;
                assert_eq!(changed.assert_status(200).json()["mode"], mode);
                token.wait_in_force(&changed).await;
            }
            Self::CommandLine(cli, _) => {
                let args = ["policy", "update", slug, "--mode", mode];
                self.in_force(cli.json(&args).await).await;
            }
        }
    }

    /// Takes one away, and says why.
    async fn delete(&self, policy: &Value) {
        let slug = policy["slug"].as_str().unwrap();
        match self {
            Self::Rest(token) => {
                let path = format!("/v1/policies/{slug}");
                let mut headers = HeaderMap::new();
                let now = token.get(&path).await;
                headers.insert("if-match", now.assert_status(200).headers["etag"].clone());
                let path = format!("{path}?reason=No%20longer%20wanted");
                let gone = token.send(Method::DELETE, &path, headers, None).await;
                token.wait_in_force(gone.assert_ok()).await;
            }
            Self::CommandLine(cli, _) => {
                let unasked = cli.run(&["policy", "delete", slug]).await;
                unasked.assert_code(1);
                let why = ["--reason", "No longer wanted", "--yes"];
                cli.done(&[&["policy", "delete", slug][..], &why].concat())
                    .await;
            }
        }
    }

    /// What applies to an operation, by kind and place, in the order gateways run it; and what of the rest keeps it out.
    async fn effective(&self, api: &str) -> (Vec<(String, String)>, Vec<String>) {
        let shown = match self {
            Self::Rest(token) => {
                let path = format!("/v1/apis/{api}/versions/v1/policies/effective");
                let path = format!("{path}?environment=production&operation=GET%20%2Fpets");
                token.get(&path).await.assert_status(200).json()
            }
            Self::CommandLine(cli, _) => {
                let args = ["policy", "effective", api, "v1", "--operation", LIST];
                cli.json(&args).await
            }
        };
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let applied = shown["applied"].as_array().unwrap().iter();
        let overridden = shown["overridden"].as_array().unwrap().iter();
        (
            applied
                .map(|one| (text(&one["kind"]), text(&one["place"])))
                .collect(),
            overridden.map(|one| text(&one["by"]["place"])).collect(),
        )
    }
}

/// One row of an API: who calls it, and how its answers are looked at.
struct Scene<'a> {
    anonymous: Anonymous,
    upstream: TestUpstream,
    issuer: TestIssuer,
    road: Road<'a>,
    api: String,
    url: String,
    key: String,
}

impl<'a> Scene<'a> {
    async fn of(stack: &TestStack, road: Road<'a>, team: &str, url: String, api: &str) -> Self {
        let upstream = TestUpstream::start().await;
        let token = road.token();
        token.offer_petstore(api, &upstream.url()).await;
        let once = json!([{"kind": "rate", "amount": 1_000, "window_s": 3_600, "burst": 1_000}]);
        token.add_plan(api, "metered", "auto", &once).await;
        let granted = token.grant(team, api, api, "metered", "production").await;
        Self {
            anonymous: stack.anonymous(),
            upstream,
            issuer: TestIssuer::start().await,
            api: api.to_owned(),
            url,
            key: granted.consumer.key().to_owned(),
            road,
        }
    }

    /// A token of the issuer's, good for an hour, with this scope.
    fn bearer(&self, scope: &str) -> String {
        let now = Clock::system().now().unix_timestamp();
        let claims = json!({
            "iss": "https://id.test", "aud": "petstore", "exp": now + 3_600, "scope": scope,
        });
        format!("Bearer {}", self.issuer.token(&claims))
    }

    /// A call as a page of the shop makes it.
    async fn page(&self, fields: &[(&str, &str)]) -> Answer {
        let page = [("origin", SHOP), ("x-debug", "1")];
        self.anonymous
            .call(Method::GET, &self.url, &[&page, fields].concat())
            .await
    }

    async fn with_token(&self, token: &str) -> Answer {
        let fields = [("x-api-key", self.key.as_str()), ("authorization", token)];
        self.page(&fields).await
    }

    /// Puts one of each kind in place, each at another level; how many calls all may make together is the number.
    async fn policies(&self, calls: u32) -> [Value; 4] {
        let api = self.api.as_str();
        let cors = json!({"origins": [SHOP], "headers": ["content-type"], "max_age_s": 60});
        let jwt = json!({
            "issuer": "https://id.test", "audiences": ["petstore"], "algorithms": ["ES256"], "scopes": ["pets:read"],
            "jwks": {"keys": [self.issuer.public_key("es-1")]},
        });
        let rate = json!({"amount": calls, "window_s": 3_600, "burst": calls});
        let headers = json!({
            "request": {"remove": ["x-debug"], "set": [{"name": "x-region", "value": "eu"}]},
            "response": {"set": [{"name": "x-served-by", "value": "petstore"}]},
        });
        [
            self.road.put("cors", &[api], "default", &cors).await,
            self.road.put("jwt", &[api, "v1"], "default", &jwt).await,
            self.road.put("rate_limit", &[api], "default", &rate).await,
            self.road
                .put("headers", &[api, "v1", LIST], "default", &headers)
                .await,
        ]
    }

    /// Refused with this, readably for the page, and without what only backends' answers have.
    fn is_refused(&self, answer: &Answer, status: u16, code: &str) {
        answer.assert_problem(status, code);
        assert_eq!(answer.header("access-control-allow-origin"), Some(SHOP));
        assert_eq!(answer.header("x-served-by"), None, "{answer}");
    }

    /// Each of these would be refused by what follows, too, and says the first of it.
    async fn refusals_come_in_the_stated_order(&self) {
        let forged = ("authorization", "Bearer a.b.c");
        let narrow = self.bearer("pets");
        self.is_refused(&self.page(&[]).await, 401, "no_key");
        let unknown = "gth_live_0000000000000000000000_0000000000000000000000000000000000000000000";
        let wrong = self.page(&[("x-api-key", unknown), forged]).await;
        assert_eq!(wrong.status, 401, "{wrong}");
        assert!(wrong.code().starts_with("key_"), "{wrong}");
        let key = ("x-api-key", self.key.as_str());
        self.is_refused(&self.page(&[key]).await, 401, "token_missing");
        self.is_refused(&self.page(&[key, forged]).await, 401, "token_invalid");
        self.is_refused(&self.with_token(&narrow).await, 403, "token_insufficient");
        let asking = [("origin", SHOP), ("access-control-request-method", "GET")];
        let preflight = self.anonymous.call(Method::OPTIONS, &self.url, &asking);
        let preflight = preflight.await;
        preflight.assert_status(204);
        let said = |name: &str| preflight.header(name).unwrap_or_default().to_owned();
        assert_eq!(said("access-control-allow-origin"), SHOP);
        assert_eq!(said("access-control-max-age"), "60");
        assert_eq!(
            said("access-control-allow-headers"),
            "content-type, x-api-key, authorization"
        );
        assert_eq!(self.upstream.count(), 0, "none of them got there");
    }

    async fn good_calls_are_changed_and_counted(&self) {
        let good = self.bearer("pets:read");
        let mut served = 0;
        // What all share is used up before the plan's own thousand are.
        let refused = loop {
            let answer = self.with_token(&good).await;
            if answer.status != 200 {
                break answer;
            }
            assert_eq!(answer.header("access-control-allow-origin"), Some(SHOP));
            assert_eq!(answer.header("x-served-by"), Some("petstore"));
            served += 1;
        };
        self.is_refused(&refused, 429, "api_rate_limited");
        assert!(refused.header("retry-after").is_some(), "{refused}");
        // Gateways have equal parts of it; the calls went to one of them.
        assert!((1..=8).contains(&served), "{served}");
        let received = self.upstream.received();
        assert_eq!(received.len(), served);
        for call in received {
            let field = |name: &str| call.headers.get(name).map(|value| value.to_str().unwrap());
            assert_eq!((field("x-debug"), field("x-region")), (None, Some("eu")));
            assert_eq!((field("authorization"), field("x-api-key")), (None, None));
        }
    }

    /// Whether the answer to a call with nothing but its key is this.
    async fn until(&self, what: &str, is_so: impl Fn(&Answer) -> bool) {
        let key = [("x-api-key", self.key.as_str())];
        eventually(PATIENCE, what, async || {
            let answer = self.page(&key).await;
            is_so(&answer).then_some(()).ok_or(answer.to_string())
        })
        .await;
    }
}

async fn a_whole_set_is_put_tried_and_taken_away(scene: &Scene<'_>) {
    let [cors, jwt, rate, headers] = scene.policies(8).await;
    let api = &scene.api;
    let (applied, overridden) = scene.road.effective(api).await;
    let places: Vec<(&str, &str)> = applied
        .iter()
        .map(|(kind, place)| (kind.as_str(), place.as_str()))
        .collect();
    let [of_api, of_version] = [format!("the API {api}"), format!("v1 of {api}")];
    let of_operation = format!("GET /pets in v1 of {api}");
    assert_eq!(
        places,
        [
            ("cors", of_api.as_str()),
            ("jwt", &of_version),
            ("rate_limit", &of_api),
            ("headers", &of_operation),
        ]
    );
    assert!(overridden.is_empty());
    scene.refusals_come_in_the_stated_order().await;
    scene.good_calls_are_changed_and_counted().await;
    // Taken away, and then only tried: whoever comes without a token passes.
    scene.road.delete(&rate).await;
    scene
        .until("the token is asked for still", |answer| {
            answer.code() == "token_missing"
        })
        .await;
    scene.road.mode(&jwt, "shadow").await;
    scene
        .until("the token is only tried", |answer| {
            answer.status == 200 && answer.header("x-served-by") == Some("petstore")
        })
        .await;
    // What the tenant locks applies, whatever is further in.
    let house = json!({"response": {"set": [{"name": "x-served-by", "value": "the house"}]}});
    let locked = scene.road.put("headers", &[], "locked", &house).await;
    scene
        .until("the house has its way", |answer| {
            answer.header("x-served-by") == Some("the house")
        })
        .await;
    let (applied, overridden) = scene.road.effective(api).await;
    assert_eq!(applied[2], ("headers".to_owned(), "every API".to_owned()));
    assert_eq!(overridden, ["every API"]);
    scene.road.delete(&locked).await;
    scene
        .until("the operation has its own again", |answer| {
            answer.header("x-served-by") == Some("petstore")
        })
        .await;
    for policy in [&cors, &jwt, &headers] {
        scene.road.delete(policy).await;
    }
    scene
        .until("nothing is left of them", |answer| {
            let fields = ["x-served-by", "access-control-allow-origin", "vary"];
            answer.status == 200 && fields.iter().all(|name| answer.header(name).is_none())
        })
        .await;
    let left = scene.road.token().get("/v1/policies").await;
    assert_eq!(left.assert_status(200).json()["data"], json!([]));
    let why = scene
        .road
        .token()
        .get("/v1/audit-events?action=policy.delete");
    let why = why.await.assert_status(200).json();
    let records = why["data"].as_array().unwrap();
    assert_eq!(records.len(), 5, "{why}");
    let told = |record: &Value| record["reason"] == "No longer wanted";
    assert!(records.iter().all(told), "{why}");
}

#[tokio::test]
async fn over_rest_a_set_behaves_in_the_stated_order() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Ruled").await;
    let road = Road::Rest(tenant.root().await);
    let url = tenant.production_url(0, "/ruled-pets/v1/pets");
    let scene = Scene::of(&stack, road, "ruled", url, "ruled-pets").await;
    a_whole_set_is_put_tried_and_taken_away(&scene).await;
}

#[tokio::test]
async fn from_the_command_line_a_set_behaves_in_the_stated_order() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Commanded").await;
    let folder = tempfile::tempdir().unwrap();
    let cli = Cli::new(&stack, tenant.root().await);
    let road = Road::CommandLine(cli, folder.path());
    let url = tenant.production_url(1, "/commanded-pets/v1/pets");
    let scene = Scene::of(&stack, road, "commanded", url, "commanded-pets").await;
    a_whole_set_is_put_tried_and_taken_away(&scene).await;
}
