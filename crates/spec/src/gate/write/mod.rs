//! A report written down for people and for code hosts.

mod comment;
mod sarif;
mod table;

pub use self::comment::comment;
pub use self::sarif::sarif;
pub use self::table::table;
