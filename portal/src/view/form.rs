//! Form fields and their faults: label above, help under, error under, and a summary on top that links to each field.

use crate::page_error::PageError;
use crate::throttled;
use crate::view::said::says;
use askama::Template;
use askama::filters::HtmlSafe;
use gatehouse_control_plane::Refusal;
use gatehouse_language::t;
use std::borrow::Cow;
use std::fmt::Write as _;

/// One fault of one field, in words that say the rule and the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) field: String,
    pub(crate) words: String,
}

impl Fault {
    /// Id of the control the summary links to.
    pub(crate) fn anchor(&self) -> String {
        control_id(&self.field)
    }
}

/// The name under which faults of the whole form are kept: they belong to no control.
pub(crate) const WHOLE_FORM: &str = "form";

/// All faults of one submitted form.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "components/faults.html")]
pub(crate) struct Faults {
    faults: Vec<Fault>,
}

impl HtmlSafe for Faults {}
says!(Faults);

impl Faults {
    /// Adds a fault; the first one of a field is the one shown beside it.
    pub(crate) fn add(&mut self, field: impl Into<String>, words: impl Into<String>) {
        self.faults.push(Fault {
            field: field.into(),
            words: words.into(),
        });
    }

    pub(crate) fn one(field: impl Into<String>, words: impl Into<String>) -> Self {
        let mut faults = Self::default();
        faults.add(field, words);
        faults
    }

    /// Moves faults from a verb's field names to this form's.
    pub(crate) fn renamed(mut self, names: &[(&str, &str)]) -> Self {
        for fault in &mut self.faults {
            if let Some((_, to)) = names.iter().find(|(from, _)| *from == fault.field) {
                fault.field = (*to).to_owned();
            }
        }
        self
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.faults.is_empty()
    }

    /// Says every fault of the whole form: none of its controls is at fault.
    pub(crate) fn whole(mut self) -> Self {
        for fault in &mut self.faults {
            fault.words = format!("{}: {}", fault.field, fault.words);
            WHOLE_FORM.clone_into(&mut fault.field);
        }
        self
    }

    /// Those of the whole form: what is left to say on a page that no longer has its controls.
    pub(crate) fn of_whole_form(mut self) -> Self {
        self.faults.retain(|fault| fault.field == WHOLE_FORM);
        self
    }

    pub(crate) fn of(&self, field: &str) -> Option<String> {
        self.faults
            .iter()
            .find(|fault| fault.field == field)
            .map(|fault| fault.words.clone())
    }
}

/// One choice of a select.
#[derive(Debug, Clone)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
}

impl Choice {
    pub(crate) fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
        }
    }
}

/// A field that nobody sees: what the form is about.
#[derive(Debug, Clone)]
pub(crate) struct Hidden {
    pub(crate) name: &'static str,
    pub(crate) value: String,
}

impl Hidden {
    pub(crate) fn new(name: &'static str, value: impl Into<String>) -> Self {
        Self {
            name,
            value: value.into(),
        }
    }
}

/// One labelled control. A password's value is never written back.
#[derive(Debug, Clone, Template)]
#[template(path = "components/field.html")]
pub(crate) struct Field {
    name: Cow<'static, str>,
    label: Cow<'static, str>,
    kind: &'static str,
    value: String,
    help: String,
    error: Option<String>,
    optional: bool,
    /// Whether a box is ticked.
    ticked: bool,
    /// Whether the browser holds the form back while it is empty.
    forced: bool,
    max: u32,
    autocomplete: &'static str,
    options: Vec<Choice>,
    /// What tells it from another control of the same name on the page.
    apart: String,
}

impl HtmlSafe for Field {}
says!(Field);

impl Field {
    fn of_kind(
        kind: &'static str,
        name: impl Into<Cow<'static, str>>,
        label: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            name: name.into(),
            label: label.into(),
            kind,
            value: String::new(),
            help: String::new(),
            error: None,
            optional: false,
            ticked: false,
            forced: true,
            max: 200,
            autocomplete: "",
            options: Vec::new(),
            apart: String::new(),
        }
    }

    pub(crate) fn text(name: &'static str, label: impl Into<Cow<'static, str>>) -> Self {
        Self::of_kind("text", name, label)
    }

    pub(crate) fn email(name: &'static str, label: impl Into<Cow<'static, str>>) -> Self {
        Self::of_kind("email", name, label).complete("username")
    }

    pub(crate) fn password(
        name: &'static str,
        label: impl Into<Cow<'static, str>>,
        autocomplete: &'static str,
    ) -> Self {
        Self::of_kind("password", name, label).complete(autocomplete)
    }

    pub(crate) fn number(name: &'static str, label: impl Into<Cow<'static, str>>) -> Self {
        Self::of_kind("number", name, label)
    }

    pub(crate) fn date(name: &'static str, label: impl Into<Cow<'static, str>>) -> Self {
        Self::of_kind("date", name, label)
    }

    pub(crate) fn area(
        name: impl Into<Cow<'static, str>>,
        label: impl Into<Cow<'static, str>>,
        max: u32,
    ) -> Self {
        let mut field = Self::of_kind("textarea", name, label);
        field.max = max;
        field
    }

    pub(crate) fn select(
        name: impl Into<Cow<'static, str>>,
        label: impl Into<Cow<'static, str>>,
        options: Vec<Choice>,
    ) -> Self {
        let mut field = Self::of_kind("select", name, label);
        field.options = options;
        field
    }

    /// A box to tick, which sends `value` then.
    pub(crate) fn check(
        name: impl Into<Cow<'static, str>>,
        label: impl Into<Cow<'static, str>>,
        value: impl Into<String>,
    ) -> Self {
        Self::of_kind("checkbox", name, label)
            .value(value)
            .unforced()
    }

    pub(crate) fn ticked(mut self, ticked: bool) -> Self {
        self.ticked = ticked;
        self
    }

    pub(crate) fn file(name: &'static str, label: impl Into<Cow<'static, str>>) -> Self {
        Self::of_kind("file", name, label)
    }

    pub(crate) fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// Offers what is known while any text may be typed.
    pub(crate) fn suggest(mut self, options: Vec<Choice>) -> Self {
        self.options = options;
        self
    }

    pub(crate) fn optional(mut self) -> Self {
        self.optional = true;
        self.forced = false;
        self
    }

    /// Needed with one choice of the form only: the server asks for it, the browser cannot.
    pub(crate) fn unforced(mut self) -> Self {
        self.forced = false;
        self
    }

    pub(crate) fn max(mut self, max: u32) -> Self {
        self.max = max;
        self
    }

    pub(crate) fn complete(mut self, autocomplete: &'static str) -> Self {
        self.autocomplete = autocomplete;
        self
    }

    /// For pages with several forms that have a control of this name.
    pub(crate) fn apart(mut self, mark: &str) -> Self {
        self.apart = format!("-{mark}");
        self
    }

    /// Takes this field's fault from those of the form.
    pub(crate) fn faults(mut self, faults: &Faults) -> Self {
        self.error = faults.of(&self.name);
        self
    }

    fn id(&self) -> String {
        format!("{}{}", control_id(&self.name), self.apart)
    }

    /// Ties help and error to the control for screen readers.
    fn described(&self) -> Attributes {
        let mut by = String::new();
        if self.error.is_some() {
            let _ = write!(by, "{}-error", self.id());
        }
        if !self.help.is_empty() {
            let gap = if by.is_empty() { "" } else { " " };
            let _ = write!(by, "{gap}{}-help", self.id());
        }
        let mut attributes = String::new();
        if self.error.is_some() {
            attributes.push_str(" aria-invalid=\"true\"");
        }
        if !by.is_empty() {
            let _ = write!(attributes, " aria-describedby=\"{by}\"");
        }
        Attributes(attributes)
    }
}

/// Attributes made of field names, which are from this source or slugs, so they need no escaping.
struct Attributes(String);

impl std::fmt::Display for Attributes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::FastWritable for Attributes {
    fn write_into(
        &self,
        dest: &mut dyn std::fmt::Write,
        _: &dyn askama::Values,
    ) -> askama::Result<()> {
        Ok(dest.write_str(&self.0)?)
    }
}

impl HtmlSafe for Attributes {}

pub(crate) fn control_id(name: &str) -> String {
    format!("f-{}", name.replace('_', "-"))
}

/// The faults of a refused form: fields by their pointers, anything else said about the form beside its first field.
/// What is no fault of the form passes on as an error.
pub(crate) fn faults_of(refusal: Refusal) -> Result<Faults, PageError> {
    let mut faults = Faults::default();
    match refusal {
        Refusal::Invalid(fields) => {
            for field in fields {
                faults.add(field_name(&field.pointer), field.detail);
            }
        }
        Refusal::UnknownReference { pointer } => {
            faults.add(field_name(&pointer), t!("fault-reference"));
        }
        Refusal::Stale { .. } => faults.add(WHOLE_FORM, t!("fault-stale")),
        Refusal::Conflict(words) | Refusal::NotYours(words) => faults.add(WHOLE_FORM, words),
        Refusal::TooMany(seconds) => {
            throttled::note(seconds);
            faults.add(WHOLE_FORM, throttled::words(seconds));
        }
        other => return Err(other.into()),
    }
    Ok(faults)
}

/// `/limits/0/rule/amount` is shown beside the field `limits`.
fn field_name(pointer: &str) -> String {
    pointer
        .trim_start_matches('/')
        .split('/')
        .next()
        .unwrap_or_default()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Fault, Faults, Field};

    #[test]
    fn a_faulty_field_keeps_its_value_and_names_its_error() {
        let faults = Faults::one("name", "Use 3 to 40 letters; \"my api\" has a space.");
        let shown = Field::text("name", "Name")
            .value("my \"api\"")
            .help("Seen by all")
            .faults(&faults)
            .to_string();
        assert!(shown.contains("value=\"my &#34;api&#34;\""), "{shown}");
        assert!(
            shown.contains("aria-invalid=\"true\" aria-describedby=\"f-name-error f-name-help\""),
            "{shown}"
        );
        assert!(faults.to_string().contains("href=\"#f-name\""));
    }

    #[test]
    fn a_password_is_never_echoed() {
        let shown = Field::password("password", "Password", "new-password")
            .value("hunter2hunter2")
            .to_string();
        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(!shown.contains("value="));
    }

    #[test]
    fn the_summary_counts_in_words() {
        let mut faults = Faults::one("a", "x");
        assert!(faults.to_string().contains("1 field needs"));
        faults.add("b", "y");
        assert!(faults.to_string().contains("2 fields need"));
        assert_eq!(
            Fault {
                field: "key_days".into(),
                words: String::new()
            }
            .anchor(),
            "f-key-days"
        );
    }
}
