//! A page as a browser without script sees it: text, links, and forms that can only be filled in as they are.

use http::StatusCode;
use scraper::{ElementRef, Html, Selector};

use crate::answer::Answer;

/// A page and where it is.
#[derive(Debug, Clone)]
pub struct Page {
    /// Path and query the page was finally found at.
    pub at: String,
    pub answer: Answer,
}

/// One control of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Control {
    Text {
        name: String,
        value: String,
        required: bool,
        hidden: bool,
        file: bool,
    },
    /// A radio button or a check box.
    Choice {
        name: String,
        value: String,
        on: bool,
        radio: bool,
        label: String,
    },
    Select {
        name: String,
        value: String,
        options: Vec<(String, String)>,
    },
    Button {
        name: String,
        value: String,
        label: String,
    },
}

/// A form, filled in step by step. What the page does not offer cannot be sent.
#[derive(Debug, Clone)]
pub struct Form {
    pub action: String,
    pub method: String,
    pub multipart: bool,
    /// Where the page with the form is; a form without action is sent there.
    page: String,
    controls: Vec<Control>,
}

fn selector(text: &str) -> Selector {
    Selector::parse(text).unwrap_or_else(|error| panic!("selector {text}: {error}"))
}

fn words(element: ElementRef<'_>) -> String {
    let text: String = element.text().collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Page {
    fn html(&self) -> Html {
        Html::parse_document(&self.answer.text())
    }

    pub fn status(&self) -> StatusCode {
        self.answer.status
    }

    /// Panics with the page unless it has this status.
    #[track_caller]
    pub fn assert_status(&self, status: u16) -> &Self {
        assert_eq!(self.status().as_u16(), status, "{self}");
        self
    }

    /// The words of the first element that matches; panics with the page when none does.
    #[track_caller]
    pub fn text_of(&self, css: &str) -> String {
        self.find_text(css)
            .unwrap_or_else(|| panic!("no {css} on {self}"))
    }

    /// The words of the first element that matches.
    pub fn find_text(&self, css: &str) -> Option<String> {
        self.html().select(&selector(css)).next().map(words)
    }

    /// The words of every element that matches.
    pub fn texts_of(&self, css: &str) -> Vec<String> {
        self.html().select(&selector(css)).map(words).collect()
    }

    /// An attribute of the first element that matches.
    pub fn find_attribute(&self, css: &str, name: &str) -> Option<String> {
        let html = self.html();
        let found = html.select(&selector(css)).next()?;
        found.value().attr(name).map(str::to_owned)
    }

    /// An attribute of the first element that matches; panics with the page when there is none.
    #[track_caller]
    pub fn attribute(&self, css: &str, name: &str) -> String {
        let found = self.find_attribute(css, name);
        found.unwrap_or_else(|| panic!("no {css} with {name} on {self}"))
    }

    /// An attribute of every element that matches and has it.
    pub fn attributes(&self, css: &str, name: &str) -> Vec<String> {
        let html = self.html();
        let all = selector(css);
        html.select(&all)
            .filter_map(|one| one.value().attr(name))
            .map(str::to_owned)
            .collect()
    }

    pub fn has(&self, css: &str) -> bool {
        self.html().select(&selector(css)).next().is_some()
    }

    /// Panics with the page unless its visible words contain these.
    #[track_caller]
    pub fn assert_says(&self, expected: &str) -> &Self {
        let said = self.text_of("body");
        assert!(said.contains(expected), "'{expected}' is not on {self}");
        self
    }

    /// Where the first link with these words leads; panics with the page when there is none.
    #[track_caller]
    pub fn link(&self, label: &str) -> String {
        let html = self.html();
        let found = html
            .select(&selector("a[href]"))
            .find(|link| words(*link).contains(label));
        let href = found.and_then(|link| link.value().attr("href"));
        href.unwrap_or_else(|| panic!("no link '{label}' on {self}"))
            .to_owned()
    }

    /// The first form that matches; panics with the page when none does.
    #[track_caller]
    pub fn form(&self, css: &str) -> Form {
        let html = self.html();
        let found = html.select(&selector(css)).next();
        let element = found.unwrap_or_else(|| panic!("no form {css} on {self}"));
        assert_eq!(element.value().name(), "form", "{css} is no form");
        let attribute = |name| element.value().attr(name).unwrap_or_default().to_owned();
        let all = selector("input, select, textarea, button");
        Form {
            action: attribute("action"),
            method: attribute("method").to_lowercase(),
            multipart: attribute("enctype") == "multipart/form-data",
            page: self.at.clone(),
            controls: element
                .select(&all)
                .filter(|control| control.value().attr("disabled").is_none())
                .map(|control| read(control, &html))
                .collect(),
        }
    }
}

impl std::fmt::Display for Page {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words = self.find_text("main").or_else(|| self.find_text("body"));
        let words: String = words.unwrap_or_default().chars().take(2500).collect();
        let forms: Vec<_> = self
            .html()
            .select(&selector("main form"))
            .filter_map(|form| form.value().attr("action").map(str::to_owned))
            .collect();
        write!(
            formatter,
            "{} ({}, forms {forms:?}):\n{words}",
            self.at,
            self.status()
        )
    }
}

fn read(element: ElementRef<'_>, html: &Html) -> Control {
    let tag = element.value();
    let attribute = |name: &str| tag.attr(name).unwrap_or_default().to_owned();
    let (name, value) = (attribute("name"), attribute("value"));
    match (tag.name(), tag.attr("type").unwrap_or("text")) {
        ("button", _) | ("input", "submit") => {
            let label = if tag.name() == "button" {
                words(element)
            } else {
                value.clone()
            };
            Control::Button { name, value, label }
        }
        ("input", kind @ ("radio" | "checkbox")) => Control::Choice {
            name,
            value: tag.attr("value").unwrap_or("on").to_owned(),
            on: tag.attr("checked").is_some(),
            radio: kind == "radio",
            label: label_of(element, html),
        },
        ("select", _) => select(element, name),
        ("textarea", _) => Control::Text {
            name,
            // The first line end after the tag is not part of the value (HTML §13.1.2.5).
            value: element
                .text()
                .collect::<String>()
                .trim_start_matches('\n')
                .to_owned(),
            required: tag.attr("required").is_some(),
            hidden: false,
            file: false,
        },
        (_, kind) => Control::Text {
            name,
            value,
            required: tag.attr("required").is_some(),
            hidden: kind == "hidden",
            file: kind == "file",
        },
    }
}

fn select(element: ElementRef<'_>, name: String) -> Control {
    let options: Vec<_> = element.select(&selector("option")).collect();
    let chosen = options
        .iter()
        .find(|option| option.value().attr("selected").is_some());
    let value_of = |option: &ElementRef<'_>| {
        option
            .value()
            .attr("value")
            .map_or_else(|| words(*option), str::to_owned)
    };
    Control::Select {
        name,
        value: chosen.or(options.first()).map(value_of).unwrap_or_default(),
        options: options
            .iter()
            .map(|option| (value_of(option), words(*option)))
            .collect(),
    }
}

fn label_of(element: ElementRef<'_>, html: &Html) -> String {
    if let Some(label) = element.value().attr("aria-label") {
        return label.to_owned();
    }
    let around = element.ancestors().filter_map(ElementRef::wrap);
    if let Some(label) = around.into_iter().find(|one| one.value().name() == "label") {
        return words(label);
    }
    let id = element.value().attr("id").unwrap_or_default();
    let labels = selector("label[for]");
    let mut labels = html.select(&labels);
    labels
        .find(|label| label.value().attr("for") == Some(id))
        .map(words)
        .unwrap_or_default()
}

impl Form {
    /// Types into a text field, or chooses an option of a list by value or label. Panics when the form has no such control.
    #[must_use]
    #[track_caller]
    pub fn set(mut self, wanted: &str, text: &str) -> Self {
        let found = self.controls.iter_mut().find_map(|control| match control {
            Control::Text {
                name,
                value,
                hidden: false,
                file: false,
                ..
            } if name == wanted => {
                value.replace_range(.., text);
                Some(())
            }
            Control::Select {
                name,
                value,
                options,
            } if name == wanted => {
                let mut options = options.iter();
                let (chosen, _) = options.find(|(value, label)| value == text || label == text)?;
                value.replace_range(.., chosen);
                Some(())
            }
            _ => None,
        });
        assert!(
            found.is_some(),
            "'{wanted}' cannot be set to '{text}' in {self:#?}"
        );
        self
    }

    /// Ticks a radio button or check box by its name and by its value or a part of its label.
    #[must_use]
    #[track_caller]
    pub fn choose(self, wanted: &str, what: &str) -> Self {
        self.tick(wanted, what, true)
    }

    /// Clears every check box of this name.
    #[must_use]
    pub fn clear(mut self, wanted: &str) -> Self {
        for control in &mut self.controls {
            if let Control::Choice {
                name,
                on,
                radio: false,
                ..
            } = control
                && name == wanted
            {
                *on = false;
            }
        }
        self
    }

    #[track_caller]
    fn tick(mut self, wanted: &str, what: &str, state: bool) -> Self {
        let matches = |control: &Control, exact: bool| match control {
            Control::Choice {
                name, value, label, ..
            } if name == wanted => value == what || (!exact && label.contains(what)),
            _ => false,
        };
        let place = self
            .controls
            .iter()
            .position(|control| matches(control, true));
        let place = place.or_else(|| self.controls.iter().position(|one| matches(one, false)));
        let Some(place) = place else {
            panic!("'{wanted}' has no choice '{what}' in {self:#?}");
        };
        let is_radio = matches!(&self.controls[place], Control::Choice { radio: true, .. });
        for (at, control) in self.controls.iter_mut().enumerate() {
            if let Control::Choice { name, on, .. } = control
                && name == wanted
                && (is_radio || at == place)
            {
                *on = state && at == place;
            }
        }
        self
    }

    /// Whether the form has a control of this name that a person can fill in.
    pub fn has(&self, wanted: &str) -> bool {
        self.controls.iter().any(|control| match control {
            Control::Text {
                name,
                hidden: false,
                ..
            }
            | Control::Choice { name, .. }
            | Control::Select { name, .. } => name == wanted,
            _ => false,
        })
    }

    /// What pressing the button with these words sends. Panics when there is no such button, or where a browser would
    /// refuse because a field is still empty.
    #[track_caller]
    pub fn press(&self, label: &str) -> Submission {
        let button = self.controls.iter().find_map(|control| match control {
            Control::Button {
                name,
                value,
                label: words,
            } if words.contains(label) => Some((name.clone(), value.clone())),
            _ => None,
        });
        let (button, value) = button.unwrap_or_else(|| panic!("no button '{label}' in {self:#?}"));
        let mut fields = self.fields();
        if !button.is_empty() {
            fields.push((button, value));
        }
        Submission {
            action: if self.action.is_empty() {
                self.page.clone()
            } else {
                self.action.clone()
            },
            fields,
        }
    }

    #[track_caller]
    fn fields(&self) -> Vec<(String, String)> {
        let mut fields = Vec::new();
        for control in &self.controls {
            match control {
                Control::Text {
                    name,
                    value,
                    required,
                    ..
                } => {
                    assert!(
                        !required || !value.is_empty(),
                        "'{name}' is still empty in {self:#?}"
                    );
                    fields.push((name.clone(), value.clone()));
                }
                Control::Choice {
                    name,
                    value,
                    on: true,
                    ..
                } => {
                    fields.push((name.clone(), value.clone()));
                }
                Control::Select { name, value, .. } => fields.push((name.clone(), value.clone())),
                Control::Choice { .. } | Control::Button { .. } => {}
            }
        }
        fields.retain(|(name, _)| !name.is_empty());
        fields
    }
}

/// What a browser would post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    pub action: String,
    pub fields: Vec<(String, String)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(body: &str) -> Page {
        Page {
            at: "/here".to_owned(),
            answer: Answer {
                asked: "GET /here".to_owned(),
                status: StatusCode::OK,
                headers: http::HeaderMap::new(),
                body: body.to_owned().into(),
            },
        }
    }

    const FORM: &str = r#"<form action="/there" method="post"><input type="hidden" name="csrf" value="t">
        <label for="n">Name</label><input id="n" name="name" required>
        <label><input type="radio" name="plan" value="1" checked>Free</label><label><input type="radio" name="plan" value="2">Gold plan</label>
        <input type="checkbox" name="request" value="a"><input type="checkbox" name="request" value="b">
        <select name="days"><option value="30">A month</option><option value="90" selected>More</option></select>
        <textarea name="why">
because</textarea><button>Send</button><button name="decide" value="no">Refuse</button></form>"#;

    #[test]
    fn a_form_sends_what_a_browser_would_send() {
        let form = page(FORM)
            .form("form")
            .set("name", "Ana")
            .choose("plan", "Gold")
            .choose("request", "b");
        let sent = form.set("days", "A month").press("Refuse");
        assert_eq!(sent.action, "/there");
        let pairs: Vec<_> = sent
            .fields
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        let expected = [
            ("csrf", "t"),
            ("name", "Ana"),
            ("plan", "2"),
            ("request", "b"),
            ("days", "30"),
            ("why", "because"),
            ("decide", "no"),
        ];
        assert_eq!(pairs, expected);
    }

    #[test]
    #[should_panic(expected = "still empty")]
    fn an_empty_required_field_stops_the_form() {
        let _ = page(FORM).form("form").press("Send");
    }

    #[test]
    #[should_panic(expected = "cannot be set")]
    fn a_hidden_field_cannot_be_typed_into() {
        let _ = page(FORM).form("form").set("csrf", "forged");
    }
}
