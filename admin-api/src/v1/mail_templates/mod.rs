//! The mails as they look, before anybody gets one.

pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod test;

use gatehouse_control_plane::mail;

use crate::state::Links;

/// What the links of mails are built from.
fn of(links: &Links) -> mail::Links {
    mail::Links::new(links.portal().to_string())
}
