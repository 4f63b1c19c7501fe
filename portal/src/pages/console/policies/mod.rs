//! `/console/apis/{api}/policies` and `/console/settings/policies`: what gateways do with calls besides letting subscribed ones
//! through, of one API, and of every one.
//!
//! [`place`] is whose policies a page is about, [`list`] the two lists, [`effective`] what one operation gets of them all.
//! [`edit`] is the page of one, and [`save`] what its form does: what a policy says is typed into the fields of its kind ([`controls`]), or
//! as the document that files have; [`notation`] turns the one into the other, and [`faults`] puts what is wrong beside where it was typed.

pub(crate) mod controls;
pub(crate) mod credentials;
pub(crate) mod edit;
pub(crate) mod effective;
mod faults;
pub(crate) mod form;
pub(crate) mod list;
mod notation;
pub(crate) mod place;
pub(crate) mod remove;
pub(crate) mod rows;
pub(crate) mod save;
