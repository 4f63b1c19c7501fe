//! What the demo prints once everything answers, and the call that proves it.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use tokio::time::{Instant, sleep};

use super::folder::{Folder, Seeded};
use super::people::PASSWORD;
use super::{CI_TOKEN_FILE, NEXT_PETSTORE_FILE};
use crate::stack::Addresses;

/// Path of the printed call.
const TRIED: &str = "/petstore/v2/pets/1";

/// A gateway that refuses for this long has its newest configuration.
const MEANT_AFTER: Duration = Duration::from_secs(2);

/// Where everything is, who may sign in, a whole call, and how to publish.
pub(super) fn greeting(at: &Addresses, folder: &Folder, seeded: &Seeded) -> String {
    let (portal, gateway, admin_api) = (at.portal_url(), at.gateway_url(), at.admin_api_url());
    let next_petstore = shown(&folder.path().join(NEXT_PETSTORE_FILE));
    let token_file = shown(&folder.path().join(CI_TOKEN_FILE));
    let (key, ci_token) = (seeded.key.expose(), seeded.ci_token.expose());
    format!(
        "\
Portal    {portal}    dev@demo.test / admin@demo.test  (one-click sign-in buttons, demo only)
Gateway   {gateway}    Admin API  {admin_api}/v1
Try       curl {gateway}{TRIED} -H \"Authorization: Bearer {key}\"
Publish   gatehouse spec publish {next_petstore} --api petstore --version v3 --url {admin_api} --token-file {token_file}
CI token  {ci_token}
Password  {PASSWORD}  (of everybody in the demo)
Demo data. Delete with `gatehouse demo --reset`"
    )
}

/// A path as the person would type it.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    let relative = here.and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned));
    relative
        .unwrap_or_else(|| path.to_owned())
        .display()
        .to_string()
}

/// How the gateway answers the printed call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Works,
    /// The key or its access is no longer good: somebody revoked it in the demo.
    Refused,
    /// The gateway or what it needs is not there yet.
    NotYet,
}

/// Makes the printed call until it works, or until time is up; then what it answered last.
pub(super) async fn try_until_it_works(
    at: &Addresses,
    seeded: &Seeded,
    within: Duration,
) -> anyhow::Result<Answer> {
    let client = reqwest::Client::builder()
        .timeout(Duration::from_secs(5))
        .no_proxy()
        .build()
        .context("making an HTTP client")?;
    let deadline = Instant::now() + within;
    let mut refused_since = None;
    loop {
        let call = client.get(format!("{}{TRIED}", at.gateway_url()));
        let answer = match call.bearer_auth(seeded.key.expose()).send().await {
            Ok(response) => match response.status().as_u16() {
                200 => return Ok(Answer::Works),
                401 | 403 => Answer::Refused,
                _ => Answer::NotYet,
            },
            Err(_) => Answer::NotYet,
        };
        let now = Instant::now();
        let refused = (answer == Answer::Refused).then(|| *refused_since.get_or_insert(now));
        if now > deadline || refused.is_some_and(|since| now > since + MEANT_AFTER) {
            return Ok(answer);
        }
        sleep(Duration::from_millis(50)).await;
    }
}

#[cfg(test)]
mod tests {
    use gatehouse_runtime::Secret;

    use super::*;

    #[test]
    fn the_greeting_names_every_address_the_sign_ins_and_a_whole_call() {
        let folder = tempfile::tempdir().unwrap();
        let at = Addresses::default_ports("127.0.0.1".parse().unwrap());
        let seeded = Seeded {
            upstream: at.gateway,
            key: Secret::new("gth_live_abc".to_owned()),
            ci_token: Secret::new("gta_def".to_owned()),
        };
        let text = greeting(&at, &Folder::open(folder.path()).unwrap(), &seeded);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[..3],
            [
                "Portal    http://127.0.0.1:8080    dev@demo.test / admin@demo.test  \
                 (one-click sign-in buttons, demo only)",
                "Gateway   http://127.0.0.1:8000    Admin API  http://127.0.0.1:8001/v1",
                "Try       curl http://127.0.0.1:8000/petstore/v2/pets/1 \
                 -H \"Authorization: Bearer gth_live_abc\"",
            ]
        );
        assert!(
            lines[3].starts_with("Publish   gatehouse spec publish "),
            "{}",
            lines[3]
        );
        assert!(lines[4].contains("gta_def") && text.ends_with("`gatehouse demo --reset`"));
    }
}
