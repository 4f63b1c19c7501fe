//! Invitations that give a role for a part of the tenant or one of its own, and where they lead.

use gatehouse_control_plane::members::{
    self, AcceptInvitation, Accepted, GrantScope, Invite, ScopeView,
};
use gatehouse_control_plane::publishing::{self, PublishSpec, Source};
use gatehouse_control_plane::roles::{self, CreateRole};
use gatehouse_control_plane::{Actor, Page, Refusal};
use gatehouse_domain::{Permission, Role};

use crate::world::{PASSWORD, World, secret};

const NIA: &str = "nia@example.com";

/// A tenant with two APIs and a role of its own.
async fn scene() -> World {
    let world = World::create().await;
    for slug in ["orders", "billing"] {
        publish(&world, slug).await;
    }
    let input = CreateRole {
        slug: "releaser".to_owned(),
        name: "Releaser".to_owned(),
        description: String::new(),
        permissions: vec![Permission::ApiRead, Permission::SpecPublish],
    };
    roles::create_role(&world.db, &world.owner().await, input)
        .await
        .unwrap();
    world
}

async fn publish(world: &World, slug: &str) {
    let document = gatehouse_harness::descriptions::petstore(slug, "http://127.0.0.1:9/");
    let input = PublishSpec {
        api: slug.into(),
        version: "v1".into(),
        content: document.to_string().into(),
        source: Source::default(),
        create: true,
        drop_orphans: false,
        dry_run: false,
    };
    let done = publishing::publish_spec(&world.db, &world.system(), input).await;
    assert!(done.is_ok());
}

fn to(role: &str, scope: GrantScope) -> Invite {
    Invite {
        email: NIA.to_owned(),
        role: role.to_owned(),
        scope,
        ..Invite::default()
    }
}

fn orders() -> GrantScope {
    GrantScope::Api("orders".into())
}

async fn accepted(world: &World) -> Accepted {
    let token = world.mailed_token("invitation", NIA).await;
    let who = AcceptInvitation::New {
        name: "Nia".to_owned(),
        password: secret(PASSWORD),
    };
    members::accept_invitation(&world.db, &token, who)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_role_for_one_api_holds_there_only_and_leads_there() {
    let world = scene().await;
    let owner = world.owner().await;
    let made = members::invite(&world.db, &owner, to("publisher", orders())).await;
    let made = made.unwrap().value;
    assert_eq!((made.role.as_str(), made.scope.kind), ("publisher", "api"));
    assert_eq!(made.scope.slug.as_deref(), Some("orders"));
    let mails = world.mails().await;
    let said = &mails
        .iter()
        .find(|mail| mail.template == "invitation")
        .unwrap()
        .body_text;
    assert!(said.contains("as publisher for the API orders"), "{said}");
    let listed = members::list_invitations(&world.db, &owner, &Page::default()).await;
    assert_eq!(listed.unwrap().data[0].scope, made.scope);

    let joined = accepted(&world).await;
    assert_eq!(joined.api.as_deref(), Some("orders"));
    let held = members::list_grants(&world.db, &owner, joined.user)
        .await
        .unwrap();
    let scopes: Vec<(&str, &ScopeView)> = held
        .iter()
        .map(|grant| (grant.role.as_str(), &grant.scope))
        .collect();
    assert!(scopes.contains(&("publisher", &made.scope)), "{scopes:?}");
    assert!(
        held.iter()
            .all(|grant| grant.role != "publisher" || grant.granted_by == owner.user())
    );
    let nia = world.actor(joined.user).await;
    assert!(!nia.may(Permission::SpecPublish), "not in the whole tenant");
    assert!(nia.may_anywhere(Permission::SpecPublish));
}

#[tokio::test]
async fn a_role_of_the_tenants_own_is_given_and_another_api_is_landed_on() {
    let world = scene().await;
    let owner = world.owner().await;
    let input = Invite {
        api: Some("billing".into()),
        ..to("releaser", GrantScope::Tenant)
    };
    let made = members::invite(&world.db, &owner, input)
        .await
        .unwrap()
        .value;
    assert_eq!(
        made.api.as_ref().map(|api| api.slug.as_str()),
        Some("billing")
    );
    // Sent again, later, it is what it was.
    world.pass(60);
    let again = members::resend_invitation(&world.db, &owner, made.id).await;
    let again = again.unwrap().value;
    assert_eq!((again.role, again.api), (made.role, made.api));
    let joined = accepted(&world).await;
    assert_eq!(joined.api.as_deref(), Some("billing"));
    let nia = world.actor(joined.user).await;
    assert!(nia.may(Permission::SpecPublish) && !nia.may(Permission::MemberRead));
    let member = members::get_member(&world.db, &owner, joined.user)
        .await
        .unwrap();
    assert_eq!(member.roles, [Role::Developer]);
}

#[tokio::test]
async fn nobody_invites_to_what_they_may_not_give_or_what_does_not_exist() {
    let world = scene().await;
    let owner = world.owner().await;
    let pointer = |refused: Result<_, Refusal>| match refused {
        Err(Refusal::UnknownReference { pointer }) => pointer,
        Err(Refusal::Invalid(faults)) => faults[0].pointer.clone(),
        other => panic!("{:?}", other.map(drop)),
    };
    let try_it =
        async |actor: &Actor, input| members::invite(&world.db, actor, input).await.map(drop);
    assert_eq!(
        pointer(try_it(&owner, to("nobody", GrantScope::Tenant)).await),
        "/role"
    );
    let absent = to("publisher", GrantScope::Api("absent".into()));
    assert_eq!(pointer(try_it(&owner, absent).await), "/scope/api");
    assert_eq!(
        pointer(try_it(&owner, to("owner", orders())).await),
        "/role"
    );
    let nowhere = Invite {
        api: Some("absent".into()),
        ..to("developer", GrantScope::Tenant)
    };
    assert_eq!(pointer(try_it(&owner, nowhere).await), "/api");

    // Another tenant's owner knows neither the role nor the API.
    let elsewhere = world.second_tenant("southwind").await;
    let there = members::actor_of_user(&world.db, elsewhere, world.owner).await;
    let there = there.unwrap().unwrap();
    assert_eq!(
        pointer(try_it(&there, to("releaser", GrantScope::Tenant)).await),
        "/role"
    );
    assert_eq!(
        pointer(try_it(&there, to("publisher", orders())).await),
        "/scope/api"
    );

    // Somebody who may manage members, and nothing else.
    let input = CreateRole {
        slug: "greeter".to_owned(),
        name: "Greeter".to_owned(),
        description: String::new(),
        permissions: vec![Permission::MemberManage, Permission::MemberRead],
    };
    roles::create_role(&world.db, &owner, input).await.unwrap();
    let gus = world.member("Gus", &[Role::Developer]).await;
    let grant = members::AddGrant {
        role: "greeter".to_owned(),
        scope: GrantScope::Tenant,
    };
    members::add_grant(&world.db, &owner, gus, grant)
        .await
        .unwrap();
    let gus = world.actor(gus).await;
    let more = try_it(&gus, to("publisher", orders())).await;
    assert!(matches!(more, Err(Refusal::Forbidden(_))), "{more:?}");
    try_it(&gus, to("developer", GrantScope::Tenant))
        .await
        .unwrap();
}

#[tokio::test]
async fn what_is_gone_when_it_is_accepted_is_not_given() {
    let world = scene().await;
    let owner = world.owner().await;
    members::invite(&world.db, &owner, to("releaser", GrantScope::Tenant))
        .await
        .unwrap();
    roles::delete_role(&world.db, &owner, "releaser", None)
        .await
        .unwrap();
    let joined = accepted(&world).await;
    let nia = world.actor(joined.user).await;
    assert!(!nia.may_anywhere(Permission::SpecPublish));
    assert_eq!(joined.api, None);
}
