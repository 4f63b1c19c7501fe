//! `gatehouse demo`: the whole product with believable data, on this machine only.
//!
//! A supervisor with every role as a child process, a real backend for the demo's APIs, and a seed that calls the same
//! verbs people's clicks call. Start at [`start`]; [`seed`] is the story the data tells.

mod control;
mod descriptions;
mod folder;
mod greeting;
mod people;
mod seed;
mod start;
mod traffic;
mod upstream;

use std::net::IpAddr;
use std::process::ExitCode;

use anyhow::bail;

use crate::cli::{Demo, DemoUpstream};

/// The next version of the petstore's description, in the data folder, for the visitor to publish.
const NEXT_PETSTORE_FILE: &str = "petstore-v3.yaml";
/// The CI token, in the data folder.
const CI_TOKEN_FILE: &str = "ci-token";

/// Runs the demo, or asks the running one for something.
pub(crate) async fn run(args: Demo) -> anyhow::Result<ExitCode> {
    if let Some(command) = &args.command {
        return control::ask(&args.data_dir, command).await;
    }
    require_loopback(args.listen)?;
    Box::pin(start::run(args)).await
}

/// Runs the backend of the demo's APIs.
pub(crate) async fn upstream(args: DemoUpstream) -> anyhow::Result<ExitCode> {
    upstream::run(args).await
}

/// Everybody may sign in as anybody, and the password is in the documentation: nobody else may reach it.
fn require_loopback(listen: IpAddr) -> anyhow::Result<()> {
    if listen.to_canonical().is_loopback() {
        return Ok(());
    }
    bail!(
        "the demo listens on loopback addresses only, such as 127.0.0.1, because its passwords are public; {listen} is \
         not one. `gatehouse up` runs the product for others to reach"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_addresses_are_listened_on() {
        for (address, accepted) in [
            ("127.0.0.1", true),
            ("127.8.9.10", true),
            ("::1", true),
            ("::ffff:127.0.0.1", true),
            ("0.0.0.0", false),
            ("::", false),
            ("10.0.0.5", false),
            ("::ffff:10.0.0.5", false),
            ("203.0.113.7", false),
        ] {
            assert_eq!(
                require_loopback(address.parse().unwrap()).is_ok(),
                accepted,
                "{address}"
            );
        }
    }
}
