//! `GET /products/{product}`: what a product over several APIs opens, its plans, the next step.

use crate::address::Path;
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::Fact;
use crate::pages::catalogue::api::{PlanColumn, column, steps};
use crate::pages::catalogue::plan_words::{PlanRow, plan_rows};
use crate::pages::requests::NextStep;
use crate::view::parts::{Badge, Crumbs, Empty, Link, Timeline};
use crate::view::shell::Shell;
use crate::view::states;
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::catalogue;
use gatehouse_control_plane::products::ItemView;
use gatehouse_language::t;

/// One product.
#[derive(Template)]
#[template(path = "pages/catalogue/product.html")]
pub(crate) struct ProductPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) name: String,
    pub(crate) status: Badge,
    pub(crate) summary: String,
    pub(crate) step: Option<Link>,
    pub(crate) items: Vec<ItemRow>,
    pub(crate) plans: Vec<PlanColumn>,
    pub(crate) plan_rows: Vec<PlanRow>,
    pub(crate) no_plans: Empty,
    pub(crate) timeline: Timeline,
    pub(crate) facts: Vec<Fact>,
}

web_page!(ProductPage, Private);

/// A version that the product opens.
pub(crate) struct ItemRow {
    pub(crate) href: String,
    pub(crate) api: String,
    pub(crate) version: String,
    pub(crate) status: Badge,
    pub(crate) operations: Vec<String>,
}

impl ItemRow {
    fn of(item: &ItemView, shell: &Shell) -> Self {
        let path = format!("/apis/{}?version={}", item.api.slug, item.version);
        Self {
            href: shell.to(&path),
            api: item.api.name.clone(),
            version: item.version.clone(),
            status: states::version(item.state),
            operations: item.operations.clone().unwrap_or_default(),
        }
    }
}

/// `GET /products/{product}`
pub(crate) async fn show(
    visitor: Visitor,
    Path([product]): Path<1>,
) -> Result<ProductPage, PageError> {
    let viewer = visitor.viewer()?;
    let found = catalogue::catalogue_product(visitor.db(), &viewer, &product).await?;
    let product = &found.product;
    let shell = visitor.shell().await?.at("apis");
    let home = format!("/products/{}", product.slug);
    let mine = found.my_subscriptions.first();
    let ask = (!found.plans.is_empty()).then(|| {
        let href = shell.to(&format!("{home}/request"));
        Link::new(t!("catalogue-request-access"), href)
    });
    Ok(ProductPage {
        crumbs: Crumbs::new(
            product.name.clone(),
            vec![Link::new(t!("word-apis"), shell.to("/apis"))],
        ),
        status: states::product(product.state),
        step: mine.map(|view| NextStep::of(view).link(&shell)).or(ask),
        items: product
            .items
            .iter()
            .map(|item| ItemRow::of(item, &shell))
            .collect(),
        plans: found
            .plans
            .iter()
            .map(|plan| column(plan, &home, &shell))
            .collect(),
        plan_rows: plan_rows(&found.plans),
        no_plans: Empty::new(
            t!("catalogue-by-invitation"),
            t!(
                "catalogue-by-invitation-help",
                team = &product.owner_team.name
            ),
            None,
        ),
        timeline: steps(mine),
        facts: vec![
            Fact::new(t!("word-owner"), product.owner_team.name.clone()),
            Fact::new(
                t!("catalogue-opens"),
                t!("catalogue-versions", count = product.items.len()),
            ),
            Fact::new(t!("catalogue-sign-in"), t!("catalogue-key-sign-in")),
        ],
        name: product.name.clone(),
        summary: product.summary.clone(),
        shell,
    })
}
