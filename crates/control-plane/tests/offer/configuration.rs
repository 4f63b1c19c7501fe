//! What verbs tell the gateways: little, exactly once, and adding up.

use std::collections::HashMap;

use gatehouse_snapshot::delta::{Body, Operation};
use gatehouse_snapshot::object::{Object, ObjectKind, ObjectRef, Record};
use gatehouse_snapshot::state_hash::StateHash;
use uuid::Uuid;

use crate::world::World;

impl World {
    /// The head of the shared group: its number and its state hash.
    pub(crate) async fn head(&self) -> (i64, Vec<u8>) {
        sqlx::query_as("select head_seq, state_hash from gateway_group")
            .fetch_one(&mut self.superuser().await)
            .await
            .unwrap()
    }

    async fn held(&self) -> HashMap<ObjectRef, Vec<u8>> {
        let rows: Vec<(i16, Uuid, Vec<u8>)> =
            sqlx::query_as("select kind, object_id, body from config_object")
                .fetch_all(&mut self.superuser().await)
                .await
                .unwrap();
        rows.into_iter()
            .map(|(kind, id, body)| {
                let kind = ObjectKind::from_number(kind.try_into().unwrap()).unwrap();
                (ObjectRef { kind, id }, body)
            })
            .collect()
    }

    /// Three ways to the same configuration: the state hash of the head, the objects that are stored, and every change
    /// since the first one replayed. And the objects say what the rows say.
    pub(crate) async fn assert_consistent(&self) {
        let (seq, hash) = self.head().await;
        let held = self.held().await;
        let mut sum = StateHash::EMPTY;
        for (object, body) in &held {
            sum.add(StateHash::of_object(*object, body));
        }
        assert_eq!(
            sum.0.as_slice(),
            hash,
            "the hash of the head is not that of the objects"
        );
        let changes: Vec<(i64, Vec<u8>, Vec<u8>)> =
            sqlx::query_as("select seq, body, new_hash from config_change order by seq")
                .fetch_all(&mut self.superuser().await)
                .await
                .unwrap();
        assert_eq!(changes.len() as i64, seq);
        let mut replayed: HashMap<ObjectRef, Vec<u8>> = HashMap::new();
        for (number, (seq, body, _)) in changes.iter().enumerate() {
            assert_eq!(*seq, number as i64 + 1, "a gap");
            for operation in Body::decode(body).unwrap().operations {
                match operation {
                    Operation::Remove(object) => {
                        assert!(replayed.remove(&object).is_some());
                    }
                    Operation::Upsert(record) => {
                        replayed.insert(record.object, record.body.to_vec());
                    }
                }
            }
        }
        assert_eq!(replayed, held);
        self.assert_rows_agree(&held).await;
    }

    async fn assert_rows_agree(&self, held: &HashMap<ObjectRef, Vec<u8>>) {
        /// Id, state, reason of its end, both holds, plan, whether a later one replaced it or its time is over.
        type Row = (Uuid, String, Option<String>, bool, bool, Uuid, bool);
        let rows: Vec<Row> = sqlx::query_as(
            "select s.id, s.state, s.ended_reason, s.provider_hold_at is not null, s.consumer_hold_at is not null, s.plan_id,
                    s.forgotten_at is not null or exists (select from subscription l where l.application_id = s.application_id and l.product_id = s.product_id
                            and l.environment_id = s.environment_id and l.id > s.id)
             from subscription s",
        )
        .fetch_all(&mut self.superuser().await)
        .await
        .unwrap();
        for (id, state, ended, provider, consumer, plan, gone) in rows {
            let object = ObjectRef {
                kind: ObjectKind::Subscription,
                id,
            };
            let Some(body) = held.get(&object) else {
                assert!(gone, "{id} is missing");
                continue;
            };
            assert!(!gone, "{id} is left over");
            let record = Record {
                object,
                body: body.clone().into(),
            };
            let Object::Subscription(held) = record.decode().unwrap() else {
                panic!("not a subscription");
            };
            assert_eq!(held.state.as_str(), state);
            assert_eq!(
                held.ended_reason.map(|reason| reason.as_str().to_owned()),
                ended
            );
            assert_eq!(
                (held.provider_hold, held.consumer_hold),
                (provider, consumer)
            );
            assert_eq!(held.plan.uuid(), plan);
        }
        let keys: Vec<(Uuid, String)> =
            sqlx::query_as("select id, state from credential where forgotten_at is null")
                .fetch_all(&mut self.superuser().await)
                .await
                .unwrap();
        for (id, state) in keys {
            let object = ObjectRef {
                kind: ObjectKind::Credential,
                id,
            };
            let record = Record {
                object,
                body: held[&object].clone().into(),
            };
            let Object::Credential(held) = record.decode().unwrap() else {
                panic!("not a credential");
            };
            assert_eq!(held.state.as_str(), state);
        }
    }
}

#[tokio::test]
async fn an_approval_moves_one_small_object_however_many_keys_there_are() {
    let world = World::create().await;
    let first = world.ask(&world.dora, "First", "team").await.id;
    let second = world.ask(&world.dora, "Second", "team").await.id;
    let measure = async |id| {
        let (before, _) = world.head().await;
        world.approve(&world.ana, id).await.unwrap();
        let (after, _) = world.head().await;
        assert_eq!(after, before + 1);
        let touched: i64 = sqlx::query_scalar("select count(*) from config_object where seq = $1")
            .bind(after)
            .fetch_one(&mut world.superuser().await)
            .await
            .unwrap();
        let bytes: i32 =
            sqlx::query_scalar("select length(body) from config_change where seq = $1")
                .bind(after)
                .fetch_one(&mut world.superuser().await)
                .await
                .unwrap();
        (touched, bytes)
    };
    let without = measure(first).await;
    let mut connection = world.superuser().await;
    for statement in [
        "insert into credential (id, tenant_id, application_id, environment_id, key_id, secret_hash, last4, state, created_at)
         select gen_random_uuid(), a.tenant_id, a.id, e.id, n, sha256(n::text::bytea), 'abcd', 'active', now()
         from generate_series(1, 1000) as n
         cross join (select * from application limit 1) a cross join (select * from environment limit 1) e",
        "insert into config_object (group_id, kind, object_id, tenant_id, body, sha256, seq)
         select g.id, 8, c.id, c.tenant_id, c.secret_hash, c.secret_hash, 0 from credential c cross join gateway_group g",
    ] {
        sqlx::query(statement).execute(&mut connection).await.unwrap();
    }
    let with = measure(second).await;
    assert_eq!(without, with);
    assert_eq!(with.0, 1);
    assert!(with.1 < 4096, "{}", with.1);
}

#[tokio::test]
async fn a_refused_verb_leaves_no_trace() {
    let world = World::create().await;
    let id = world.approved("Shop", "team").await.id;
    let before = (world.footprint().await, world.head().await);
    for _ in 0..3 {
        assert!(world.approve(&world.ben, id).await.is_err());
        assert!(
            gatehouse_control_plane::subscriptions::resume(&world.db, &world.dora, id)
                .await
                .is_err()
        );
    }
    assert_eq!((world.footprint().await, world.head().await), before);
}
