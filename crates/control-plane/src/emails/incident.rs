//! Mails about what is wrong with APIs, and how it goes.

use super::letter::{Draft, Letter};
use gatehouse_language::t;

/// What every such mail says.
#[derive(Debug, Clone, Copy)]
pub struct Incident<'a> {
    /// Whose it is.
    pub tenant: &'a str,
    /// In one line.
    pub title: &'a str,
    /// What it does to calls, in a word for people.
    pub impact: &'a str,
    /// When maintenance is planned, in one sentence.
    pub planned: Option<&'a str>,
    /// How far it is, in a word for people.
    pub state: &'a str,
    /// Which APIs of the reader it concerns, in words.
    pub apis: &'a str,
    /// What was said, as it was written.
    pub text: &'a str,
    /// Its page.
    pub path: &'a str,
}

/// Tells who uses an API what is wrong with it, and how that goes. `None` for an event of another kind.
pub fn incident_letter(event: &str, incident: &Incident<'_>) -> Option<Letter> {
    let (template, begins) = match event {
        "incident.opened" => ("incident_opened", incident.impact),
        "incident.updated" => ("incident_updated", incident.state),
        "incident.resolved" => ("incident_resolved", incident.state),
        _ => return None,
    };
    let subject = format!("{begins}: {}", incident.title);
    let mut draft = Draft::new(template, &subject, format!("{subject}."));
    if let Some(planned) = incident.planned {
        draft = draft.say(planned);
    }
    let letter = draft
        .quote(Some(incident.text))
        .say(t!("emails-it-concerns", apis = &incident.apis))
        .link(t!("emails-open-incident"), incident.path)
        .because(t!(
            "emails-you-get-this-because-you-follow",
            tenant = &incident.tenant
        ));
    Some(letter)
}
