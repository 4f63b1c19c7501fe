//! hyper's reading of a head as the view that policies judge.

use http::{HeaderMap, Method, Uri, Version};

use crate::request::{Field, Fields, ReceivedHead, Target};

/// The field lines of a map, in its order.
pub(crate) fn fields(headers: &HeaderMap) -> Vec<Field<'_>> {
    headers
        .iter()
        .map(|(name, value)| Field {
            name: name.as_str(),
            value: value.as_bytes(),
        })
        .collect()
}

/// The head of a request of hyper's.
pub(crate) fn received<'a>(
    method: &'a Method,
    version: Version,
    uri: &'a Uri,
    fields: &'a [Field<'a>],
    ends_with_head: bool,
) -> ReceivedHead<'a> {
    let is_whole = uri.scheme().is_some() || uri.authority().is_some();
    let target = if is_whole && version != Version::HTTP_2 {
        Target::Other
    } else {
        Target::Origin {
            authority: uri.authority().map(|authority| authority.as_str()),
            path: uri.path(),
            query: uri.query(),
        }
    };
    ReceivedHead {
        method,
        version,
        target,
        fields: Fields::new(fields),
        ends_with_head,
    }
}
