//! `/console/people`: members, their roles, invitations.

use crate::address::Query;
use crate::form::Form;
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::console::grants::{self, GrantForm};
use crate::pages::list_of::{After, older};
use crate::view::form::{Faults, Field, faults_of};
use crate::view::parts::{Badge, Empty, Flash, Pages, Tab, Tabs};
use crate::view::roles::{role_named, roles_in_words};
use crate::view::same::{self, Same};
use crate::view::shell::Shell;
use crate::view::words::{day, relative};
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::Refusal;
use gatehouse_control_plane::members::{self, InvitationView, Invite, MemberStatus, MemberView};
use gatehouse_control_plane::page::Page;
use gatehouse_domain::{Permission, Role};
use gatehouse_language::t;

/// Members and open invitations.
#[derive(Template)]
#[template(path = "pages/console/people.html")]
pub(crate) struct PeoplePage {
    pub(crate) shell: Shell,
    pub(crate) lead: String,
    pub(crate) tabs: Tabs,
    pub(crate) may_manage: bool,
    pub(crate) faults: Faults,
    /// Of the invitation; none for whoever may not invite.
    pub(crate) fields: Vec<Field>,
    pub(crate) rows: Vec<PersonRow>,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
    pub(crate) same: Same,
}

web_page!(PeoplePage, Private);

pub(crate) struct PersonRow {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) roles: String,
    pub(crate) state: Badge,
    pub(crate) since: String,
    /// There is nothing to read of somebody who has not come yet.
    pub(crate) open: Option<String>,
}

async fn page(
    visitor: &Visitor,
    after: &After,
    form: &InviteForm,
    faults: Faults,
) -> Result<PeoplePage, PageError> {
    let actor = visitor.require(Permission::MemberRead)?;
    let listed = members::list_members(visitor.db(), actor, &after.page()).await?;
    let open = match after.after {
        None => {
            members::list_invitations(visitor.db(), actor, &Page::default())
                .await?
                .data
        }
        Some(_) => Vec::new(),
    };
    let shell = visitor.shell().await?.console("people");
    let may_manage = shell.may_everywhere(Permission::MemberManage);
    let fields = match may_manage {
        true => fields(visitor, form, &faults).await?,
        false => Vec::new(),
    };
    let people = listed.data.len();
    let invited = open.into_iter().map(|invitation| PersonRow {
        name: invitation.email.clone(),
        email: t!("people-invited"),
        roles: invited_as(&invitation),
        state: Badge::waiting(t!("people-invited")),
        since: relative(invitation.created_at, visitor.now()),
        open: None,
    });
    let members = listed.data.iter().map(|member| row(member, &shell));
    let rows: Vec<PersonRow> = invited.chain(members).collect();
    Ok(PeoplePage {
        lead: t!("people-here", count = people),
        tabs: tabs("/console/people", &shell),
        may_manage,
        fields,
        faults,
        empty: Empty::new(
            t!("people-nobody-yet"),
            t!("people-members-appear-here"),
            None,
        ),
        pages: older("/console/people", &shell, people, listed.next, after),
        rows,
        same: visitor.same(&[same::MEMBER_INVITE], &[]),
        shell,
    })
}

/// The tabs of people, teams and roles; `here` is the path of the open one.
pub(crate) fn tabs(here: &str, shell: &Shell) -> Tabs {
    let tab = |label: String, path: &str| Tab {
        label: label.into(),
        href: shell.to(path),
        count: None,
        current: path == here,
    };
    Tabs::new(
        t!("people-people-and-teams"),
        vec![
            tab(t!("people-people"), "/console/people"),
            tab(t!("word-teams"), "/console/teams"),
            tab(t!("word-roles"), "/console/roles"),
        ],
    )
}

/// "Publisher", "Releaser, API Petstore"
fn invited_as(invitation: &InvitationView) -> String {
    let role = role_named(&invitation.role);
    match invitation.scope.id {
        Some(_) => format!("{role}, {}", grants::scope_words(&invitation.scope)),
        None => role,
    }
}

/// Whom to invite, as what, for what part, and where the link leads.
async fn fields(
    visitor: &Visitor,
    form: &InviteForm,
    faults: &Faults,
) -> Result<Vec<Field>, PageError> {
    let email = Field::email("email", t!("field-email"))
        .complete("off")
        .value(&form.email)
        .faults(faults);
    let mut fields = vec![email];
    fields.extend(grants::fields(visitor, &form.grant(), true, faults).await?);
    let lands = Field::text("api", t!("people-lands-on"))
        .optional()
        .max(80)
        .value(&form.api)
        .help(t!("people-short-name-of-the-api-they"))
        .faults(faults);
    fields.push(lands);
    Ok(fields)
}

fn row(member: &MemberView, shell: &Shell) -> PersonRow {
    PersonRow {
        name: member.name.clone(),
        email: member.email.clone(),
        roles: roles_in_words(&member.roles),
        state: state(member),
        since: day(member.created_at),
        open: Some(shell.to(&format!("/console/people/{}", member.user_id))),
    }
}

pub(crate) fn state(member: &MemberView) -> Badge {
    match member.status {
        MemberStatus::Active => Badge::good(t!("people-active")),
        MemberStatus::Disabled => Badge::stopped(t!("people-disabled")),
    }
}

/// `GET /console/people`
pub(crate) async fn show(
    visitor: Visitor,
    Query(after): Query<After>,
) -> Result<PeoplePage, PageError> {
    page(&visitor, &after, &InviteForm::default(), Faults::default()).await
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InviteForm {
    email: String,
    role: String,
    #[serde(default)]
    on: String,
    #[serde(default)]
    of: String,
    #[serde(default)]
    api: String,
}

impl Default for InviteForm {
    fn default() -> Self {
        Self {
            email: String::new(),
            role: Role::Developer.to_string(),
            on: "tenant".to_owned(),
            of: String::new(),
            api: String::new(),
        }
    }
}

impl InviteForm {
    fn grant(&self) -> GrantForm {
        let on = match self.on.as_str() {
            "" => "tenant",
            on => on,
        };
        GrantForm {
            role: self.role.clone(),
            on: on.to_owned(),
            of: self.of.clone(),
        }
    }

    fn wanted(&self) -> Result<Invite, Refusal> {
        let api = self.api.trim();
        Ok(Invite {
            email: self.email.clone(),
            role: self.role.clone(),
            scope: self.grant().scope()?,
            team: None,
            api: (!api.is_empty()).then(|| api.into()),
        })
    }
}

/// `POST /console/people`
pub(crate) async fn invite(
    visitor: Visitor,
    Form(form): Form<InviteForm>,
) -> Result<Response, PageError> {
    let actor = visitor.require(Permission::MemberManage)?;
    let made = match form.wanted() {
        Ok(input) => members::invite(visitor.db(), actor, input).await,
        Err(refusal) => Err(refusal),
    };
    match made {
        Ok(made) => {
            let words = Flash::good(
                t!("people-invitation-sent"),
                t!(
                    "people-gets-a-link-that-works-for",
                    email = &made.value.email
                ),
            );
            visitor.tell(words).await?;
            Ok(visitor.go("/console/people").into_response())
        }
        Err(refusal) => {
            let faults = faults_of(refusal)?.renamed(&[("scope", "of")]);
            let page = page(&visitor, &After::default(), &form, faults).await?;
            Ok(refused(page))
        }
    }
}
