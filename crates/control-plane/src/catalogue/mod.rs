//! The catalogue: what APIs there are, for whoever looks. Every statement here asks the same question of the database,
//! `visible_version` or `visible_product`.

mod api;
mod entry;
mod facets;
mod find;
mod operations;
mod parts;
mod product;
mod search;
mod trials;

pub use crate::visibility::Viewer;
pub use api::{CatalogueApi, catalogue_api};
pub use entry::{CatalogueEntry, CatalogueFilter, MyAccess, VersionRef, catalogue};
pub use facets::{FacetValue, Facets, catalogue_facets};
pub use find::{Everything, GuideHit, search_everything};
pub use operations::{
    OperationAddress, OperationDetail, OperationGroup, OperationRow, Reference, download_spec,
    find_operations, get_description, get_operation, get_reference,
};
pub use parts::{
    PartHit, PartKind, PartRow, Parts, SchemaDetail, find_parts, get_schema, search_parts,
};
pub use product::{CatalogueProduct, Offer, catalogue_product, catalogue_products, offer};
pub use search::{OperationHit, search_operations};
pub use trials::trials;
