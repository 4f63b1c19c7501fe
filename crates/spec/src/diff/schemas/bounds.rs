//! Bounds on numbers and on the size of text, lists and objects.

use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::view::View;
use super::{Judge, Views};
use crate::diff::rule::Rule;

/// A bound and the rules for moving it.
struct Bound {
    key: &'static str,
    /// The keyword of the same bound that is not itself allowed.
    exclusive: Option<&'static str>,
    is_upper: bool,
    words: &'static str,
    tightened: (Rule, Rule),
    loosened: (Rule, Rule),
}

macro_rules! bounds {
    ($($key:literal $exclusive:expr, $is_upper:literal, $words:literal,
       $tightened_sent:ident $tightened_received:ident $loosened_sent:ident $loosened_received:ident;)*) => {
        const BOUNDS: &[Bound] = &[$(Bound {
            key: $key,
            exclusive: $exclusive,
            is_upper: $is_upper,
            words: $words,
            tightened: (Rule::$tightened_sent, Rule::$tightened_received),
            loosened: (Rule::$loosened_sent, Rule::$loosened_received),
        },)*];
    };
}

bounds! {
    "maximum" Some("exclusiveMaximum"), true, "the largest number",
        RequestMaximumTightened ResponseMaximumTightened RequestMaximumLoosened ResponseMaximumLoosened;
    "minimum" Some("exclusiveMinimum"), false, "the smallest number",
        RequestMinimumTightened ResponseMinimumTightened RequestMinimumLoosened ResponseMinimumLoosened;
    "maxLength" None, true, "the largest length",
        RequestMaxLengthTightened ResponseMaxLengthTightened RequestMaxLengthLoosened ResponseMaxLengthLoosened;
    "minLength" None, false, "the smallest length",
        RequestMinLengthTightened ResponseMinLengthTightened RequestMinLengthLoosened ResponseMinLengthLoosened;
    "maxItems" None, true, "the largest number of elements",
        RequestMaxItemsTightened ResponseMaxItemsTightened RequestMaxItemsLoosened ResponseMaxItemsLoosened;
    "minItems" None, false, "the smallest number of elements",
        RequestMinItemsTightened ResponseMinItemsTightened RequestMinItemsLoosened ResponseMinItemsLoosened;
    "maxProperties" None, true, "the largest number of properties",
        RequestMaxPropertiesTightened ResponseMaxPropertiesTightened RequestMaxPropertiesLoosened ResponseMaxPropertiesLoosened;
    "minProperties" None, false, "the smallest number of properties",
        RequestMinPropertiesTightened ResponseMinPropertiesTightened RequestMinPropertiesLoosened ResponseMinPropertiesLoosened;
}

/// A bound as it stands: the number, and whether it is itself outside.
#[derive(Clone, Copy)]
struct Limit<'d> {
    number: &'d Number,
    is_exclusive: bool,
}

impl Limit<'_> {
    /// Tighter is greater.
    fn tightness(&self, other: &Self, is_upper: bool) -> Ordering {
        let order = compare(self.number, other.number);
        let order = if is_upper { order.reverse() } else { order };
        order.then(self.is_exclusive.cmp(&other.is_exclusive))
    }

    fn words(limit: Option<Self>) -> String {
        match limit {
            None => "unbounded".to_owned(),
            Some(limit) if limit.is_exclusive => format!("`{}`, itself excluded", limit.number),
            Some(limit) => format!("`{}`", limit.number),
        }
    }
}

impl Bound {
    /// The tightest of all that a view says, and where.
    fn of<'d>(&self, view: &View<'d>) -> (Option<Limit<'d>>, String) {
        let keys = [
            Some((self.key, false)),
            self.exclusive.map(|key| (key, true)),
        ];
        let mut tightest: Option<(Limit<'d>, String)> = None;
        for (key, is_exclusive) in keys.into_iter().flatten() {
            for found in view.each(key) {
                let Value::Number(number) = found.value else {
                    continue;
                };
                let limit = Limit {
                    number,
                    is_exclusive,
                };
                let is_tighter = tightest
                    .as_ref()
                    .is_none_or(|(other, _)| limit.tightness(other, self.is_upper).is_gt());
                if is_tighter && !self.says_nothing(number) {
                    tightest = Some((limit, found.pointer));
                }
            }
        }
        tightest.map_or_else(
            || (None, view.place(self.key)),
            |(limit, pointer)| (Some(limit), pointer),
        )
    }

    /// Every length and number of elements is at least 0.
    fn says_nothing(&self, number: &Number) -> bool {
        !self.is_upper && self.exclusive.is_none() && number.as_f64().is_some_and(|n| n <= 0.0)
    }
}

impl<'d> Judge<'_, 'd> {
    pub(super) fn bounds(&mut self, views: Views<'_, 'd>) {
        for bound in BOUNDS {
            let ((old, old_place), (new, new_place)) = (bound.of(views.0), bound.of(views.1));
            let order = match (&old, &new) {
                (None, None) => Ordering::Equal,
                (None, Some(_)) => Ordering::Greater,
                (Some(_), None) => Ordering::Less,
                (Some(old), Some(new)) => new.tightness(old, bound.is_upper),
            };
            let rules = match order {
                Ordering::Equal => continue,
                Ordering::Greater => bound.tightened,
                Ordering::Less => bound.loosened,
            };
            let text = format!(
                "{} is now {}, not {}",
                bound.words,
                Limit::words(new),
                Limit::words(old)
            );
            self.say(rules, (old_place, new_place), &text);
        }
    }

    /// A multiple of 4 is one of 2; of two that do not fit each other, either may lose callers.
    pub(super) fn multiples(&mut self, views: Views<'_, 'd>) {
        let value = |view: &View<'d>| {
            let found = view.first("multipleOf")?;
            found.value.as_f64().filter(|step| *step > 0.0)
        };
        let tightened = (
            Rule::RequestMultipleOfTightened,
            Rule::ResponseMultipleOfTightened,
        );
        let loosened = (
            Rule::RequestMultipleOfLoosened,
            Rule::ResponseMultipleOfLoosened,
        );
        let (old, new) = (value(views.0), value(views.1));
        let rules = match (old, new) {
            (None, None) => return,
            (Some(old), Some(new)) if old == new => return,
            (None, Some(_)) => tightened,
            (Some(_), None) => loosened,
            (Some(old), Some(new)) if fits(new, old) => tightened,
            (Some(old), Some(new)) if fits(old, new) => loosened,
            (Some(_), Some(_)) => (tightened.0, loosened.1),
        };
        let words = |step: Option<f64>| {
            step.map_or_else(|| "anything".to_owned(), |step| format!("`{step}`"))
        };
        let text = format!(
            "numbers are now multiples of {}, not of {}",
            words(new),
            words(old)
        );
        self.say_at(rules, "multipleOf", views, &text);
    }
}

fn fits(larger: f64, smaller: f64) -> bool {
    let ratio = larger / smaller;
    (ratio - ratio.round()).abs() < 1e-9 && ratio >= 1.0
}

/// Integers exactly, everything else as far as a double tells.
fn compare(one: &Number, other: &Number) -> Ordering {
    let integer = |number: &Number| {
        let signed = number.as_i64().map(i128::from);
        signed.or_else(|| number.as_u64().map(i128::from))
    };
    match (integer(one), integer(other)) {
        (Some(one), Some(other)) => one.cmp(&other),
        _ => {
            let float = |number: &Number| number.as_f64().unwrap_or(0.0);
            float(one).total_cmp(&float(other))
        }
    }
}
