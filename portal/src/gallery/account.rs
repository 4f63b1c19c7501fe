//! Sample pages of getting in.

use super::shell;
use crate::pages::account::factor::{CodesPage, SecurityPage, State};
use crate::pages::account::login::LoginPage;
use crate::pages::account::passkeys::{PasskeyRow, PasskeysPage};
use crate::pages::account::sessions::{SessionRow, SessionsPage};
use crate::pages::account::{AccountForm, tabs};
use crate::proof::ProvePage;
use crate::view::form::{Faults, Field};
use crate::view::shell::DemoPerson;
use crate::view::words::When;
use askama::Template;
use gatehouse_control_plane::identity_providers::SignInButton;
use gatehouse_control_plane::passkeys::PasskeyView;
use gatehouse_control_plane::second_factor::SetUp;
use gatehouse_language::t;
use time::macros::datetime;

pub(super) fn login() -> String {
    let mut shell = shell();
    shell.user = None;
    shell.has_console = false;
    shell.banner = Some(t!("banner-demo"));
    shell.demo_people = vec![DemoPerson {
        name: "Dev".into(),
        email: "dev@demo.test".into(),
        role: "developer".into(),
        switch: true,
    }];
    LoginPage {
        shell,
        going_to: Some("Request access to Orders".into()),
        next: "/apis/orders/request".into(),
        faults: Faults::one("email", t!("sign-in-wrong")),
        email: Field::email("email", t!("field-email")).value("mia@acme.example"),
        password: Field::password("password", t!("field-password"), "current-password"),
        providers: vec![SignInButton {
            slug: "corp".into(),
            name: "Acme staff login".into(),
            authorization_origin: "https://login.acme.example".into(),
        }],
        passkeys: true,
        sign_up: Some("/signup".into()),
    }
    .render()
    .unwrap()
}

pub(super) fn sessions() -> String {
    let shell = shell();
    let now = datetime!(2026-11-20 11:38:00 UTC);
    let row = |name: &str, place: &str, here| SessionRow {
        name: name.into(),
        place: place.into(),
        agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0".into(),
        began: When::ago(datetime!(2026-11-20 08:02:00 UTC), now),
        seen: When::ago(datetime!(2026-11-20 11:30:00 UTC), now),
        here,
    };
    SessionsPage {
        tabs: tabs(&shell, "/account/sessions"),
        rows: vec![
            row("a", "192.0.2.7", true),
            row("b", "2001:db8:1:2::9", false),
        ],
        others: true,
        shell,
    }
    .render()
    .unwrap()
}

pub(super) fn security() -> String {
    let shell = shell();
    let wanted = SetUp {
        secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP".to_owned().into(),
        url: "otpauth://totp/Acme:mia%40acme.example?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Acme"
            .to_owned()
            .into(),
    };
    let faults = Faults::one("code", "This is not the code the app shows now.");
    SecurityPage {
        tabs: tabs(&shell, "/account/security"),
        owed: true,
        passkey: true,
        next: "/console".into(),
        state: State::setting_up(&wanted, &faults),
        faults,
        shell,
    }
    .render()
    .unwrap()
}

pub(super) fn passkeys() -> String {
    let shell = shell();
    let now = datetime!(2026-11-20 11:38:00 UTC);
    let key = |name: &str, used| PasskeyView {
        id: uuid::Uuid::from_u128(name.len() as u128),
        name: name.into(),
        created_at: datetime!(2026-10-02 09:00:00 UTC),
        last_used_at: used,
    };
    let keys = [
        key("Laptop", Some(datetime!(2026-11-20 08:02:00 UTC))),
        key("Key on the ring", None),
    ];
    let faults = Faults::one("name", "Enter 1 to 80 characters.");
    PasskeysPage {
        tabs: tabs(&shell, "/account/passkeys"),
        available: true,
        rows: keys
            .into_iter()
            .map(|key| PasskeyRow::of(key, &shell, now))
            .collect(),
        empty: super::no(),
        name: Field::text("name", t!("word-name")).faults(&faults),
        faults,
        shell,
    }
    .render()
    .unwrap()
}

pub(super) fn prove() -> String {
    let faults = Faults::one("proof", "This is not your password.");
    ProvePage {
        shell: shell(),
        action: "/console/people/1/roles".into(),
        kept: vec![("role".into(), "admin".into())],
        again: vec![
            Field::password("client_secret", t!("shared-client-secret"), "off")
                .help(t!("shared-it-may-be-secret-so-this")),
        ],
        field: Some(
            Field::password("proof", t!("shared-your-password"), "current-password")
                .faults(&faults),
        ),
        faults,
        providers: Vec::new(),
        passkey: true,
        next: "/console/people/1".into(),
    }
    .render()
    .unwrap()
}

pub(super) fn recovery_codes() -> String {
    CodesPage {
        shell: shell(),
        codes: (0..10)
            .map(|n| format!("abcd-efgh-jklm-{n}nop").into())
            .collect(),
        next: "/account/security".into(),
    }
    .render()
    .unwrap()
}

pub(super) fn email() -> String {
    let shell = shell();
    AccountForm {
        title: t!("account-email-address"),
        signed_in_as: "mia@acme.example".into(),
        tabs: tabs(&shell, "/account/email"),
        note: t!("account-a-link-goes-to-the-new"),
        faults: Faults::default(),
        action: "/account/email".into(),
        fields: vec![
            Field::email("email", t!("account-new-address")),
            Field::password("current", t!("account-your-password"), "current-password"),
        ],
        button: t!("account-send-link"),
        shell,
    }
    .render()
    .unwrap()
}
