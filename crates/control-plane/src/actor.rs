//! Who asks: a person, an access token, or the program itself, inside one tenant.

use std::net::IpAddr;

use gatehouse_domain::id::{AccessTokenId, TenantId, UserId};
use gatehouse_domain::{Grants, Permission, Place, Role};
use gatehouse_language::t;
use uuid::Uuid;

use crate::refusal::Refusal;

/// What kind of caller it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActorKind {
    /// A signed-in person.
    User {
        /// Who.
        id: UserId,
        /// Their built-in roles in the whole tenant, for pages.
        roles: Vec<Role>,
    },
    /// A CI access token.
    Token {
        /// Which.
        id: AccessTokenId,
    },
    /// The program itself: background work, demo data, the first start.
    System,
}

/// A caller whose rights in one tenant are known. Made by [`crate::members::actor_of_user`], by
/// [`crate::tokens::authenticate`], or by [`Actor::system`]; never from what a request claims.
#[derive(Debug, Clone)]
pub struct Actor {
    tenant: TenantId,
    kind: ActorKind,
    name: String,
    grants: Grants,
    /// Whose account a token opens, and whether all of it.
    opens: Option<(UserId, bool)>,
    vouched: bool,
    ip: Option<IpAddr>,
    request_id: Option<String>,
    idempotency_key: Option<String>,
    dry_run: bool,
}

impl Actor {
    pub(crate) fn new(tenant: TenantId, kind: ActorKind, name: String, grants: Grants) -> Self {
        Self {
            tenant,
            kind,
            name,
            grants,
            opens: None,
            vouched: false,
            ip: None,
            request_id: None,
            idempotency_key: None,
            dry_run: false,
        }
    }

    /// The program itself, in one tenant, with every permission. `name` is what the audit log shows.
    pub fn system(tenant: TenantId, name: &str) -> Self {
        Self::new(
            tenant,
            ActorKind::System,
            name.to_owned(),
            Grants::everywhere(Permission::ALL.iter().copied()),
        )
    }

    /// Adds where the request came from, for the audit log.
    #[must_use]
    pub fn from_request(mut self, ip: IpAddr, request_id: impl Into<String>) -> Self {
        self.ip = Some(ip);
        self.request_id = Some(request_id.into());
        self
    }

    /// Says that only the tenant's own identity provider says who this person is: it speaks for the tenant, not for the account.
    #[must_use]
    pub fn vouched_for(mut self) -> Self {
        self.vouched = true;
        self
    }

    /// Whether only the tenant's own identity provider says who it is.
    pub(crate) fn is_vouched_for(&self) -> bool {
        self.vouched
    }

    /// Lets a token open its maker's account: the whole of it, or what is of this tenant. [`crate::account::open`] judges it.
    #[must_use]
    pub(crate) fn opening(mut self, person: UserId, whole: bool) -> Self {
        self.opens = Some((person, whole));
        self
    }

    /// Adds the id of the request that asked for what is done now, for the audit log.
    #[must_use]
    pub(crate) fn later(mut self, request_id: Option<String>) -> Self {
        self.request_id = request_id;
        self
    }

    /// Adds the idempotency key of the request: the commit marks it as carried out.
    #[must_use]
    pub fn with_idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.idempotency_key = Some(key.into());
        self
    }

    /// Makes every verb this actor calls roll back at its commit: the same checks and the same result, no effect.
    #[must_use]
    pub fn on_a_dry_run(mut self) -> Self {
        self.dry_run = true;
        self
    }

    /// Whether nothing may be kept of what this actor does.
    pub fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    /// The idempotency key of the request.
    pub(crate) fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    /// The tenant everything this actor does happens in.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// What kind of caller it is.
    pub fn kind(&self) -> &ActorKind {
        &self.kind
    }

    /// The name the audit log shows.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where the request came from.
    pub fn ip(&self) -> Option<IpAddr> {
        self.ip
    }

    /// The request's id.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// The person, when it is one.
    pub fn user(&self) -> Option<UserId> {
        match self.kind {
            ActorKind::User { id, .. } => Some(id),
            ActorKind::Token { .. } | ActorKind::System => None,
        }
    }

    /// Whose account the actor opens, as far as it is of this tenant: inbox and choices.
    pub fn account(&self) -> Result<UserId, Refusal> {
        let opened = self.opens.map(|(person, _)| person);
        self.user().or(opened).ok_or(Refusal::NotFound)
    }

    /// Whose account the actor opens in every tenant: sessions and what guards it.
    pub fn whole_account(&self) -> Result<UserId, Refusal> {
        let whole = self.opens.map_or(!self.vouched, |(_, whole)| whole);
        match self.account() {
            Ok(person) if whole => Ok(person),
            Ok(_) => Err(Refusal::NotYours(t!(
                "refused-people-your-account-is-used-in-other"
            ))),
            Err(refusal) => Err(refusal),
        }
    }

    /// Everything the actor may do, and where.
    pub fn grants(&self) -> &Grants {
        &self.grants
    }

    /// Whether the actor has a permission in the whole tenant.
    pub fn may(&self, permission: Permission) -> bool {
        self.grants.allow(permission)
    }

    /// Whether the actor has a permission at a place.
    pub fn may_on(&self, permission: Permission, place: &Place) -> bool {
        self.grants.allow_on(permission, place)
    }

    /// Whether the actor has a permission somewhere: what opens a list or a page, never what decides about one thing.
    pub fn may_anywhere(&self, permission: Permission) -> bool {
        self.grants.allow_anywhere(permission)
    }

    /// Refuses an actor without a permission in the whole tenant.
    pub fn require(&self, permission: Permission) -> Result<(), Refusal> {
        if self.may(permission) {
            Ok(())
        } else {
            Err(Refusal::Forbidden(permission))
        }
    }

    /// Refuses an actor without a permission at a place which they may know of.
    pub fn require_on(&self, permission: Permission, place: &Place) -> Result<(), Refusal> {
        if self.may_on(permission, place) {
            Ok(())
        } else {
            Err(Refusal::Forbidden(permission))
        }
    }

    /// Refuses, before anything is read, an actor who has a permission nowhere.
    pub fn require_anywhere(&self, permission: Permission) -> Result<(), Refusal> {
        if self.may_anywhere(permission) {
            Ok(())
        } else {
            Err(Refusal::Forbidden(permission))
        }
    }

    /// Where the actor has one of `permissions`, for statements: `None` is everywhere, else what the scopes name. A row is
    /// inside when its owner team, product or API is among them: `$1::uuid[] is null or array[team, product, api] && $1`.
    pub(crate) fn reach(&self, permissions: &[Permission]) -> Option<Vec<Uuid>> {
        self.grants.reach(permissions)
    }

    /// Whether the actor has more than what every member has: whether there is something in the console for them.
    pub fn opens_console(&self) -> bool {
        Permission::ALL.iter().any(|permission| {
            !Role::Developer.allows(*permission) && self.may_anywhere(*permission)
        })
    }
}
