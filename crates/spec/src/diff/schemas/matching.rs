//! Which alternative of one side is which of the other.

use std::cell::Cell;

use serde_json::Value;

use super::equality::same;
use super::view::View;
use crate::diff::side::{Found, Side};

/// Comparing every alternative with every other is only worth it for so many pairs.
const TRIES_MAX: usize = 2_500;

/// What looking for partners may cost in one whole comparison, in names and schemas looked at: about a second, and a
/// hundred times what the largest public description needs.
const COST_MAX: u64 = 60_000_000;

/// How much of that is left.
pub(in crate::diff) struct Effort(Cell<u64>);

impl Default for Effort {
    fn default() -> Self {
        Self(Cell::new(COST_MAX))
    }
}

impl Effort {
    fn spend(&self, cost: usize) {
        let cost = u64::try_from(cost).unwrap_or(u64::MAX);
        self.0.set(self.0.get().saturating_sub(cost));
    }

    fn is_spent(&self) -> bool {
        self.0.get() == 0
    }
}

/// Places in both lists.
pub(super) struct Matches {
    pub(super) pairs: Vec<(usize, usize)>,
    /// Only on the old side.
    pub(super) gone: Vec<usize>,
    /// Only on the new side.
    pub(super) come: Vec<usize>,
}

/// What an alternative is known by.
struct Marks<'d> {
    schema: &'d Value,
    reference: Option<&'d str>,
    title: Option<&'d str>,
    /// A property that can only have one value, and that value.
    constant: Option<(&'d str, &'d Value)>,
    types: Vec<&'d str>,
    properties: Vec<&'d str>,
}

impl<'d> Marks<'d> {
    fn of(branch: &Found<'d>, side: &Side<'d>) -> Self {
        let view = View::of(std::slice::from_ref(branch), side, &branch.pointer);
        let maps = || view.each("properties").flat_map(|map| map.entries());
        let constant = maps().find_map(|(name, schema)| {
            let schema = side.schema(schema);
            match (schema.value.get("const"), schema.value.get("enum")) {
                (Some(only), _) => Some((name, only)),
                (None, Some(Value::Array(values))) => match &**values {
                    [only] => Some((name, only)),
                    _ => None,
                },
                _ => None,
            }
        });
        Self {
            schema: branch.value,
            reference: branch.text("$ref"),
            title: view.text("title").filter(|title| !title.is_empty()),
            constant,
            types: view.types(),
            properties: maps().map(|(name, _)| name).collect(),
        }
    }

    /// Whether one may have become the other when nothing else speaks for it.
    fn resembles(&self, other: &Self) -> bool {
        let both_named = self.reference.is_some() && other.reference.is_some();
        let share = || {
            let mut names = self.properties.iter();
            names.any(|name| other.properties.contains(name))
        };
        let is_empty = self.properties.is_empty() && other.properties.is_empty();
        !both_named && self.types == other.types && (is_empty || share())
    }
}

/// Pairs alternatives up, the surest sign first. Nothing once that has cost too much.
pub(super) fn pair_up<'d>(
    old: &[Found<'d>],
    new: &[Found<'d>],
    sides: (Side<'d>, Side<'d>),
    effort: &Effort,
) -> Option<Matches> {
    let before: Vec<Marks<'d>> = old.iter().map(|one| Marks::of(one, &sides.0)).collect();
    let after: Vec<Marks<'d>> = new.iter().map(|one| Marks::of(one, &sides.1)).collect();
    let mut matches = Matches {
        pairs: Vec::new(),
        gone: (0..old.len()).collect(),
        come: (0..new.len()).collect(),
    };
    let said = |one: bool, equal: bool| {
        effort.spend(1);
        one && equal
    };
    matches.by(effort, |one, other| {
        let (one, other) = (&before[one], &after[other]);
        said(one.reference.is_some(), one.reference == other.reference)
    });
    if matches.gone.len() * matches.come.len() <= TRIES_MAX {
        matches.by(effort, |one, other| {
            let (same, cost) = same(before[one].schema, after[other].schema, sides);
            effort.spend(cost);
            same
        });
    }
    matches.by(effort, |one, other| {
        let (one, other) = (&before[one], &after[other]);
        said(one.title.is_some(), one.title == other.title)
    });
    matches.by(effort, |one, other| {
        let (one, other) = (&before[one], &after[other]);
        said(one.constant.is_some(), one.constant == other.constant)
    });
    matches.by(effort, |one, other| {
        let (one, other) = (&before[one], &after[other]);
        effort.spend(1 + one.properties.len() * other.properties.len());
        one.resembles(other)
    });
    (!effort.is_spent()).then_some(matches)
}

impl Matches {
    fn by(&mut self, effort: &Effort, is_match: impl Fn(usize, usize) -> bool) {
        let come = &mut self.come;
        let pairs = &mut self.pairs;
        self.gone.retain(|one| {
            if effort.is_spent() {
                return true;
            }
            let Some(at) = come.iter().position(|other| is_match(*one, *other)) else {
                return true;
            };
            pairs.push((*one, come.remove(at)));
            false
        });
    }
}
