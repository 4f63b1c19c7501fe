//! Somebody who decides about requests, in the portal's queue.

use super::Portal;
use crate::html::Page;

/// An approver, signed in.
#[derive(Debug)]
pub struct Approver {
    pub portal: Portal,
    pub email: String,
}

impl Approver {
    /// One press of one button in the queue.
    pub async fn approve(&self, subscription: &str) -> Page {
        let queue = self.portal.get("/console/requests").await;
        queue.assert_status(200);
        let form = queue.form("main form[method=post][action*='/console/requests']");
        let button = format!("button[name=approve][value={subscription}]");
        let label = queue.text_of(&button);
        let mut sent = form.press(&label);
        // Several requests can have the same words on their buttons; the value is what tells them apart.
        sent.fields.retain(|(name, _)| name != "approve");
        sent.fields
            .push(("approve".to_owned(), subscription.to_owned()));
        let page = self.portal.submit(sent).await;
        page.assert_status(200);
        page
    }

    /// Ticks requests and rejects them with a reason.
    pub async fn reject(&self, subscriptions: &[&str], reason: &str) -> Page {
        let queue = self.portal.get("/console/requests").await;
        let mut form = queue.form("main form[method=post][action*='/console/requests']");
        for subscription in subscriptions {
            form = form.choose("request", subscription);
        }
        let page = self
            .portal
            .submit(form.set("reason", reason).press("Reject selected"))
            .await;
        page.assert_status(200);
        page
    }

    /// Revokes a subscription from the console, with a reason.
    pub async fn revoke(&self, subscription: &str, reason: &str) -> Page {
        self.enforce(subscription, "revoke", reason).await
    }

    /// Suspends, lifts or revokes.
    pub async fn enforce(&self, subscription: &str, event: &str, reason: &str) -> Page {
        let path = format!("/console/subscriptions/{subscription}/{event}");
        let page = self.portal.get(&path).await;
        page.assert_status(200);
        let mut form = page.form(&format!("main form[action*='/{event}']"));
        if form.has("reason") {
            form = form.set("reason", reason);
        }
        let done = self.portal.submit(form.press("")).await;
        done.assert_status(200);
        done
    }
}
