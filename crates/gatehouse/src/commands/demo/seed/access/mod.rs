//! Who uses the APIs: applications, requests in every state, and keys of every age.

mod acts;
mod applications;
mod early;
mod lately;
mod trouble;

use gatehouse_control_plane::credentials::CredentialView;
use gatehouse_control_plane::subscriptions::SubscriptionView;
use gatehouse_domain::key::Key;
use time::OffsetDateTime;

use super::stage::Stage;

const PRODUCTION: &str = "production";
const SANDBOX: &str = "sandbox";

/// What past calls were made with.
pub(super) struct Caller {
    pub(super) subscription: SubscriptionView,
    pub(super) key: CredentialView,
    pub(super) since: OffsetDateTime,
    pub(super) until: OffsetDateTime,
}

/// The callers of the past, and the key of the printed call.
pub(super) struct Access {
    pub(super) demo_key: Key,
    pub(super) storefront: Caller,
    pub(super) storefront_sandbox: Caller,
    pub(super) checkout: Caller,
    pub(super) kiosk: Caller,
    pub(super) campaign: Caller,
    pub(super) export: Caller,
    pub(super) batch: Caller,
    pub(super) northwind: Caller,
}

/// From nineteen days ago until this morning.
pub(super) async fn live_through(stage: &Stage) -> anyhow::Result<Access> {
    stage.turn_to(17, 9);
    let northwind = applications::create(stage).await?;
    let mut access = Box::pin(early::live_through(stage, northwind)).await?;
    Box::pin(trouble::live_through(stage)).await?;
    lately::live_through(stage, &mut access).await?;
    Ok(access)
}
