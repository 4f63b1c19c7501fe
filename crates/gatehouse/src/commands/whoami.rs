//! `gatehouse whoami`: who the admin API takes the caller for.

use std::process::ExitCode;

use crate::remote::{Column, Remote, Session, column};

const COLUMNS: &[Column] = &[
    column("NAME", "/name"),
    column("KIND", "/kind"),
    column("TENANT", "/tenant"),
    column("MAY", "/permissions"),
    column("APIS", "/apis"),
    column("EXPIRES", "/expires_at"),
];

pub(crate) async fn run(remote: &Remote) -> anyhow::Result<ExitCode> {
    show(&remote.open()?).await?;
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn show(session: &Session) -> anyhow::Result<()> {
    let who = session.get("/v1/whoami").await?;
    session.show(&who, "/name", COLUMNS)
}
