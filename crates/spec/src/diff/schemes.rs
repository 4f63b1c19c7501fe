//! Security schemes: each compared once, and felt in every operation that asks for it.

use std::collections::HashMap;

use super::Comparer;
use super::change::Which;
use super::ledger::Part;
use super::rule::Rule;
use super::side::{Both, Found};
use super::words;

/// What schemes of the old description are called in the new one, where they have another name.
pub(super) type Renamed<'d> = HashMap<&'d str, &'d str>;

/// Schemes that were compared, and the name that each old one has now.
#[derive(Default)]
pub(super) struct Schemes<'d> {
    parts: HashMap<&'d str, Part>,
    pub(super) renamed: Renamed<'d>,
}

const SECTION: &str = "/components/securitySchemes";

fn schemes<'d>(root: &Found<'d>) -> Vec<(&'d str, Found<'d>)> {
    let components = root.get("components");
    components.map_or_else(Vec::new, |components| {
        components.entries_of("securitySchemes")
    })
}

impl<'d> Comparer<'d> {
    /// Compares all schemes; operations that use them are told of later.
    pub(super) fn security_schemes(&mut self, document: Part, roots: &Both<'d>) {
        let (old, new) = (schemes(&roots.before), schemes(&roots.after));
        self.schemes.renamed = renamed(&old, &new);
        for (name, before) in &old {
            let now = self.schemes.renamed.get(name).copied().unwrap_or(*name);
            let Some((now, after)) = new.iter().find(|(other, _)| *other == now) else {
                let message = format!("the security scheme {} is gone.", words::code(name));
                let here = (Which::Before, before, SECTION);
                self.one_sided(document, Rule::SecuritySchemeRemoved, here, message);
                continue;
            };
            let part = self.ledger.document();
            self.schemes.parts.insert(*now, part);
            let both = Both {
                before: before.clone(),
                after: after.clone(),
            };
            if let Some(both) = self.follow(part, both) {
                self.scheme(part, &both, &words::code(now));
            }
        }
        for (name, after) in &new {
            if !self.schemes.parts.contains_key(name) {
                let message = format!("the security scheme {} is new.", words::code(name));
                let here = (Which::After, after, SECTION);
                self.one_sided(document, Rule::SecuritySchemeAdded, here, message);
            }
        }
    }

    /// `user` asks for a scheme, on both sides.
    pub(super) fn scheme_used_by(&mut self, user: Part, name: &str) {
        if let Some(part) = self.schemes.parts.get(name) {
            self.ledger.used_by(*part, user);
        }
    }

    /// A scheme of another type has nothing else worth comparing.
    fn scheme(&mut self, part: Part, both: &Both<'d>, name: &str) {
        let subject = format!("the security scheme {name}");
        let texts = [
            ("type", Rule::SecurityTypeChanged, "is of another type"),
            ("in", Rule::SecurityKeyMoved, "is sent elsewhere"),
            (
                "name",
                Rule::SecurityKeyMoved,
                "has another name in requests",
            ),
            (
                "bearerFormat",
                Rule::SecurityBearerFormatChanged,
                "takes tokens of another format",
            ),
            (
                "openIdConnectUrl",
                Rule::SecurityOpenIdUrlChanged,
                "is discovered at another address",
            ),
        ];
        for (key, rule, text) in texts {
            if both.differs(key) {
                self.change(
                    part,
                    rule,
                    both.places_of(key),
                    format!("{subject} {text}."),
                );
                if rule == Rule::SecurityTypeChanged {
                    return;
                }
            }
        }
        let scheme = |found: &Found<'d>| found.text("scheme").map(str::to_ascii_lowercase);
        if scheme(&both.before) != scheme(&both.after) {
            let message = format!("{subject} uses another HTTP scheme.");
            let rule = Rule::SecurityHttpSchemeChanged;
            self.change(part, rule, both.places_of("scheme"), message);
        }
        self.flows(part, both, &subject);
    }

    fn flows(&mut self, part: Part, both: &Both<'d>, subject: &str) {
        let (old, new) = (
            both.before.members_of("flows"),
            both.after.members_of("flows"),
        );
        let (there, back) = both.places_of("flows");
        for (name, before) in &old {
            let flow = format!("the flow {} of {subject}", words::code(name));
            match new.iter().find(|(other, _)| other == name) {
                Some((_, after)) => {
                    let both = Both {
                        before: before.clone(),
                        after: after.clone(),
                    };
                    self.flow(part, &both, &flow);
                }
                None => {
                    let here = (Which::Before, before, &*back);
                    let message = format!("{flow} is gone.");
                    self.one_sided(part, Rule::SecurityFlowRemoved, here, message);
                }
            }
        }
        for (name, after) in &new {
            if !old.iter().any(|(other, _)| other == name) {
                let message = format!("the flow {} of {subject} is new.", words::code(name));
                let here = (Which::After, after, &*there);
                self.one_sided(part, Rule::SecurityFlowAdded, here, message);
            }
        }
    }

    fn flow(&mut self, part: Part, both: &Both<'d>, subject: &str) {
        for key in ["authorizationUrl", "tokenUrl", "refreshUrl"] {
            if both.differs(key) {
                let message = format!("{subject} has another {}.", words::code(key));
                let rule = Rule::SecurityFlowUrlChanged;
                self.change(part, rule, both.places_of(key), message);
            }
        }
        let (old, new) = (
            both.before.entries_of("scopes"),
            both.after.entries_of("scopes"),
        );
        let (there, back) = both.places_of("scopes");
        for (name, before) in &old {
            if !new.iter().any(|(other, _)| other == name) {
                let message = format!("{subject} no longer has the scope {}.", words::code(name));
                let here = (Which::Before, before, &*back);
                self.one_sided(part, Rule::SecurityScopeRemoved, here, message);
            }
        }
        for (name, after) in &new {
            if !old.iter().any(|(other, _)| other == name) {
                let message = format!("{subject} has the scope {}.", words::code(name));
                let here = (Which::After, after, &*there);
                self.one_sided(part, Rule::SecurityScopeAdded, here, message);
            }
        }
    }
}

/// A scheme that is gone and one that is new are one scheme when they say the same.
fn renamed<'d>(old: &[(&'d str, Found<'d>)], new: &[(&'d str, Found<'d>)]) -> Renamed<'d> {
    let is_in = |list: &[(&str, Found<'d>)], name: &str| list.iter().any(|(n, _)| *n == name);
    let mut taken: Vec<&str> = Vec::new();
    let mut renamed = Renamed::new();
    for (name, before) in old.iter().filter(|(name, _)| !is_in(new, name)) {
        let is_same = |(other, after): &&(&'d str, Found<'d>)| {
            before.value == after.value && !is_in(old, other) && !taken.contains(other)
        };
        if let Some((now, _)) = new.iter().find(is_same) {
            taken.push(*now);
            renamed.insert(*name, *now);
        }
    }
    renamed
}
