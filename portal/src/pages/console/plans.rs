//! `/console/plans`: limits, quotas, who decides.

use crate::address::Query;
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::catalogue::plan_words::{decision_words, quota_words, rate_words};
use crate::pages::list_of::{After, everything, older};
use crate::view::parts::{Badge, Empty, Link, Pages};
use crate::view::same::{self, Same};
use crate::view::shell::Shell;
use crate::view::states;
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::apis::{self, ApiFilter};
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::plans;
use gatehouse_control_plane::products::{self, ProductFilter};
use gatehouse_domain::Permission;
use gatehouse_language::t;

/// The plans of every API and product.
#[derive(Template)]
#[template(path = "pages/console/plans.html")]
pub(crate) struct PlansPage {
    pub(crate) shell: Shell,
    pub(crate) may_change: bool,
    pub(crate) rows: Vec<PlanRow>,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
    pub(crate) same: Same,
}

web_page!(PlansPage, Private);

pub(crate) struct PlanRow {
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) api: String,
    pub(crate) state: Badge,
    pub(crate) limits: String,
    pub(crate) decision: String,
    /// Where rules, due time and questions are.
    pub(crate) approval: String,
}

/// `GET /console/plans`
pub(crate) async fn show(
    visitor: Visitor,
    Query(after): Query<After>,
) -> Result<PlansPage, PageError> {
    let actor = visitor.require(Permission::ApiRead)?;
    let apis = apis::list_apis(visitor.db(), actor, &ApiFilter::default(), &everything())
        .await?
        .data;
    let mut all = Vec::new();
    for api in &apis {
        let lookup = Lookup::Id(api.id);
        for plan in plans::list_plans(visitor.db(), actor, lookup, &everything())
            .await?
            .data
        {
            all.push((
                format!("/console/apis/{}", api.slug),
                api.name.clone(),
                plan,
            ));
        }
    }
    let bundles = ProductFilter {
        put_together: true,
        ..ProductFilter::default()
    };
    let products = products::list_products(visitor.db(), actor, &bundles, &everything()).await?;
    for product in products.data {
        let lookup = Lookup::Slug(product.slug.clone());
        let plans = plans::list_plans(visitor.db(), actor, lookup, &everything()).await?;
        for plan in plans.data {
            let home = format!("/console/products/{}", product.slug);
            all.push((home, product.name.clone(), plan));
        }
    }
    let shell = visitor.shell().await?.console("plans");
    let rows: Vec<PlanRow> = all
        .into_iter()
        .map(|(home, name, plan)| PlanRow {
            href: shell.to(&format!("{home}/plans/{}", plan.slug)),
            approval: shell.to(&format!("{home}/plans/{}/approval", plan.slug)),
            api: name,
            state: states::plan(plan.state),
            limits: format!("{}; {}", rate_words(&plan), quota_words(&plan)),
            decision: decision_words(plan.approval),
            name: plan.name,
        })
        .collect();
    Ok(PlansPage {
        same: visitor.same(&[same::PLAN_LIST, same::PLAN_CREATE], &[]),
        may_change: shell.may(Permission::PlanManage),
        empty: Empty::new(
            t!("access-plans-empty"),
            t!("access-plans-empty-help"),
            Some(Link::new(t!("word-apis"), shell.to("/console/apis"))),
        ),
        pages: older("/console/plans", &shell, rows.len(), None, &after),
        rows,
        shell,
    })
}
