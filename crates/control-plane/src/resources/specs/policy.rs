//! What gateways do with calls besides letting subscribed ones through.

use gatehouse_domain::policy::{PolicyInherit, PolicyKind, PolicyMode};
use gatehouse_language::t;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::plans::key_of;
use crate::policies::PolicyDocument;
use crate::refusal::FieldFault;

/// Place and kind stay; without a place it is of every API.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicySpec {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) api: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) operation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) environment: Option<String>,
    pub(crate) kind: PolicyKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) mode: Option<PolicyMode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) inherit: Option<PolicyInherit>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) document: Option<Value>,
}

impl PolicySpec {
    /// Brings what it says into the one notation it is kept in, and the operation into its stable key.
    pub(super) fn tidy(&mut self) -> Vec<FieldFault> {
        let mut faults = Vec::new();
        if let Some(operation) = &mut self.operation {
            match key_of(operation) {
                Some(key) => *operation = key.to_string(),
                None => faults.push(FieldFault::new(
                    "/spec/operation",
                    "operation",
                    t!("refused-access-name-it-by-method-and-path"),
                )),
            }
        }
        if let Some(document) = self.document.take() {
            match PolicyDocument::read(self.kind, document) {
                Ok(read) => self.document = Some(read.document.value()),
                Err(found) => faults.extend(found.into_iter().map(|fault| FieldFault {
                    pointer: format!("/spec{}", fault.pointer),
                    ..fault
                })),
            }
        }
        faults
    }
}
