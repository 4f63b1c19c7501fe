//! Any JSON or YAML file, read by the rules descriptions are read by: the same limits, the same places of faults.

use serde_json::Value;

use crate::finding::{Finding, FindingCode, Location, SpecErrors};
use crate::limits::Limits;
use crate::read;

/// Reads one document. A key that appears twice is a fault: of a file that decides something, no half is ignored.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Value, SpecErrors> {
    let source = read::read(bytes, limits)?;
    let mut twice = source.duplicates.into_iter();
    match twice.next() {
        None => Ok(source.value),
        Some((pointer, location)) => {
            let finding = Finding::new(
                FindingCode::DuplicateKey,
                &pointer,
                "this key is there twice",
            );
            Err(SpecErrors::one(finding.at(location)))
        }
    }
}

/// Where pointers (RFC 6901) stand in a file that [`read`] has read: their own place, or that of the nearest thing around
/// them.
pub fn places(bytes: &[u8], pointers: &[&str]) -> Vec<Option<Location>> {
    let places = read::places(bytes, pointers.iter().copied());
    pointers
        .iter()
        .map(|pointer| places.nearest(pointer))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_with_the_places_of_its_parts_and_refused_when_a_key_is_there_twice() {
        let text = b"kind: plan\nspec:\n  limits:\n    - amount: 5\n";
        let value = read(text, &Limits::default()).unwrap();
        assert_eq!(value["spec"]["limits"][0]["amount"], 5);
        let places = places(text, &["/spec/limits/0/amount", "/spec/nothing"]);
        let at = |line, column| Some(Location { line, column });
        assert_eq!(places, [at(4, 7), at(2, 1)]);
        let twice = read(b"kind: plan\nkind: api\n", &Limits::default()).unwrap_err();
        assert_eq!(twice.errors[0].code, FindingCode::DuplicateKey);
        assert_eq!(twice.errors[0].location, at(2, 1));
    }
}
