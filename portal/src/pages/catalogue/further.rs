//! Long lists of a version, page by page: the query says how many lines are passed over. What a version has does not change, so
//! a place in it is a cursor.

use crate::view::parts::Link;
use gatehouse_language::t;

/// Lines of one page of a list; more are a page further.
pub(super) const LISTED_MAX: usize = 100;

/// What `?from=` says; the beginning where that is no number.
pub(super) fn passed_over(from: &str) -> usize {
    from.parse().unwrap_or_default()
}

/// The link to the lines after those shown, on the page with this address.
pub(super) fn further(from: usize, total: usize, page: &str) -> Option<Link> {
    let next = from.saturating_add(LISTED_MAX);
    let left = total.checked_sub(next).filter(|left| *left > 0)?;
    let mark = if page.contains('?') { '&' } else { '?' };
    Some(Link::new(
        t!("reference-and-more", count = left),
        format!("{page}{mark}from={next}"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_on_while_lines_are_left() {
        let address = |from, total, page| further(from, total, page).map(|link| link.href);
        assert_eq!(address(0, LISTED_MAX, "/r"), None);
        assert_eq!(address(0, LISTED_MAX + 1, "/r").unwrap(), "/r?from=100");
        assert_eq!(address(100, 201, "/r?tag=a").unwrap(), "/r?tag=a&from=200");
        assert_eq!(address(200, 201, "/r"), None);
        assert_eq!(address(usize::MAX, 201, "/r"), None);
        assert_eq!((passed_over("100"), passed_over("-1")), (100, 0));
    }
}
