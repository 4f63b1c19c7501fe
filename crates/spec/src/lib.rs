//! Descriptions of APIs: OpenAPI 3.0 and 3.1 (3.2 read as 3.1) and Swagger 2.0, in JSON or YAML.
//!
//! [`parse`] turns bytes into a [`Description`], or into every fault with its place. From a
//! description come its [`Operation`]s and, one by one, their fragments ([`Fragments`]): all that
//! the reference page of one operation needs, so that a page reads one row and never the whole
//! document. [`render`] and [`sample`] turn a fragment into what a template shows; [`markdown`]
//! makes the only HTML that goes from an author's text into a page. [`diff`] compares two revisions.
//!
//! Pure: no I/O, no clock, no async, no SQL, and nothing is ever fetched. Whatever the bytes are,
//! reading them ends, within [`Limits`], in a value or a named fault.
//!
//! Start at `parse.rs`, which is the order of everything. `grammar.rs` is the one table of where
//! things sit in a description; a lint or a comparison walks [`Description::document`] with it.

mod check;
mod description;
pub mod diff;
pub mod file;
mod finding;
mod fragment;
pub mod gate;
mod grammar;
mod limits;
pub mod lint;
pub mod markdown;
mod normalise;
mod operations;
mod parse;
mod pointer;
mod read;
mod references;
pub mod render;
pub mod sample;
mod swagger2;
mod typed;

pub use description::{Description, Format, Method, Operation, Server, ServerVariable, Tag};
pub use finding::{FINDINGS_MAX, Finding, FindingCode, Location, SpecErrors};
pub use fragment::parts::{NamedCallback, NamedSchema, SchemaUse, UseKind};
pub use fragment::{FRAGMENT_BYTES_MAX, Fragments};
pub use limits::Limits;
pub use parse::parse;
