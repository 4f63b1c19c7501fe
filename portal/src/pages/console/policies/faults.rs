//! What the verbs find wrong, beside where it was typed.

use crate::page_error::PageError;
use crate::pages::console::policies::controls::{Control, Shape, controls};
use crate::pages::console::policies::form::{Notation, PolicyForm};
use crate::pages::console::policies::notation::{entry, line_of};
use crate::pages::console::policies::rows::short;
use crate::view::form::{Faults, WHOLE_FORM, faults_of};
use gatehouse_control_plane::{FieldFault, Refusal};
use gatehouse_language::t;

/// The faults of a refused form. What is no fault of the form passes on as an error.
pub(super) fn placed(refusal: Refusal, form: &PolicyForm) -> Result<Faults, PageError> {
    match refusal {
        Refusal::Invalid(found) => {
            let mut faults = Faults::default();
            for fault in found {
                let (field, words) = place(&fault, form);
                faults.add(field, words);
            }
            Ok(faults)
        }
        // The API is in the address, not in the form.
        other => Ok(faults_of(other)?.renamed(&[("api", WHOLE_FORM)])),
    }
}

fn place(fault: &FieldFault, form: &PolicyForm) -> (&'static str, String) {
    let detail = &fault.detail;
    let Some(inside) = fault.pointer.strip_prefix("/document") else {
        let heads = [
            "slug",
            "version",
            "operation",
            "environment",
            "mode",
            "inherit",
            "reason",
        ];
        let named = fault.pointer.trim_start_matches('/');
        let head = heads.into_iter().find(|head| *head == named);
        return (head.unwrap_or(WHOLE_FORM), detail.clone());
    };
    if form.notation == Notation::Document {
        return ("document", on_line(&form.document, inside, detail));
    }
    let members: Vec<&str> = inside.split('/').skip(1).collect();
    let of = |control: &&Control| members.starts_with(control.at);
    let all = controls(form.kind);
    let Some(control) = all.iter().find(of) else {
        // Of several fields together: beside the last of them.
        let among = |control: &&Control| !members.is_empty() && control.at.starts_with(&members);
        let last = all.iter().rev().find(among);
        return (last.map_or(WHOLE_FORM, |last| last.name), detail.clone());
    };
    let typed = form.typed.get(control.name).map_or("", String::as_str);
    let rest = &members[control.at.len()..];
    let words = match (control.shape, rest) {
        // Of keys nothing is repeated: the line is enough.
        (Shape::Keys, rest) => {
            let pointer: String = rest.iter().map(|member| format!("/{member}")).collect();
            on_line(typed, &pointer, detail)
        }
        (shape, [first, ..]) => {
            let entry = first.parse().ok().and_then(|at| entry(shape, typed, at));
            match entry {
                Some(entry) => format!("'{}': {detail}", short(entry)),
                None => detail.clone(),
            }
        }
        (_, []) => detail.clone(),
    };
    (control.name, words)
}

fn on_line(text: &str, pointer: &str, detail: &str) -> String {
    match line_of(text, pointer).filter(|_| !pointer.is_empty()) {
        Some(line) => t!("policies-line", line = &line, detail = &detail),
        None => detail.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatehouse_domain::policy::PolicyKind;

    fn told(form: &PolicyForm, pointer: &str, field: &str) -> String {
        let fault = Refusal::field(pointer, "format", "Not so.");
        let faults = placed(fault, form).unwrap();
        faults
            .of(field)
            .unwrap_or_else(|| panic!("{pointer}: {faults:?}"))
    }

    #[test]
    fn a_fault_stands_beside_what_was_typed_and_names_it() {
        let mut form = PolicyForm::new(PolicyKind::Headers);
        form.typed.insert("response_set", "x-a: 1\nx-b: 2".into());
        let at = "/document/response/set/1/value";
        assert_eq!(told(&form, at, "response_set"), "'x-b': Not so.");
        assert_eq!(told(&form, "/document/request", "request_set"), "Not so.");
        assert_eq!(told(&form, "/document", WHOLE_FORM), "Not so.");
        assert_eq!(told(&form, "/mode", "mode"), "Not so.");
        let mut form = PolicyForm::new(PolicyKind::Jwt);
        let keys = "{\n \"keys\": [\n  { \"kty\": \"RSA\",\n    \"n\": \"a\" }]}";
        form.typed.insert("jwks", keys.into());
        let at = "/document/jwks/keys/0/n";
        assert_eq!(told(&form, at, "jwks"), "Line 4: Not so.");
        form.notation = Notation::Document;
        form.document = "issuer: a\nscopes:\n  - b c\n".into();
        let at = "/document/scopes/0";
        assert_eq!(told(&form, at, "document"), "Line 3: Not so.");
    }
}
