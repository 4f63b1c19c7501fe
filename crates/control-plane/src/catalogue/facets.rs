//! What the catalogue can be narrowed by, with how many APIs each choice would leave.

use gatehouse_domain::ApiVersionState;
use serde::Serialize;

use super::entry::{CatalogueFilter, search_ids};
use crate::db::Db;
use crate::page::Page;
use crate::refusal::Refusal;
use crate::visibility::Viewer;

/// Most APIs that are counted; a catalogue beyond that is narrowed by words first.
const COUNTED_MAX: i64 = 5_000;
/// Most tags that are offered; those that are chosen always are.
const TAGS_MAX: usize = 15;

/// The choices of a catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Facets {
    /// States of the version that is shown.
    pub states: Vec<FacetValue>,
    /// Teams that own an API, by name.
    pub teams: Vec<FacetValue>,
    /// Tags of operations, the commonest first.
    pub tags: Vec<FacetValue>,
    /// How many APIs fit all that is chosen.
    pub total: usize,
}

/// One choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FacetValue {
    /// In URLs.
    pub value: String,
    /// For people.
    pub name: String,
    /// How many APIs fit it and what is chosen of the other kinds.
    pub count: usize,
}

/// An API as it is counted.
struct Counted {
    team: String,
    team_name: String,
    state: String,
    tags: Vec<String>,
}

/// What is chosen of one kind. Nothing chosen fits everything.
fn fits(chosen: &[String], value: &str) -> bool {
    chosen.is_empty() || chosen.iter().any(|one| one == value)
}

impl Counted {
    fn in_teams(&self, filter: &CatalogueFilter) -> bool {
        fits(&filter.teams, &self.team)
    }

    fn in_tags(&self, filter: &CatalogueFilter) -> bool {
        filter.tags.is_empty() || self.tags.iter().any(|tag| fits(&filter.tags, tag))
    }

    fn in_states(&self, filter: &CatalogueFilter) -> bool {
        let chosen = &filter.states;
        chosen.is_empty() || chosen.iter().any(|one| one.as_str() == self.state)
    }
}

/// Counts what the catalogue of a viewer can be narrowed by: each kind of choice within what is chosen of the others.
pub async fn catalogue_facets(
    db: &Db,
    viewer: &Viewer<'_>,
    filter: &CatalogueFilter,
) -> Result<Facets, Refusal> {
    let (mut tx, eyes) = viewer.begin(db).await?;
    let words = CatalogueFilter {
        q: filter.q.clone(),
        ..CatalogueFilter::default()
    };
    let all = Page {
        limit: COUNTED_MAX,
        after: None,
    };
    let ids = search_ids(&mut tx, eyes, &words, &all).await?;
    let rows = sqlx::query_as!(
        Counted,
        r#"select t.slug as team, t.name as team_name, latest.state,
                  array(select distinct tag from operation o, unnest(o.tags) as tag
                        where o.revision_id = latest.current_revision_id) as "tags!"
           from api a
           join team t on t.id = a.owner_team_id
           cross join lateral (
               select v.state, v.current_revision_id
               from api_version v
               where v.api_id = a.id and visible_version(v.id, $1, $2)
               order by v.state = 'published' desc, v.id desc
               limit 1) latest
           where a.id = any($3)"#,
        eyes.person,
        eyes.member,
        &ids,
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(counted(&rows, filter))
}

fn counted(rows: &[Counted], filter: &CatalogueFilter) -> Facets {
    let total = rows
        .iter()
        .filter(|row| row.in_states(filter) && row.in_teams(filter) && row.in_tags(filter));
    let states = [ApiVersionState::Published, ApiVersionState::Deprecated].map(|state| {
        let here = rows.iter().filter(|row| row.state == state.as_str());
        FacetValue {
            value: state.as_str().to_owned(),
            name: state.as_str().to_owned(),
            count: here
                .filter(|row| row.in_teams(filter) && row.in_tags(filter))
                .count(),
        }
    });
    Facets {
        states: states.into(),
        teams: teams(rows, filter),
        tags: tags(rows, filter),
        total: total.count(),
    }
}

fn teams(rows: &[Counted], filter: &CatalogueFilter) -> Vec<FacetValue> {
    let mut teams: Vec<FacetValue> = Vec::new();
    for row in rows {
        let place = teams.iter().position(|team| team.value == row.team);
        let place = place.unwrap_or_else(|| {
            teams.push(FacetValue {
                value: row.team.clone(),
                name: row.team_name.clone(),
                count: 0,
            });
            teams.len() - 1
        });
        teams[place].count += usize::from(row.in_states(filter) && row.in_tags(filter));
    }
    teams.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.value.cmp(&b.value)));
    teams
}

fn tags(rows: &[Counted], filter: &CatalogueFilter) -> Vec<FacetValue> {
    let mut counts: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    for row in rows {
        let counts_here = row.in_states(filter) && row.in_teams(filter);
        for tag in &row.tags {
            *counts.entry(tag.as_str()).or_default() += usize::from(counts_here);
        }
    }
    let mut tags: Vec<FacetValue> = counts
        .into_iter()
        .map(|(tag, count)| FacetValue {
            value: tag.to_owned(),
            name: tag.to_owned(),
            count,
        })
        .collect();
    // Sorting is stable: equally common ones stay in the order of the alphabet.
    tags.sort_by_key(|tag| std::cmp::Reverse(tag.count));
    let mut place = 0;
    tags.retain(|tag| {
        place += 1;
        place <= TAGS_MAX || filter.tags.contains(&tag.value)
    });
    tags
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(team: &str, state: &str, tags: &[&str]) -> Counted {
        Counted {
            team: team.to_owned(),
            team_name: team.to_uppercase(),
            state: state.to_owned(),
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        }
    }

    fn pairs(values: &[FacetValue]) -> Vec<(&str, usize)> {
        let pairs = values.iter().map(|one| (one.value.as_str(), one.count));
        pairs.collect()
    }

    #[test]
    fn each_kind_is_counted_within_what_is_chosen_of_the_others() {
        let rows = [
            row("shop", "published", &["orders", "pets"]),
            row("shop", "deprecated", &["pets"]),
            row("bank", "published", &["orders"]),
        ];
        let all = counted(&rows, &CatalogueFilter::default());
        assert_eq!(pairs(&all.states), [("published", 2), ("deprecated", 1)]);
        assert_eq!(pairs(&all.teams), [("bank", 1), ("shop", 2)]);
        assert_eq!(pairs(&all.tags), [("orders", 2), ("pets", 2)]);
        let chosen = CatalogueFilter {
            teams: vec!["shop".to_owned()],
            tags: vec!["orders".to_owned()],
            ..CatalogueFilter::default()
        };
        let some = counted(&rows, &chosen);
        assert_eq!(some.total, 1);
        // A team that is chosen does not hide how many the others have, nor a tag the other tags.
        assert_eq!(pairs(&some.teams), [("bank", 1), ("shop", 1)]);
        assert_eq!(pairs(&some.tags), [("pets", 2), ("orders", 1)]);
        assert_eq!(pairs(&some.states), [("published", 1), ("deprecated", 0)]);
    }

    #[test]
    fn a_chosen_tag_stays_however_rare_it_is() {
        let many: Vec<String> = (0..40).map(|n| format!("t{n:02}")).collect();
        let common: Vec<&str> = many.iter().map(String::as_str).collect();
        let rows = [
            row("shop", "published", &common),
            row("shop", "published", &["zebra"]),
        ];
        let none = counted(&rows, &CatalogueFilter::default());
        assert_eq!(none.tags.len(), TAGS_MAX);
        let chosen = CatalogueFilter {
            tags: vec!["zebra".to_owned()],
            ..CatalogueFilter::default()
        };
        let some = counted(&rows, &chosen);
        assert_eq!(some.tags.len(), TAGS_MAX + 1);
        assert_eq!(
            (some.total, some.tags.last().map(|tag| tag.count)),
            (1, Some(1))
        );
    }
}
