//! `gatehouse audit verify`: walk the hash chains and name the first record that does not fit.

use std::process::ExitCode;

use anyhow::{Context, bail};
use gatehouse_control_plane::Db;
use gatehouse_control_plane::audit::{Verification, verify};
use gatehouse_control_plane::tenants::every_tenant;

use crate::cli::Audit;
use crate::output::{self, exit};
use crate::stack::database;

pub(crate) async fn run(command: Audit) -> anyhow::Result<ExitCode> {
    let Audit::Verify { data, tenant } = command;
    let database = database(&data).await?;
    let db = database.open(&data.data_dir).await?;
    let outcome = verify_tenants(&db, tenant.as_deref()).await;
    db.close().await;
    database.stop().await?;
    outcome
}

async fn verify_tenants(db: &Db, wanted: Option<&str>) -> anyhow::Result<ExitCode> {
    let mut chosen = every_tenant(db).await.context("listing tenants")?;
    chosen.retain(|tenant| wanted.is_none_or(|slug| tenant.slug.as_str() == slug));
    if let (Some(slug), true) = (wanted, chosen.is_empty()) {
        bail!("there is no tenant '{slug}'");
    }
    let mut broken = false;
    for tenant in chosen {
        match verify(db, tenant.id)
            .await
            .context("reading the audit log")?
        {
            Verification::Intact { records, head } => {
                output::data(format!(
                    "{}  intact  {records} records  head {head}",
                    tenant.slug
                ))?;
            }
            Verification::Broken { seq, fault } => {
                broken = true;
                output::data(format!("{}  BROKEN at record {seq}: {fault}", tenant.slug))?;
            }
        }
    }
    Ok(if broken {
        ExitCode::from(exit::FAILED)
    } else {
        ExitCode::SUCCESS
    })
}
