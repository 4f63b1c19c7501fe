//! What a backend is shown to say who calls, typed into a policy as it is: it belongs into a backend secret, and a page that comes back
//! leaves it out.

use crate::pages::console::policies::notation::{self, Typed};
use crate::view::form::Faults;
use gatehouse_control_plane::resources::write_yaml;
use gatehouse_domain::backend_secret::{may_hold_backend_secret, names_backend_secret};
use gatehouse_domain::policy::may_change;
use serde_json::Value;

const WORDS: &str = "What a backend is shown in authorization or x-api-key is a secret: it was taken out and nothing of it was kept. Put it as a \
                     backend secret of the API, and name that as ${vault:NAME}.";

/// Takes such values out of what was typed, in either notation, and says so.
pub(super) fn withhold(typed: &mut Typed, document: &mut String, faults: &mut Faults) {
    if let Some(text) = typed.get_mut("request_set")
        && let Some(rest) = without_in_lines(text)
    {
        *text = rest;
        faults.add("request_set", WORDS);
    }
    if let Some(rest) = without_in_document(document) {
        *document = rest;
        faults.add("document", WORDS);
    }
}

/// Whether what was typed into this field has such a value.
pub(crate) fn is_typed_in(field: &str, text: &str) -> bool {
    match field {
        "request_set" => without_in_lines(text).is_some(),
        "document" => without_in_document(text).is_some(),
        _ => false,
    }
}

/// Whether a field of requests may hold a backend secret alone, and has something else.
fn is_plain(name: &str, value: &str) -> bool {
    let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
    let is_for_secrets = may_hold_backend_secret(&name) && !may_change(&name);
    is_for_secrets && !value.is_empty() && !names_backend_secret(value)
}

/// Lines of `name: value`; `None` where there is nothing of the kind.
fn without_in_lines(text: &str) -> Option<String> {
    let mut found = false;
    let lines = text.lines().map(|line| match line.split_once(':') {
        Some((name, value)) if is_plain(name, value) => {
            found = true;
            format!("{name}:")
        }
        _ => line.to_owned(),
    });
    let rest: Vec<String> = lines.collect();
    found.then(|| rest.join("\n"))
}

/// A document in JSON or YAML; `None` where there is nothing of the kind.
fn without_in_document(text: &str) -> Option<String> {
    let mut document = notation::read(text).ok()?;
    let mut found = false;
    let set = document.pointer_mut("/request/set")?.as_array_mut()?;
    for field in set {
        let text = |member: &str| field.get(member).and_then(Value::as_str);
        let (Some(name), Some(value)) = (text("name"), text("value")) else {
            continue;
        };
        if is_plain(name, value) {
            field["value"] = Value::Null;
            found = true;
        }
    }
    found.then(|| write_yaml(&document))
}

#[cfg(test)]
mod tests {
    use super::{is_typed_in, without_in_document, without_in_lines};

    #[test]
    fn what_is_written_out_is_taken_out_and_the_rest_stays() {
        let lines = "x-region: eu\nAuthorization : Bearer canary\nX-API-Key:canary";
        let rest = without_in_lines(lines).unwrap();
        assert_eq!(rest, "x-region: eu\nAuthorization :\nX-API-Key:");
        for document in [
            "request:\n  set:\n  - name: x-region\n    value: eu\n  - name: Authorization\n    value: Bearer canary\n",
            r#"{"request":{"set":[{"name":"x-region","value":"eu"},{"name":"x-api-key","value":"canary"}]}}"#,
        ] {
            let rest = without_in_document(document).unwrap();
            assert!(rest.contains("eu") && !rest.contains("canary"), "{rest}");
            assert!(is_typed_in("document", document));
        }
    }

    #[test]
    fn references_and_what_everybody_may_see_stay_as_they_were_typed() {
        for lines in [
            "authorization: Bearer ${vault:token}",
            "x-region: eu",
            "authorization:",
            "authorization",
        ] {
            assert_eq!(without_in_lines(lines), None, "{lines}");
        }
        assert!(!is_typed_in("issuer", "authorization: Bearer canary"));
        assert_eq!(without_in_document("request: ["), None);
    }
}
