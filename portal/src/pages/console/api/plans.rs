//! `/console/apis/{api}/plans`: what subscriptions to one API allow.

use super::head::{ApiHead, ApiTab, open};
use crate::address::{Path, Query};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::catalogue::plan_words::{decision_words, quota_words, rate_words};
use crate::pages::list_of::everything;
use crate::pages::spread::{self, Changed};
use crate::view::parts::{Badge, Empty};
use crate::view::same::{self, Same};
use crate::view::shell::Shell;
use crate::view::states;
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::plans::{self, PlanView};
use gatehouse_domain::Permission;
use gatehouse_language::t;

/// The plans of one API.
#[derive(Template)]
#[template(path = "pages/console/api/plans.html")]
pub(crate) struct ApiPlansPage {
    pub(crate) shell: Shell,
    pub(crate) head: ApiHead,
    pub(crate) may_plan: bool,
    pub(crate) new_plan: String,
    pub(crate) plans: Vec<PlanRow>,
    pub(crate) no_plans: Empty,
    pub(crate) same: Same,
}

web_page!(ApiPlansPage, Private);

pub(crate) struct PlanRow {
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) state: Badge,
    pub(crate) limits: String,
    pub(crate) decision: String,
}

/// `GET /console/apis/{api}/plans`
pub(crate) async fn show(
    visitor: Visitor,
    Path([api]): Path<1>,
    Query(changed): Query<Changed>,
) -> Result<ApiPlansPage, PageError> {
    let spread = spread::of(&visitor, &changed).await?;
    let opened = open(&visitor, &api, ApiTab::Plans).await?;
    let lookup = Lookup::Id(opened.view.id);
    let plans = plans::list_plans(visitor.db(), visitor.actor()?, lookup, &everything()).await?;
    let (shell, base) = (&opened.shell, ApiTab::Overview.path(&opened.view.slug));
    Ok(ApiPlansPage {
        same: visitor.same(
            &[same::PLAN_LIST, same::PLAN_CREATE],
            &[("api", &opened.view.slug)],
        ),
        head: opened.head(ApiTab::Plans, spread),
        may_plan: shell.may(Permission::PlanManage),
        new_plan: shell.to(&format!("{base}/plans/new")),
        plans: plans
            .data
            .iter()
            .map(|plan| plan_row(plan, &base, shell))
            .collect(),
        no_plans: no_plans(),
        shell: opened.shell,
    })
}

/// What a page says where there are none.
pub(crate) fn no_plans() -> Empty {
    Empty::new(t!("apis-plans-none"), t!("apis-plans-none-words"), None)
}

/// A plan of what stands at `base` in the console.
pub(crate) fn plan_row(plan: &PlanView, base: &str, shell: &Shell) -> PlanRow {
    PlanRow {
        href: shell.to(&format!("{base}/plans/{}", plan.slug)),
        name: plan.name.clone(),
        state: states::plan(plan.state),
        limits: format!("{}; {}", rate_words(plan), quota_words(plan)),
        decision: decision_words(plan.approval),
    }
}
