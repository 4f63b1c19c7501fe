//! Who asks: a person, an access token, or the program itself, inside one tenant.

use std::collections::BTreeSet;
use std::net::IpAddr;

use gatehouse_domain::id::{AccessTokenId, ApiId, TenantId, UserId};
use gatehouse_domain::{Permission, Role};

use crate::refusal::Refusal;

/// What kind of caller it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActorKind {
    /// A signed-in person.
    User {
        /// Who.
        id: UserId,
        /// Their roles in the tenant, for pages.
        roles: Vec<Role>,
    },
    /// A CI access token.
    Token {
        /// Which.
        id: AccessTokenId,
        /// The only APIs it may touch; `None` is every API of the tenant.
        apis: Option<Vec<ApiId>>,
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
    permissions: BTreeSet<Permission>,
    ip: Option<IpAddr>,
    request_id: Option<String>,
    idempotency_key: Option<String>,
    dry_run: bool,
}

impl Actor {
    pub(crate) fn new(
        tenant: TenantId,
        kind: ActorKind,
        name: String,
        permissions: BTreeSet<Permission>,
    ) -> Self {
        Self {
            tenant,
            kind,
            name,
            permissions,
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
            Permission::ALL.iter().copied().collect(),
        )
    }

    /// Adds where the request came from, for the audit log.
    #[must_use]
    pub fn from_request(mut self, ip: IpAddr, request_id: impl Into<String>) -> Self {
        self.ip = Some(ip);
        self.request_id = Some(request_id.into());
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

    /// Whether the actor has a permission.
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }

    /// Refuses an actor without a permission.
    pub fn require(&self, permission: Permission) -> Result<(), Refusal> {
        if self.may(permission) {
            Ok(())
        } else {
            Err(Refusal::Forbidden(permission))
        }
    }

    /// Refuses a token that is limited to other APIs. Answers as if the API did not exist.
    pub fn require_api(&self, api: ApiId) -> Result<(), Refusal> {
        match &self.kind {
            ActorKind::Token {
                apis: Some(apis), ..
            } if !apis.contains(&api) => Err(Refusal::NotFound),
            _ => Ok(()),
        }
    }
}
