//! An API that is shown to some teams: its members find it wherever there is something to find, and nobody else anywhere.

use gatehouse_harness::callers::{Cli, Developer, Portal};
use gatehouse_harness::{TestStack, TestUpstream};
use serde_json::json;

use crate::GATEHOUSE;

/// A developer at a command line and in the portal.
struct Reader {
    cli: Cli,
    developer: Developer,
}

/// Whether somebody finds `orchids`: in lists, in searches and at its addresses, over REST, from the command line and on pages.
/// They must agree.
async fn finds(reader: &Reader) -> bool {
    let mut found = over_rest(&reader.cli).await;
    found.extend(from_the_command_line(&reader.cli).await);
    found.extend(on_pages(&reader.developer.portal).await);
    let (_, first) = found[0];
    assert!(found.iter().all(|(_, one)| *one == first), "{found:?}");
    first
}

async fn over_rest(cli: &Cli) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    for list in [
        "/v1/apis",
        "/v1/apis?q=orchid",
        "/v1/catalogue",
        "/v1/catalogue?q=orchid",
        "/v1/operations?q=water",
    ] {
        let listed = cli.token.get(list).await;
        let text = listed.assert_status(200).text();
        found.push((list.to_owned(), text.contains("\"orchids\"")));
        let searched = list.contains("q=");
        assert!(searched || text.contains("\"tulips\""), "{listed}");
    }
    let version = "/v1/apis/orchids/versions/v1";
    for address in [
        "/v1/apis/orchids".to_owned(),
        "/v1/catalogue/orchids".to_owned(),
        version.to_owned(),
        format!("{version}/spec"),
        format!("{version}/operations"),
        "/v1/apis/orchids/plans/open".to_owned(),
    ] {
        let shown = cli.token.get(&address).await;
        if shown.status != 200 {
            shown.assert_problem(404, "not_found");
        }
        found.push((address, shown.status == 200));
    }
    found
}

async fn from_the_command_line(cli: &Cli) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    for list in [
        &["api", "list", "-o", "name"][..],
        &["api", "list", "--search", "orchid", "-o", "name"],
        &["operation", "search", "water", "-o", "json"],
    ] {
        let listed = cli.done(list).await;
        found.push((list.join(" "), listed.contains("orchids")));
    }
    for address in [
        &["api", "get", "orchids"][..],
        &["version", "get", "orchids", "v1"],
        &["version", "spec", "orchids", "v1"],
        &["operation", "list", "orchids", "v1"],
    ] {
        let shown = cli.run(address).await;
        if shown.code != Some(0) {
            let said = &shown.assert_code(1).stderr;
            assert!(said.contains("not_found"), "{shown:?}");
        }
        found.push((address.join(" "), shown.code == Some(0)));
    }
    found
}

async fn on_pages(window: &Portal) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    for list in ["/apis", "/search?q=orchid", "/search?q=water"] {
        let page = window.get(list).await;
        page.assert_status(200);
        let links = page.attributes("main a", "href");
        let leads = links.iter().any(|link| link.contains("/apis/orchids"));
        found.push((format!("page {list}"), leads));
    }
    for address in ["/apis/orchids", "/apis/orchids/v1/reference"] {
        let page = window.get(address).await;
        if page.status() != 200 {
            page.assert_status(404);
        }
        found.push((format!("page {address}"), page.status() == 200));
    }
    found
}

/// An API with an operation of its own, open to everybody in the tenant.
async fn offer(cli: &Cli, api: &str, upstream: &TestUpstream) {
    let water = json!({"get": {"operationId": "water", "summary": format!("Water the {api}"),
                              "responses": {"200": {"description": "ok"}}}});
    let description = json!({"openapi": "3.1.0", "info": {"title": api, "version": "1"},
                             "servers": [{"url": upstream.url()}], "paths": {format!("/{api}"): water}});
    let made = cli.token.upload(api, "v1", description.to_string()).await;
    made.assert_status(201);
    cli.token.add_plan(api, "open", "auto", &json!([])).await;
}

#[tokio::test]
async fn an_api_for_one_team_is_found_by_its_members_in_lists_in_searches_and_at_its_address_and_by_nobody_else()
 {
    let stack = TestStack::shared(GATEHOUSE).await;
    let upstream = TestUpstream::start().await;
    let tenant = stack.tenant("Gardeners").await;
    let owner = Cli::new(&stack, tenant.root().await);
    offer(&owner, "orchids", &upstream).await;
    offer(&owner, "tulips", &upstream).await;
    let mut readers = Vec::new();
    for (name, team) in [("Xenia", "glasshouse"), ("Yuri", "meadow")] {
        let developer = tenant.developer(name).await;
        let create = ["team", "create", team, "--name", team];
        owner.done(&create).await;
        let add = ["team", "add", team, &developer.email];
        owner.done(&add).await;
        let token = tenant.token_of(&developer.email, &["catalogue.read"]).await;
        let cli = Cli::new(&stack, token);
        readers.push(Reader { cli, developer });
    }
    let (xenia, yuri) = (&readers[0], &readers[1]);
    assert!(finds(xenia).await && finds(yuri).await);

    let only = json!({"visibility": "restricted", "granted_teams": ["glasshouse"]});
    let changed = owner.token.patch("/v1/apis/orchids", &only).await;
    changed.assert_status(200);
    assert!(finds(xenia).await && !finds(yuri).await);

    // And the other way round, from the command line.
    let only = ["api", "update", "orchids", "--granted-team", "meadow"];
    let changed = owner.json(&only).await;
    assert_eq!(changed["granted_teams"][0]["slug"], "meadow", "{changed}");
    assert_eq!(changed["visibility"], "restricted", "{changed}");
    assert!(!finds(xenia).await && finds(yuri).await);
    let both = [&only[..], &["--granted-team", "glasshouse"]].concat();
    owner.done(&both).await;
    assert!(finds(xenia).await && finds(yuri).await);
    let unknown = ["api", "update", "orchids", "--granted-team", "nobody"];
    let refused = owner.run(&unknown).await;
    let said = &refused.assert_code(1).stderr;
    assert!(said.contains("/granted_teams/0"), "{refused:?}");
}
