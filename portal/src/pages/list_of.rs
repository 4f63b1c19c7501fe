//! Lists by cursor: the query names where to go on.

use crate::page_error::PageError;
use crate::view::parts::Pages;
use crate::view::shell::Shell;
use gatehouse_control_plane::apis::{self, ApiFilter, ApiView};
use gatehouse_control_plane::page::{Listed, Page};
use gatehouse_control_plane::{Actor, Db, Refusal};
use gatehouse_language::t;
use uuid::Uuid;

/// Rows on one page.
const ROWS: i64 = 50;

/// One page with as many rows as a page may have, for lists that are short by nature.
pub(crate) fn everything() -> Page {
    Page {
        limit: Page::LIMIT_MAX,
        after: None,
    }
}

/// Most pages of a list that is read whole, of [`Page::LIMIT_MAX`] rows each.
const PAGES_MAX: usize = 25;

/// All rows of a list, page after page: for choices, and for what is looked through. What comes after [`PAGES_MAX`] pages is left out.
pub(crate) async fn all<T, F>(list: impl Fn(Page) -> F) -> Result<Vec<T>, Refusal>
where
    F: Future<Output = Result<Listed<T>, Refusal>>,
{
    let mut page = everything();
    let mut rows = Vec::new();
    for _ in 0..PAGES_MAX {
        let listed = list(page).await?;
        rows.extend(listed.data);
        page = Page {
            after: listed.next,
            ..everything()
        };
        if page.after.is_none() {
            break;
        }
    }
    Ok(rows)
}

/// Every API the actor sees.
pub(crate) async fn every_api(db: &Db, actor: &Actor) -> Result<Vec<ApiView>, Refusal> {
    let filter = &ApiFilter::default();
    all(|page| async move { apis::list_apis(db, actor, filter, &page).await }).await
}

/// What somebody may not list they cannot choose from.
pub(crate) fn listable<T>(found: Result<Vec<T>, Refusal>) -> Result<Vec<T>, PageError> {
    match found {
        Err(Refusal::Forbidden(_) | Refusal::NotYours(_)) => Ok(Vec::new()),
        other => Ok(other?),
    }
}

/// `?after=`
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct After {
    #[serde(default)]
    pub(crate) after: Option<Uuid>,
}

impl After {
    pub(crate) fn page(&self) -> Page {
        Page {
            limit: ROWS,
            after: self.after,
        }
    }
}

/// The range in words, and the links to go on or back to the start.
pub(crate) fn older(
    path: &str,
    shell: &Shell,
    rows: usize,
    next: Option<Uuid>,
    after: &After,
) -> Pages {
    let mark = if path.contains('?') { '&' } else { '?' };
    Pages {
        range: match (rows, after.after) {
            (1, None) => t!("shared-in-all", rows = 1),
            (rows, None) if next.is_none() => t!("shared-in-all", rows = &rows),
            (rows, _) => t!("shared-shown", rows = &rows),
        },
        newer: after.after.map(|_| shell.to(path)),
        older: next.map(|next| shell.to(&format!("{path}{mark}after={next}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::{PAGES_MAX, all};
    use gatehouse_control_plane::Refusal;
    use gatehouse_control_plane::page::{Listed, Page};
    use uuid::Uuid;

    /// So many numbers, as a list that is read by cursor.
    async fn numbers(many: u128, page: Page) -> Result<Listed<u128>, Refusal> {
        let start = page.after.map_or(0, |after| after.as_u128());
        let limit = u128::try_from(page.limit).unwrap();
        let end = many.min(start + limit);
        Ok(Listed {
            data: (start..end).collect(),
            next: (end < many).then(|| Uuid::from_u128(end)),
        })
    }

    #[tokio::test]
    async fn a_list_to_choose_from_does_not_end_at_a_page() {
        let most = u128::try_from(PAGES_MAX).unwrap() * 200;
        for (many, read) in [
            (0, 0),
            (199, 199),
            (200, 200),
            (201, 201),
            (most - 1, most - 1),
            (most, most),
            (most + 1, most),
        ] {
            let rows = all(|page| numbers(many, page)).await.unwrap();
            assert_eq!(rows, (0..read).collect::<Vec<_>>(), "{many}");
        }
    }
}
