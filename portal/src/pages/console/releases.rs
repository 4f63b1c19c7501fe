//! `/console/releases`: every configuration the tenant had, who made it, what it changed, which gateways run it.

use crate::address::{Path, Query, with_query};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::Fact;
use crate::view::actions::action_words;
use crate::view::form::{Choice, Field};
use crate::view::parts::{Badge, Crumbs, Empty, Link, Pages};
use crate::view::same::{self, Same};
use crate::view::shell::Shell;
use crate::view::words::{When, grouped, relative};
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::releases::{self, ReleaseChange, ReleaseView};
use gatehouse_domain::Permission;
use gatehouse_language::t;
use serde_json::Value;

/// All releases, newest first.
#[derive(Template)]
#[template(path = "pages/console/releases.html")]
pub(crate) struct ReleasesPage {
    pub(crate) shell: Shell,
    pub(crate) rows: Vec<ReleaseRow>,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
    pub(crate) same: Same,
}

web_page!(ReleasesPage, Private);

pub(crate) struct ReleaseRow {
    pub(crate) number: String,
    pub(crate) href: String,
    pub(crate) what: String,
    /// What it changed, by name.
    pub(crate) things: String,
    pub(crate) who: String,
    pub(crate) at: When,
    pub(crate) changes: String,
    pub(crate) runs: Option<Badge>,
}

/// One release: where it came from, and what it changed.
#[derive(Template)]
#[template(path = "pages/console/release.html")]
pub(crate) struct ReleasePage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) heading: String,
    pub(crate) lead: String,
    pub(crate) here: String,
    pub(crate) facts: Vec<Fact>,
    pub(crate) spread: Option<String>,
    pub(crate) roll_back: Option<String>,
    pub(crate) against: Field,
    pub(crate) compared: String,
    pub(crate) changes: Vec<ThingChange>,
    pub(crate) same: Same,
}

web_page!(ReleasePage, Private);

/// What happened to one thing, field by field.
pub(crate) struct ThingChange {
    pub(crate) resource: String,
    pub(crate) state: Badge,
    pub(crate) fields: Vec<FieldDiff>,
}

pub(crate) struct FieldDiff {
    pub(crate) name: String,
    pub(crate) before: String,
    pub(crate) after: String,
}

/// `?before=`: releases below this number.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Before {
    #[serde(default)]
    before: Option<i64>,
}

const ROWS: i64 = 50;

/// `GET /console/releases`
pub(crate) async fn show(
    visitor: Visitor,
    Query(query): Query<Before>,
) -> Result<ReleasesPage, PageError> {
    let actor = visitor.require(Permission::ApiRead)?;
    let mut found = releases::list_releases(visitor.db(), actor, query.before, ROWS).await?;
    let most = usize::try_from(ROWS).unwrap_or(usize::MAX);
    let more = found.len() > most;
    found.truncate(most);
    let shell = visitor.shell().await?.console("releases");
    let older = found.last().filter(|_| more).map(|last| {
        let path = with_query("/console/releases", &[("before", &last.number.to_string())]);
        shell.to(&path)
    });
    Ok(ReleasesPage {
        pages: Pages {
            range: t!("running-shown-2", found = &found.len()),
            newer: query.before.map(|_| shell.to("/console/releases")),
            older,
        },
        rows: found
            .into_iter()
            .map(|release| row(release, &visitor, &shell))
            .collect(),
        empty: Empty::new(
            t!("running-no-release-yet"),
            t!("running-the-first-api-plan-or-upstream"),
            None,
        ),
        same: visitor.same(&[same::RELEASE_LIST], &[]),
        shell,
    })
}

fn row(release: ReleaseView, visitor: &Visitor, shell: &Shell) -> ReleaseRow {
    ReleaseRow {
        href: shell.to(&format!("/console/releases/{}", release.number)),
        number: grouped(release.number),
        what: what(&release),
        runs: runs(&release),
        things: things(&release),
        who: release.actor_name,
        at: When::ago(release.created_at, visitor.now()),
        changes: grouped(release.changes),
    }
}

fn what(release: &ReleaseView) -> String {
    match release.rolled_back_to {
        Some(number) => t!("running-went-back-to-release", number = &number),
        None => action_words(&release.kind),
    }
}

/// "api/petstore, plan/petstore/gold and 3 more".
fn things(release: &ReleaseView) -> String {
    let named = release.things.join(", ");
    let shown = i64::try_from(release.things.len()).unwrap_or(i64::MAX);
    match release.changes.saturating_sub(shown) {
        0 => named,
        more => t!("running-and-more", named = &named, grouped = &grouped(more)),
    }
}

fn runs(release: &ReleaseView) -> Option<Badge> {
    match release.gateways.as_slice() {
        [] => None,
        [only] => Some(Badge::good(only.name.clone())),
        several => Some(Badge::good(t!("count-gateway", count = several.len()))),
    }
}

/// `?against=`: the release to compare with.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Against {
    #[serde(default)]
    against: Option<i64>,
}

/// The number in an address; what is no number names no release.
pub(crate) fn number(text: &str) -> Result<i64, PageError> {
    text.parse().map_err(|_| PageError::not_found())
}

/// `GET /console/releases/{release}`
pub(crate) async fn show_release(
    visitor: Visitor,
    Path([release]): Path<1>,
    Query(query): Query<Against>,
) -> Result<ReleasePage, PageError> {
    let actor = visitor.require(Permission::ApiRead)?;
    let (db, number) = (visitor.db(), number(&release)?);
    let view = releases::get_release(db, actor, number).await?;
    let diff = releases::diff_release(db, actor, number, query.against).await?;
    let newest = releases::list_releases(db, actor, None, 1).await?;
    let is_newest = newest.first().is_some_and(|newest| newest.number == number);
    let shell = visitor.shell().await?.console("releases");
    let here = shell.to(&format!("/console/releases/{number}"));
    Ok(ReleasePage {
        crumbs: Crumbs::new(
            t!("running-release", number = &number),
            vec![Link::new(
                t!("running-releases"),
                shell.to("/console/releases"),
            )],
        ),
        heading: t!("running-release", number = &number),
        lead: t!(
            "running-by-2",
            what = &what(&view),
            actor_name = &view.actor_name,
            relative = &relative(view.created_at, visitor.now())
        ),
        facts: facts(&view),
        spread: view
            .change_id
            .map(|change| shell.to(&format!("/console/changes/{change}"))),
        roll_back: (!is_newest && shell.may_everywhere(Permission::ApiWrite))
            .then(|| format!("{here}/rollback")),
        against: Field::select("against", t!("running-compare-with"), choices(number))
            .value(diff.from.to_string()),
        compared: match diff.from {
            0 => t!("running-against-nothing-at-all"),
            from => t!("running-against-release", from = &from),
        },
        changes: diff.changes.into_iter().map(thing).collect(),
        same: visitor.same(
            &[same::RELEASE_DIFF, same::RELEASE_ROLLBACK],
            &[("release", &release)],
        ),
        here,
        shell,
    })
}

/// The releases right before, newest first, and nothing at all.
fn choices(number: i64) -> Vec<Choice> {
    const NEAR: i64 = 20;
    let mut choices: Vec<Choice> = (number.saturating_sub(NEAR).max(1)..number)
        .rev()
        .map(|one| Choice::new(one.to_string(), t!("running-release-2", one = &one)))
        .collect();
    choices.push(Choice::new("0", t!("running-nothing-at-all")));
    choices
}

fn facts(view: &ReleaseView) -> Vec<Fact> {
    let mut facts = vec![Fact::new(t!("running-done-to"), view.subject.clone())];
    if let Some(source) = view.source.as_object() {
        let said = source.iter().filter_map(|(name, value)| {
            let words = name.replace('_', " ");
            let label = crate::view::shell::capital(&words);
            value.as_str().map(|text| Fact::new(label, text))
        });
        facts.extend(said);
    }
    facts.extend(
        view.changeset_id
            .map(|id| Fact::new(t!("running-changeset"), id.to_string())),
    );
    let names: Vec<_> = view.gateways.iter().map(|one| one.name.clone()).collect();
    facts.push(Fact::new(
        t!("running-runs-on"),
        if names.is_empty() {
            t!("running-no-gateway-now")
        } else {
            names.join(", ")
        },
    ));
    facts
}

/// One changed thing, as every page that shows differences has it.
pub(crate) fn thing(change: ReleaseChange) -> ThingChange {
    ThingChange {
        resource: change.resource,
        state: match change.action {
            "create" => Badge::good(t!("word-made")),
            "delete" => Badge::stopped(t!("running-ended")),
            _ => Badge::care(t!("running-changed")),
        },
        fields: change
            .fields
            .into_iter()
            .map(|field| FieldDiff {
                name: field.pointer.trim_start_matches("/spec/").to_owned(),
                before: value(&field.before),
                after: value(&field.after),
            })
            .collect(),
    }
}

/// A value as files write it, on one line; long ones are cut.
pub(crate) fn value(value: &Value) -> String {
    const SHOWN: usize = 300;
    let text = match value {
        Value::Null => return "-".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if text.chars().count() > SHOWN {
        let cut: String = text.chars().take(SHOWN).collect();
        format!("{cut}…")
    } else {
        text
    }
}
