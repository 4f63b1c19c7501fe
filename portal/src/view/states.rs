//! One word and one badge per state, everywhere.

use crate::view::parts::Badge;
use gatehouse_domain::api::{ApiVersionState, ProductState};
use gatehouse_domain::plan::PlanState;
use gatehouse_domain::subscription::ShownState;
use gatehouse_language::t;

/// The badge of a subscription's derived state.
pub(crate) fn subscription(state: ShownState) -> Badge {
    match state {
        ShownState::Pending => Badge::waiting(t!("state-pending")),
        ShownState::Scheduled => Badge::waiting(t!("state-scheduled")),
        ShownState::Active => Badge::good(t!("state-active")),
        ShownState::Suspended => Badge::care(t!("state-suspended")),
        ShownState::Paused => Badge::care(t!("state-paused")),
        ShownState::Expired => Badge::stopped(t!("state-expired")),
        ShownState::Rejected => Badge::stopped(t!("state-rejected")),
        ShownState::Withdrawn => Badge::plain(t!("state-withdrawn")),
        ShownState::Cancelled => Badge::plain(t!("state-cancelled")),
        ShownState::Revoked => Badge::stopped(t!("state-revoked")),
        ShownState::Superseded => Badge::plain(t!("state-superseded")),
    }
}

/// The badge of a version as developers read it.
pub(crate) fn version(state: ApiVersionState) -> Badge {
    match state {
        ApiVersionState::Draft => Badge::not_started(t!("state-draft")),
        ApiVersionState::Published => Badge::good(t!("state-live")),
        ApiVersionState::Deprecated => Badge::care(t!("state-deprecated")),
        ApiVersionState::Retired => Badge::plain(t!("state-retired")),
    }
}

/// The badge of a product over several APIs.
pub(crate) fn product(state: ProductState) -> Badge {
    match state {
        ProductState::Draft => Badge::not_started(t!("state-draft")),
        ProductState::Published => Badge::good(t!("state-offered")),
        ProductState::Deprecated => Badge::care(t!("state-deprecated")),
        ProductState::Retired => Badge::plain(t!("state-retired")),
    }
}

/// The badge of a plan.
pub(crate) fn plan(state: PlanState) -> Badge {
    match state {
        PlanState::Staging => Badge::not_started(t!("state-staging")),
        PlanState::Published => Badge::good(t!("state-offered")),
        PlanState::Deprecated => Badge::care(t!("state-deprecated")),
        PlanState::Closed => Badge::plain(t!("state-closed")),
    }
}
