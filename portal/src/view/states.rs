//! One word and one badge per state, everywhere.

use crate::view::parts::Badge;
use gatehouse_domain::api::{ApiVersionState, ProductState};
use gatehouse_domain::plan::PlanState;
use gatehouse_domain::subscription::ShownState;

/// The badge of a subscription's derived state.
pub(crate) fn subscription(state: ShownState) -> Badge {
    match state {
        ShownState::Pending => Badge::waiting("Pending"),
        ShownState::Scheduled => Badge::waiting("Scheduled"),
        ShownState::Active => Badge::good("Active"),
        ShownState::Suspended => Badge::care("Suspended"),
        ShownState::Paused => Badge::care("Paused"),
        ShownState::Expired => Badge::stopped("Expired"),
        ShownState::Rejected => Badge::stopped("Rejected"),
        ShownState::Withdrawn => Badge::plain("Withdrawn"),
        ShownState::Cancelled => Badge::plain("Cancelled"),
        ShownState::Revoked => Badge::stopped("Revoked"),
        ShownState::Superseded => Badge::plain("Superseded"),
    }
}

/// The badge of a version as developers read it.
pub(crate) fn version(state: ApiVersionState) -> Badge {
    match state {
        ApiVersionState::Draft => Badge::not_started("Draft"),
        ApiVersionState::Published => Badge::good("Live"),
        ApiVersionState::Deprecated => Badge::care("Deprecated"),
        ApiVersionState::Retired => Badge::plain("Retired"),
    }
}

/// The badge of a product over several APIs.
pub(crate) fn product(state: ProductState) -> Badge {
    match state {
        ProductState::Draft => Badge::not_started("Draft"),
        ProductState::Published => Badge::good("Offered"),
        ProductState::Deprecated => Badge::care("Deprecated"),
        ProductState::Retired => Badge::plain("Retired"),
    }
}

/// The badge of a plan.
pub(crate) fn plan(state: PlanState) -> Badge {
    match state {
        PlanState::Staging => Badge::not_started("Staging"),
        PlanState::Published => Badge::good("Offered"),
        PlanState::Deprecated => Badge::care("Deprecated"),
        PlanState::Closed => Badge::plain("Closed"),
    }
}
