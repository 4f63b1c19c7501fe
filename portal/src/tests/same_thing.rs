//! Every form of the console, and of the platform, says what it does on the command line and as a request.

use super::console_pages::furnish;
use super::queue::ask;
use super::routes::routes;
use super::sso::scene;
use super::{Stand, Window};
use gatehouse_control_plane::changesets;
use gatehouse_control_plane::{Page, gateways, releases};
use gatehouse_domain::Role;
use std::collections::BTreeMap;
use std::path::Path;

const WAYS: &str = "<summary>Same thing in CLI and curl</summary>";

/// What stands in an address in place of a parameter.
struct Known(BTreeMap<&'static str, String>);

impl Known {
    fn fill(&self, route: &str) -> String {
        let fill = |word: &str| {
            let Some(name) = word
                .strip_prefix('{')
                .and_then(|rest| rest.strip_suffix('}'))
            else {
                return word.to_owned();
            };
            let known = match name {
                "event" if route.starts_with("/console/subscriptions/") => "suspend",
                "event" => "deprecate",
                "plan" if route.starts_with("/console/products/") => "all",
                "policy" if route.starts_with("/console/settings/") => "every",
                name => self.0.get(name).map_or_else(
                    || panic!("nothing stands for {name} of {route}"),
                    String::as_str,
                ),
            };
            known.to_owned()
        };
        let path = route.split('/').map(fill).collect::<Vec<_>>().join("/");
        match route.ends_with("/policies/new") {
            true => format!("{path}?kind=cors"),
            false => path,
        }
    }
}

/// Sends a form of the console; gives where it leads.
async fn send(owner: &mut Window, path: &str, fields: &[(&str, &str)]) -> String {
    let answer = owner.post(path, fields).await;
    assert_eq!(answer.status, 303, "{path}: {}", answer.body);
    answer.location().to_owned()
}

/// One of everything that has a page of its own, beside what [`furnish`] makes: by its form.
async fn things(owner: &mut Window) -> BTreeMap<&'static str, String> {
    let last = |path: String| path.rsplit('/').next().unwrap().to_owned();
    let hooks = owner.get("/console/settings/webhooks").await;
    let nonce = hooks.between("name=\"nonce\" value=\"", "\"").to_owned();
    let fields = [
        ("nonce", nonce.as_str()),
        ("name", "Billing"),
        ("url", "http://127.0.0.1:9/hook"),
        ("types", ""),
    ];
    let hook = send(owner, "/console/settings/webhooks", &fields).await;
    send(owner, &format!("{hook}/test"), &[]).await;
    let page = owner.get(&hook).await;
    let delivery = page
        .between(&format!("{hook}/deliveries/"), "\"")
        .to_owned();
    let fields = [("name", "Store"), ("slug", "store"), ("kind", "provider")];
    let team = send(owner, "/console/teams", &fields).await;
    let job = send(owner, "/console/settings/end/export", &[]).await;
    let forms: [(&str, &[(&str, &str)]); 5] = [
        (
            "/console/incidents/new",
            &[
                ("nonce", "a-form-that-was-opened"),
                ("title", "Pets are slow"),
                ("impact", "degraded"),
                ("text", "We look."),
            ],
        ),
        (
            "/console/apis/petstore/guides/new",
            &[
                ("title", "How to begin"),
                ("slug", "begin"),
                ("text", "Call it."),
                ("act", "save"),
            ],
        ),
        (
            "/console/terms/new",
            &[("title", "Terms"), ("slug", "store"), ("text", "Be good.")],
        ),
        ("/console/products", &[("name", "Shop"), ("slug", "shop")]),
        (
            "/console/products/shop/plans/new",
            &[
                ("name", "All"),
                ("slug", "all"),
                ("approval", "manual"),
                ("environments", "production"),
            ],
        ),
    ];
    for (path, fields) in forms {
        send(owner, path, fields).await;
    }
    BTreeMap::from([
        ("webhook", last(hook)),
        ("delivery", delivery),
        ("team", last(team)),
        ("job", last(job)),
    ])
}

async fn known(stand: &Stand, owner: &mut Window) -> Known {
    stand.publish_petstore().await;
    stand.admit("ana@acme.test", Role::Approver).await;
    stand.admit("dev@acme.test", Role::Developer).await;
    let ana = furnish(stand).await;
    let subscription = ask(stand, "Counter", "free").await;
    ask(stand, "Kiosk", "gold").await;
    let olga = stand.actor("olga@acme.test").await;
    let mut sets = changesets::list_changesets(&stand.db, &olga, &Page::default())
        .await
        .unwrap();
    let changeset = sets.data.remove(0).id;
    let made = releases::list_releases(&stand.db, &olga, None, 50).await;
    let made = made.unwrap();
    let change = made.iter().find_map(|one| one.change_id).unwrap();
    let node = gateways::list_nodes(&stand.db, &olga).await.unwrap()[0].id;
    let mut known = things(owner).await;
    known.extend([
        ("changeset", changeset.to_string()),
        ("change", change.to_string()),
        ("release", made.last().unwrap().number.to_string()),
        ("node", node.to_string()),
        ("person", ana),
        ("subscription", subscription.id.to_string()),
        ("tenant", stand.tenant.to_string()),
    ]);
    let by_name = [
        ("api", "petstore"),
        ("version", "v1"),
        ("environment", "production"),
        ("guide", "begin"),
        ("incident", "1"),
        ("plan", "gold"),
        ("policy", "region"),
        ("product", "shop"),
        ("provider", "corp"),
        ("role", "releaser"),
        ("secret", "pets-token"),
        ("template", "key_leaked"),
        ("terms", "store"),
    ];
    known.extend(by_name.map(|(name, value)| (name, value.to_owned())));
    Known(known)
}

#[tokio::test]
async fn every_page_with_a_form_shows_the_same_as_command_and_request() {
    let (stand, _issuer) = scene(&[]).await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    let known = known(&stand, &mut owner).await;
    let mut with_a_form = 0;
    for route in routes("get") {
        let is_ours = route.starts_with("/console") || route.starts_with("/platform");
        // A download is no page.
        if !is_ours || route.ends_with("/export") {
            continue;
        }
        let path = known.fill(&route);
        let page = owner.get(&path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.body);
        let main = page.between("<main id=\"main\"", "</main>");
        if main.contains("<form method=\"post\"") {
            assert!(main.contains(WAYS), "{route} has a form and no ways");
            let ways = page.between(WAYS, "</details>");
            for part in ["gatehouse</span>", "curl</span>"] {
                assert!(ways.contains(part), "{route}: no {part} in {ways}");
            }
            with_a_form += 1;
        }
    }
    assert!(with_a_form > 40, "{with_a_form} pages have a form");
}

#[tokio::test]
async fn who_may_decide_about_a_request_reads_how_on_its_page() {
    let stand = Stand::new().await;
    stand.publish_petstore().await;
    stand.admit("dev@acme.test", Role::Developer).await;
    let asked = ask(&stand, "Kiosk", "gold").await.id;
    let path = format!("/requests/{asked}");
    let page = stand.signed_in("olga@acme.test").await.get(&path).await;
    assert!(page.body.contains(WAYS), "{}", page.body);
    for verb in ["approve", "reject"] {
        let line = format!("subscription {verb} {asked}");
        assert!(page.body.contains(&line), "{line}: {}", page.body);
        let url = format!("/v1/subscriptions/{asked}/{verb}");
        assert!(page.body.contains(&url), "{url}: {}", page.body);
    }
    let page = stand.signed_in("dev@acme.test").await.get(&path).await;
    assert!(
        page.status == 200 && !page.body.contains(WAYS),
        "{}",
        page.body
    );
}

/// A form may be there for some people and in some states only; the page has its ways whoever looks.
#[test]
fn every_template_with_a_form_has_its_ways() {
    let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../templates/pages");
    let mut left = vec![templates.join("console"), templates.join("platform")];
    let mut files = vec![templates.join("form.html"), templates.join("confirm.html")];
    while let Some(folder) = left.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => left.push(path),
                false => files.push(path),
            }
        }
    }
    let mut with_a_form = 0;
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        if text.contains("<form method=\"post\"") {
            assert!(text.contains("{{ same }}"), "{}", file.display());
            with_a_form += 1;
        }
    }
    assert!(with_a_form > 25, "{with_a_form} templates have a form");
}
