//! Two people change one thing: the second learns of the first.

use http::Method;
use serde_json::json;

use crate::served::Served;

#[tokio::test]
async fn a_change_needs_the_tag_it_starts_from_and_an_old_one_is_refused() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    let patch = |headers: Vec<(&'static str, String)>, name: &'static str| {
        let (served, token) = (&served, &token);
        async move {
            let headers: Vec<_> = headers
                .iter()
                .map(|(header, value)| (*header, value.as_str()))
                .collect();
            served
                .ask(
                    Method::PATCH,
                    "/v1/tenant",
                    token,
                    &headers,
                    Some(json!({"name": name})),
                )
                .await
        }
    };
    let answer = patch(vec![], "One").await;
    assert_eq!(answer.problem(428), "precondition_required");
    let tag = served
        .get(&token, "/v1/tenant")
        .await
        .header("etag")
        .to_owned();
    let first = patch(vec![("if-match", tag.clone())], "One").await;
    assert_eq!(first.expect(200)["name"], "One");
    let new = first.header("etag").to_owned();
    assert_ne!(new, tag);
    let second = patch(vec![("if-match", tag)], "Two").await;
    assert_eq!(second.problem(412), "version_mismatch");
    let version = first.json()["row_version"].to_string();
    assert!(
        second
            .text
            .contains(&format!("Version {version} is current")),
        "{}",
        second.text
    );
    for foreign in ["\"nonsense\"".to_owned(), format!("W/{new}")] {
        assert_eq!(
            patch(vec![("if-match", foreign)], "Two").await.problem(412),
            "version_mismatch"
        );
    }
    // The tag of the answer to a change is the tag of the thing: no read between two changes.
    assert_eq!(served.get(&token, "/v1/tenant").await.header("etag"), new);
    assert_eq!(
        patch(vec![("if-match", new)], "Two").await.expect(200)["name"],
        "Two"
    );
    patch(vec![("if-match", "*".to_owned())], "Three")
        .await
        .expect(200);
}

#[tokio::test]
async fn what_the_client_has_already_is_304_without_a_body() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    let first = served.get(&token, "/v1/tenant").await;
    let tag = first.header("etag").to_owned();
    assert!(!tag.starts_with("W/") && tag.starts_with('"'));
    let again = served
        .ask(
            Method::GET,
            "/v1/tenant",
            &token,
            &[("if-none-match", &tag)],
            None,
        )
        .await;
    assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""));
    assert_eq!(again.header("etag"), tag);
    let other = served
        .ask(
            Method::GET,
            "/v1/tenant",
            &token,
            &[("if-none-match", "\"1-00\"")],
            None,
        )
        .await;
    assert_eq!(other.status, 200);
}
