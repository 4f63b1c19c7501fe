//! Samples in the reader's language.

use super::Stand;
use gatehouse_domain::Role;

#[tokio::test]
async fn the_language_of_samples_is_chosen_once_and_kept() {
    let stand = Stand::new().await;
    stand.publish_petstore().await;
    stand.admit("dev@acme.test", Role::Developer).await;
    let mut dev = stand.signed_in("dev@acme.test").await;
    let path = "/apis/petstore/v1/reference/getPet";
    let first = dev.get(path).await.body;
    assert!(first.contains(">curl</span>"), "{first}");
    assert!(!first.contains("urllib"));
    let asked = dev.get(&format!("{path}?language=python")).await.body;
    assert!(asked.contains("urllib.request"), "{asked}");
    let python = r#"?language=python" aria-current="true">Python</a>"#;
    assert!(asked.contains(python), "{asked}");
    let kept = dev.get("/apis/petstore/v1/reference/listPets").await.body;
    assert!(kept.contains("urllib.request"), "{kept}");
    let unknown = dev.get(&format!("{path}?language=cobol")).await;
    assert_eq!(unknown.status, 200);
    assert!(
        unknown.body.contains("urllib.request"),
        "what was chosen stays"
    );
}

#[tokio::test]
async fn a_version_is_told_in_text_to_programs_that_read_text() {
    let stand = Stand::new().await;
    stand.publish_petstore().await;
    stand.admit("dev@acme.test", Role::Developer).await;
    let mut dev = stand.signed_in("dev@acme.test").await;
    let reference = dev.get("/apis/petstore/v1/reference").await.body;
    assert!(
        reference.contains("/apis/petstore/v1/llms.txt"),
        "{reference}"
    );
    let text = dev.get("/apis/petstore/v1/llms.txt").await.body;
    assert!(text.starts_with("# Petstore v1\n"), "{text}");
    assert!(
        text.contains("/apis/petstore/v1/reference/getPet): "),
        "{text}"
    );
    assert!(text.contains("- [GET /pets"), "{text}");
    assert_eq!(dev.get("/apis/none/v1/llms.txt").await.status, 404);
}
