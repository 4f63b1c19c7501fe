//! `/console/apis/{api}/backend-secrets`: what gateways show to the backend of an API and nobody reads back.
//!
//! [`list`] says which there are and takes a new one, [`replace`] puts another value in place of one, [`remove`] takes one away. They
//! stand beside the policies of the API, which name them. What was typed as a value is in no page again: what a form comes back
//! with after a fault has no room for it.

pub(crate) mod list;
pub(crate) mod remove;
pub(crate) mod replace;

use crate::address::encode;
use crate::page_error::PageError;
use crate::pages::console::api::head::ApiTab;
use crate::pages::console::policies::place::Place;
use crate::view::form::{Faults, Field, faults_of};
use crate::view::parts::{Crumbs, Link};
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use gatehouse_control_plane::apis::ApiView;
use gatehouse_control_plane::backend_secrets::{self, BackendSecretView};
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Actor, Refusal};
use gatehouse_domain::backend_secret::BACKEND_SECRET_BYTES_MAX;
use gatehouse_language::t;

/// The page that lists those of an API.
pub(crate) fn list_path(api: &str) -> String {
    format!("{}/backend-secrets", ApiTab::Overview.path(api))
}

/// The page of one of them.
fn one_path(api: &str, name: &str) -> String {
    format!("{}/{}", list_path(api), encode(name))
}

/// The API of an address; there are no secrets of every API.
fn api_of(place: &Place) -> Result<&ApiView, PageError> {
    place.api.as_ref().ok_or_else(PageError::not_found)
}

/// The one an address names; one of another API does not exist here.
async fn found(
    visitor: &Visitor,
    actor: &Actor,
    place: &Place,
    secret: &str,
) -> Result<BackendSecretView, PageError> {
    let api = Lookup::Id(api_of(place)?.id);
    let found = backend_secrets::get_backend_secret(visitor.db(), actor, api, secret.into());
    Ok(found.await?)
}

/// The way back from a page below the list.
fn crumbs(place: &Place, here: &str, shell: &Shell) -> Result<Crumbs, PageError> {
    let list = shell.to(&list_path(&api_of(place)?.slug));
    Ok(place.crumbs(here, Some(Link::new(t!("apis-secrets"), list)), shell))
}

/// What is typed blind, and in no page that comes back.
fn value_field(faults: &Faults) -> Field {
    let max = u32::try_from(BACKEND_SECRET_BYTES_MAX).unwrap_or(u32::MAX);
    Field::password("secret_value", t!("word-value"), "off")
        // One more: browsers cut what is pasted and say nothing, and the verb says what is too long.
        .max(max + 1)
        .help(t!("apis-secret-value-help", max = max))
        .faults(faults)
}

/// The faults of a form with a value in it. Whoever corrects another field types the value once more, and is told so.
fn faults_beside_a_value(refusal: Refusal) -> Result<Faults, PageError> {
    // What was changed meanwhile is opened again first: then the whole form is filled in anew.
    let is_old = matches!(refusal, Refusal::Stale { .. });
    let mut faults = faults_of(refusal)?.renamed(&[("value", "secret_value")]);
    if !is_old {
        say_to_type_again(&mut faults);
    }
    Ok(faults)
}

fn say_to_type_again(faults: &mut Faults) {
    if faults.of("secret_value").is_none() {
        faults.add("secret_value", t!("apis-secret-type-again"));
    }
}

/// The policies that name one: "a, b and 3 more".
fn named_by(secret: &BackendSecretView) -> String {
    const SHOWN: usize = 5;
    let policies = secret.policies.iter();
    let first: Vec<&str> = policies
        .take(SHOWN)
        .map(|policy| policy.slug.as_str())
        .collect();
    match secret.policies.len().saturating_sub(SHOWN) {
        0 => first.join(", "),
        more => t!(
            "apis-named-and-more",
            named = first.join(", "),
            count = more
        ),
    }
}
