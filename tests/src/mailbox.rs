//! Where links of mails reach their readers: the log of an installation without a mail server, or a mail server.

use std::path::PathBuf;

use serde_json::Value;

use crate::smtp::SmtpReceiver;
use crate::wait::{PATIENCE, eventually};

/// Somebody's way to their mail.
#[derive(Debug)]
pub enum Mailbox<'a> {
    /// The admin API's log names the link of every mail it holds back.
    Log(PathBuf),
    /// A mail server.
    Server(&'a SmtpReceiver),
}

impl Mailbox<'_> {
    /// Waits for a mail to `address` and gives its link that contains `part`.
    pub async fn link_to(&self, address: &str, part: &str) -> String {
        let path = match self {
            Self::Server(receiver) => {
                let mail = receiver.mail_to(address, part).await;
                return mail.link(part).expect("it was found by it").to_owned();
            }
            Self::Log(path) => path,
        };
        eventually(
            PATIENCE,
            &format!("a mail to {address} with a link to {part}"),
            async || {
                let log = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
                let entries = log
                    .lines()
                    .filter_map(|line| serde_json::from_str::<Value>(line).ok());
                let mut links =
                    entries
                        .filter(|entry| entry["to"] == address)
                        .filter_map(|entry| {
                            entry["link"]
                                .as_str()
                                .filter(|link| link.contains(part))
                                .map(str::to_owned)
                        });
                links
                    .next_back()
                    .ok_or_else(|| "no such line in the log".to_owned())
            },
        )
        .await
    }
}
