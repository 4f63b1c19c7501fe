//! Products over several APIs.

use gatehouse_domain::{ProductState, Visibility};
use serde::{Deserialize, Serialize, Serializer};

use crate::plans::key_of;
use crate::refusal::FieldFault;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProductSpec {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) summary: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) owner_team: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<ProductState>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) visibility: Option<Visibility>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) granted_teams: Option<Vec<String>>,
    /// As written, for the places of faults; compared and kept by API and version.
    #[serde(
        default,
        serialize_with = "in_order",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) items: Option<Vec<ItemSpec>>,
}

/// A version that a product opens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ItemSpec {
    pub(crate) api: String,
    pub(crate) version: String,
    /// The only operations, by method and path; left out, all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) operations: Option<Vec<String>>,
}

impl ProductSpec {
    pub(super) fn faults(&self) -> Vec<FieldFault> {
        if self.state != Some(ProductState::Retired) {
            return Vec::new();
        }
        let detail = "A product is retired by taking it out of the files of its scope and running sync, or by retiring it.";
        vec![FieldFault::new("/spec/state", "not_here", detail)]
    }
}

fn in_order<S: Serializer>(
    items: &Option<Vec<ItemSpec>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut items = items.clone().unwrap_or_default();
    for operations in items.iter_mut().filter_map(|item| item.operations.as_mut()) {
        for operation in operations.iter_mut() {
            if let Some(key) = key_of(operation) {
                *operation = key.to_string();
            }
        }
        operations.sort();
        operations.dedup();
    }
    items.sort();
    items.serialize(serializer)
}
