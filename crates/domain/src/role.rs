//! Roles and permissions: what a person or a token may do inside a tenant.

use crate::api::words;

words! {
    /// One thing that can be allowed. Access tokens carry the same words as scopes.
    Permission {
        /// See the catalogue, own applications, own usage.
        CatalogueRead = "catalogue.read",
        /// Make applications in own teams, request access, make and revoke their keys.
        ApplicationManage = "application.manage",
        /// The same for applications of every team.
        ApplicationManageAny = "application.manage_any",
        /// See every API, draft or not, and its settings.
        ApiRead = "api.read",
        /// Create and edit APIs and versions.
        ApiWrite = "api.write",
        /// Publish descriptions.
        SpecPublish = "spec.publish",
        /// Decide where traffic goes: upstreams and their targets.
        UpstreamManage = "upstream.manage",
        /// Create plans and change their limits.
        PlanManage = "plan.manage",
        /// See access requests and subscriptions of every team.
        SubscriptionRead = "subscription.read",
        /// Approve, reject and grant.
        SubscriptionDecide = "subscription.decide",
        /// Suspend, lift a suspension, revoke.
        SubscriptionEnforce = "subscription.enforce",
        /// See members and teams.
        MemberRead = "member.read",
        /// Invite, change roles, disable.
        MemberManage = "member.manage",
        /// Create teams and choose their members.
        TeamManage = "team.manage",
        /// Make and revoke CI access tokens.
        TokenManage = "token.manage",
        /// See gateways and what each runs.
        GatewayRead = "gateway.read",
        /// Make join tokens, retire gateways.
        GatewayManage = "gateway.manage",
        /// Open incidents and say how they go.
        IncidentManage = "incident.manage",
        /// See usage of every application.
        UsageReadAny = "usage.read_any",
        /// Read and export the audit log.
        AuditRead = "audit.read",
        /// Change the tenant's own settings.
        TenantManage = "tenant.manage",
        /// Export everything the tenant owns, close the tenant and open it again.
        TenantEnd = "tenant.end",
        /// Name and remove owners.
        OwnerManage = "owner.manage",
    }
}

words! {
    /// The built-in roles of a tenant.
    Role {
        /// Everything, owners included.
        Owner = "owner",
        /// Everything but naming owners.
        Admin = "admin",
        /// APIs, descriptions and plans.
        Publisher = "publisher",
        /// Access requests and subscriptions.
        Approver = "approver",
        /// Gateways and traffic.
        Operator = "operator",
        /// Reads and exports, changes nothing.
        Auditor = "auditor",
        /// Uses APIs.
        Developer = "developer",
    }
}

use Permission as P;

impl Role {
    /// What the role allows. Every member may also do what a developer may.
    pub fn permissions(self) -> &'static [Permission] {
        match self {
            Self::Owner => Permission::ALL,
            Self::Admin => const { &ALL_BUT_OWNER },
            Self::Publisher => &[
                P::CatalogueRead,
                P::ApplicationManage,
                P::ApiRead,
                P::ApiWrite,
                P::SpecPublish,
                P::PlanManage,
                P::SubscriptionRead,
                P::UsageReadAny,
                P::GatewayRead,
            ],
            Self::Approver => &[
                P::CatalogueRead,
                P::ApplicationManage,
                P::ApiRead,
                P::SubscriptionRead,
                P::SubscriptionDecide,
                P::SubscriptionEnforce,
                P::MemberRead,
                P::UsageReadAny,
            ],
            Self::Operator => &[
                P::CatalogueRead,
                P::ApplicationManage,
                P::ApiRead,
                P::UpstreamManage,
                P::SubscriptionRead,
                P::SubscriptionEnforce,
                P::GatewayRead,
                P::GatewayManage,
                P::IncidentManage,
                P::UsageReadAny,
                P::AuditRead,
            ],
            Self::Auditor => &[
                P::CatalogueRead,
                P::ApiRead,
                P::SubscriptionRead,
                P::MemberRead,
                P::GatewayRead,
                P::UsageReadAny,
                P::AuditRead,
            ],
            Self::Developer => &[P::CatalogueRead, P::ApplicationManage],
        }
    }

    /// Its name for people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Owner => "Owner",
            Self::Admin => "Admin",
            Self::Publisher => "Publisher",
            Self::Approver => "Approver",
            Self::Operator => "Operator",
            Self::Auditor => "Auditor",
            Self::Developer => "Developer",
        }
    }

    /// What it is for, in one sentence.
    pub const fn purpose(self) -> &'static str {
        match self {
            Self::Owner => "Everything, owners included.",
            Self::Admin => "Everything but naming owners.",
            Self::Publisher => "APIs, descriptions and plans.",
            Self::Approver => "Decides about access requests and subscriptions.",
            Self::Operator => "Gateways and traffic.",
            Self::Auditor => "Reads and exports, changes nothing.",
            Self::Developer => "Uses APIs.",
        }
    }

    /// Whether the role allows `permission`.
    pub fn allows(self, permission: Permission) -> bool {
        self.permissions().contains(&permission)
    }

    /// Whether the role opens the console.
    pub const fn opens_console(self) -> bool {
        !matches!(self, Self::Developer)
    }
}

const ALL_BUT_OWNER: [Permission; 22] = [
    P::CatalogueRead,
    P::ApplicationManage,
    P::ApplicationManageAny,
    P::ApiRead,
    P::ApiWrite,
    P::SpecPublish,
    P::UpstreamManage,
    P::PlanManage,
    P::SubscriptionRead,
    P::SubscriptionDecide,
    P::SubscriptionEnforce,
    P::MemberRead,
    P::MemberManage,
    P::TeamManage,
    P::TokenManage,
    P::GatewayRead,
    P::GatewayManage,
    P::IncidentManage,
    P::UsageReadAny,
    P::AuditRead,
    P::TenantManage,
    P::TenantEnd,
];

words! {
    /// Rights over the whole installation, outside any tenant.
    PlatformRole {
        /// Creates and suspends tenants and names other platform people.
        PlatformAdmin = "platform_admin",
        /// Sees every tenant and runs shared gateways.
        PlatformOperator = "platform_operator",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_admin_may_do_everything_but_name_owners() {
        for permission in Permission::ALL {
            assert!(Role::Owner.allows(*permission));
            assert_eq!(
                Role::Admin.allows(*permission),
                *permission != P::OwnerManage,
                "{permission}"
            );
        }
    }

    #[test]
    fn publishing_and_approving_are_different_hands() {
        assert!(
            Role::Publisher.allows(P::SpecPublish)
                && !Role::Publisher.allows(P::SubscriptionDecide)
        );
        assert!(
            Role::Approver.allows(P::SubscriptionDecide) && !Role::Approver.allows(P::SpecPublish)
        );
    }

    #[test]
    fn an_auditor_changes_nothing() {
        for permission in Role::Auditor.permissions() {
            assert!(permission.as_str().contains("read"), "{permission}");
        }
    }
}
