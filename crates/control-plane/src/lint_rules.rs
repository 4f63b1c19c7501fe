//! What a tenant asks of descriptions: the level of every lint rule.

use gatehouse_domain::Permission;
use gatehouse_spec::lint::{Level, Levels, Rule};
use serde::Serialize;
use serde_json::json;
use sqlx::postgres::PgConnection;

use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::refusal::Refusal;
use crate::tenants;
use crate::work::{Changed, Work};

/// A rule as a tenant has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LintRule {
    /// Its stable name.
    pub id: Rule,
    /// Its level in this tenant.
    pub level: Level,
    /// Its level where none is set.
    pub default: Level,
    /// What it asks.
    pub summary: String,
}

impl LintRule {
    fn of(rule: Rule, level: Level) -> Self {
        Self {
            id: rule,
            level,
            default: rule.level(),
            summary: rule.said(),
        }
    }
}

/// Every rule with its level.
pub async fn list_lint_rules(db: &Db, actor: &Actor) -> Result<Vec<LintRule>, Refusal> {
    if !actor.may_anywhere(Permission::SpecPublish) {
        actor.require_anywhere(Permission::ApiRead)?;
    }
    let mut tx = db.tenant(actor.tenant()).await?;
    let levels = levels(&mut tx).await?;
    let rules = Rule::ALL.iter();
    Ok(rules
        .map(|rule| LintRule::of(*rule, levels.of(*rule)))
        .collect())
}

/// Sets the level of a rule: what was published stays, what is published next is held to it.
pub async fn set_lint_rule(
    db: &Db,
    actor: &Actor,
    rule: &str,
    level: Level,
) -> Result<Changed<LintRule>, Refusal> {
    // A rule that blocks binds every team: what only administrators may do.
    actor.require(Permission::TenantManage)?;
    let rule = Rule::parse(rule).ok_or(Refusal::NotFound)?;
    let mut work = Work::begin(db, actor).await?;
    // One at a time: what a changeset was worked out from stays as it is until it is applied.
    tenants::get_locked(work.conn(), actor.tenant()).await?;
    let before = levels(work.conn()).await?.of(rule);
    let (tenant, now) = (work.tenant(), work.now());
    let set = sqlx::query!(
        "insert into lint_setting (tenant_id, rule, level, updated_at) values ($1, $2, $3, $4)
         on conflict (tenant_id, rule) do update set level = excluded.level, updated_at = excluded.updated_at
         where lint_setting.level <> excluded.level",
        tenant,
        rule.id(),
        level.as_str(),
        now,
    )
    .execute(work.conn())
    .await?;
    // A level that is the default is pinned by naming it: that is a change too.
    if set.rows_affected() > 0 {
        work.audit(AuditEntry {
            action: "lint_rule.set",
            subject: rule.id().to_owned(),
            before: Some(json!({ "level": before })),
            after: Some(json!({ "level": level })),
            reason: None,
        });
    }
    work.commit(LintRule::of(rule, level)).await
}

/// The levels in the current tenant. A rule that this program does not know is one of a newer program: it is left alone.
pub(crate) async fn levels(conn: &mut PgConnection) -> Result<Levels, Refusal> {
    let rows = sqlx::query!("select rule, level from lint_setting")
        .fetch_all(conn)
        .await?;
    let mut levels = Levels::default();
    for row in rows {
        if let (Some(rule), Some(level)) = (Rule::parse(&row.rule), Level::parse(&row.level)) {
            levels.set(rule, level);
        }
    }
    Ok(levels)
}
