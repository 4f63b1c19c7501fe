//! Forms and their controls.

use scraper::{ElementRef, Html};

use super::{selector, words};

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
    /// Reads a form as it stands on a page.
    pub(super) fn read(element: ElementRef<'_>, html: &Html, page: &str) -> Self {
        let attribute = |name| element.value().attr(name).unwrap_or_default().to_owned();
        let all = selector("input, select, textarea, button");
        Self {
            action: attribute("action"),
            method: attribute("method").to_lowercase(),
            multipart: attribute("enctype") == "multipart/form-data",
            page: page.to_owned(),
            controls: element
                .select(&all)
                .filter(|control| control.value().attr("disabled").is_none())
                .map(|control| read(control, html))
                .collect(),
        }
    }

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
