//! Requests of what somebody filled in: checked by type, and never outside the operation.

use gatehouse_spec::sample::{Given, SampleBody, SampleRequest, VALUE_MAX, inputs};

use super::*;

const BASE: &str = "http://gateway:8000/pets/v1";

fn described() -> Value {
    let paths = r#"{"/pets/{id}/{part}":{"post":{
        "parameters":[
            {"name":"id","in":"path","required":true,"schema":{"type":"string"}},
            {"name":"part","in":"path","required":true,"schema":{"type":"string","enum":["head","tail"]}},
            {"name":"limit","in":"query","schema":{"type":"integer","minimum":1,"maximum":100}},
            {"name":"tags","in":"query","schema":{"type":"array","items":{"type":"string"}}},
            {"name":"deep","in":"query","schema":{"type":"boolean"}},
            {"name":"X-Trace","in":"header","schema":{"type":"string"}},
            {"name":"Cookie","in":"header","schema":{"type":"string"}},
            {"name":"X-Forwarded-For","in":"header","schema":{"type":"string"}},
            {"name":"Gatehouse-Node","in":"header","schema":{"type":"string"}},
            {"name":"session","in":"cookie","schema":{"type":"string"}}],
        "requestBody":{"required":true,"content":{"application/json":{"schema":{"type":"object"}}}},
        "responses":{"200":{"description":"Well"}}}}}"#;
    fragment(&read(&with_paths(paths)), "POST /pets/{}/{}")
}

fn given(parameters: &[(&str, &str, &str)], body: &str) -> Given {
    let texts = parameters.iter().map(|(place, name, text)| {
        (
            ((*place).to_owned(), (*name).to_owned()),
            (*text).to_owned(),
        )
    });
    Given {
        parameters: texts.collect(),
        body: body.to_owned(),
    }
}

/// The URL, or where the faults are.
fn url(given: &Given) -> Result<String, Vec<String>> {
    let made = SampleRequest::of_given(BASE, &described(), given);
    made.map(|request| request.url).map_err(|faults| {
        let place =
            |fault: gatehouse_spec::sample::GivenFault| format!("{}.{}", fault.place, fault.name);
        faults.into_iter().map(place).collect()
    })
}

const ID: (&str, &str, &str) = ("path", "id", "7");
const PART: (&str, &str, &str) = ("path", "part", "tail");

#[test]
fn a_form_asks_for_what_can_be_sent_and_for_no_cookie_or_header_of_the_connection() {
    let asked = inputs(&described());
    let names: Vec<_> = asked
        .iter()
        .map(|input| (input.place, &*input.name))
        .collect();
    assert_eq!(
        names,
        [
            ("path", "id"),
            ("path", "part"),
            ("query", "limit"),
            ("query", "tags"),
            ("query", "deep"),
            ("header", "X-Trace"),
        ]
    );
    assert_eq!(asked[1].choices, ["head", "tail"]);
    assert!(asked[1].required && !asked[1].value.is_empty());
    assert!(!asked[2].required && asked[2].value.is_empty());
}

#[test]
fn values_of_every_place_get_into_the_request_encoded() {
    let all = given(
        &[
            ("path", "id", "a/b?c#d {part}"),
            PART,
            ("query", "limit", "5"),
            ("query", "tags", "x & y, z"),
            ("query", "deep", "true"),
            ("header", "X-Trace", "7"),
            ("header", "Cookie", "stolen=1"),
        ],
        "{\"a\":1}",
    );
    let made = SampleRequest::of_given(BASE, &described(), &all).unwrap();
    assert_eq!(
        made.url,
        "http://gateway:8000/pets/v1/pets/a%2Fb%3Fc%23d%20%7Bpart%7D/tail?limit=5&tags=x%20%26%20y&tags=z&deep=true"
    );
    assert_eq!(made.headers, [("X-Trace".to_owned(), "7".to_owned())]);
    let body = SampleBody::Text {
        content_type: "application/json".to_owned(),
        text: "{\"a\":1}".to_owned(),
    };
    assert_eq!((made.method.as_str(), made.body), ("POST", body));
}

#[test]
fn what_does_not_fit_is_refused_where_it_stands_all_at_once() {
    let wrong = given(
        &[
            ("path", "id", ".."),
            ("path", "part", "ear"),
            ("query", "limit", "many"),
            ("query", "deep", "yes"),
            ("header", "X-Trace", "a\r\nx: y"),
        ],
        "{\"a\":",
    );
    let places = [
        "path.id",
        "path.part",
        "query.limit",
        "query.deep",
        "header.X-Trace",
        "body.",
    ];
    assert_eq!(url(&wrong), Err(places.map(str::to_owned).into()));
    for dots in [".", "..", ""] {
        let moved = given(&[("path", "id", dots), PART], "{}");
        assert_eq!(url(&moved), Err(vec!["path.id".to_owned()]), "{dots:?}");
    }
    for (limit, fits) in [
        ("0", false),
        ("1", true),
        ("100", true),
        ("101", false),
        ("1.5", false),
    ] {
        let one = given(&[ID, PART, ("query", "limit", limit)], "{}");
        assert_eq!(url(&one).is_ok(), fits, "{limit}");
    }
    for (length, fits) in [
        (VALUE_MAX - 1, true),
        (VALUE_MAX, true),
        (VALUE_MAX + 1, false),
    ] {
        let long = "x".repeat(length);
        let one = given(&[("path", "id", &long), PART], "{}");
        assert_eq!(url(&one).is_ok(), fits, "{length}");
    }
    let empty = given(&[ID, PART], " ");
    assert_eq!(
        url(&empty),
        Err(vec!["body.".to_owned()]),
        "it needs a body"
    );
}
