//! Faults: named, with pointer and place, all at once.

use super::*;

const HEAD: &str = "openapi: 3.0.3\ninfo: {title: T, version: '1'}\n";

fn first(source: &str) -> (&'static str, String, usize, usize) {
    let errors = refuse(source);
    let (code, pointer, line, column) = place(&errors.errors[0]);
    (code, pointer.to_owned(), line, column)
}

#[test]
fn syntax_errors_have_line_and_column() {
    assert_eq!(
        first("{\n  \"openapi\": \"3.1.0\",\n  \"info\": oops\n}"),
        ("syntax", String::new(), 3, 11)
    );
    assert_eq!(
        first("openapi: 3.1.0\ninfo:\n  title: a: b\n"),
        ("syntax", String::new(), 3, 11)
    );
    assert_eq!(first("openapi: 3.1.0\n\tinfo: x\n").0, "syntax");
}

#[test]
fn columns_count_characters_not_bytes() {
    let (code, _, line, column) = first("{\"é€😀\": oops}");
    assert_eq!((code, line, column), ("syntax", 1, 9));
}

#[test]
fn what_is_no_description_is_said_to_be_none() {
    for source in ["[]", "\"text\"", "a: b", "{}", "plain words", "42"] {
        assert_eq!(first(source).0, "not_a_description", "{source}");
    }
    for source in ["", "  \n", "\u{feff}"] {
        assert_eq!(
            refuse(source).errors[0].code.as_str(),
            "not_a_description",
            "{source:?}"
        );
    }
}

#[test]
fn unknown_versions_are_named() {
    for (source, at) in [
        ("openapi: 4.0.0", "/openapi"),
        ("openapi: 3.10.0", "/openapi"),
        ("swagger: '1.2'", "/swagger"),
        ("{\"swaggerVersion\":\"1.2\"}", "/swaggerVersion"),
        ("asyncapi: 2.6.0", "/asyncapi"),
    ] {
        let errors = refuse(source);
        let (code, pointer, line, _) = place(&errors.errors[0]);
        assert_eq!((code, pointer, line), ("unknown_version", at, 1));
    }
    assert!(
        refuse("openapi: 4.0.0")
            .to_string()
            .contains("OpenAPI 4.0.0 is not read")
    );
}

#[test]
fn all_faults_come_at_once_each_with_its_place() {
    let source = format!(
        "{HEAD}paths:\n  pets:\n    get: {{responses: {{}}}}\n  /a/{{id:\n    get: {{}}\n  /b: []\n  /c:\n    get: 5\n  /d:\n    \
         post:\n      requestBody: {{$ref: '#/components/requestBodies/None'}}\n      responses:\n        200:\n          $ref: 'other.yaml#/x'\n"
    );
    let errors = refuse(&source);
    let places: Vec<_> = errors.errors.iter().map(place).collect();
    assert_eq!(
        places,
        [
            ("path_template", "/paths/pets", 4, 3),
            ("path_template", "/paths/~1a~1{id", 6, 3),
            ("wrong_type", "/paths/~1b", 8, 3),
            ("wrong_type", "/paths/~1c/get", 10, 5),
            (
                "unresolved_reference",
                "/paths/~1d/post/requestBody/$ref",
                13,
                21
            ),
            (
                "external_reference",
                "/paths/~1d/post/responses/200/$ref",
                16,
                11
            ),
        ]
    );
    assert!(
        errors
            .to_string()
            .contains("line 16, column 11: `other.yaml#/x` is outside this file")
    );
}

#[test]
fn places_in_json_are_those_of_the_key() {
    let errors =
        refuse("{\"openapi\":\"3.0.0\",\n \"info\":{\"title\":\"T\"},\n \"paths\":\n  [1, 2]}");
    assert_eq!(place(&errors.errors[0]), ("wrong_type", "/paths", 3, 2));
}

#[test]
fn many_faults_are_bounded_and_the_rest_counted() {
    let paths: Vec<String> = (0..250).map(|n| format!("\"p{n}\":{{}}")).collect();
    let errors = refuse(&with_paths(&format!("{{{}}}", paths.join(","))));
    assert_eq!((errors.errors.len(), errors.dropped), (100, 150));
    assert!(errors.to_string().ends_with("and 150 more"));
}

#[test]
fn references_that_lead_nowhere_are_faults_where_the_operation_needs_them_and_warnings_in_schemas()
{
    let source = format!(
        "{HEAD}paths:\n  /a:\n    get:\n      parameters: [{{$ref: '#/components/parameters/P'}}]\n      responses: {{}}\n"
    );
    assert_eq!(first(&source).0, "unresolved_reference");
    let source = format!(
        "{HEAD}paths:\n  /a:\n    get:\n      responses:\n        200:\n          description: ok\n          content:\n            \
         application/json: {{schema: {{$ref: '#/components/schemas/Pett'}}}}\n"
    );
    let description = read(&source);
    let (code, pointer, line, _) = place(&description.warnings()[0]);
    assert_eq!(code, "unresolved_reference");
    assert_eq!(
        pointer,
        "/paths/~1a/get/responses/200/content/application~1json/schema/$ref"
    );
    assert_eq!(line, 10);
    let page = page(&description, "GET /a");
    let schema = page.responses[0].media_types[0].schema.as_ref().unwrap();
    assert!(schema.cut && schema.type_words == "Pett");
}

#[test]
fn a_reference_to_itself_is_a_fault() {
    let source = format!(
        "{HEAD}paths:\n  /a:\n    get:\n      parameters: [{{$ref: '#/components/parameters/A'}}]\n      responses: {{}}\n\
         components:\n  parameters:\n    A: {{$ref: '#/components/parameters/B'}}\n    B: {{$ref: '#/components/parameters/A'}}\n"
    );
    assert!(
        refuse(&source)
            .errors
            .iter()
            .all(|error| error.code.as_str() == "reference_loop")
    );
}

#[test]
fn a_reference_inside_an_example_is_data() {
    let description = read(&format!(
        "{HEAD}paths:\n  /a:\n    get:\n      responses:\n        200:\n          description: ok\n          content:\n            \
         application/json: {{example: {{$ref: 'http://elsewhere/x'}}}}\n"
    ));
    assert_eq!(description.warnings(), []);
}

#[test]
fn operations_written_twice_are_refused_and_other_repeated_keys_warned_of() {
    let twice = with_paths("{\"/a\":{\"get\":{}},\n\"/a\":{\"put\":{}}}");
    assert_eq!(
        first(&twice),
        ("duplicate_key", "/paths/~1a".to_owned(), 2, 1)
    );
    let twice = format!(
        "{HEAD}paths:\n  /a:\n    get: {{responses: {{}}}}\n    get: {{responses: {{}}}}\n"
    );
    assert_eq!(
        first(&twice),
        ("duplicate_key", "/paths/~1a/get".to_owned(), 6, 5)
    );
    let description = read(
        "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"T\",\n\"title\":\"U\",\"version\":\"1\"},\"paths\":{\"/a\":{\"get\":{}}}}",
    );
    assert_eq!(
        place(&description.warnings()[0]),
        ("duplicate_key", "/info/title", 2, 1)
    );
    assert_eq!(description.title(), "U");
}

#[test]
fn tolerated_faults_are_warnings() {
    let description =
        read("openapi: 3.0.0\ninfo: {}\npaths:\n  /a/{id}:\n    get: {}\n  '/b#x': {}\n");
    let codes: Vec<_> = description
        .warnings()
        .iter()
        .map(|one| one.code.as_str())
        .collect();
    assert_eq!(
        codes,
        [
            "missing_title",
            "missing_version",
            "missing_responses",
            "path_parameter",
            "path_template"
        ]
    );
    assert_eq!(description.title(), "");
    let codes: Vec<_> = read("openapi: 3.1.0")
        .warnings()
        .iter()
        .map(|one| one.code.as_str())
        .collect();
    assert_eq!(codes, ["missing_info", "no_operations"]);
}
