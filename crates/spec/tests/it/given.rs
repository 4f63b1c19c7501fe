//! Requests of what somebody filled in: checked by type, and never outside the operation.

use gatehouse_spec::sample::{
    BODY_MAX, BodyInput, Control, Given, GivenFile, PartValue, SampleBody, SampleRequest,
    VALUE_MAX, body_input, inputs,
};

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
        ..Given::default()
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
fn a_text_body_has_32_kib_at_most() {
    assert_eq!(BODY_MAX, 32 * 1024);
    for (length, fits) in [
        (BODY_MAX - 1, true),
        (BODY_MAX, true),
        (BODY_MAX + 1, false),
    ] {
        let long = format!("{{\"a\":\"{}\"}}", "x".repeat(length - 8));
        assert_eq!(long.len(), length);
        let told = url(&given(&[ID, PART], &long));
        assert_eq!(told.is_ok(), fits, "{length}: {told:?}");
        assert!(fits || told == Err(vec!["body.".to_owned()]), "{told:?}");
    }
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

/// One property of each kind.
fn uploads() -> Value {
    let paths = r##"{"/uploads":{"post":{"requestBody":{"required":true,"content":{"multipart/form-data":{
        "schema":{"type":"object","required":["note","photo"],"properties":{
            "id":{"type":"string","readOnly":true},
            "note":{"type":"string"},
            "kind":{"type":"string","enum":["cat","dog"]},
            "tags":{"type":"array","items":{"type":"string"}},
            "meta":{"type":"object","properties":{"a":{"type":"integer"}}},
            "photo":{"type":"string","format":"binary"},
            "scan":{"contentMediaType":"image/png"},
            "inline":{"type":"string","contentMediaType":"image/png","contentEncoding":"base64"},
            "pages":{"type":"array","items":{"type":"string","format":"binary"}}}},
        "encoding":{"photo":{"contentType":"image/png, image/jpeg"},"note":{"contentType":"text/markdown"}}}}},
        "responses":{"200":{"description":"Well"}}}},
        "/blob":{"put":{"requestBody":{"required":true,"content":{"image/*":{}}},"responses":{"200":{"description":"Well"}}}},
        "/form":{"post":{"requestBody":{"content":{"application/x-www-form-urlencoded":{
        "schema":{"type":"object","required":["name"],"properties":{"name":{"type":"string"},
            "ids":{"type":"array","items":{"type":"integer"}},"flat":{"type":"array","items":{"type":"string"}},
            "deep":{"type":"object"}}},
        "encoding":{"flat":{"style":"pipeDelimited","explode":false},"deep":{"style":"deepObject","explode":true}}}}},
        "responses":{"200":{"description":"Well"}}}},
        "/dark":{"post":{"requestBody":{"required":true,"content":{"multipart/mixed":{}}},"responses":{"200":{"description":"Well"}}}}}"##;
    serde_json::from_str(&with_paths(paths)).unwrap()
}

fn upload_fragment(key: &str) -> Value {
    fragment(&read(&uploads().to_string()), key)
}

fn filled(fields: &[(&str, &str)], files: &[(&str, &str, &str)]) -> Given {
    let mut given = Given::default();
    for (name, text) in fields {
        given.fields.insert((*name).to_owned(), (*text).to_owned());
    }
    for (number, (field, name, content_type)) in files.iter().enumerate() {
        let all = given.files.entry((*field).to_owned()).or_default();
        all.push(GivenFile {
            name: (*name).to_owned(),
            content_type: (*content_type).to_owned(),
            number,
        });
    }
    given
}

/// The body, or the properties at fault.
fn body(key: &str, given: &Given) -> Result<SampleBody, Vec<String>> {
    let made = SampleRequest::of_given(BASE, &upload_fragment(key), given);
    made.map(|request| request.body)
        .map_err(|faults| faults.into_iter().map(|fault| fault.name).collect())
}

#[test]
fn a_form_body_is_asked_for_property_by_property() {
    let BodyInput::Fields {
        content_type,
        fields,
        required,
    } = body_input(&upload_fragment("POST /uploads"))
    else {
        panic!("a field for each property");
    };
    assert_eq!((&*content_type, required), ("multipart/form-data", true));
    let asked: Vec<_> = fields
        .iter()
        .map(|one| (&*one.name, one.control, one.required))
        .collect();
    assert_eq!(
        asked,
        [
            ("note", Control::Line, true),
            ("kind", Control::Line, false),
            ("tags", Control::Line, false),
            ("meta", Control::Json, false),
            ("photo", Control::File, true),
            ("scan", Control::File, false),
            ("inline", Control::Line, false),
            ("pages", Control::Files, false),
        ],
        "nothing read-only"
    );
    assert_eq!(fields[1].choices, ["cat", "dog"]);
    assert_eq!(fields[4].types, ["image/png", "image/jpeg"]);
    let blob = BodyInput::File {
        content_type: "image/*".into(),
        required: true,
    };
    assert_eq!(body_input(&upload_fragment("PUT /blob")), blob);
    let dark = BodyInput::Unknown { required: true };
    assert_eq!(body_input(&upload_fragment("POST /dark")), dark);
}

#[test]
fn parts_have_the_types_of_their_properties_and_files_their_numbers() {
    let given = filled(
        &[
            ("note", "hi"),
            ("tags", "a, b"),
            ("meta", " {\"a\":10000000000000000001} "),
        ],
        &[
            ("pages", "1.pdf", "application/pdf"),
            ("photo", "me.jpg", "image/jpeg"),
            ("pages", "2.bin", "no type\r\nX: y"),
        ],
    );
    let SampleBody::Multipart(parts) = body("POST /uploads", &given).unwrap() else {
        panic!("parts");
    };
    let seen: Vec<_> = parts
        .iter()
        .map(|part| {
            let value = match &part.value {
                PartValue::Text(text) => text.clone(),
                PartValue::File { name, number } => format!("{number}@{name}"),
            };
            (&*part.name, value, part.content_type.as_deref())
        })
        .collect();
    let part = |name, value: &str, kind| (name, value.to_owned(), kind);
    assert_eq!(
        seen,
        [
            part("note", "hi", Some("text/markdown")),
            part("tags", "a", None),
            part("tags", "b", None),
            part(
                "meta",
                "{\"a\":10000000000000000001}",
                Some("application/json")
            ),
            part("photo", "1@me.jpg", Some("image/jpeg")),
            part("pages", "0@1.pdf", Some("application/pdf")),
            part("pages", "2@2.bin", Some("application/octet-stream")),
        ]
    );
    let odd = filled(&[("note", "x")], &[("photo", "me.gif", "image/gif")]);
    let SampleBody::Multipart(parts) = body("POST /uploads", &odd).unwrap() else {
        panic!("parts");
    };
    assert_eq!(
        parts[1].content_type.as_deref(),
        Some("image/png"),
        "a type that is not documented is not sent"
    );
}

#[test]
fn parts_that_do_not_fit_are_refused_all_at_once() {
    let wrong = filled(
        &[("kind", "cow"), ("meta", "[1]")],
        &[("scan", "a", ""), ("scan", "b", "")],
    );
    let names = ["note", "kind", "meta", "photo", "scan"];
    assert_eq!(
        body("POST /uploads", &wrong),
        Err(names.map(str::to_owned).into())
    );
    for (length, fits) in [
        (BODY_MAX - 1, true),
        (BODY_MAX, true),
        (BODY_MAX + 1, false),
    ] {
        let long = format!("{{\"a\":\"{}\"}}", "x".repeat(length - 8));
        assert_eq!(long.len(), length);
        let one = filled(&[("note", "x"), ("meta", &long)], &[("photo", "a", "")]);
        assert_eq!(body("POST /uploads", &one).is_ok(), fits, "{length}");
    }
}

#[test]
fn a_body_that_is_a_file_has_the_documented_type_or_its_own_within_a_wildcard() {
    for (own, sent) in [
        ("image/webp", "image/webp"),
        ("text/html", "image/png"),
        ("", "image/png"),
    ] {
        let file = SampleBody::File {
            content_type: sent.to_owned(),
            name: "a b".to_owned(),
            number: 1,
        };
        let given = filled(&[], &[("other", "stray", own), ("", "a b", own)]);
        assert_eq!(body("PUT /blob", &given), Ok(file), "{own}");
    }
    assert_eq!(
        body("PUT /blob", &Given::default()),
        Err(vec![String::new()])
    );
}

#[test]
fn a_plain_form_is_encoded_property_by_property_in_its_style() {
    let given = filled(
        &[
            ("name", "a&b=é"),
            ("ids", "1,2"),
            ("flat", "x,y"),
            ("deep", "{\"k\":\"v\"}"),
        ],
        &[],
    );
    let pairs = [
        "name=a%26b%3D%C3%A9",
        "ids=1",
        "ids=2",
        "flat=x%7Cy",
        "deep%5Bk%5D=v",
    ];
    let sent = body("POST /form", &given);
    assert_eq!(sent, Ok(SampleBody::Form(pairs.map(str::to_owned).into())));
    let nothing = body("POST /form", &Given::default());
    assert_eq!(nothing, Ok(SampleBody::None), "the body may be left out");
}

#[test]
fn the_command_of_a_call_names_its_files_whatever_they_are_called() {
    let given = filled(
        &[("note", "@/etc/passwd;type=x")],
        &[("photo", "a\"b;c,d'e.png", "image/png")],
    );
    let made = SampleRequest::of_given(BASE, &upload_fragment("POST /uploads"), &given);
    let command = gatehouse_spec::sample::curl_of(&made.unwrap(), "");
    for argument in [
        "-F 'note=\"@/etc/passwd;type=x\";type=text/markdown'",
        r#"-F 'photo=@"a\"b;c,d'\''e.png";type=image/png'"#,
    ] {
        assert!(command.contains(argument), "{argument}: {command}");
    }
}
