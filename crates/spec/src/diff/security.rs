//! What a caller must bring: each operation's alternatives, any one of which lets a caller in.

use std::collections::BTreeMap;

use super::Comparer;
use super::ledger::Part;
use super::rule::Rule;
use super::schemes::Renamed;
use super::side::{Both, Found};
use super::words;

/// Schemes that are needed together, each with its scopes.
struct Alternative<'d> {
    schemes: BTreeMap<&'d str, Vec<&'d str>>,
    pointer: String,
}

impl<'d> Alternative<'d> {
    fn words(&self) -> String {
        words::list(self.schemes.keys().copied())
    }

    fn needs_the_schemes_of(&self, other: &Self) -> bool {
        self.schemes.keys().eq(other.schemes.keys())
    }

    /// Scopes of this one that the other does not ask for, each with its scheme.
    fn scopes_beyond(&self, other: &Self) -> Vec<(&'d str, &'d str)> {
        let all = self.schemes.iter();
        let all = all.flat_map(|(name, scopes)| scopes.iter().map(|scope| (*name, *scope)));
        let is_known = |(name, scope): &(&str, &str)| {
            let known = other.schemes.get(name);
            known.is_some_and(|known| known.contains(scope))
        };
        all.filter(|one| !is_known(one)).collect()
    }

    /// Whether a caller who meets `other` meets this one.
    fn is_met_by(&self, other: &Self) -> bool {
        self.schemes.iter().all(|(name, scopes)| {
            let held = other.schemes.get(name);
            held.is_some_and(|held| scopes.iter().all(|scope| held.contains(scope)))
        })
    }
}

/// Everything that lets a caller in, and whether nothing is needed.
struct Demand<'d> {
    alternatives: Vec<Alternative<'d>>,
    is_open: bool,
}

impl<'d> Demand<'d> {
    /// Names of schemes are told as the new description does.
    fn of(list: Option<Found<'d>>, renamed: &Renamed<'d>) -> Self {
        let elements = list.into_iter().flat_map(|list| list.elements());
        let mut demand = Self {
            alternatives: elements.map(|one| alternative(&one, renamed)).collect(),
            is_open: false,
        };
        demand.is_open = demand.alternatives.is_empty()
            || demand.alternatives.iter().any(|one| one.schemes.is_empty());
        demand
    }

    /// Alternatives that the other does not have as they are.
    fn without(&self, other: &Self) -> Vec<&Alternative<'d>> {
        let is_same = |one: &Alternative<'d>, another: &Alternative<'d>| {
            one.is_met_by(another) && another.is_met_by(one)
        };
        let is_new = |one: &&Alternative<'d>| {
            let mut others = other.alternatives.iter();
            !others.any(|another| is_same(one, another))
        };
        self.alternatives.iter().filter(is_new).collect()
    }

    fn names(&self) -> impl Iterator<Item = &'d str> {
        let schemes = self.alternatives.iter().flat_map(|one| one.schemes.keys());
        schemes.copied()
    }
}

fn alternative<'d>(found: &Found<'d>, renamed: &Renamed<'d>) -> Alternative<'d> {
    let schemes = found.entries().map(|(name, scopes)| {
        let scopes = scopes.elements();
        let scopes = scopes.filter_map(|scope| scope.value.as_str()).collect();
        (renamed.get(name).copied().unwrap_or(name), scopes)
    });
    Alternative {
        schemes: schemes.collect(),
        pointer: found.pointer.clone(),
    }
}

impl<'d> Comparer<'d> {
    pub(super) fn security(&mut self, part: Part, operations: &Both<'d>, roots: &Both<'d>) {
        let effective = |operation: &Found<'d>, root: &Found<'d>| {
            operation.get("security").or_else(|| root.get("security"))
        };
        let lists = (
            effective(&operations.before, &roots.before),
            effective(&operations.after, &roots.after),
        );
        let place = |list: &Option<Found<'d>>, operation: &Found<'d>| match list {
            Some(list) => list.pointer.clone(),
            None => operation.place("security"),
        };
        let at = (
            place(&lists.0, &operations.before),
            place(&lists.1, &operations.after),
        );
        let old = Demand::of(lists.0, &self.schemes.renamed);
        let new = Demand::of(lists.1, &Renamed::default());
        for name in new
            .names()
            .filter(|name| old.names().any(|old| old == *name))
        {
            self.scheme_used_by(part, name);
        }
        match (old.is_open, new.is_open) {
            (true, false) => {
                let message = "credentials are now needed.";
                self.change(part, Rule::SecurityAnonymousRefused, at, message);
            }
            (false, true) => {
                let message = "credentials are no longer needed.";
                self.change(part, Rule::SecurityAnonymousAllowed, at, message);
            }
            (true, true) => {}
            (false, false) => self.alternatives(part, &old, &new, &at),
        }
    }

    /// Several may ask for the same schemes with different scopes, so those that stayed as they are
    /// are set aside first.
    fn alternatives(
        &mut self,
        part: Part,
        old: &Demand<'d>,
        new: &Demand<'d>,
        at: &(String, String),
    ) {
        let (gone, mut come) = (old.without(new), new.without(old));
        for before in gone {
            let same = |after: &Alternative<'d>| after.needs_the_schemes_of(before);
            let is_let_in = new.alternatives.iter().any(|after| after.is_met_by(before));
            let heir = come
                .iter()
                .position(|after| same(after) && after.is_met_by(before));
            let heir = heir.or_else(|| come.iter().position(|after| same(after) && !is_let_in));
            if let Some(after) = heir.map(|heir| come.remove(heir)) {
                self.scopes(part, before, after);
            } else if !is_let_in {
                let message = format!("{} no longer lets callers in.", before.words());
                let at = (before.pointer.clone(), at.1.clone());
                self.change(part, Rule::SecurityAlternativeRemoved, at, message);
            }
        }
        for after in come {
            let message = format!("{} now lets callers in.", after.words());
            let at = (at.0.clone(), after.pointer.clone());
            self.change(part, Rule::SecurityAlternativeAdded, at, message);
        }
    }

    /// The same schemes, other scopes.
    fn scopes(&mut self, part: Part, before: &Alternative<'d>, after: &Alternative<'d>) {
        let required = (after, before, Rule::SecurityScopeRequired, "is now needed");
        let lifted = (
            before,
            after,
            Rule::SecurityScopeLifted,
            "is no longer needed",
        );
        for (these, others, rule, text) in [required, lifted] {
            for (name, scope) in these.scopes_beyond(others) {
                let (scope, name) = (words::code(scope), words::code(name));
                let at = (before.pointer.clone(), after.pointer.clone());
                let message = format!("the scope {scope} of {name} {text}.");
                self.change(part, rule, at, message);
            }
        }
    }
}
