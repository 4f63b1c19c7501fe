//! What the pages of a tenant look like, over REST.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::served::{Answer, Served};

const PATH: &str = "/v1/branding";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
const LOGO_BYTES_MAX: usize = 64 * 1024;

/// An image of so many bytes.
fn image(begin: &[u8], bytes: usize) -> Vec<u8> {
    let mut image = begin.to_vec();
    image.resize(bytes, 7);
    image
}

async fn patch(served: &Served, token: &str, body: Value) -> Answer {
    let tag = served.get(token, PATH).await.header("etag").to_owned();
    let tag = [("if-match", tag.as_str())];
    served
        .ask(Method::PATCH, PATH, token, &tag, Some(body))
        .await
}

#[tokio::test]
async fn a_colour_that_cannot_be_read_is_refused_with_the_nearest_that_can() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    let bare = served.get(&token, PATH).await;
    assert_eq!(
        bare.expect(200),
        json!({"accent": null, "welcome": null, "logo": null, "row_version": 0})
    );
    let refused = patch(&served, &token, json!({"accent": "#ffcc00"})).await;
    assert_eq!(refused.problem(422), "invalid");
    let fault = &refused.json()["errors"][0];
    assert_eq!(fault["pointer"], "/accent", "{fault}");
    let words = fault["detail"].as_str().unwrap();
    let nearest = words.split(' ').next_back().unwrap().trim_end_matches('.');
    let taken = patch(&served, &token, json!({"accent": nearest})).await;
    assert_eq!(taken.expect(200)["accent"], nearest);
    for wrong in ["gold", "#fc0", "#0b5fb0;}"] {
        let refused = patch(&served, &token, json!({"accent": wrong})).await;
        assert_eq!(refused.problem(422), "invalid", "{wrong}");
    }
    // Nothing of it is another tenant's.
    let other = served.mighty(&served.contoso).await;
    assert_eq!(
        served.get(&other, PATH).await.expect(200)["accent"],
        Value::Null
    );
}

#[tokio::test]
async fn a_logo_is_an_image_of_64_kib_at_most_and_what_is_not_named_stays() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    let body = json!({"accent": "#0B5FB0", "welcome": " # Hello "});
    let now = patch(&served, &token, body).await.expect(200);
    assert_eq!(
        (&now["accent"], &now["welcome"]),
        (&json!("#0b5fb0"), &json!("# Hello"))
    );
    for (begin, kind) in [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0".as_slice(), "image/jpeg"),
        (b"RIFF\0\0\0\0WEBPVP8 ".as_slice(), "image/webp"),
    ] {
        let image = image(begin, 100);
        let body = json!({"logo": STANDARD.encode(&image)});
        let now = patch(&served, &token, body).await.expect(200);
        let digest: String = Sha256::digest(&image)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(
            now["logo"],
            json!({"media_type": kind, "bytes": 100, "sha256": digest})
        );
        assert_eq!(
            (&now["accent"], &now["welcome"]),
            (&json!("#0b5fb0"), &json!("# Hello"))
        );
    }
    for (bytes, status) in [
        (LOGO_BYTES_MAX - 1, 200),
        (LOGO_BYTES_MAX, 200),
        (LOGO_BYTES_MAX + 1, 422),
    ] {
        let body = json!({"logo": STANDARD.encode(image(PNG, bytes))});
        assert_eq!(
            patch(&served, &token, body).await.status.as_u16(),
            status,
            "{bytes}"
        );
    }
    for wrong in [
        STANDARD.encode("<svg xmlns='http://www.w3.org/2000/svg'/>"),
        "not base64".to_owned(),
        String::new(),
    ] {
        let refused = patch(&served, &token, json!({"logo": wrong})).await;
        assert_eq!(refused.problem(422), "invalid", "{wrong}");
        assert_eq!(refused.json()["errors"][0]["pointer"], "/logo");
    }
    for (characters, status) in [(3_999, 200), (4_000, 200), (4_001, 422)] {
        let body = json!({"welcome": "ä".repeat(characters)});
        assert_eq!(
            patch(&served, &token, body).await.status.as_u16(),
            status,
            "{characters}"
        );
    }
    let bare = patch(
        &served,
        &token,
        json!({"accent": null, "welcome": null, "logo": null}),
    )
    .await;
    let bare = bare.expect(200);
    assert!(
        bare["accent"].is_null() && bare["welcome"].is_null() && bare["logo"].is_null(),
        "{bare}"
    );
}

#[tokio::test]
async fn every_fault_is_told_at_once_and_what_is_only_tried_or_late_changes_nothing() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    let body = json!({"accent": "gold", "welcome": "x".repeat(4_001), "logo": "!"});
    let refused = patch(&served, &token, body).await;
    assert_eq!(refused.problem(422), "invalid");
    let faults = refused.json()["errors"].as_array().unwrap().clone();
    let at: Vec<_> = faults.iter().map(|fault| &fault["pointer"]).collect();
    assert_eq!(at, ["/accent", "/welcome", "/logo"]);
    assert_eq!(faults[2]["code"], "base64");

    let colour = |accent: &str| Some(json!({ "accent": accent }));
    let tag = served.get(&token, PATH).await.header("etag").to_owned();
    let tag = [("if-match", tag.as_str())];
    let tried = format!("{PATH}?dry_run=true");
    let tried = served
        .ask(Method::PATCH, &tried, &token, &tag, colour("#7a1fa2"))
        .await;
    assert_eq!(tried.expect(200)["accent"], "#7a1fa2");
    let now = served.get(&token, PATH).await.expect(200);
    assert_eq!(
        (&now["accent"], &now["row_version"]),
        (&json!(null), &json!(0))
    );

    // Two who make the first row at once: one of them is late.
    let (one, other) = tokio::join!(
        served.ask(Method::PATCH, PATH, &token, &tag, colour("#7a1fa2")),
        served.ask(Method::PATCH, PATH, &token, &tag, colour("#0b5fb0")),
    );
    let (made, late) = match one.status.as_u16() {
        200 => (one, other),
        _ => (other, one),
    };
    assert_eq!(late.problem(412), "version_mismatch");
    let made = made.expect(200);
    assert_eq!(
        served.get(&token, PATH).await.expect(200)["accent"],
        made["accent"]
    );
    // One behind, with what somebody else had set meanwhile.
    let other = served.mighty(&served.northwind).await;
    let seen = served.get(&token, PATH).await.header("etag").to_owned();
    let seen = [("if-match", seen.as_str())];
    let next = served
        .ask(Method::PATCH, PATH, &other, &seen, colour("#8a1c1c"))
        .await;
    next.expect(200);
    let behind = served
        .ask(Method::PATCH, PATH, &token, &seen, colour("#7a1fa2"))
        .await;
    assert_eq!(behind.problem(412), "version_mismatch");
    // The log says who set which colour, in place of which.
    let log = "/v1/audit-events?action=branding.update&limit=2";
    let log = served.get(&token, log).await.expect(200);
    let [last, first] = [0, 1].map(|place| &log["data"][place]);
    let [before, after] = ["before", "after"].map(|when| &last[when]["accent"]);
    assert_eq!((before, after), (&made["accent"], &json!("#8a1c1c")));
    assert_eq!(first["after"]["accent"], made["accent"], "{log}");
    assert!(
        last["actor_id"].is_string() && first["actor_id"].is_string(),
        "{log}"
    );
    assert_ne!(last["actor_id"], first["actor_id"], "{log}");
}
