//! Security requirements in words.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{html, strings};
use crate::markdown::SafeHtml;

/// What a call must prove: one of the alternatives, and all of that one.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SecurityView {
    pub alternatives: Vec<Vec<SecurityNeed>>,
    /// The whole in one sentence part: `a bearer token, or an API key in the header X-Key`.
    pub words: String,
    /// A call without anything is described as allowed.
    pub optional: bool,
}

/// One scheme that must be satisfied.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SecurityNeed {
    pub scheme: String,
    pub words: String,
    pub scopes: Vec<String>,
    pub description_html: SafeHtml,
}

pub(super) fn view(fragment: &Value) -> SecurityView {
    let requirements = fragment["security"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    let schemes = &fragment["components"]["securitySchemes"];
    let mut alternatives = Vec::new();
    let mut optional = requirements.is_empty();
    for requirement in requirements.iter().filter_map(Value::as_object) {
        if requirement.is_empty() {
            optional = true;
        } else {
            alternatives.push(needs(requirement, schemes));
        }
    }
    let mut words = alternatives
        .iter()
        .map(|needs| all_of(needs))
        .collect::<Vec<_>>();
    if optional {
        words.push("no authentication".to_owned());
    }
    SecurityView {
        words: words.join(", or "),
        alternatives,
        optional,
    }
}

fn needs(requirement: &Map<String, Value>, schemes: &Value) -> Vec<SecurityNeed> {
    requirement
        .iter()
        .map(|(name, scopes)| {
            let scheme = &schemes[name.as_str()];
            let scopes = strings(scopes);
            SecurityNeed {
                scheme: name.clone(),
                words: scheme_words(name, scheme, &scopes),
                scopes,
                description_html: html(scheme.get("description")),
            }
        })
        .collect()
}

fn all_of(needs: &[SecurityNeed]) -> String {
    needs
        .iter()
        .map(|need| need.words.as_str())
        .collect::<Vec<_>>()
        .join(" and ")
}

fn scheme_words(name: &str, scheme: &Value, scopes: &[String]) -> String {
    let text = |key: &str| scheme[key].as_str().unwrap_or_default();
    let base = match text("type") {
        "apiKey" => {
            let place = match text("in") {
                "query" => "query parameter",
                "cookie" => "cookie",
                _ => "header",
            };
            format!("an API key in the {place} {}", text("name"))
        }
        "http" => match &*text("scheme").to_ascii_lowercase() {
            "bearer" if !text("bearerFormat").is_empty() => {
                format!("a bearer token ({})", text("bearerFormat"))
            }
            "bearer" => "a bearer token".to_owned(),
            "basic" => "a user name and password (HTTP basic)".to_owned(),
            other => format!("HTTP authentication {other}"),
        },
        "oauth2" => match flows(scheme) {
            flows if flows.is_empty() => "an OAuth 2.0 token".to_owned(),
            flows => format!("an OAuth 2.0 token ({flows})"),
        },
        "openIdConnect" => "an OpenID Connect token".to_owned(),
        "mutualTLS" => "a client certificate (mutual TLS)".to_owned(),
        _ => format!("the scheme {name}, which is not described"),
    };
    match scopes {
        [] => base,
        [one] => format!("{base} with the scope {one}"),
        several => format!("{base} with the scopes {}", several.join(", ")),
    }
}

fn flows(scheme: &Value) -> String {
    let flows = scheme["flows"].as_object().into_iter().flat_map(Map::keys);
    let words = flows.filter_map(|flow| match flow.as_str() {
        "authorizationCode" => Some("authorization code"),
        "clientCredentials" => Some("client credentials"),
        "implicit" => Some("implicit"),
        "password" => Some("password"),
        "deviceAuthorization" => Some("device code"),
        _ => None,
    });
    words.collect::<Vec<_>>().join(" or ")
}
