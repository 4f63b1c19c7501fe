//! How the queue's form names a question.

use gatehouse_control_plane::subscriptions::RequestSubject;
use gatehouse_domain::id::SubscriptionId;

/// One question of the queue as the form names it: the subscription, and about what when it is not the subscription itself:
/// `sub_1`, `sub_1:plan_change`, `sub_1:renewal`. One subscription may have several.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Choice {
    pub(crate) subject: RequestSubject,
    pub(crate) subscription: SubscriptionId,
}

impl Choice {
    /// Reads what `Display` wrote.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (subscription, subject) = match text.split_once(':') {
            Some((subscription, subject)) => (subscription, RequestSubject::parse(subject)?),
            None => (text, RequestSubject::Subscription),
        };
        Some(Self {
            subject,
            subscription: subscription.parse().ok()?,
        })
    }
}

impl std::fmt::Display for Choice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.subscription)?;
        match self.subject {
            RequestSubject::Subscription => Ok(()),
            other => write!(f, ":{}", other.as_str()),
        }
    }
}
