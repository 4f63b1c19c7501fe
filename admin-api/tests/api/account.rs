//! What is a person's own, by a token of theirs: and which tokens are.

use gatehouse_control_plane::tokens::{self, CreateToken};
use gatehouse_control_plane::{Actor, members};
use gatehouse_domain::id::UserId;
use gatehouse_domain::{Permission, Role};
use http::Method;
use serde_json::{Value, json};

use crate::ci_trusts::given;
use crate::served::{Answer, Served, Tenant};

const SESSIONS: &str = "/v1/account/sessions";
const INBOX: &str = "/v1/account/inbox";
const LANGUAGE: &str = "/v1/account/language";
const PREFERENCES: &str = "/v1/account/mail-preferences";

/// Every question under `/v1/account`; the sessions and notices in it are there.
fn questions(session: &str) -> Vec<(Method, String, Option<Value>)> {
    let get = |path: &str| (Method::GET, path.to_owned(), None);
    vec![
        get("/v1/account"),
        get(SESSIONS),
        get("/v1/account/second-factor"),
        get("/v1/account/passkeys"),
        get(INBOX),
        get(PREFERENCES),
        (Method::DELETE, format!("{SESSIONS}/{session}"), None),
        (Method::POST, format!("{SESSIONS}/end"), None),
        (Method::POST, format!("{INBOX}/read"), None),
        (
            Method::PUT,
            LANGUAGE.to_owned(),
            Some(json!({"language": "de"})),
        ),
        (
            Method::PUT,
            format!("{PREFERENCES}/*"),
            Some(json!({"mail": "off"})),
        ),
    ]
}

async fn end(served: &Served, token: &str, session: &str) -> Answer {
    let path = format!("{SESSIONS}/{session}");
    served.ask(Method::DELETE, &path, token, &[], None).await
}

async fn names(served: &Served, token: &str) -> Vec<String> {
    let listed = served.get(token, SESSIONS).await.expect(200);
    let rows = listed["data"].as_array().unwrap().iter();
    rows.map(|row| row["id"].as_str().unwrap().to_owned())
        .collect()
}

async fn records(served: &Served) -> i64 {
    served.count("select count(*) from audit_log").await
}

/// Refuses everything under `/v1/account`, in words that hold `why` and say what to do, and nothing happens.
async fn opens_nothing(served: &Served, token: &str, session: &str, why: &str) {
    for (method, path, body) in questions(session) {
        let what = format!("{method} {path}");
        let refused = served.ask(method, &path, token, &[], body).await;
        let body = refused.expect(403);
        assert_eq!(body["code"], "forbidden", "{what}");
        let detail = body["detail"].as_str().unwrap();
        assert!(detail.contains(why), "{what}: {detail}");
        assert!(detail.contains("under /account"), "{what}: {detail}");
    }
}

#[tokio::test]
async fn a_person_is_told_who_they_are_where_they_are_signed_in_and_what_guards_them() {
    let served = Served::start().await;
    let (ana, token) = served.colleague(&served.northwind, "ana").await;
    let account = served.get(&token, "/v1/account").await.expect(200);
    assert_eq!(account["id"], ana.to_string());
    assert_eq!(account["email"], "ana@people.example");
    assert_eq!(account["tenant"]["slug"], "northwind");
    assert_eq!(account["tenant"]["time_zone"], "UTC");
    assert_eq!(account["tenants"].as_array().unwrap().len(), 1);
    assert_eq!(account["unread"], 0);
    assert!(token.starts_with(account["token"]["prefix"].as_str().unwrap()));

    assert!(names(&served, &token).await.is_empty());
    let first = served.session(ana, "Firefox").await;
    served.hand.advance(std::time::Duration::from_secs(60));
    let second = served.session(ana, "Lynx").await;
    served.session(served.northwind.owner, "another's").await;
    assert_eq!(names(&served, &token).await, [second, first]);
    let listed = served.get(&token, SESSIONS).await.expect(200);
    assert_eq!(listed["data"][1]["ip"], "192.0.2.7");
    assert_eq!(listed["data"][1]["agent"], "Firefox");
    assert!(!listed.to_string().contains("theirs"), "{listed}");
    served
        .hand
        .advance(std::time::Duration::from_secs(59 * 60 + 1));
    assert_eq!(names(&served, &token).await.len(), 1, "one has ended");

    let factor = "/v1/account/second-factor";
    let off = served.get(&token, factor).await.expect(200);
    assert_eq!(
        off,
        json!({"on": false, "since": null, "recovery_codes_left": 0})
    );
    served
        .sql(
            "with key as (insert into installation_key (id, purpose, wrapped, master_key_id, created_at)
                          values (gen_random_uuid(), 'of a test', sha256('a') || substr(sha256('b'), 1, 28), 'none', now()) returning id),
                  ana as (select id from app_user where email = 'ana@people.example'),
                  pass as (insert into passkey (id, user_id, name, credential_id, credential, created_at)
                           select gen_random_uuid(), ana.id, 'Phone', 'x', '{}', now() from ana)
             insert into second_factor (user_id, secret_enc, secret_key_id, confirmed_at, created_at)
             select ana.id, 'sealed', key.id, now(), now() from ana, key",
        )
        .await;
    let on = served.get(&token, factor).await.expect(200);
    assert!(on["on"] == true && on["since"].is_string(), "{on}");
    let passkeys = served.get(&token, "/v1/account/passkeys").await.expect(200);
    assert_eq!(passkeys["data"][0]["name"], "Phone");
    assert_eq!(passkeys["data"].as_array().unwrap().len(), 1);
    // What guards the account is changed in the portal alone.
    for (method, path) in [
        (Method::DELETE, factor),
        (Method::POST, factor),
        (Method::POST, "/v1/account/passkeys"),
    ] {
        let refused = served.ask(method, path, &token, &[], None).await;
        assert_eq!(refused.problem(405), "method_not_allowed");
    }
}

#[tokio::test]
async fn sessions_end_one_by_one_and_together_with_a_record_each_and_only_ones_own() {
    let served = Served::start().await;
    let (ana, token) = served.colleague(&served.northwind, "ana").await;
    let (bo, _) = served.colleague(&served.northwind, "bo").await;
    let (carl, _) = served.colleague(&served.contoso, "carl").await;
    let mut own = Vec::new();
    for agent in ["one", "two", "three"] {
        own.push(served.session(ana, agent).await);
    }
    let bos = served.session(bo, "bo's").await;
    let carls = served.session(carl, "carl's").await;
    let before = records(&served).await;
    let nobodys = end(&served, &token, &"0".repeat(64)).await.expect(404);
    for name in [&*bos, &*carls, "nonsense", &*own[0].to_uppercase()] {
        let missing = end(&served, &token, name).await.expect(404);
        assert_eq!(missing["detail"], nobodys["detail"], "{name}");
    }
    let dry = format!("{}?dry_run=true", own[0]);
    end(&served, &token, &dry).await.expect(200);
    assert_eq!(names(&served, &token).await.len(), 3);
    assert_eq!(records(&served).await, before);

    end(&served, &token, &own[0]).await.expect(200);
    end(&served, &token, &own[0]).await.expect(404);
    assert_eq!(records(&served).await, before + 1);
    let last = "/v1/audit-events?limit=1";
    let record = served.get(&token, last).await.expect(200)["data"][0].clone();
    assert_eq!(record["action"], "account.end_session");
    assert_eq!(record["subject"], ana.to_string());
    assert_eq!(record["actor_type"], "token");
    // Where somebody signs in is no matter of the tenant.
    assert!(
        !record["before"].to_string().contains("192.0.2.7"),
        "{record}"
    );

    let all = format!("{SESSIONS}/end");
    let ended = served.ask(Method::POST, &all, &token, &[], None).await;
    assert_eq!(ended.expect(200)["ended"], 2);
    assert_eq!(records(&served).await, before + 2);
    let none = served.ask(Method::POST, &all, &token, &[], None).await;
    assert_eq!(none.expect(200)["ended"], 0);
    assert_eq!(records(&served).await, before + 2, "nothing happened");
    assert!(names(&served, &token).await.is_empty());
    let left = served.count("select count(*) from session").await;
    assert_eq!(left, 2, "those of bo and carl");
}

/// A token of ana's by other means than the API.
async fn made_by(served: &Served, tenant: &Tenant, user: UserId, vouched: bool) -> String {
    let actor = members::actor_of_user(&served.db, tenant.id, user).await;
    let actor: Actor = actor.unwrap().unwrap();
    let actor = if vouched { actor.vouched_for() } else { actor };
    let input = CreateToken {
        name: "made".to_owned(),
        scopes: Permission::ALL.to_vec(),
        apis: None,
        platform: None,
        expires_in_days: None,
    };
    let made = tokens::create_token(&served.db, &actor, input).await;
    made.unwrap().value.1.reveal().to_string()
}

async fn child(served: &Served, token: &str, wish: Value) -> String {
    let made = served.post(token, "/v1/tokens", wish).await.expect(201);
    made["secret"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn only_a_token_that_may_all_its_maker_may_opens_their_account() {
    let served = Served::start().await;
    let (ana, token) = served.colleague(&served.northwind, "ana").await;
    let session = served.session(ana, "one").await;
    let all = Permission::ALL;
    // Naming owners is lent to no token that the console makes.
    let needed = all.iter().filter(|one| **one != Permission::OwnerManage);
    for missing in needed.clone() {
        let rest: Vec<_> = all.iter().filter(|one| *one != missing).collect();
        let less = child(&served, &token, json!({"name": "less", "scopes": rest})).await;
        let refused = end(&served, &less, &session).await.expect(403);
        let detail = refused["detail"].as_str().unwrap();
        assert!(detail.contains(missing.as_str()), "{detail}");
    }
    let reads = child(
        &served,
        &token,
        json!({"name": "reads", "scopes": ["catalogue.read"]}),
    );
    opens_nothing(&served, &reads.await, &session, "lacks application.manage").await;
    let api = json!({"slug": "orders", "name": "Orders"});
    let api = served.post(&token, "/v1/apis", api).await.expect(201);
    let narrow = json!({"name": "narrow", "scopes": all, "apis": [api["id"]]});
    let narrow = child(&served, &token, narrow).await;
    opens_nothing(&served, &narrow, &session, "for some APIs only").await;
    // One that is as good was lent by it, and is its maker's, too.
    let scopes: Vec<_> = needed.collect();
    let same = child(&served, &token, json!({"name": "same", "scopes": scopes})).await;
    assert_eq!(names(&served, &same).await, [session.as_str()]);

    // Somebody with fewer rights needs fewer; whoever gets more by and by makes another.
    let dev = served
        .member(&served.northwind, "dev", Role::Developer)
        .await;
    let grant = json!({"slug": "makers", "name": "Makers", "permissions": ["token.manage"]});
    served.post(&token, "/v1/roles", grant).await.expect(201);
    let grants = format!("/v1/members/{dev}/grants");
    let role = json!({"role": "makers"});
    served.post(&token, &grants, role).await.expect(201);
    let actor = members::actor_of_user(&served.db, served.northwind.id, dev).await;
    let scopes = [
        Permission::CatalogueRead,
        Permission::ApplicationManage,
        Permission::TokenManage,
    ];
    let devs = served.token_by(&actor.unwrap().unwrap(), &scopes).await;
    let account = served.get(&devs, "/v1/account").await.expect(200);
    assert_eq!(account["id"], dev.to_string());
    // One that was lent less opens nothing when its maker loses what it lacks.
    let less = child(
        &served,
        &devs,
        json!({"name": "less", "scopes": scopes[..2]}),
    )
    .await;
    opens_nothing(&served, &less, &session, "lacks token.manage").await;
    let held = served.get(&token, &grants).await.expect(200);
    let held = held["data"].as_array().unwrap().iter();
    let makers = held.clone().find(|grant| grant["role"] == "makers");
    let grant = format!("{grants}/{}", makers.unwrap()["id"].as_str().unwrap());
    let taken = served.ask(Method::DELETE, &grant, &token, &[], None).await;
    assert!(taken.status.is_success(), "{grant}");
    opens_nothing(&served, &less, &session, "less than everything").await;
    served.get(&devs, "/v1/account").await.expect(200);
    let role = json!({"role": "auditor"});
    served.post(&token, &grants, role).await.expect(201);
    opens_nothing(&served, &devs, &session, "api.read").await;
    assert_eq!(names(&served, &token).await, [session]);
}

#[tokio::test]
async fn tokens_of_machines_of_the_platform_and_those_handed_over_open_nobodys_account() {
    let served = Served::start().await;
    let owner = served.mighty(&served.northwind).await;
    let session = served.session(served.northwind.owner, "one").await;
    let platform = served.platform(&served.northwind).await;
    opens_nothing(&served, &platform, &session, "above all tenants").await;
    let made = json!({"name": "child", "scopes": Permission::ALL});
    let of_platform = child(&served, &platform, made.clone()).await;
    opens_nothing(&served, &of_platform, &session, "make it themselves").await;

    let everything: Vec<&str> = Permission::ALL.iter().map(|one| one.as_str()).collect();
    let machine = given(&served, &owner, &everything).await;
    opens_nothing(&served, &machine, &session, "CI exchanged").await;
    // Nor does what it makes, though it works in the name of whoever trusts it.
    let of_machine = child(&served, &machine, made.clone()).await;
    opens_nothing(&served, &of_machine, &session, "make it themselves").await;

    // Whoever hands a token over knows its secret still, and what it makes.
    let (gone, left) = served.colleague(&served.northwind, "gone").await;
    assert_eq!(
        served.get(&left, "/v1/account").await.expect(200)["id"],
        gone.to_string()
    );
    let (heir, heirs) = served.colleague(&served.northwind, "heir").await;
    let path = format!("/v1/members/{gone}/transfer");
    let to = json!({"to": heir.to_string()});
    served.post(&owner, &path, to).await.expect(200);
    opens_nothing(&served, &left, &session, "handed over").await;
    let of_left = child(&served, &left, made).await;
    opens_nothing(&served, &of_left, &session, "make it themselves").await;
    assert_eq!(
        served.get(&heirs, "/v1/account").await.expect(200)["id"],
        heir.to_string()
    );
    // Nor when it comes back: whoever had it in between may have kept it.
    let path = format!("/v1/members/{heir}/transfer");
    let to = json!({"to": gone.to_string()});
    served.post(&owner, &path, to).await.expect(200);
    opens_nothing(&served, &left, &session, "handed over").await;
    assert_eq!(names(&served, &owner).await, [session]);
}

#[tokio::test]
async fn a_token_made_where_only_the_tenants_provider_vouched_opens_what_is_of_the_tenant() {
    let served = Served::start().await;
    // The owner belongs to two tenants, ana to one.
    let olga = served.northwind.owner;
    let (ana, _) = served.colleague(&served.northwind, "ana").await;
    for (user, own) in [(olga, false), (ana, true)] {
        served.session(user, &user.to_string()).await;
        let token = made_by(&served, &served.northwind, user, true).await;
        let account = served.get(&token, "/v1/account").await.expect(200);
        assert_eq!(account["tenants"].as_array().unwrap().len(), 1);
        served.get(&token, INBOX).await.expect(200);
        let sessions = served.get(&token, SESSIONS).await;
        let factor = served.get(&token, "/v1/account/second-factor").await;
        let all = format!("{SESSIONS}/end?dry_run=true");
        let ended = served.ask(Method::POST, &all, &token, &[], None).await;
        let lent = child(
            &served,
            &token,
            json!({"name": "lent", "scopes": Permission::ALL}),
        );
        let lent = served.get(&lent.await, SESSIONS).await;
        for answer in [&sessions, &factor, &ended, &lent] {
            if own {
                answer.expect(200);
            } else {
                assert_eq!(answer.problem(403), "forbidden");
            }
        }
    }
    let whole = made_by(&served, &served.northwind, olga, false).await;
    let account = served.get(&whole, "/v1/account").await.expect(200);
    assert_eq!(account["tenants"].as_array().unwrap().len(), 2);
    assert_eq!(names(&served, &whole).await.len(), 1);
}

#[tokio::test]
async fn the_inbox_is_read_page_by_page_and_marked_without_a_record() {
    let served = Served::start().await;
    let (_, token) = served.colleague(&served.northwind, "ana").await;
    let (_, bos) = served.colleague(&served.northwind, "bo").await;
    served
        .sql(
            "insert into notification (id, tenant_id, user_id, type, title, body, link, created_at)
             select ('018f0000-0000-7000-8000-00000000000' || n)::uuid, t.id, u.id, 'api.noted', 'Notice ' || n, 'Read it.', '/apis', now()
             from generate_series(1, 3) n, tenant t, app_user u
             where t.slug = 'northwind' and u.email = 'ana@people.example'",
        )
        .await;
    let before = records(&served).await;
    let titles = |page: &Value| -> Vec<String> {
        let rows = page["data"].as_array().unwrap().iter();
        rows.map(|row| row["title"].as_str().unwrap().to_owned())
            .collect()
    };
    let first = served
        .get(&token, &format!("{INBOX}?limit=2"))
        .await
        .expect(200);
    assert_eq!(titles(&first), ["Notice 3", "Notice 2"]);
    let next = first["next"].as_str().unwrap();
    let rest = served
        .get(&token, &format!("{INBOX}?limit=2&after={next}"))
        .await
        .expect(200);
    assert_eq!(titles(&rest), ["Notice 1"]);
    assert!(rest["next"].is_null() && rest["data"][0]["read_at"].is_null());
    let typo = served.get(&token, &format!("{INBOX}?unred=1")).await;
    assert_eq!(typo.status, 400, "{}", typo.text);

    let id = rest["data"][0]["id"].as_str().unwrap();
    let read = format!("{INBOX}/{id}/read");
    let dry = format!("{read}?dry_run=true");
    let tried = served.ask(Method::POST, &dry, &token, &[], None).await;
    assert_eq!(tried.expect(200)["unread"], 2);
    assert_eq!(
        served.get(&token, "/v1/account").await.expect(200)["unread"],
        3
    );
    let stranger = served.ask(Method::POST, &read, &bos, &[], None).await;
    assert_eq!(stranger.problem(404), "not_found");
    for _ in 0..2 {
        let marked = served.ask(Method::POST, &read, &token, &[], None).await;
        assert_eq!(marked.expect(200)["unread"], 2);
    }
    let all = format!("{INBOX}/read");
    let key = [("idempotency-key", "once")];
    for _ in 0..2 {
        let marked = served.ask(Method::POST, &all, &token, &key, None).await;
        assert_eq!(marked.expect(200)["unread"], 0);
    }
    let inbox = served.get(&token, INBOX).await.expect(200);
    let mut rows = inbox["data"].as_array().unwrap().iter();
    assert!(rows.all(|row| row["read_at"].is_string()));
    assert_eq!(records(&served).await, before);
}

#[tokio::test]
async fn mail_comes_as_a_person_chooses_but_for_what_stops_working() {
    let served = Served::start().await;
    let (_, token) = served.colleague(&served.northwind, "ana").await;
    let (_, bos) = served.colleague(&served.northwind, "bo").await;
    let choose = async |kind: &str, mail: Value| {
        let path = format!("{PREFERENCES}/{kind}");
        let body = Some(json!({"mail": mail}));
        served.ask(Method::PUT, &path, &token, &[], body).await
    };
    let of = async |token: &str, kind: &str| {
        let listed = served.get(token, PREFERENCES).await.expect(200);
        let rows = listed["data"].as_array().unwrap().clone();
        assert_eq!(rows[0]["type"], "*");
        let row = rows.into_iter().find(|row| row["type"] == kind).unwrap();
        (row["mail"].clone(), row["chosen"].clone())
    };
    let approved = "subscription.approved";
    let before = records(&served).await;
    let dry = format!("{approved}?dry_run=true");
    let tried = choose(&dry, json!("off")).await.expect(200);
    assert_eq!(tried["mail"], "off");
    assert_eq!(
        of(&token, approved).await,
        (json!("immediate"), json!(false))
    );
    let chosen = choose("*", json!("daily")).await.expect(200);
    assert_eq!(
        (&chosen["type"], &chosen["mail"]),
        (&json!("*"), &json!("daily"))
    );
    assert_eq!(of(&token, approved).await, (json!("daily"), json!(false)));
    choose(approved, json!("off")).await.expect(200);
    assert_eq!(of(&token, approved).await, (json!("off"), json!(true)));
    assert_eq!(of(&bos, approved).await, (json!("immediate"), json!(false)));
    assert_eq!(records(&served).await, before + 2);
    choose(approved, json!("off")).await.expect(200);
    assert_eq!(records(&served).await, before + 2, "it was so before");
    let back = choose(approved, Value::Null).await.expect(200);
    assert_eq!(
        (&back["mail"], &back["chosen"]),
        (&json!("daily"), &json!(false))
    );
    let required = choose("credential.revoked", json!("off")).await.expect(422);
    assert_eq!(required["errors"][0]["pointer"], "/mail");
    assert_eq!(
        choose("no.such", json!("off")).await.problem(404),
        "not_found"
    );
    assert_eq!(choose("*", json!("weekly")).await.problem(422), "invalid");
}

#[tokio::test]
async fn the_language_of_pages_and_mails_is_chosen_and_answers_stay_english() {
    let served = Served::start().await;
    let (_, token) = served.colleague(&served.northwind, "ana").await;
    let before = records(&served).await;
    let choose = async |body: Value| {
        served
            .ask(Method::PUT, LANGUAGE, &token, &[], Some(body))
            .await
    };
    let language = async || served.get(&token, "/v1/account").await.expect(200)["language"].take();
    assert_eq!(language().await, Value::Null);
    let chosen = choose(json!({"language": "de"})).await.expect(200);
    assert_eq!(chosen["language"], "de");
    assert_eq!(language().await, "de");
    for wrong in [json!({"language": "en-XA"}), json!({"language": "fr"})] {
        let refused = choose(wrong.clone()).await.expect(422);
        assert_eq!(refused["code"], "invalid", "{wrong}");
        let detail = refused["errors"][0]["detail"].as_str().unwrap();
        assert!(detail.ends_with("expected en or de."), "{detail}");
    }
    assert_eq!(language().await, "de");
    choose(json!({"language": null})).await.expect(200);
    assert_eq!(language().await, Value::Null);
    assert_eq!(records(&served).await, before);
}
