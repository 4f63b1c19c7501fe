//! Every route × every identity × own, foreign, unknown and malformed ids.

use std::collections::BTreeSet;
use std::sync::Arc;

use gatehouse_control_plane::PlatformActor;
use gatehouse_control_plane::tenants::{self, CreateTenant};
use gatehouse_domain::{Permission, Role};
use gatehouse_harness::isolation::{Identity, IsolationWalk, Standing};
use http::Method;
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::isolation::walk;
use crate::served::{Served, Tenant};

/// Cells there are now; a route that is added adds its own, and one that leaves the document is noticed.
const CELLS_MIN: usize = 20_000;

pub(crate) fn words(permissions: impl IntoIterator<Item = Permission>) -> BTreeSet<String> {
    permissions
        .into_iter()
        .map(|permission| permission.to_string())
        .collect()
}

pub(crate) fn member(name: impl Into<String>, token: String, may: BTreeSet<String>) -> Identity {
    Identity {
        name: name.into(),
        token: Some(token),
        standing: Standing::Member(may),
        opens_account: true,
    }
}

fn nobody(name: &str, token: Option<String>) -> Identity {
    Identity {
        name: name.to_owned(),
        token,
        standing: Standing::Nobody,
        opens_account: false,
    }
}

async fn superuser(served: &Served, statement: String) {
    let mut connection = PgConnection::connect(&served.test_db.superuser_url())
        .await
        .unwrap();
    let done = sqlx::query(AssertSqlSafe(statement.clone()))
        .execute(&mut connection)
        .await
        .unwrap();
    assert_eq!(done.rows_affected(), 1, "{statement}");
}

/// A token and its id.
async fn spare(served: &Served, name: &str) -> (String, String) {
    let maker = served.mighty(&served.northwind).await;
    let body = json!({"name": name, "scopes": Permission::ALL});
    let made = served.post(&maker, "/v1/tokens", body).await.expect(201);
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    (text("secret"), text("id"))
}

/// Tokens that open nothing, one for each reason.
async fn nobodies(served: &Served) -> Vec<Identity> {
    let mut nobodies = vec![
        nobody("nobody", None),
        nobody("nonsense", Some("gta_nonsense".to_owned())),
    ];
    for (name, spoil) in [
        (
            "a token nobody made",
            "delete from access_token where name = 'a token nobody made'",
        ),
        (
            "a wrong secret",
            "update access_token set secret_hash = sha256('x') where name = 'a wrong secret'",
        ),
        (
            "an expired token",
            "update access_token set expires_at = created_at where name = 'an expired token'",
        ),
    ] {
        let (secret, _) = spare(served, name).await;
        superuser(served, spoil.to_owned()).await;
        nobodies.push(nobody(name, Some(secret)));
    }
    let (secret, id) = spare(served, "a revoked token").await;
    let owner = served.mighty(&served.northwind).await;
    let revoke = format!("/v1/tokens/{id}/revoke");
    served
        .ask(Method::POST, &revoke, &owner, &[], None)
        .await
        .expect(200);
    nobodies.push(nobody("a revoked token", Some(secret)));
    let (gone, token) = served.colleague(&served.northwind, "gone").await;
    let disable = format!("/v1/members/{gone}/disable");
    served
        .ask(Method::POST, &disable, &owner, &[], None)
        .await
        .expect(200);
    nobodies.push(nobody("a token of somebody who left", Some(token)));
    nobodies.push(nobody(
        "a token of a closed tenant",
        Some(closed(served).await),
    ));
    nobodies
}

async fn closed(served: &Served) -> String {
    let input = CreateTenant {
        slug: "closed".to_owned(),
        name: "Closed".to_owned(),
        owner: Some(served.northwind.owner),
    };
    let made = tenants::create_tenant(&served.db, &PlatformActor::system("test"), input).await;
    let tenant = Tenant {
        id: made.unwrap().value.id,
        owner: served.northwind.owner,
    };
    let token = served.mighty(&tenant).await;
    superuser(
        served,
        "update tenant set status = 'closed' where slug = 'closed'".to_owned(),
    )
    .await;
    token
}

/// A person of each role: their token was made when they could do everything, and lends what they may do now.
async fn people(served: &Served) -> Vec<Identity> {
    let owner = served.mighty(&served.northwind).await;
    let mut people = Vec::new();
    for role in Role::ALL {
        let (user, token) = served
            .colleague(&served.northwind, &format!("role-{role}"))
            .await;
        let roles = format!("/v1/members/{user}/roles");
        let body = Some(json!({"roles": [role]}));
        let headers = [("if-match", "*")];
        served
            .ask(Method::PUT, &roles, &owner, &headers, body)
            .await
            .expect(200);
        let mut may = words(role.permissions().iter().copied());
        may.extend(words(Role::Developer.permissions().iter().copied()));
        people.push(member(format!("the role {role}"), token, may));
    }
    people
}

/// A token for each permission alone, and one for all but it, each lent by the walking approver.
async fn scoped(served: &Served, approver: &str) -> Vec<Identity> {
    let mut scoped = Vec::new();
    for one in Permission::ALL {
        let rest = Permission::ALL.iter().copied().filter(|other| other != one);
        for (name, may) in [
            (format!("{one} alone"), words([*one])),
            (format!("all but {one}"), words(rest)),
        ] {
            let body = json!({"name": name, "scopes": may});
            let made = served.post(approver, "/v1/tokens", body).await.expect(201);
            let token = made["secret"].as_str().unwrap().to_owned();
            // It may less than whoever lent it; naming owners is lent to none that the console makes.
            let naming = Permission::OwnerManage.as_str();
            let opens_account = may.len() + 1 == Permission::ALL.len() && !may.contains(naming);
            scoped.push(Identity {
                opens_account,
                ..member(name, token, may)
            });
        }
    }
    scoped
}

async fn for_another_api(served: &Served) -> Identity {
    let owner = served.mighty(&served.northwind).await;
    let body = json!({"slug": "northwind-other", "name": "Other"});
    let api = served.post(&owner, "/v1/apis", body).await.expect(201);
    let body = json!({"name": "one API", "scopes": Permission::ALL, "apis": [api["id"]]});
    let made = served.post(&owner, "/v1/tokens", body).await.expect(201);
    Identity {
        name: "a token for another API".to_owned(),
        token: Some(made["secret"].as_str().unwrap().to_owned()),
        standing: Standing::OtherApis(words(Permission::ALL.iter().copied())),
        opens_account: false,
    }
}

async fn identities(served: &Served, walk: &IsolationWalk) -> Vec<Identity> {
    let everything = words(Permission::ALL.iter().copied());
    let mut identities = vec![member("an owner", walk.token.clone(), everything)];
    identities.extend(nobodies(served).await);
    identities.extend(people(served).await);
    identities.extend(scoped(served, &walk.token).await);
    identities.push(for_another_api(served).await);
    identities.push(Identity {
        name: "another tenant's owner".to_owned(),
        token: Some(served.mighty(&served.contoso).await),
        standing: Standing::Stranger,
        opens_account: true,
    });
    identities
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_cell_of_route_identity_and_ids_answers_what_the_document_promises() {
    let served = Served::start().await;
    let walk = walk(&served).await;
    let identities = identities(&served, &walk).await;
    let people = identities.len();
    let before = served.everything().await;
    let matrix = Arc::new(walk).matrix(identities).await;
    assert!(
        matrix.faults.is_empty(),
        "{} of {} cells are wrong:\n{}",
        matrix.faults.len(),
        matrix.cells,
        matrix.faults.join("\n")
    );
    assert_eq!(
        served.everything().await,
        before,
        "a cell changed something"
    );
    // Shown with --nocapture, for the record.
    let promised = &matrix.promised;
    tell(&format!(
        "{} cells of {people} identities, none wrong: {promised:?}",
        matrix.cells
    ));
    assert!(matrix.cells >= CELLS_MIN, "{} cells", matrix.cells);
}

fn tell(line: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout(), "{line}");
}
