//! `/console/products/{product}/retire`: ends a product, and says first what ends with it.

use crate::address::Path;
use crate::form::Form;
use crate::page::refused;
use crate::page_error::PageError;
use crate::pages::form_page::ConfirmPage;
use crate::view::form::{Faults, Field, faults_of};
use crate::view::parts::{Crumbs, Link};
use crate::view::same;
use crate::visitor::Visitor;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::products::{self, RetireProduct};
use gatehouse_domain::Permission;
use gatehouse_language::t;

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RetireForm {
    #[serde(default)]
    reason: String,
}

async fn page(
    visitor: &Visitor,
    product: &str,
    form: &RetireForm,
    faults: Faults,
) -> Result<ConfirmPage, PageError> {
    let actor = visitor.require(Permission::TenantManage)?;
    let view = products::get_product(visitor.db(), actor, product.into()).await?;
    let shell = visitor.shell().await?.console("products");
    let home = shell.to(&format!("/console/products/{}", view.slug));
    Ok(ConfirmPage {
        same: Some(visitor.same(&[same::PRODUCT_RETIRE], &[("product", &view.slug)])),
        crumbs: Crumbs::new(
            t!("access-product-retire"),
            vec![
                Link::new(t!("rail-products"), shell.to("/console/products")),
                Link::new(view.name.clone(), home.clone()),
            ],
        ),
        heading: t!("access-product-retire-named", name = &view.name),
        consequence: t!("access-product-retire-ends", count = view.subscriptions),
        action: format!("{home}/retire"),
        hidden: Vec::new(),
        fields: vec![
            Field::area("reason", t!("word-reason"), 500)
                .unforced()
                .value(&form.reason)
                .help(t!("access-product-retire-reason"))
                .faults(&faults),
        ],
        faults,
        button: t!("access-product-retire-button"),
        loss: true,
        back: home,
        shell,
    })
}

/// `GET /console/products/{product}/retire`
pub(crate) async fn show(
    visitor: Visitor,
    Path([product]): Path<1>,
) -> Result<ConfirmPage, PageError> {
    page(
        &visitor,
        &product,
        &RetireForm::default(),
        Faults::default(),
    )
    .await
}

/// `POST /console/products/{product}/retire`
pub(crate) async fn submit(
    visitor: Visitor,
    Path([product]): Path<1>,
    Form(form): Form<RetireForm>,
) -> Result<Response, PageError> {
    let actor = visitor.require(Permission::TenantManage)?;
    let input = RetireProduct {
        reason: form.reason.clone(),
    };
    match products::retire_product(visitor.db(), actor, product.as_str().into(), None, input).await
    {
        Ok(done) => Ok(visitor
            .go_with(
                &format!("/console/products/{product}"),
                done.change.as_ref(),
            )
            .into_response()),
        Err(refusal) => {
            let page = page(&visitor, &product, &form, faults_of(refusal)?).await?;
            Ok(refused(page))
        }
    }
}
