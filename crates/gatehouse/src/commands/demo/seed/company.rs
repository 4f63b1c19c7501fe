//! How the two companies came to be: their people and teams.

use anyhow::Context;
use gatehouse_control_plane::installation::{FirstAdmin, accept_first_admin, first_admin_link};
use gatehouse_control_plane::members::{Admit, Invite, admit, invite};
use gatehouse_control_plane::teams::{
    CreateTeam, TeamKind, TeamRole, add_team_member, create_team,
};
use gatehouse_control_plane::tenants::{CreateTenant, create_tenant};
use gatehouse_control_plane::{Actor, PlatformActor};
use gatehouse_domain::Role;
use gatehouse_domain::id::TenantId;
use gatehouse_runtime::Secret;

use super::super::people::{PASSWORD, PEOPLE, Person, Tenant};
use super::stage::Stage;

/// A team, with its lead and members.
type Team = (
    &'static str,
    &'static str,
    TeamKind,
    &'static str,
    &'static [&'static str],
);

const TEAMS: [Team; 3] = [
    (
        "commerce",
        "Commerce",
        TeamKind::Provider,
        "publisher",
        &["admin", "approver", "ops"],
    ),
    (
        "mobile",
        "Mobile apps",
        TeamKind::Consumer,
        "dev",
        &["admin"],
    ),
    ("partners", "Partners", TeamKind::Consumer, "ops", &["dev"]),
];

/// Three weeks ago.
pub(super) async fn found(stage: &mut Stage) -> anyhow::Result<()> {
    stage.turn_to(22, 8);
    let acme = found_acme(stage).await?;
    // Who is first is judged by the time of founding; the first owns the root of the gateways.
    stage.pass();
    let northwind = create_tenant(
        &stage.db,
        &PlatformActor::system("demo"),
        CreateTenant {
            slug: "northwind".to_owned(),
            name: "Northwind".to_owned(),
            owner: None,
        },
    )
    .await?
    .value
    .id;
    Box::pin(hire(stage, acme, northwind)).await?;
    for (slug, name, kind, lead, others) in TEAMS {
        let team = CreateTeam {
            slug: slug.to_owned(),
            name: name.to_owned(),
            kind,
        };
        let team = create_team(&stage.db, stage.person("admin")?, team)
            .await?
            .value
            .id;
        let everybody = [(lead, TeamRole::Lead)]
            .into_iter()
            .chain(others.iter().map(|handle| (*handle, TeamRole::Member)));
        for (handle, role) in everybody {
            let user = stage.id_of(handle)?;
            add_team_member(&stage.db, stage.person("admin")?, team, user, role).await?;
        }
    }
    // One who has not answered yet.
    stage.turn_to(21, 15);
    let invitation = Invite {
        email: "newcomer@demo.test".to_owned(),
        role: Role::Developer.to_string(),
        ..Invite::default()
    };
    invite(&stage.db, stage.person("admin")?, invitation).await?;
    Ok(())
}

async fn found_acme(stage: &mut Stage) -> anyhow::Result<TenantId> {
    let link = first_admin_link(&stage.db)
        .await?
        .context("there is an administrator already")?;
    let first = PEOPLE[0];
    let input = FirstAdmin {
        email: first.email(),
        name: first.name.to_owned(),
        password: Secret::new(PASSWORD.to_owned()),
        tenant_name: "Acme".to_owned(),
        tenant_slug: "acme".to_owned(),
    };
    stage.pass();
    let (user, tenant) = accept_first_admin(&stage.db, &link.0, input).await?;
    stage.introduce(first.handle, tenant, user).await?;
    Ok(tenant)
}

/// Everybody else. All at once: what takes time is the hashing of passwords.
async fn hire(stage: &mut Stage, acme: TenantId, northwind: TenantId) -> anyhow::Result<()> {
    let tenant_of = |person: &Person| match person.tenant {
        Tenant::Acme => acme,
        Tenant::Northwind => northwind,
    };
    stage.pass();
    let hire = |person: Person| {
        let (db, tenant) = (&stage.db, tenant_of(&person));
        async move {
            let input = Admit {
                email: person.email(),
                name: person.name.to_owned(),
                password: Secret::new(PASSWORD.to_owned()),
                roles: vec![person.role],
            };
            let member = admit(db, &Actor::system(tenant, "demo"), input).await?;
            anyhow::Ok(member.value.user_id)
        }
    };
    let [_, a, b, c, d, e] = PEOPLE;
    let (a, b, c, d, e) = tokio::try_join!(hire(a), hire(b), hire(c), hire(d), hire(e))?;
    for (person, user) in PEOPLE.iter().skip(1).zip([a, b, c, d, e]) {
        stage
            .introduce(person.handle, tenant_of(person), user)
            .await?;
    }
    Ok(())
}
