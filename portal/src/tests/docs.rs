//! Guides and the changelog: written in the console, read by whoever finds the API.

use super::Stand;
use gatehouse_control_plane::Actor;
use gatehouse_control_plane::apis::{self, UpdateApi};
use gatehouse_control_plane::publishing::{self, PublishSpec, Source};
use gatehouse_control_plane::versions::{self, Deprecate};
use gatehouse_domain::{Role, Visibility};

const NEW: &str = "/console/apis/petstore/guides/new";
const HOSTILE: &str = "# Begin\n\nCall *twice*. <script>alert(1)</script> [x](javascript:alert(1))";

#[tokio::test]
async fn a_guide_is_previewed_saved_read_changed_and_deleted() {
    let stand = Stand::new().await;
    stand.publish_petstore().await;
    stand.admit("dev@acme.test", Role::Developer).await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    let mut dev = stand.signed_in("dev@acme.test").await;
    assert_eq!(owner.get(NEW).await.status, 200);
    let mut fields = vec![
        ("title", "How to begin"),
        ("slug", "begin"),
        ("text", HOSTILE),
        ("act", "preview"),
    ];
    let preview = owner.post(NEW, &fields).await;
    assert_eq!(preview.status, 200, "{}", preview.body);
    assert!(preview.body.contains("<em>twice</em>"), "{}", preview.body);
    assert_eq!(
        dev.get("/apis/petstore/guides").await.status,
        404,
        "nothing is saved"
    );
    fields[3] = ("act", "save");
    let mut faulty = fields.clone();
    faulty[0] = ("title", "");
    assert_eq!(owner.post(NEW, &faulty).await.status, 422);
    let saved = owner.post(NEW, &fields).await;
    assert_eq!(saved.location(), "/console/apis/petstore/docs");
    assert!(owner.follow(saved).await.body.contains("How to begin"));
    let guides = dev.get("/apis/petstore/guides").await;
    assert_eq!(guides.location(), "/apis/petstore/guides/begin");
    let page = dev.follow(guides).await;
    assert!(page.body.contains("<em>twice</em>"), "{}", page.body);
    assert!(!page.body.contains("<script>alert") && !page.body.contains("href=\"javascript"));
    assert!(
        dev.get("/apis/petstore")
            .await
            .body
            .contains("href=\"/apis/petstore/guides\"")
    );
    // Somebody who only reads may neither open the form nor send it.
    assert_eq!(dev.get(NEW).await.status, 403);
    assert_eq!(dev.post(NEW, &fields).await.status, 403);
    let path = "/console/apis/petstore/guides/begin";
    let form = owner.get(path).await;
    let version = form
        .between("name=\"row_version\" value=\"", "\"")
        .to_owned();
    let change = [
        ("row_version", version.as_str()),
        ("title", "Begin here"),
        ("text", "Short."),
        ("act", "save"),
    ];
    assert_eq!(owner.post(path, &change).await.status, 303);
    let late = owner.post(path, &change).await;
    assert!(
        late.status == 422 && late.body.contains("Somebody changed this"),
        "{}",
        late.body
    );
    assert!(
        dev.get("/apis/petstore/guides/begin")
            .await
            .body
            .contains("Begin here")
    );
    let delete = format!("{path}/delete");
    let asked = owner.get(&delete).await;
    assert!(asked.body.contains("Delete Begin here?"), "{}", asked.body);
    let stale = owner.post(&delete, &[("row_version", "1")]).await;
    assert_eq!(stale.status, 412, "it was written anew meanwhile");
    assert!(asked.body.contains("name=\"row_version\" value=\"2\""));
    let done = owner.post(&delete, &[("row_version", "2")]).await;
    assert_eq!(done.status, 303);
    assert_eq!(dev.get("/apis/petstore/guides/begin").await.status, 404);
}

#[tokio::test]
async fn the_changelog_is_a_page_and_a_feed_and_takes_notes() {
    let stand = Stand::new().await;
    stand.publish_petstore().await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    owner.get("/console/apis/petstore/docs").await;
    let add = "/console/apis/petstore/changelog";
    let note = [
        ("title", "A pause <on> Sunday"),
        ("about", "v1"),
        ("text", "From *two* to three."),
    ];
    assert_eq!(owner.post(add, &note).await.status, 303);
    assert_eq!(owner.post(add, &[("title", "")]).await.status, 422);
    let page = owner.get("/apis/petstore/changelog").await;
    assert!(
        page.body.contains("A pause &#60;on&#62; Sunday"),
        "{}",
        page.body
    );
    assert!(page.body.contains("<em>two</em>") && page.body.contains("v1 is published"));
    // Readers of feeds do not sign in: nothing for them, until the API is public.
    let mut reader = stand.window();
    let feed = "/apis/petstore/changelog.atom";
    assert_eq!(reader.get(feed).await.status, 404);
    let public = UpdateApi {
        visibility: Some(Visibility::Public),
        ..UpdateApi::default()
    };
    let system = Actor::system(stand.tenant, "test");
    apis::update_api(&stand.db, &system, "petstore".into(), None, public)
        .await
        .unwrap();
    let feed = reader.get(feed).await;
    assert_eq!(
        feed.headers["content-type"],
        "application/atom+xml; charset=utf-8"
    );
    assert!(
        feed.body.starts_with("<?xml version=\"1.0\""),
        "{}",
        feed.body
    );
    assert_eq!(feed.body.matches("<entry>").count(), 2, "{}", feed.body);
    assert!(
        feed.body
            .contains("<title>A pause &#60;on&#62; Sunday</title>"),
        "{}",
        feed.body
    );
    assert!(
        feed.body.contains("&#60;em&#62;two"),
        "HTML is text in a feed: {}",
        feed.body
    );
    assert!(
        feed.body
            .contains("http://127.0.0.1:8080/apis/petstore/changelog"),
        "{}",
        feed.body
    );
    let docs = owner.get("/console/apis/petstore/docs").await;
    let delete = docs
        .between("action=\"/console/apis/petstore/changelog/", "\"")
        .to_owned();
    let delete = format!("/console/apis/petstore/changelog/{delete}");
    assert_eq!(owner.post(&delete, &[]).await.status, 303);
    assert!(
        !owner
            .get("/apis/petstore/changelog")
            .await
            .body
            .contains("A pause")
    );
}

#[tokio::test]
async fn a_deprecated_version_leads_to_its_successor_and_the_guide() {
    let stand = Stand::new().await;
    stand.publish_petstore().await;
    let system = Actor::system(stand.tenant, "test");
    let document = gatehouse_harness::descriptions::petstore("Petstore", "http://127.0.0.1:9/");
    let second = PublishSpec {
        api: "petstore".into(),
        version: "v2".into(),
        content: document.to_string().into(),
        source: Source::default(),
        create: false,
        dry_run: false,
        drop_orphans: false,
    };
    assert!(
        publishing::publish_spec(&stand.db, &system, second)
            .await
            .is_ok()
    );
    let mut owner = stand.signed_in("olga@acme.test").await;
    owner.get(NEW).await;
    let guide = [
        ("title", "Move to v2"),
        ("slug", "move"),
        ("text", "Go."),
        ("act", "save"),
    ];
    assert_eq!(owner.post(NEW, &guide).await.status, 303);
    let form = "/console/apis/petstore/versions/v1/deprecate";
    assert!(
        owner
            .get(form)
            .await
            .body
            .contains("<option value=\"move\">Move to v2</option>")
    );
    let fields = [
        ("sunset", "2027-06-30"),
        ("successor", "v2"),
        ("guide", "move"),
    ];
    // Later than what was written before: the page shows the newest entries.
    stand.hand.advance(std::time::Duration::from_secs(1));
    let answer = owner.post(form, &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let page = owner.get("/apis/petstore?version=v1").await;
    for link in ["/apis/petstore/guides/move", "/apis/petstore?version=v2"] {
        assert!(
            page.body
                .contains(&format!("<a class=\"btn s\" href=\"{link}\"")),
            "{link}: {}",
            page.body
        );
    }
    assert!(
        page.body.contains("v1 is deprecated"),
        "the head of the changelog"
    );

    let input = Deprecate {
        sunset_at: stand.db.clock().now() + time::Duration::days(300),
        successor: None,
        guide: None,
    };
    versions::publish_version(&stand.db, &system, "petstore".into(), "v1", None)
        .await
        .unwrap();
    versions::deprecate_version(&stand.db, &system, "petstore".into(), "v1", None, input)
        .await
        .unwrap();
    let page = owner.get("/apis/petstore?version=v1").await;
    assert!(!page.body.contains("How to move"), "{}", page.body);
    let until = async |hours: u64| {
        stand.hand.advance(std::time::Duration::from_hours(hours));
        // A session of before is over by now.
        let mut owner = stand.signed_in("olga@acme.test").await;
        owner.get("/apis/petstore?version=v1").await.body
    };
    let (before, after) = (until(300 * 24 - 1).await, until(1).await);
    let day = crate::view::words::day(stand.db.clock().now());
    assert!(before.contains(&format!("It ends on {day}.")), "{before}");
    assert!(after.contains(&format!("It ended on {day}.")), "{after}");
}
