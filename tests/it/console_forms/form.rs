//! What a form is to these tests: where it is sent, what a person does to it, and where REST has what it did.

use serde_json::Value;

/// What is done with a field. Names in braces, as in `{person}`, stand for what is known only when the form is sent.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fill {
    Type(&'static str, &'static str),
    /// A day, as this browser takes it: month, day, year.
    Day(&'static str, &'static str),
    /// A box, a choice of a list, or what else is clicked.
    Click(&'static str),
    /// A field of files, and what is in the file that is chosen.
    File(&'static str, &'static str),
}

/// Where REST has what a form did. A list is at `/data` of what an address answers, or at what follows its `#`; its members are
/// known by the value at a pointer.
#[derive(Debug, Clone)]
pub(super) enum Fact {
    /// At a pointer of what is at an address.
    Of(&'static str, &'static str, Value),
    /// Of the one in a list, what is at a pointer.
    Listed(
        &'static str,
        (&'static str, &'static str),
        &'static str,
        Value,
    ),
    /// At a pointer of what is at an address something is now, whatever it is: a moment.
    Has(&'static str, &'static str),
    /// Nothing is at an address any more.
    Gone(&'static str),
    /// It is no longer in a list.
    Without(&'static str, (&'static str, &'static str)),
}

/// A form.
#[derive(Debug)]
pub(super) struct Form {
    /// Where it is sent.
    pub(super) to: &'static str,
    /// The page it stands on; none is the one that the form before it led to.
    pub(super) page: Option<&'static str>,
    pub(super) fills: &'static [Fill],
    /// Words of its button.
    pub(super) press: &'static str,
    pub(super) did: Vec<Fact>,
    /// What forms after it call the one of the list that its fact found, by its id.
    pub(super) called: Option<&'static str>,
}

/// A form that stands on another page than it is sent to.
pub(super) fn form(
    to: &'static str,
    page: &'static str,
    fills: &'static [Fill],
    press: &'static str,
    did: Fact,
) -> Form {
    Form {
        to,
        page: Some(page),
        fills,
        press,
        did: vec![did],
        called: None,
    }
}

/// A form that is sent to the page it stands on.
pub(super) fn here(
    page: &'static str,
    fills: &'static [Fill],
    press: &'static str,
    did: Fact,
) -> Form {
    form(page, page, fills, press, did)
}

impl Form {
    /// What it did besides.
    pub(super) fn and(mut self, did: Fact) -> Self {
        self.did.push(did);
        self
    }

    /// Names what it made.
    pub(super) fn called(mut self, name: &'static str) -> Self {
        self.called = Some(name);
        self
    }

    /// It stands on the page that the form before it led to.
    pub(super) fn where_it_is(mut self) -> Self {
        self.page = None;
        self
    }
}
