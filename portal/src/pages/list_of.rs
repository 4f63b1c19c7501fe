//! Lists by cursor: the query names where to go on.

use crate::view::parts::Pages;
use crate::view::shell::Shell;
use gatehouse_control_plane::page::Page;
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
            (1, None) => "1 in all".to_owned(),
            (rows, None) if next.is_none() => format!("{rows} in all"),
            (rows, _) => format!("{rows} shown"),
        },
        newer: after.after.map(|_| shell.to(path)),
        older: next.map(|next| shell.to(&format!("{path}{mark}after={next}"))),
    }
}
