//! Products over several APIs.

use gatehouse_domain::ProductState;

use super::Want;
use crate::actor::Actor;
use crate::db::Db;
use crate::page::Lookup;
use crate::products::{self, ItemInput, UpdateProduct};
use crate::refusal::Refusal;
use crate::resources::specs::{ItemSpec, ProductSpec};
use crate::resources::{Fields, State};

pub(super) async fn put_product(
    db: &Db,
    actor: &Actor,
    want: &Want<'_>,
    spec: &ProductSpec,
    held: Option<&State>,
) -> Result<(), Refusal> {
    let slug = &want.key.name;
    let mut now = ProductState::Draft;
    let mut rest = differing(spec, held.map(|held| &held.fields));
    if let Some(held) = held {
        let state = held.fields.get("state").and_then(|state| state.as_str());
        now = state.and_then(ProductState::parse).unwrap_or(now);
        if let Some(items) = rest.items.take() {
            let mut items: Vec<_> = items.iter().map(item).collect();
            items.extend(products::unstated_items(db, actor, slug, &items).await?);
            products::put_items(db, actor, Lookup::from(slug.as_str()), None, &items).await?;
        }
    } else {
        let items = rest.items.take().unwrap_or_default();
        let input = products::CreateProduct {
            slug: slug.clone(),
            name: rest.name.take().unwrap_or_else(|| slug.clone()),
            summary: rest.summary.take().unwrap_or_default(),
            owner_team: rest.owner_team.take().map(Lookup::Slug),
            visibility: rest.visibility.take(),
            items: items.iter().map(item).collect(),
        };
        products::create_product(db, actor, input).await?;
    }
    let state = rest.state.take().filter(|state| *state != now);
    // What was never offered is offered before it is no longer offered for anything new.
    if now == ProductState::Draft && state == Some(ProductState::Deprecated) {
        let first = UpdateProduct {
            state: Some(ProductState::Published),
            ..UpdateProduct::default()
        };
        products::update_product(db, actor, Lookup::from(slug.as_str()), None, first).await?;
    }
    if state.is_none() && rest == ProductSpec::default() {
        return Ok(());
    }
    let teams = rest.granted_teams;
    let input = UpdateProduct {
        name: rest.name,
        summary: rest.summary,
        owner_team: rest.owner_team.map(Lookup::Slug),
        state,
        visibility: rest.visibility,
        granted_teams: teams.map(|teams| teams.into_iter().map(Lookup::Slug).collect()),
    };
    products::update_product(db, actor, Lookup::from(slug.as_str()), None, input).await?;
    Ok(())
}

/// What is stated and is not so already.
fn differing(spec: &ProductSpec, held: Option<&Fields>) -> ProductSpec {
    let stated = crate::resources::specs::Spec::Product(spec.clone()).fields();
    let differs = |field: &str| {
        let none = serde_json::json!([]);
        match held {
            Some(held) => stated.get(field) != held.get(field),
            // What a new product has by itself.
            None => field != "granted_teams" || stated.get(field) != Some(&none),
        }
    };
    fn keep<T: Clone>(value: &Option<T>, differs: bool) -> Option<T> {
        value.clone().filter(|_| differs)
    }
    ProductSpec {
        name: keep(&spec.name, differs("name")),
        summary: keep(&spec.summary, differs("summary")),
        owner_team: keep(&spec.owner_team, differs("owner_team")),
        state: keep(&spec.state, differs("state")),
        visibility: keep(&spec.visibility, differs("visibility")),
        granted_teams: keep(&spec.granted_teams, differs("granted_teams")),
        items: keep(&spec.items, differs("items")),
    }
}

fn item(spec: &ItemSpec) -> ItemInput {
    ItemInput {
        api: Lookup::Slug(spec.api.clone()),
        version: spec.version.clone(),
        operations: spec.operations.clone(),
    }
}
