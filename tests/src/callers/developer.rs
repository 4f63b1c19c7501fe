//! Somebody who builds on APIs: signs up, asks for access, makes keys, all in the portal.

use super::{Administrator, PASSWORD, Portal};
use crate::html::Page;

/// A developer with an account, signed in.
#[derive(Debug)]
pub struct Developer {
    pub portal: Portal,
    pub email: String,
}

/// What a request for access says.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    pub api: &'a str,
    /// A part of the plan's label.
    pub plan: &'a str,
    /// `production` or `sandbox`.
    pub environment: &'a str,
    /// The name of a new application, or of one that exists already.
    pub application: &'a str,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Access {
    /// `/requests/sub_…`.
    pub request: String,
    /// `sub_…`.
    pub subscription: String,
    /// The page after sending the form.
    pub page: Page,
}

impl Developer {
    /// Signs up with a form, follows the link of the mail in the outbox, confirms.
    pub async fn sign_up(portal: Portal, name: &str, outbox: &Administrator) -> Self {
        let email = format!("{}@developers.test", name.to_lowercase().replace(' ', "."));
        let form = portal.get("/signup").await.form("main form[action$='/signup']");
        let form = form.set("name", name).set("email", &email).set("password", PASSWORD);
        let sent = portal.submit(form.press("Create account")).await;
        sent.assert_status(200).assert_says("Check your mail");
        let link = outbox.link_mailed_to(portal.prefix(), &email, "/verify/").await;
        let form = portal.get(&link).await.form("main form[action*='/verify/']");
        let page = portal.submit(form.press("Confirm e-mail")).await;
        page.assert_status(200);
        assert!(page.at.ends_with("/apis"), "signed in and at the catalogue: {page}");
        Self { portal, email }
    }

    /// Asks for access with the one form, the application made in place when it is new.
    pub async fn request(&self, wish: Wish<'_>) -> Access {
        let page = self.portal.get(&format!("/apis/{}/request", wish.api)).await;
        page.assert_status(200);
        let form = page.form("main form[action*='/request']").choose("plan", wish.plan);
        let form = form.choose("environment", wish.environment);
        let exists = page.texts_of("label[for^='app-app_']").iter().any(|name| name.starts_with(wish.application));
        let form = if exists {
            form.choose("application", wish.application)
        } else {
            form.choose("application", "new").set("application_name", wish.application)
        };
        let page = self.portal.submit(form.set("purpose", "Orders on the phone.").press("Request access")).await;
        page.assert_status(200);
        let request = page.at.split('?').next().unwrap_or_default().to_owned();
        let (_, subscription) = request.rsplit_once("/requests/").unwrap_or_else(|| panic!("{page}"));
        Access { subscription: subscription.to_owned(), request: request.clone(), page }
    }

    /// Makes a key from the page of an approved request and gives the page that shows it once.
    pub async fn make_key(&self, access: &Access) -> (String, Page) {
        let request = self.portal.get(&access.request).await;
        let keys = self.portal.get(&request.link("Create key")).await;
        self.make_key_at(&keys, None).await
    }

    /// Fills in the form of a keys page.
    pub async fn make_key_at(&self, keys: &Page, environment: Option<&str>) -> (String, Page) {
        let mut form = keys.form("main form[action$='/keys']");
        if let Some(environment) = environment {
            form = form.set("environment", environment);
        }
        let page = self.portal.submit(form.press("Create key")).await;
        page.assert_status(200);
        (page.attribute("input#key", "value"), page)
    }
}
