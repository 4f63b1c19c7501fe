//! Who works on an application: the members of the team that owns it.

use gatehouse_domain::id::{ApplicationId, UserId};
use gatehouse_domain::{Email, Permission, Role};
use gatehouse_language::t;
use serde::Serialize;

use super::{ApplicationView, get_application};
use crate::accounts;
use crate::actor::Actor;
use crate::db::Db;
use crate::members::{self, GrantScope, InvitationView, Invite};
use crate::page::Lookup;
use crate::refs::TeamRef;
use crate::refusal::{Faults, Refusal};
use crate::teams::{self, TeamMemberView, TeamRole, TeamView};
use crate::work::Changed;

/// Who works on an application.
#[derive(Debug, Clone, Serialize)]
pub struct ApplicationMembers {
    /// The team that owns it, with whatever else it owns.
    pub team: TeamRef,
    /// Whether that is one person's own: it takes nobody in.
    pub personal: bool,
    /// Whether the asking one chooses its members.
    pub may_change: bool,
    /// Leads first.
    pub members: Vec<TeamMemberView>,
    /// Who was written to, where the address was of nobody here yet.
    pub invitation: Option<InvitationView>,
}

/// A colleague to work on an application.
#[derive(Debug, Clone)]
pub struct InviteColleague {
    /// Their address.
    pub email: String,
    /// What they are in the team.
    pub role: TeamRole,
}

/// Who works on an application; whoever sees it sees them.
pub async fn list_application_members(
    db: &Db,
    actor: &Actor,
    application: Lookup<ApplicationId>,
) -> Result<ApplicationMembers, Refusal> {
    let (view, team) = found(db, actor, application).await?;
    Ok(shown(actor, view, team))
}

/// Takes a colleague into the team of an application. Whoever may invite people to the tenant invites an address that nobody here
/// has; to others it is said that nobody has it.
pub async fn invite_colleague(
    db: &Db,
    actor: &Actor,
    application: Lookup<ApplicationId>,
    input: InviteColleague,
) -> Result<Changed<ApplicationMembers>, Refusal> {
    let (view, team) = found(db, actor, application.clone()).await?;
    // Judged before the address: who may not choose members does not learn who has an account.
    teams::require_choice(actor, &team)?;
    let mut faults = Faults::default();
    let email = faults.parse("/email", "email", Email::new(input.email.trim()));
    faults.finish()?;
    let email = email.ok_or(Refusal::NotFound)?;
    if let Some(person) = member_of_address(db, actor, &email).await? {
        let there = team.members.iter().find(|one| one.user_id == person);
        if there.is_some_and(|one| one.role != input.role) {
            let says = t!("refused-people-they-are-in-the-team-already");
            return Err(Refusal::field("/email", "member", says));
        }
        let done = teams::add_team_member(db, actor, team.id, person, input.role).await?;
        return Ok(done.map(|team| shown(actor, view, team)));
    }
    if !actor.may(Permission::MemberManage) {
        let says = t!("refused-people-nobody-here-has-this-address-ask");
        return Err(Refusal::field("/email", "unknown", says));
    }
    if input.role == TeamRole::Lead {
        let says = t!("refused-people-whoever-is-invited-joins-as-a");
        return Err(Refusal::field("/role", "not_yet", says));
    }
    let invite = Invite {
        email: email.to_string(),
        role: Role::Developer.as_str().to_owned(),
        scope: GrantScope::Tenant,
        team: Some(team.id),
        api: None,
    };
    let invited = members::invite(db, actor, invite).await?;
    let mut shown = shown(actor, view, team);
    Ok(invited.map(|invitation| {
        shown.invitation = Some(invitation);
        shown
    }))
}

/// Takes a person out of the team of an application.
pub async fn remove_colleague(
    db: &Db,
    actor: &Actor,
    application: Lookup<ApplicationId>,
    person: UserId,
) -> Result<Changed<ApplicationMembers>, Refusal> {
    let (view, team) = found(db, actor, application).await?;
    let done = teams::remove_team_member(db, actor, team.id, person).await?;
    Ok(done.map(|team| shown(actor, view, team)))
}

async fn found(
    db: &Db,
    actor: &Actor,
    application: Lookup<ApplicationId>,
) -> Result<(ApplicationView, TeamView), Refusal> {
    let view = get_application(db, actor, application).await?;
    let mut tx = db.tenant(actor.tenant()).await?;
    let team = teams::get(&mut tx, actor.tenant(), view.owner_team.id).await?;
    Ok((view, team))
}

async fn member_of_address(
    db: &Db,
    actor: &Actor,
    email: &Email,
) -> Result<Option<UserId>, Refusal> {
    let mut tx = db.tenant(actor.tenant()).await?;
    let Some(person) = accounts::find_by_email(&mut tx, email.as_str()).await? else {
        return Ok(None);
    };
    match members::get(&mut tx, actor.tenant(), person.id).await {
        Ok(_) => Ok(Some(person.id)),
        Err(Refusal::NotFound) => Ok(None),
        Err(refusal) => Err(refusal),
    }
}

fn shown(actor: &Actor, view: ApplicationView, team: TeamView) -> ApplicationMembers {
    ApplicationMembers {
        may_change: !team.personal && teams::require_choice(actor, &team).is_ok(),
        team: view.owner_team,
        personal: team.personal,
        members: team.members,
        invitation: None,
    }
}
