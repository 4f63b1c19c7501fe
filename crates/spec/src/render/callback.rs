//! The page of one callback, from the fragment of its operation.

use gatehouse_language::t;
use serde::Serialize;
use serde_json::Value;

use super::{OperationPage, fitting};
use crate::fragment::parts::{callback_slug, each_callback};

/// What the API sends back, and the answers it expects.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CallbackPage {
    /// As its author named it.
    pub name: String,
    /// Where it is sent to, a runtime expression (OpenAPI 3.1, Callback Object).
    pub expression: String,
    /// The expression as a sentence.
    pub when: String,
    /// What is sent: like a webhook, the reader receives its body and gives its answers. `path` is the expression.
    pub page: OperationPage,
}

impl CallbackPage {
    /// Reads a callback out of an operation's fragment; `None` when the operation has none of that address.
    pub fn from_fragment(fragment: &Value, slug: &str) -> Option<Self> {
        let mut all = each_callback(&fragment["operation"]["callbacks"]);
        let (name, expression, method, operation) = all.find(|(name, expression, method, _)| {
            callback_slug(name, expression, method) == slug
        })?;
        let mut page = fitting(fragment, |context| {
            OperationPage::of(fragment, operation, true, context)
        });
        page.method = method.to_ascii_uppercase();
        expression.clone_into(&mut page.path);
        Some(Self {
            name: name.to_owned(),
            expression: expression.to_owned(),
            when: sentence(expression),
            page,
        })
    }
}

/// Where a callback goes, in words: the whole address out of one value, or an address with values put into it.
fn sentence(expression: &str) -> String {
    if let Some(inside) = expression
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
        .filter(|inside| !inside.contains(['{', '}']))
        && let Some(words) = value(inside)
    {
        return t!("reference-sent-to-value", value = words);
    }
    if let Some(words) = value(expression) {
        return t!("reference-sent-to-value", value = words);
    }
    let filled: Vec<String> = expression
        .split('{')
        .skip(1)
        .filter_map(|piece| {
            let (inside, _) = piece.split_once('}')?;
            Some(t!(
                "reference-sent-filled",
                expression = format!("{{{inside}}}"),
                value = value(inside)?,
            ))
        })
        .collect();
    if filled.is_empty() {
        return t!("reference-sent-to-address", address = expression);
    }
    let filled = filled
        .into_iter()
        .reduce(|all, one| t!("reference-sent-and", all = all, one = one))
        .unwrap_or_default();
    t!(
        "reference-sent-to-filled",
        address = expression,
        filled = filled
    )
}

/// One runtime expression (OpenAPI 3.1, Runtime Expressions) in words; `None` for what is none.
fn value(expression: &str) -> Option<String> {
    match expression {
        "$url" => return Some(t!("reference-value-url")),
        "$method" => return Some(t!("reference-value-method")),
        "$statusCode" => return Some(t!("reference-value-status")),
        _ => {}
    }
    let (of, rest) = expression.strip_prefix('$')?.split_once('.')?;
    let is_request = match of {
        "request" => true,
        "response" => false,
        _ => return None,
    };
    if let Some(place) = rest.strip_prefix("body") {
        return match place.strip_prefix('#') {
            Some(pointer) if !pointer.is_empty() => Some(match is_request {
                true => t!("reference-value-request-field", name = pointer),
                false => t!("reference-value-response-field", name = pointer),
            }),
            _ if is_request => Some(t!("reference-value-request-body")),
            _ => Some(t!("reference-value-response-body")),
        };
    }
    let (kind, name) = rest.split_once('.')?;
    Some(match (kind, is_request) {
        ("header", true) => t!("reference-value-request-header", name = name),
        ("header", false) => t!("reference-value-response-header", name = name),
        ("query", true) => t!("reference-value-request-query", name = name),
        ("query", false) => t!("reference-value-response-query", name = name),
        ("path", true) => t!("reference-value-request-path", name = name),
        ("path", false) => t!("reference-value-response-path", name = name),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::sentence;

    #[test]
    fn runtime_expressions_are_told_in_words() {
        for (expression, words) in [
            ("{$url}", "the address in the address that was called"),
            ("$request.header.Back", "the header Back of the request"),
            (
                "{$request.query.to}",
                "the query parameter to of the request",
            ),
            (
                "{$response.body#/a/b}",
                "the field /a/b of the response body",
            ),
            (
                "https://x.test/{$request.path.id}/{$method}",
                "where {$request.path.id} is the path parameter id of the request, and {$method} is the method of the call",
            ),
            ("https://x.test/fixed", "Sent to https://x.test/fixed."),
            ("{$odd}", "Sent to {$odd}."),
        ] {
            let said = sentence(expression);
            assert!(said.contains(words), "{expression}: {said}");
        }
    }
}
