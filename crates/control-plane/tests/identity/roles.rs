//! Roles of the tenant's own, and who may give what to whom, where.

use gatehouse_control_plane::apis::{self, CreateApi};
use gatehouse_control_plane::members::{
    self, AddGrant, GrantScope, MemberStatus, PermissionQuestion,
};
use gatehouse_control_plane::roles::{self, CreateRole, ROLES_MAX, UpdateRole};
use gatehouse_control_plane::{Actor, Refusal};
use gatehouse_domain::id::UserId;
use gatehouse_domain::{Permission as P, Role};
use tokio::task::JoinSet;

use crate::world::World;

fn role(slug: &str, permissions: &[P]) -> CreateRole {
    CreateRole {
        slug: slug.to_owned(),
        name: slug.to_owned(),
        description: String::new(),
        permissions: permissions.to_vec(),
    }
}

fn of(role: &str, scope: GrantScope) -> AddGrant {
    AddGrant {
        role: role.to_owned(),
        scope,
    }
}

fn pointers<T: std::fmt::Debug>(answer: Result<T, Refusal>) -> Vec<String> {
    match answer {
        Err(Refusal::Invalid(faults)) => faults.into_iter().map(|fault| fault.pointer).collect(),
        other => panic!("{other:?}"),
    }
}

fn conflict<T: std::fmt::Debug>(answer: Result<T, Refusal>) -> String {
    match answer {
        Err(Refusal::Conflict(words)) => words,
        other => panic!("{other:?}"),
    }
}

fn lacks<T: std::fmt::Debug>(answer: Result<T, Refusal>) -> P {
    match answer {
        Err(Refusal::Forbidden(permission)) => permission,
        other => panic!("{other:?}"),
    }
}

impl World {
    async fn api(&self, slug: &str) {
        let input = CreateApi {
            slug: slug.to_owned(),
            name: slug.to_owned(),
            ..CreateApi::default()
        };
        apis::create_api(&self.db, &self.system(), input)
            .await
            .unwrap();
    }

    async fn give(&self, by: &Actor, to: UserId, grant: AddGrant) -> Result<String, Refusal> {
        let given = members::add_grant(&self.db, by, to, grant).await?;
        Ok(given.value.id)
    }
}

#[tokio::test]
async fn a_tenant_makes_changes_and_deletes_its_own_roles() {
    let world = World::create().await;
    let (db, owner) = (&world.db, world.owner().await);
    let input = role("release", &[P::SpecPublish, P::ApiRead, P::SpecPublish]);
    let made = roles::create_role(db, &owner, input.clone()).await.unwrap();
    assert_eq!(made.value.permissions, [P::ApiRead, P::SpecPublish]);
    let again = conflict(roles::create_role(db, &owner, input).await);
    assert_eq!(again, "There is a role 'release' already.");
    let listed = roles::list_roles(db, &owner).await.unwrap();
    let built_in = listed.iter().filter(|role| role.built_in).count();
    assert_eq!(
        (listed.len(), built_in),
        (Role::ALL.len() + 1, Role::ALL.len())
    );

    let pat = world.member("Pat", &[Role::Developer]).await;
    let id = world
        .give(&owner, pat, of("release", GrantScope::Tenant))
        .await
        .unwrap();
    let twice = world
        .give(&owner, pat, of("release", GrantScope::Tenant))
        .await;
    assert_eq!(conflict(twice), "Pat has this role there already.");
    assert!(world.actor(pat).await.may(P::SpecPublish));
    // Whoever holds it gains and loses with the role.
    let change = UpdateRole {
        permissions: Some(vec![P::PlanManage]),
        ..UpdateRole::default()
    };
    let stale = roles::update_role(db, &owner, "release", Some(7), change.clone()).await;
    assert!(matches!(stale, Err(Refusal::Stale { current: 1 })));
    roles::update_role(db, &owner, "release", Some(1), change)
        .await
        .unwrap();
    let now = world.actor(pat).await;
    assert!(now.may(P::PlanManage) && !now.may(P::SpecPublish));
    let held = conflict(roles::delete_role(db, &owner, "release", None).await);
    assert_eq!(held, "Pat has this role; take it from them first.");
    members::remove_grant(db, &owner, pat, &id).await.unwrap();
    assert!(!world.actor(pat).await.may(P::PlanManage));
    roles::delete_role(db, &owner, "release", None)
        .await
        .unwrap();
    let gone = roles::get_role(db, &owner, "release").await;
    assert!(matches!(gone, Err(Refusal::NotFound)));
    let recorded = "select count(*) from audit_log
                    where action in ('role.create', 'role.update', 'role.delete', 'member.grant_role', 'member.take_role')";
    assert_eq!(world.count(recorded).await, 5);
}

#[tokio::test]
async fn built_in_roles_stay_as_they_are_and_their_names_are_taken() {
    let world = World::create().await;
    let (db, owner) = (&world.db, world.owner().await);
    for built_in in Role::ALL {
        let slug = built_in.as_str();
        let changed = roles::update_role(db, &owner, slug, None, UpdateRole::default()).await;
        assert!(conflict(changed).contains("built-in"));
        assert!(conflict(roles::delete_role(db, &owner, slug, None).await).contains("built-in"));
        let taken = roles::create_role(db, &owner, role(slug, &[P::ApiRead])).await;
        assert_eq!(pointers(taken), ["/slug"]);
    }
    let empty = roles::create_role(db, &owner, role("empty", &[])).await;
    assert_eq!(pointers(empty), ["/permissions"]);
    // Naming owners is no permission to hand around, not even for owners.
    let owning = roles::create_role(db, &owner, role("kings", &[P::ApiRead, P::OwnerManage])).await;
    assert_eq!(pointers(owning), ["/permissions/1"]);
}

#[tokio::test]
async fn a_tenant_has_as_many_roles_as_are_allowed_and_none_more() {
    let world = World::create().await;
    let (db, owner) = (&world.db, world.owner().await);
    for number in 1..=ROLES_MAX {
        let made = roles::create_role(db, &owner, role(&format!("role-{number}"), &[P::ApiRead]));
        made.await.unwrap();
    }
    let more = roles::create_role(db, &owner, role("more", &[P::ApiRead])).await;
    assert!(conflict(more).contains("100 roles"));
    roles::delete_role(db, &owner, "role-1", None)
        .await
        .unwrap();
    let now = roles::create_role(db, &owner, role("more", &[P::ApiRead])).await;
    now.unwrap();
}

#[tokio::test]
async fn nobody_gives_or_takes_what_they_may_not_do_themselves() {
    let world = World::create().await;
    let (db, owner) = (&world.db, world.owner().await);
    let people = [P::MemberRead, P::MemberManage];
    for (slug, permissions) in [("people", &people[..]), ("release", &[P::SpecPublish])] {
        roles::create_role(db, &owner, role(slug, permissions))
            .await
            .unwrap();
    }
    let mia = world.member("Mia", &[Role::Developer]).await;
    world
        .give(&owner, mia, of("people", GrantScope::Tenant))
        .await
        .unwrap();
    let ada = world.member("Ada", &[Role::Admin]).await;
    let bo = world.member("Bo", &[Role::Developer]).await;
    let mia_id = mia;
    let mia = world.actor(mia).await;
    let before = world.count("select count(*) from scoped_grant").await;
    // Neither to herself nor to others, by any road.
    for (to, slug) in [
        (mia_id, "admin"),
        (bo, "publisher"),
        (bo, "release"),
        (mia_id, "owner"),
    ] {
        lacks(world.give(&mia, to, of(slug, GrantScope::Tenant)).await);
    }
    let made = roles::create_role(db, &mia, role("more", &[P::MemberRead, P::TenantManage])).await;
    assert_eq!(pointers(made), ["/permissions/1"]);
    for (slug, permissions) in [
        (
            "people",
            vec![P::MemberRead, P::MemberManage, P::TokenManage],
        ),
        ("release", vec![P::MemberRead]),
    ] {
        let change = UpdateRole {
            permissions: Some(permissions),
            ..UpdateRole::default()
        };
        roles::update_role(db, &mia, slug, None, change)
            .await
            .unwrap_err();
    }
    roles::delete_role(db, &mia, "release", None)
        .await
        .unwrap_err();
    lacks(members::set_roles(db, &mia, mia_id, None, vec![Role::Admin]).await);
    lacks(members::remove_grant(db, &mia, ada, "admin").await);
    lacks(members::set_member_status(db, &mia, ada, None, MemberStatus::Disabled).await);
    assert_eq!(
        world.count("select count(*) from scoped_grant").await,
        before
    );
    // What she has she may hand on.
    world
        .give(&mia, bo, of("people", GrantScope::Tenant))
        .await
        .unwrap();
    // Somebody with a stronger grant for less than the tenant is as safe from her.
    world.api("pets").await;
    world
        .give(&owner, bo, of("publisher", GrantScope::Api("pets".into())))
        .await
        .unwrap();
    lacks(members::set_member_status(db, &mia, bo, None, MemberStatus::Disabled).await);
}

#[tokio::test]
async fn an_admin_of_one_api_hands_on_what_holds_there_and_nothing_more() {
    let world = World::create().await;
    let owner = world.owner().await;
    world.api("pets").await;
    world.api("shop").await;
    let ada = world.member("Ada", &[Role::Developer]).await;
    let bo = world.member("Bo", &[Role::Developer]).await;
    let api = |slug: &str| GrantScope::Api(slug.into());
    world
        .give(&owner, ada, of("admin", api("pets")))
        .await
        .unwrap();
    let ada = world.actor(ada).await;
    let id = world
        .give(&ada, bo, of("publisher", api("pets")))
        .await
        .unwrap();
    for scope in [
        api("shop"),
        GrantScope::Product("shop".into()),
        GrantScope::Team(
            apis::get_api(&world.db, &owner, "pets".into())
                .await
                .unwrap()
                .owner_team
                .slug
                .as_str()
                .into(),
        ),
        GrantScope::Tenant,
    ] {
        lacks(world.give(&ada, bo, of("publisher", scope)).await);
    }
    members::remove_grant(&world.db, &ada, bo, &id)
        .await
        .unwrap();
    // Owners own the tenant, and everybody is a developer.
    for slug in ["owner", "developer"] {
        let odd = world.give(&owner, bo, of(slug, api("pets"))).await;
        assert_eq!(pointers(odd), ["/role"]);
    }
    for (scope, pointer) in [
        (api("nothing"), "/scope/api"),
        (GrantScope::Team("nothing".into()), "/scope/team"),
        (GrantScope::Product("nothing".into()), "/scope/product"),
    ] {
        let unknown = world.give(&owner, bo, of("publisher", scope)).await;
        assert!(
            matches!(&unknown, Err(Refusal::UnknownReference { pointer: at }) if at == pointer),
            "{unknown:?}"
        );
    }
}

#[tokio::test]
async fn of_two_owners_who_take_each_other_the_role_one_remains() {
    let world = World::create().await;
    let other = world.member("Otis", &[Role::Owner]).await;
    for _ in 0..10 {
        let (one, two) = (world.owner().await, world.actor(other).await);
        let mut tasks = JoinSet::new();
        for (by, whom) in [(one.clone(), other), (two, world.owner)] {
            let db = world.db.clone();
            tasks
                .spawn(async move { members::remove_grant(&db, &by, whom, "owner").await.is_ok() });
        }
        let done = tasks.join_all().await;
        assert_eq!(done.iter().filter(|done| **done).count(), 1);
        let owners = "select count(*) from role_grant where role = 'owner'";
        assert_eq!(world.count(owners).await, 1);
        let system = world.system();
        for user in [world.owner, other] {
            let _ = world
                .give(&system, user, of("owner", GrantScope::Tenant))
                .await;
        }
    }
    members::remove_grant(&world.db, &world.owner().await, other, "owner")
        .await
        .unwrap();
    let last = members::remove_grant(&world.db, &world.owner().await, world.owner, "owner").await;
    assert!(conflict(last).contains("only active owner"));
}

#[tokio::test]
async fn what_a_person_can_do_is_told_with_its_reasons() {
    let world = World::create().await;
    let (db, owner) = (&world.db, world.owner().await);
    world.api("pets").await;
    world.api("shop").await;
    let dora = world.member("Dora", &[Role::Developer]).await;
    let ask = async |permission: Option<P>, api: Option<&str>| {
        let question = PermissionQuestion {
            permission,
            api: api.map(Into::into),
        };
        let told = members::permissions_of_member(db, &owner, dora, &question).await;
        told.unwrap()
    };
    let why = async |permission, api| {
        let answer = ask(Some(permission), api).await.answer.unwrap();
        (answer.allowed, answer.because)
    };
    let all = ask(None, None).await;
    assert_eq!(all.permissions.len(), 2, "{all:?}");
    assert!(all.answer.is_none() && all.limited_by.is_none());
    assert_eq!(
        why(P::SpecPublish, Some("pets")).await,
        (
            false,
            "No role of Dora allows spec.publish on pets. These do: owner, admin, publisher."
                .to_owned()
        )
    );
    let grant = of("publisher", GrantScope::Api("pets".into()));
    let grant = world.give(&owner, dora, grant).await.unwrap();
    let here = ask(Some(P::SpecPublish), Some("pets")).await;
    assert_eq!(here.permissions.len(), 1);
    let from = &here.permissions[0].from[0];
    assert_eq!(
        (from.role.as_str(), from.grant.as_ref()),
        ("publisher", Some(&grant))
    );
    for (api, allowed, words) in [
        (
            Some("pets"),
            true,
            "Dora has spec.publish on the API pets as publisher.",
        ),
        (
            Some("shop"),
            false,
            "Dora has spec.publish on the API pets only, not on shop.",
        ),
        (
            None,
            false,
            "Dora has spec.publish on the API pets only, not in the whole tenant.",
        ),
    ] {
        assert_eq!(why(P::SpecPublish, api).await, (allowed, words.to_owned()));
        // What is told is what the verbs judge by.
        let actor = world.actor(dora).await;
        let may = match api {
            None => actor.may(P::SpecPublish),
            Some(api) => {
                let view = apis::get_api(db, &owner, api.into()).await.unwrap();
                actor
                    .grants()
                    .reach(&[P::SpecPublish])
                    .unwrap()
                    .contains(&view.id.uuid())
            }
        };
        assert_eq!(may, allowed);
    }
    members::set_member_status(db, &owner, dora, None, MemberStatus::Disabled)
        .await
        .unwrap();
    let disabled = ask(Some(P::SpecPublish), Some("pets")).await;
    assert!(disabled.permissions.is_empty());
    let answer = disabled.answer.unwrap();
    assert!(!answer.allowed);
    assert_eq!(Some(answer.because), disabled.limited_by);
    let bo = world
        .actor(world.member("Bo", &[Role::Developer]).await)
        .await;
    let curious =
        members::permissions_of_member(db, &bo, dora, &PermissionQuestion::default()).await;
    assert_eq!(lacks(curious), P::MemberRead);
    let own = bo.user().unwrap();
    let own = members::permissions_of_member(db, &bo, own, &PermissionQuestion::default()).await;
    assert_eq!(own.unwrap().permissions.len(), 2);
}

#[tokio::test]
async fn another_tenants_roles_and_things_are_not_there() {
    let world = World::create().await;
    let (db, owner) = (&world.db, world.owner().await);
    let other = Actor::system(world.second_tenant("contoso").await, "test");
    roles::create_role(db, &owner, role("release", &[P::SpecPublish]))
        .await
        .unwrap();
    world.api("pets").await;
    let gone = roles::get_role(db, &other, "release").await;
    assert!(matches!(gone, Err(Refusal::NotFound)));
    // The same person is a member of both.
    let grant = of("release", GrantScope::Tenant);
    let unknown = world.give(&other, world.owner, grant).await;
    assert!(matches!(unknown, Err(Refusal::UnknownReference { .. })));
    let grant = of("publisher", GrantScope::Api("pets".into()));
    let unknown = world.give(&other, world.owner, grant).await;
    assert!(matches!(unknown, Err(Refusal::UnknownReference { .. })));
    // The same slug is another role there.
    roles::create_role(db, &other, role("release", &[P::ApiRead]))
        .await
        .unwrap();
    let ours = roles::get_role(db, &owner, "release").await.unwrap();
    assert_eq!(ours.permissions, [P::SpecPublish]);
}
