//! Issues a key; its text is shown this once.

use axum::extract::State;
use gatehouse_control_plane::credentials::Material;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, credentials};
use gatehouse_domain::credential::CredentialKind;
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::bodies::{ids, words};
use crate::edge::answer::{WithSecret, with_key};
use crate::edge::auth::{Caller, needs};

/// Issues a key; its text is shown this once.
#[utoipa::path(
    post,
    path = "/v1/applications/{application}/keys",
    tag = "keys",
    params(("application" = String, Path, description = "Id or slug of the application.")),
    request_body = IssueKey,
    responses((status = 201, description = "The key", body = bodies::Secret<bodies::Key>)),
    security(("token" = ["application.manage"]), ("token" = ["application.manage_any"]))
)]
pub(crate) async fn issue_key(
    caller: Caller<needs::ApplicationManage>,
    State(db): State<Db>,
    Path(application): Path<String>,
    Json(body): Json<IssueKey>,
) -> Result<WithSecret, Problem> {
    let input = credentials::IssueKey {
        environment: Lookup::from(body.environment.as_str()),
        name: body.name,
        expires_in_days: body.expires_in_days,
        products: body
            .products
            .iter()
            .map(|product| Lookup::from(product.as_str()))
            .collect(),
    };
    let application = Lookup::from(application.as_str());
    let material = Material {
        public_key: body.public_key,
        certificate: body.certificate,
    };
    let kind = body.kind.unwrap_or(CredentialKind::ApiKey);
    let made =
        credentials::issue_credential(&db, &caller, application, input, kind, &material).await?;
    Ok(with_key(&caller, made, |key| {
        format!("/v1/keys/{}", key.id)
    }))
}

/// The key to issue.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IssueKey {
    /// How a caller proves it; without it an API key, the one kind that gateways check so far.
    #[schema(value_type = Option<words::CredentialKind>)]
    kind: Option<CredentialKind>,
    /// For `jwt_key`: the public key, as JSON Web Key (RFC 7517).
    #[schema(value_type = Option<Object>)]
    public_key: Option<serde_json::Value>,
    /// For `mtls_cert`: the certificate (PEM), valid now. The credential ends with it at the latest.
    #[schema(max_length = 16384)]
    certificate: Option<String>,
    /// Where it works.
    #[schema(value_type = ids::EnvironmentLookup)]
    environment: String,
    /// For people.
    name: String,
    /// Days until it ends; without it as long as the plans allow.
    #[schema(minimum = 1)]
    expires_in_days: Option<i32>,
    /// What it is for: ids or slugs of products; that of a single API has its slug. None is all that the application subscribes to.
    #[serde(default)]
    #[schema(max_items = 20)]
    products: Vec<String>,
}
