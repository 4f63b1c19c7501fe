//! What a person can do: each permission, on what, from which grant; and for one that was asked about, why or why not.

use gatehouse_domain::id::{ApiId, UserId};
use gatehouse_domain::{Permission, Role, TenantStatus};
use gatehouse_language::t;
use serde::Serialize;

use super::grants::{GrantView, ScopeView, of_member};
use super::{MemberStatus, MemberView};
use crate::actor::Actor;
use crate::apis;
use crate::db::Db;
use crate::page::Lookup;
use crate::refusal::Refusal;
use crate::roles;
use crate::teams::TeamRef;
use crate::tenants;
use crate::words::{all_of, in_state};

/// What a member can do.
#[derive(Debug, Clone, Serialize)]
pub struct MemberPermissions {
    /// The person.
    pub user_id: UserId,
    /// Their name.
    pub name: String,
    /// Why they can do less than their grants say, or nothing at all.
    pub limited_by: Option<String>,
    /// What they can do now, in the order permissions are listed, the whole tenant first.
    pub permissions: Vec<HeldPermission>,
    /// The teams they act for: what they may do to applications, they may do to these teams'.
    pub teams: Vec<TeamRef>,
    /// The answer to what was asked.
    pub answer: Option<PermissionAnswer>,
}

/// A permission somebody holds.
#[derive(Debug, Clone, Serialize)]
pub struct HeldPermission {
    /// What.
    pub permission: Permission,
    /// On what.
    pub on: ScopeView,
    /// From which roles.
    pub from: Vec<PermissionSource>,
}

/// What a permission comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PermissionSource {
    /// Slug of the role.
    pub role: String,
    /// Names the grant among the member's; `None` is what every member may.
    pub grant: Option<String>,
}

/// Why somebody can do something, or cannot.
#[derive(Debug, Clone, Serialize)]
pub struct PermissionAnswer {
    /// What.
    pub permission: Permission,
    /// On which API; `None` is in the whole tenant.
    pub api: Option<String>,
    /// Whether they can.
    pub allowed: bool,
    /// Why, in words.
    pub because: String,
}

/// What is asked about.
#[derive(Debug, Clone, Default)]
pub struct PermissionQuestion {
    /// Only this permission.
    pub permission: Option<Permission>,
    /// Only what holds on this API.
    pub api: Option<Lookup<ApiId>>,
}

/// Tells what a member can do. Everybody may ask about themselves.
pub async fn permissions_of_member(
    db: &Db,
    actor: &Actor,
    user: UserId,
    question: &PermissionQuestion,
) -> Result<MemberPermissions, Refusal> {
    if actor.user() != Some(user) {
        actor.require(Permission::MemberRead)?;
    }
    let mut tx = db.tenant(actor.tenant()).await?;
    let member = super::get(&mut tx, actor.tenant(), user).await?;
    let place = match &question.api {
        Some(api) => {
            let row =
                apis::find_visible(&mut tx, actor, api)
                    .await
                    .map_err(|refusal| match refusal {
                        Refusal::NotFound => Refusal::unknown("/api"),
                        other => other,
                    })?;
            Some((row.name.clone(), row.place()))
        }
        None => None,
    };
    let tenant = tenants::get(&mut tx, actor.tenant()).await?;
    let limit = Limit::of(&member, tenant.status);
    let held = of_member(&mut tx, user).await?;
    let inside = |scope: &ScopeView| match (&place, scope.id) {
        (None, _) | (_, None) => true,
        (Some((_, place)), Some(id)) => place.ids().contains(&id),
    };
    let mut permissions = list(&held, |permission, scope| {
        limit.leaves(permission)
            && question.permission.is_none_or(|asked| asked == permission)
            && inside(scope)
    });
    permissions.sort_by_key(|held| (held.permission, held.on.kind != "tenant"));
    let answer = match question.permission {
        None => None,
        Some(permission) => {
            let others = roles::list_with(&mut tx, permission).await?;
            let answer = Asked {
                permission,
                api: place.as_ref().map(|(name, _)| name.clone()),
            };
            Some(answer.judge(&member, &limit, &held, &permissions, &others))
        }
    };
    Ok(MemberPermissions {
        user_id: user,
        name: member.name,
        limited_by: limit.in_words(),
        permissions,
        teams: member.teams,
        answer,
    })
}

/// What keeps somebody from what their grants say.
enum Limit {
    None,
    Disabled(String),
    /// Only reading remains.
    Tenant(TenantStatus),
    Closed,
}

impl Limit {
    fn of(member: &MemberView, tenant: TenantStatus) -> Self {
        match (member.status, tenant) {
            (_, TenantStatus::Closed) => Self::Closed,
            (MemberStatus::Disabled, _) => Self::Disabled(member.name.clone()),
            (MemberStatus::Active, TenantStatus::Active) => Self::None,
            (MemberStatus::Active, status) => Self::Tenant(status),
        }
    }

    fn leaves(&self, permission: Permission) -> bool {
        match self {
            Self::None => true,
            Self::Tenant(status) => super::remains(*status, permission),
            Self::Disabled(_) | Self::Closed => false,
        }
    }

    fn in_words(&self) -> Option<String> {
        match self {
            Self::None => None,
            Self::Disabled(name) => Some(t!("refused-people-disabled-here", name = name)),
            Self::Tenant(state) => {
                Some(t!("refused-people-only-reading", state = &in_state(state)))
            }
            Self::Closed => Some(t!("refused-people-tenant-closed")),
        }
    }
}

fn list(
    held: &[GrantView],
    wanted: impl Fn(Permission, &ScopeView) -> bool,
) -> Vec<HeldPermission> {
    let tenant = ScopeView {
        kind: "tenant",
        id: None,
        slug: None,
        name: None,
    };
    let base = Role::Developer.permissions().iter().map(|permission| {
        let source = PermissionSource {
            role: Role::Developer.as_str().to_owned(),
            grant: None,
        };
        (*permission, tenant.clone(), source)
    });
    let granted = held.iter().flat_map(|grant| {
        grant.permissions.iter().map(|permission| {
            let source = PermissionSource {
                role: grant.role.clone(),
                grant: Some(grant.id.clone()),
            };
            (*permission, grant.scope.clone(), source)
        })
    });
    let mut permissions: Vec<HeldPermission> = Vec::new();
    for (permission, on, source) in base.chain(granted) {
        if !wanted(permission, &on) {
            continue;
        }
        match permissions
            .iter_mut()
            .find(|held| held.permission == permission && held.on == on)
        {
            Some(held) => held.from.push(source),
            None => permissions.push(HeldPermission {
                permission,
                on,
                from: vec![source],
            }),
        }
    }
    permissions
}

struct Asked {
    permission: Permission,
    api: Option<String>,
}

impl Asked {
    /// `holds` is what they can do of it, already narrowed to the API that was asked about.
    fn judge(
        self,
        member: &MemberView,
        limit: &Limit,
        held: &[GrantView],
        holds: &[HeldPermission],
        roles: &[String],
    ) -> PermissionAnswer {
        let (name, permission) = (&member.name, self.permission);
        let counts = |on: &ScopeView| self.api.is_some() || on.id.is_none();
        let why = holds.iter().find(|held| counts(&held.on));
        let elsewhere: Vec<String> = held
            .iter()
            .filter(|grant| grant.permissions.contains(&permission) && grant.scope.id.is_some())
            .map(|grant| in_words(&grant.scope))
            .collect();
        let because = match (why, limit.in_words()) {
            (Some(held), _) => {
                let roles: Vec<_> = held.from.iter().map(|from| from.role.as_str()).collect();
                t!(
                    "refused-people-has-it-as",
                    name = name,
                    permission = &permission,
                    scope = &in_words(&held.on),
                    roles = &all_of(&roles)
                )
            }
            (None, Some(words)) if !limit.leaves(permission) => words,
            (None, _) if !elsewhere.is_empty() => {
                let (permission, scopes) = (&permission, all_of(&elsewhere));
                match &self.api {
                    Some(api) => t!(
                        "refused-people-has-it-elsewhere",
                        name = name,
                        permission = permission,
                        scopes = &scopes,
                        api = api
                    ),
                    None => t!(
                        "refused-people-has-it-for-some",
                        name = name,
                        permission = permission,
                        scopes = &scopes
                    ),
                }
            }
            (None, _) => {
                let (permission, roles) = (&permission, roles.join(", "));
                match &self.api {
                    Some(api) => t!(
                        "refused-people-lacks-it-there",
                        name = name,
                        permission = permission,
                        api = api,
                        roles = &roles
                    ),
                    None => t!(
                        "refused-people-lacks-it",
                        name = name,
                        permission = permission,
                        roles = &roles
                    ),
                }
            }
        };
        PermissionAnswer {
            permission,
            allowed: why.is_some(),
            api: self.api,
            because,
        }
    }
}

fn in_words(scope: &ScopeView) -> String {
    match (&scope.name, scope.kind) {
        (None, _) => t!("refused-people-whole-tenant"),
        (Some(name), "api") => t!("refused-people-the-api", name = name),
        (Some(name), "product") => t!("refused-people-the-product", name = name),
        (Some(name), _) => t!("refused-people-the-team", name = name),
    }
}
