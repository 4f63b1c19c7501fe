//! Takes a certificate away.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, certificates};
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};
use crate::edge::conditional::{IfMatch, IfMatchHeader};

/// Takes a certificate away.
///
/// Its hosts are served with the gateways' own certificate from then on; where they have none, nobody is served there any more.
#[utoipa::path(
    delete,
    path = "/v1/certificates/{certificate}",
    tag = "environments",
    params(("certificate" = String, Path, description = "Id or name of the certificate."), IfMatchHeader),
    responses((status = 200, description = "It is gone", body = bodies::Gone)),
    security(("token" = ["gateway.manage"]))
)]
pub(crate) async fn delete_certificate(
    caller: Caller<needs::GatewayManage>,
    State(db): State<Db>,
    Path(certificate): Path<String>,
    IfMatch(expected): IfMatch,
) -> Result<Mutation, Problem> {
    let certificate = Lookup::from(certificate.as_str());
    let gone = certificates::delete_certificate(&db, &caller, certificate, expected).await?;
    Ok(Mutation::gone(gone.change.as_ref()))
}
