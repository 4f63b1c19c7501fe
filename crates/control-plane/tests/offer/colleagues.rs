//! Colleagues, who work on the applications of their team.

use gatehouse_control_plane::applications::{
    self, ApplicationMembers, CreateApplication, InviteColleague,
};
use gatehouse_control_plane::teams::{self, CreateTeam, TeamKind, TeamRole};
use gatehouse_control_plane::{Actor, Lookup, Refusal};
use gatehouse_domain::Role;
use gatehouse_domain::id::{ApplicationId, UserId};

use crate::world::{World, faults, is_not_found, member};

/// An application of a team that the developer leads.
async fn shared(world: &World) -> ApplicationId {
    let (db, dora) = (&world.db, &world.dora);
    let team = CreateTeam {
        slug: "tills".to_owned(),
        name: "Tills".to_owned(),
        kind: TeamKind::Consumer,
    };
    let team = teams::create_team(db, &world.ada, team).await;
    let team = team.unwrap().value.id;
    let lead = dora.user().unwrap();
    teams::add_team_member(db, &world.ada, team, lead, TeamRole::Lead)
        .await
        .unwrap();
    let input = CreateApplication {
        name: "Till".to_owned(),
        team: Some(Lookup::Id(team)),
        ..CreateApplication::default()
    };
    let dora = world.as_now(dora).await;
    let made = applications::create_application(db, &dora, input).await;
    made.unwrap().value.id
}

impl World {
    /// Somebody as they are now: with the teams they joined since.
    async fn as_now(&self, actor: &Actor) -> Actor {
        let user = actor.user().unwrap();
        let found = gatehouse_control_plane::members::actor_of_user(&self.db, self.tenant, user);
        found.await.unwrap().unwrap()
    }

    async fn invite_to(
        &self,
        by: &Actor,
        to: ApplicationId,
        name: &str,
        role: TeamRole,
    ) -> Result<ApplicationMembers, Refusal> {
        let input = InviteColleague {
            email: format!("{name}@{}.example", self.tenant).replace('_', "-"),
            role,
        };
        let done = applications::invite_colleague(&self.db, by, Lookup::Id(to), input).await;
        done.map(|changed| changed.value)
    }
}

#[tokio::test]
async fn who_is_in_the_team_keeps_their_part_in_it_when_they_are_invited_again() {
    let world = World::create().await;
    let till = shared(&world).await;
    let dora = world.as_now(&world.dora).await;
    let mia = member(&world.db, world.tenant, "mia", Role::Developer).await;
    let leads = mia.user().unwrap();
    let parts = |members: &ApplicationMembers| -> Vec<(UserId, TeamRole)> {
        let of = |one: &teams::TeamMemberView| (one.user_id, one.role);
        let mut parts: Vec<_> = members.members.iter().map(of).collect();
        parts.sort_by_key(|(user, _)| *user);
        parts
    };
    let joined = world.invite_to(&dora, till, "mia", TeamRole::Lead).await;
    let before = parts(&joined.unwrap());
    assert!(before.contains(&(leads, TeamRole::Lead)), "{before:?}");
    let footprint = world.footprint().await;
    // As what they are not: by somebody else who leads, and by the one who manages teams.
    for by in [&dora, &world.ada] {
        let refused = world.invite_to(by, till, "mia", TeamRole::Member).await;
        assert_eq!(faults(refused), ["/email"]);
    }
    assert_eq!(world.footprint().await, footprint);
    // As what they are, it says what is so.
    let again = world.invite_to(&dora, till, "mia", TeamRole::Lead).await;
    assert_eq!(parts(&again.unwrap()), before);
    // Who is not of the team learns nothing.
    let nobody = world.invite_to(&world.eli, till, "mia", TeamRole::Member);
    assert!(is_not_found(&nobody.await));
    let now = applications::list_application_members(&world.db, &dora, Lookup::Id(till)).await;
    assert_eq!(parts(&now.unwrap()), before);
}
