//! Reading subscriptions.

use gatehouse_domain::id::{ApiId, ApplicationId, SubscriptionId};
use gatehouse_domain::subscription::StoredState;

use uuid::Uuid;

use super::rights::Rights;
use super::row;
use super::select::{self, Wanted};
use super::view::SubscriptionView;
use crate::actor::Actor;
use crate::db::Db;
use crate::page::{Listed, Lookup, Page};
use crate::refusal::{Faults, Refusal};

/// Which subscriptions a list has. An id or slug that leads nowhere gives an empty list.
#[derive(Debug, Clone, Default)]
pub struct SubscriptionFilter {
    /// In one stored state.
    pub state: Option<StoredState>,
    /// Of one application.
    pub application: Option<Lookup<ApplicationId>>,
    /// To one API.
    pub api: Option<Lookup<ApiId>>,
    /// In the environment with this slug.
    pub environment: Option<String>,
    /// Only of the asking person's teams.
    pub mine: bool,
    /// Of applications whose name begins with this, in any case; at most 80 characters. They come by that name.
    pub search: Option<String>,
}

/// Longest text that subscriptions are looked for by: no application has a longer name.
const SEARCH_MAX: usize = 80;

/// Lists the subscriptions the actor may see, newest first; those that are looked for by the names of their applications, and of
/// one application newest first: an application that is renamed meanwhile may be missed or come twice.
pub async fn list_subscriptions(
    db: &Db,
    actor: &Actor,
    filter: &SubscriptionFilter,
    page: &Page,
) -> Result<Listed<SubscriptionView>, Refusal> {
    let mut faults = Faults::default();
    faults.optional_text(
        "?q",
        filter.search.as_deref().unwrap_or_default(),
        SEARCH_MAX,
    );
    faults.finish()?;
    let now = db.clock().now();
    let mut tx = db.tenant(actor.tenant()).await?;
    let rights = Rights::of(&mut tx, actor, now).await?;
    let wanted = wanted(filter, &rights, page);
    let rows = select::list(&mut tx, rights.person, &wanted).await?;
    let views = rows
        .into_iter()
        .map(|row| row.view(&rights, now))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Listed::cut(views, page, |view| view.id.uuid()))
}

fn wanted(filter: &SubscriptionFilter, rights: &Rights, page: &Page) -> Wanted {
    let (application_id, application_slug) = filter
        .application
        .as_ref()
        .map_or((None, None), Lookup::parts);
    let (api_id, api_slug) = filter.api.as_ref().map_or((None, None), Lookup::parts);
    Wanted {
        after: page.after,
        state: filter.state.map(StoredState::as_str),
        application_id,
        application_slug: application_slug.map(str::to_owned),
        api_id,
        api_slug: api_slug.map(str::to_owned),
        environment_slug: filter.environment.clone(),
        only_own: filter.mine,
        named: filter.search.as_deref().and_then(beginning),
        reach: rights.reach(),
        reach_own: rights.reach_own(),
        limit: page.fetch(),
        ..Wanted::default()
    }
}

/// From where to where lie the names in lower case that begin with a text; `None` where there is nothing to look for.
fn beginning(text: &str) -> Option<(String, String)> {
    let from = text.trim().to_lowercase();
    let until = format!("{from}{}", char::MAX);
    (!from.is_empty()).then_some((from, until))
}

/// Reads one subscription the actor may see.
pub async fn get_subscription(
    db: &Db,
    actor: &Actor,
    id: SubscriptionId,
) -> Result<SubscriptionView, Refusal> {
    let now = db.clock().now();
    let mut tx = db.tenant(actor.tenant()).await?;
    let rights = Rights::of(&mut tx, actor, now).await?;
    let row = row::find(&mut tx, rights.person, id.uuid())
        .await?
        .filter(|row| rights.may_see(row))
        .ok_or(Refusal::NotFound)?;
    row.view(&rights, now)
}

/// The open subscriptions of the person's own teams to some APIs, newest first, at most 1000.
pub(crate) async fn open_of_apis(
    db: &Db,
    actor: &Actor,
    apis: Vec<Uuid>,
) -> Result<Vec<SubscriptionView>, Refusal> {
    let now = db.clock().now();
    let mut tx = db.tenant(actor.tenant()).await?;
    let rights = Rights::of(&mut tx, actor, now).await?;
    let wanted = Wanted {
        apis: Some(apis),
        only_own: true,
        only_open: true,
        limit: 1000,
        ..Wanted::default()
    };
    let rows = select::list(&mut tx, rights.person, &wanted).await?;
    rows.into_iter().map(|row| row.view(&rights, now)).collect()
}
