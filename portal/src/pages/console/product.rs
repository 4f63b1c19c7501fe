//! `/console/products/{product}`: what a product opens, who finds it, its plans, and where it stands.

use crate::address::{Path, Query};
use crate::form::Form;
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::console::api::plans::{PlanRow, no_plans, plan_row};
use crate::pages::console::seen_by;
use crate::pages::list_of::{every_api, everything};
use crate::pages::spread::{self, Changed};
use crate::view::form::{Choice, Faults, Field, faults_of};
use crate::view::parts::{Badge, Crumbs, Empty, Link, Spread};
use crate::view::same::{self, Same, Way};
use crate::view::shell::Shell;
use crate::view::states;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::plans;
use gatehouse_control_plane::products::{self, ItemInput, ItemView, ProductView, UpdateProduct};
use gatehouse_control_plane::{Changed as Done, Refusal};
use gatehouse_domain::{ApiVersionState, Permission, ProductState, Visibility};
use gatehouse_language::t;
use gatehouse_problem::ProblemKind;

/// One product as its owners see it.
#[derive(Template)]
#[template(path = "pages/console/product.html")]
pub(crate) struct ProductPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) spread: Option<Spread>,
    pub(crate) name: String,
    pub(crate) slug: String,
    pub(crate) state: Badge,
    pub(crate) lead: String,
    pub(crate) portal_page: Option<String>,
    pub(crate) may_write: bool,
    pub(crate) row_version: i32,
    pub(crate) base: String,
    pub(crate) faults: Faults,
    /// What its state can become, with the words of the button.
    pub(crate) moves: Vec<(&'static str, String)>,
    pub(crate) retire: Option<String>,
    pub(crate) items: Vec<ItemRow>,
    pub(crate) no_items: Empty,
    pub(crate) item_fields: Vec<Field>,
    pub(crate) settings: Vec<Field>,
    pub(crate) may_plan: bool,
    pub(crate) plans: Vec<PlanRow>,
    pub(crate) no_plans: Empty,
    pub(crate) same: Same,
}

web_page!(ProductPage, Private);

const WAYS: &[Way] = &[
    same::PRODUCT_ITEMS,
    same::PRODUCT_UPDATE,
    same::PRODUCT_STATE,
];

pub(crate) struct ItemRow {
    /// The API and version, as the forms name them.
    pub(crate) name: String,
    pub(crate) api: String,
    pub(crate) version: String,
    pub(crate) state: Badge,
    pub(crate) operations: Vec<String>,
}

impl ItemRow {
    fn of(item: &ItemView) -> Self {
        Self {
            name: format!("{}/{}", item.api.slug, item.version),
            api: item.api.name.clone(),
            version: item.version.clone(),
            state: states::version(item.state),
            operations: item.operations.clone().unwrap_or_default(),
        }
    }
}

/// What was typed into the form that adds an item.
#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ItemForm {
    row_version: i32,
    #[serde(default)]
    item: String,
    #[serde(default)]
    operations: String,
}

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RemoveForm {
    row_version: i32,
    item: String,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SettingsForm {
    row_version: i32,
    name: String,
    #[serde(default)]
    summary: String,
    visibility: String,
    #[serde(default)]
    teams: String,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StateForm {
    row_version: i32,
    state: String,
}

/// What was typed, while something of it was refused.
#[derive(Default)]
struct Typed {
    item: ItemForm,
    settings: Option<SettingsForm>,
}

impl SettingsForm {
    fn of(view: &ProductView) -> Self {
        Self {
            row_version: view.row_version,
            name: view.name.clone(),
            summary: view.summary.clone(),
            visibility: view.visibility.as_str().to_owned(),
            teams: seen_by::named(&view.granted_teams),
        }
    }
}

async fn found(visitor: &Visitor, product: &str) -> Result<ProductView, PageError> {
    let actor = visitor.require(Permission::ApiRead)?;
    let found = products::get_product(visitor.db(), actor, product.into()).await?;
    // The product of a single API is shown with the API.
    match found.api {
        Some(_) => Err(PageError::not_found()),
        None => Ok(found),
    }
}

/// Every version that can be put into a product.
async fn choices(visitor: &Visitor) -> Result<Vec<Choice>, PageError> {
    let actor = visitor.actor()?;
    let listed = every_api(visitor.db(), actor).await?;
    let mut choices = Vec::new();
    for api in &listed {
        for version in &api.versions {
            if version.state != ApiVersionState::Retired {
                choices.push(Choice::new(
                    format!("{}/{}", api.slug, version.label),
                    format!("{} {}", api.name, version.label),
                ));
            }
        }
    }
    Ok(choices)
}

async fn page(
    visitor: &Visitor,
    product: &str,
    spread: Option<Spread>,
    typed: Typed,
    faults: Faults,
) -> Result<ProductPage, PageError> {
    let view = found(visitor, product).await?;
    let actor = visitor.actor()?;
    let named = || Lookup::Slug(view.slug.clone());
    let plans = plans::list_plans(visitor.db(), actor, named(), &everything()).await?;
    let choices = choices(visitor).await?;
    let shell = visitor.shell().await?.console("products");
    let base = format!("/console/products/{}", view.slug);
    let is_over = view.state == ProductState::Retired;
    let may_write = shell.may(Permission::ApiWrite) && !is_over;
    let may_end =
        shell.may(Permission::TenantManage) && view.state.may_become(ProductState::Retired);
    let is_offered = matches!(
        view.state,
        ProductState::Published | ProductState::Deprecated
    );
    Ok(ProductPage {
        same: visitor.same(WAYS, &[("product", &view.slug)]),
        crumbs: Crumbs::new(
            view.name.clone(),
            vec![Link::new(
                t!("rail-products"),
                shell.to("/console/products"),
            )],
        ),
        spread,
        state: states::product(view.state),
        lead: t!(
            "access-product-lead",
            team = &view.owner_team.name,
            summary = &view.summary
        ),
        portal_page: is_offered.then(|| shell.to(&format!("/products/{}", view.slug))),
        may_write,
        row_version: view.row_version,
        moves: moves(view.state),
        retire: may_end.then(|| shell.to(&format!("{base}/retire"))),
        items: view.items.iter().map(ItemRow::of).collect(),
        no_items: Empty::new(
            t!("access-product-nothing"),
            t!("access-product-nothing-help"),
            None,
        ),
        item_fields: item_fields(&typed.item, choices, &faults),
        settings: settings(
            &typed.settings.unwrap_or_else(|| SettingsForm::of(&view)),
            &faults,
        ),
        may_plan: shell.may(Permission::PlanManage) && !is_over,
        plans: plans
            .data
            .iter()
            .map(|plan| plan_row(plan, &base, &shell))
            .collect(),
        no_plans: no_plans(),
        base: shell.to(&base),
        faults,
        name: view.name,
        slug: view.slug,
        shell,
    })
}

fn moves(state: ProductState) -> Vec<(&'static str, String)> {
    match state {
        ProductState::Draft => vec![("published", t!("access-product-offer"))],
        ProductState::Published => vec![("deprecated", t!("access-product-deprecate"))],
        ProductState::Deprecated => vec![("published", t!("access-product-offer-again"))],
        ProductState::Retired => Vec::new(),
    }
}

fn item_fields(form: &ItemForm, choices: Vec<Choice>, faults: &Faults) -> Vec<Field> {
    vec![
        Field::select("item", t!("word-version"), choices)
            .value(&form.item)
            .faults(faults),
        Field::area("operations", t!("access-product-only"), 20_000)
            .optional()
            .value(&form.operations)
            .help(t!("access-product-only-help", sample = "GET /pets/{id}"))
            .faults(faults),
    ]
}

fn settings(form: &SettingsForm, faults: &Faults) -> Vec<Field> {
    let [visibility, granted] = seen_by::fields(&form.visibility, &form.teams, faults);
    vec![
        Field::text("name", t!("word-name"))
            .value(&form.name)
            .max(120)
            .faults(faults),
        Field::text("summary", t!("word-one-line"))
            .optional()
            .value(&form.summary)
            .max(400)
            .faults(faults),
        visibility,
        granted,
    ]
}

/// `GET /console/products/{product}`
pub(crate) async fn show(
    visitor: Visitor,
    Path([product]): Path<1>,
    Query(changed): Query<Changed>,
) -> Result<ProductPage, PageError> {
    let spread = spread::of(&visitor, &changed).await?;
    let typed = Typed::default();
    page(&visitor, &product, spread, typed, Faults::default()).await
}

/// Back to the page, or the page with what was refused.
async fn concluded(
    visitor: &Visitor,
    product: &str,
    typed: Typed,
    done: Result<Done<ProductView>, Refusal>,
) -> Result<Response, PageError> {
    match done {
        Ok(done) => Ok(visitor
            .go_with(
                &format!("/console/products/{product}"),
                done.change.as_ref(),
            )
            .into_response()),
        Err(refusal) => {
            let faults =
                faults_of(refusal)?.renamed(&[("granted_teams", "teams"), ("items", "operations")]);
            let page = page(visitor, product, None, typed, faults).await?;
            Ok(refused(page))
        }
    }
}

async fn put_items(
    visitor: &Visitor,
    view: &ProductView,
    version: i32,
    items: &[ItemInput],
    typed: Typed,
) -> Result<Response, PageError> {
    let (db, actor, id) = (visitor.db(), visitor.actor()?, Lookup::Id(view.id));
    let done = products::put_items(db, actor, id, Some(version), items).await;
    concluded(visitor, &view.slug, typed, done).await
}

async fn change(
    visitor: &Visitor,
    view: &ProductView,
    version: i32,
    input: UpdateProduct,
    typed: Typed,
) -> Result<Response, PageError> {
    let (db, actor, id) = (visitor.db(), visitor.actor()?, Lookup::Id(view.id));
    let done = products::update_product(db, actor, id, Some(version), input).await;
    concluded(visitor, &view.slug, typed, done).await
}

fn given(item: &ItemView) -> ItemInput {
    ItemInput {
        api: Lookup::Id(item.api.id),
        version: item.version.clone(),
        operations: item.operations.clone(),
    }
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// `POST /console/products/{product}/items`: adds a version, or says anew which of its operations are opened.
pub(crate) async fn add_item(
    visitor: Visitor,
    Path([product]): Path<1>,
    Form(form): Form<ItemForm>,
) -> Result<Response, PageError> {
    let view = found(&visitor, &product).await?;
    let Some((api, version)) = form.item.split_once('/') else {
        let faults = Faults::one("item", t!("access-product-choose"));
        let typed = Typed {
            item: form,
            settings: None,
        };
        let page = page(&visitor, &product, None, typed, faults).await?;
        return Ok(refused(page));
    };
    let operations: Vec<String> = lines(&form.operations).map(str::to_owned).collect();
    let added = ItemInput {
        api: Lookup::Slug(api.to_owned()),
        version: version.to_owned(),
        operations: (!operations.is_empty()).then_some(operations),
    };
    let others = view
        .items
        .iter()
        .filter(|item| ItemRow::of(item).name != form.item);
    let items: Vec<ItemInput> = others.map(given).chain([added]).collect();
    let version = form.row_version;
    let typed = Typed {
        item: form,
        settings: None,
    };
    put_items(&visitor, &view, version, &items, typed).await
}

/// `POST /console/products/{product}/items/remove`
pub(crate) async fn remove_item(
    visitor: Visitor,
    Path([product]): Path<1>,
    Form(form): Form<RemoveForm>,
) -> Result<Response, PageError> {
    let view = found(&visitor, &product).await?;
    let left = view
        .items
        .iter()
        .filter(|item| ItemRow::of(item).name != form.item);
    let items: Vec<ItemInput> = left.map(given).collect();
    put_items(&visitor, &view, form.row_version, &items, Typed::default()).await
}

/// `POST /console/products/{product}/settings`
pub(crate) async fn update(
    visitor: Visitor,
    Path([product]): Path<1>,
    Form(form): Form<SettingsForm>,
) -> Result<Response, PageError> {
    let view = found(&visitor, &product).await?;
    let visibility = Visibility::parse(&form.visibility);
    let input = UpdateProduct {
        name: Some(form.name.clone()),
        summary: Some(form.summary.clone()),
        visibility: Some(visibility.ok_or_else(|| PageError::of(ProblemKind::BadRequest))?),
        granted_teams: Some(lines(&form.teams).map(Lookup::from).collect()),
        ..UpdateProduct::default()
    };
    let version = form.row_version;
    let typed = Typed {
        item: ItemForm::default(),
        settings: Some(form),
    };
    change(&visitor, &view, version, input, typed).await
}

/// `POST /console/products/{product}/state`
pub(crate) async fn set_state(
    visitor: Visitor,
    Path([product]): Path<1>,
    Form(form): Form<StateForm>,
) -> Result<Response, PageError> {
    let view = found(&visitor, &product).await?;
    let state = ProductState::parse(&form.state);
    let input = UpdateProduct {
        state: Some(state.ok_or_else(|| PageError::of(ProblemKind::BadRequest))?),
        ..UpdateProduct::default()
    };
    change(&visitor, &view, form.row_version, input, Typed::default()).await
}
