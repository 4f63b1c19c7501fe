//! Requests at and beyond the edge of what is read.

use super::*;
use crate::general::view;
use http::Request;

fn limits() -> Limits {
    Limits {
        address: 64,
        headers_max: 4,
        header_bytes: 200,
        body: 10,
        concurrency: 1,
        memory: 1,
    }
}

/// The host and the body of a request that passes.
fn judged(built: &Request<()>) -> Result<(String, BodyLength), Refusal> {
    let fields = view::fields(built.headers());
    let mut host = String::new();
    let received = view::received(built.method(), built.version(), built.uri(), &fields, true);
    let length = framing(&received)?;
    head(received, length, &mut host, &limits()).map(|head| (head.host.to_owned(), head.body))
}

fn code(method: &str, target: &str, headers: &[(&str, &str)]) -> Result<String, &'static str> {
    let mut builder = Request::builder().method(method).uri(target);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    let built = builder.body(()).map_err(|_| "unreadable")?;
    judged(&built)
        .map(|(host, _)| host)
        .map_err(|refusal| refusal.kind().code())
}

#[test]
fn plain_paths_pass_and_tricks_do_not() {
    for good in [
        "/",
        "/a",
        "/a/",
        "/a/b.c/d-e_f~g",
        "/pets/caf%C3%A9",
        "/a%20b",
        "/100%25",
        "/a/%7Eme",
        "/x:y@z!$&'()*+,=",
        "/...",
        "/.a",
        "/%F0%9F%90%95",
    ] {
        assert_eq!(path(good), Ok(()), "{good}");
    }
    for trick in [
        "//",
        "//a",
        "/a//b",
        "/a//",
        "/.",
        "/..",
        "/a/.",
        "/a/..",
        "/a/../b",
        "/./a",
        "/a/./b",
        "/%2e",
        "/%2E%2e",
        "/a/.%2e/b",
        "/a/%2e%2e/b",
        "/%2f",
        "/a%2Fb",
        "/a%5cb",
        "/a%5C..%5Cb",
        "/a\\b",
        "/a%00",
        "/a%0d%0aX:y",
        "/a%09",
        "/a%7f",
        "/a;b",
        "/a;jsessionid=1",
        "/a/..;/b",
        "/a%3bb",
        "/a%",
        "/a%2",
        "/a%zz",
        "/a%2/",
        "/%252e%252e/",
        "/%252f",
        "/a%2541",
        "/%61dmin",
        "/%41",
        "/a%2db",
        "/a%5fb",
        "/%c0%ae%c0%ae",
        "/%c0%af",
        "/%e0%80%ae",
        "/%ff",
        "/%ef%bc%8e%ef%bc%8e",
        "/%ef%bc%8f",
        "/%e2%88%95",
        "/%c2%85",
        "/a\"b",
        "/a<b",
        "/a|b",
        "/a^b",
        "/a`b",
        "/{a}",
        "/[a]",
        "/é",
        "/a b",
        "/a\u{7f}",
    ] {
        assert!(path(trick).is_err(), "{trick}");
    }
}

#[test]
fn hosts_are_single_and_well_formed() {
    let with = |hosts: &[&str]| {
        let headers: Vec<_> = hosts.iter().map(|host| ("host", *host)).collect();
        code("GET", "/", &headers)
    };
    for (host, name) in [
        ("api.example", "api.example"),
        ("API.Example:8000", "api.example"),
        ("api.example.", "api.example"),
        ("127.0.0.1:1", "127.0.0.1"),
        ("[::1]:65535", "[::1]"),
        ("[::1]", "[::1]"),
    ] {
        assert_eq!(with(&[host]), Ok(name.to_owned()), "{host}");
    }
    for host in [
        "", "a b", "a,b", "a/b", "a@b", "a:", "a:65536", "a:1x", "a..b", ".a", ":80", "[::1",
        "[::1]x", "[x]", "a:1:2", "ä",
    ] {
        assert!(with(&[host]).is_err(), "{host}");
    }
    assert_eq!(with(&[]), Err("bad_request"));
    assert_eq!(with(&["a", "a"]), Err("bad_request"));
}

#[test]
fn framing_headers_have_one_meaning() {
    let with = |headers: &[(&str, &str)]| {
        let all = [&[("host", "a")], headers].concat();
        code("POST", "/", &all).is_ok()
    };
    assert!(with(&[("transfer-encoding", "chunked")]));
    assert!(with(&[("transfer-encoding", "Chunked")]));
    assert!(with(&[("content-length", "10")]));
    for refused in [
        &[
            ("transfer-encoding", "chunked"),
            ("transfer-encoding", "chunked"),
        ][..],
        &[("transfer-encoding", "gzip, chunked")],
        &[("transfer-encoding", "chunked, chunked")],
        &[("transfer-encoding", "identity")],
        &[("transfer-encoding", "")],
        &[("transfer-encoding", "chunked"), ("content-length", "1")],
        &[("content-length", "1"), ("content-length", "1")],
        &[("content-length", "1, 1")],
        &[("content-length", "+1")],
        &[("content-length", "-1")],
        &[("content-length", "0x1")],
        &[("content-length", "")],
        &[("content-length", "1 ")],
        &[("content-length", "18446744073709551617")],
    ] {
        assert!(!with(refused), "{refused:?}");
    }
}

#[test]
fn sizes_hold_at_their_limits() {
    let host = ("host", "a");
    let address = |length: usize| code("GET", &format!("/{}", "a".repeat(length - 1)), &[host]);
    assert!(address(63).is_ok() && address(64).is_ok());
    assert_eq!(address(65), Err("address_too_long"));
    let query = |length: usize| code("GET", &format!("/?{}", "a".repeat(length - 2)), &[host]);
    assert!(query(64).is_ok());
    assert_eq!(query(65), Err("address_too_long"));
    let count = |count: usize| {
        let names: Vec<String> = (1..count).map(|number| format!("x-{number}")).collect();
        let headers: Vec<_> = names.iter().map(|name| (name.as_str(), "1")).collect();
        code("GET", "/", &[&[host], headers.as_slice()].concat())
    };
    assert!(count(3).is_ok() && count(4).is_ok());
    assert_eq!(count(5), Err("headers_too_large"));
    let bytes = |value: usize| {
        let value = "v".repeat(value);
        code("GET", "/", &[host, ("x", value.as_str())])
    };
    // "host" + "a" + 4 and "x" + 4 leave 186 for the value.
    assert!(bytes(185).is_ok() && bytes(186).is_ok());
    assert_eq!(bytes(187), Err("headers_too_large"));
    let body = |bytes: u64| {
        let request = Request::post("/")
            .header("host", "a")
            .header("content-length", bytes);
        judged(&request.body(()).unwrap())
            .map(|(_, body)| body)
            .map_err(|refusal| refusal.kind())
    };
    assert_eq!(body(0), Ok(BodyLength::None));
    assert_eq!(body(9), Ok(BodyLength::Exact(9)));
    assert_eq!(body(10), Ok(BodyLength::Exact(10)));
    assert_eq!(body(11), Err(ProblemKind::BodyTooLarge));
}

#[test]
fn odd_targets_and_methods_are_refused() {
    let host = ("host", "a");
    for (method, target) in [
        ("GET", "http://a/"),
        ("OPTIONS", "*"),
        ("CONNECT", "a:80"),
        ("AAAAAAAAAAAAAAAAA", "/"),
        ("GET", "/?a^b"),
    ] {
        assert_eq!(
            code(method, target, &[host]),
            Err("bad_request"),
            "{method} {target}"
        );
    }
    assert!(code("AAAAAAAAAAAAAAAA", "/", &[host]).is_ok());
    assert!(code("GET", "/?a[]={b}|c&d=%zz", &[host]).is_ok());
}
