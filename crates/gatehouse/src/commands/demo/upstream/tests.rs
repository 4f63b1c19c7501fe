//! The backend, asked in memory.

use super::*;

fn ask(backend: &Backend, method: &Method, path: &str, body: &str) -> (StatusCode, Value) {
    let uri = path.parse().unwrap();
    let (folder, call) =
        read(method, &uri, Bytes::from(body.to_owned())).expect("a folder of the backend");
    match backend.reply(folder, &call) {
        Reply::Json(status, value) | Reply::Problem(status, value) => (status, value),
        Reply::Created(_, value) => (StatusCode::CREATED, value),
        Reply::Empty => (StatusCode::NO_CONTENT, Value::Null),
        Reply::Events(_) => (StatusCode::OK, Value::Null),
    }
}

fn get(backend: &Backend, path: &str) -> (StatusCode, Value) {
    ask(backend, &Method::GET, path, "")
}

#[test]
fn pets_are_listed_in_pages_and_filtered_under_the_names_of_every_version() {
    let backend = Backend::default();
    let (_, page) = get(&backend, "/petstore/pets?limit=5");
    assert_eq!(
        (page["data"].as_array().map(Vec::len), page["next"].as_u64()),
        (Some(5), Some(5))
    );
    let (_, last) = get(&backend, "/petstore/pets?after=10");
    assert_eq!(
        (last["data"].as_array().map(Vec::len), &last["next"]),
        (Some(2), &Value::Null)
    );
    let of_v2 = get(&backend, "/petstore/pets?status=sold&species=cat");
    assert_eq!(of_v2, get(&backend, "/petstore/pets?state=sold&kind=cat"));
    assert_eq!(of_v2.1["data"][0]["name"], "Milo");
    let (_, rex) = get(&backend, "/petstore/pets/1");
    assert_eq!(
        (&rex["status"], &rex["state"]),
        (&json!("available"), &json!("available"))
    );
    assert_eq!(
        get(&backend, "/petstore/pets/99").1["detail"],
        "There is no pet 99."
    );
}

#[test]
fn what_is_added_can_be_read_changed_and_removed() {
    let backend = Backend::default();
    let body = r#"{"name":"Kiwi","species":"parrot"}"#;
    let (status, pet) = ask(&backend, &Method::POST, "/petstore/pets", body);
    assert_eq!(
        (status, pet["id"].as_u64()),
        (StatusCode::CREATED, Some(13))
    );
    let path = "/petstore/pets/13";
    let (_, changed) = ask(&backend, &Method::PATCH, path, r#"{"status":"sold"}"#);
    assert_eq!(changed["status"], "sold");
    assert_eq!(
        ask(&backend, &Method::PATCH, path, r#"{"status":"eaten"}"#).0,
        400
    );
    assert_eq!(ask(&backend, &Method::DELETE, path, "").0, 204);
    assert_eq!(get(&backend, path).0, 404);
    assert_eq!(ask(&backend, &Method::POST, "/petstore/pets", "[]").0, 400);
}

#[test]
fn an_order_is_cancelled_only_before_it_is_shipped() {
    let backend = Backend::default();
    let body = r#"{"customer":"cus-1","lines":[{"sku":"TOY-ROPE","quantity":2}]}"#;
    let (_, order) = ask(&backend, &Method::POST, "/orders/orders", body);
    assert_eq!(
        (order["id"].as_u64(), order["total_cents"].as_u64()),
        (Some(1_007), Some(1_798))
    );
    assert_eq!(
        ask(&backend, &Method::POST, "/orders/orders/1007/cancel", "").0,
        200
    );
    assert_eq!(
        ask(&backend, &Method::POST, "/orders/orders/1001/cancel", "").0,
        409
    );
    assert_eq!(
        get(&backend, "/orders/orders/1001/shipments").1[0]["tracking"],
        "SP-1001-1"
    );
}

#[test]
fn tenants_do_not_share_a_store() {
    let backend = Backend::default();
    ask(&backend, &Method::DELETE, "/petstore/pets/1", "");
    assert_eq!(get(&backend, "/northwind/pets/1").0, 200);
}

#[test]
fn weather_and_the_large_description_answer_the_same_every_time() {
    let backend = Backend::default();
    let path = "/weather/cities/lisbon/forecast?days=7";
    assert_eq!(get(&backend, path), get(&backend, path));
    assert_eq!(get(&backend, "/weather/cities/atlantis/current").0, 404);
    for (path, status) in [("/atlas/invoices/500", 200), ("/atlas/invoices/501", 404)] {
        assert_eq!(get(&backend, path).0, status, "{path}");
    }
    assert!(read(&Method::GET, &"/elsewhere".parse().unwrap(), Bytes::new()).is_none());
}

#[tokio::test(start_paused = true)]
async fn a_stream_sends_as_many_events_as_it_was_asked_for() {
    let backend = Backend::default();
    let uri = "/petstore/events?count=3".parse().unwrap();
    let (folder, call) = read(&Method::GET, &uri, Bytes::new()).unwrap();
    let body = backend.reply(folder, &call).into_response().into_body();
    let text = body.collect().await.unwrap().to_bytes();
    let text = std::str::from_utf8(&text).unwrap();
    assert_eq!(text.matches("event: pet.viewed\n").count(), 3);
    assert!(
        text.starts_with("id: 1\nevent: pet.viewed\ndata: {\"pet\":2}\n\n"),
        "{text}"
    );
}
