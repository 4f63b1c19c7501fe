//! What fields begin with, and how often an example is made for them.

use serde_json::{Map, json};

use super::*;
use crate::render::example::MADE;
use crate::sample::SampleRequest;

/// An operation that needs a body of this media type.
fn operation(media_type: &str, media: &Value) -> Value {
    json!({
        "method": "POST",
        "path": "/a",
        "operation": {"requestBody": {"required": true, "content": {media_type: media}}},
    })
}

/// What `run` returns, and how many examples were made for it.
fn counted<T>(run: impl FnOnce() -> T) -> (T, usize) {
    let before = MADE.get();
    let result = run();
    (result, MADE.get() - before)
}

#[test]
fn the_fields_of_a_form_share_one_example_and_checking_them_makes_none() {
    const MANY: usize = 5_000;
    let names: Vec<String> = (0..MANY).map(|number| format!("p{number}")).collect();
    let described = names
        .iter()
        .map(|name| (name.clone(), json!({"type": "string"})));
    let properties: Map<String, Value> = described.collect();
    let schema = json!({"type": "object", "required": names, "properties": properties});
    for media_type in [FORM, PARTS] {
        let fragment = operation(media_type, &json!({"schema": schema}));
        let (input, count) = counted(|| body_input(&fragment));
        let BodyInput::Fields { fields, .. } = input else {
            panic!("a field for each property of {media_type}");
        };
        assert_eq!((fields.len(), count), (MANY, 1), "{media_type}");
        // Those beyond the first hundreds, for which an example has no room, too.
        assert!(fields.iter().all(|field| field.value == "string"));

        let check = || SampleRequest::of_given("http://h", &fragment, &Given::default());
        let (checked, count) = counted(check);
        let faults = checked.unwrap_err();
        assert_eq!((faults.len(), count), (MANY, 0), "{media_type}");

        let unknown = counted(|| is_body_unknown(&fragment));
        assert_eq!(unknown, (false, 0), "{media_type}");
    }
    let dark = operation("multipart/mixed", &json!({"schema": schema}));
    assert_eq!(counted(|| is_body_unknown(&dark)), (true, 0));
}

#[test]
fn a_field_begins_with_the_example_given_else_with_the_one_made() {
    let fragment = operation(
        PARTS,
        &json!({
            "example": {"given": "mine", "nothing": null},
            "schema": {
                "type": "object",
                "required": ["given", "made", "deep", "nothing", "photo"],
                "properties": {
                    "given": {"type": "string"},
                    "made": {"type": "string", "format": "uuid"},
                    "deep": {"type": "object", "properties": {"a": {"type": "integer"}}},
                    "nothing": {"type": "string"},
                    "photo": {"type": "string", "format": "binary"},
                    "optional": {"type": "string", "example": "theirs"},
                },
            },
        }),
    );
    let BodyInput::Fields { fields, .. } = body_input(&fragment) else {
        panic!("a field for each property");
    };
    let values: Vec<_> = fields
        .iter()
        .map(|field| (&*field.name, &*field.value))
        .collect();
    assert_eq!(
        values,
        [
            ("given", "mine"),
            ("made", "3fa85f64-5717-4562-b3fc-2c963f66afa6"),
            ("deep", "{\n  \"a\": 1\n}"),
            ("nothing", ""),
            ("photo", ""),
            ("optional", ""),
        ]
    );
}

#[test]
fn a_plain_form_whose_properties_are_not_described_is_one_text() {
    let fragment = operation(FORM, &json!({"example": {"a": "b c", "d": 1}}));
    let text = |text: &str| (FORM.to_owned(), text.to_owned());
    let asked = match body_input(&fragment) {
        BodyInput::Text { content_type, text } => (content_type, text),
        other => panic!("one text: {other:?}"),
    };
    assert_eq!(asked, text("a=b%20c&d=1"));
    let given = Given {
        body: "a=2".to_owned(),
        ..Given::default()
    };
    let sent = SampleRequest::of_given("http://h", &fragment, &given).unwrap();
    let SampleBody::Text {
        content_type,
        text: body,
    } = sent.body
    else {
        panic!("one text");
    };
    assert_eq!((content_type, body), text("a=2"));
}
