//! How paths are written.

use super::Checks;
use crate::diff::quoted;
use crate::lint::Rule;
use crate::pointer;

/// Words that say what is done, where the method says it already.
const VERBS: [&str; 10] = [
    "get", "list", "create", "add", "update", "set", "delete", "remove", "fetch", "post",
];

/// Names of formats, which `Accept` chooses.
const FORMATS: [&str; 5] = ["json", "xml", "yaml", "csv", "html"];

impl Checks<'_> {
    pub(super) fn paths(&mut self) {
        let paths = self
            .document
            .get("paths")
            .and_then(|paths| paths.as_object());
        for path in paths.into_iter().flatten().map(|(path, _)| path.as_str()) {
            if path.starts_with('/') {
                self.path(path, &pointer::join("/paths", path));
            }
        }
    }

    fn path(&mut self, path: &str, at: &str) {
        let shown = quoted(path);
        if path.len() > 1 && path.ends_with('/') {
            self.say(
                Rule::PathTrailingSlash,
                at,
                format!("{shown} ends with a slash."),
            );
        }
        let (plain, query) = path
            .split_once(['?', '#'])
            .map_or((path, false), |(plain, _)| (plain, true));
        if query {
            self.say(
                Rule::PathQuery,
                at,
                format!("{shown} holds a query: describe parameters instead."),
            );
        }
        let segments = || plain.split('/').filter(|segment| !segment.is_empty());
        if let Some(odd) = segments().find(|segment| !is_kebab(segment)) {
            let odd = quoted(odd);
            self.say(
                Rule::PathCasing,
                at,
                format!(
                    "The segment {odd} of {shown} is not of lower-case words joined by dashes."
                ),
            );
        }
        if let Some(verb) = segments().find(|segment| is_verb(segment)) {
            let verb = quoted(verb);
            self.say(
                Rule::PathVerb,
                at,
                format!("The segment {verb} of {shown} names an action: the method says that."),
            );
        }
        let format = segments()
            .next_back()
            .and_then(|last| last.rsplit_once('.'));
        if format.is_some_and(|(_, format)| FORMATS.contains(&format)) {
            self.say(
                Rule::PathExtension,
                at,
                format!("{shown} ends with a format: that is for Accept to choose."),
            );
        }
    }
}

/// Lower-case words joined by dashes; what stands in braces is a parameter and may be anything.
fn is_kebab(segment: &str) -> bool {
    let mut in_parameter = false;
    segment.chars().all(|c| {
        match c {
            '{' => in_parameter = true,
            '}' => in_parameter = false,
            _ => {}
        }
        in_parameter
            || c == '}'
            || c.is_ascii_lowercase()
            || c.is_ascii_digit()
            || matches!(c, '-' | '.' | ':' | '~')
    })
}

/// `getPets`, `get-pets` or `get`; not `getaway`.
fn is_verb(segment: &str) -> bool {
    VERBS.iter().any(|verb| {
        segment.strip_prefix(verb).is_some_and(|rest| {
            rest.chars()
                .next()
                .is_none_or(|next| next.is_ascii_uppercase() || matches!(next, '-' | '_'))
        })
    })
}
