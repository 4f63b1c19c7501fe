//! Webhooks: where events are sent.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod deliveries;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod redeliver;
pub(crate) mod redeliver_many;
pub(crate) mod rotate_secret;
pub(crate) mod stop;
pub(crate) mod test;
pub(crate) mod update;

use gatehouse_control_plane::Changed;
use gatehouse_control_plane::webhooks::{WebhookSecret, WebhookView};

use crate::edge::answer::{Mutation, WithSecret};
use crate::edge::auth::Caller;

/// An endpoint with its new secret, which is shown this once.
fn with_secret<N>(caller: &Caller<N>, made: Changed<(WebhookView, WebhookSecret)>) -> WithSecret {
    let Changed {
        value: (view, secret),
        change,
    } = made;
    let path = format!("/v1/webhooks/{}", view.id);
    let view = Changed {
        value: view,
        change,
    };
    let secret = (!caller.is_dry_run()).then(|| secret.reveal());
    let secret = secret.as_ref().map(|secret| secret.as_str());
    WithSecret::new(Mutation::created(&view, path), secret)
}
