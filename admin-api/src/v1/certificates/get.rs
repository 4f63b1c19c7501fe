//! Shows a certificate; never its private key.

use axum::extract::State;
use gatehouse_control_plane::Db;
use gatehouse_control_plane::certificates::{self, CertificateView};
use gatehouse_control_plane::page::Lookup;
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Shows a certificate; never its private key.
#[utoipa::path(
    get,
    path = "/v1/certificates/{certificate}",
    tag = "environments",
    params(("certificate" = String, Path, description = "Id or name of the certificate.")),
    responses((status = 200, description = "The certificate", body = bodies::Certificate)),
    security(("token" = ["gateway.manage"]))
)]
pub(crate) async fn get_certificate(
    caller: Caller<needs::GatewayManage>,
    State(db): State<Db>,
    Path(certificate): Path<String>,
) -> Result<Single<CertificateView>, Problem> {
    let certificate = Lookup::from(certificate.as_str());
    let found = certificates::get_certificate(&db, &caller, certificate).await?;
    Ok(Single(found))
}
