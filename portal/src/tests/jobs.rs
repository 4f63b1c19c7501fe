//! Long work in the console: what is large becomes a job, whose page says how far it is and what became of it.

use super::queue::{ask, stand as asking};
use super::{Answer, Stand, Window};
use gatehouse_control_plane::long_jobs;
use gatehouse_domain::Role;

use crate::pages::console::decide::AT_ONCE_MAX;
use crate::pages::console::publish::AT_ONCE_BYTES_MAX;

impl Window {
    /// Publishes a description from the form of new APIs.
    async fn upload(&mut self, content: &str) -> Answer {
        let fields = [("api", "pets"), ("version", "v1")];
        self.post_parts("/console/apis/new", &fields, Some(content))
            .await
    }
}

/// A description of exactly so many bytes.
fn of_size(bytes: usize) -> String {
    let of = |padding: &str| {
        format!(
            r#"{{"openapi":"3.1.0","info":{{"title":"Pets","version":"1","description":"{padding}"}},"paths":{{"/pets":{{"get":{{"responses":{{"200":{{"description":"Pets"}}}}}}}}}}}}"#
        )
    };
    of(&"x".repeat(bytes - of("").len()))
}

#[tokio::test]
async fn a_large_description_is_published_by_a_job_whose_page_tells_all_of_it() {
    let stand = Stand::new().await;
    stand.admit("pam@acme.test", Role::Publisher).await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    owner.get("/console/apis/new").await;
    for (bytes, is_job) in [
        (AT_ONCE_BYTES_MAX - 1, false),
        (AT_ONCE_BYTES_MAX, false),
        (AT_ONCE_BYTES_MAX + 1, true),
    ] {
        let answer = owner.upload(&of_size(bytes)).await;
        assert_eq!(answer.status, 303, "{bytes}: {}", answer.body);
        assert_eq!(
            answer.location().starts_with("/console/jobs/job_"),
            is_job,
            "{bytes}"
        );
        if !is_job {
            continue;
        }
        let path = answer.location().to_owned();
        let page = owner.get(&path).await;
        assert!(
            page.body.contains("Waiting") && page.body.contains("Publish pets v1"),
            "{}",
            page.body
        );
        // It goes on by itself, with script and without.
        assert!(page.body.contains(&format!("data-live=\"{path}\"")));
        assert!(page.body.contains("<noscript><meta http-equiv=\"refresh\""));
        let mut publisher = stand.signed_in("pam@acme.test").await;
        assert_eq!(publisher.get(&path).await.status, 404);
        let theirs = publisher.get("/console/jobs").await;
        assert!(
            theirs.status == 200 && !theirs.body.contains("Publish pets"),
            "{}",
            theirs.body
        );
        assert!(long_jobs::run_due(&stand.db).await.unwrap());
        let page = owner.get(&path).await;
        for words in [
            "Published with 1 operation.",
            "Stores the operations",
            "/console/apis/pets",
        ] {
            assert!(page.body.contains(words), "{words}: {}", page.body);
        }
        assert!(!page.body.contains("data-live") && !page.body.contains("http-equiv"));
        assert!(
            owner
                .get("/console/jobs")
                .await
                .body
                .contains("Publish pets v1")
        );
    }
}

#[tokio::test]
async fn a_job_is_cancelled_on_its_page_and_a_bad_description_says_where() {
    let stand = Stand::new().await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    owner.get("/console/apis/new").await;
    let path = owner.upload(&of_size(AT_ONCE_BYTES_MAX + 1)).await;
    let path = path.location().to_owned();
    owner.get(&path).await;
    let cancelled = owner.post(&format!("{path}/cancel"), &[]).await;
    let page = owner.follow(cancelled).await;
    assert!(
        page.body.contains("Cancelled") && !page.body.contains("Cancel job"),
        "{}",
        page.body
    );
    let again = owner.post(&format!("{path}/cancel"), &[]).await;
    let page = owner.follow(again).await;
    assert!(
        page.body.contains("The job is over already"),
        "{}",
        page.body
    );

    owner.get("/console/apis/new").await;
    let broken = of_size(AT_ONCE_BYTES_MAX + 1).replace("\"paths\"", "\n7\"paths\"");
    let path = owner.upload(&broken).await.location().to_owned();
    assert!(long_jobs::run_due(&stand.db).await.unwrap());
    let page = owner.get(&path).await;
    assert!(
        page.body.contains("Failed") && page.body.contains("Line 2"),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn more_than_a_hundred_decisions_are_made_by_a_job_that_names_those_not_made() {
    let stand = asking().await;
    let one = ask(&stand, "Till", "gold").await;
    let other = ask(&stand, "Kiosk", "gold").await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    owner.get("/console/requests").await;
    let (one_id, other_id) = (one.id.to_string(), other.id.to_string());
    let chosen = |id, count| {
        let mut fields = vec![("decide", "approve")];
        fields.extend(std::iter::repeat_n(("request", id), count));
        fields
    };
    let at_once = owner
        .post("/console/requests", &chosen(one_id.as_str(), AT_ONCE_MAX))
        .await;
    assert!(
        at_once.location().starts_with("/console/requests"),
        "{}",
        at_once.location()
    );
    owner.get("/console/requests").await;
    let begun = owner
        .post(
            "/console/requests",
            &chosen(other_id.as_str(), AT_ONCE_MAX + 1),
        )
        .await;
    let path = begun.location().to_owned();
    assert!(path.starts_with("/console/jobs/job_"), "{path}");
    assert!(long_jobs::run_due(&stand.db).await.unwrap());
    let page = owner.get(&path).await;
    assert!(
        page.body.contains("1 request decided, 100 not decided."),
        "{}",
        page.body
    );
    assert!(page.body.contains(&format!("/requests/{other_id}")));
    let file = owner.get(&format!("{path}/export")).await;
    assert_eq!(
        (file.status, file.body.lines().count()),
        (200, AT_ONCE_MAX + 1)
    );
}

#[tokio::test]
async fn a_tenant_is_exported_closed_by_its_typed_name_and_opened_again() {
    let stand = Stand::new().await;
    stand.admit("adam@acme.test", Role::Admin).await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    let here = "/console/settings/end";
    owner.get(here).await;
    let begun = owner.post(&format!("{here}/export"), &[]).await;
    let path = begun.location().to_owned();
    let second = owner.post(&format!("{here}/export"), &[]).await;
    let second = owner.follow(second).await;
    assert!(
        second
            .body
            .contains("An export of this tenant is under way"),
        "{}",
        second.body
    );
    assert!(long_jobs::run_due(&stand.db).await.unwrap());
    assert!(owner.get(&path).await.body.contains("Download "));
    let file = owner.get(&format!("{path}/export")).await;
    assert!(file.body.starts_with("{") && file.body.contains("gatehouse/v1"));

    // Administrators manage the tenant, but only owners end it.
    let mut admin = stand.signed_in("adam@acme.test").await;
    let page = admin.get(here).await;
    assert!(page.body.contains("Export now") && !page.body.contains("Close tenant"));
    let close = format!("{here}/close");
    assert_eq!(
        admin
            .post(&close, &[("confirm", "acme"), ("reason", "x")])
            .await
            .status,
        403
    );
    let mistyped = owner
        .post(&close, &[("confirm", "acne"), ("reason", "We move.")])
        .await;
    assert!(
        mistyped.status == 422 && mistyped.body.contains("f-confirm-error"),
        "{}",
        mistyped.body
    );
    let closed = owner
        .post(&close, &[("confirm", "acme"), ("reason", "We move.")])
        .await;
    let page = owner.follow(closed).await;
    assert!(
        page.body.contains("The tenant is being closed") && page.body.contains("Open tenant again"),
        "{}",
        page.body
    );
    // Whoever runs the installation may take it back as well.
    let platform = owner.get("/platform/tenants").await;
    assert!(platform.body.contains("Open again"), "{}", platform.body);
    let opened = owner
        .post(&format!("{here}/reopen"), &[("reason", "We stay.")])
        .await;
    let page = owner.follow(opened).await;
    assert!(page.body.contains("Close tenant"), "{}", page.body);
}
