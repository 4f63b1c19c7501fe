//! `/console/products`: products over several APIs.

use crate::address::Query;
use crate::form::Form;
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::list_of::{After, older};
use crate::view::form::{Faults, Field, faults_of};
use crate::view::parts::{Badge, Empty, Pages};
use crate::view::same::{self, Same};
use crate::view::shell::Shell;
use crate::view::states;
use crate::view::words::grouped;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::products::{self, CreateProduct, ProductFilter};
use gatehouse_domain::{Permission, Visibility};
use gatehouse_language::t;

/// The products, and a form that begins one.
#[derive(Template)]
#[template(path = "pages/console/products.html")]
pub(crate) struct ProductsPage {
    pub(crate) shell: Shell,
    pub(crate) may_write: bool,
    pub(crate) faults: Faults,
    pub(crate) fields: Vec<Field>,
    pub(crate) rows: Vec<ProductRow>,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
    pub(crate) same: Same,
}

web_page!(ProductsPage, Private);

pub(crate) struct ProductRow {
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) slug: String,
    pub(crate) state: Badge,
    pub(crate) visibility: String,
    pub(crate) opens: String,
    pub(crate) subscriptions: String,
}

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewForm {
    name: String,
    slug: String,
    #[serde(default)]
    summary: String,
}

async fn page(
    visitor: &Visitor,
    after: &After,
    form: &NewForm,
    faults: Faults,
) -> Result<ProductsPage, PageError> {
    let actor = visitor.require(Permission::ApiRead)?;
    let filter = ProductFilter {
        put_together: true,
        ..ProductFilter::default()
    };
    let listed = products::list_products(visitor.db(), actor, &filter, &after.page()).await?;
    let shell = visitor.shell().await?.console("products");
    let rows: Vec<ProductRow> = listed
        .data
        .into_iter()
        .map(|product| ProductRow {
            href: shell.to(&format!("/console/products/{}", product.slug)),
            state: states::product(product.state),
            visibility: visibility(product.visibility),
            opens: product
                .items
                .iter()
                .map(|item| format!("{} {}", item.api.name, item.version))
                .collect::<Vec<_>>()
                .join(", "),
            subscriptions: grouped(product.subscriptions),
            name: product.name,
            slug: product.slug,
        })
        .collect();
    Ok(ProductsPage {
        same: visitor.same(&[same::PRODUCT_LIST, same::PRODUCT_CREATE], &[]),
        may_write: shell.may(Permission::ApiWrite),
        fields: vec![
            Field::text("name", t!("word-name"))
                .value(&form.name)
                .max(120)
                .faults(&faults),
            Field::text("slug", t!("word-short-name"))
                .value(&form.slug)
                .max(40)
                .help(t!("access-short-name-help"))
                .faults(&faults),
            Field::text("summary", t!("word-one-line"))
                .optional()
                .value(&form.summary)
                .max(400)
                .faults(&faults),
        ],
        faults,
        empty: Empty::new(
            t!("access-products-empty"),
            t!("access-products-empty-help"),
            None,
        ),
        pages: older("/console/products", &shell, rows.len(), listed.next, after),
        rows,
        shell,
    })
}

/// Who finds a product, in a column.
fn visibility(visibility: Visibility) -> String {
    match visibility {
        Visibility::Private => t!("access-seen-private"),
        Visibility::Restricted => t!("access-seen-restricted"),
        Visibility::Tenant => t!("access-seen-tenant"),
        Visibility::Public => t!("access-seen-public"),
    }
}

/// `GET /console/products`
pub(crate) async fn show(
    visitor: Visitor,
    Query(after): Query<After>,
) -> Result<ProductsPage, PageError> {
    page(&visitor, &after, &NewForm::default(), Faults::default()).await
}

/// `POST /console/products`
pub(crate) async fn create(
    visitor: Visitor,
    Form(form): Form<NewForm>,
) -> Result<Response, PageError> {
    let actor = visitor.require(Permission::ApiWrite)?;
    let input = CreateProduct {
        slug: form.slug.clone(),
        name: form.name.clone(),
        summary: form.summary.clone(),
        ..CreateProduct::default()
    };
    match products::create_product(visitor.db(), actor, input).await {
        Ok(made) => Ok(visitor
            .go(&format!("/console/products/{}", made.value.slug))
            .into_response()),
        Err(refusal) => {
            let page = page(&visitor, &After::default(), &form, faults_of(refusal)?).await?;
            Ok(refused(page))
        }
    }
}
