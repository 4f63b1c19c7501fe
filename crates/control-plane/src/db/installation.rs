//! The keys an installation was first opened with: a database belongs to one master key.

use anyhow::{Context, bail};
use gatehouse_runtime::clock::Clock;
use gatehouse_runtime::random;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::pools::{Beginning, Pools};
use crate::keys::{Kek, Keys, MasterKey};
use crate::sealed;

impl Pools {
    /// The keys the database was first opened with, by the master key that wraps them. A database without any gets fresh ones;
    /// one of a program that derived them from the master key itself keeps those.
    pub(super) async fn keys_of_installation(
        &self,
        master_key: &MasterKey,
        clock: &Clock,
    ) -> anyhow::Result<Keys> {
        let primary = master_key.primary()?;
        let fresh = Keys::generate();
        let mut tx = self
            .system(Beginning::Usual)
            .await
            .context("reading the installation")?;
        let began = sqlx::query(
            "insert into installation (master_key_check, master_key_id, created_at) values ($1, $2, $3) on conflict do nothing",
        )
        .bind(fresh.check_value().as_slice())
        .bind(primary.id())
        .bind(clock.now())
        .execute(&mut *tx)
        .await?
        .rows_affected()
            == 1;
        // Locked: of two replicas that start at once, the second finds what the first stored.
        let check: Vec<u8> =
            sqlx::query_scalar("select master_key_check from installation for update")
                .fetch_one(&mut *tx)
                .await?;
        let root: Option<(Uuid, Vec<u8>, String)> = sqlx::query_as(
            "select id, wrapped, master_key_id from installation_key where purpose = 'root'",
        )
        .fetch_optional(&mut *tx)
        .await?;
        let keys = match root {
            Some((id, wrapped, by)) => {
                let kek = master_key.find(&by).context(ANOTHER_MASTER_KEY)?;
                Keys::from_root(*kek.unwrap(&sealed::place_of(id), &wrapped)?)
            }
            None => {
                let keys = match began {
                    true => fresh,
                    false => Keys::from_root(primary.bytes()),
                };
                if keys.check_value().as_slice() != check {
                    bail!(ANOTHER_MASTER_KEY);
                }
                store_root(&mut tx, &keys, &primary, clock).await?;
                keys
            }
        };
        if keys.check_value().as_slice() != check {
            bail!(ANOTHER_MASTER_KEY);
        }
        tx.commit().await?;
        Ok(keys)
    }
}

const ANOTHER_MASTER_KEY: &str =
    "this database belongs to another master key; give every replica the same master key file";

async fn store_root(
    conn: &mut PgConnection,
    keys: &Keys,
    primary: &Kek,
    clock: &Clock,
) -> anyhow::Result<()> {
    let id = random::uuid_v7(clock.now());
    let wrapped = primary.wrap(&sealed::place_of(id), keys.root())?;
    sqlx::query(
        "insert into installation_key (id, purpose, wrapped, master_key_id, created_at) values ($1, 'root', $2, $3, $4)",
    )
    .bind(id)
    .bind(wrapped)
    .bind(primary.id())
    .bind(clock.now())
    .execute(&mut *conn)
    .await?;
    sqlx::query("update installation set master_key_id = $1")
        .bind(primary.id())
        .execute(conn)
        .await?;
    Ok(())
}
