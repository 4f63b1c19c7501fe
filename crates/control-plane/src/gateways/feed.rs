//! The configuration feed: signed deltas after a sequence number, or a streamed snapshot.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use gatehouse_domain::id::{ChangeId, GatewayGroupId};
use gatehouse_snapshot::FORMAT;
use gatehouse_snapshot::delta::{Header, SignedDelta};
use gatehouse_snapshot::key_chain::Link;
use gatehouse_snapshot::object::{Moment, ObjectKind, ObjectRef, Record};
use gatehouse_snapshot::sign::Signer;
use gatehouse_snapshot::snapshot::Writer;
use gatehouse_snapshot::state_hash::StateHash;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;
use uuid::Uuid;

use super::heal::{self, Ahead};
use super::node::Node;
use super::signing::{self, KeysKnown};
use crate::db::{Db, Tx};
use crate::refusal::Refusal;

/// Deltas in one answer, and the distance behind the head above which a snapshot is cheaper.
const DELTAS_MAX: i64 = 500;
/// Bytes of changes in one answer; the gateway asks again at once for the rest. One that is longer by itself, such as that of
/// everything a large tenant has, comes as a snapshot: gateways refuse answers that are much longer.
const DELTAS_BYTES_MAX: i64 = 8 * 1024 * 1024;
/// Objects read at a time while a snapshot streams.
const PAGE: i64 = 2_000;
/// Longest wait for a place to stream a snapshot, and longest time a snapshot may take: a gateway on a line slower than
/// that is served by a snapshot folder instead.
const PLACE_WITHIN: Duration = Duration::from_secs(5);
const SNAPSHOT_WITHIN: Duration = Duration::from_secs(600);

/// What a gateway gets.
#[derive(Debug)]
pub enum ConfigAnswer {
    /// It has the newest configuration: wait for the head to move.
    Current,
    /// It was retired, perhaps while it waited.
    Retired,
    /// Signed deltas, each after its length, oldest first.
    Deltas(Bytes),
    /// Everything, piece by piece.
    Snapshot(Box<SnapshotReader>),
}

/// What a gateway has.
#[derive(Debug, Clone)]
pub struct Known {
    /// Generation in force; 0 before the first snapshot.
    pub generation: u32,
    /// Sequence number in force.
    pub since: u64,
    /// Name of the newest signing key it knows, as [`gatehouse_snapshot::key_chain::name`] writes it.
    pub key: String,
}

/// What a gateway gets, and the signing keys it does not know yet.
#[derive(Debug)]
pub struct ConfigReply {
    /// The configuration.
    pub answer: ConfigAnswer,
    /// Announcements of keys, oldest first.
    pub links: Vec<Link>,
}

/// Answers a gateway by what it has.
pub async fn config_since(db: &Db, node: Node, known: &Known) -> Result<ConfigReply, Refusal> {
    let mut tx = db.global().await?;
    let mut in_use = signing::number_in_use(&mut tx).await?;
    let mut keys = signing::keys_known(db.keys(), in_use, &known.key)?;
    if let KeysKnown::Ahead(number) = keys {
        drop(tx);
        heal::catch_up(db, node, Ahead::Key(number)).await?;
        tx = db.global().await?;
        in_use = signing::number_in_use(&mut tx).await?;
        keys = signing::keys_known(db.keys(), in_use, &known.key)?;
    }
    let links = match keys {
        KeysKnown::Missing(links) => links,
        KeysKnown::Ahead(number) => {
            tracing::error!(
                ahead = number - in_use,
                "a gateway follows a later signing key than this database knows: after an older database was put in place, run \
                 `gatehouse config-key rotate` as many times, then `gatehouse gateway raise-generation`"
            );
            Vec::new()
        }
    };
    let answer = answer_in(tx, db, node, known).await?;
    Ok(ConfigReply { answer, links })
}

async fn answer_in(
    mut tx: Tx,
    db: &Db,
    node: Node,
    known: &Known,
) -> Result<ConfigAnswer, Refusal> {
    let &Known {
        generation, since, ..
    } = known;
    let group = sqlx::query!(
        r#"select generation, head_seq,
                  (select min(seq) from config_change where group_id = $1) as oldest,
                  exists (select from gateway_node where id = $2 and retired_at is null) as "enrolled!"
           from gateway_group where id = $1"#,
        node.group.uuid(),
        node.id.uuid(),
    )
    .fetch_one(&mut *tx)
    .await?;
    if !group.enrolled {
        return Ok(ConfigAnswer::Retired);
    }
    let since = i64::try_from(since).unwrap_or(i64::MAX);
    let same_generation = i64::from(generation) == i64::from(group.generation);
    if same_generation && since == group.head_seq {
        return Ok(ConfigAnswer::Current);
    }
    let reachable = group
        .oldest
        .is_some_and(|oldest| oldest <= since.saturating_add(1))
        && group.head_seq - since <= DELTAS_MAX;
    if !same_generation || since > group.head_seq || !reachable {
        drop(tx);
        return whole(db, node.group).await;
    }
    let rows = sqlx::query!(
        "select seq, change_id, body, prev_hash, new_hash, created_at
         from (select *, sum(octet_length(body)) over (order by seq) as bytes
               from config_change where group_id = $1 and seq > $2 order by seq limit $3) waiting
         where bytes <= $4
         order by seq",
        node.group.uuid(),
        since,
        DELTAS_MAX,
        DELTAS_BYTES_MAX,
    )
    .fetch_all(&mut *tx)
    .await?;
    if rows.is_empty() {
        drop(tx);
        return whole(db, node.group).await;
    }
    // After the changes: that of a rotation is never signed by the key before it.
    let signer = signing::signer(&mut tx, db).await?;
    let mut bytes = Vec::new();
    for row in rows {
        let header = Header {
            format: FORMAT,
            group: node.group,
            generation: group.generation.unsigned_abs(),
            prev_seq: row.seq.unsigned_abs() - 1,
            seq: row.seq.unsigned_abs(),
            prev_hash: hash(&row.prev_hash)?,
            new_hash: hash(&row.new_hash)?,
            body_sha256: [0; 32],
            change: ChangeId::from_uuid(row.change_id),
            at: Moment::from(row.created_at),
        };
        let delta = SignedDelta::new(header, row.body, &signer).encode();
        bytes.extend_from_slice(
            &u32::try_from(delta.len())
                .map_err(anyhow::Error::from)?
                .to_le_bytes(),
        );
        bytes.extend_from_slice(&delta);
    }
    Ok(ConfigAnswer::Deltas(bytes.into()))
}

async fn whole(db: &Db, group: GatewayGroupId) -> Result<ConfigAnswer, Refusal> {
    let reader = SnapshotReader::open(db, group).await?;
    Ok(ConfigAnswer::Snapshot(Box::new(reader)))
}

fn hash(bytes: &[u8]) -> Result<StateHash, Refusal> {
    StateHash::from_slice(bytes)
        .ok_or_else(|| Refusal::Internal(anyhow::anyhow!("a stored state hash is not 32 bytes")))
}

/// A snapshot being read, in one repeatable-read transaction and a page of memory.
pub struct SnapshotReader {
    tx: Tx,
    signer: Signer,
    group: GatewayGroupId,
    generation: u32,
    seq: u64,
    state_hash: StateHash,
    at: Moment,
    writer: Option<Writer>,
    after: Option<(i16, Uuid)>,
    started: bool,
    until: Instant,
    _place: OwnedSemaphorePermit,
}

impl std::fmt::Debug for SnapshotReader {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("SnapshotReader")
            .field("group", &self.group)
            .field("seq", &self.seq)
            .finish_non_exhaustive()
    }
}

impl SnapshotReader {
    pub(super) async fn open(db: &Db, group: GatewayGroupId) -> Result<Self, Refusal> {
        let place = tokio::time::timeout(PLACE_WITHIN, Arc::clone(db.snapshots()).acquire_owned());
        let Ok(Ok(place)) = place.await else {
            return Err(Refusal::TooMany(PLACE_WITHIN.as_secs()));
        };
        let mut tx = db.global().await?;
        sqlx::query("set transaction isolation level repeatable read, read only")
            .execute(&mut *tx)
            .await?;
        // A gateway on a slow line may take its time between pages.
        sqlx::query("set local idle_in_transaction_session_timeout = '60s'")
            .execute(&mut *tx)
            .await?;
        let head = sqlx::query!(
            "select generation, head_seq, state_hash from gateway_group where id = $1",
            group.uuid()
        )
        .fetch_one(&mut *tx)
        .await?;
        let signer = signing::signer(&mut tx, db).await?;
        Ok(Self {
            tx,
            signer,
            group,
            generation: head.generation.unsigned_abs(),
            seq: head.head_seq.unsigned_abs(),
            state_hash: hash(&head.state_hash)?,
            at: Moment::from(db.clock().now()),
            writer: Some(Writer::default()),
            after: None,
            started: false,
            until: Instant::now() + SNAPSHOT_WITHIN,
            _place: place,
        })
    }

    /// The next bytes to send, `None` at the end. An error means the snapshot must be cut off, never finished.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Refusal> {
        let Some(writer) = self.writer.as_mut() else {
            return Ok(None);
        };
        if Instant::now() > self.until {
            return Err(Refusal::TooMany(SNAPSHOT_WITHIN.as_secs()));
        }
        let mut bytes = if std::mem::replace(&mut self.started, true) {
            Vec::new()
        } else {
            writer.start()
        };
        loop {
            let (after_kind, after_id) = self.after.unwrap_or((0, Uuid::nil()));
            let rows = sqlx::query!(
                "select kind, object_id, body from config_object
                 where group_id = $1 and (kind, object_id) > ($2, $3) order by kind, object_id limit $4",
                self.group.uuid(),
                after_kind,
                after_id,
                PAGE,
            )
            .fetch_all(&mut *self.tx)
            .await?;
            let Some(last) = rows.last() else { break };
            self.after = Some((last.kind, last.object_id));
            for row in rows {
                let kind = u8::try_from(row.kind)
                    .ok()
                    .and_then(ObjectKind::from_number);
                let kind = kind.ok_or_else(|| {
                    anyhow::anyhow!("a stored object has the unknown kind {}", row.kind)
                })?;
                let record = Record {
                    object: ObjectRef {
                        kind,
                        id: row.object_id,
                    },
                    body: row.body.into(),
                };
                bytes.extend(writer.push(record).unwrap_or_default());
            }
            if !bytes.is_empty() {
                return Ok(Some(bytes.into()));
            }
        }
        if writer.state_hash() != self.state_hash {
            return Err(Refusal::Internal(anyhow::anyhow!(
                "the objects of group {} do not add up to its state hash",
                self.group
            )));
        }
        if let Some(writer) = self.writer.take() {
            bytes.extend(writer.finish(
                self.group,
                self.generation,
                self.seq,
                self.at,
                &self.signer,
            ));
        }
        Ok(Some(bytes.into()))
    }
}
