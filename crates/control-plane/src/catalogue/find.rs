//! One search over everything a viewer may find: APIs, operations, guides, their own applications. What each may be shown is
//! asked of the same verbs, or by the same predicate, as everywhere else.

use serde::Serialize;

use super::entry::{CatalogueEntry, CatalogueFilter, catalogue};
use super::parts::{PartHit, search_parts};
use super::search::{OperationHit, prefix_query, search_operations};
use crate::applications::{ApplicationFilter, ApplicationView, list_applications};
use crate::db::Db;
use crate::page::Page;
use crate::refs::ApiRef;
use crate::refusal::Refusal;
use crate::visibility::Viewer;

/// Most entries of each kind.
const EACH_MAX: i64 = 20;
/// Spellings that are suggested.
const NEAR_MAX: usize = 5;
/// How alike a suggestion is at least, of 1 (Levenshtein distance by length).
const ALIKE: f64 = 0.6;

/// A guide that was found.
#[derive(Debug, Clone, Serialize)]
pub struct GuideHit {
    /// Of which API.
    pub api: ApiRef,
    /// In URLs.
    pub slug: String,
    /// For people.
    pub title: String,
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Everything {
    /// APIs, newest first, at most 20.
    pub apis: Vec<CatalogueEntry>,
    /// Operations, best first, at most 20.
    pub operations: Vec<OperationHit>,
    /// Schemas and callbacks, best first, at most 20.
    pub parts: Vec<PartHit>,
    /// Guides, best first, at most 20.
    pub guides: Vec<GuideHit>,
    /// Applications of the viewer's teams, at most 20.
    pub applications: Vec<ApplicationView>,
    /// When nothing was found: words that are spelled nearly so, nearest first.
    pub near: Vec<String>,
}

impl Everything {
    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.apis.is_empty()
            && self.operations.is_empty()
            && self.parts.is_empty()
            && self.guides.is_empty()
            && self.applications.is_empty()
    }
}

/// Finds what has these words, for whoever looks.
pub async fn search_everything(
    db: &Db,
    viewer: &Viewer<'_>,
    q: &str,
) -> Result<Everything, Refusal> {
    let q = q.trim();
    if q.is_empty() {
        return Ok(Everything::default());
    }
    let filter = CatalogueFilter {
        q: Some(q.to_owned()),
        ..CatalogueFilter::default()
    };
    let page = Page {
        limit: EACH_MAX,
        after: None,
    };
    let mut found = Everything {
        apis: catalogue(db, viewer, &filter, &page).await?.data,
        operations: search_operations(db, viewer, q, EACH_MAX).await?,
        parts: search_parts(db, viewer, q, EACH_MAX).await?,
        guides: guides(db, viewer, q).await?,
        applications: own(db, viewer, Some(q)).await?,
        near: Vec::new(),
    };
    if found.is_empty() {
        found.near = near(&known_words(db, viewer).await?, q);
    }
    Ok(found)
}

/// Guides of APIs that the viewer may see, by words in their title and text.
async fn guides(db: &Db, viewer: &Viewer<'_>, q: &str) -> Result<Vec<GuideHit>, Refusal> {
    let Some(words) = prefix_query(q) else {
        return Ok(Vec::new());
    };
    let (mut tx, eyes) = viewer.begin(db).await?;
    let rows = sqlx::query!(
        r#"select a.id, a.slug as api, a.name, g.slug, g.title
           from guide g join api a on a.id = g.api_id
           where visible_api(a.id, $2, $3)
             and (g.search @@ to_tsquery('simple', $1) or g.search @@ to_tsquery('english', $1))
           order by ts_rank(g.search, to_tsquery('english', $1)) desc, g.id
           limit $4"#,
        words,
        eyes.person,
        eyes.member,
        EACH_MAX,
    )
    .fetch_all(&mut *tx)
    .await?;
    let hits = rows.into_iter().map(|row| GuideHit {
        api: ApiRef {
            id: row.id.into(),
            slug: row.api,
            name: row.name,
        },
        slug: row.slug,
        title: row.title,
    });
    Ok(hits.collect())
}

async fn own(
    db: &Db,
    viewer: &Viewer<'_>,
    q: Option<&str>,
) -> Result<Vec<ApplicationView>, Refusal> {
    let Viewer::Member(actor) = viewer else {
        return Ok(Vec::new());
    };
    let filter = ApplicationFilter {
        q: q.map(str::to_owned),
        mine: true,
        ..ApplicationFilter::default()
    };
    let page = Page {
        limit: EACH_MAX,
        after: None,
    };
    Ok(list_applications(db, actor, &filter, &page).await?.data)
}

/// Words of what the viewer may find anyway: names and tags of APIs, names of applications.
async fn known_words(db: &Db, viewer: &Viewer<'_>) -> Result<Vec<String>, Refusal> {
    let all = Page {
        limit: Page::LIMIT_MAX,
        after: None,
    };
    let apis = catalogue(db, viewer, &CatalogueFilter::default(), &all).await?;
    let own = own(db, viewer, None).await?;
    let mut words = Vec::new();
    for api in apis.data {
        words.push(api.name);
        words.extend(api.tags);
    }
    words.extend(own.into_iter().map(|application| application.name));
    Ok(words)
}

/// Those that are spelled nearly like what was typed, nearest first, each once.
fn near(words: &[String], typed: &str) -> Vec<String> {
    let typed = typed.to_lowercase();
    let likeness = |word: &str| strsim::normalized_damerau_levenshtein(&typed, word);
    let mut ranked: Vec<(f64, &String)> = words
        .iter()
        .map(|word| {
            let lower = word.to_lowercase();
            let parts = lower.split_whitespace().map(likeness);
            (parts.fold(likeness(&lower), f64::max), word)
        })
        .filter(|(alike, _)| *alike >= ALIKE)
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    ranked.dedup_by(|a, b| a.1.eq_ignore_ascii_case(b.1));
    let nearest = ranked.into_iter().take(NEAR_MAX);
    nearest.map(|(_, word)| word.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::near;

    #[test]
    fn near_spellings_are_suggested_and_others_not() {
        let words = ["Petstore", "Orders", "Weather now", "petstore"].map(str::to_owned);
        assert_eq!(near(&words, "petsotre"), ["Petstore"]);
        assert_eq!(near(&words, "oders"), ["Orders"]);
        assert_eq!(near(&words, "WETHER"), ["Weather now"]);
        assert!(near(&words, "zebra").is_empty());
    }
}
