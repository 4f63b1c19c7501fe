//! What a browser says its reader would like (RFC 9110 §12.5.4).

use gatehouse_domain::Language;
use std::cmp::Reverse;

/// A header may be long; what counts stands at its beginning.
const RANGES_MAX: usize = 32;

/// The best of `offered` for an `Accept-Language`; `None` when it names none of them. A range finds the language it is a region of:
/// `de-AT` finds German (RFC 4647 §3.4).
pub fn accepted(header: &str, offered: &[Language]) -> Option<Language> {
    let ranges: Vec<(&str, u16)> = header
        .split(',')
        .filter_map(range)
        .take(RANGES_MAX)
        .collect();
    // Of two that are wanted alike the last is taken: the first that is offered.
    let best = offered
        .iter()
        .rev()
        .filter_map(|language| Some((standing(&ranges, *language)?, *language)))
        .filter(|((weight, _), _)| *weight > 0)
        .max_by_key(|(standing, _)| *standing);
    best.map(|(_, language)| language)
}

/// `de-CH;q=0.8` as the range and its weight in thousandths.
fn range(text: &str) -> Option<(&str, u16)> {
    let (range, weight) = match text.split_once(';') {
        Some((range, weight)) => {
            let weight = weight.trim().strip_prefix(['q', 'Q'])?;
            (range, weight.strip_prefix('=')?.trim())
        }
        None => (text, "1"),
    };
    let weight: f32 = weight.parse().ok()?;
    if !(0.0..=1.0).contains(&weight) {
        return None;
    }
    Some((range.trim(), (weight * 1000.0).round() as u16))
}

/// How much a language is wanted, and how early it was named. A range of its own says more than the star.
fn standing(ranges: &[(&str, u16)], language: Language) -> Option<(u16, Reverse<usize>)> {
    let of = |named: fn(&str, Language) -> bool| {
        let found = ranges.iter().enumerate();
        let found = found.filter(|(_, (range, _))| named(range, language));
        found.map(|(at, (_, weight))| (*weight, Reverse(at))).max()
    };
    of(covers).or_else(|| of(|range, _| range == "*"))
}

/// The pseudo-language answers to its own name only: nobody means it with `en`.
fn covers(range: &str, language: Language) -> bool {
    let tag = language.tag();
    let exact = range.eq_ignore_ascii_case(tag);
    if language == Language::Pseudo || Language::parse(range) == Some(Language::Pseudo) {
        return exact;
    }
    let primary = range.split('-').next().unwrap_or(range);
    exact || primary.eq_ignore_ascii_case(tag)
}

#[cfg(test)]
mod tests {
    use super::accepted;
    use gatehouse_domain::Language::{self, English, German, Pseudo};

    #[test]
    fn the_best_of_what_is_offered_is_found() {
        for (header, best) in [
            ("de", Some(German)),
            ("de-AT, en;q=0.9", Some(German)),
            ("EN-gb, de;q=0.9", Some(English)),
            ("fr, de;q=0.5, en;q=0.4", Some(German)),
            ("de;q=0, *;q=0.1", Some(English)),
            ("fr", None),
            ("*", Some(English)),
            ("en-XA", Some(Pseudo)),
            ("de;q=2, en;q=0.1", Some(English)),
            ("de;q=NaN", None),
            ("de;level=1", None),
            ("", None),
        ] {
            assert_eq!(accepted(header, Language::ALL), best, "{header}");
        }
        assert_eq!(
            accepted("en;q=0.5, de;Q=0.9", &[English, German]),
            Some(German)
        );
        assert_eq!(accepted("de, en;q=0.5", &[English]), Some(English));
    }
}
