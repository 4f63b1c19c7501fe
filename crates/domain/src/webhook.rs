//! Webhooks: states of endpoints and deliveries.

use crate::api::words;

words! {
    /// Whether events are sent to an endpoint.
    EndpointState {
        /// They are.
        Active = "active",
        /// They wait until somebody resumes it.
        Paused = "paused",
        /// It failed for too long; they are kept to be sent again by hand.
        Disabled = "disabled",
    }
}

words! {
    /// How far an event is on its way to an endpoint.
    DeliveryState {
        /// Not tried yet.
        Pending = "pending",
        /// Tried, and will be again.
        Failed = "failed",
        /// Taken by the receiver.
        Delivered = "delivered",
        /// Given up; may be sent again by hand.
        Dead = "dead",
    }
}
