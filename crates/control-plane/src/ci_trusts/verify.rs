//! Verifying a workload's identity token (RFC 7519, RFC 8725) with the keys of its issuer, and of that issuer only.

use std::sync::Arc;

use gatehouse_runtime::egress::{Egress, EgressRequest};
use http::StatusCode;
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use time::{Duration, OffsetDateTime};

use super::CiTrustView;
use crate::db::Db;
use crate::oidc::{Issuers, Kept, Need};

/// How far an issuer's clock may be ahead of ours or behind.
const LEEWAY: Duration = Duration::seconds(30);
/// Longest life of an identity token: what lives longer is no workload's.
const LIFE_MAX: Duration = Duration::hours(24);

/// Signatures that are believed. A token's own word on its algorithm is only ever one of these.
const ALGORITHMS: [Algorithm; 8] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
];

/// What a token says, once it is verified.
#[derive(Debug, Deserialize)]
pub(super) struct Claims {
    pub(super) sub: String,
    exp: i64,
    #[serde(default)]
    nbf: Option<i64>,
    #[serde(default)]
    iat: Option<i64>,
}

/// The keys of issuers of workload identities. Cheap to clone.
#[derive(Clone)]
pub struct WorkloadIssuers(Arc<Inner>);

struct Inner {
    egress: Egress,
    issuers: Issuers,
    keys: Kept<JwkSet>,
}

impl std::fmt::Debug for WorkloadIssuers {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("WorkloadIssuers")
    }
}

/// The two members of a discovery document that matter here; CI systems have no sign-in page.
#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

impl WorkloadIssuers {
    /// Over one guarded client.
    pub fn new(egress: Egress, issuers: Issuers) -> Self {
        Self(Arc::new(Inner {
            egress,
            issuers,
            keys: Kept::default(),
        }))
    }

    /// The keys of an issuer, as its discovery document leads to them.
    pub(super) async fn keys(
        &self,
        db: &Db,
        issuer: &str,
        need: Need,
    ) -> Result<Arc<JwkSet>, String> {
        self.0.issuers.judge(issuer)?;
        let fetch = async {
            let at = format!(
                "{}/.well-known/openid-configuration",
                issuer.trim_end_matches('/')
            );
            let found: Discovery = self.read(&at).await?;
            if found.issuer != issuer {
                return Err(format!(
                    "its discovery document speaks for '{}'",
                    found.issuer
                ));
            }
            self.0.issuers.judge_endpoint(&found.jwks_uri)?;
            self.read(&found.jwks_uri).await
        };
        self.0.keys.get(db.clock(), issuer, need, fetch).await
    }

    async fn read<T: DeserializeOwned>(&self, url: &str) -> Result<T, String> {
        let answer = self.0.egress.call(EgressRequest::get(url)).await;
        let answer = answer.map_err(|error| error.to_string())?;
        if answer.status != StatusCode::OK {
            return Err(format!("{url} answered {}", answer.status));
        }
        serde_json::from_slice(&answer.body).map_err(|error| format!("{url}: {error}"))
    }

    /// What a token says, when every rule holds. A failure is in words for the log, never for the caller.
    pub(super) async fn verify(
        &self,
        db: &Db,
        trust: &CiTrustView,
        token: &str,
    ) -> Result<Claims, String> {
        let header = jsonwebtoken::decode_header(token).map_err(|error| error.to_string())?;
        if !ALGORITHMS.contains(&header.alg) {
            return Err(format!("the algorithm {:?} is not believed", header.alg));
        }
        if !header
            .typ
            .as_deref()
            .is_some_and(|typ| typ.eq_ignore_ascii_case("JWT"))
        {
            return Err("its type is not JWT".to_owned());
        }
        let kid = header.kid.ok_or("it names no key")?;
        let keys = self.keys(db, &trust.issuer, Need::Usual).await?;
        let key = match keys.find(&kid) {
            Some(key) => key.clone(),
            // A key made since; asked about at most once in thirty seconds, whatever strangers send.
            None => {
                let newer = self.keys(db, &trust.issuer, Need::Newer).await?;
                newer
                    .find(&kid)
                    .cloned()
                    .ok_or("the issuer has no such key")?
            }
        };
        require_fit(&key, header.alg)?;
        let decoding = DecodingKey::from_jwk(&key).map_err(|error| error.to_string())?;
        let mut rules = Validation::new(header.alg);
        rules.set_issuer(&[&trust.issuer]);
        rules.set_audience(&[&trust.audience]);
        rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // By our own clock, below.
        rules.validate_exp = false;
        rules.validate_nbf = false;
        let data = jsonwebtoken::decode::<Claims>(token, &decoding, &rules);
        let claims = data.map_err(|error| error.to_string())?.claims;
        require_time(&claims, db.clock().now())?;
        Ok(claims)
    }
}

/// A key signs only what it is published for.
fn require_fit(key: &Jwk, algorithm: Algorithm) -> Result<(), String> {
    let published = key.common.key_algorithm.map(|known| known.to_string());
    if published.is_some_and(|known| known != format!("{algorithm:?}")) {
        return Err("the key is published for another algorithm".to_owned());
    }
    match &key.common.public_key_use {
        None | Some(PublicKeyUse::Signature) => Ok(()),
        Some(_) => Err("the key is not published for signatures".to_owned()),
    }
}

fn require_time(claims: &Claims, now: OffsetDateTime) -> Result<(), String> {
    let at = |seconds: i64| {
        OffsetDateTime::from_unix_timestamp(seconds).map_err(|_| "a time is no time".to_owned())
    };
    let ends = at(claims.exp)?;
    if ends <= now {
        return Err(format!("it ended at {ends}"));
    }
    let began = at(claims
        .nbf
        .or(claims.iat)
        .ok_or("it does not say from when it holds")?)?;
    if [claims.nbf, claims.iat]
        .into_iter()
        .flatten()
        .any(|seconds| at(seconds).is_ok_and(|moment| moment > now + LEEWAY))
    {
        return Err("it is not valid yet".to_owned());
    }
    if ends - began > LIFE_MAX {
        return Err("it lives longer than a day".to_owned());
    }
    Ok(())
}
