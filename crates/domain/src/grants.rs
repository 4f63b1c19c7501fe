//! What somebody may do, and where: the one place that judges it.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::id::{ApiId, ProductId, TeamId};
use crate::role::Permission;

/// What a grant holds for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Everything in the tenant.
    Tenant,
    /// Every API and product a team owns.
    Team(TeamId),
    /// One product, its plans and subscriptions; with the API it stands for, when it stands for one.
    Product(ProductId),
    /// One API, its versions, upstreams, plans and subscriptions.
    Api(ApiId),
}

impl Scope {
    /// The word in tables, URLs and JSON.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Tenant => "tenant",
            Self::Team(_) => "team",
            Self::Product(_) => "product",
            Self::Api(_) => "api",
        }
    }

    /// What it names; `None` is the tenant.
    pub fn id(self) -> Option<Uuid> {
        match self {
            Self::Tenant => None,
            Self::Team(id) => Some(id.uuid()),
            Self::Product(id) => Some(id.uuid()),
            Self::Api(id) => Some(id.uuid()),
        }
    }

    /// Whether what happens at `place` is inside.
    pub fn covers(self, place: &Place) -> bool {
        match self {
            Self::Tenant => true,
            Self::Team(id) => place.team == id,
            Self::Product(id) => place.product == Some(id),
            Self::Api(id) => place.api == Some(id),
        }
    }
}

/// Where something happens, as grants judge it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The team on the provider's side that owns it.
    pub team: TeamId,
    /// The product it is of. For an API, the one that stands for it alone: whoever may sell an API in a bundle may not
    /// therefore change it.
    pub product: Option<ProductId>,
    /// The API it is of.
    pub api: Option<ApiId>,
}

impl Place {
    /// A team's own ground: where something of it is about to be made.
    pub const fn of_team(team: TeamId) -> Self {
        Self {
            team,
            product: None,
            api: None,
        }
    }

    /// Everything a scope may name to cover this place.
    pub fn ids(&self) -> Vec<Uuid> {
        let product = self.product.map(ProductId::uuid);
        let api = self.api.map(ApiId::uuid);
        [Some(self.team.uuid()), product, api]
            .into_iter()
            .flatten()
            .collect()
    }
}

/// Some permissions in one scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Where.
    pub scope: Scope,
    /// What.
    pub permissions: BTreeSet<Permission>,
}

/// Everything somebody may do in a tenant. The default is nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grants(Vec<Grant>);

impl Grants {
    /// The same permissions in the whole tenant.
    pub fn everywhere(permissions: impl IntoIterator<Item = Permission>) -> Self {
        let mut grants = Self::default();
        grants.add(Scope::Tenant, permissions);
        grants
    }

    /// Adds permissions in a scope.
    pub fn add(&mut self, scope: Scope, permissions: impl IntoIterator<Item = Permission>) {
        match self.0.iter_mut().find(|grant| grant.scope == scope) {
            Some(grant) => grant.permissions.extend(permissions),
            None => self.0.push(Grant {
                scope,
                permissions: permissions.into_iter().collect(),
            }),
        }
    }

    /// Leaves what `keep` agrees to.
    pub fn retain(&mut self, keep: impl Fn(Permission) -> bool) {
        for grant in &mut self.0 {
            grant.permissions.retain(|permission| keep(*permission));
        }
        self.0.retain(|grant| !grant.permissions.is_empty());
    }

    /// Whether there is nothing at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each scope with what it allows.
    pub fn iter(&self) -> impl Iterator<Item = &Grant> {
        self.0.iter()
    }

    /// Whether `permission` holds in the whole tenant.
    pub fn allow(&self, permission: Permission) -> bool {
        self.0
            .iter()
            .any(|grant| grant.scope == Scope::Tenant && grant.permissions.contains(&permission))
    }

    /// Whether `permission` holds at `place`.
    pub fn allow_on(&self, permission: Permission, place: &Place) -> bool {
        self.0
            .iter()
            .any(|grant| grant.permissions.contains(&permission) && grant.scope.covers(place))
    }

    /// Whether `permission` holds somewhere.
    pub fn allow_anywhere(&self, permission: Permission) -> bool {
        self.0
            .iter()
            .any(|grant| grant.permissions.contains(&permission))
    }

    /// Everything that holds at `place`.
    pub fn on(&self, place: &Place) -> BTreeSet<Permission> {
        self.0
            .iter()
            .filter(|grant| grant.scope.covers(place))
            .flat_map(|grant| grant.permissions.iter().copied())
            .collect()
    }

    /// Where one of `permissions` holds, for statements: `None` is everywhere, else the ids of the scopes. A row is inside
    /// when one of its place's [`Place::ids`] is among them.
    pub fn reach(&self, permissions: &[Permission]) -> Option<Vec<Uuid>> {
        self.0
            .iter()
            .filter(|grant| permissions.iter().any(|p| grant.permissions.contains(p)))
            .map(|grant| grant.scope.id())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::role::Role;

    fn id<T: From<Uuid>>(number: u128) -> T {
        Uuid::from_u128(number).into()
    }

    /// Team 1 owns product 10 with API 100 and product 11 with API 101; team 2 owns product 20 with API 200.
    fn place(team: u128, product: u128, api: u128) -> Place {
        Place {
            team: id(team),
            product: Some(id(product)),
            api: Some(id(api)),
        }
    }

    #[test]
    fn every_role_in_every_scope_allows_its_permissions_there_and_nowhere_else() {
        let places = [place(1, 10, 100), place(1, 11, 101), place(2, 20, 200)];
        for (scope, inside) in [
            (Scope::Tenant, [true, true, true]),
            (Scope::Team(id(1)), [true, true, false]),
            (Scope::Product(id(11)), [false, true, false]),
            (Scope::Api(id(200)), [false, false, true]),
            // An id of another kind of thing covers nothing.
            (Scope::Api(id(1)), [false; 3]),
            (Scope::Team(id(100)), [false; 3]),
            (Scope::Product(id(100)), [false; 3]),
        ] {
            // Statements compare ids alone, since ids of different things never coincide; these here do on purpose.
            let foreign = inside == [false; 3];
            for role in Role::ALL {
                let mut grants = Grants::default();
                grants.add(scope, role.permissions().iter().copied());
                for permission in Permission::ALL {
                    let has = role.allows(*permission);
                    for (place, inside) in places.iter().zip(inside) {
                        assert_eq!(
                            grants.allow_on(*permission, place),
                            has && inside,
                            "{role} {permission} {scope:?} {place:?}"
                        );
                        assert_eq!(grants.on(place).contains(permission), has && inside);
                        let reach = grants.reach(&[*permission]);
                        let reached = match &reach {
                            None => true,
                            Some(ids) => place.ids().iter().any(|id| ids.contains(id)),
                        };
                        if !foreign {
                            assert_eq!(reached, has && inside, "{scope:?}");
                        }
                    }
                    assert_eq!(
                        grants.allow(*permission),
                        has && scope == Scope::Tenant,
                        "{role} {permission} {scope:?}"
                    );
                    assert_eq!(grants.allow_anywhere(*permission), has);
                }
            }
        }
    }

    #[test]
    fn grants_add_up_and_only_those_of_one_scope_are_joined() {
        let mut grants = Grants::everywhere([Permission::CatalogueRead]);
        grants.add(Scope::Api(id(100)), [Permission::SpecPublish]);
        grants.add(Scope::Api(id(100)), [Permission::ApiRead]);
        grants.add(Scope::Api(id(200)), [Permission::PlanManage]);
        assert_eq!(grants.iter().count(), 3);
        let here = place(1, 10, 100);
        assert_eq!(
            grants.on(&here).into_iter().collect::<Vec<_>>(),
            [
                Permission::CatalogueRead,
                Permission::ApiRead,
                Permission::SpecPublish
            ]
        );
        assert_eq!(grants.reach(&[Permission::CatalogueRead]), None);
        assert_eq!(
            grants.reach(&[Permission::PlanManage, Permission::SpecPublish]),
            Some(vec![id(100), id(200)])
        );
        assert_eq!(grants.reach(&[Permission::AuditRead]), Some(vec![]));
    }

    #[test]
    fn what_is_not_kept_is_gone_with_its_scope() {
        let mut grants = Grants::everywhere([Permission::CatalogueRead, Permission::ApiWrite]);
        grants.add(Scope::Team(id(1)), [Permission::SpecPublish]);
        grants.retain(|permission| permission.as_str().contains(".read"));
        assert!(grants.allow(Permission::CatalogueRead));
        assert!(!grants.allow_anywhere(Permission::SpecPublish));
        assert_eq!(grants.iter().count(), 1);
    }
}
