//! Which operation an address means.

use super::*;
use proptest::prelude::*;

fn operations(list: &[(&str, &str)]) -> Operations {
    Operations::build(&objects(list))
}

fn objects(list: &[(&str, &str)]) -> Vec<Operation> {
    list.iter()
        .map(|(method, path)| Operation {
            key: OperationKey::new(method, path),
            method: (*method).to_owned(),
            path_template: (*path).to_owned(),
        })
        .collect()
}

/// A template or an address of a few segments that meet each other.
fn segments(alphabet: &'static [&'static str]) -> impl Strategy<Value = String> {
    let segment = prop::sample::select(alphabet);
    prop::collection::vec(segment, 1..4).prop_map(|segments| format!("/{}", segments.join("/")))
}

proptest! {
    /// The short way and the trees agree on what an address means.
    #[test]
    fn few_operations_are_found_as_trees_find_them(
        templates in prop::collection::btree_set(segments(&["a", "b", "{p}"]), 1..10)
            .prop_map(Vec::from_iter)
            .prop_shuffle(),
        path in segments(&["a", "b", "c", "", "ab"]),
    ) {
        let list: Vec<(&str, &str)> = templates.iter().map(|path| ("GET", path.as_str())).collect();
        let list = objects(&list);
        let few = Operations::build(&list);
        prop_assert!(few.trees.is_none());
        let trees = Trees::build(&list);
        prop_assert_eq!(few.under("GET", &path), trees.find("GET", &path), "{:?} {}", templates, path);
    }
}

#[test]
fn many_operations_and_stored_keys_are_told_by_their_place() {
    let many: Vec<String> = (0..40)
        .map(|number| format!("/things-{number}/{{id}}"))
        .collect();
    let list: Vec<(&str, &str)> = many.iter().map(|path| ("GET", path.as_str())).collect();
    let mut list = objects(&list);
    list[7].key = OperationKey::from_stored("GET /renamed/{}");
    let operations = Operations::build(&list);
    assert!(operations.trees.is_some());
    assert_eq!(
        operations.find(&Method::GET, "/things-30/x"),
        OperationMatch::Found(30)
    );
    for (place, operation) in list.iter().enumerate() {
        assert_eq!(operations.key(place).as_ref(), Some(&operation.key));
    }
    assert_eq!(operations.key(40), None);
}

#[test]
fn paths_find_their_operation_however_parameters_are_named() {
    let list = operations(&[
        ("GET", "/pets"),
        ("GET", "/pets/{id}"),
        ("GET", "/pets/{petId}/photos/{n}.png"),
        ("GET", "/pets/mine"),
        ("DELETE", "/pets/{pet}"),
        ("GET", "/near/{lat},{lng}"),
        ("GET", "/near/{lat};{lng}"),
        ("GET", "/"),
    ]);
    let get = |path: &str| list.find(&Method::GET, path);
    for (path, place) in [
        ("/pets", 0),
        ("/pets/7", 1),
        ("/pets/7/photos/2.png", 2),
        ("/pets/mine", 3),
        ("/near/52.1,4.3", 5),
        ("", 7),
        ("/", 7),
    ] {
        assert_eq!(get(path), OperationMatch::Found(place), "{path}");
    }
    for path in [
        "/pets/",
        "/pet",
        "/Pets",
        "/pets/7/photos",
        "/near/1,",
        "/near/,1",
        "/pets/7/8",
    ] {
        assert_eq!(get(path), OperationMatch::None, "{path}");
    }
    assert_eq!(
        list.find(&Method::DELETE, "/pets/mine"),
        OperationMatch::Found(4)
    );
}

#[test]
fn another_method_learns_what_is_allowed_and_head_is_get() {
    let list = operations(&[("GET", "/a"), ("POST", "/a"), ("POST", "/b")]);
    assert_eq!(list.find(&Method::HEAD, "/a"), OperationMatch::Found(0));
    let OperationMatch::OtherMethods(allowed) = list.find(&Method::PUT, "/a") else {
        panic!("no list");
    };
    let allowed: Vec<_> = allowed.iter().map(Method::as_str).collect();
    assert_eq!(allowed, ["GET", "HEAD", "OPTIONS", "POST"]);
    let OperationMatch::OtherMethods(allowed) = list.find(&Method::HEAD, "/b") else {
        panic!("no list");
    };
    let allowed: Vec<_> = allowed.iter().map(Method::as_str).collect();
    assert_eq!(allowed, ["OPTIONS", "POST"]);
}

#[test]
fn templates_the_tree_refuses_are_still_found() {
    let list = operations(&[
        ("GET", "/f/{a}.json"),
        ("GET", "/f/{b}"),
        ("GET", "/f/pre-{c}"),
        ("GET", "/f/{d}-{e}"),
        ("GET", "/{x}"),
    ]);
    for path in ["/f/x.json", "/f/x", "/f/pre-y", "/x"] {
        assert!(
            matches!(list.find(&Method::GET, path), OperationMatch::Found(_)),
            "{path}"
        );
    }
}
