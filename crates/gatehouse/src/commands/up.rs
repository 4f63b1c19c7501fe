//! `gatehouse up`: the whole product on this machine, empty.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use gatehouse_control_plane::gateways::{CreateJoinToken, create_installation_join_token};
use gatehouse_control_plane::{Db, installation};
use gatehouse_runtime::Supervisor;

use crate::cli::Up;
use crate::output;
use crate::stack::{
    Addresses, Child, Claim, Database, RunningStack, StackPlan, claim, database, prepare_data_dir,
};

/// Longest wait for one role to become ready.
pub(crate) const READY_WITHIN: Duration = Duration::from_secs(30);

pub(crate) async fn run(args: Up) -> anyhow::Result<ExitCode> {
    let mut data = args.data;
    data.data_dir = prepare_data_dir(&data.data_dir)?;
    let held = match claim(&data.data_dir)? {
        Claim::Mine(held) => held,
        Claim::Theirs(running) => return greet_again(running),
    };
    let supervisor = Supervisor::new();
    supervisor.stop_on_signals()?;
    let database = database(&data).await?;
    let db = database.open(&data.data_dir).await?;
    let plan = StackPlan {
        addresses: Addresses::choose(args.listen, args.ports)?,
        database: database.addresses.clone(),
        data_dir: data.data_dir.clone(),
        demo_people: Vec::new(),
    };
    let mut roles = Roles::start(&plan, &db, &supervisor).await?;
    let greeting = greeting(&plan.addresses, &db).await?;
    held.write_note(&RunningStack {
        pid: std::process::id(),
        addresses: plan.addresses.clone(),
        greeting: greeting.clone(),
    })?;
    output::data(greeting)?;
    run_until_stopped(&supervisor, &mut roles, db, database).await
}

/// A second start on a live data folder prints what the first printed.
pub(crate) fn greet_again(running: Option<RunningStack>) -> anyhow::Result<ExitCode> {
    match running {
        Some(running) => {
            output::talk(format!("Already running here, as process {}.", running.pid));
            output::data(running.greeting)?;
        }
        None => output::talk("Already starting here; its addresses follow in a moment."),
    }
    Ok(ExitCode::SUCCESS)
}

/// The three roles.
pub(crate) struct Roles {
    pub(crate) admin_api: Child,
    pub(crate) portal: Child,
    pub(crate) gateway: Child,
}

impl Roles {
    /// Starts all three and waits until each is ready. A gateway that never joined gets a join token.
    pub(crate) async fn start(
        plan: &StackPlan,
        db: &Db,
        supervisor: &Supervisor,
    ) -> anyhow::Result<Self> {
        let token_file = join_token_file(plan, db).await?;
        let mut admin_api = Child::start(plan.admin_api(), supervisor);
        let mut portal = Child::start(plan.portal(), supervisor);
        let mut gateway = Child::start(plan.gateway(&token_file), supervisor);
        admin_api.ready(READY_WITHIN).await?;
        portal.ready(READY_WITHIN).await?;
        gateway.ready(READY_WITHIN).await?;
        Ok(Self {
            admin_api,
            portal,
            gateway,
        })
    }

    /// Stops them in the order in which nothing is lost: callers first.
    pub(crate) async fn stop(&mut self) {
        self.gateway.stop().await;
        self.portal.stop().await;
        self.admin_api.stop().await;
    }
}

/// The file with the token that lets the gateway join; written for one that never did.
pub(crate) async fn join_token_file(plan: &StackPlan, db: &Db) -> anyhow::Result<PathBuf> {
    let file = plan.data_dir.join("join-token");
    if !plan.gateway_identity().exists() {
        write_join_token(db, &file).await?;
    }
    Ok(file)
}

async fn write_join_token(db: &Db, file: &std::path::Path) -> anyhow::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let input = CreateJoinToken::default();
    let (_, key) = create_installation_join_token(db, input)
        .await
        .context("making a join token")?;
    let mut options = std::fs::OpenOptions::new();
    let mut file = options
        .create(true)
        .write(true)
        .truncate(true)
        .mode(0o600)
        .open(file)?;
    file.write_all(key.reveal().as_bytes())?;
    Ok(())
}

async fn greeting(at: &Addresses, db: &Db) -> anyhow::Result<String> {
    let mut lines = format!(
        "Portal    {}\nGateway   {}    Admin API  {}/v1",
        at.portal_url(),
        at.gateway_url(),
        at.admin_api_url()
    );
    if let Some(token) = installation::first_admin_link(db)
        .await
        .context("making the first administrator's link")?
    {
        lines.push_str(&format!(
            "\nFirst administrator (once, within 24 hours): {}/setup/{}",
            at.portal_url(),
            token.0.as_str()
        ));
    }
    Ok(lines)
}

/// Waits for SIGTERM or Ctrl-C, then stops roles and database in order.
pub(crate) async fn run_until_stopped(
    supervisor: &Supervisor,
    roles: &mut Roles,
    db: Db,
    database: Database,
) -> anyhow::Result<ExitCode> {
    supervisor.cancelled().await;
    roles.stop().await;
    db.close().await;
    database.stop().await?;
    supervisor.shutdown(Duration::from_secs(5)).await;
    Ok(match supervisor.failure() {
        None => ExitCode::SUCCESS,
        Some(_) => ExitCode::FAILURE,
    })
}
