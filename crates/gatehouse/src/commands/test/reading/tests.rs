use serde_json::{Value, json};

use super::super::cases::{Caller, Received};
use super::*;

fn faults(text: &str) -> Vec<(usize, usize, String)> {
    let faults = read("cases.yaml".to_owned(), text.as_bytes().to_vec()).unwrap_err();
    faults
        .into_iter()
        .map(|fault| (fault.line, fault.column, fault.pointer))
        .collect()
}

#[test]
fn a_case_reads_and_later_steps_have_the_request_of_the_first() {
    let text = "
cases:
  - name: A limit
    as: {api: pets, plan: gold}
    environment: sandbox
    request: {method: POST, path: '/pets/v1/pets?x=1', headers: {X-A: b}, body: {a: 1}}
    times: 3
    expect: {status: 200, received: {path: /pets, headers: {x-api-key: false}}}
    then:
      - expect: {code: rate_limited, received: nothing}
";
    let file = read("cases.yaml".to_owned(), text.into()).unwrap();
    let case = &file.cases[0];
    assert_eq!(
        case.caller,
        Caller::Subscriber {
            to: "pets".to_owned(),
            plan: "gold".to_owned(),
            environment: "sandbox".to_owned(),
        }
    );
    let [first, second] = &case.steps[..] else {
        panic!("{case:?}")
    };
    assert_eq!((first.times, second.times), (3, 1));
    assert_eq!(first.request, second.request);
    assert_eq!(first.request.body, Some(json!({"a": 1})));
    assert_eq!(second.expect.received, Some(Received::Nothing));
    assert_eq!(file.place(&second.pointer), (10, 9));
}

#[test]
fn every_fault_is_told_with_its_place() {
    let text = "
cases:
  - name: 7
    as: somebody
    request: {path: pets, headers: {'a b': c, x-n: 1}}
    times: 0
    expect: {}
  - nam: x
    request: {path: /}
    expect: {status: '200', receives: nothing}
";
    assert_eq!(
        faults(text)
            .iter()
            .map(|(line, _, pointer)| (*line, pointer.as_str()))
            .collect::<Vec<_>>(),
        [
            (3, "/cases/0/name"),
            (4, "/cases/0/as"),
            (5, "/cases/0/request/path"),
            (5, "/cases/0/request/headers/a b"),
            (5, "/cases/0/request/headers/x-n"),
            (6, "/cases/0/times"),
            (7, "/cases/0/expect"),
            (8, "/cases/1/nam"),
            (8, "/cases/1"),
            (10, "/cases/1/expect/receives"),
            (10, "/cases/1/expect/status"),
        ]
    );
    assert_eq!(faults("cases: []\n"), [(1, 1, "/cases".to_owned())]);
    assert_eq!(faults("cases:\n - {}\n - ]\n")[0].0, 3);
    assert_eq!(
        faults("cases: [{name: a, name: b}]\n")[0].2,
        "/cases/0/name"
    );
}

#[test]
fn a_path_is_written_as_it_is_sent() {
    let of = |path: &str| {
        let text =
            format!("cases: [{{name: x, request: {{path: '{path}'}}, expect: {{status: 200}}}}]");
        read("x".to_owned(), text.into()).is_ok()
    };
    assert!(of("/a?b=%23") && !of("/a#b") && !of("a") && !of("/a b"));
}

#[test]
fn of_many_faults_the_first_are_told_in_one_line_each() {
    let told = |cases: usize| {
        let text = format!(
            "cases:\n{}",
            "  - {name: x, \"a\\u001b\": 1}\n".repeat(cases)
        );
        read("cases.yaml".to_owned(), text.into()).unwrap_err()
    };
    // Each case has two: a field that is not known, and no request.
    let (few, many) = (told(FAULTS_MAX / 2), told(FAULTS_MAX / 2 + 1));
    assert_eq!((few.len(), many.len()), (FAULTS_MAX, FAULTS_MAX + 1));
    assert_eq!(
        many[FAULTS_MAX].detail,
        "There are 2 more; mend these first."
    );
    assert!(!many[0].to_string().contains(char::is_control));
}

#[test]
fn the_schema_has_the_fields_that_are_read() {
    let schema: Value = serde_json::from_str(super::super::SCHEMA).unwrap();
    let fields = |at: &str| -> Vec<String> {
        let found = schema.pointer(at).and_then(Value::as_object);
        let found = found.unwrap_or_else(|| panic!("nothing at {at}"));
        found.keys().cloned().collect()
    };
    for (at, known) in [
        ("/properties", FILE),
        ("/$defs/case/properties", CASE),
        ("/$defs/step/properties", STEP),
        ("/$defs/access/properties", ACCESS),
        ("/$defs/request/properties", REQUEST),
        ("/$defs/backend/properties", BACKEND),
        ("/$defs/expect/properties", EXPECT),
        ("/$defs/received/properties", RECEIVED),
    ] {
        assert_eq!(fields(at), known, "{at}");
    }
    let most = |at: &str| schema.pointer(at).and_then(Value::as_u64);
    assert_eq!(most("/properties/cases/maxItems"), Some(CASES_MAX as u64));
    assert_eq!(most("/$defs/times/maximum"), Some(TIMES_MAX));
    assert_eq!(
        most("/$defs/backend/properties/delay_ms/maximum"),
        Some(DELAY_MS_MAX)
    );
}
