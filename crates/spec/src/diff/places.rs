//! From places in the document of OpenAPI 3.1 to places in what the authors wrote.

use super::change::{Comparison, Spot};
use crate::description::Format;
use crate::read;

/// A source and the specification it follows.
pub(super) struct Original<'s> {
    pub(super) bytes: &'s [u8],
    pub(super) format: Format,
}

/// Turns every spot into one of the source, with its line.
pub(super) fn locate(comparison: &mut Comparison, before: &Original<'_>, after: &Original<'_>) {
    let Comparison { changes, gaps, .. } = comparison;
    let spots = changes.iter_mut().map(|change| &mut change.spots);
    let spots = spots.chain(gaps.iter_mut().map(|gap| &mut gap.spots));
    let (mut old, mut new) = (Vec::new(), Vec::new());
    for both in spots {
        old.push(&mut both.before);
        new.push(&mut both.after);
    }
    fill(old, before);
    fill(new, after);
}

fn fill(spots: Vec<&mut Spot>, original: &Original<'_>) {
    let mut spots = spots;
    for spot in &mut spots {
        spot.pointer = in_source(original.format, std::mem::take(&mut spot.pointer));
    }
    let pointers = spots.iter().map(|spot| spot.pointer.as_str());
    let places = read::places(original.bytes, pointers);
    for spot in spots {
        spot.location = places.nearest(&spot.pointer);
    }
}

/// The pointer into the source for one into the document of OpenAPI 3.1. For Swagger 2.0, where
/// bodies and types moved, it is that of the nearest thing the author wrote.
pub(crate) fn in_source(format: Format, pointer: String) -> String {
    if format != Format::Swagger20 {
        return pointer;
    }
    for (new, old) in [
        ("/components/schemas", "/definitions"),
        ("/components/parameters", "/parameters"),
        ("/components/responses", "/responses"),
        ("/components/securitySchemes", "/securityDefinitions"),
        ("/servers", "/host"),
    ] {
        if let Some(rest) = pointer.strip_prefix(new) {
            let rest = if old == "/host" { "" } else { rest };
            return format!("{old}{}", without_media_type(rest));
        }
    }
    if let Some((operation, _)) = pointer.split_once("/requestBody") {
        return format!("{operation}/parameters");
    }
    without_media_type(&pointer)
}

/// `…/responses/200/content/application~1json/schema/…` is `…/responses/200/schema/…`, and the
/// schema of a parameter or header is the thing itself.
fn without_media_type(pointer: &str) -> String {
    if let Some((response, rest)) = pointer.split_once("/content/") {
        let rest = rest.split_once('/').map_or("", |(_, rest)| rest);
        return match rest {
            "" => response.to_owned(),
            rest => format!("{response}/{rest}"),
        };
    }
    let segments: Vec<&str> = pointer.split('/').collect();
    let is_plain = |index: usize| {
        segments[index] == "schema"
            && index >= 2
            && matches!(segments[index - 2], "parameters" | "headers")
    };
    match (0..segments.len()).find(|index| is_plain(*index)) {
        Some(at) => [&segments[..at], &segments[at + 1..]].concat().join("/"),
        None => pointer.to_owned(),
    }
}
