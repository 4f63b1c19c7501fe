//! The backend behind the thousand operations: any collection, any number, always the same answer.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::Call;
use super::reply::{Reply, no_method, not_found, ok};

/// Numbers up to this one exist in every collection.
const NUMBER_MAX: u64 = 500;

pub(super) fn answer(call: &Call) -> Result<Reply, Reply> {
    let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
    let known = |number: &str| {
        let number = number
            .parse()
            .ok()
            .filter(|number| (1..=NUMBER_MAX).contains(number));
        number.ok_or_else(|| not_found("There is no such number."))
    };
    match (&call.method, path.as_slice()) {
        (&Method::GET, [_, "search" | "count"]) => Ok(ok(json!({ "count": NUMBER_MAX }))),
        (&Method::GET, [collection]) => Ok(ok(json!({
            "data": (1..=3).map(|number| record(collection, number)).collect::<Vec<_>>(),
        }))),
        (&Method::POST, [collection]) => Ok(Reply::Created(
            format!("{collection}/501"),
            record(collection, 501),
        )),
        (&Method::GET | &Method::PUT | &Method::PATCH, [collection, number]) => {
            Ok(ok(record(collection, known(number)?)))
        }
        (&Method::DELETE, [_, number]) => known(number).map(|_| Reply::Empty),
        (_, [collection, number, _]) => Ok(Reply::Json(
            StatusCode::OK,
            record(collection, known(number)?),
        )),
        (_, [_, ..]) => Err(no_method()),
        _ => Err(not_found("Name a collection.")),
    }
}

fn record(collection: &str, number: u64) -> Value {
    let collection: String = collection.chars().take(40).collect();
    json!({
        "number": number,
        "name": format!("{collection} {number}"),
        "state": if number.is_multiple_of(5) { "closed" } else { "open" },
    })
}
