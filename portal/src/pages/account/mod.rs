//! Getting in, what waits for somebody, and their own account.

pub(crate) mod code;
pub(crate) mod confirm;
pub(crate) mod email;
pub(crate) mod factor;
pub(crate) mod inbox;
pub(crate) mod login;
pub(crate) mod looks;
pub(crate) mod notifications;
pub(crate) mod outbox;
pub(crate) mod passkeys;
pub(crate) mod password;
pub(crate) mod sessions;
pub(crate) mod signup;
pub(crate) mod sso;

use crate::page::web_page;
use crate::page_error::PageError;
use crate::view::form::{Faults, Field};
use crate::view::parts::{Tab, Tabs};
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_language::t;

/// One form of somebody's own account.
#[derive(Template)]
#[template(path = "pages/account/form.html")]
pub(crate) struct AccountForm {
    pub(crate) shell: Shell,
    pub(crate) title: String,
    pub(crate) signed_in_as: String,
    pub(crate) tabs: Tabs,
    pub(crate) note: String,
    pub(crate) faults: Faults,
    pub(crate) action: String,
    pub(crate) fields: Vec<Field>,
    pub(crate) button: String,
}

web_page!(AccountForm, Private);

/// What differs between the forms of an account.
pub(crate) struct Asked {
    pub(crate) path: &'static str,
    pub(crate) title: String,
    pub(crate) note: String,
    pub(crate) fields: Vec<Field>,
    pub(crate) button: String,
}

pub(crate) async fn account_form(
    visitor: &Visitor,
    asked: Asked,
    faults: Faults,
) -> Result<AccountForm, PageError> {
    let signed_in_as = visitor.own_account()?.email.clone();
    let shell = visitor.shell().await?;
    Ok(AccountForm {
        title: asked.title,
        signed_in_as,
        tabs: tabs(&shell, asked.path),
        note: asked.note,
        faults,
        action: shell.to(asked.path),
        fields: asked.fields,
        button: asked.button,
        shell,
    })
}

/// The pages of somebody's own account.
pub(crate) fn tabs(shell: &Shell, current: &str) -> Tabs {
    let pages = [
        (t!("account-sessions"), "/account/sessions"),
        (t!("account-password"), "/account/password"),
        (t!("account-second-factor"), "/account/security"),
        (t!("account-passkeys"), "/account/passkeys"),
        (t!("account-email-address"), "/account/email"),
    ];
    let tab = |(label, path): (String, &str)| Tab {
        label: label.into(),
        href: shell.to(path),
        count: None,
        current: path == current,
    };
    Tabs::new(
        t!("account-your-account"),
        pages.into_iter().map(tab).collect(),
    )
}
