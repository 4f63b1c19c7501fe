//! `gatehouse certificate`: certificates that the tenant's own domains are served with.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::ensure;
use clap::Subcommand;
use serde_json::json;
use zeroize::Zeroizing;

use crate::input;
use crate::remote::{Column, DryRun, Remote, Rows, Sure, column, segment};

const COLUMNS: &[Column] = &[
    column("CERTIFICATE", "/name"),
    column("HOSTS", "/hosts"),
    column("ENVIRONMENTS", "/environments"),
    column("ENDS", "/not_after"),
    column("FINGERPRINT", "/fingerprint"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Certificate {
    /// List them.
    List {
        #[command(flatten)]
        rows: Rows,
        #[command(flatten)]
        remote: Remote,
    },
    /// Show one; never its private key.
    Get {
        /// Its name or id.
        certificate: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// Put a new one, or a renewed one in place of what has the name.
    Put {
        /// Its name; a renewal keeps it.
        certificate: String,
        /// A file with the chain (PEM): the leaf first, then what signed each; - is standard input.
        #[arg(long)]
        chain: PathBuf,
        /// A file with the leaf's private key (PEM); - is standard input. It may be the file of the chain.
        #[arg(long)]
        key: PathBuf,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        remote: Remote,
    },
    /// Take one away; its hosts are served with the gateways' own, if they have one.
    Delete {
        /// Its name or id.
        certificate: String,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        sure: Sure,
        #[command(flatten)]
        remote: Remote,
    },
}

pub(crate) async fn run(command: Certificate) -> anyhow::Result<ExitCode> {
    match command {
        Certificate::List { rows, remote } => {
            let session = remote.open()?;
            session
                .list("/v1/certificates", &[], &rows, "/name", COLUMNS)
                .await?;
        }
        Certificate::Get {
            certificate,
            remote,
        } => {
            let session = remote.open()?;
            let found = session.get(&path(&certificate)).await?;
            session.show(&found, "/name", COLUMNS)?;
        }
        Certificate::Put {
            certificate,
            chain,
            key,
            dry,
            remote,
        } => {
            let (chain, key) = files(&chain, &key)?;
            let body = json!({ "chain": chain.as_str(), "key": key.as_str() });
            let session = remote.open()?;
            let put = session.put(&path(&certificate), dry, body).await?;
            session.show(&put, "/name", COLUMNS)?;
            if put["environments"].as_array().is_some_and(Vec::is_empty) {
                session.talk(
                    "No environment has one of these hosts yet: gatehouse environment update ENVIRONMENT --host HOST",
                );
            }
        }
        Certificate::Delete {
            certificate,
            dry,
            sure,
            remote,
        } => {
            let session = remote.open()?;
            if !dry.dry_run {
                let what = format!("Gateways serve nobody with {certificate} any more.");
                session.confirm(sure, &what)?;
            }
            session.delete(&path(&certificate), dry).await?;
            session.talk(dry.deleted(&certificate));
        }
    }
    Ok(ExitCode::SUCCESS)
}

type Text = Zeroizing<String>;

/// The chain and the key; both may stand in one file or come in over standard input together, which is read once.
fn files(chain: &Path, key: &Path) -> anyhow::Result<(Text, Text)> {
    let first = read(chain)?;
    let second = if key == chain {
        first.clone()
    } else {
        read(key)?
    };
    Ok((certificates_of(&first)?, second))
}

fn read(path: &Path) -> anyhow::Result<Text> {
    input::text_or_standard_input(path).map(Text::new)
}

/// Only the certificates of a file: a private key beside them is not sent as part of what is public.
fn certificates_of(text: &str) -> anyhow::Result<Text> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    let mut certificates = Text::default();
    let mut rest = text;
    while let Some(at) = rest.find(BEGIN) {
        let after = &rest[at..];
        let end = after.find(END).map_or(after.len(), |end| end + END.len());
        certificates.push_str(&after[..end]);
        certificates.push('\n');
        rest = &after[end..];
    }
    ensure!(
        !certificates.is_empty(),
        "the file of the chain holds no certificate: PEM begins with {BEGIN}"
    );
    Ok(certificates)
}

fn path(certificate: &str) -> String {
    format!("/v1/certificates/{}", segment(certificate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_file_that_holds_both_the_key_is_not_sent_as_chain() {
        let one = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----";
        let both =
            format!("{one}\n-----BEGIN PRIVATE KEY-----\nBBBB\n-----END PRIVATE KEY-----\n{one}");
        let chain = certificates_of(&both).unwrap();
        assert_eq!(*chain, format!("{one}\n{one}\n"));
        assert!(certificates_of("BBBB").is_err());
    }
}
