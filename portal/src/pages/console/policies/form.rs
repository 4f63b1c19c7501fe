//! The form of a policy as it was sent: where it is, what it says in one of two notations, whether it decides.

use crate::pages::console::policies::controls::{controls, started};
use crate::pages::console::policies::credentials;
use crate::pages::console::policies::notation::{self, Typed, composed, decomposed, read_told};
use crate::view::form::Faults;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::policies::{
    PolicyPlace, PolicyView, may_hold_private_parts, private_parts,
};
use gatehouse_control_plane::resources::{API_VERSION, write_yaml};
use gatehouse_domain::policy::{PolicyInherit, PolicyKind, PolicyMode};
use gatehouse_language::t;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// How what a policy says is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Notation {
    /// Into the fields of its kind.
    Fields,
    /// As JSON or YAML.
    Document,
}

impl Notation {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Fields => "fields",
            Self::Document => "document",
        }
    }
}

/// Which of the buttons was pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Save,
    /// Says what saving would, and keeps nothing.
    Check,
    /// Shows the same in the other notation, and keeps nothing.
    Turn,
}

/// What was sent. Other fields than these, and those of another kind, are refused.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(try_from = "BTreeMap<String, String>")]
pub(crate) struct PolicyForm {
    pub(super) kind: PolicyKind,
    pub(super) notation: Notation,
    pub(super) act: Act,
    pub(super) mode: PolicyMode,
    pub(super) inherit: PolicyInherit,
    pub(super) nonce: String,
    /// Of the policy the form was filled from.
    pub(super) row_version: Option<i32>,
    pub(super) slug: String,
    pub(super) version: String,
    pub(super) operation: String,
    pub(super) environment: String,
    pub(super) reason: String,
    pub(super) document: String,
    pub(super) typed: Typed,
}

impl TryFrom<BTreeMap<String, String>> for PolicyForm {
    type Error = String;

    fn try_from(mut sent: BTreeMap<String, String>) -> Result<Self, String> {
        let mut take = |name: &str| sent.remove(name).unwrap_or_default();
        let kind = PolicyKind::parse(&take("kind")).ok_or("a policy of this kind is unknown")?;
        let mut form = Self {
            notation: match take("notation").as_str() {
                "" | "fields" => Notation::Fields,
                "document" => Notation::Document,
                _ => return Err("what is said has no such notation".to_owned()),
            },
            act: match take("act").as_str() {
                "" | "save" => Act::Save,
                "check" => Act::Check,
                "turn" => Act::Turn,
                _ => return Err("the form has no such button".to_owned()),
            },
            mode: PolicyMode::parse(&take("mode")).ok_or("a policy has no such mode")?,
            inherit: PolicyInherit::parse(&take("inherit"))
                .ok_or("a policy is not inherited like this")?,
            row_version: match take("row_version").trim() {
                "" => None,
                number => Some(number.parse().map_err(|_| "the version is no number")?),
            },
            nonce: take("nonce"),
            slug: take("slug"),
            version: take("version"),
            operation: take("operation"),
            environment: take("environment"),
            reason: take("reason"),
            document: take("document"),
            typed: Typed::new(),
            kind,
        };
        for control in controls(kind) {
            form.typed.insert(control.name, take(control.name));
        }
        match sent.into_keys().next() {
            None => Ok(form),
            Some(name) => Err(format!("unknown field `{name}`")),
        }
    }
}

impl PolicyForm {
    /// Of a policy to come.
    pub(super) fn new(kind: PolicyKind) -> Self {
        Self {
            kind,
            notation: Notation::Fields,
            act: Act::Save,
            mode: PolicyMode::Enforce,
            inherit: PolicyInherit::Default,
            nonce: String::new(),
            row_version: None,
            slug: String::new(),
            version: String::new(),
            operation: String::new(),
            environment: String::new(),
            reason: String::new(),
            document: String::new(),
            typed: started(kind),
        }
    }

    /// Of one that is there: in its fields, where they can hold all of it, and these are wanted.
    pub(super) fn of(view: &PolicyView, document: &Value, wanted: Notation) -> Self {
        let typed = decomposed(view.kind, document).filter(|_| wanted == Notation::Fields);
        Self {
            notation: match typed {
                Some(_) => Notation::Fields,
                None => Notation::Document,
            },
            mode: view.mode,
            inherit: view.inherit,
            row_version: Some(view.row_version),
            document: write_yaml(document),
            typed: typed.unwrap_or_default(),
            ..Self::new(view.kind)
        }
    }

    /// Where a new policy is to be.
    pub(super) fn place(&self, api: Option<&str>) -> PolicyPlace {
        let said = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        PolicyPlace {
            api: api.map(Lookup::from),
            version: said(&self.version),
            operation: said(&self.operation),
            environment: said(&self.environment).as_deref().map(Lookup::from),
        }
    }

    /// What it says, of whatever was typed.
    pub(super) fn said(&self) -> Result<Value, Faults> {
        match self.notation {
            Notation::Fields => composed(self.kind, &self.typed),
            Notation::Document if self.document.trim().is_empty() => {
                Err(Faults::one("document", t!("policies-fill-this-in")))
            }
            Notation::Document => {
                read_told(&self.document).map_err(|words| Faults::one("document", words))
            }
        }
    }

    /// Says the same in the other notation; what cannot be said there stays as it is.
    pub(super) fn turn(&mut self) -> Result<(), Faults> {
        let document = self.said()?;
        match self.notation {
            Notation::Fields => {
                self.document = write_yaml(&document);
                self.notation = Notation::Document;
            }
            Notation::Document => {
                self.typed = decomposed(self.kind, &document).ok_or_else(|| {
                    Faults::one("document", t!("policies-there-is-something-in-it-that"))
                })?;
                self.notation = Notation::Fields;
            }
        }
        Ok(())
    }

    /// Takes out of the form what can sign, and credentials of backends: they are refused, and no page shows them again.
    pub(super) fn withhold(&mut self) -> Faults {
        let mut faults = Faults::default();
        let mut say = |field: &str| {
            faults.add(field, t!("policies-this-holds-a-key-that-can"));
        };
        if let Some(text) = self.typed.get_mut("jwks")
            && let Some(rest) = without_private(text, |rest| {
                serde_json::to_string_pretty(rest).unwrap_or_default()
            })
        {
            *text = rest;
            say("jwks");
        }
        if let Some(rest) = without_private(&self.document, write_yaml) {
            self.document = rest;
            say("document");
        }
        // Policies of other kinds set no field of requests: `authorization` in them is only a name.
        if self.kind == PolicyKind::Headers {
            credentials::withhold(&mut self.typed, &mut self.document, &mut faults);
        }
        faults
    }

    /// The file that makes the same, as an export has it.
    pub(super) fn file(&self, at: &FilePlace<'_>, document: Value) -> String {
        let mut spec = Map::new();
        for (name, place) in [
            ("api", at.api),
            ("version", at.version),
            ("operation", at.operation),
            ("environment", at.environment),
        ] {
            if let Some(place) = place.filter(|place| !place.trim().is_empty()) {
                spec.insert(name.to_owned(), json!(place.trim()));
            }
        }
        spec.insert("kind".to_owned(), json!(self.kind));
        spec.insert("mode".to_owned(), json!(self.mode));
        spec.insert("inherit".to_owned(), json!(self.inherit));
        spec.insert("document".to_owned(), document);
        let name = match at.name.trim() {
            "" => "NAME",
            name => name,
        };
        write_yaml(&json!({
            "apiVersion": API_VERSION,
            "kind": "policy",
            "metadata": { "name": name },
            "spec": spec,
        }))
    }
}

/// What a file names besides what the policy says.
pub(super) struct FilePlace<'a> {
    pub(super) name: &'a str,
    pub(super) api: Option<&'a str>,
    pub(super) version: Option<&'a str>,
    pub(super) operation: Option<&'a str>,
    pub(super) environment: Option<&'a str>,
}

/// Whether a text that somebody typed may have a key that can sign, so that no page shows it again.
pub(crate) fn may_sign(text: &str) -> bool {
    may_hold_private_parts(text) || without_private(text, |_| String::new()).is_some()
}

/// A text without what can sign in it; `None` where there is nothing of the kind. Of what cannot be read nothing stays.
fn without_private(text: &str, write: impl Fn(&Value) -> String) -> Option<String> {
    match notation::read(text) {
        Ok(value) => {
            // One long text, as which PEM is read, has no parts.
            if value.is_string() && may_hold_private_parts(text) {
                return Some(String::new());
            }
            // As strictly as a set of keys is read, whatever the text is of.
            let mut set = json!({ "jwks": value });
            let parts = private_parts(&set);
            for part in &parts {
                remove(&mut set, part);
            }
            // As many are found at once as are told; beyond that nothing stays.
            match private_parts(&set).is_empty() {
                true => (!parts.is_empty()).then(|| write(&set["jwks"])),
                false => Some(String::new()),
            }
        }
        Err(_) => may_hold_private_parts(text).then(String::new),
    }
}

fn remove(value: &mut Value, pointer: &str) {
    let Some((above, member)) = pointer.rsplit_once('/') else {
        return;
    };
    let member = member.replace("~1", "/").replace("~0", "~");
    match value.pointer_mut(above) {
        Some(Value::Object(members)) => {
            members.shift_remove(&member);
        }
        Some(Value::Array(items)) => {
            let place = member.parse().ok();
            if let Some(item) = place.and_then(|place: usize| items.get_mut(place)) {
                *item = Value::Null;
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(pairs: &[(&str, &str)]) -> Result<PolicyForm, String> {
        let own = |text: &&str| (*text).to_owned();
        let pairs = pairs.iter();
        let pairs: BTreeMap<String, String> = pairs
            .map(|(name, value)| (own(name), own(value)))
            .chain([
                ("mode".to_owned(), "enforce".to_owned()),
                ("inherit".to_owned(), "default".to_owned()),
            ])
            .collect();
        PolicyForm::try_from(pairs)
    }

    const PRIVATE: &str = "c2VjcmV0LXNlY3JldA";

    #[test]
    fn a_form_has_the_fields_of_its_kind_and_no_others() {
        let form = sent(&[("kind", "rate_limit"), ("amount", "5")]).unwrap();
        assert_eq!(form.typed["amount"], "5");
        assert_eq!(form.act, Act::Save);
        for wrong in [
            &[("kind", "rate_limit"), ("origins", "x")][..],
            &[("kind", "nothing")],
            &[("kind", "cors"), ("act", "burn")],
            &[("kind", "cors"), ("row_version", "one")],
            &[],
        ] {
            assert!(sent(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn what_can_sign_is_taken_out_of_both_notations() {
        let key = format!(r#"{{"kty": "OKP", "crv": "Ed25519", "x": "abc", "d": "{PRIVATE}"}}"#);
        let set = format!(r#"{{"keys": [{key}]}}"#);
        let broken = format!("{set}}}");
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{PRIVATE}\n-----END PRIVATE KEY-----\n");
        let document = format!("issuer: a\njwks: {set}\n");
        for (field, text, stays) in [
            ("jwks", set.as_str(), "Ed25519"),
            ("jwks", broken.as_str(), ""),
            ("jwks", pem.as_str(), ""),
            ("document", document.as_str(), "issuer: a"),
        ] {
            let mut form = sent(&[("kind", "jwt"), (field, text)]).unwrap();
            assert!(form.withhold().of(field).is_some(), "{text}");
            let kept = format!("{}{}", form.typed["jwks"], form.document);
            assert!(kept.contains(stays) && !kept.contains(PRIVATE), "{kept}");
        }
        let public = set.replace(&format!(", \"d\": \"{PRIVATE}\""), "");
        let mut form = sent(&[("kind", "jwt"), ("jwks", &public)]).unwrap();
        assert!(form.withhold().is_empty());
        assert_eq!(form.typed["jwks"], public, "what was typed stays as typed");
        // In a kind that sets no field of requests, the name of one is nobody's credential.
        let slip = "header: authorization\naudiences: [orders\n";
        let mut form = sent(&[("kind", "jwt"), ("document", slip)]).unwrap();
        assert!(form.withhold().is_empty());
        assert_eq!(form.document, slip);
    }

    #[test]
    fn turning_to_and_fro_says_the_same() {
        let mut form = sent(&[("kind", "rate_limit"), ("amount", "5"), ("window_s", "2")]).unwrap();
        let said = form.said().unwrap();
        form.turn().unwrap();
        assert_eq!(form.notation, Notation::Document);
        assert_eq!(form.said().unwrap(), said);
        form.turn().unwrap();
        assert_eq!(form.notation, Notation::Fields);
        assert_eq!(form.said().unwrap(), said);
        let text = "amount: 5\nmore: 1";
        let document = [("notation", "document"), ("document", text)];
        let mut strange = sent(&[&[("kind", "rate_limit")], &document[..]].concat()).unwrap();
        assert!(strange.turn().unwrap_err().of("document").is_some());
        assert_eq!(strange.document, text);
    }
}
