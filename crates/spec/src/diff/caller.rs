//! Who makes the call: consumers of the API, or the API itself in a callback or webhook.

use super::rule::Rule;
use super::schemas::Direction;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Caller {
    Consumer,
    Api,
}

impl Caller {
    /// The rule for this caller.
    pub(super) fn rule(self, consumer: Rule, api: Rule) -> Rule {
        match self {
            Self::Consumer => consumer,
            Self::Api => api,
        }
    }

    /// Who sends what is in the request, seen from the consumer.
    pub(super) fn request(self) -> Direction {
        match self {
            Self::Consumer => Direction::Sent,
            Self::Api => Direction::Received,
        }
    }

    /// Who sends what is in the response.
    pub(super) fn response(self) -> Direction {
        match self {
            Self::Consumer => Direction::Received,
            Self::Api => Direction::Sent,
        }
    }
}
