//! Which bytes a backend gets.

use std::net::Ipv6Addr;

use time::OffsetDateTime;
use uuid::Uuid;

use super::*;
use crate::request::Field;
use crate::trace::TraceIds;

const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// A request as a table row writes it.
struct Asked<'a> {
    target: &'a str,
    method: Method,
    version: Version,
    rest: &'a str,
    query: Option<&'a str>,
    fields: &'a [(&'a str, &'a str)],
    trusted: bool,
    body: BodyLength,
    peer: IpAddr,
    upgrade: Option<&'a [u8]>,
}

impl Default for Asked<'_> {
    fn default() -> Self {
        Self {
            target: "http://b.example:8080/base/",
            method: Method::GET,
            version: Version::HTTP_11,
            rest: "/pets",
            query: None,
            fields: &[],
            trusted: false,
            body: BodyLength::None,
            peer: IpAddr::from([192, 0, 2, 7]),
            upgrade: None,
        }
    }
}

impl Asked<'_> {
    /// The head's lines, without the trace's ids.
    fn lines(&self) -> Vec<String> {
        let fields: Vec<_> = self
            .fields
            .iter()
            .map(|(name, value)| Field {
                name,
                value: value.as_bytes(),
            })
            .collect();
        let head = RequestHead {
            method: &self.method,
            version: self.version,
            authority: "API.test:8443",
            host: "api.test",
            path: "/petstore/v1/pets",
            query: self.query,
            fields: Fields::new(&fields),
            body: self.body,
        };
        let client = Client {
            peer: self.peer,
            scheme: "http",
            is_trusted: self.trusted,
            request_id: &RequestId::new(OffsetDateTime::UNIX_EPOCH),
            trace: TraceIds::new().trace(head.fields),
        };
        let call = Outbound {
            head: &head,
            rest: self.rest,
            client: &client,
            application: ApplicationId::from_uuid(Uuid::from_u128(60)),
            body: self.body,
            upgrade: self.upgrade,
            changes: None,
        };
        let target = Target::read(self.target).unwrap();
        let mut out = Vec::new();
        write_head(&mut out, &call, &target);
        let text = String::from_utf8(out).unwrap();
        let text = text.strip_suffix("\r\n\r\n").expect("one empty line");
        assert!(!text.contains("\r\n\r\n"), "{text}");
        text.split("\r\n").map(str::to_owned).collect()
    }

    /// The lines of these names.
    fn of(&self, names: &[&str]) -> Vec<String> {
        let mut lines = self.lines();
        lines.retain(|line| {
            let name = line.split_once(": ").map_or("", |(name, _)| name);
            names.contains(&name)
        });
        lines
    }
}

const GIVEN: [&str; 6] = [
    "host",
    "traceparent",
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-forwarded-host",
    "gatehouse-request-id",
];

#[test]
fn a_plain_request_has_its_line_its_fields_and_ours_in_this_order() {
    let fields = [
        ("Host", "Api.Test:80"),
        ("Accept", "*/*"),
        ("X-API-Key", "secret"),
        ("User-Agent", "curl"),
    ];
    let mut lines = Asked {
        fields: &fields,
        query: Some("q=%2F&x"),
        ..Asked::default()
    }
    .lines();
    assert!(
        lines[4].starts_with("traceparent: 00-")
            && lines[9].starts_with("gatehouse-request-id: req_")
    );
    lines.remove(9);
    lines.remove(4);
    assert_eq!(
        lines,
        [
            "GET /base/pets?q=%2F&x HTTP/1.1",
            "host: b.example:8080",
            "accept: */*",
            "user-agent: curl",
            "x-forwarded-for: 192.0.2.7",
            "x-forwarded-proto: http",
            "x-forwarded-host: API.test:8443",
            "x-consumer-application: app_0000000000000000000000001w",
        ]
    );
}

#[test]
fn the_address_is_prefix_and_rest_byte_for_byte() {
    for (target, rest, query, line) in [
        ("http://b", "/caf%C3%A9/%7E", None, "/caf%C3%A9/%7E"),
        ("http://b", "", None, "/"),
        ("http://b/", "", Some(""), "/?"),
        ("http://b/base", "", None, "/base"),
        ("http://b/base/", "/", Some("a?b"), "/base/?a?b"),
    ] {
        let asked = Asked {
            target,
            rest,
            query,
            ..Asked::default()
        };
        assert_eq!(asked.lines()[0], format!("GET {line} HTTP/1.1"));
    }
}

#[test]
fn framing_is_made_from_what_was_parsed() {
    let received = [
        ("Content-Length", "99"),
        ("Transfer-Encoding", "gzip"),
        ("content_length", "98"),
    ];
    for (method, body, line) in [
        (Method::GET, BodyLength::None, None),
        (Method::DELETE, BodyLength::None, None),
        (Method::POST, BodyLength::None, Some("content-length: 0")),
        (Method::PUT, BodyLength::None, Some("content-length: 0")),
        (Method::PATCH, BodyLength::None, Some("content-length: 0")),
        (
            Method::POST,
            BodyLength::Exact(12),
            Some("content-length: 12"),
        ),
        (
            Method::GET,
            BodyLength::Exact(u64::MAX),
            Some("content-length: 18446744073709551615"),
        ),
        (
            Method::POST,
            BodyLength::Chunked,
            Some("transfer-encoding: chunked"),
        ),
    ] {
        let asked = Asked {
            method,
            body,
            fields: &received,
            ..Asked::default()
        };
        let found = asked.of(&["content-length", "transfer-encoding", "content_length"]);
        assert_eq!(
            found,
            line.map(str::to_owned).into_iter().collect::<Vec<_>>()
        );
    }
}

#[test]
fn what_connection_names_ends_here_and_what_is_ours_stays() {
    let fields = [
        ("Connection", "close, X-Hop"),
        (
            "connection",
            "x-consumer-application , cookie,gatehouse-request-id, x-forwarded-for",
        ),
        ("X-HOP", "1"),
        ("Cookie", "a=b"),
        ("X-Kept", "1"),
        ("Keep-Alive", "5"),
    ];
    let asked = Asked {
        fields: &fields,
        ..Asked::default()
    };
    let mut lines = asked.lines();
    lines.remove(0);
    let mut names: Vec<_> = lines
        .iter()
        .map(|line| line.split(": ").next().unwrap())
        .collect();
    names.retain(|name| !GIVEN.contains(name));
    assert_eq!(names, ["x-kept", "x-consumer-application"]);
    assert_eq!(
        asked.of(&["x-forwarded-for"]),
        ["x-forwarded-for: 192.0.2.7"]
    );
    assert_eq!(asked.of(&["gatehouse-request-id"]).len(), 1);
}

#[test]
fn strangers_say_nothing_about_hops_and_trusted_proxies_are_continued() {
    let fields = [
        ("Host", "api.test"),
        ("X-Forwarded-For", "198.51.100.4, 198.51.100.5"),
        ("x-forwarded-for", "198.51.100.6"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Host", "public.example"),
        ("X-Forwarded-Port", "443"),
        ("Forwarded", "for=198.51.100.4"),
        ("X_Forwarded_For", "6.6.6.6"),
        ("X-Forwarded_Proto", "gopher"),
    ];
    let names = [
        "x-forwarded-for",
        "x-forwarded-proto",
        "x-forwarded-host",
        "x-forwarded-port",
        "forwarded",
        "x_forwarded_for",
        "x-forwarded_proto",
    ];
    let stranger = Asked {
        fields: &fields,
        ..Asked::default()
    };
    assert_eq!(
        stranger.of(&names),
        [
            "x-forwarded-for: 192.0.2.7",
            "x-forwarded-proto: http",
            "x-forwarded-host: API.test:8443"
        ]
    );
    let proxy = Asked {
        fields: &fields,
        trusted: true,
        peer: Ipv6Addr::LOCALHOST.into(),
        ..Asked::default()
    };
    assert_eq!(
        proxy.of(&names),
        [
            "x-forwarded-proto: https",
            "x-forwarded-host: public.example",
            "x-forwarded-port: 443",
            "forwarded: for=198.51.100.4",
            "x-forwarded-for: 198.51.100.4, 198.51.100.5, 198.51.100.6, ::1",
            "forwarded: for=\"[::1]\"",
        ]
    );
    let silent = Asked {
        trusted: true,
        ..Asked::default()
    };
    assert_eq!(
        silent.of(&names),
        [
            "x-forwarded-for: 192.0.2.7",
            "x-forwarded-proto: http",
            "x-forwarded-host: API.test:8443"
        ]
    );
}

#[test]
fn cookies_of_http_2_become_one_line_and_others_stay_as_they_are() {
    let fields = [
        ("cookie", "a=b"),
        ("x", "y"),
        ("cookie", "c=d"),
        ("cookie", "e=f"),
    ];
    let asked = |version| {
        Asked {
            version,
            fields: &fields,
            ..Asked::default()
        }
        .of(&["cookie"])
    };
    assert_eq!(asked(Version::HTTP_2), ["cookie: a=b; c=d; e=f"]);
    assert_eq!(
        asked(Version::HTTP_11),
        ["cookie: a=b", "cookie: c=d", "cookie: e=f"]
    );
}

#[test]
fn a_trace_goes_on_with_its_state_and_a_bad_one_loses_it() {
    let trace = |parent: &str| {
        let fields = [
            ("TraceState", "v=1"),
            ("TraceParent", parent),
            ("tracestate", "w=2"),
        ];
        Asked {
            fields: &fields,
            ..Asked::default()
        }
        .of(&["traceparent", "tracestate"])
    };
    let good = trace(TRACE);
    assert_eq!(good[..2], ["tracestate: v=1", "tracestate: w=2"]);
    assert!(
        good[2].starts_with("traceparent: 00-0af7651916cd43dd8448eb211c80319c-") && good.len() == 3
    );
    let bad = trace("00-00-00-00");
    assert!(
        bad.len() == 1 && bad[0].starts_with("traceparent: 00-"),
        "{bad:?}"
    );
}

#[test]
fn an_upgrade_is_asked_for_in_our_words() {
    let fields = [
        ("Connection", "keep-alive, Upgrade"),
        ("Upgrade", "websocket, h2c"),
        ("Sec-WebSocket-Key", "k"),
    ];
    let asked = Asked {
        fields: &fields,
        upgrade: Some(b"websocket"),
        ..Asked::default()
    };
    assert_eq!(
        asked.of(&["connection", "upgrade", "sec-websocket-key"]),
        [
            "sec-websocket-key: k",
            "connection: upgrade",
            "upgrade: websocket"
        ]
    );
    let plain = Asked {
        fields: &fields,
        ..Asked::default()
    };
    assert_eq!(plain.of(&["connection", "upgrade"]), Vec::<String>::new());
}
