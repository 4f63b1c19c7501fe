//! Answers that a description can give in place of a backend.

use gatehouse_spec::render::{Scenario, scenarios, simulated};
use serde_json::{Value, json};

fn fragment(responses: &Value) -> Value {
    json!({
        "method": "get", "path": "/pets",
        "operation": {"responses": responses},
        "components": {"schemas": {"Pet": {
            "type": "object", "required": ["name"],
            "properties": {"name": {"type": "string", "example": "Rex"}, "age": {"type": "integer", "minimum": 3}}}}},
    })
}

fn ids(fragment: &Value) -> Vec<String> {
    scenarios(fragment).into_iter().map(|one| one.id).collect()
}

#[test]
fn every_status_and_every_named_example_can_be_asked_for() {
    let pet = json!({"schema": {"$ref": "#/components/schemas/Pet"}});
    let fragment = fragment(&json!({
        "default": {"description": "Else"},
        "429": {
            "description": "Too many",
            "headers": {"Retry-After": {"schema": {"type": "integer"}, "example": 7}},
            "content": {"application/problem+json": {"example": {"code": "rate_limited"}}},
        },
        "200": {"description": "So", "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/Pet"},
                "examples": {
                    "old": {"value": {"name": "Methuselah"}},
                    "elsewhere": {"externalValue": "https://example.com/pet.json"},
                    "young": {"value": {"name": "Tim"}},
                },
            },
            "text/csv": {"schema": {"type": "string"}, "example": "name\nRex"},
        }},
        "5XX": {"description": "Broken", "content": {"application/json": pet}},
        "x-other": {"description": "None of ours"},
    }));
    assert_eq!(
        ids(&fragment),
        [
            "200|application/json|old",
            "200|application/json|young",
            "200|text/csv|",
            "429|application/problem+json|",
            "5XX|application/json|",
            "default||",
        ]
    );
    let answer = |id: &str| simulated(&fragment, id).unwrap();
    let body = |id: &str| -> Value { serde_json::from_str(&answer(id).body).unwrap() };
    assert_eq!(body("200|application/json|young"), json!({"name": "Tim"}));
    assert_eq!(answer("200|text/csv|").body, "name\nRex");
    let limited = answer("429|application/problem+json|");
    assert_eq!(
        (
            limited.status,
            body("429|application/problem+json|")["code"].as_str()
        ),
        (429, Some("rate_limited"))
    );
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        limited.headers,
        [
            header("content-type", "application/problem+json"),
            header("Retry-After", "7"),
        ]
    );
    // Made from the schema, within its bounds.
    let broken = body("5XX|application/json|");
    assert_eq!(broken["name"], "Rex");
    assert!(broken["age"].as_i64().unwrap() >= 3, "{broken}");
    assert_eq!(answer("5XX|application/json|").status, 500);
    let other = answer("default||");
    assert_eq!(
        (other.status, other.headers.len(), other.body.as_str()),
        (500, 0, "")
    );
    for gone in ["", "200", "200|application/json|elsewhere", "404||"] {
        assert!(simulated(&fragment, gone).is_none(), "{gone}");
    }
}

#[test]
fn at_most_sixty_are_offered_and_odd_descriptions_offer_what_they_can() {
    for count in [59, 60, 61] {
        let responses: serde_json::Map<String, Value> = (400..400 + count)
            .map(|status: usize| (status.to_string(), json!({"description": "So"})))
            .collect();
        let all = scenarios(&fragment(&responses.into()));
        assert_eq!(all.len(), count.min(60));
    }
    for odd in [json!(null), json!([]), json!({"200": 7}), json!("x")] {
        assert_eq!(ids(&fragment(&odd)), [""; 0]);
    }
    let odd = fragment(&json!({"999": {"content": 7}, "0": {}, "1x1": {"content": {"*/*": null}}}));
    let codes: Vec<u16> = scenarios(&odd).iter().map(Scenario::status_code).collect();
    assert_eq!(codes, [500, 101, 500]);
    for one in scenarios(&odd) {
        assert!(simulated(&odd, &one.id).is_some(), "{one:?}");
    }
}
