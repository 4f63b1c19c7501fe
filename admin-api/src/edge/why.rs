//! Why something goes: a DELETE has no body to say it in (RFC 9110 §9.3.5).

use serde::Deserialize;
use utoipa::IntoParams;

/// Why it goes.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Why {
    /// For the audit log.
    #[param(max_length = 500)]
    reason: Option<String>,
    /// Read by the layer in front; named here because it is a parameter.
    #[param(ignore)]
    #[serde(rename = "dry_run")]
    _dry_run: Option<bool>,
}

impl Why {
    /// The reason; empty where none was given.
    pub(crate) fn reason(self) -> String {
        self.reason.unwrap_or_default()
    }
}
