//! The audit log in the console: filters, the whole as a file, checkpoints, and a chain that was followed.

use super::Stand;
use gatehouse_control_plane::audit;
use gatehouse_domain::Role;

#[tokio::test]
async fn entries_are_found_by_action_subject_request_and_day() {
    let stand = Stand::new().await;
    stand.publish_petstore().await;
    stand.admit("dev@acme.test", Role::Developer).await;
    let dev = stand.actor("dev@acme.test").await.user().unwrap();
    let mut owner = stand.signed_in("olga@acme.test").await;
    let path = format!("/console/people/{dev}");
    owner.get(&path).await;
    assert_eq!(
        owner
            .post(&format!("{path}/status"), &[("status", "disabled")])
            .await
            .status,
        303
    );
    let found = owner.get("/console/audit?action=member.disable").await;
    let rows = |body: &str| body.matches("data-l=\"Number\"").count();
    assert_eq!(rows(&found.body), 1, "{}", found.body);
    let request = found
        .between("class=\"small long\">Request ", "</p>")
        .to_owned();
    assert_eq!(
        rows(
            &owner
                .get(&format!("/console/audit?request={request}"))
                .await
                .body
        ),
        1
    );
    assert_eq!(
        rows(
            &owner
                .get(&format!(
                    "/console/audit?action=member.disable&subject={dev}"
                ))
                .await
                .body
        ),
        1
    );
    let day = "from=2026-11-20&until=2026-11-20";
    assert_eq!(
        rows(
            &owner
                .get(&format!("/console/audit?action=member.disable&{day}"))
                .await
                .body
        ),
        1
    );
    for outside in ["until=2026-11-19", "from=2026-11-21"] {
        let nothing = owner.get(&format!("/console/audit?{outside}")).await;
        assert!(
            nothing.body.contains("Nothing matches"),
            "{outside}: {}",
            nothing.body
        );
    }
    let wrong = owner.get("/console/audit?from=yesterday").await;
    assert!(wrong.body.contains("f-from-error"), "{}", wrong.body);
}

#[tokio::test]
async fn the_export_is_the_one_of_the_api_and_verifies() {
    let stand = Stand::new().await;
    stand.publish_petstore().await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    let path = "/console/audit/export";
    let page = owner.get("/console/audit").await;
    assert!(page.body.contains("action=\"/console/audit/export\""));
    let csv = owner.post(path, &[("format", "csv")]).await;
    assert!(csv.body.starts_with(audit::CSV_HEADER), "{}", csv.body);
    assert_eq!(
        csv.headers["content-disposition"],
        "attachment; filename=\"audit.csv\""
    );
    let lines = owner.post(path, &[]).await;
    assert_eq!(lines.headers["content-type"], "application/x-ndjson");
    assert_eq!(
        lines.body.lines().count(),
        csv.body.matches("\r\n").count() - 1
    );
    assert_eq!(owner.post(path, &[("format", "pdf")]).await.status, 404);
    assert_eq!(owner.get(path).await.status, 405, "a link exports nothing");
    stand.admit("dev@acme.test", Role::Developer).await;
    let mut dev = stand.signed_in("dev@acme.test").await;
    dev.get("/inbox").await;
    assert_eq!(dev.post(path, &[]).await.status, 403);
}

#[tokio::test]
async fn a_record_that_was_changed_is_found_and_named() {
    let stand = Stand::new().await;
    stand.publish_petstore().await;
    assert!(audit::sign_checkpoints(&stand.db).await.unwrap() > 0);
    let mut owner = stand.signed_in("olga@acme.test").await;
    let path = "/console/audit/checkpoints";
    let page = owner.get(path).await;
    assert!(
        page.body.contains("To keep outside") && page.body.contains("signature"),
        "{}",
        page.body
    );
    let whole = owner.post(path, &[]).await;
    assert!(
        whole.between("id=\"found\"", "</div>").contains("Whole"),
        "{}",
        whole.body
    );
    stand
        .database
        .run("alter table audit_log disable trigger user; update audit_log set actor_name = 'Nobody' where seq = 2")
        .await;
    let broken = owner.post(path, &[]).await;
    assert!(
        broken.body.contains("Entry 2 does not fit"),
        "{}",
        broken.body
    );
    stand.admit("pub@acme.test", Role::Publisher).await;
    let mut publisher = stand.signed_in("pub@acme.test").await;
    assert_eq!(publisher.post(path, &[]).await.status, 403);
}
