//! What several people decide, through the built executable: two approvers, another plan, another term, deputies, and the end of
//! a plan whose subscribers move.

use gatehouse_harness::callers::{Cli, Wish};
use gatehouse_harness::stack::Tenant;
use gatehouse_harness::wait::PATIENCE;
use gatehouse_harness::{TestStack, TestUpstream, eventually};
use gatehouse_runtime::Clock;
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use crate::GATEHOUSE;

/// What is refused with exit code 1, and says so in these words.
async fn refused(cli: &Cli, args: &[&str], words: &str) {
    let ran = cli.run(args).await;
    assert!(
        ran.assert_code(1).stderr.contains(words),
        "no '{words}' in {ran:?}"
    );
}

/// A petstore with the plan `open`, and its owner at the command line.
async fn offered<'a>(
    stack: &'a TestStack,
    upstream: &TestUpstream,
    name: &str,
) -> (Tenant<'a>, Cli) {
    let tenant = stack.tenant(name).await;
    let token = tenant.root().await;
    token.offer_petstore("petstore", &upstream.url()).await;
    (tenant, Cli::new(stack, token))
}

/// Access to the petstore's production.
const fn production<'a>(plan: &'a str, application: &'a str) -> Wish<'a> {
    Wish {
        api: "petstore",
        plan,
        environment: "production",
        application,
    }
}

const DECIDES: &[&str] = &["api.read", "subscription.read", "subscription.decide"];
const ASKS: &[&str] = &["catalogue.read", "application.manage"];

fn in_days(days: i64) -> String {
    let then = Clock::system().now() + Duration::days(days);
    then.format(&Rfc3339).unwrap()
}

#[tokio::test]
async fn two_people_agree_before_a_call_passes_and_nobody_counts_twice() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let upstream = TestUpstream::start().await;
    let (tenant, ada) = offered(&stack, &upstream, "Pairs").await;
    ada.token
        .add_plan("petstore", "vault", "two_person", &json!([]))
        .await;
    let developer = tenant.developer("Pia").await;
    let wish = production("vault", "Safe");
    let id = developer.request(wish).await.subscription;
    let olga = tenant.approver("Olga").await;
    let token = tenant.token_of(&olga.email, DECIDES).await;
    let olga = Cli::new(&stack, token);
    let (consumer, _) = ada.token.issue_key("safe", "production").await;
    let url = tenant.production_url(0, "/petstore/v1/pets");
    let pending = consumer.get(&url).await;
    pending.assert_problem(403, "subscription_pending");

    let approve = ["subscription", "approve", &id];
    let first = ada.json(&approve).await;
    assert_eq!(
        (&first["shown"], &first["approvals"]["given"]),
        (&json!("pending"), &json!(1))
    );
    assert_eq!(first["approvals"]["required"], 2);
    refused(&ada, &approve, "conflict").await;
    let still = consumer.get(&url).await;
    still.assert_problem(403, "subscription_pending");
    let second = olga.json(&[&approve[..], &["--wait", "30"]].concat()).await;
    assert_eq!(second["shown"], "active");
    consumer.get(&url).await.assert_status(200);
}

#[tokio::test]
async fn another_plan_is_asked_for_taken_back_refused_and_agreed_to_under_the_same_key() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let upstream = TestUpstream::start().await;
    let (tenant, ada) = offered(&stack, &upstream, "Changers").await;
    ada.token
        .add_plan("petstore", "gold", "manual", &json!([]))
        .await;
    let developer = tenant.developer("Chloe").await;
    let wish = production("open", "Growing");
    let id = developer.request(wish).await.subscription;
    let token = tenant.token_of(&developer.email, ASKS).await;
    let chloe = Cli::new(&stack, token);
    let (consumer, _) = ada.token.issue_key("growing", "production").await;
    let url = tenant.production_url(1, "/petstore/v1/pets");
    let works = async || {
        consumer.get(&url).await.assert_status(200);
    };
    works().await;
    let change = ["subscription", "change-plan", &id];
    let ask = [&change[..], &["--plan", "gold"]].concat();
    let asked = chloe.json(&ask).await;
    assert_eq!(asked["plan"]["slug"], "open", "until somebody agrees");
    assert_eq!(asked["wanted_plan"]["slug"], "gold");
    refused(&chloe, &ask, "conflict").await;
    refused(&chloe, &[&change[..], &["--approve"]].concat(), "forbidden").await;
    let back = chloe.json(&[&change[..], &["--withdraw"]].concat()).await;
    assert_eq!(back["wanted_plan"], Value::Null);

    chloe.json(&ask).await;
    let unsaid = ada.run(&[&change[..], &["--reject"]].concat()).await;
    assert_ne!(unsaid.code, Some(0), "{unsaid:?}");
    let no = ada
        .json(&[&change[..], &["--reject", "--reason", "Not yet."]].concat())
        .await;
    assert_eq!(
        (&no["plan"]["slug"], &no["wanted_plan"]),
        (&json!("open"), &Value::Null)
    );
    works().await;

    chloe.json(&ask).await;
    let yes = ada
        .json(&[&change[..], &["--approve", "--wait", "30"]].concat())
        .await;
    assert_eq!(
        (&yes["plan"]["slug"], &yes["wanted_plan"]),
        (&json!("gold"), &Value::Null)
    );
    works().await;
    refused(&ada, &[&change[..], &["--approve"]].concat(), "conflict").await;
}

#[tokio::test]
async fn a_term_is_added_when_an_approver_agrees_and_not_when_they_refuse() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let upstream = TestUpstream::start().await;
    let (tenant, ada) = offered(&stack, &upstream, "Renewers").await;
    let plan = "plan create petstore month --approval manual --environment production --max-subscription-days 30";
    let plan: Vec<&str> = plan.split(' ').collect();
    ada.json(&plan).await;
    let developer = tenant.developer("Rene").await;
    let wish = production("month", "Monthly");
    let id = developer.request(wish).await.subscription;
    let token = tenant.token_of(&developer.email, ASKS).await;
    let rene = Cli::new(&stack, token);
    let end = |subscription: &Value| {
        let text = subscription["ends_at"].as_str().unwrap();
        OffsetDateTime::parse(text, &Rfc3339).unwrap()
    };
    let first = end(&ada.json(&["subscription", "approve", &id]).await);
    let renew = ["subscription", "renew", &id];
    let ask = [&renew[..], &["--reason", "Still selling."]].concat();
    let asked = rene.json(&ask).await;
    assert_eq!(end(&asked), first, "until somebody agrees");
    assert_eq!(asked["open_requests"][0]["subject"], "renewal");
    refused(&rene, &[&renew[..], &["--approve"]].concat(), "forbidden").await;
    let no = ada
        .json(&[&renew[..], &["--reject", "--reason", "Sold out."]].concat())
        .await;
    assert_eq!((end(&no), &no["open_requests"]), (first, &json!([])));
    rene.json(&ask).await;
    let yes = ada.json(&[&renew[..], &["--approve"]].concat()).await;
    assert_eq!(end(&yes), first + Duration::days(30));
}

#[tokio::test]
async fn a_deputy_is_named_and_taken_back() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let upstream = TestUpstream::start().await;
    let (tenant, ada) = offered(&stack, &upstream, "Deputies").await;
    tenant.developer("Dee").await;
    let members = ada.json(&["member", "list"]).await;
    let members = members.as_array().unwrap().iter();
    let dee = members
        .clone()
        .find(|member| member["name"] == "Dee")
        .unwrap_or_else(|| panic!("no Dee in {members:?}"));
    let dee = dee["user_id"].as_str().or(dee["id"].as_str()).unwrap();
    let until = in_days(3);
    let delegate = ["approval", "delegate", dee, "--until", &until];
    let tried = ada.json(&[&delegate[..], &["--dry-run"]].concat()).await;
    assert_eq!(tried["in_force"], true);
    assert_eq!(ada.json(&["approval", "deputies"]).await, json!([]));
    let more = ["--api", "petstore", "--reason", "At sea."];
    let made = ada.json(&[&delegate[..], &more].concat()).await;
    assert_eq!(
        (&made["in_force"], &made["api"]["slug"]),
        (&json!(true), &json!("petstore"))
    );
    let id = made["id"].as_str().unwrap();
    assert_eq!(ada.json(&["approval", "deputies"]).await[0]["id"], id);
    let over = ada.json(&["approval", "undelegate", id]).await;
    assert_eq!(over["in_force"], false);
    refused(&ada, &["approval", "undelegate", id], "conflict").await;
    let listed = ada.json(&["approval", "deputies"]).await;
    assert_eq!(listed[0]["in_force"], false, "the record of it stays");
}

#[tokio::test]
async fn a_plan_is_tightened_with_notice_or_for_a_reason_and_closed_onto_another() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let upstream = TestUpstream::start().await;
    let (tenant, ada) = offered(&stack, &upstream, "Movers").await;
    let notice = json!({"minimum_notice_days": 30});
    ada.token
        .patch("/v1/tenant", &notice)
        .await
        .assert_status(200);
    let wide = json!([{ "kind": "quota", "amount": 1_000, "period": "day" }]);
    ada.token.add_plan("petstore", "old", "auto", &wide).await;
    let developer = tenant.developer("Mona").await;
    let wish = production("old", "Moved");
    let id = developer.request(wish).await.subscription;
    let (consumer, _) = ada.token.issue_key("moved", "production").await;
    let url = tenant.production_url(0, "/petstore/v1/pets");
    consumer.get(&url).await.assert_status(200);

    let update = ["plan", "update", "petstore", "old", "--limit", "10/day"];
    let (soon, later) = (in_days(29), in_days(31));
    let at = |moment| [&update[..], &["--effective-at", moment]].concat();
    refused(&ada, &at(&soon), "/effective_at").await;
    let scheduled = ada.json(&at(&later)).await;
    assert_eq!(scheduled["limits"][0]["rule"]["amount"], 1_000);
    assert!(scheduled["scheduled"].is_object(), "{scheduled}");
    let now = [&update[..], &["--now"]].concat();
    let unsaid = ada.run(&now).await;
    assert_ne!(unsaid.code, Some(0), "no reason: {unsaid:?}");
    let now = ada
        .json(&[&now[..], &["--reason", "Abuse."]].concat())
        .await;
    assert_eq!(now["limits"][0]["rule"]["amount"], 10);
    assert_eq!(now["scheduled"], Value::Null);

    let close = ["plan", "close", "petstore", "old", "--yes"];
    refused(&ada, &close, "1 ").await;
    let nowhere = [&close[..], &["--move-to", "none"]].concat();
    refused(&ada, &nowhere, "/move_to").await;
    let closed = ada
        .json(&[&close[..], &["--move-to", "open"]].concat())
        .await;
    assert_eq!(closed["state"], "closed");
    let moved = ada.json(&["subscription", "get", &id]).await;
    assert_eq!(
        (&moved["plan"]["slug"], &moved["shown"]),
        (&json!("open"), &json!("active"))
    );
    // Ten a day no longer hold; the key is the same.
    eventually(
        PATIENCE,
        "the limit of the plan before is gone",
        async || {
            let answer = consumer.get(&url).await.expect(200)?;
            match answer.header("ratelimit-policy") {
                None => Ok(()),
                Some(_) => Err(answer.to_string()),
            }
        },
    )
    .await;
    let again = wish_again(&ada).await;
    assert!(again.contains("takes no new requests"), "{again}");
}

/// What somebody is told who asks for the plan that was closed.
async fn wish_again(ada: &Cli) -> String {
    let request =
        "subscription request petstore --plan old --environment production --new-application Late";
    let request: Vec<&str> = request.split(' ').collect();
    let ran = ada.run(&request).await;
    ran.assert_code(1).stderr.clone()
}
