//! The protocol itself: the request, the exchange of the code, and what must hold of the identity token.

use std::collections::HashMap;

use gatehouse_domain::Email;
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreClientAuthMethod, CoreErrorResponseType, CoreGenderClaim,
    CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreResponseType,
    CoreRevocableToken, CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AccessTokenHash, AdditionalClaims, AuthType, AuthenticationFlow, AuthorizationCode, Client,
    ClientId, ClientSecret, CsrfToken, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, IdTokenClaims, IdTokenFields, IdTokenVerifier, Nonce, OAuth2TokenResponse,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, StandardErrorResponse,
    StandardTokenResponse, TokenResponse, UserInfoClaims,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::{Duration, OffsetDateTime};

use super::Need;
use super::issuers::{Issuers, Metadata, chain};
use crate::db::Db;
use crate::identity_providers::Provider;

/// Claims that OpenID Connect does not name.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Further {
    #[serde(flatten)]
    pub(super) claims: HashMap<String, Value>,
}

impl AdditionalClaims for Further {}

type Fields = IdTokenFields<
    Further,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;
type Tokens = StandardTokenResponse<Fields, CoreTokenType>;
type Claims = IdTokenClaims<Further, CoreGenderClaim>;

type Configured = Client<
    Further,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Signatures an identity token may have. All are asymmetric: a client secret never signs anything here.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 8] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
];
/// How far a provider's clock may be ahead of ours, and how old a token may be when it arrives.
const AHEAD: Duration = Duration::seconds(60);
const OLD: Duration = Duration::minutes(10);

/// Where to send a browser, and what has to be remembered until it is back.
pub(super) struct Request {
    pub(super) url: String,
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
}

/// What a provider vouches for.
#[derive(Debug)]
pub(super) struct Vouched {
    pub(super) subject: String,
    /// When the person last showed it who they are, where it says (`auth_time`).
    pub(super) shown: Option<OffsetDateTime>,
    pub(super) email: Email,
    pub(super) name: String,
    pub(super) further: HashMap<String, Value>,
}

fn configured(
    provider: &Provider,
    metadata: &Metadata,
    redirect: &str,
) -> Result<Configured, String> {
    let secret = provider
        .client_secret
        .as_ref()
        .map(|secret| ClientSecret::new(secret.expose().clone()));
    // Basic is the default (Discovery 1.0 §3); the other way is taken where that one is not offered.
    let body_only = metadata
        .token_endpoint_auth_methods_supported()
        .is_some_and(|methods| {
            methods.contains(&CoreClientAuthMethod::ClientSecretPost)
                && !methods.contains(&CoreClientAuthMethod::ClientSecretBasic)
        });
    let client = Client::from_provider_metadata(
        metadata.clone(),
        ClientId::new(provider.view.client_id.clone()),
        secret,
    );
    let redirect = RedirectUrl::new(redirect.to_owned()).map_err(|error| error.to_string())?;
    Ok(client
        .set_redirect_uri(redirect)
        .set_auth_type(if body_only {
            AuthType::RequestBody
        } else {
            AuthType::BasicAuth
        }))
}

/// Makes a request with a state, a nonce and a PKCE challenge (RFC 7636, S256) of its own. With `again` the provider is to ask
/// the person even if it knows them (OpenID Connect Core 1.0 §3.1.2.1).
pub(super) fn request(
    provider: &Provider,
    metadata: &Metadata,
    redirect: &str,
    again: bool,
) -> Result<Request, String> {
    let client = configured(provider, metadata, redirect)?;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let scopes = provider
        .view
        .scopes
        .iter()
        .filter(|scope| *scope != "openid");
    let asked = client
        .authorize_url(
            AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
            || CsrfToken::new(gatehouse_runtime::random::token()),
            || Nonce::new(gatehouse_runtime::random::token()),
        )
        .add_scopes(scopes.map(|scope| Scope::new(scope.clone())))
        .set_pkce_challenge(challenge);
    let (url, state, nonce) = match again {
        // Asked for by both: one that does not know the prompt may know the age, and with an age it owes `auth_time`.
        true => asked
            .add_prompt(CoreAuthPrompt::Login)
            .set_max_age(std::time::Duration::ZERO)
            .url(),
        false => asked.url(),
    };
    Ok(Request {
        url: url.to_string(),
        state: state.secret().clone(),
        nonce: nonce.secret().clone(),
        verifier: verifier.secret().clone(),
    })
}

/// Exchanges the code and verifies what comes back. A failure is in words for the log, never for the page.
pub(super) async fn redeem(
    db: &Db,
    issuers: &Issuers,
    provider: &Provider,
    redirect: &str,
    code: String,
    (nonce, verifier): (String, String),
) -> Result<Vouched, String> {
    let issuer = &provider.view.issuer;
    let metadata = issuers.metadata(db, issuer, Need::Usual).await?;
    let client = configured(provider, &metadata, redirect)?;
    let http = issuers.http();
    let tokens = client
        .exchange_code(AuthorizationCode::new(code))
        .map_err(|error| error.to_string())?
        .set_pkce_verifier(PkceCodeVerifier::new(verifier))
        .request_async(&http)
        .await
        .map_err(|error| chain(&error))?;
    let nonce = Nonce::new(nonce);
    let now = db.clock().now();
    let claims = match verified(provider, &metadata, &tokens, &nonce, now) {
        Ok(claims) => claims,
        // Its keys may have changed since they were fetched.
        Err(Fault::NoSuchKey) => {
            let newer = issuers.metadata(db, issuer, Need::Newer).await?;
            verified(provider, &newer, &tokens, &nonce, now).map_err(Fault::words)?
        }
        Err(fault) => return Err(fault.words()),
    };
    vouched(&client, &tokens, claims, &http).await
}

enum Fault {
    NoSuchKey,
    Other(String),
}

impl Fault {
    fn words(self) -> String {
        match self {
            Self::NoSuchKey => "no key of the issuer made this signature".to_owned(),
            Self::Other(words) => words,
        }
    }
}

/// Signature, issuer, audience, time and nonce (Core 1.0 §3.1.3.7), the authorised party and the access token's hash.
fn verified(
    provider: &Provider,
    metadata: &Metadata,
    tokens: &Tokens,
    nonce: &Nonce,
    now: OffsetDateTime,
) -> Result<Claims, Fault> {
    let other = |words: &str| Fault::Other(words.to_owned());
    let client_id = ClientId::new(provider.view.client_id.clone());
    let verifier = IdTokenVerifier::new_public_client(
        client_id.clone(),
        metadata.issuer().clone(),
        metadata.jwks().clone(),
    )
    .set_allowed_algs(ALGORITHMS)
    .set_time_fn(move || moment(now))
    .set_issue_time_verifier_fn(move |issued| {
        if issued > moment(now + AHEAD) || issued < moment(now - OLD) {
            return Err(format!("issued at {issued}, and it is {now}"));
        }
        Ok(())
    });
    let token = tokens
        .id_token()
        .ok_or_else(|| other("no identity token"))?;
    let claims = token.claims(&verifier, nonce).map_err(|error| {
        use openidconnect::{ClaimsVerificationError as E, SignatureVerificationError as S};
        match error {
            E::SignatureVerification(S::NoMatchingKey) => Fault::NoSuchKey,
            other => Fault::Other(chain(&other)),
        }
    })?;
    if claims
        .authorized_party()
        .is_some_and(|party| *party != client_id)
    {
        return Err(other("the token is for another party"));
    }
    if let Some(expected) = claims.access_token_hash() {
        let (algorithm, key) = token
            .signing_alg()
            .and_then(|algorithm| Ok((algorithm, token.signing_key(&verifier)?)))
            .map_err(|error| Fault::Other(chain(&error)))?;
        let found = AccessTokenHash::from_token(tokens.access_token(), algorithm, key)
            .map_err(|error| Fault::Other(chain(&error)))?;
        if found != *expected {
            return Err(other("the access token is another's"));
        }
    }
    Ok(claims.clone())
}

fn moment(at: OffsetDateTime) -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp(at.unix_timestamp(), at.nanosecond()).unwrap_or_default()
}

/// The verified address and name; asked for at the userinfo endpoint where the token has none (Core 1.0 §5.3).
async fn vouched(
    client: &Configured,
    tokens: &Tokens,
    claims: Claims,
    http: &impl Fn(openidconnect::HttpRequest) -> super::issuers::Sent,
) -> Result<Vouched, String> {
    let subject = claims.subject().clone();
    let mut further = claims.additional_claims().claims.clone();
    let mut email = claims.email().cloned();
    let mut verified = claims.email_verified();
    let shown = claims
        .auth_time()
        .and_then(|at| OffsetDateTime::from_unix_timestamp(at.timestamp()).ok());
    let mut name = claims.name().and_then(|name| name.get(None)).cloned();
    if email.is_none() {
        let asked = client
            .user_info(tokens.access_token().clone(), Some(subject.clone()))
            .map_err(|_| "neither the token nor a userinfo endpoint names an address".to_owned())?;
        let found: UserInfoClaims<Further, CoreGenderClaim> = asked
            .request_async(http)
            .await
            .map_err(|error| chain(&error))?;
        email = found.email().cloned();
        verified = found.email_verified();
        name = name.or_else(|| found.name().and_then(|name| name.get(None)).cloned());
        further.extend(found.additional_claims().claims.clone());
    }
    let email = email.ok_or("it names no address; ask for the scope email")?;
    if verified != Some(true) {
        return Err("it does not vouch for the address (email_verified)".to_owned());
    }
    let email = Email::new(email.as_str().trim()).map_err(|error| error.to_string())?;
    let name = name.map(|name| name.to_string()).unwrap_or_default();
    Ok(Vouched {
        subject: subject.to_string(),
        shown,
        name: name_of(&name, &email),
        email,
        further,
    })
}

/// A name that may be shown: 1 to 80 characters without control characters.
fn name_of(claimed: &str, email: &Email) -> String {
    let tidy = |text: &str| -> String {
        let plain = text.chars().filter(|c| !c.is_control()).take(80);
        plain.collect::<String>().trim().to_owned()
    };
    let name = tidy(claimed);
    if name.is_empty() {
        let local = email.as_str().split('@').next().unwrap_or_default();
        return tidy(local);
    }
    name
}
