//! Access requests as the requesting side sees them.

pub(crate) mod change;
pub(crate) mod list;
pub(crate) mod messages;
pub(crate) mod show;
mod timeline;

use crate::view::parts::Link;
use crate::view::shell::Shell;
use gatehouse_control_plane::subscriptions::{DecisionView, SubscriptionView};
use gatehouse_domain::id::SubscriptionId;
use gatehouse_domain::subscription::ShownState;
use gatehouse_language::t;

/// Who decided, as the middle of a sentence has it.
pub(crate) fn decided_by(decision: &DecisionView) -> String {
    decision
        .by
        .as_ref()
        .map_or_else(|| t!("requests-a-rule-of-the-plan"), |by| by.name.clone())
}

/// What decides the next step of somebody with a subscription.
pub(crate) struct NextStep<'a> {
    pub(crate) shown: ShownState,
    /// Id or slug, as paths take it.
    pub(crate) application: &'a str,
    pub(crate) subscription: SubscriptionId,
    /// The slug of the API.
    pub(crate) api: &'a str,
    /// The slug of the product over several APIs that was asked for.
    pub(crate) product: Option<&'a str>,
}

impl<'a> NextStep<'a> {
    pub(crate) fn of(view: &'a SubscriptionView) -> Self {
        Self {
            shown: view.shown,
            application: &view.application.slug,
            subscription: view.id,
            api: &view.api.slug,
            product: view.product.as_ref().map(|product| product.slug.as_str()),
        }
    }

    /// The page of what was asked for.
    fn home(&self) -> String {
        match self.product {
            Some(product) => format!("/products/{product}"),
            None => format!("/apis/{}", self.api),
        }
    }

    /// What to do next; the same words on every page.
    pub(crate) fn link(&self, shell: &Shell) -> Link {
        let request = || shell.to(&format!("/requests/{}", self.subscription));
        match self.shown {
            ShownState::Active | ShownState::Scheduled => {
                let keys = format!("/applications/{}/keys", self.application);
                Link::new(t!("requests-open-keys"), shell.to(&keys))
            }
            ShownState::Pending => Link::new(t!("requests-see-request"), request()),
            ShownState::Rejected => Link::new(t!("requests-read-reason"), request()),
            ShownState::Suspended | ShownState::Paused => {
                Link::new(t!("requests-see-why"), request())
            }
            ShownState::Expired
            | ShownState::Withdrawn
            | ShownState::Cancelled
            | ShownState::Revoked => {
                let again = format!("{}/request", self.home());
                Link::new(t!("requests-request-again"), shell.to(&again))
            }
            ShownState::Superseded => {
                let words = if self.product.is_some() {
                    t!("requests-see-product")
                } else {
                    t!("requests-see-api")
                };
                Link::new(words, shell.to(&self.home()))
            }
        }
    }
}
