//! How names are written, and whether all are written the same.

use super::Checks;
use crate::diff::quoted;
use crate::lint::Rule;

/// How a name of several words is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Camel,
    Pascal,
    Snake,
    Screaming,
    Kebab,
}

impl Style {
    const ALL: [Self; 5] = [
        Self::Camel,
        Self::Pascal,
        Self::Snake,
        Self::Screaming,
        Self::Kebab,
    ];

    /// Nothing for one lower-case word, which fits several, and for what is no name at all.
    pub(super) fn of(name: &str) -> Option<Self> {
        let is_name = name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
        let first = name
            .trim_start_matches(['_', '-'])
            .chars()
            .next()
            .filter(char::is_ascii_alphabetic)?;
        if !is_name {
            return None;
        }
        let body = name.trim_matches(['_', '-']);
        let (upper, lower) = (
            body.contains(|c: char| c.is_ascii_uppercase()),
            body.contains(|c: char| c.is_ascii_lowercase()),
        );
        match (body.contains('_'), body.contains('-'), upper, lower) {
            (true, false, true, false) => Some(Self::Screaming),
            (true, false, false, true) => Some(Self::Snake),
            (false, true, _, _) => Some(Self::Kebab),
            (false, false, true, true) if first.is_ascii_uppercase() => Some(Self::Pascal),
            (false, false, true, true) => Some(Self::Camel),
            (false, false, true, false) if body.len() > 1 => Some(Self::Screaming),
            _ => None,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Camel => "camelCase",
            Self::Pascal => "PascalCase",
            Self::Snake => "snake_case",
            Self::Screaming => "UPPER_CASE",
            Self::Kebab => "kebab-case",
        }
    }
}

/// The names of one kind throughout a description.
#[derive(Default)]
pub(super) struct Styles<'d> {
    counts: [usize; Style::ALL.len()],
    /// The first of each style.
    first: [Option<(&'d str, String)>; Style::ALL.len()],
}

impl<'d> Styles<'d> {
    pub(super) fn add(&mut self, name: &'d str, at: impl FnOnce() -> String) {
        let Some(style) = Style::of(name) else { return };
        self.counts[style as usize] += 1;
        self.first[style as usize].get_or_insert_with(|| (name, at()));
    }

    /// Each style but the most common one, with how often it is met and its first name.
    fn odd(self) -> Vec<(Style, Style, usize, &'d str, String)> {
        let main = Style::ALL
            .into_iter()
            .max_by_key(|style| self.counts[*style as usize]);
        let Some(main) = main else { return Vec::new() };
        let counts = self.counts;
        let firsts = Style::ALL.into_iter().zip(self.first);
        firsts
            .filter(|(style, _)| *style != main)
            .filter_map(|(style, first)| {
                let (name, at) = first?;
                Some((main, style, counts[style as usize], name, at))
            })
            .collect()
    }
}

impl Checks<'_> {
    pub(super) fn styles(&mut self) {
        for (rule, what, styles) in [
            (
                Rule::PropertyCasing,
                "properties",
                std::mem::take(&mut self.properties),
            ),
            (
                Rule::ParameterCasing,
                "query parameters",
                std::mem::take(&mut self.query),
            ),
        ] {
            for (main, style, count, name, at) in styles.odd() {
                self.say(
                    rule,
                    at,
                    format!(
                        "Most {what} are written in {}; {count} in {}, the first of them {}.",
                        main.as_str(),
                        style.as_str(),
                        quoted(name)
                    ),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_is_only_told_where_it_can_be() {
        for (name, style) in [
            ("petId", Some(Style::Camel)),
            ("PetId", Some(Style::Pascal)),
            ("pet_id", Some(Style::Snake)),
            ("PET_ID", Some(Style::Screaming)),
            ("PET", Some(Style::Screaming)),
            ("pet-id", Some(Style::Kebab)),
            ("pet", None),
            ("X", None),
            ("_links", None),
            ("page[size]", None),
            ("12", None),
        ] {
            assert_eq!(Style::of(name), style, "{name}");
        }
    }
}
