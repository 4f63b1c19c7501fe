//! An item as it is sent.

use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::products;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies::ids;

/// A version that a product opens.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ItemInput {
    /// Of which API.
    #[schema(value_type = ids::ApiLookup)]
    api: String,
    /// Label of the version.
    version: String,
    /// The only operations, such as `GET /pets/{id}`; null opens all, those that later descriptions add included.
    operations: Option<Vec<String>>,
}

impl From<ItemInput> for products::ItemInput {
    fn from(item: ItemInput) -> Self {
        Self {
            api: Lookup::from(item.api.as_str()),
            version: item.version,
            operations: item.operations,
        }
    }
}
