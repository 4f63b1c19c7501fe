//! The first administrator: sets the installation up, invites people, makes tokens.

use super::{Approver, CiToken, PASSWORD, Portal, address};
use crate::mailbox::Mailbox;

/// A platform administrator who owns the tenants of the test, signed in.
#[derive(Debug)]
pub struct Administrator {
    pub portal: Portal,
    pub email: String,
    /// One person does one thing at a time in one session, also when tests share the person.
    busy: tokio::sync::Mutex<()>,
}

impl Administrator {
    pub const EMAIL: &'static str = "ada@acme.test";

    /// Follows the one-time link and fills in its form.
    pub async fn set_up(portal: Portal, token: &str, tenant: &str) -> Self {
        let form = portal
            .get(&format!("/setup/{token}"))
            .await
            .form("main form[action*='/setup/']");
        let form = form
            .set("name", "Ada Owner")
            .set("email", Self::EMAIL)
            .set("password", PASSWORD);
        let form = form
            .set("tenant_name", tenant)
            .set("tenant_slug", &tenant.to_lowercase());
        let page = portal.submit(form.press("Create administrator")).await;
        page.assert_status(200);
        assert!(page.at.starts_with("/console"), "{page}");
        Self {
            portal,
            email: Self::EMAIL.to_owned(),
            busy: tokio::sync::Mutex::default(),
        }
    }

    /// The administrator's window on one tenant.
    pub fn at(&self, prefix: &str) -> Portal {
        self.portal.at_tenant(prefix)
    }

    /// Invites somebody as an approver; they accept with a password of their own.
    pub async fn invite_approver(
        &self,
        prefix: &str,
        name: &str,
        mailbox: &Mailbox<'_>,
    ) -> Approver {
        let email = address(name, prefix, "providers.test");
        let _turn = self.busy.lock().await;
        let window = self.at(prefix);
        let form = window
            .get("/console/people")
            .await
            .form("main form[action$='/console/people']");
        let form = form.set("email", &email).set("role", "approver");
        window.submit(form.press("Invite")).await.assert_status(200);
        let link = mailbox.link_to(&email, "/invite/").await;
        let portal = Portal::open(self.portal.origin(), prefix);
        let form = portal
            .get(&link)
            .await
            .form("main form[action*='/invite/']");
        let page = portal
            .submit(
                form.set("name", name)
                    .set("password", PASSWORD)
                    .press("Continue"),
            )
            .await;
        page.assert_status(200);
        Approver { portal, email }
    }

    /// Makes an access token with these scopes in the console and copies it from the page.
    pub async fn make_token(
        &self,
        prefix: &str,
        admin_api: &str,
        name: &str,
        scopes: &[&str],
        platform: bool,
    ) -> CiToken {
        let _turn = self.busy.lock().await;
        let window = self.at(prefix);
        let page = window.get("/console/settings/tokens").await;
        let mut form = page
            .form("main form[action$='/console/settings/tokens']")
            .set("name", name)
            .clear("scope");
        for scope in scopes {
            form = form.choose("scope", scope);
        }
        if platform {
            form = form.choose("platform", "yes");
        }
        let page = window.submit(form.press("Create token")).await;
        page.assert_status(200);
        let token = page.attribute("input#key", "value");
        let stored = page.form("main form[action$='/stored']");
        window
            .submit(stored.press("I have stored it"))
            .await
            .assert_status(200);
        CiToken::new(admin_api, &token)
    }
}
