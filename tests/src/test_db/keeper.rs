//! The thread that makes and drops test databases for this process.

use std::sync::{OnceLock, mpsc};
use std::time::Duration;

use anyhow::Result;
use gatehouse_private_postgres::OWNER_ROLE;
use sqlx::{AssertSqlSafe, PgConnection};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

use super::server::{Server, drop_database, superuser};
use super::{AddressPattern, DATABASE_PLACE, ROLE_PLACE};

/// A test's end waits this long for its database to go; the next start of the server drops the rest.
const DROP_MAX: Duration = Duration::from_secs(10);

/// What a new database holds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Migrated,
    Empty,
}

type Created = Result<(String, AddressPattern), String>;

enum Order {
    Create(Kind, oneshot::Sender<Created>),
    Drop(String, mpsc::Sender<()>),
}

/// The way to the thread.
pub(super) struct Keeper(UnboundedSender<Order>);

static KEEPER: OnceLock<Keeper> = OnceLock::new();

/// The one of this process; the first call starts it, and with it the server.
pub(super) fn keeper() -> &'static Keeper {
    KEEPER.get_or_init(|| {
        let (sender, orders) = unbounded_channel();
        std::thread::Builder::new()
            .name("test-databases".to_owned())
            .spawn(move || keep(orders))
            .expect("a thread for the test databases");
        Keeper(sender)
    })
}

impl Keeper {
    pub(super) async fn create(&self, kind: Kind) -> Created {
        let (reply, answer) = oneshot::channel();
        let gone = || "the thread of the test databases has ended".to_owned();
        self.0
            .send(Order::Create(kind, reply))
            .map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }

    pub(super) fn drop_database(&self, name: &str) {
        let (done, wait) = mpsc::channel();
        if self.0.send(Order::Drop(name.to_owned(), done)).is_ok() {
            let _ = wait.recv_timeout(DROP_MAX);
        }
    }
}

fn keep(orders: UnboundedReceiver<Order>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime for the test databases");
    runtime.block_on(serve(orders));
}

async fn serve(mut orders: UnboundedReceiver<Order>) {
    let mut state = Databases::open()
        .await
        .map_err(|error| format!("{error:#}"));
    while let Some(order) = orders.recv().await {
        match (order, &mut state) {
            (Order::Create(kind, reply), Ok(databases)) => {
                let created = databases.create(kind).await;
                let _ = reply.send(created.map_err(|error| format!("{error:#}")));
            }
            (Order::Create(_, reply), Err(reason)) => {
                let _ = reply.send(Err(reason.clone()));
            }
            (Order::Drop(name, done), Ok(databases)) => {
                // Not fatal: what stays is dropped when the server starts the next time.
                let _ = drop_database(&mut databases.connection, &name).await;
                let _ = done.send(());
            }
            (Order::Drop(_, done), Err(_)) => {
                let _ = done.send(());
            }
        }
    }
}

struct Databases {
    server: Server,
    connection: PgConnection,
    made: u32,
}

impl Databases {
    async fn open() -> Result<Self> {
        let server = Server::of_this_build().await?;
        let connection = superuser(&server.running).await?;
        Ok(Self {
            server,
            connection,
            made: 0,
        })
    }

    async fn create(&mut self, kind: Kind) -> Result<(String, AddressPattern)> {
        self.made += 1;
        let name = format!("test_{}_{}", std::process::id(), self.made);
        // A process before us may have had our id and been killed.
        drop_database(&mut self.connection, &name).await?;
        let template = match kind {
            Kind::Migrated => &self.server.template,
            Kind::Empty => "template1",
        };
        let statement = format!("create database {name} template {template} owner {OWNER_ROLE}");
        sqlx::raw_sql(AssertSqlSafe(statement))
            .execute(&mut self.connection)
            .await?;
        let pattern = self.server.running.connect_url(DATABASE_PLACE, ROLE_PLACE);
        Ok((name, AddressPattern(pattern)))
    }
}
