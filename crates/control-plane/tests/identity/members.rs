//! Members, invitations and teams.

use gatehouse_control_plane::members::{self, AcceptInvitation, Invite, MemberStatus};
use gatehouse_control_plane::teams::{self, CreateTeam, TeamKind, TeamRole};

use gatehouse_control_plane::{Lookup, Page, PlatformActor, Refusal, accounts, tenants};
use gatehouse_domain::{Language, Permission, Role, TenantStatus};
use gatehouse_language::speaking;
use tokio::task::JoinSet;

use crate::world::{PASSWORD, World, secret};

fn invite(email: &str, role: Role) -> Invite {
    Invite {
        email: email.to_owned(),
        role: role.to_string(),
        ..Invite::default()
    }
}

fn newcomer() -> AcceptInvitation {
    AcceptInvitation::New {
        name: "Nia Newcomer".to_owned(),
        password: secret(PASSWORD),
    }
}

#[tokio::test]
async fn two_owners_who_demote_each_other_at_once_leave_one_owner() {
    let world = World::create().await;
    let other = world.member("Otto", &[Role::Owner]).await;
    let (one, two) = (world.owner().await, world.actor(other).await);
    let (left, right) = tokio::join!(
        members::set_roles(&world.db, &one, other, None, vec![Role::Developer]),
        members::set_roles(&world.db, &two, world.owner, None, vec![Role::Developer]),
    );
    let outcomes = [left.map(|_| ()), right.map(|_| ())];
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert!(
        outcomes
            .iter()
            .any(|outcome| matches!(outcome, Err(Refusal::Conflict(_))))
    );
    let owners = "select count(*) from role_grant where role = 'owner'";
    assert_eq!(world.count(owners).await, 1);
}

#[tokio::test]
async fn the_only_owner_can_neither_be_demoted_nor_disabled() {
    let world = World::create().await;
    let owner = world.owner().await;
    let roles = members::set_roles(&world.db, &owner, world.owner, None, vec![Role::Admin]).await;
    assert!(matches!(roles, Err(Refusal::Conflict(_))), "{roles:?}");
    let status = MemberStatus::Disabled;
    let disabled = members::set_member_status(&world.db, &owner, world.owner, None, status).await;
    assert!(
        matches!(disabled, Err(Refusal::Conflict(_))),
        "{disabled:?}"
    );
    assert!(
        members::actor_of_user(&world.db, world.tenant, world.owner)
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn an_admin_rules_everybody_but_owners() {
    let world = World::create().await;
    let admin_id = world.member("Ada", &[Role::Admin]).await;
    let dev = world.member("Dan", &[Role::Developer]).await;
    let admin = world.actor(admin_id).await;
    for (user, roles) in [(dev, vec![Role::Owner]), (world.owner, vec![Role::Admin])] {
        let answer = members::set_roles(&world.db, &admin, user, None, roles).await;
        assert!(
            matches!(answer, Err(Refusal::Forbidden(Permission::OwnerManage))),
            "{answer:?}"
        );
    }
    let answer =
        members::set_member_status(&world.db, &admin, world.owner, None, MemberStatus::Disabled)
            .await;
    assert!(matches!(answer, Err(Refusal::Forbidden(_))), "{answer:?}");
    let answer = members::invite(&world.db, &admin, invite("x@example.com", Role::Owner)).await;
    assert!(matches!(answer, Err(Refusal::Forbidden(_))), "{answer:?}");
    let promoted = members::set_roles(
        &world.db,
        &admin,
        dev,
        Some(1),
        vec![Role::Publisher, Role::Approver],
    )
    .await
    .unwrap();
    assert_eq!(promoted.value.roles, [Role::Publisher, Role::Approver]);
    let stale = members::set_roles(&world.db, &admin, dev, Some(1), vec![Role::Auditor]).await;
    assert!(
        matches!(stale, Err(Refusal::Stale { current: 2 })),
        "{stale:?}"
    );
    let actor = world.actor(dev).await;
    assert!(actor.may(Permission::SpecPublish) && actor.may(Permission::SubscriptionDecide));
    assert!(!actor.may(Permission::MemberManage));
}

#[tokio::test]
async fn every_member_may_what_a_developer_may_and_a_disabled_one_nothing() {
    let world = World::create().await;
    let auditor = world.member("Aud", &[Role::Auditor]).await;
    let actor = world.actor(auditor).await;
    assert!(actor.may(Permission::AuditRead) && actor.may(Permission::ApplicationManage));
    let owner = world.owner().await;
    members::set_member_status(&world.db, &owner, auditor, None, MemberStatus::Disabled)
        .await
        .unwrap();
    let gone = members::actor_of_user(&world.db, world.tenant, auditor)
        .await
        .unwrap();
    assert!(gone.is_none());
    assert!(
        members::tenants_of(&world.db, auditor)
            .await
            .unwrap()
            .is_empty()
    );
    let again =
        members::set_member_status(&world.db, &owner, auditor, None, MemberStatus::Disabled).await;
    assert!(matches!(again, Err(Refusal::Conflict(_))), "{again:?}");
}

#[tokio::test]
async fn in_a_suspended_tenant_members_only_read() {
    let world = World::create().await;
    let platform = PlatformActor::system("test");
    let set =
        |status| tenants::set_tenant_status(&world.db, &platform, world.tenant, status, "unpaid");
    let changed = set(TenantStatus::Suspended).await.unwrap();
    assert!(changed.change.is_some(), "gateways must learn of it");
    let actor = world.owner().await;
    assert!(actor.may(Permission::AuditRead) && !actor.may(Permission::ApplicationManage));
    let again = set(TenantStatus::Suspended).await;
    assert!(matches!(again, Err(Refusal::Conflict(_))), "{again:?}");
    assert!(set(TenantStatus::Closed).await.is_err());
    set(TenantStatus::Active).await.unwrap();
    assert!(world.owner().await.may(Permission::TenantManage));
}

#[tokio::test]
async fn an_invited_person_joins_with_the_role_and_team_and_the_link_works_once() {
    let world = World::create().await;
    let owner = world.owner().await;
    let team = CreateTeam {
        slug: "payments".to_owned(),
        name: "Payments".to_owned(),
        kind: TeamKind::Provider,
    };
    let team = teams::create_team(&world.db, &owner, team)
        .await
        .unwrap()
        .value;
    let email = "nia@example.com";
    let input = Invite {
        team: Some(team.id),
        ..invite(email, Role::Publisher)
    };
    members::invite(&world.db, &owner, input).await.unwrap();
    let token = world.mailed_token("invitation", email).await;
    let preview = members::preview_invitation(&world.db, &token)
        .await
        .unwrap();
    assert_eq!(
        (preview.email.as_str(), preview.has_account),
        (email, false)
    );

    let mut uses = JoinSet::new();
    for _ in 0..10 {
        let (db, token) = (world.db.clone(), token.clone());
        uses.spawn(async move { members::accept_invitation(&db, &token, newcomer()).await });
    }
    let answers = uses.join_all().await;
    let won: Vec<_> = answers.iter().flatten().collect();
    assert_eq!(won.len(), 1, "{answers:?}");
    let member = members::get_member(&world.db, &owner, won[0].user)
        .await
        .unwrap();
    assert_eq!(member.roles, [Role::Publisher]);
    assert!(member.teams.iter().any(|team| team.slug == "payments"));
    assert_eq!(member.teams.len(), 2);
    let again = members::invite(&world.db, &owner, invite(email, Role::Admin)).await;
    assert!(matches!(again, Err(Refusal::Conflict(_))), "{again:?}");
}

#[tokio::test]
async fn an_invitation_is_bound_to_its_address_replaced_by_the_next_and_over_after_a_week() {
    let world = World::create().await;
    let owner = world.owner().await;
    let stranger = world.verified("stranger@example.com").await;
    let email = "late@example.com";
    members::invite(&world.db, &owner, invite(email, Role::Admin))
        .await
        .unwrap();
    let first = world.mailed_token("invitation", email).await;
    let signed_in = AcceptInvitation::SignedIn(stranger);
    let answer = members::accept_invitation(&world.db, &first, signed_in).await;
    assert!(matches!(answer, Err(Refusal::NotYours(_))), "{answer:?}");
    world.pass(1);
    members::invite(&world.db, &owner, invite("LATE@example.com", Role::Auditor))
        .await
        .unwrap();
    let answer = members::accept_invitation(&world.db, &first, newcomer()).await;
    assert!(matches!(answer, Err(Refusal::Conflict(_))), "{answer:?}");
    let second = world.mailed_token("invitation", "LATE@example.com").await;
    world.pass(7 * 24 * 3600);
    let answer = members::accept_invitation(&world.db, &second, newcomer()).await;
    assert!(matches!(answer, Err(Refusal::Conflict(_))), "{answer:?}");
    let waiting = members::list_invitations(&world.db, &owner, &Page::default())
        .await
        .unwrap();
    assert!(waiting.data.is_empty());
}

#[tokio::test]
async fn a_person_of_one_tenant_accepts_an_invitation_to_another() {
    let world = World::create().await;
    let dev = world.verified("dev@example.com").await;
    let second = world.second_tenant("fabrikam").await;
    let there = members::actor_of_user(&world.db, second, world.owner)
        .await
        .unwrap()
        .unwrap();
    let german = accounts::set_language(&world.db, dev, Some(Language::German)).await;
    german.unwrap();
    let invited = members::invite(&world.db, &there, invite("dev@example.com", Role::Approver));
    speaking(Language::English, invited).await.unwrap();
    let told = "select count(*) from mail where template = 'invitation' and subject like '% lädt Sie zu %'";
    assert_eq!(world.count(told).await, 1);
    assert!(
        members::actor_of_user(&world.db, second, dev)
            .await
            .unwrap()
            .is_none()
    );
    let other = World {
        tenant: second,
        ..world
    };
    let token = other.mailed_token("invitation", "dev@example.com").await;
    let accepted =
        members::accept_invitation(&other.db, &token, AcceptInvitation::SignedIn(dev)).await;
    let accepted = accepted.unwrap();
    assert_eq!((accepted.user, accepted.tenant), (dev, second));
    let slugs: Vec<_> = members::tenants_of(&other.db, dev)
        .await
        .unwrap()
        .into_iter()
        .map(|tenant| tenant.slug)
        .collect();
    assert_eq!(slugs, ["fabrikam", "northwind"]);
}

#[tokio::test]
async fn a_lead_chooses_members_of_the_team_and_outsiders_do_not_see_it() {
    let world = World::create().await;
    let owner = world.owner().await;
    let (lead, member) = (
        world.member("Lea", &[Role::Developer]).await,
        world.member("Mia", &[Role::Developer]).await,
    );
    let input = CreateTeam {
        slug: "mobile".to_owned(),
        name: "Mobile".to_owned(),
        kind: TeamKind::Consumer,
    };
    let team = teams::create_team(&world.db, &owner, input.clone())
        .await
        .unwrap()
        .value;
    let twice = teams::create_team(&world.db, &owner, input).await;
    assert!(matches!(twice, Err(Refusal::Conflict(_))), "{twice:?}");
    let (lea, mia) = (world.actor(lead).await, world.actor(member).await);
    let lookup = Lookup::Slug("mobile".to_owned());
    assert!(matches!(
        teams::get_team(&world.db, &mia, &lookup).await,
        Err(Refusal::NotFound)
    ));
    let add = async |actor, user, role| {
        teams::add_team_member(&world.db, actor, team.id, user, role).await
    };
    assert!(matches!(
        add(&lea, member, TeamRole::Member).await,
        Err(Refusal::NotFound)
    ));
    add(&owner, lead, TeamRole::Lead).await.unwrap();
    add(&lea, member, TeamRole::Member).await.unwrap();
    assert!(teams::get_team(&world.db, &mia, &lookup).await.is_ok());
    let answer = add(&mia, member, TeamRole::Lead).await;
    assert!(matches!(answer, Err(Refusal::Forbidden(_))), "{answer:?}");
    teams::remove_team_member(&world.db, &lea, team.id, member)
        .await
        .unwrap();
    assert!(teams::get_team(&world.db, &mia, &lookup).await.is_err());

    let own = teams::my_teams(&world.db, &mia).await.unwrap().remove(0);
    let shared = teams::add_team_member(&world.db, &owner, own.id, lead, TeamRole::Member).await;
    assert!(matches!(shared, Err(Refusal::Conflict(_))), "{shared:?}");
}
