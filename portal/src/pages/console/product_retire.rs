//! `/console/products/{product}/retire`: ends a product, and says first what ends with it.

use crate::address::Path;
use crate::form::Form;
use crate::page::refused;
use crate::page_error::PageError;
use crate::pages::form_page::ConfirmPage;
use crate::view::form::{Faults, Field, faults_of};
use crate::view::parts::{Crumbs, Link};
use crate::view::same;
use crate::view::words::count;
use crate::visitor::Visitor;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::products::{self, RetireProduct};
use gatehouse_domain::Permission;

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
    let open = usize::try_from(view.subscriptions).unwrap_or(usize::MAX);
    Ok(ConfirmPage {
        same: Some(visitor.same(&[same::PRODUCT_RETIRE], &[("product", &view.slug)])),
        crumbs: Crumbs::new(
            "Retire",
            vec![
                Link::new("Products", shell.to("/console/products")),
                Link::new(view.name.clone(), home.clone()),
            ],
        ),
        heading: format!("Retire {}?", view.name),
        consequence: format!(
            "Nobody finds it any more, and {} with it. The APIs go on. This cannot be undone.",
            match open {
                1 => "1 subscription ends".to_owned(),
                open => format!("{} end", count(open, "subscription")),
            }
        ),
        action: format!("{home}/retire"),
        hidden: Vec::new(),
        fields: vec![
            Field::area("reason", "Reason", 500)
                .unforced()
                .value(&form.reason)
                .help("Needed while subscriptions are open.")
                .faults(&faults),
        ],
        faults,
        button: "Retire product".to_owned(),
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
