//! Pages of lists, and what a URL may name a thing by.

use std::str::FromStr;

use serde::Serialize;
use uuid::Uuid;

/// Which part of a list is wanted. Lists run from the newest id to the oldest (UUIDv7 sorts by time) where they do not say otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// At most this many, 1 to 200.
    pub limit: i64,
    /// Only what comes after this id.
    pub after: Option<Uuid>,
}

impl Page {
    /// Most entries of one page.
    pub const LIMIT_MAX: i64 = 200;

    /// How many rows to ask for: one more than wanted, which tells whether there is a next page.
    pub(crate) fn fetch(&self) -> i64 {
        self.limit.clamp(1, Self::LIMIT_MAX) + 1
    }
}

impl Default for Page {
    fn default() -> Self {
        Self {
            limit: 50,
            after: None,
        }
    }
}

/// One page of a list.
#[derive(Debug, Clone, Serialize)]
pub struct Listed<T> {
    /// The entries.
    pub data: Vec<T>,
    /// What to pass as [`Page::after`] for the next page; `None` on the last.
    pub next: Option<Uuid>,
}

impl<T> Listed<T> {
    /// Makes a page of rows fetched with [`Page::fetch`].
    pub(crate) fn cut(mut rows: Vec<T>, page: &Page, id: impl Fn(&T) -> Uuid) -> Self {
        let wanted = usize::try_from(page.fetch() - 1).unwrap_or(1);
        let more = rows.len() > wanted;
        rows.truncate(wanted);
        let next = if more { rows.last().map(id) } else { None };
        Self { data: rows, next }
    }

    /// The same page with every entry replaced.
    pub fn map<U>(self, make: impl FnMut(T) -> U) -> Listed<U> {
        Listed {
            data: self.data.into_iter().map(make).collect(),
            next: self.next,
        }
    }
}

/// What a URL names: an id, or a slug.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup<Id> {
    /// By id.
    Id(Id),
    /// By slug; not checked for its shape, an impossible one is simply not found.
    Slug(String),
}

impl<Id: FromStr> From<&str> for Lookup<Id> {
    fn from(text: &str) -> Self {
        text.parse()
            .map_or_else(|_| Self::Slug(text.to_owned()), Self::Id)
    }
}

impl<Id: std::fmt::Display> std::fmt::Display for Lookup<Id> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Id(id) => id.fmt(formatter),
            Self::Slug(slug) => formatter.write_str(slug),
        }
    }
}

impl<Id> Lookup<Id> {
    /// Both halves for a statement of the form `($1::uuid is null or id = $1) and ($2::text is null or slug = $2)`.
    pub(crate) fn parts(&self) -> (Option<Uuid>, Option<&str>)
    where
        Id: Copy + Into<Uuid>,
    {
        match self {
            Self::Id(id) => (Some((*id).into()), None),
            Self::Slug(slug) => (None, Some(slug)),
        }
    }
}

#[cfg(test)]
mod tests {
    use gatehouse_domain::id::ApiId;

    use super::*;

    #[test]
    fn a_page_names_the_next_one_only_when_there_is_more() {
        let ids = |count: u128| (0..count).map(Uuid::from_u128).collect::<Vec<_>>();
        let page = Page {
            limit: 2,
            after: None,
        };
        for (rows, kept, next) in [(1, 1, None), (2, 2, None), (3, 2, Some(Uuid::from_u128(1)))] {
            let listed = Listed::cut(ids(rows), &page, |id| *id);
            assert_eq!((listed.data.len(), listed.next), (kept, next), "{rows}");
        }
    }

    #[test]
    fn a_limit_out_of_range_is_brought_into_it() {
        for (limit, fetch) in [(-1, 2), (0, 2), (1, 2), (200, 201), (201, 201)] {
            assert_eq!(Page { limit, after: None }.fetch(), fetch, "{limit}");
        }
    }

    #[test]
    fn a_url_names_an_id_when_it_reads_as_one() {
        let id = ApiId::from_uuid(Uuid::from_u128(9));
        assert_eq!(
            Lookup::<ApiId>::from(id.to_string().as_str()),
            Lookup::Id(id)
        );
        assert_eq!(
            Lookup::<ApiId>::from("api_petstore"),
            Lookup::Slug("api_petstore".to_owned())
        );
    }
}
