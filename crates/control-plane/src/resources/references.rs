//! References in files: `${env:NAME}` and `${file:PATH}` stand for values that are known where the command line runs. The
//! value is sent beside the files; what is kept and shown is the reference. `${vault:NAME}` names a backend secret and stays as it is,
//! for its value is nobody's to send.

use std::collections::BTreeMap;

use gatehouse_domain::backend_secret::names_backend_secret;
use gatehouse_domain::pointer::join;
use gatehouse_language::t;
use serde_json::Value;

use crate::changesets::References;
use crate::refusal::FieldFault;

/// Puts values in place of references, below `pointer`. Collects each text that had one, and every reference without a value.
pub(super) fn resolve(
    value: &mut Value,
    pointer: &str,
    values: &References,
    refs: &mut BTreeMap<String, String>,
    faults: &mut Vec<FieldFault>,
) {
    match value {
        Value::String(text) => {
            // What a policy says is judged with the rest of it.
            if names_backend_secret(text) && !pointer.starts_with("/spec/document/") {
                faults.push(FieldFault::new(
                    pointer,
                    "secret_reference",
                    t!("refused-policies-only-values-that-a-headers-policy"),
                ));
            }
            if let Some(resolved) = resolve_text(text, pointer, values, faults) {
                refs.insert(pointer.to_owned(), std::mem::replace(text, resolved));
            }
        }
        Value::Array(items) => {
            for (place, item) in items.iter_mut().enumerate() {
                resolve(item, &format!("{pointer}/{place}"), values, refs, faults);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                resolve(member, &join(pointer, name), values, refs, faults);
            }
        }
        _ => {}
    }
}

/// The text with its references replaced; `None` when it has none.
fn resolve_text(
    text: &str,
    pointer: &str,
    values: &References,
    faults: &mut Vec<FieldFault>,
) -> Option<String> {
    let mut resolved = String::new();
    let (mut rest, mut any) = (text, false);
    while let Some((before, reference)) = next_reference(rest) {
        any = true;
        resolved.push_str(before);
        match values.get(reference) {
            Some(value) => resolved.push_str(value.expose()),
            None => faults.push(FieldFault::new(
                pointer,
                "reference",
                format!("There is no value for {reference}; set it where the command line runs, or send it in `values`."),
            )),
        }
        rest = &rest[before.len() + reference.len()..];
    }
    resolved.push_str(rest);
    any.then_some(resolved)
}

/// The text before the next reference, and the reference itself.
fn next_reference(text: &str) -> Option<(&str, &str)> {
    let mut from = 0;
    while let Some(start) = text[from..].find("${").map(|at| at + from) {
        let after = &text[start + 2..];
        let known = after.starts_with("env:") || after.starts_with("file:");
        match after.find('}') {
            Some(end) if known => return Some((&text[..start], &text[start..start + 2 + end + 1])),
            _ => from = start + 2,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use gatehouse_runtime::Secret;
    use serde_json::json;

    use super::*;

    #[test]
    fn references_are_replaced_kept_by_place_and_missed_by_name() {
        let mut value = json!({ "targets": [{ "url": "https://${env:HOST}:${env:PORT}/" }, { "url": "${x} ${env:" }], "n": 1 });
        let values = BTreeMap::from([(
            "${env:HOST}".to_owned(),
            Secret::new("pets.example".to_owned()),
        )]);
        let (mut refs, mut faults) = (BTreeMap::new(), Vec::new());
        resolve(&mut value, "/spec", &values, &mut refs, &mut faults);
        assert_eq!(value["targets"][0]["url"], "https://pets.example:/");
        assert_eq!(value["targets"][1]["url"], "${x} ${env:");
        assert_eq!(
            refs,
            BTreeMap::from([(
                "/spec/targets/0/url".to_owned(),
                "https://${env:HOST}:${env:PORT}/".to_owned()
            )])
        );
        assert_eq!(faults.len(), 1);
        assert!(
            faults[0].detail.contains("${env:PORT}"),
            "{}",
            faults[0].detail
        );
    }

    #[test]
    fn backend_secrets_are_named_by_policies_only_and_stay_named() {
        let named = || json!({ "document": { "value": "Bearer ${vault:token}" } });
        let resolved = |value: &mut Value, pointer: &str| {
            let (mut refs, mut faults) = (BTreeMap::new(), Vec::new());
            resolve(value, pointer, &References::new(), &mut refs, &mut faults);
            assert!(refs.is_empty());
            faults
        };
        let mut value = named();
        assert!(resolved(&mut value, "/spec").is_empty());
        assert_eq!(value, named());
        let mut elsewhere = json!({ "targets": [{ "url": "https://${vault:host}/" }] });
        let faults = resolved(&mut elsewhere, "/spec");
        assert_eq!(faults.len(), 1);
        assert_eq!(
            (faults[0].pointer.as_str(), faults[0].code),
            ("/spec/targets/0/url", "secret_reference")
        );
    }
}
