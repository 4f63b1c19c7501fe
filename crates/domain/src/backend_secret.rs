//! Values that gateways show to backends and nobody reads back, as policies name them: `${vault:NAME}`.

use crate::policy::may_change;
use crate::slug::Slug;

/// Longest value of a backend secret, bytes. In a field that names one it counts as that long, so that another value never makes a
/// field too long that was not.
pub const BACKEND_SECRET_BYTES_MAX: usize = 2_048;

/// How a reference begins; it ends with `}`.
const BEGIN: &str = "${vault:";

/// A piece of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    /// As it is written.
    Text(&'a str),
    /// What the backend secret of this name stands for.
    Secret(&'a str),
}

/// A reference that names nothing: it does not end, or what it names is no slug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Write a backend secret as ${{vault:NAME}}, by the name it has at this API.")]
pub struct BadReference;

/// Whether a text names a backend secret, or tries to.
pub fn names_backend_secret(text: &str) -> bool {
    text.contains(BEGIN)
}

/// A value in its pieces, in their order; none of them is empty.
pub fn pieces(value: &str) -> Result<Vec<Piece<'_>>, BadReference> {
    let mut pieces = Vec::new();
    let mut rest = value;
    while let Some((before, after)) = rest.split_once(BEGIN) {
        let (name, after) = after.split_once('}').ok_or(BadReference)?;
        Slug::new(name).map_err(|_| BadReference)?;
        if !before.is_empty() {
            pieces.push(Piece::Text(before));
        }
        pieces.push(Piece::Secret(name));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    Ok(pieces)
}

/// The most bytes that pieces can come to, whatever the secrets are.
pub fn bytes_at_most(pieces: &[Piece<'_>]) -> usize {
    let bytes = pieces.iter().map(|piece| match piece {
        Piece::Text(text) => text.len(),
        Piece::Secret(_) => BACKEND_SECRET_BYTES_MAX,
    });
    bytes.sum()
}

/// Whether a policy may set a field of requests to something that holds a backend secret: any that policies may change, and the two
/// in which backends are shown credentials. Those never hold what a caller sent: gateways take it out before.
pub fn may_hold_backend_secret(name: &str) -> bool {
    matches!(name, "authorization" | "x-api-key") || may_change(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_falls_into_its_pieces() {
        assert_eq!(
            pieces("Bearer ${vault:pets-token}").unwrap(),
            [Piece::Text("Bearer "), Piece::Secret("pets-token")]
        );
        assert_eq!(
            pieces("${vault:one}:${vault:two}!").unwrap(),
            [
                Piece::Secret("one"),
                Piece::Text(":"),
                Piece::Secret("two"),
                Piece::Text("!")
            ]
        );
        assert_eq!(pieces("eu").unwrap(), [Piece::Text("eu")]);
        assert_eq!(
            pieces("${env:A} $ {").unwrap(),
            [Piece::Text("${env:A} $ {")]
        );
        assert_eq!(pieces("").unwrap(), []);
    }

    #[test]
    fn a_reference_that_names_nothing_is_told() {
        for bad in [
            "${vault:",
            "${vault:}",
            "${vault:one",
            "${vault:A b}",
            "x ${vault:one} ${vault:../two}",
            "${vault:${vault:one}}",
        ] {
            assert_eq!(pieces(bad), Err(BadReference), "{bad}");
            assert!(names_backend_secret(bad), "{bad}");
        }
        assert!(!names_backend_secret("${env:A}"));
    }

    #[test]
    fn a_reference_counts_as_the_longest_there_is() {
        let value = "Bearer ${vault:one}";
        assert_eq!(bytes_at_most(&pieces(value).unwrap()), 7 + 2_048);
    }

    #[test]
    fn credentials_go_where_backends_look_for_them_and_nowhere_that_frames_a_message() {
        for name in ["authorization", "x-api-key", "x-backend-token"] {
            assert!(may_hold_backend_secret(name), "{name}");
        }
        for name in ["host", "cookie", "content-length", "gatehouse-request-id"] {
            assert!(!may_hold_backend_secret(name), "{name}");
        }
    }
}
