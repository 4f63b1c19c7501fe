//! A description that is published from its address, in the console.

use super::Stand;
use super::sso::EGRESS;
use gatehouse_domain::Role;
use gatehouse_harness::descriptions;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// A server whose every answer is the Petstore; gives its address.
async fn petstore(tasks: &mut JoinSet<()>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let document = descriptions::petstore("Petstore", "http://127.0.0.1:9/").to_string();
    tasks.spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let _ = socket.read(&mut [0; 4096]).await;
            let length = document.len();
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close");
            let answer = format!("{head}\r\n\r\n{document}");
            let _ = socket.write_all(answer.as_bytes()).await;
        }
    });
    format!("http://{address}/petstore.json")
}

#[tokio::test]
async fn an_api_is_published_from_an_address_and_what_stands_in_the_way_is_at_its_field() {
    let stand = Stand::with(&[EGRESS]).await;
    let mut tasks = JoinSet::new();
    let url = petstore(&mut tasks).await;
    let mut olga = stand.signed_in("olga@acme.test").await;
    let form = olga.get("/console/apis/new").await;
    assert!(form.body.contains("name=\"url\""), "{}", form.body);
    let with = |url| {
        [
            ("api", "pets"),
            ("version", "v1"),
            ("url", url),
            ("text", ""),
        ]
    };
    let path = "/console/apis/new";
    let inside = "http://10.0.0.1/petstore.json";
    let refused = olga.post_parts(path, &with(inside), None).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    let at_field = refused.between("id=\"f-url\"", ">");
    assert!(at_field.contains("10.0.0.1"), "kept: {at_field}");
    assert!(
        refused
            .body
            .contains("is not an address of the public internet")
    );
    let none = olga.post_parts(path, &with(""), None).await;
    assert!(none.body.contains("name an address"), "{}", none.body);

    let made = olga.post_parts(path, &with(&url), None).await;
    assert_eq!(made.status, 303, "{}", made.body);
    let page = olga.get("/console/apis/pets").await;
    assert!(page.body.contains("Petstore"), "{}", page.body);

    // A version of an API that is there comes the same way; who may not publish has nothing fetched.
    let next = [("version", "v2"), ("url", url.as_str())];
    let versions = "/console/apis/pets/versions";
    let published = olga.post_parts(versions, &next, None).await;
    assert_eq!(published.status, 303, "{}", published.body);
    stand.admit("dev@acme.test", Role::Developer).await;
    let mut dev = stand.signed_in("dev@acme.test").await;
    let other = dev.post_parts(versions, &next, None).await;
    assert_eq!(other.status, 403, "{}", other.body);
}
