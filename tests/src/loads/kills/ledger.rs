//! What writers were told, and how the database compares.

use std::collections::{BTreeMap, BTreeSet};

use gatehouse_domain::id::SubscriptionId;
use serde_json::{Value, json};
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use crate::loads::Faults;

/// What one writer, or all, were told.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// Requests begun.
    pub(super) began: usize,
    /// Acknowledged requests and the names of their applications.
    pub(super) requested: BTreeMap<String, String>,
    /// Acknowledged approvals.
    pub(super) approved: BTreeSet<String>,
    /// Writes nobody answered before their process was killed.
    pub(super) unknown: usize,
    /// Answers that make no sense.
    pub(super) strange: Vec<String>,
}

impl Ledger {
    pub(super) fn of_all(ledgers: Vec<Self>) -> Self {
        let mut all = Self::default();
        for ledger in ledgers {
            all.began += ledger.began;
            all.requested.extend(ledger.requested);
            all.approved.extend(ledger.approved);
            all.unknown += ledger.unknown;
            all.strange.extend(ledger.strange);
        }
        all
    }

    pub(super) fn shown(&self) -> Value {
        json!({ "began": self.began, "requested": self.requested.len(), "approved": self.approved.len(),
                "unknown": self.unknown, "strange": self.strange.len() })
    }

    /// Acknowledged writes that are not there.
    pub(super) async fn lost(&self, conn: &mut PgConnection) -> anyhow::Result<Faults> {
        let rows = sqlx::query(
            "select s.id, s.state, a.name from subscription s join application a on a.tenant_id = s.tenant_id and a.id = s.application_id",
        )
        .fetch_all(conn)
        .await?;
        let stored: BTreeMap<String, (String, String)> = rows
            .iter()
            .map(|row| {
                let id = SubscriptionId::from_uuid(row.get::<Uuid, _>(0)).to_string();
                (id, (row.get(1), row.get(2)))
            })
            .collect();
        let mut faults = Faults::new();
        for (id, name) in &self.requested {
            match stored.get(id) {
                Some((_, found)) if found == name => {}
                Some((_, found)) => {
                    faults.push(format!("{id} was made for {name}, and is {found}'s"))
                }
                None => faults.push(format!("the acknowledged request {id} is lost")),
            }
        }
        for id in &self.approved {
            if stored.get(id).is_none_or(|(state, _)| state != "active") {
                faults.push(format!("the acknowledged approval of {id} is lost"));
            }
        }
        Ok(faults)
    }
}

/// What is there half, or twice: each approval has one decision, one audit record, one event, one change of configuration and one
/// object on the gateways, or none of them.
pub(super) async fn half_done(conn: &mut PgConnection) -> anyhow::Result<Faults> {
    let mut faults = Faults::new();
    let twice =
        "select name from application where name like 'killed %' group by name having count(*) > 1";
    for name in sqlx::query_scalar::<_, String>(twice)
        .fetch_all(&mut *conn)
        .await?
    {
        faults.push(format!("{name} was made twice"));
    }
    let rows = sqlx::query(
        "select s.id, s.state,
                (select count(*) from approval_decision d join approval_request r on r.tenant_id = d.tenant_id and r.id = d.request_id
                 where r.subscription_id = s.id),
                (select count(*) from config_object c where c.object_id = s.id)
         from subscription s join application a on a.tenant_id = s.tenant_id and a.id = s.application_id
         where a.name like 'killed %'",
    )
    .fetch_all(&mut *conn)
    .await?;
    let told: BTreeMap<String, [i64; 3]> = sqlx::query(
        "select subject, count(*) filter (where source = 'audit'), count(*) filter (where source = 'config'),
                count(*) filter (where source = 'outbox')
         from (select subject, 'audit' as source from audit_log where action = 'subscription.approve'
               union all select subject, 'config' from config_change where kind = 'subscription.approve'
               union all select payload->>'subscription', 'outbox' from outbox where type = 'subscription.approved') told
         group by subject",
    )
    .fetch_all(conn)
    .await?
    .iter()
    .map(|row| (row.get(0), [row.get(1), row.get(2), row.get(3)]))
    .collect();
    for row in rows {
        let id = SubscriptionId::from_uuid(row.get::<Uuid, _>(0)).to_string();
        let state: String = row.get(1);
        let [audits, changes, events] = told.get(&id).copied().unwrap_or_default();
        let objects: i64 = row.get(3);
        let found = [row.get::<i64, _>(2), audits, changes, events];
        let active = state == "active";
        let right = [i64::from(active); 4];
        if found != right || (active && objects != 1) {
            faults.push(format!(
                "{id} is {state}, with decisions, audit records, changes and events {found:?} and {objects} objects"
            ));
        }
    }
    Ok(faults)
}
