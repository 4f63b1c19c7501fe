//! Where a request points: the public URL's base path and the tenant's prefix are taken off before routing.

use http::Request;
use http::uri::{PathAndQuery, Uri};

/// What was taken off, and what remains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// The tenant's slug, when the path begins with `/t/{slug}`.
    pub(crate) tenant: Option<String>,
    /// Path and query inside the tenant.
    pub(crate) here: String,
}

/// Takes the prefixes off and remembers them in the request.
pub(crate) fn strip<B>(mut request: Request<B>, base_path: &str) -> Request<B> {
    let place = place_of(request.uri(), base_path);
    if let Ok(inside) = place.here.parse::<PathAndQuery>() {
        let mut parts = std::mem::take(request.uri_mut()).into_parts();
        parts.path_and_query = Some(inside);
        *request.uri_mut() = Uri::from_parts(parts).unwrap_or_default();
    }
    request.extensions_mut().insert(place);
    request
}

fn place_of(uri: &Uri, base_path: &str) -> Place {
    let path = uri.path();
    let path = match path.strip_prefix(base_path) {
        Some(rest) if !base_path.is_empty() && (rest.is_empty() || rest.starts_with('/')) => rest,
        _ => path,
    };
    let (tenant, inside) = match path.strip_prefix("/t/") {
        Some(rest) => {
            let (slug, inside) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            (Some(slug.to_owned()), inside)
        }
        None => (None, path),
    };
    let inside = if inside.is_empty() { "/" } else { inside };
    let here = uri
        .query()
        .map_or_else(|| inside.to_owned(), |query| format!("{inside}?{query}"));
    Place { tenant, here }
}

#[cfg(test)]
mod tests {
    use super::{Place, strip};
    use http::Request;

    fn stripped(uri: &str, base: &str) -> (String, Place) {
        let request = strip(Request::builder().uri(uri).body(()).unwrap(), base);
        (
            request.uri().to_string(),
            request.extensions().get::<Place>().unwrap().clone(),
        )
    }

    #[test]
    fn tenant_and_base_path_come_off_in_this_order() {
        let (uri, place) = stripped("/portal/t/northwind/apis?q=x", "/portal");
        assert_eq!(uri, "/apis?q=x");
        assert_eq!(
            place,
            Place {
                tenant: Some("northwind".into()),
                here: "/apis?q=x".into()
            }
        );
        let (uri, place) = stripped("/t/northwind", "");
        assert_eq!(
            (uri.as_str(), place.tenant.as_deref()),
            ("/", Some("northwind"))
        );
    }

    #[test]
    fn a_path_without_prefix_is_left_alone() {
        let (uri, place) = stripped("/apis", "/portal");
        assert_eq!((uri.as_str(), place.tenant), ("/apis", None));
        assert_eq!(stripped("/portals", "/portal").0, "/portals");
        assert_eq!(stripped("/terms", "").1.tenant, None);
    }
}
