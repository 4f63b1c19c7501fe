//! The tenants of the installation, by tokens that speak for platform people.

use std::collections::BTreeSet;
use std::time::Duration;

use gatehouse_control_plane::accounts;
use gatehouse_domain::id::NodeId;
use http::Method;
use serde_json::{Value, json};

use crate::served::{Answer, Served};

async fn set(served: &Served, token: &str, tenant: &str, verb: &str, body: Value) -> Answer {
    let path = format!("/v1/tenants/{tenant}/{verb}");
    served.post(token, &path, body).await
}

#[tokio::test]
async fn a_token_of_the_platform_runs_tenants_for_as_long_as_its_maker_has_the_role() {
    let served = Served::start().await;
    let token = served.platform(&served.northwind).await;
    let listed = served.get(&token, "/v1/tenants").await.expect(200);
    let slugs = |listed: &Value| {
        // Both were made in the same moment.
        let all = listed["data"].as_array().unwrap().iter();
        all.map(|one| one["slug"].as_str().unwrap().to_owned())
            .collect::<BTreeSet<_>>()
    };
    let both = ["contoso", "northwind"].map(str::to_owned);
    assert_eq!(slugs(&listed), BTreeSet::from(both));

    let body = json!({"slug": "fabrikam", "name": "Fabrikam"});
    let tried = served
        .post(&token, "/v1/tenants?dry_run=true", body.clone())
        .await;
    assert_eq!(tried.expect(201)["slug"], "fabrikam");
    let absent = served.get(&token, "/v1/tenants/fabrikam").await;
    assert_eq!(absent.problem(404), "not_found");
    let made = served.post(&token, "/v1/tenants", body).await;
    assert!(made.header("location").ends_with("/v1/tenants/fabrikam"));
    let id = made.expect(201)["id"].as_str().unwrap().to_owned();
    for name in ["fabrikam", &id] {
        let found = served.get(&token, &format!("/v1/tenants/{name}")).await;
        assert_eq!(found.expect(200)["status"], "active");
    }

    let reason = json!({"reason": "Nobody pays."});
    let none = set(
        &served,
        &token,
        "fabrikam",
        "suspend",
        json!({"reason": ""}),
    )
    .await;
    assert_eq!(none.expect(422)["errors"][0]["pointer"], "/reason");
    let out = set(&served, &token, "fabrikam", "suspend", reason.clone()).await;
    assert_eq!(out.expect(200)["status"], "suspended");
    let twice = set(&served, &token, "fabrikam", "suspend", reason.clone()).await;
    assert_eq!(twice.problem(409), "conflict");
    let back = set(&served, &token, "fabrikam", "activate", reason.clone()).await;
    assert_eq!(back.expect(200)["status"], "active");
    let told = "select count(*) from audit_log a join tenant t on t.id = a.tenant_id
                where t.slug = 'fabrikam' and a.reason = 'Nobody pays.' and a.actor_id is not null and a.request_id is not null
                  and a.ip is not null and a.actor_name like 'Olga Petrova, by gta\\_%'";
    assert_eq!(served.count(told).await, 2);

    let further = json!({"name": "further", "scopes": ["catalogue.read"], "platform": true});
    let further = served.post(&token, "/v1/tokens", further).await.expect(201);
    assert_eq!(further["platform"], true);
    let made_by = "select count(*) from audit_log a
                   where a.action = 'token.create' and a.after ->> 'name' = 'further' and a.actor_type = 'token'
                     and a.after #>> '{made_by,prefix}' like 'gta\\_%'";
    assert_eq!(served.count(made_by).await, 1);
    let further = further["secret"].as_str().unwrap();
    served.get(further, "/v1/tenants").await.expect(200);

    // An operator of the platform sees tenants, and changes none.
    served
        .sql("update platform_grant set role = 'platform_operator'")
        .await;
    served.get(&token, "/v1/tenants").await.expect(200);
    let refused = set(&served, &token, "fabrikam", "suspend", reason).await;
    assert_eq!(refused.problem(403), "forbidden");
    let body = json!({"slug": "adatum", "name": "Adatum"});
    let refused = served.post(&token, "/v1/tenants", body).await;
    assert_eq!(refused.problem(403), "forbidden");

    served.sql("delete from platform_grant").await;
    for one in [token.as_str(), further] {
        let gone = served.get(one, "/v1/tenants").await;
        assert_eq!(gone.problem(404), "not_found");
        served.get(one, "/v1/tenant").await.expect(200);
    }
}

#[tokio::test]
async fn to_every_other_token_there_are_no_tenants_of_the_installation() {
    let served = Served::start().await;
    // The first is a platform administrator's, who did not lend that.
    let mighty = served.mighty(&served.northwind).await;
    let (_, other) = served.colleague(&served.northwind, "ana").await;
    let reason = json!({"reason": "Nobody pays."});
    let body = json!({"slug": "fabrikam", "name": "Fabrikam"});
    for token in [&mighty, &other] {
        for path in ["/v1/tenants", "/v1/tenants/northwind", "/v1/tenants/nobody"] {
            let answer = served.get(token, path).await;
            assert_eq!(answer.problem(404), "not_found", "{path}");
        }
        for (path, body) in [
            ("/v1/tenants", &body),
            ("/v1/tenants/contoso/suspend", &reason),
            ("/v1/tenants/contoso/activate", &reason),
        ] {
            let answer = served.ask(Method::POST, path, token, &[], Some(body.clone()));
            assert_eq!(answer.await.problem(404), "not_found", "{path}");
        }
        let wish = json!({"name": "more", "scopes": ["catalogue.read"], "platform": true});
        let answer = served.post(token, "/v1/tokens", wish).await.expect(422);
        assert_eq!(answer["errors"][0]["pointer"], "/platform", "{answer}");
    }
    let narrow =
        json!({"name": "narrow", "scopes": ["catalogue.read"], "platform": true, "apis": []});
    let platform = served.platform(&served.northwind).await;
    served
        .post(&platform, "/v1/tokens", narrow)
        .await
        .expect(422);
    assert_eq!(served.count("select count(*) from tenant").await, 2);
}

#[tokio::test]
async fn a_token_of_the_platform_makes_none_that_outlives_it() {
    let served = Served::start().await;
    let token = served.platform(&served.northwind).await;
    let own = served.get(&token, "/v1/whoami").await.expect(200)["expires_at"].clone();
    let wish = |days: Option<i64>, platform: bool| {
        json!({
            "name": "child", "scopes": ["catalogue.read"], "platform": platform, "expires_in_days": days,
        })
    };
    let long = served
        .post(&token, "/v1/tokens", wish(Some(365), true))
        .await;
    assert_eq!(long.expect(422)["errors"][0]["pointer"], "/expires_in_days");
    served.hand.advance(Duration::from_secs(86_400));
    let unsaid = served.post(&token, "/v1/tokens", wish(None, true)).await;
    assert_eq!(unsaid.expect(201)["expires_at"], own);
    let short = served.post(&token, "/v1/tokens", wish(Some(1), true)).await;
    assert_ne!(short.expect(201)["expires_at"], own);
    // One of the tenant alone lives as long as any.
    served
        .post(&token, "/v1/tokens", wish(Some(365), false))
        .await
        .expect(201);
}

/// That a token speaks for nobody above all tenants, and still for its tenant.
async fn speaks_for_its_tenant_alone(served: &Served, token: &str, node: NodeId) {
    let gone = served.get(token, "/v1/tenants").await;
    assert_eq!(gone.problem(404), "not_found");
    for verb in ["drain", "retire"] {
        let path = format!("/v1/gateways/{node}/{verb}");
        let refused = served.ask(Method::POST, &path, token, &[], None).await;
        assert_eq!(refused.problem(403), "forbidden", "{verb}");
    }
    let join = served
        .post(token, "/v1/gateways/join-tokens", json!({}))
        .await;
    assert_eq!(join.problem(403), "forbidden");
    let wish = json!({"name": "more", "scopes": ["catalogue.read"], "platform": true});
    served.post(token, "/v1/tokens", wish).await.expect(422);
    served.get(token, "/v1/tenant").await.expect(200);
}

#[tokio::test]
async fn a_token_of_the_platform_that_is_handed_over_speaks_for_nobody_there() {
    let served = Served::start().await;
    let node = served.join("gateway-1").await.id;
    let olgas = served.platform(&served.northwind).await;
    let olga = served.northwind.owner;
    let (ana, anas) = served.colleague(&served.northwind, "ana").await;
    served
        .sql("insert into platform_grant (user_id, role, created_at) select id, 'platform_admin', now() from app_user where name = 'ana'")
        .await;
    assert!(
        accounts::platform_actor(&served.db, ana)
            .await
            .unwrap()
            .is_some()
    );
    served.get(&olgas, "/v1/tenants").await.expect(200);

    // Olga loses her role, and Ana, who has one, takes over what hangs on her.
    served
        .sql("delete from platform_grant p using app_user u where u.id = p.user_id and u.name = 'Olga Petrova'")
        .await;
    served.get(&olgas, "/v1/tenants").await.problem(404);
    let belongings = format!("/v1/members/{olga}/belongings");
    let path = format!("/v1/members/{olga}/transfer");
    let body = json!({"to": ana.to_string()});
    let dry = served
        .post(&anas, &format!("{path}?dry_run=true"), body.clone())
        .await
        .expect(200);
    for told in [served.get(&anas, &belongings).await.expect(200), dry] {
        assert_eq!(told["tokens"][0]["platform"], true, "{told}");
    }
    // By herself as well: who is an owner needs nobody for it.
    let itself = served.post(&olgas, &path, body).await.expect(200);
    assert_eq!(itself["tokens"][0]["platform"], true);
    speaks_for_its_tenant_alone(&served, &olgas, node).await;
    let listed = served.get(&anas, "/v1/tokens").await.expect(200);
    let listed = listed["data"].as_array().unwrap();
    let handed = listed
        .iter()
        .find(|one| one["name"] == "for the platform")
        .unwrap();
    assert_eq!(
        (&handed["platform"], &handed["created_by"]),
        (&json!(false), &json!(ana))
    );

    // The program before hands over without knowing of it.
    served
        .sql(
            "update access_token t set platform_user_id = u.id, created_by = u.id from app_user u
              where t.name = 'for the platform' and u.name = 'ana'",
        )
        .await;
    served.get(&olgas, "/v1/tenants").await.expect(200);
    served
        .sql("insert into platform_grant (user_id, role, created_at) select id, 'platform_admin', now() from app_user where name = 'Olga Petrova'")
        .await;
    served
        .sql("update access_token t set created_by = u.id from app_user u where t.name = 'for the platform' and u.name = 'Olga Petrova'")
        .await;
    speaks_for_its_tenant_alone(&served, &olgas, node).await;
}

#[tokio::test]
async fn a_tenant_that_is_being_closed_is_not_suspended() {
    let served = Served::start().await;
    let token = served.platform(&served.northwind).await;
    served
        .sql("update tenant set status = 'closing', purge_at = now() + interval '30 days' where slug = 'contoso'")
        .await;
    let reason = json!({"reason": "Nobody pays."});
    let refused = set(&served, &token, "contoso", "suspend", reason.clone()).await;
    assert_eq!(refused.problem(409), "conflict");
    let kept = "select count(*) from tenant where slug = 'contoso' and status = 'closing' and purge_at is not null";
    assert_eq!(served.count(kept).await, 1);
    let back = set(&served, &token, "contoso", "activate", reason).await;
    assert_eq!(back.expect(200)["status"], "active");
}
