//! Somebody leaves: what hangs on them is shown, handed over, and gains nothing by it. And invitations that are sent again.

use gatehouse_control_plane::applications::{self, CreateApplication};
use gatehouse_control_plane::members::{
    self, AcceptInvitation, AddGrant, GrantScope, Invite, MemberStatus, Transfer,
};
use gatehouse_control_plane::roles::{self, CreateRole};
use gatehouse_control_plane::teams::{self, CreateTeam, TeamKind, TeamRole};
use gatehouse_control_plane::tokens::{self, CreateToken};
use gatehouse_control_plane::{Lookup, Refusal, outbox};
use gatehouse_domain::id::UserId;
use gatehouse_domain::{Permission as P, Role};

use crate::world::{PASSWORD, World, secret};

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

#[tokio::test]
async fn what_hangs_on_somebody_who_leaves_is_handed_over_and_gains_nothing_by_it() {
    let world = World::create().await;
    let (db, owner) = (&world.db, world.owner().await);
    let ada = world.member("Ada", &[Role::Admin]).await;
    let bo = world.member("Bo", &[Role::Publisher]).await;
    let ada_actor = world.actor(ada).await;
    let app = applications::create_application(
        db,
        &ada_actor,
        CreateApplication {
            name: "Kiosk".to_owned(),
            description: String::new(),
            team: None,
        },
    );
    let app = app.await.unwrap().value;
    let token = async |scopes: &[P]| {
        let input = CreateToken {
            name: "ci".to_owned(),
            scopes: scopes.to_vec(),
            apis: None,
            platform: None,
            expires_in_days: None,
        };
        let made = tokens::create_token(db, &ada_actor, input).await.unwrap();
        made.value.1.reveal()
    };
    let (both, sleeping) = (
        token(&[P::SpecPublish, P::TenantManage]).await,
        token(&[P::TenantManage]).await,
    );
    // She is no administrator any more; what her tokens could do then must not wake up in an owner's name.
    members::set_roles(db, &owner, ada, None, vec![Role::Publisher])
        .await
        .unwrap();
    let to = |to: UserId| Transfer { to, team: None };
    let bos = world.actor(bo).await;
    let lacks = members::transfer(db, &bos, ada, to(bo)).await;
    assert!(
        matches!(lacks, Err(Refusal::Forbidden(P::MemberManage))),
        "{lacks:?}"
    );
    let input = CreateTeam {
        slug: "kiosks".to_owned(),
        name: "Kiosks".to_owned(),
        kind: TeamKind::Consumer,
    };
    let led = teams::create_team(db, &owner, input)
        .await
        .unwrap()
        .value
        .id;
    teams::add_team_member(db, &owner, led, ada, TeamRole::Lead)
        .await
        .unwrap();
    let alone = teams::remove_team_member(db, &owner, led, world.owner).await;
    drop(alone);
    let belongings = members::list_belongings(db, &owner, ada).await.unwrap();
    let counts = (
        belongings.applications.len(),
        belongings.tokens.len(),
        belongings.led_teams.len(),
    );
    assert_eq!(counts, (1, 2, 1));
    let nosy = members::list_belongings(db, &bos, ada).await;
    assert!(matches!(nosy, Err(Refusal::Forbidden(_))), "{nosy:?}");
    let itself = members::transfer(db, &owner, ada, to(ada)).await;
    assert_eq!(pointers(itself), ["/to"]);
    let dry = owner.clone().on_a_dry_run();
    let shown = members::transfer(db, &dry, ada, to(world.owner)).await;
    let shown = shown.unwrap().value;
    assert_eq!((shown.applications.len(), shown.tokens.len()), (1, 2));
    let team = async || {
        let view = applications::get_application(db, &owner, Lookup::Id(app.id)).await;
        view.unwrap().owner_team.id
    };
    assert_eq!(team().await, app.owner_team.id, "a dry run moves nothing");
    let done = members::transfer(db, &owner, ada, to(world.owner)).await;
    let done = done.unwrap().value;
    assert_eq!(team().await, done.team);
    let lead = teams::get_team(db, &owner, &Lookup::Id(led)).await.unwrap();
    let leads: Vec<_> = lead
        .members
        .iter()
        .filter(|m| m.role == TeamRole::Lead)
        .map(|m| m.user_id)
        .collect();
    assert!(leads.contains(&world.owner), "{leads:?}");
    let nothing = members::list_belongings(db, &owner, ada).await.unwrap();
    assert!(
        nothing.applications.is_empty()
            && nothing.tokens.is_empty()
            && nothing.led_teams.is_empty()
    );
    let mut revoked: Vec<_> = done.tokens.iter().map(|token| token.revoked).collect();
    // Made in one moment, they are in no order.
    revoked.sort_unstable();
    assert_eq!(revoked, [false, true]);
    members::set_member_status(db, &owner, ada, None, MemberStatus::Disabled)
        .await
        .unwrap();
    let home = crate::world::HOME;
    let works = tokens::authenticate(db, &both, home).await.unwrap();
    let works = works.unwrap();
    assert!(works.may(P::SpecPublish) && !works.may(P::TenantManage));
    let sleeping = tokens::authenticate(db, &sleeping, home).await.unwrap();
    assert!(sleeping.is_none());
    let nobody = members::transfer(db, &owner, world.owner, to(ada)).await;
    assert!(conflict(nobody).contains("Ada is disabled"));
    let elsewhere = world.second_tenant("fabrikam").await;
    let other = members::actor_of_user(db, elsewhere, world.owner)
        .await
        .unwrap()
        .unwrap();
    let theirs = members::list_belongings(db, &other, ada).await;
    assert!(matches!(theirs, Err(Refusal::NotFound)), "{theirs:?}");
    let theirs = members::transfer(db, &other, ada, to(world.owner)).await;
    assert!(matches!(theirs, Err(Refusal::NotFound)), "{theirs:?}");
}

#[tokio::test]
async fn an_invitation_sent_again_has_another_link_and_seven_more_days() {
    let world = World::create().await;
    let (db, owner) = (&world.db, world.owner().await);
    let input = Invite {
        email: "nora@new.example".to_owned(),
        role: Role::Publisher.to_string(),
        ..Invite::default()
    };
    let made = members::invite(db, &owner, input).await.unwrap().value;
    let first = world.mailed_token("invitation", "nora@new.example").await;
    world.pass(6 * 86_400);
    let ada = world.member("Ada", &[Role::Developer]).await;
    let ada = world.actor(ada).await;
    let lacks = members::resend_invitation(db, &ada, made.id).await;
    assert!(
        matches!(lacks, Err(Refusal::Forbidden(P::MemberManage))),
        "{lacks:?}"
    );
    let again = members::resend_invitation(db, &owner, made.id).await;
    let again = again.unwrap().value;
    assert_eq!(again.expires_at - made.expires_at, time::Duration::days(6));
    let second = world.mailed_token("invitation", "nora@new.example").await;
    assert_ne!(first, second);
    let accept = |token: String| {
        let who = AcceptInvitation::New {
            name: "Nora".to_owned(),
            password: secret(PASSWORD),
        };
        async move { members::accept_invitation(db, &token, who).await }
    };
    assert!(
        accept(first).await.is_err(),
        "the link before works no more"
    );
    // Longer than the first would have lived.
    world.pass(3 * 86_400);
    accept(second).await.unwrap();
    let spent = members::resend_invitation(db, &owner, made.id).await;
    assert!(matches!(spent, Err(Refusal::NotFound)), "{spent:?}");
}

#[tokio::test]
async fn who_is_given_a_role_of_the_tenants_own_is_told_its_name() {
    let world = World::create().await;
    let (db, owner) = (&world.db, world.owner().await);
    let input = CreateRole {
        slug: "release".to_owned(),
        name: "Releases".to_owned(),
        description: String::new(),
        permissions: vec![P::SpecPublish],
    };
    roles::create_role(db, &owner, input).await.unwrap();
    let ada = world.member("Ada", &[Role::Publisher]).await;
    let input = AddGrant {
        role: "release".to_owned(),
        scope: GrantScope::Tenant,
    };
    members::add_grant(db, &owner, ada, input).await.unwrap();
    outbox::dispatch(db).await.unwrap();
    let told = "select count(*) from notification where type = 'member.roles_changed' and title like '%publisher, release'";
    assert_eq!(world.count(told).await, 1);
}
