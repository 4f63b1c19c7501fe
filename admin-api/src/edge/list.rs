//! Lists: `?limit=` and `?after=` in, `next` and a `Link` header out (RFC 8288).

use axum::extract::{Request, State};
use axum::http::Uri;
use axum::middleware::Next;
use axum::response::Response;
use gatehouse_control_plane::page::Page;
use gatehouse_domain::id;
use gatehouse_web::{FieldError, Problem, ProblemKind};
use http::HeaderValue;
use http::header::LINK;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::state::Links;

/// The parameters of a list without filters.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Most entries of the answer.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// The `next` of the page before.
    after: Option<String>,
}

impl ListQuery {
    /// The page that is asked for.
    pub(crate) fn page(&self) -> Result<Page, Problem> {
        page(self.limit, self.after.as_deref())
    }
}

/// Judges the two parameters every list has.
pub(crate) fn page(limit: Option<i64>, after: Option<&str>) -> Result<Page, Problem> {
    let limit = limit.unwrap_or(Page::default().limit);
    if !(1..=Page::LIMIT_MAX).contains(&limit) {
        let detail = format!("Use 1 to {}; got {limit}.", Page::LIMIT_MAX);
        return Err(refused("?limit", "out_of_range", detail));
    }
    let after = match after {
        None => None,
        Some(text) => Some(id::decode(text).map(Uuid::from_u128).ok_or_else(|| {
            refused(
                "?after",
                "format",
                "Send the next of the page before, unchanged.".to_owned(),
            )
        })?),
    };
    Ok(Page { limit, after })
}

fn refused(pointer: &str, code: &str, detail: String) -> Problem {
    Problem::new(ProblemKind::Invalid).field(FieldError::new(pointer, code, detail))
}

/// The cursor of the next page, left by a list for [`link_next`].
#[derive(Debug, Clone)]
pub(crate) struct NextPage(pub(crate) String);

/// Adds the address of the next page, built from the public URL.
pub(crate) async fn link_next(
    State(links): State<Links>,
    request: Request,
    next: Next,
) -> Response {
    let uri = request.uri().clone();
    let mut response = next.run(request).await;
    if let Some(NextPage(cursor)) = response.extensions_mut().remove() {
        let link = format!("<{}>; rel=\"next\"", next_address(&links, &uri, &cursor));
        if let Ok(link) = HeaderValue::from_str(&link) {
            response.headers_mut().insert(LINK, link);
        }
    }
    response
}

fn next_address(links: &Links, uri: &Uri, cursor: &str) -> String {
    let kept = uri.query().unwrap_or_default().split('&');
    let kept = kept.filter(|pair| !pair.is_empty() && !pair.starts_with("after="));
    let query: String = kept.map(|pair| format!("{pair}&")).collect();
    links
        .own()
        .join(&format!("{}?{query}after={cursor}", uri.path()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_hold_at_both_ends_and_cursors_read_back() {
        for (limit, fits) in [
            (0, false),
            (1, true),
            (200, true),
            (201, false),
            (-1, false),
        ] {
            assert_eq!(page(Some(limit), None).is_ok(), fits, "{limit}");
        }
        let cursor = id::encode(77);
        let read = page(None, Some(&cursor)).unwrap();
        assert_eq!((read.limit, read.after), (50, Some(Uuid::from_u128(77))));
        assert!(page(None, Some("nonsense")).is_err());
    }

    #[test]
    fn the_next_address_keeps_the_filters_and_is_built_from_the_public_url() {
        let url = |text: &str| text.parse().unwrap();
        let links = Links::new(
            url("https://api.example/x"),
            url("http://p"),
            url("http://g"),
        );
        let uri: Uri = "/v1/apis?after=old&limit=2".parse().unwrap();
        let address = next_address(&links, &uri, "new");
        assert_eq!(address, "https://api.example/x/v1/apis?limit=2&after=new");
    }
}
