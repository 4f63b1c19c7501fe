//! Sample pages of getting in.

use super::shell;
use crate::pages::account::login::LoginPage;
use crate::view::form::{Faults, Field};
use crate::view::shell::DemoPerson;
use askama::Template;
use gatehouse_control_plane::identity_providers::SignInButton;

pub(super) fn login() -> String {
    let mut shell = shell();
    shell.user = None;
    shell.has_console = false;
    shell.banner = Some("Demo data. Delete it with gatehouse demo --reset.".into());
    shell.demo_people = vec![DemoPerson {
        name: "Dev".into(),
        email: "dev@demo.test".into(),
        role: "developer".into(),
        switch: true,
    }];
    LoginPage {
        shell,
        going_to: Some("Request access to Orders"),
        next: "/apis/orders/request".into(),
        faults: Faults::one("email", "E-mail or password is wrong."),
        email: Field::email("email", "E-mail").value("mia@acme.example"),
        password: Field::password("password", "Password", "current-password"),
        providers: vec![SignInButton {
            slug: "corp".into(),
            name: "Acme staff login".into(),
            authorization_origin: "https://login.acme.example".into(),
        }],
        sign_up: Some("/signup".into()),
    }
    .render()
    .unwrap()
}
