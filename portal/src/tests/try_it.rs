//! Calls from the page of an operation: who may send, what reaches the gateway, what is shown of the answer.

use super::{Stand, Window};
use crate::pages::catalogue::try_it::FORM_BYTES_MAX;
use crate::relay::SENT_BYTES_MAX;
use crate::upload::{CALL_TEXTS_BYTES_MAX, CALLS, NAME_BYTES_MAX, PARTS_MAX};
use gatehouse_domain::Role;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

pub(super) const GET_PET: &str = "/apis/petstore/v1/reference/getPet";
const CREATE_PET: &str = "/apis/petstore/v1/reference/createPet";

/// A gateway that answers every call alike and keeps what it got.
pub(super) struct Gateway {
    url: String,
    got: Arc<Mutex<Vec<String>>>,
}

impl Gateway {
    pub(super) fn answering(answer: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let got: Arc<Mutex<Vec<String>>> = Arc::default();
        let kept = Arc::clone(&got);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let lines = reader.by_ref().lines().map(Result::unwrap);
                let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
                let length = head.iter().find_map(|line| {
                    let (name, value) = line.split_once(": ")?;
                    name.eq_ignore_ascii_case("content-length")
                        .then(|| value.parse().unwrap())
                });
                let mut body = vec![0; length.unwrap_or(0)];
                reader.read_exact(&mut body).unwrap();
                let body = String::from_utf8_lossy(&body);
                kept.lock()
                    .unwrap()
                    .push(format!("{}\n\n{body}", head.join("\n")));
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        Self { url, got }
    }

    pub(super) fn calls(&self) -> Vec<String> {
        self.got.lock().unwrap().clone()
    }
}

pub(super) const HTML: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nset-cookie: a=b\r\nratelimit: \"second\";r=4;t=1\r\n\
     gatehouse-request-id: req_1\r\nconnection: close\r\ncontent-length: 31\r\n\r\n<img src=x onerror=alert(1)>pet";
const REFUSED: &str = "HTTP/1.1 429 Too Many Requests\r\ncontent-type: application/problem+json\r\n\
     gatehouse-request-id: req_2\r\nconnection: close\r\ncontent-length: 75\r\n\r\n\
     {\"code\":\"rate_limited\",\"request_id\":\"req_2\",\"detail\":\"Five calls a second\"}";

pub(super) async fn stand(gateway: &Gateway) -> Stand {
    let stand = Stand::with(&[("GATEHOUSE_PORTAL__GATEWAY_URL", gateway.url.as_str())]).await;
    stand.publish_petstore().await;
    stand.admit("dev@acme.test", Role::Developer).await;
    stand
}

async fn subscribed(stand: &Stand, environment: &str) -> Window {
    let mut dev = stand.signed_in("dev@acme.test").await;
    dev.get("/apis/petstore/request?plan=free").await;
    let fields = [
        ("plan", "free"),
        ("environment", environment),
        ("application", "new"),
        ("app_name", "Mobile checkout"),
        ("purpose", "Shows pets"),
    ];
    let answer = dev.post("/apis/petstore/request", &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    dev
}

const AS: (&str, &str) = ("application", "mobile-checkout");

#[tokio::test]
async fn nothing_is_sent_for_who_is_not_signed_in_or_has_no_access() {
    let gateway = Gateway::answering(HTML);
    let stand = stand(&gateway).await;
    let mut stranger = stand.window();
    // Nothing of a tenant is shown to strangers before it is offered to everybody; signed in, the page offers the way on.
    let sent = stranger
        .post(GET_PET, &[AS, ("environment", "sandbox"), ("path.id", "7")])
        .await;
    assert_ne!(sent.status, 200);
    let mut dev = stand.signed_in("dev@acme.test").await;
    let page = dev.get(GET_PET).await;
    assert!(
        page.body.contains("Try it") && page.body.contains("Request access"),
        "{}",
        page.body
    );
    let sent = dev
        .post(GET_PET, &[AS, ("environment", "sandbox"), ("path.id", "7")])
        .await;
    assert_eq!(sent.status, 422);
    let mut dev = subscribed(&stand, "sandbox").await;
    let page = dev.get(GET_PET).await;
    assert!(page.body.contains("name=\"path.id\""), "{}", page.body);
    dev.token = "forged".into();
    let sent = dev
        .post(GET_PET, &[AS, ("environment", "sandbox"), ("path.id", "7")])
        .await;
    assert_eq!(sent.status, 403);
    assert!(gateway.calls().is_empty());
}

#[tokio::test]
async fn an_answer_of_the_description_is_shown_and_nothing_is_sent() {
    let gateway = Gateway::answering(HTML);
    let stand = stand(&gateway).await;
    let mut document = gatehouse_harness::descriptions::petstore("Petstore", "http://127.0.0.1:9/");
    document["paths"]["/pets/{id}"]["get"]["responses"]["429"] = serde_json::json!({
        "description": "Too many",
        "content": {"application/problem+json": {"examples": {
            "<b>worst": {"value": {"code": "rate_limited", "detail": "<img src=x onerror=alert(1)>"}},
        }}},
    });
    stand.publish("petstore", "v1", &document).await;
    // In production too: nothing is changed there.
    let mut dev = subscribed(&stand, "production").await;
    let page = dev.get(GET_PET).await;
    let id = page.between("<option value=\"429|", "\"").to_owned();
    let id = format!("429|{id}")
        .replace("&#60;", "<")
        .replace("&#62;", ">");
    assert!(id.ends_with("|<b>worst"), "{id}");
    let chosen = ("scenario", id.as_str());
    let fields = [AS, ("environment", "production"), ("path.id", "7"), chosen];
    let page = dev.post(GET_PET, &fields).await;
    assert_eq!(page.status, 200, "{}", page.body);
    for words in [
        "429 Too Many Requests",
        "Made from the description. Nothing was sent.",
        "rate_limited",
        "&#60;img",
        "application/problem+json",
        "\" selected>429",
        "/petstore/v1/pets/7",
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    assert!(
        !page.body.contains("<img src=x") && !page.body.contains("/logs/"),
        "{}",
        page.body
    );
    let file = dev
        .post(GET_PET, &[&fields[..], &[("download", "yes")]].concat())
        .await;
    assert!(file.body.contains("rate_limited"), "{}", file.body);
    for (id, path, words) in [
        (id.as_str(), "..", "would lead to another address"),
        ("404||", "7", "the description has this one no more"),
    ] {
        let fields = [
            AS,
            ("environment", "production"),
            ("path.id", path),
            ("scenario", id),
        ];
        let refused = dev.post(GET_PET, &fields).await;
        assert_eq!(refused.status, 422, "{}", refused.body);
        assert!(refused.body.contains(words), "{words}: {}", refused.body);
    }
    assert!(gateway.calls().is_empty());
}

#[tokio::test]
async fn a_call_goes_to_the_environment_chosen_and_its_answer_is_shown_as_text() {
    let gateway = Gateway::answering(HTML);
    let stand = stand(&gateway).await;
    let mut dev = subscribed(&stand, "sandbox").await;
    dev.get(GET_PET).await;
    let fields = [AS, ("environment", "sandbox"), ("path.id", "a/b")];
    let page = dev.post(GET_PET, &fields).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let calls = gateway.calls();
    assert!(
        calls[0].starts_with("GET /sandbox/petstore/v1/pets/a%2Fb HTTP/1.1"),
        "{calls:?}"
    );
    let bearer = "authorization: bearer gtc_";
    assert!(
        calls[0].to_ascii_lowercase().contains(bearer)
            && !calls[0].to_ascii_lowercase().contains("\ncookie:"),
        "{calls:?}"
    );
    for words in [
        "200 OK",
        "31 B",
        "4 left this second",
        "req_1",
        "&#60;img",
        "curl",
        "text/html",
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    for absent in ["<img src=x", "set-cookie", "gtc_"] {
        assert!(!page.body.contains(absent), "{absent}: {}", page.body);
    }
    // As a file, which no browser shows.
    let mut all = fields.to_vec();
    all.push(("download", "yes"));
    let file = dev.post(GET_PET, &all).await;
    assert_eq!(file.headers["content-type"], "application/octet-stream");
    assert!(
        file.headers["content-disposition"]
            .to_str()
            .unwrap()
            .starts_with("attachment")
    );
    assert_eq!(file.headers["x-content-type-options"], "nosniff");
    assert!(file.body.ends_with("pet"));

    // What was filled in wrong is said where it stands, and nothing is sent.
    for (fields, words) in [
        (
            vec![AS, ("environment", "sandbox"), ("path.id", "..")],
            "would lead to another address",
        ),
        (
            vec![AS, ("environment", "moon"), ("path.id", "7")],
            "Choose one of the environments",
        ),
    ] {
        let refused = dev.post(GET_PET, &fields).await;
        assert_eq!(refused.status, 422, "{words}");
        assert!(refused.body.contains(words), "{}", refused.body);
    }
    let strange = [
        AS,
        ("environment", "sandbox"),
        ("path.id", "7"),
        ("host", "evil.example"),
    ];
    assert_eq!(dev.post(GET_PET, &strange).await.status, 400);
    let other = [
        ("application", "nobodys"),
        ("environment", "sandbox"),
        ("path.id", "7"),
    ];
    assert_eq!(
        dev.post(GET_PET, &other).await.status,
        404,
        "not one of theirs"
    );
    assert_eq!(gateway.calls().len(), 2);
}

#[tokio::test]
async fn what_changes_production_is_asked_once_and_a_refusal_is_said_in_words() {
    let gateway = Gateway::answering(REFUSED);
    let stand = stand(&gateway).await;
    let mut dev = subscribed(&stand, "production").await;
    dev.get(CREATE_PET).await;
    let fields = [AS, ("environment", "production")];
    let asked = dev.post(CREATE_PET, &fields).await;
    assert!(
        asked.body.contains("Nothing was sent yet") && gateway.calls().is_empty(),
        "{}",
        asked.body
    );
    let mut meant = fields.to_vec();
    meant.push(("confirm", "yes"));
    let sent = dev.post(CREATE_PET, &meant).await;
    assert!(
        gateway.calls()[0].starts_with("POST /petstore/v1/pets "),
        "{:?}",
        gateway.calls()
    );
    for words in [
        "Too many requests in a short time",
        "Five calls a second",
        "/errors/rate_limited",
    ] {
        assert!(sent.body.contains(words), "{words}: {}", sent.body);
    }
    let again = dev.post(CREATE_PET, &fields).await;
    assert!(!again.body.contains("Nothing was sent yet"), "asked once");
    assert_eq!(gateway.calls().len(), 2);
}

const UPLOAD: &str = "/apis/petstore/v2/reference/sendPhoto";

/// A version whose operation takes a body of parts, and somebody with access to it.
async fn uploads(gateway: &Gateway) -> (Stand, Window) {
    let stand = stand(gateway).await;
    let document = serde_json::json!({
        "openapi": "3.1.0", "info": {"title": "Petstore", "version": "2"},
        "servers": [{"url": "http://127.0.0.1:9/"}],
        "paths": {"/photos": {"post": {"operationId": "sendPhoto", "summary": "Send a photo",
            "requestBody": {"required": true, "content": {"multipart/form-data": {
                "schema": {"type": "object", "required": ["photo"], "properties": {
                    "note": {"type": "string"}, "photo": {"type": "string", "format": "binary"}}},
                "encoding": {"photo": {"contentType": "image/png"}}}}},
            "responses": {"200": {"description": "Well"}}}},
            "/photos/{id}": {"put": {"operationId": "putPhoto", "summary": "Put a photo",
            "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
            "requestBody": {"required": true, "content": {"image/png": {}}},
            "responses": {"200": {"description": "Well"}}}}},
    });
    stand.publish("petstore", "v2", &document).await;
    let dev = subscribed(&stand, "sandbox").await;
    (stand, dev)
}

#[tokio::test]
async fn a_file_reaches_the_gateway_in_a_part_of_its_own_and_a_refused_form_says_it_is_gone() {
    let gateway = Gateway::answering(HTML);
    let (_stand, mut dev) = uploads(&gateway).await;
    let page = dev.get(UPLOAD).await;
    for markup in [
        "enctype=\"multipart/form-data\"",
        "type=\"file\" id=\"f-body.photo\" name=\"body.photo\" accept=\"image/png\" required",
        "name=\"body.note\"",
    ] {
        assert!(page.body.contains(markup), "{markup}: {}", page.body);
    }
    let fields = [AS, ("environment", "sandbox"), ("body.note", "My \"cat\"")];
    let png = ("body.photo", "a%22b.png", "PNG bytes");

    let without = dev.post_files(UPLOAD, &fields, &[]).await;
    assert_eq!(without.status, 422);
    assert!(
        without.body.contains("photo: Needed: choose a file.")
            && without.body.contains("My &#34;cat&#34;"),
        "{}",
        without.body
    );
    let moon = [AS, ("environment", "moon"), ("body.note", "kept")];
    let refused = dev.post_files(UPLOAD, &moon, &[png]).await;
    assert!(
        refused.status == 422 && refused.body.contains("Choose the file again"),
        "{}",
        refused.body
    );
    let strange = dev
        .post_files(UPLOAD, &fields, &[("body.other", "a", "b")])
        .await;
    assert_eq!(strange.status, 400);
    let kept = std::mem::replace(&mut dev.token, "forged".into());
    let forged = dev.post_files(UPLOAD, &fields, &[png]).await;
    assert_eq!(forged.status, 403);
    dev.token = kept;
    assert!(gateway.calls().is_empty(), "nothing was sent so far");

    let sent = dev.post_files(UPLOAD, &fields, &[png]).await;
    assert_eq!(sent.status, 200, "{}", sent.body);
    let call = gateway.calls().remove(0);
    for part in [
        "name=\"note\"\r\n\r\nMy \"cat\"\r\n",
        "name=\"photo\"; filename=\"a%22b.png\"\r\nContent-Type: image/png\r\n\r\nPNG bytes\r\n",
    ] {
        assert!(call.contains(part), "{part}: {call}");
    }
    assert!(
        !call.contains("csrf") && !call.contains("body.note"),
        "{call}"
    );
    assert!(
        sent.body.contains("photo=@") && sent.body.contains("a%22b.png"),
        "the command names the file: {}",
        sent.body
    );
}

#[tokio::test]
async fn a_body_that_is_a_file_is_the_one_of_its_control_whatever_came_before_it() {
    const PUT_PHOTO: &str = "/apis/petstore/v2/reference/putPhoto";
    let gateway = Gateway::answering(HTML);
    let (_stand, mut dev) = uploads(&gateway).await;
    dev.get(PUT_PHOTO).await;
    let fields = [AS, ("environment", "sandbox"), ("path.id", "7")];
    let stray = ("path.id", "stray.png", "Stray bytes");
    let own = ("body", "own.png", "PNG bytes");
    for files in [[stray, own], [own, stray]] {
        let sent = dev.post_files(PUT_PHOTO, &fields, &files).await;
        assert_eq!(sent.status, 200, "{}", sent.body);
        assert!(
            sent.body.contains("own.png") && !sent.body.contains("stray.png"),
            "the command names the file that was sent: {}",
            sent.body
        );
    }
    let calls = gateway.calls();
    assert_eq!(calls.len(), 2);
    for call in calls {
        assert!(
            call.starts_with("PUT /sandbox/petstore/v2/photos/7 ")
                && call.ends_with("\n\nPNG bytes"),
            "{call}"
        );
    }
    let without = dev.post_files(PUT_PHOTO, &fields, &[stray]).await;
    assert_eq!(without.status, 422);
    assert!(
        without.body.contains("Body: Needed: choose a file."),
        "{}",
        without.body
    );
    assert_eq!(gateway.calls().len(), 2, "a stray file is no body");
}

#[tokio::test]
async fn files_beyond_the_limit_are_refused_beside_their_control_and_texts_are_kept() {
    let gateway = Gateway::answering(HTML);
    let (_stand, mut dev) = uploads(&gateway).await;
    dev.get(UPLOAD).await;
    let fields = [AS, ("environment", "sandbox"), ("body.note", "kept words")];
    for size in [SENT_BYTES_MAX, SENT_BYTES_MAX + 1] {
        let large = "x".repeat(size);
        let refused = dev
            .post_files(UPLOAD, &fields, &[("body.photo", "a.png", &large)])
            .await;
        assert_eq!(
            refused.status, 422,
            "{size}: with its frame it is too large"
        );
        assert!(
            refused.body.contains("A call may send 10 MB from here")
                && refused.body.contains("f-body.photo-error")
                && refused.body.contains("kept words"),
            "{}",
            refused.body
        );
    }
    let huge = "x".repeat(FORM_BYTES_MAX + 1);
    let refused = dev
        .post_files(UPLOAD, &fields, &[("body.photo", "a.png", &huge)])
        .await;
    assert_eq!(refused.status, 413);
    assert!(gateway.calls().is_empty());
}

#[tokio::test]
async fn texts_are_bounded_together_and_the_field_of_descriptions_is_no_exception() {
    let gateway = Gateway::answering(HTML);
    let (_stand, mut dev) = uploads(&gateway).await;
    dev.get(UPLOAD).await;
    let of_field = 32 * 1024;
    let part = "x".repeat(of_field);
    // What is within the limit is read and then refused for its unknown fields.
    for (over, status) in [(-1, 400), (0, 400), (1, 413)] {
        let last = "x".repeat(of_field.saturating_add_signed(over));
        let whole = CALL_TEXTS_BYTES_MAX / of_field - 1;
        let names: Vec<String> = (0..whole).map(|number| format!("more{number}")).collect();
        let mut fields: Vec<(&str, &str)> = names
            .iter()
            .map(|name| (name.as_str(), part.as_str()))
            .collect();
        fields.push(("last", &last));
        let answer = dev.post_files(UPLOAD, &fields, &[]).await;
        assert_eq!(answer.status, status, "{over}: {}", answer.body);
        let pasted = "x".repeat(CALL_TEXTS_BYTES_MAX.saturating_add_signed(over));
        let answer = dev.post_files(UPLOAD, &[("text", &pasted)], &[]).await;
        assert_eq!(answer.status, status, "{over}: {}", answer.body);
    }
    assert!(gateway.calls().is_empty());
}

#[tokio::test]
async fn nobody_holds_all_places_of_forms_that_are_read() {
    let gateway = Gateway::answering(HTML);
    let (stand, mut dev) = uploads(&gateway).await;
    stand.admit("other@acme.test", Role::Developer).await;
    let mut other = stand.signed_in("other@acme.test").await;
    let person = stand.actor("dev@acme.test").await.user().unwrap();
    let mut held: Vec<_> = std::iter::from_fn(|| CALLS.take(person)).collect();
    assert_eq!(held.len(), 4);
    dev.get(UPLOAD).await;
    other.get(UPLOAD).await;
    // What is read is refused for its unknown field.
    let fields = [("unknown", "")];
    let refused = dev.post_files(UPLOAD, &fields, &[]).await;
    assert_eq!(refused.status, 503, "{}", refused.body);
    assert_eq!(other.post_files(UPLOAD, &fields, &[]).await.status, 400);
    held.pop();
    assert_eq!(dev.post_files(UPLOAD, &fields, &[]).await.status, 400);
    assert!(CALLS.take(person).is_some(), "its place was given back");
}

#[tokio::test]
async fn a_form_has_so_many_parts_with_names_that_are_so_long() {
    let gateway = Gateway::answering(HTML);
    let (_stand, mut dev) = uploads(&gateway).await;
    dev.get(UPLOAD).await;
    // The token is one of them. What is read is refused for its unknown fields.
    for (over, status) in [(-1, 400), (0, 400), (1, 413)] {
        let count = (PARTS_MAX - 1).saturating_add_signed(over);
        let names: Vec<String> = (0..count).map(|number| format!("more{number}")).collect();
        let fields: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
        let answer = dev.post_files(UPLOAD, &fields, &[]).await;
        assert_eq!(answer.status, status, "{over}: {}", answer.body);
        let name = "n".repeat(NAME_BYTES_MAX.saturating_add_signed(over));
        let answer = dev.post_files(UPLOAD, &[(&name, "")], &[]).await;
        assert_eq!(answer.status, status, "{over}: {}", answer.body);
    }
}
