//! Many approvers at once: one decision.

use gatehouse_domain::id::SubscriptionId;
use gatehouse_harness::callers::Wish;
use gatehouse_harness::wait::PATIENCE;
use gatehouse_harness::{Answer, TestStack, TestUpstream, eventually};
use serde_json::json;
use sqlx::PgConnection;
use tokio::task::JoinSet;

use crate::GATEHOUSE;

const RIVALS: usize = 50;
/// So many of them press the button in the portal, the others call the admin API.
const IN_PORTAL: usize = 10;

async fn count(conn: &mut PgConnection, query: &'static str, subscription: SubscriptionId) -> i64 {
    // A subject is named by the text of its id, a row by its UUID.
    sqlx::query_scalar(query)
        .bind(subscription.uuid())
        .bind(subscription.to_string())
        .fetch_one(conn)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_approvals_at_once_one_wins_and_the_others_learn_who_won() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let upstream = TestUpstream::start().await;
    let tenant = stack.tenant("Crowded").await;
    let root = tenant.root().await;
    root.offer_petstore("petstore", &upstream.url()).await;
    root.add_plan("petstore", "gold", "manual", &json!([]))
        .await;
    let developer = tenant.developer("Petra").await;
    let access = developer
        .request(Wish {
            api: "petstore",
            plan: "gold",
            environment: "production",
            application: "Crowd",
        })
        .await;
    let olga = tenant.approver("Olga").await;
    let queue = olga.portal.get("/console/requests").await;
    let label = queue.text_of(&format!(
        "button[name=approve][value={}]",
        access.subscription
    ));
    let press = queue
        .form("main form[method=post][action*='/console/requests']")
        .press(&label);
    let path = format!("/v1/subscriptions/{}/approve", access.subscription);
    let mut asking = JoinSet::new();
    for _ in 0..RIVALS - IN_PORTAL {
        let (ada, path) = (root.clone(), path.clone());
        asking.spawn(async move { ada.post(&path, &json!({})).await });
    }
    let olga = std::sync::Arc::new(olga);
    for _ in 0..IN_PORTAL {
        let (olga, press) = (std::sync::Arc::clone(&olga), press.clone());
        asking.spawn(async move { olga.portal.submit_once(&press).await });
    }
    let answers: Vec<Answer> = asking.join_all().await;
    let (in_portal, by_rest): (Vec<_>, Vec<_>) =
        answers.iter().partition(|answer| answer.status == 303);
    assert_eq!(in_portal.len(), IN_PORTAL, "{answers:#?}");

    let subscription: SubscriptionId = access.subscription.parse().unwrap();
    let decided = root
        .get(&format!("/v1/subscriptions/{}", access.subscription))
        .await;
    let winner = decided.json()["decision"]["by"]["name"]
        .as_str()
        .unwrap()
        .to_owned();
    let won = by_rest.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(won, usize::from(winner == "Ada Owner"), "{winner} won");
    for lost in by_rest.iter().filter(|answer| answer.status != 200) {
        lost.assert_problem(409, "conflict");
        let detail = lost.json()["detail"].as_str().unwrap().to_owned();
        assert!(
            detail.starts_with(&format!("Already approved by {winner}")),
            "{detail}"
        );
    }
    let mut conn = stack.sql().await;
    let once = [
        "select count(*) from approval_decision d join approval_request r on r.id = d.request_id where r.subscription_id = $1 and $2 <> ''",
        "select count(*) from audit_log where subject = $2 and action = 'subscription.approve' and $1 is not null",
        "select count(*) from outbox where type = 'subscription.approved' and payload->>'subscription' = $2 and $1 is not null",
        "select count(*) from config_change where subject = $2 and kind = 'subscription.approve' and $1 is not null",
    ];
    for query in once {
        assert_eq!(count(&mut conn, query, subscription).await, 1, "{query}");
    }
    let mails = "select count(*) from mail m join outbox o on o.id = m.event_id
                 where o.type = 'subscription.approved' and o.payload->>'subscription' = $2 and $1 is not null";
    eventually(PATIENCE, "one mail is written", async || {
        match count(&mut conn, mails, subscription).await {
            1 => Ok(()),
            other => Err(other.to_string()),
        }
    })
    .await;
}
