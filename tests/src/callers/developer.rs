//! Somebody who builds on APIs: signs up, asks for access, makes keys, all in the portal.

use super::{PASSWORD, Portal, address};
use crate::html::Page;
use crate::mailbox::Mailbox;

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
    /// Signs up with a form, follows the link of the mail, confirms.
    pub async fn sign_up(portal: Portal, name: &str, mailbox: &Mailbox<'_>) -> Self {
        let email = address(name, portal.prefix(), "developers.test");
        let form = portal
            .get("/signup")
            .await
            .form("main form[action$='/signup']");
        let form = form
            .set("name", name)
            .set("email", &email)
            .set("password", PASSWORD);
        let sent = portal.submit(form.press("Create account")).await;
        sent.assert_status(200).assert_says("Check your mail");
        let link = mailbox.link_to(&email, "/verify/").await;
        let form = portal
            .get(&link)
            .await
            .form("main form[action*='/verify/']");
        let page = portal.submit(form.press("Confirm e-mail")).await;
        page.assert_status(200);
        assert!(
            page.at.ends_with("/apis"),
            "signed in and at the catalogue: {page}"
        );
        Self { portal, email }
    }

    /// Asks for access with the one form, the application made in place when it is new.
    pub async fn request(&self, wish: Wish<'_>) -> Access {
        let page = self
            .portal
            .get(&format!("/apis/{}/request", wish.api))
            .await;
        page.assert_status(200);
        let form = page
            .form("main form[action*='/request']")
            .choose("plan", wish.plan);
        let form = form.choose("environment", wish.environment);
        let exists = page
            .texts_of("label[for^='app-app_']")
            .iter()
            .any(|name| name.starts_with(wish.application));
        let form = if exists {
            form.choose("application", wish.application)
        } else {
            form.choose("application", "new")
                .set("app_name", wish.application)
        };
        let page = self
            .portal
            .submit(
                form.set("purpose", "Orders on the phone.")
                    .press("Request access"),
            )
            .await;
        page.assert_status(200);
        let request = self.find_request(wish.application).await;
        let (_, subscription) = request
            .rsplit_once("/requests/")
            .unwrap_or_else(|| panic!("{page}"));
        Access {
            subscription: subscription.to_owned(),
            request: request.clone(),
            page,
        }
    }

    /// Where the newest request of an application is, from the list of requests.
    pub async fn find_request(&self, application: &str) -> String {
        let list = self.portal.get("/requests").await;
        let rows = list.texts_of("main table tbody tr");
        let row = rows.iter().position(|row| row.contains(application));
        let row = row.unwrap_or_else(|| panic!("no request of {application} on {list}")) + 1;
        list.attribute(
            &format!("main table tbody tr:nth-of-type({row}) th a"),
            "href",
        )
    }

    /// The keys of one of the applications.
    pub async fn keys_page(&self, application: &str) -> Page {
        let href = self.portal.get("/applications").await.link(application);
        let page = self.portal.get(&format!("{href}/keys")).await;
        page.assert_status(200);
        page
    }

    /// Revokes the first key of an application.
    pub async fn revoke_key(&self, application: &str) -> Page {
        let keys = self.keys_page(application).await;
        let confirm = self.portal.get(&keys.link("Revoke")).await;
        let form = confirm.form("main form[action$='/revoke']");
        let page = self.portal.submit(form.press("Revoke key")).await;
        page.assert_status(200);
        page
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
