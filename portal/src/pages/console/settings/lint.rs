//! `/console/settings/lint`: what descriptions are held to, rule by rule.

use crate::address::Path;
use crate::form::Form;
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::console::settings::tabs;
use crate::view::parts::{Flash, Tabs};
use crate::view::same::{self, Same};
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::Redirect;
use gatehouse_control_plane::lint_rules::{self, LintRule};
use gatehouse_domain::Permission;
use gatehouse_language::t;
use gatehouse_problem::ProblemKind;
use gatehouse_spec::lint::Level;

/// Every rule with its level.
#[derive(Template)]
#[template(path = "pages/console/settings/lint.html")]
pub(crate) struct LintPage {
    pub(crate) shell: Shell,
    pub(crate) tabs: Tabs,
    pub(crate) rows: Vec<RuleRow>,
    pub(crate) same: Same,
}

web_page!(LintPage, Private);

pub(crate) struct RuleRow {
    pub(crate) id: &'static str,
    pub(crate) summary: String,
    pub(crate) action: String,
    pub(crate) levels: Vec<(&'static str, String, bool)>,
}

/// `GET /console/settings/lint`
pub(crate) async fn show(visitor: Visitor) -> Result<LintPage, PageError> {
    let actor = visitor.actor()?;
    actor.require(Permission::TenantManage)?;
    let rules = lint_rules::list_lint_rules(visitor.db(), actor).await?;
    let shell = visitor.shell().await?.console("settings");
    Ok(LintPage {
        tabs: tabs("/console/settings/lint", &shell),
        rows: rules.iter().map(|rule| row(rule, &shell)).collect(),
        same: visitor.same(&[same::LINT_SET], &[]),
        shell,
    })
}

fn row(rule: &LintRule, shell: &Shell) -> RuleRow {
    let word = |level: Level| match level {
        Level::Off => t!("policies-off"),
        Level::Warn => t!("policies-warns"),
        Level::Block => t!("policies-blocks"),
    };
    let levels = Level::ALL.map(|level| (level.as_str(), word(level), level == rule.level));
    RuleRow {
        id: rule.id.id(),
        summary: rule.summary.clone(),
        action: shell.to(&format!("/console/settings/lint/{}", rule.id.id())),
        levels: levels.into(),
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LevelForm {
    level: String,
}

/// `POST /console/settings/lint/{rule}`
pub(crate) async fn submit(
    visitor: Visitor,
    Path([rule]): Path<1>,
    Form(form): Form<LevelForm>,
) -> Result<Redirect, PageError> {
    let actor = visitor.require(Permission::TenantManage)?;
    let Some(level) = Level::parse(&form.level) else {
        return Err(PageError::of(ProblemKind::BadRequest));
    };
    lint_rules::set_lint_rule(visitor.db(), actor, &rule, level).await?;
    let words = match level {
        Level::Off => t!("policies-rule-off", rule = &rule),
        Level::Warn => t!("policies-rule-warns", rule = &rule),
        Level::Block => t!("policies-rule-blocks", rule = &rule),
    };
    let rest = t!("policies-what-was-published-stays-what-is");
    visitor.tell(Flash::good(words, rest)).await?;
    Ok(visitor.go("/console/settings/lint"))
}
