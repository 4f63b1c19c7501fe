//! Starting the demo, keeping it, and ending it in order.

use std::net::{IpAddr, SocketAddr, TcpListener};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use gatehouse_control_plane::{Db, tenants};
use gatehouse_runtime::{Secret, Supervisor};

use super::control::{Control, ControlPlane};
use super::descriptions::PETSTORE_V3;
use super::folder::{Folder, Seeded};
use super::greeting::{Answer, greeting, try_until_it_works};
use super::{CI_TOKEN_FILE, NEXT_PETSTORE_FILE, people, seed};
use crate::cli::{DataDir, Demo};
use crate::commands::up::{READY_WITHIN, Roles, greet_again};
use crate::output;
use crate::stack::{
    Addresses, Child, ChildSpec, Claim, Database, Held, RunningStack, StackPlan, claim, database,
};

/// How long the printed call may take to work once the roles are ready: the gateway fetches its first configuration.
const WORKS_WITHIN: Duration = Duration::from_secs(15);

pub(super) async fn run(args: Demo) -> anyhow::Result<ExitCode> {
    let folder = Folder::open(&args.data_dir)?;
    let held = match claim(folder.path())? {
        Claim::Mine(held) => held,
        Claim::Theirs(_) if args.reset => {
            bail!(
                "a demo runs on {}; end it before deleting its data",
                args.data_dir.display()
            )
        }
        Claim::Theirs(running) => return greet_again(running),
    };
    if args.reset {
        folder.reset()?;
        output::talk(format!(
            "Deleted the demo's data in {}.",
            args.data_dir.display()
        ));
    }
    folder.mark()?;
    let supervisor = Supervisor::new();
    supervisor.stop_on_signals()?;
    let ended = play(&args, &folder, &held, &supervisor).await;
    supervisor.shutdown(ENDED_WITHIN).await;
    ended?;
    Ok(if supervisor.failure().is_none() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn play(
    args: &Demo,
    folder: &Folder,
    held: &Held,
    supervisor: &Supervisor,
) -> anyhow::Result<()> {
    // Cut off in the middle, the seed is thrown away by the next start.
    let started = tokio::select! {
        started = Box::pin(Running::start(args, folder, supervisor)) => started,
        () = supervisor.cancelled() => return Ok(()),
    };
    let mut demo = started?;
    let kept = match demo.greet(folder, held).await {
        Ok(()) => demo.keep(folder, supervisor).await,
        Err(error) => Err(error),
    };
    demo.stop().await?;
    kept
}

/// How long children that are no longer wanted may take to end.
const ENDED_WITHIN: Duration = Duration::from_secs(10);

/// Everything that runs.
struct Running {
    data: DataDir,
    plan: StackPlan,
    seeded: Seeded,
    /// `None` while the control plane is stopped.
    database: Option<Open>,
    upstream: Child,
    roles: Roles,
}

struct Open {
    database: Database,
    db: Db,
}

impl Running {
    async fn start(args: &Demo, folder: &Folder, supervisor: &Supervisor) -> anyhow::Result<Self> {
        let data = data_of(args, folder);
        let addresses = Addresses::choose(args.listen, args.ports)?;
        let (open, seeded) = open(&data, folder).await?;
        let upstream_at = free_address(args.listen, seeded.as_ref().map(|seeded| seeded.upstream))?;
        let mut upstream = Child::start(upstream_spec(folder, upstream_at), supervisor);
        let (seeded, past) = match seeded {
            Some(seeded) => (
                follow_upstream(&open.db, folder, seeded, upstream_at).await?,
                None,
            ),
            None => {
                let addresses = &open.database.addresses;
                let sown = Box::pin(seed::sow(addresses, folder.path(), upstream_at)).await;
                let (seeded, past) = sown.context("making the demo's data")?;
                (seeded, Some(past))
            }
        };
        let plan = StackPlan {
            data_dir: folder.path().to_owned(),
            addresses,
            database: open.database.addresses.clone(),
            demo_people: people::offered(),
        };
        upstream.ready(READY_WITHIN).await?;
        let roles = Roles::start(&plan, &open.db, supervisor);
        let roles = match past {
            None => roles.await?,
            Some(past) => {
                let (roles, ()) = tokio::try_join!(roles, past.load())?;
                folder.keep(&seeded)?;
                roles
            }
        };
        Ok(Self {
            data,
            plan,
            seeded,
            database: Some(open),
            upstream,
            roles,
        })
    }

    /// Prints where everything is, once the printed call works.
    async fn greet(&mut self, folder: &Folder, held: &Held) -> anyhow::Result<()> {
        folder.write(NEXT_PETSTORE_FILE, &PETSTORE_V3)?;
        folder.write(CI_TOKEN_FILE, self.seeded.ci_token.expose().as_bytes())?;
        let mut answer =
            try_until_it_works(&self.plan.addresses, &self.seeded, WORKS_WITHIN).await?;
        if answer == Answer::Refused
            && let Some(Open { db, .. }) = &self.database
        {
            match seed::replace_key(db).await {
                Ok(key) => {
                    self.seeded.key = Secret::new(key.reveal().to_string());
                    folder.keep(&self.seeded)?;
                    answer = try_until_it_works(&self.plan.addresses, &self.seeded, WORKS_WITHIN)
                        .await?;
                }
                Err(refusal) => output::talk(format!("No new key for the printed call: {refusal}")),
            }
        }
        if answer != Answer::Works {
            output::talk(
                "The printed call does not work: what it needs was changed in the demo, or the gateway's log says why. \
                 `gatehouse demo --reset` starts over.",
            );
        }
        let greeting = greeting(&self.plan.addresses, folder, &self.seeded);
        let addresses = self.plan.addresses.clone();
        held.write_note(&RunningStack {
            pid: std::process::id(),
            addresses,
            greeting: greeting.clone(),
        })?;
        output::data(greeting)?;
        Ok(())
    }

    /// Until SIGTERM or Ctrl-C; meanwhile the control plane is stopped and started as a second terminal asks.
    async fn keep(&mut self, folder: &Folder, supervisor: &Supervisor) -> anyhow::Result<()> {
        let mut control = Control::begin(folder.path())?;
        loop {
            let wanted = tokio::select! {
                () = supervisor.cancelled() => return Ok(()),
                wanted = control.wanted() => wanted,
            };
            match wanted {
                ControlPlane::Stopped => self.stop_control_plane().await?,
                ControlPlane::Runs => self.start_control_plane().await?,
            }
            control.report(wanted)?;
        }
    }

    async fn stop_control_plane(&mut self) -> anyhow::Result<()> {
        output::talk("Stopping the control plane; the gateway goes on.");
        self.roles.portal.stop().await;
        self.roles.admin_api.stop().await;
        self.close_database().await
    }

    async fn start_control_plane(&mut self) -> anyhow::Result<()> {
        output::talk("Starting the control plane.");
        let database = database(&self.data).await?;
        let db = database.open(&self.data.data_dir).await?;
        self.database = Some(Open { database, db });
        self.roles.admin_api.resume();
        self.roles.portal.resume();
        self.roles.admin_api.ready(READY_WITHIN).await?;
        self.roles.portal.ready(READY_WITHIN).await
    }

    async fn close_database(&mut self) -> anyhow::Result<()> {
        if let Some(Open { database, db }) = self.database.take() {
            db.close().await;
            database.stop().await?;
        }
        Ok(())
    }

    async fn stop(&mut self) -> anyhow::Result<()> {
        self.roles.stop().await;
        self.upstream.stop().await;
        self.close_database().await
    }
}

fn data_of(args: &Demo, folder: &Folder) -> DataDir {
    DataDir {
        data_dir: folder.path().to_owned(),
        database_url: None,
        postgres: args.postgres.clone(),
    }
}

/// Opens the database, and reads what the seed left. Half a demo is thrown away, database and all.
async fn open(data: &DataDir, folder: &Folder) -> anyhow::Result<(Open, Option<Seeded>)> {
    let seeded = folder.seeded()?;
    let found = database(data).await?;
    match found.open(&data.data_dir).await {
        Ok(db) => {
            let is_empty = tenants::first_tenant(&db).await?.is_none();
            if is_empty != seeded.is_some() {
                return Ok((
                    Open {
                        database: found,
                        db,
                    },
                    seeded,
                ));
            }
            db.close().await;
        }
        Err(error) if seeded.is_some() => return Err(error),
        // Where Postgres keeps its data elsewhere, a reset leaves it behind: then even its master key is another one.
        Err(_) => {}
    }
    output::talk("The demo's data is not whole; making it anew.");
    found.throw_away().await?;
    folder.forget()?;
    let database = database(data).await?;
    let db = database.open(&data.data_dir).await?;
    Ok((Open { database, db }, None))
}

/// Makes the targets point at the backend when its address of the last start was taken.
async fn follow_upstream(
    db: &Db,
    folder: &Folder,
    seeded: Seeded,
    upstream: SocketAddr,
) -> anyhow::Result<Seeded> {
    if seeded.upstream == upstream {
        return Ok(seeded);
    }
    seed::repoint(db, seeded.upstream, upstream).await?;
    let moved = Seeded { upstream, ..seeded };
    folder.keep(&moved)?;
    Ok(moved)
}

/// The address of the last start when it is free, so that the gateway's configuration still fits; any free one else.
fn free_address(ip: IpAddr, last: Option<SocketAddr>) -> anyhow::Result<SocketAddr> {
    let last = last.filter(|last| last.ip() == ip && TcpListener::bind(last).is_ok());
    match last {
        Some(last) => Ok(last),
        None => {
            let found = TcpListener::bind((ip, 0)).and_then(|socket| socket.local_addr());
            found.with_context(|| format!("finding a free port on {ip}"))
        }
    }
}

fn upstream_spec(folder: &Folder, listen: SocketAddr) -> ChildSpec {
    ChildSpec {
        name: "upstream".to_owned(),
        args: ["demo-upstream", "--listen", &listen.to_string()]
            .map(str::to_owned)
            .to_vec(),
        env: Default::default(),
        announce: folder.path().join("upstream.ready.json"),
        isolated: false,
        log: None,
    }
}
