//! Puts a certificate for hosts of the tenant's environments: a new one, or a renewed one in place of another.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, certificates};
use gatehouse_runtime::Secret;
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};
use crate::edge::conditional::{PutCondition, PutHeaders};

/// Puts a certificate for hosts of the tenant's environments: a new one, or a renewed one in place of another.
///
/// It is served to whoever asks for a host that an environment of the tenant has and that the certificate names, from the moment
/// the change is in force, without a restart; open connections stay.
#[utoipa::path(
    put,
    path = "/v1/certificates/{certificate}",
    tag = "environments",
    params(("certificate" = String, Path, description = "Name of the certificate, or the id of one that is there."), PutHeaders),
    request_body = PutCertificate,
    responses(
        (status = 200, description = "The certificate as it is now", body = bodies::Changed<bodies::Certificate>),
        (status = 201, description = "The certificate, which is new", body = bodies::Changed<bodies::Certificate>)
    ),
    security(("token" = ["gateway.manage"]))
)]
pub(crate) async fn put_certificate(
    caller: Caller<needs::GatewayManage>,
    State(db): State<Db>,
    Path(certificate): Path<String>,
    condition: PutCondition,
    Json(body): Json<PutCertificate>,
) -> Result<Mutation, Problem> {
    let input = certificates::PutCertificate {
        chain: body.chain,
        key: body.key,
    };
    let (certificate, expected) = (Lookup::from(certificate.as_str()), condition.expected());
    let changed = certificates::put_certificate(&db, &caller, certificate, expected, input).await?;
    Ok(Mutation::put(&changed, condition == PutCondition::Absent))
}

/// The certificate and its key.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutCertificate {
    /// PEM: the leaf first, then what signed each, without the root; at most 10 certificates and 64 KiB. The leaf names 1 to 100
    /// hosts (subject alternative names).
    chain: String,
    /// The leaf's private key (PEM), not encrypted: RSA of at least 2048 bits, ECDSA or Ed25519; at most 16 KiB. Kept sealed, never
    /// shown.
    #[schema(value_type = String, write_only)]
    key: Secret<String>,
}
