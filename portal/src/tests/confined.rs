//! Sessions that a tenant's own identity provider began: believed in that tenant, and nowhere above it.

use super::sso::{come_back, come_back_with, press, scene};
use super::{PASSWORD, Stand, Window};
use gatehouse_control_plane::{Actor, account, tokens};
use gatehouse_domain::Permission;
use gatehouse_domain::id::NodeId;
use std::net::{IpAddr, Ipv4Addr};
use uuid::Uuid;

const OLGA: &str = "olga@acme.test";

const JOIN: &str = "/console/gateways/default/join";

/// A gateway in the shared group.
const NODE: u128 = 0x0193_a000_0000_7000_8000_0000_0000_0001;

async fn join_node(stand: &Stand) {
    stand
        .database
        .run(
            "insert into gateway_node (id, group_id, name, public_key, version, joined_at, last_seen_at)
             select '0193a000-0000-7000-8000-000000000001', id, 'fra-1', sha256('fra-1'::bytea), '0.1.0', '2026-11-20 11:38:00Z',
                 '2026-11-20 11:38:00Z'
             from gateway_group where slug = 'default'",
        )
        .await;
}

/// What a form of the page of gateways is answered with.
async fn sent(window: &mut Window, path: &str) -> u16 {
    assert_eq!(window.get("/console/gateways").await.status, 200);
    window.post(path, &[]).await.status
}

#[tokio::test]
async fn a_platform_person_by_a_tenants_own_provider_is_nobody_at_shared_gateways() {
    let (stand, issuer) = scene(&[]).await;
    join_node(&stand).await;
    let node = NodeId::from_uuid(Uuid::from_u128(NODE));
    let retire = format!("/console/gateways/{node}/retire");
    let drain = format!("/console/gateways/{node}/drain");
    let mut confined = stand.window();
    let asked = come_back(&stand, &issuer, &mut confined, OLGA).await;
    let connect = asked.location().to_owned();
    confined.get(&connect).await;
    let entered = confined.post(&connect, &[("password", PASSWORD)]).await;
    assert_eq!(entered.status, 303, "{}", entered.body);
    for path in [JOIN, &drain, &retire] {
        assert_eq!(sent(&mut confined, path).await, 403, "{path}");
    }

    // The same person by their own password.
    let mut whole = stand.signed_in(OLGA).await;
    assert_eq!(sent(&mut whole, JOIN).await, 200);
    assert_eq!(sent(&mut whole, &drain).await, 303);
    assert_eq!(sent(&mut whole, &retire).await, 303);
}

/// Makes a token with everything in the console; who it is to the verbs, when it opens its maker's account.
async fn token_of(stand: &Stand, window: &mut Window) -> Actor {
    let path = "/console/settings/tokens";
    let page = window.get(path).await;
    let nonce = page.between("name=\"nonce\" value=\"", "\"").to_owned();
    let offered = Permission::ALL.iter().map(|one| one.as_str());
    let mut fields = vec![("nonce", nonce.as_str()), ("name", "own"), ("days", "30")];
    fields.extend(offered.map(|one| ("scope", one)));
    let made = window.post(path, &fields).await;
    assert!(
        made.location().contains("made="),
        "{} {}",
        made.status,
        made.body
    );
    let page = window.follow(made).await;
    let text = page.between("<input id=\"key\" readonly value=\"", "\"");
    let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let actor = tokens::authenticate(&stand.db, text, here).await.unwrap();
    account::open(&stand.db, &actor.unwrap()).await.unwrap()
}

#[tokio::test]
async fn a_token_made_in_a_session_of_a_tenants_own_provider_does_not_open_the_whole_account() {
    let (stand, issuer) = scene(&[]).await;
    let mut confined = stand.window();
    let asked = come_back(&stand, &issuer, &mut confined, OLGA).await;
    let connect = asked.location().to_owned();
    confined.get(&connect).await;
    let entered = confined.post(&connect, &[("password", PASSWORD)]).await;
    assert_eq!(entered.status, 303, "{}", entered.body);
    let mut again = stand.window();
    let asked = press(&mut again, "").await;
    let shown = stand.db.clock().now().unix_timestamp();
    come_back_with(&stand, &issuer, &mut again, &asked, OLGA, Some(shown)).await;
    // She is a platform administrator: the tenant does not answer for her account.
    let lent = token_of(&stand, &mut again).await;
    assert!(lent.account().is_ok() && lent.whole_account().is_err());

    // The same person by her own password.
    let mut whole = stand.signed_in(OLGA).await;
    let lent = token_of(&stand, &mut whole).await;
    assert!(lent.whole_account().is_ok());
}
