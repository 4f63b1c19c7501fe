//! Making, changing and deleting a tenant's own roles. Nobody puts into a role, or takes out of one, what they may not do
//! themselves: whoever holds it would gain or lose it.

use gatehouse_domain::{Permission, Role, Slug};
use gatehouse_language::t;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{RoleView, get};
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::refusal::{Faults, OnConstraint, Refusal};
use crate::tenants;
use crate::words::require_version;
use crate::work::{Changed, Work};

/// Most roles of its own a tenant has.
pub const ROLES_MAX: i64 = 100;

/// Longest description, in characters.
const DESCRIPTION_MAX: usize = 400;

/// A new role.
#[derive(Debug, Clone)]
pub struct CreateRole {
    /// In URLs; it stays, and is none of the built-in words.
    pub slug: String,
    /// For people, at most 80 characters.
    pub name: String,
    /// What it is for, at most 400 characters.
    pub description: String,
    /// What it allows; at least one thing, and nothing its maker may not do. Naming owners stays with owners.
    pub permissions: Vec<Permission>,
}

/// Changes to a role; `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct UpdateRole {
    /// For people.
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// What it allows from now on, for everybody who holds it.
    pub permissions: Option<Vec<Permission>>,
}

/// Makes a role.
pub async fn create_role(
    db: &Db,
    actor: &Actor,
    input: CreateRole,
) -> Result<Changed<RoleView>, Refusal> {
    actor.require(Permission::MemberManage)?;
    let mut faults = Faults::default();
    let slug = faults.parse("/slug", "slug", Slug::new(input.slug.as_str()));
    faults.require(
        Role::parse(&input.slug).is_none(),
        "/slug",
        "reserved",
        t!(
            "refused-people-is-a-built-in-role-choose",
            slug = &input.slug
        ),
    );
    let name = faults.text("/name", &input.name, 80);
    let description = faults.optional_text("/description", &input.description, DESCRIPTION_MAX);
    let permissions = judge(actor, &mut faults, &[], input.permissions);
    faults.finish()?;
    let Some(slug) = slug else {
        return Err(Refusal::field(
            "/slug",
            "slug",
            t!("refused-apis-not-a-slug"),
        ));
    };
    let mut work = Work::begin(db, actor).await?;
    // One at a time, so that the count below is true.
    tenants::get_locked(work.conn(), actor.tenant()).await?;
    let (tenant, now, id) = (work.tenant(), work.now(), work.new_id::<Uuid>());
    let roles = sqlx::query_scalar!(r#"select count(*) as "count!" from role"#)
        .fetch_one(work.conn())
        .await?;
    if roles >= ROLES_MAX {
        return Err(Refusal::Conflict(t!(
            "refused-people-there-are-roles-which-is-the",
            roles_max = &ROLES_MAX
        )));
    }
    sqlx::query!(
        "insert into role (id, tenant_id, slug, name, description, permissions, created_at) values ($1, $2, $3, $4, $5, $6, $7)",
        id,
        tenant,
        slug.as_str(),
        name,
        description,
        &words(&permissions),
        now,
    )
    .execute(work.conn())
    .await
    .on_constraint("role_slug_key", || {
        Refusal::Conflict(t!("refused-people-there-is-a-role-already", slug = &slug))
    })?;
    let view = get(work.conn(), slug.as_str()).await?;
    record(&mut work, "role.create", "role.created", None, Some(&view));
    work.commit(view).await
}

/// Changes a role, for everybody who holds it, with their next request.
pub async fn update_role(
    db: &Db,
    actor: &Actor,
    slug: &str,
    expected: Option<i32>,
    input: UpdateRole,
) -> Result<Changed<RoleView>, Refusal> {
    actor.require(Permission::MemberManage)?;
    let mut work = Work::begin(db, actor).await?;
    let before = lock(&mut work, slug).await?;
    require_version(expected, before.row_version)?;
    let mut faults = Faults::default();
    let name = faults.text("/name", input.name.as_ref().unwrap_or(&before.name), 80);
    let description = input.description.as_ref().unwrap_or(&before.description);
    let description = faults.optional_text("/description", description, DESCRIPTION_MAX);
    let wanted = input
        .permissions
        .unwrap_or_else(|| before.permissions.clone());
    let permissions = judge(actor, &mut faults, &before.permissions, wanted);
    faults.finish()?;
    sqlx::query!(
        "update role set name = $2, description = $3, permissions = $4, row_version = row_version + 1 where slug = $1",
        slug,
        name,
        description,
        &words(&permissions),
    )
    .execute(work.conn())
    .await?;
    let view = get(work.conn(), slug).await?;
    record(
        &mut work,
        "role.update",
        "role.changed",
        Some(&before),
        Some(&view),
    );
    work.commit(view).await
}

/// Deletes a role that nobody holds and nobody is invited to.
pub async fn delete_role(
    db: &Db,
    actor: &Actor,
    slug: &str,
    expected: Option<i32>,
) -> Result<Changed<()>, Refusal> {
    actor.require(Permission::MemberManage)?;
    let mut work = Work::begin(db, actor).await?;
    let before = lock(&mut work, slug).await?;
    require_version(expected, before.row_version)?;
    let mut faults = Faults::default();
    judge(actor, &mut faults, &before.permissions, Vec::new());
    faults.finish()?;
    let holders = sqlx::query_scalar!(
        "select distinct u.name from scoped_grant g join role r on r.id = g.role_id join app_user u on u.id = g.user_id
         where r.slug = $1 order by u.name",
        slug,
    )
    .fetch_all(work.conn())
    .await?;
    if !holders.is_empty() {
        return Err(Refusal::Conflict(t!(
            "refused-people-have-this-role",
            count = holders.len(),
            names = &in_words(&holders)
        )));
    }
    sqlx::query!("delete from role where slug = $1", slug)
        .execute(work.conn())
        .await?;
    record(
        &mut work,
        "role.delete",
        "role.deleted",
        Some(&before),
        None,
    );
    work.commit(()).await
}

/// "Ana", "Ana and Ben", "Ana, Ben, Cy, Di, Eve and 3 others".
fn in_words(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let (last, first) = match names {
        [] => return String::new(),
        [only] => return only.clone(),
        names if names.len() > SHOWN => {
            let others = names.len() - SHOWN;
            (t!("refused-people-others", count = others), &names[..SHOWN])
        }
        [first @ .., last] => (last.clone(), first),
    };
    t!("refused-people-and", join = &first.join(", "), last = &last)
}

/// Locks one of the tenant's own roles.
async fn lock(work: &mut Work<'_>, slug: &str) -> Result<RoleView, Refusal> {
    if Role::parse(slug).is_some() {
        return Err(Refusal::Conflict(t!(
            "refused-people-is-a-built-in-role-and",
            slug = &slug
        )));
    }
    sqlx::query!("select id from role where slug = $1 for update", slug)
        .fetch_one(work.conn())
        .await?;
    get(work.conn(), slug).await
}

/// Judges what a role will allow: something, and every difference from `before` is its changer's own.
fn judge(
    actor: &Actor,
    faults: &mut Faults,
    before: &[Permission],
    wanted: Vec<Permission>,
) -> Vec<Permission> {
    let is_deletion = wanted.is_empty() && !before.is_empty();
    faults.require(
        is_deletion || !wanted.is_empty(),
        "/permissions",
        "required",
        t!("refused-people-choose-at-least-one-permission"),
    );
    for (position, permission) in wanted.iter().enumerate() {
        let pointer = format!("/permissions/{position}");
        faults.require(
            *permission != Permission::OwnerManage,
            &pointer,
            "owners_only",
            t!("refused-people-naming-owners-stays-with-owners-make"),
        );
        faults.require(
            before.contains(permission) || actor.may(*permission),
            &pointer,
            "not_yours",
            t!(
                "refused-people-you-may-not-do-yourself-so",
                permission = &permission
            ),
        );
    }
    for permission in before.iter().filter(|gone| !wanted.contains(gone)) {
        faults.require(
            actor.may(*permission),
            "/permissions",
            "not_yours",
            t!(
                "refused-people-you-may-not-do-yourself-so-2",
                permission = &permission
            ),
        );
    }
    let mut permissions = wanted;
    permissions.sort();
    permissions.dedup();
    permissions
}

fn words(permissions: &[Permission]) -> Vec<String> {
    let words = permissions.iter().map(|p| p.as_str().to_owned());
    words.collect()
}

fn record(
    work: &mut Work<'_>,
    action: &'static str,
    event: &'static str,
    before: Option<&RoleView>,
    after: Option<&RoleView>,
) {
    let recorded = |role: &RoleView| -> Value {
        json!({
            "name": role.name,
            "description": role.description,
            "permissions": role.permissions,
            "members": role.members,
        })
    };
    let slug = before.or(after).map_or("", |role| role.slug.as_str());
    work.audit(AuditEntry {
        action,
        subject: slug.to_owned(),
        before: before.map(recorded),
        after: after.map(recorded),
        reason: None,
    });
    work.emit(event, slug, json!({ "role": slug }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holders_are_named_as_far_as_five() {
        let names = |count: usize| {
            ["Ana", "Ben", "Cy", "Di", "Eve", "Flo", "Gil"][..count]
                .iter()
                .map(|name| (*name).to_owned())
                .collect::<Vec<_>>()
        };
        for (count, words) in [
            (1, "Ana"),
            (2, "Ana and Ben"),
            (5, "Ana, Ben, Cy, Di and Eve"),
            (6, "Ana, Ben, Cy, Di, Eve and 1 other"),
            (7, "Ana, Ben, Cy, Di, Eve and 2 others"),
        ] {
            assert_eq!(in_words(&names(count)), words);
        }
    }
}
