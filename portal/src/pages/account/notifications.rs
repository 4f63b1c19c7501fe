//! `/account/notifications`: how one's mail comes.

use crate::form::Form;
use crate::page::refused;
use crate::page_error::PageError;
use crate::pages::form_page::FormPage;
use crate::view::form::{Choice, Faults, Field, faults_of};
use crate::view::parts::Crumbs;
use crate::visitor::Visitor;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::notices::{self, Choices, EVERY_OTHER, PreferenceView};
use gatehouse_domain::notice::MailPreference;
use gatehouse_language::t;
use std::collections::BTreeMap;

/// The name of the control for every type that nothing else is said about.
const OTHERS: &str = "others";

fn choices(first: Option<String>) -> Vec<Choice> {
    let first = first.map(|label| Choice::new("", label));
    let words = |mail: &MailPreference| match mail {
        MailPreference::Immediate => t!("account-at-once"),
        MailPreference::Hourly => t!("account-once-an-hour-all-together"),
        MailPreference::Daily => t!("account-once-a-day-all-together"),
        MailPreference::Off => t!("account-no-mail"),
    };
    let rest = MailPreference::ALL
        .iter()
        .map(|mail| Choice::new(mail.as_str(), words(mail)));
    first.into_iter().chain(rest).collect()
}

fn field(view: &PreferenceView, faults: &Faults) -> Field {
    let field = if view.kind == EVERY_OTHER {
        Field::select(OTHERS, view.says.clone(), choices(None)).value(view.mail.as_str())
    } else {
        let own = if view.chosen { view.mail.as_str() } else { "" };
        Field::select(
            view.kind,
            view.says.clone(),
            choices(Some(t!("account-as-everything-else"))),
        )
        .value(own)
    };
    field.faults(faults)
}

async fn page(visitor: &Visitor, faults: Faults) -> Result<FormPage, PageError> {
    let listed = notices::list_preferences(visitor.db(), visitor.actor()?).await?;
    let shell = visitor.shell().await?.at("account");
    Ok(FormPage {
        crumbs: Crumbs::new(t!("account-notifications"), Vec::new()),
        heading: t!("account-notifications"),
        lead: t!("account-the-inbox-has-everything-what-stops"),
        action: shell.to("/account/notifications"),
        multipart: false,
        hidden: Vec::new(),
        fields: listed
            .iter()
            .filter(|view| !view.required)
            .map(|view| field(view, &faults))
            .collect(),
        faults,
        button: t!("word-save").into(),
        back: shell.to("/inbox"),
        same: None,
        shell,
    })
}

/// `GET /account/notifications`
pub(crate) async fn show(visitor: Visitor) -> Result<FormPage, PageError> {
    page(&visitor, Faults::default()).await
}

/// `POST /account/notifications`
pub(crate) async fn save(
    visitor: Visitor,
    Form(form): Form<BTreeMap<String, Option<MailPreference>>>,
) -> Result<Response, PageError> {
    let name = |kind: String| match kind.as_str() {
        OTHERS => EVERY_OTHER.to_owned(),
        _ => kind,
    };
    let choices: Choices = form
        .into_iter()
        .map(|(kind, mail)| (name(kind), mail))
        .collect();
    match notices::set_preferences(visitor.db(), visitor.actor()?, &choices).await {
        Ok(()) => Ok(visitor.go("/account/notifications").into_response()),
        Err(refusal) => Ok(refused(page(&visitor, faults_of(refusal)?).await?)),
    }
}
