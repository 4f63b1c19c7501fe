//! The overview of a reference: small ones whole, large ones by pages of groups and of operations.

use super::{Stand, Window};
use crate::gallery::hold_to_the_rules;
use serde_json::{Value, json};

const OVERVIEW: &str = "/apis/large/v1/reference";

/// A description of so many operations, each with what `tag` says of its number.
fn description(operations: usize, tag: impl Fn(usize) -> Option<String>) -> Value {
    let path = |number: usize| {
        let mut operation = json!({
            "summary": format!("Number {number:03}."),
            "responses": {"200": {"description": "Done"}},
        });
        if let Some(tag) = tag(number) {
            operation["tags"] = json!([tag]);
        }
        (format!("/n{number:03}"), json!({ "get": operation }))
    };
    let paths: serde_json::Map<String, Value> = (0..operations).map(path).collect();
    json!({
        "openapi": "3.0.3",
        "info": {"title": "Large", "version": "1"},
        "paths": paths,
    })
}

/// Which numbers a page lists in its main part, from the first to the last.
fn listed(body: &str) -> Vec<usize> {
    let main = body.split("<main").nth(1).unwrap();
    let numbers = main.split("Number ").skip(1);
    numbers.map(|rest| rest[..3].parse().unwrap()).collect()
}

/// The address behind the link that leads on from the main part of a page.
fn more(body: &str) -> Option<String> {
    let main = body.split("<main").nth(1).unwrap();
    let before = main.split(">And ").next().unwrap();
    let href = before.rsplit("href=\"").next().unwrap();
    let href = href.strip_suffix('"')?;
    Some(href.replace("&#38;", "&"))
}

async fn open(description: &Value) -> (Stand, Window) {
    let stand = Stand::new().await;
    stand.publish("large", "v1", description).await;
    let window = stand.signed_in("olga@acme.test").await;
    (stand, window)
}

#[tokio::test]
async fn up_to_120_operations_stand_on_one_page() {
    for (operations, shown, leads_on) in [(119, 119, false), (120, 120, false), (121, 100, true)] {
        let (_stand, mut window) = open(&description(operations, |_| None)).await;
        let page = window.get(OVERVIEW).await.body;
        hold_to_the_rules("overview", &page);
        assert_eq!(listed(&page), (0..shown).collect::<Vec<_>>());
        assert_eq!(more(&page).is_some(), leads_on, "{operations}: {page}");
    }
}

#[tokio::test]
async fn a_group_of_many_operations_has_pages_of_a_hundred_each() {
    let by_two = |number: usize| Some(["a&b", "Others"][usize::from(number >= 210)].to_owned());
    let (_stand, mut window) = open(&description(220, by_two)).await;
    let overview = window.get(OVERVIEW).await.body;
    hold_to_the_rules("overview", &overview);
    assert!(listed(&overview).is_empty(), "{overview}");
    for group in ["a%26b", "Others"] {
        let address = format!("{OVERVIEW}?tag={group}\"");
        assert!(overview.contains(&address), "{address}: {overview}");
    }
    let mut address = format!("{OVERVIEW}?tag=a%26b");
    let mut pages = Vec::new();
    loop {
        let page = window.get(&address).await.body;
        hold_to_the_rules("overview", &page);
        pages.push(listed(&page));
        match more(&page) {
            Some(next) => address = next,
            None => break,
        }
    }
    assert_eq!(pages.concat(), (0..210).collect::<Vec<_>>());
    assert_eq!(pages.len(), 3);
    // Of a group that is not there all are shown.
    let odd = window.get(&format!("{OVERVIEW}?tag=odd")).await.body;
    assert!(listed(&odd).is_empty(), "{odd}");
    let odd = window.get(&format!("{OVERVIEW}?tag=Others&from=odd")).await;
    assert_eq!(listed(&odd.body), (210..220).collect::<Vec<_>>());
}

#[tokio::test]
async fn many_groups_are_listed_a_hundred_at_a_time_and_so_beside_an_operation() {
    let (_stand, mut window) = open(&description(205, |number| {
        Some(format!("Group {number:03}."))
    }))
    .await;
    let groups = |body: &str, from: &str, to: &str| {
        let part = body.split(from).nth(1).unwrap().split(to).next().unwrap();
        part.matches("?tag=").count()
    };
    let first = window.get(OVERVIEW).await.body;
    hold_to_the_rules("overview", &first);
    assert_eq!(groups(&first, "<main", "</main"), 100);
    assert_eq!(groups(&first, "<nav class=\"rail\"", "</nav"), 100);
    let second = window.get(&more(&first).unwrap()).await.body;
    assert!(second.contains(">Group 100.<") && second.contains(">Group 199.<"));
    let third = window.get(&more(&second).unwrap()).await.body;
    assert_eq!(groups(&third, "<main", "</main"), 5);
    assert!(more(&third).is_none(), "{third}");
    let start = first.find(&format!("{OVERVIEW}/")).unwrap();
    let operation = first[start..].split('"').next().unwrap();
    let page = window.get(operation).await.body;
    assert_eq!(groups(&page, "<nav class=\"rail\"", "</nav"), 100);
    assert!(page.contains(&format!("{OVERVIEW}?from=100\"")), "{page}");
}
