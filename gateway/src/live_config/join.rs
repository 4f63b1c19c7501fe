//! Enrolment: once in a gateway's life.

use std::path::Path;
use std::time::Duration;

use gatehouse_runtime::random;
use gatehouse_snapshot::node_auth::hex;
use gatehouse_snapshot::protocol::JoinRequest;
use gatehouse_snapshot::sign::Signer;
use zeroize::Zeroizing;

use super::control_plane::{CallError, ControlPlane};
use super::identity::Identity;
use crate::settings::Settings;

/// Between two attempts; a token file may appear, a control plane may start.
const PAUSE: Duration = Duration::from_millis(500);
const PAUSE_MAX: Duration = Duration::from_secs(10);

/// Joins, however long it takes: a gateway that is started before its control plane, or before somebody made its token,
/// joins as soon as both are there.
pub(crate) async fn join(
    settings: &Settings,
    control_plane: &ControlPlane,
    signer: &Signer,
    data_dir: &Path,
    report: impl Fn(&str),
) -> Identity {
    let mut pause = PAUSE;
    loop {
        match attempt(settings, control_plane, signer, data_dir).await {
            Ok(identity) => {
                tracing::info!(node = %identity.node, group = %identity.group, "joined");
                return identity;
            }
            Err(reason) => report(&reason),
        }
        tokio::time::sleep(random::jitter(pause)).await;
        pause = (pause * 2).min(PAUSE_MAX);
    }
}

async fn attempt(
    settings: &Settings,
    control_plane: &ControlPlane,
    signer: &Signer,
    data_dir: &Path,
) -> Result<Identity, String> {
    let token = token(settings)?;
    let request = JoinRequest {
        token: token.to_string(),
        name: settings.display_name().to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        public_key: hex(&signer.public().0),
    };
    let joined = control_plane.join(&request).await;
    // The request held a copy of the token.
    drop(Zeroizing::new(request.token));
    let reply = joined.map_err(|error| match error {
        CallError::Refused { code, .. } if code == "join_token_invalid" => {
            "the join token is used up, expired or unknown; make a new one with gatehouse gateway token".to_owned()
        }
        other => other.to_string(),
    })?;
    Identity::keep(data_dir, &reply).map_err(|error| error.to_string())
}

fn token(settings: &Settings) -> Result<Zeroizing<String>, String> {
    if let Some(token) = &settings.join_token {
        return Ok(Zeroizing::new(token.expose().clone()));
    }
    let Some(path) = &settings.join_token_file else {
        return Err("set join_token or join_token_file to enrol this gateway".to_owned());
    };
    let text = std::fs::read_to_string(path)
        .map(Zeroizing::new)
        .map_err(|error| format!("join_token_file {}: {error}", path.display()))?;
    match text.trim() {
        "" => Err(format!("join_token_file {} is empty", path.display())),
        token => Ok(Zeroizing::new(token.to_owned())),
    }
}
