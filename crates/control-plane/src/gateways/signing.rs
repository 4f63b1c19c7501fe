//! The key configuration is signed with, and the one that comes after it.
//!
//! Only the number of the key in use is stored: keys are derived from the root key, and so is every announcement of the next
//! one, which the one before it signs. Replicas read the number with what they sign, so none goes on with an older key.

use gatehouse_domain::id::GatewayGroupId;
use gatehouse_snapshot::key_chain::{self, LINKS_MAX, Link};
use gatehouse_snapshot::node_auth::hex;
use gatehouse_snapshot::sign::Signer;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::actor::Actor;
use crate::audit::{self, AuditEntry};
use crate::config;
use crate::db::Db;
use crate::keys::Keys;
use crate::refusal::Refusal;
use crate::work::GroupSeq;

/// The number of the key in use.
pub(super) async fn number_in_use(conn: &mut PgConnection) -> Result<u32, Refusal> {
    let number = sqlx::query_scalar!("select config_key from installation")
        .fetch_one(conn)
        .await?;
    Ok(number.unsigned_abs())
}

/// The key in use.
pub(crate) async fn signer(conn: &mut PgConnection, db: &Db) -> Result<Signer, Refusal> {
    let number = number_in_use(conn).await?;
    Ok(db.keys().config_signer(number)?)
}

/// What a new gateway pins, in hexadecimal: the key in use and the announced one.
pub(super) async fn pinned(conn: &mut PgConnection, db: &Db) -> Result<Vec<String>, Refusal> {
    let in_use = number_in_use(conn).await?;
    let key = |number| -> anyhow::Result<String> {
        Ok(hex(&db.keys().config_signer(number)?.public().0))
    };
    Ok(vec![key(in_use)?, key(in_use + 1)?])
}

/// What a gateway knows of keys, compared with what was announced here.
#[derive(Debug)]
pub(super) enum KeysKnown {
    /// The announcements it is missing, oldest first: as many as a reply may carry, after which it asks again. None when it knows the
    /// announced one, or names a key of another installation.
    Missing(Vec<Link>),
    /// It follows the key of this number, which the database does not know to be in use: it is older than the gateway.
    Ahead(u32),
}

/// Compares the newest key a gateway names with the one in use.
pub(super) fn keys_known(keys: &Keys, in_use: u32, known: &str) -> Result<KeysKnown, Refusal> {
    let announced = in_use + 1;
    let mut links = Vec::new();
    let mut next = keys.config_signer(announced)?;
    for number in (0..=in_use).rev() {
        if key_chain::name(next.public().id()) == known {
            links.reverse();
            links.truncate(LINKS_MAX);
            return Ok(KeysKnown::Missing(links));
        }
        if number > 0 {
            let before = keys.config_signer(number)?;
            links.push(Link::new(next.public(), &before));
            next = before;
        }
    }
    for number in (announced + 1..).take(LINKS_MAX) {
        if key_chain::name(keys.config_signer(number)?.public().id()) == known {
            // The newest it knows is announced; the one before it is in use.
            return Ok(KeysKnown::Ahead(number - 1));
        }
    }
    Ok(KeysKnown::Missing(Vec::new()))
}

/// Puts the announced key in use, announces the one after it, and has every group publish something signed by it: a gateway
/// that has that takes nothing signed by an older key any more. For the owner of the installation, who sits at its command
/// line. Returns the number each group's gateways have to reach.
pub async fn rotate_config_key(db: &Db) -> Result<Vec<GroupSeq>, Refusal> {
    let now = db.clock().now();
    let mut tx = db.system().await?;
    let number = sqlx::query_scalar!(
        "update installation set config_key = config_key + 1 returning config_key"
    )
    .fetch_one(&mut *tx)
    .await?;
    for tenant in every_tenant(&mut tx).await? {
        let entry = AuditEntry {
            action: "configuration.rotate_key",
            subject: number.to_string(),
            ..AuditEntry::default()
        };
        let actor = Actor::system(tenant.into(), "command line");
        audit::append(&mut tx, &actor, now, None, vec![entry]).await?;
    }
    let seqs = config::append_empty(&mut tx, now, "configuration.rotate_key").await?;
    tx.commit().await?;
    Ok(seqs)
}

/// Begins a new generation in every group, beyond any that a gateway has told of: after an older database was restored its
/// numbers repeat, and gateways go on with what they have until a newer generation tells them not to. For the owner of the
/// installation. Returns each group's slug and generation.
pub async fn raise_generation(db: &Db) -> Result<Vec<(String, i32)>, Refusal> {
    let mut tx = db.system().await?;
    let raised = raise_in(&mut tx, db.clock().now(), "command line", None).await?;
    tx.commit().await?;
    Ok(raised)
}

/// The same in a transaction, for one group or for all; `by` is who the audit logs name.
pub(super) async fn raise_in(
    tx: &mut PgConnection,
    now: OffsetDateTime,
    by: &str,
    group: Option<GatewayGroupId>,
) -> Result<Vec<(String, i32)>, Refusal> {
    for tenant in every_tenant(tx).await? {
        let entry = AuditEntry {
            action: "configuration.raise_generation",
            subject: tenant.to_string(),
            ..AuditEntry::default()
        };
        let actor = Actor::system(tenant.into(), by);
        audit::append(tx, &actor, now, None, vec![entry]).await?;
    }
    // In id order, as every verb locks them.
    let groups = sqlx::query_scalar!(
        "select id from gateway_group where $1::uuid is null or id = $1 order by id for no key update",
        group.map(GatewayGroupId::uuid),
    )
    .fetch_all(&mut *tx)
    .await?;
    let mut raised = Vec::new();
    for group in groups {
        let row = sqlx::query!(
            "update gateway_group g
             set generation = 1 + greatest(g.generation, (select max(n.applied_generation) from gateway_node n
                                                       where n.group_id = g.id and n.retired_at is null))
             where g.id = $1
             returning g.slug, g.generation",
            group,
        )
        .fetch_one(&mut *tx)
        .await?;
        // Numbers beyond the head are those of changes that the restored database knows nothing of.
        sqlx::query!(
            "delete from node_ack a using gateway_node n, gateway_group g
             where n.id = a.node_id and g.id = n.group_id and g.id = $1 and a.seq > g.head_seq",
            group,
        )
        .execute(&mut *tx)
        .await?;
        config::tell_head_moved(tx, GatewayGroupId::from_uuid(group)).await?;
        raised.push((row.slug, row.generation));
    }
    Ok(raised)
}

/// Everybody whose traffic the gateways carry has in its log what was done to their configuration.
async fn every_tenant(conn: &mut PgConnection) -> Result<Vec<Uuid>, Refusal> {
    Ok(
        sqlx::query_scalar!("select id from tenant where status <> 'closed' order by id")
            .fetch_all(conn)
            .await?,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gateway_is_sent_the_links_it_is_missing_and_no_others() {
        let keys = Keys::from_root([0x2f; 32]);
        let public = |number| keys.config_signer(number).unwrap().public();
        let missing = |in_use, known: u32| {
            let known = key_chain::name(public(known).id());
            match keys_known(&keys, in_use, &known).unwrap() {
                KeysKnown::Missing(links) => links,
                KeysKnown::Ahead(number) => panic!("ahead at {number}"),
            }
        };
        assert!(missing(1, 2).is_empty());
        assert_eq!(missing(1, 1).len(), 1);
        for (in_use, known) in [(3, 1), (3, 2), (5, 2), (40, 20)] {
            let mut accepted = vec![public(known)];
            key_chain::follow(&mut accepted, &missing(in_use, known)).unwrap();
            let expected: Vec<_> = (known..=in_use + 1).map(public).collect();
            assert_eq!(accepted, expected);
        }
        // One that is far behind asks twice.
        let mut accepted = vec![public(1)];
        for after in [LINKS_MAX + 1, 41] {
            let last = accepted.last().unwrap().id();
            let known = keys_known(&keys, 40, &key_chain::name(last)).unwrap();
            let KeysKnown::Missing(links) = known else {
                panic!("{known:?}");
            };
            key_chain::follow(&mut accepted, &links).unwrap();
            assert_eq!(accepted.len(), after);
        }
        // Of another installation.
        let other = keys_known(&keys, 2, "").unwrap();
        assert!(matches!(other, KeysKnown::Missing(links) if links.is_empty()));
        // Beyond what is announced: the database is older than the gateway, as far as can be told.
        let most = 3 + u32::try_from(LINKS_MAX).unwrap();
        for (known, number) in [
            (4, Some(3)),
            (5, Some(4)),
            (most, Some(most - 1)),
            (most + 1, None),
        ] {
            let known = key_chain::name(public(known).id());
            let found = match keys_known(&keys, 2, &known).unwrap() {
                KeysKnown::Ahead(number) => Some(number),
                KeysKnown::Missing(_) => None,
            };
            assert_eq!(found, number);
        }
    }
}
