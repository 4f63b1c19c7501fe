//! An issuer of identities under the test's command: discovery, keys, codes, tokens, right or wrong.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// What a code is worth.
#[derive(Debug, Clone)]
pub struct Grant {
    /// The PKCE challenge the code was asked with; the exchange must bring its verifier.
    pub challenge: String,
    /// The redirect address it was asked with.
    pub redirect: String,
    /// The identity token the exchange answers with; none leaves it out.
    pub id_token: Option<String>,
}

#[derive(Default)]
struct State {
    url: Mutex<String>,
    keys: Mutex<Vec<Value>>,
    /// Members that replace those of the discovery document.
    discovery: Mutex<serde_json::Map<String, Value>>,
    codes: Mutex<HashMap<String, Grant>>,
    userinfo: Mutex<Option<Value>>,
    key_fetches: AtomicU64,
}

/// An issuer that ends with this value.
pub struct TestIssuer {
    /// Its keys: `es-1` and `rs-1` are published, the stranger's is not.
    pub es: EncodingKey,
    pub rs: EncodingKey,
    pub stranger: EncodingKey,
    state: Arc<State>,
    _serving: JoinSet<()>,
}

fn guard<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn ecdsa() -> EncodingKey {
    let pkcs8 =
        EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
    EncodingKey::from_ec_der(pkcs8.expect("a key").as_ref())
}

/// One for all issuers: making it takes long.
static RSA: LazyLock<EncodingKey> = LazyLock::new(rsa);

fn rsa() -> EncodingKey {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048).expect("a key");
    let der: Pkcs8V1Der<'_> = pair.as_der().expect("a key");
    let pem = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        STANDARD.encode(der.as_ref())
    );
    EncodingKey::from_rsa_pem(pem.as_bytes()).expect("a key")
}

fn published(key: &EncodingKey, algorithm: Algorithm, kid: &str) -> Value {
    let mut jwk = Jwk::from_encoding_key(key, algorithm).expect("a public half");
    jwk.common.key_id = Some(kid.to_owned());
    let mut value = serde_json::to_value(jwk).expect("JSON");
    value["use"] = "sig".into();
    value
}

impl TestIssuer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address: SocketAddr = listener.local_addr().expect("bound");
        let state = Arc::new(State::default());
        *guard(&state.url) = format!("http://{address}");
        let (es, rs, stranger) = (ecdsa(), RSA.clone(), ecdsa());
        *guard(&state.keys) = vec![
            published(&es, Algorithm::ES256, "es-1"),
            published(&rs, Algorithm::RS256, "rs-1"),
        ];
        let mut serving = JoinSet::new();
        serving.spawn(accept(listener, Arc::clone(&state)));
        Self {
            es,
            rs,
            stranger,
            state,
            _serving: serving,
        }
    }

    /// The issuer: `http://127.0.0.1:port`.
    pub fn url(&self) -> String {
        guard(&self.state.url).clone()
    }

    /// Puts a member of the discovery document in place of what it has.
    pub fn describe(&self, name: &str, value: Value) {
        guard(&self.state.discovery).insert(name.to_owned(), value);
    }

    /// Signs as the issuer does.
    pub fn token(&self, claims: &Value) -> String {
        self.signed(Algorithm::ES256, Some("es-1"), &self.es, claims)
    }

    /// Signs with any algorithm, key id and key.
    pub fn signed(
        &self,
        algorithm: Algorithm,
        kid: Option<&str>,
        key: &EncodingKey,
        claims: &Value,
    ) -> String {
        let mut header = Header::new(algorithm);
        header.kid = kid.map(ToOwned::to_owned);
        jsonwebtoken::encode(&header, claims, key).expect("a signature")
    }

    /// Any header over any claims with any signature.
    pub fn forged(header: &Value, claims: &Value, signature: &[u8]) -> String {
        let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let text = |value: &Value| part(value.to_string().as_bytes());
        format!("{}.{}.{}", text(header), text(claims), part(signature))
    }

    /// A published key as a stranger knows it.
    pub fn public_key(&self, kid: &str) -> Value {
        let keys = guard(&self.state.keys);
        let found = keys.iter().find(|key| key["kid"] == kid);
        found.expect("a published key").clone()
    }

    /// Publishes a key made now, and gives its private half.
    pub fn publish(&self, kid: &str) -> EncodingKey {
        let key = ecdsa();
        guard(&self.state.keys).push(published(&key, Algorithm::ES256, kid));
        key
    }

    /// How often the keys were fetched.
    pub fn key_fetches(&self) -> u64 {
        self.state.key_fetches.load(Ordering::SeqCst)
    }

    /// Makes a code worth something, once.
    pub fn sell(&self, code: &str, grant: Grant) {
        guard(&self.state.codes).insert(code.to_owned(), grant);
    }

    /// What the userinfo endpoint answers.
    pub fn tell_of(&self, person: Value) {
        *guard(&self.state.userinfo) = Some(person);
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let state = Arc::clone(&state);
        connections.spawn(async move {
            let service = service_fn(move |request| {
                let state = Arc::clone(&state);
                async move { Ok::<_, Infallible>(answer(request, &state).await) }
            });
            // A caller that goes away is none of the issuer's business.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn answer(request: Request<Incoming>, state: &State) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes());
    let body = body.unwrap_or_default();
    let (status, value) = match head.uri.path() {
        "/.well-known/openid-configuration" => (StatusCode::OK, discovery(state)),
        "/keys" => {
            state.key_fetches.fetch_add(1, Ordering::SeqCst);
            (StatusCode::OK, json!({ "keys": *guard(&state.keys) }))
        }
        "/token" => exchange(state, &body),
        "/userinfo" => match &*guard(&state.userinfo) {
            Some(person) => (StatusCode::OK, person.clone()),
            None => (StatusCode::FORBIDDEN, json!({})),
        },
        _ => (StatusCode::NOT_FOUND, json!({})),
    };
    let mut response = Response::new(Full::new(Bytes::from(value.to_string())));
    *response.status_mut() = status;
    let json = http::HeaderValue::from_static("application/json");
    response.headers_mut().insert("content-type", json);
    response
}

fn discovery(state: &State) -> Value {
    let url = guard(&state.url).clone();
    let mut document = json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "userinfo_endpoint": format!("{url}/userinfo"),
        "jwks_uri": format!("{url}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256", "RS256"],
        "authorization_response_iss_parameter_supported": true,
    });
    for (name, value) in &*guard(&state.discovery) {
        document[name] = value.clone();
    }
    document
}

fn exchange(state: &State, body: &[u8]) -> (StatusCode, Value) {
    let text = String::from_utf8_lossy(body).into_owned();
    let url = reqwest::Url::parse(&format!("http://form/?{text}")).expect("a form");
    let fields: HashMap<String, String> = url.query_pairs().into_owned().collect();
    let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let refused = (StatusCode::BAD_REQUEST, json!({ "error": "invalid_grant" }));
    let Some(grant) = guard(&state.codes).remove(&field("code")) else {
        return refused;
    };
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(field("code_verifier")));
    if challenge != grant.challenge || field("redirect_uri") != grant.redirect {
        return refused;
    }
    let mut answer = json!({ "access_token": "at-1", "token_type": "Bearer", "expires_in": 300 });
    if let Some(token) = grant.id_token {
        answer["id_token"] = token.into();
    }
    (StatusCode::OK, answer)
}
