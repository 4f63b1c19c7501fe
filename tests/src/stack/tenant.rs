//! One tenant of a stack: its addresses, and how its people come to be.

use gatehouse_control_plane::members::{self, AddGrant, GrantScope};
use gatehouse_control_plane::roles::{self, CreateRole};
use gatehouse_control_plane::tenants::{CreateTenant, create_tenant, find_tenant};
use gatehouse_control_plane::tokens::{self, CreateToken};
use gatehouse_control_plane::{Actor, Db, PlatformActor, Refusal, accounts};
use gatehouse_domain::Permission;
use gatehouse_domain::id::{TenantId, UserId};

use super::{FIRST_TENANT, TestStack};
use crate::callers::{Administrator, Approver, CiToken, Developer, EVERYTHING};

/// A tenant and the stack it lives in.
#[derive(Debug, Clone)]
pub struct Tenant<'a> {
    stack: &'a TestStack,
    pub slug: String,
    /// What goes before paths of its portal pages.
    pub prefix: String,
    /// Its production and sandbox base paths at the gateways.
    pub production: String,
    pub sandbox: String,
}

/// Everything a pipeline may do: the scopes of a publisher.
pub const PUBLISHER: &[&str] = &[
    "catalogue.read",
    "api.read",
    "api.write",
    "spec.publish",
    "plan.manage",
    "upstream.manage",
    "gateway.read",
];

impl<'a> Tenant<'a> {
    pub(super) fn first(stack: &'a TestStack) -> Self {
        Self {
            stack,
            slug: FIRST_TENANT.to_lowercase(),
            prefix: String::new(),
            production: String::new(),
            sandbox: "/sandbox".to_owned(),
        }
    }

    pub(super) async fn create(stack: &'a TestStack, name: &str) -> Self {
        let db = stack.control_plane().await;
        let owner = accounts::find_user_by_email(&db, Administrator::EMAIL)
            .await
            .expect("a user");
        let owner = owner.map(|user| user.id);
        let slug = name.to_lowercase().replace(' ', "-");
        let input = CreateTenant {
            slug: slug.clone(),
            name: name.to_owned(),
            owner,
        };
        create_tenant(&db, &PlatformActor::system("test"), input)
            .await
            .expect("a tenant");
        db.close().await;
        Self {
            stack,
            prefix: format!("/t/{slug}"),
            production: format!("/{slug}"),
            sandbox: format!("/{slug}/sandbox"),
            slug,
        }
    }

    /// Its id, for scenes set up by verbs.
    pub async fn id(&self) -> TenantId {
        let db = self.stack.control_plane().await;
        let found = find_tenant(&db, &self.slug.as_str().into())
            .await
            .expect("the database answers");
        db.close().await;
        found.expect("the tenant exists").id
    }

    /// The address of an API's path in production at one gateway.
    pub fn production_url(&self, gateway: usize, path: &str) -> String {
        format!(
            "{}{}{path}",
            self.stack.gateway_url(gateway),
            self.production
        )
    }

    /// The address of an API's path in the sandbox at one gateway.
    pub fn sandbox_url(&self, gateway: usize, path: &str) -> String {
        format!("{}{}{path}", self.stack.gateway_url(gateway), self.sandbox)
    }

    /// A CI job with the scopes of a publisher.
    pub async fn ci(&self) -> CiToken {
        self.token("ci", PUBLISHER).await
    }

    /// A program that may do everything a token can be allowed.
    pub async fn root(&self) -> CiToken {
        self.token("root", EVERYTHING).await
    }

    /// A program that may do everything, and speaks for the administrator above all tenants.
    pub async fn platform(&self) -> CiToken {
        let admin_api = self.stack.admin_api_url();
        self.stack
            .admin()
            .make_token(&self.prefix, &admin_api, "platform", EVERYTHING, true)
            .await
    }

    /// A token with these scopes.
    pub async fn token(&self, name: &str, scopes: &[&str]) -> CiToken {
        let admin_api = self.stack.admin_api_url();
        self.stack
            .admin()
            .make_token(&self.prefix, &admin_api, name, scopes, false)
            .await
    }

    /// A token that a member made, found by the address they sign in with. It does what they may, of these scopes. To make tokens
    /// is a right that most roles do not have: they are granted it first, and nothing else.
    pub async fn token_of(&self, email: &str, scopes: &[&str]) -> CiToken {
        let tenant = self.id().await;
        let db = self.stack.control_plane().await;
        let found = accounts::find_user_by_email(&db, email).await;
        let user = found.expect("the database answers").expect("a user").id;
        let system = Actor::system(tenant, "test");
        grant_tokens(&db, &system, user).await;
        let actor = members::actor_of_user(&db, tenant, user).await;
        let actor = actor.expect("the database answers").expect("a member");
        let scopes = scopes.iter().map(|word| Permission::parse(word));
        let input = CreateToken {
            name: format!("for {email}"),
            scopes: scopes.collect::<Option<_>>().expect("permissions"),
            apis: None,
            expires_in_days: None,
            platform: None,
        };
        let made = tokens::create_token(&db, &actor, input).await;
        let (_, key) = made.expect("a token").value;
        db.close().await;
        CiToken::new(&self.stack.admin_api_url(), &key.reveal())
    }

    /// Somebody who signs up in the portal.
    pub async fn developer(&self, name: &str) -> Developer {
        Developer::sign_up(self.stack.window(&self.prefix), name, &self.stack.mailbox()).await
    }

    /// Somebody invited to decide.
    pub async fn approver(&self, name: &str) -> Approver {
        self.stack
            .admin()
            .invite_approver(&self.prefix, name, &self.stack.mailbox())
            .await
    }
}

/// Lets somebody make tokens, by a role of the tenant's own.
async fn grant_tokens(db: &Db, system: &Actor, user: UserId) {
    let role = CreateRole {
        slug: "token-maker".to_owned(),
        name: "Makes tokens".to_owned(),
        description: String::new(),
        permissions: vec![Permission::TokenManage],
    };
    let slug = role.slug.clone();
    match roles::create_role(db, system, role).await {
        // The tenant has it since the first of its members got one.
        Ok(_) | Err(Refusal::Conflict(_)) => {}
        Err(refusal) => panic!("a role: {refusal}"),
    }
    let grant = AddGrant {
        role: slug,
        scope: GrantScope::Tenant,
    };
    let granted = members::add_grant(db, system, user, grant).await;
    granted.expect("a grant");
}
