//! The first members of every resource: which thing it is, and the scope it is kept in.

use gatehouse_domain::Slug;
use serde::Deserialize;

use super::{Key, LINT_RULES, ResourceKind};
use crate::refusal::FieldFault;
use crate::versions::require_label;

/// The first members of every resource.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Metadata {
    name: String,
    api: Option<String>,
    product: Option<String>,
    scope: Option<String>,
}

impl Metadata {
    pub(super) fn read(self, kind: ResourceKind) -> Result<(Key, Option<String>), Vec<FieldFault>> {
        let mut faults = Vec::new();
        let mut slug = |pointer: &str, text: &str| {
            if let Err(error) = Slug::new(text) {
                faults.push(FieldFault::new(
                    pointer,
                    "slug",
                    format!("Use a slug: {error}."),
                ));
            }
        };
        match kind {
            // What exists already has its name; whether it does is seen later.
            ResourceKind::Version | ResourceKind::Environment | ResourceKind::Upstream => {}
            _ => slug("/metadata/name", &self.name),
        }
        let owner = match kind {
            ResourceKind::Plan => self.api.as_ref().or(self.product.as_ref()),
            _ => self.api.as_ref(),
        };
        if let Some(owner) = owner.filter(|_| kind.is_part()) {
            let pointer = match &self.api {
                Some(_) => "/metadata/api",
                None => "/metadata/product",
            };
            slug(pointer, owner);
        }
        faults.extend(self.owner_fault(kind));
        if kind == ResourceKind::LintRules && self.name != LINT_RULES {
            let detail = format!("A tenant has one set of lint rules; name it `{LINT_RULES}`.");
            faults.push(FieldFault::new("/metadata/name", "name", detail));
        }
        if kind == ResourceKind::Version && require_label(&self.name).is_err() {
            let detail =
                "Use 1 to 20 lower-case letters, digits, dots and dashes, a letter or digit first.";
            faults.push(FieldFault::new("/metadata/name", "label", detail));
        }
        if let Some(scope) = &self.scope
            && !is_scope(scope)
        {
            faults.push(FieldFault::new("/metadata/scope", "scope", SCOPE_RULE));
        }
        if faults.is_empty() {
            let owner = self.api.or(self.product);
            Ok((Key::new(kind, owner.as_deref(), &self.name), self.scope))
        } else {
            Err(faults)
        }
    }

    /// A part names what it belongs to, and nothing else does. Plans belong to an API or to a product.
    fn owner_fault(&self, kind: ResourceKind) -> Option<FieldFault> {
        let word = kind.as_str();
        let is_plan = kind == ResourceKind::Plan;
        let (pointer, code, detail) = match (&self.api, &self.product) {
            (Some(_), Some(_)) if is_plan => {
                let detail = "A plan belongs to an API or to a product, not to both.".to_owned();
                ("/metadata/product", "unknown_field", detail)
            }
            (_, Some(_)) if !is_plan => {
                let detail = format!("`{word}` belongs to no product.");
                ("/metadata/product", "unknown_field", detail)
            }
            (Some(_), _) if !kind.is_part() => {
                let detail = format!("`{word}` belongs to no API.");
                ("/metadata/api", "unknown_field", detail)
            }
            (None, None) if is_plan => {
                let detail = "Name the API of this plan in `api`, or its product in `product`.";
                ("/metadata", "required", detail.to_owned())
            }
            (None, _) if kind.is_part() && !is_plan => {
                let detail = format!("Name the API of this {word} in `api`.");
                ("/metadata", "required", detail)
            }
            _ => return None,
        };
        Some(FieldFault::new(pointer, code, detail))
    }
}

/// The rule for names of scopes, in words.
pub(crate) const SCOPE_RULE: &str =
    "Use 1 to 63 lower-case letters, digits, dots and dashes, a letter or digit first.";

/// Whether a text can name a scope.
pub(crate) fn is_scope(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    (1..=63).contains(&text.len())
        && text.starts_with(plain)
        && text.chars().all(|c| plain(c) || matches!(c, '.' | '-'))
}
