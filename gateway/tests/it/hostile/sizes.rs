//! The published limits of docs/request-limits.md, one below, at, and one above each, by both tiers and over HTTP/2.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use gatehouse_hostile::h2::{Answer, CleanClient, Target, field};

use super::http2::{forgetful, target};
use crate::http::{Connection, PATIENCE};
use crate::node::{Start, World};
use crate::objects::{configuration, good_key};
use crate::upstream::Upstream;

const ADDRESS: usize = 200;
const FIELDS: usize = 8;
const FIELD_BYTES: usize = 600;
const BODY: usize = 1_000;
const SETTINGS: [(&str, &str); 4] = [
    ("LIMITS__ADDRESS", "200B"),
    ("LIMITS__HEADERS_MAX", "8"),
    ("LIMITS__HEADER_BYTES", "600B"),
    ("LIMITS__BODY", "1000B"),
];
const PATH: &str = "/petstore/v1/pets";

/// A request of any version.
struct Asked {
    target: String,
    fields: Vec<(String, String)>,
    body: Option<Vec<u8>>,
    chunked: bool,
}

impl Default for Asked {
    fn default() -> Self {
        Self {
            target: PATH.to_owned(),
            fields: Vec::new(),
            body: None,
            chunked: false,
        }
    }
}

/// How a request travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Road {
    Strict,
    /// An empty line first is not of the strict tier's grammar.
    General,
    Http2,
}

impl Road {
    const ALL: [Self; 3] = [Self::Strict, Self::General, Self::Http2];

    /// Field lines that every request has by this road, and their bytes as they are counted.
    fn own_fields(self) -> (usize, usize) {
        let credential = "x-api-key".len() + good_key().len() + 4;
        match self {
            Self::Http2 => (1, credential),
            _ => (2, credential + "host".len() + "a".len() + 4),
        }
    }

    fn status(self, world: &World, asked: &Asked) -> String {
        let address = world.node.gateway;
        let method = if asked.body.is_some() { "POST" } else { "GET" };
        if self == Self::Http2 {
            return status_over_http2(&target(world), method, asked);
        }
        let mut text = String::new();
        if self == Self::General {
            text.push_str("\r\n");
        }
        text.push_str(&format!(
            "{method} {} HTTP/1.1\r\nhost: a\r\nx-api-key: {}\r\n",
            asked.target,
            good_key()
        ));
        for (name, value) in &asked.fields {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        let body = asked.body.clone().unwrap_or_default();
        let bytes = match (&asked.body, asked.chunked) {
            (None, _) => format!("{text}\r\n").into_bytes(),
            (Some(_), false) => {
                let head = format!("{text}content-length: {}\r\n\r\n", body.len());
                [head.as_bytes(), &body].concat()
            }
            (Some(_), true) => {
                let head = format!(
                    "{text}transfer-encoding: chunked\r\n\r\n{:x}\r\n",
                    body.len()
                );
                [head.as_bytes(), &body, b"\r\n0\r\n\r\n"].concat()
            }
        };
        let mut connection = Connection::open(address);
        connection.write(&bytes).expect("written");
        connection
            .read(false)
            .map_or_else(|error| error.to_string(), |reply| reply.status.to_string())
    }
}

fn status_over_http2(target: &Target, method: &str, asked: &Asked) -> String {
    let target = Target {
        path: asked.target.clone(),
        ..target.clone()
    };
    let mut block = target.block(method);
    for (name, value) in &asked.fields {
        field(&mut block, name, value.as_bytes());
    }
    let mut client = CleanClient::open(&target).expect("the gateway listens");
    match client.request(&block, asked.body.as_deref()) {
        Ok(Answer::Good) => "200".to_owned(),
        Ok(Answer::Other(status)) => status,
        Err(error) => error.to_string(),
    }
}

#[test]
fn the_limits_of_a_request_hold_one_below_at_and_one_above_by_every_road() {
    // It answers when the body has come.
    let upstream =
        Upstream::start(
            |mut exchange| while exchange.read().is_some_and(|_| exchange.answer("seen")) {},
        );
    let start = Start {
        variables: &SETTINGS,
        ..Start::default()
    };
    let world = World::start(&configuration(&[&upstream.url()]), &start);
    for road in Road::ALL {
        let three = |limit: usize, asked: &dyn Fn(usize) -> Asked| {
            [limit - 1, limit, limit + 1].map(|size| road.status(&world, &asked(size)))
        };
        let (own_count, own_bytes) = road.own_fields();
        let path = |size: usize| Asked {
            target: format!("{PATH}/{}", "7".repeat(size - PATH.len() - 1)),
            ..Asked::default()
        };
        assert_eq!(
            three(ADDRESS, &path),
            ["200", "200", "414"],
            "{road:?} path"
        );
        let query = |size: usize| Asked {
            target: format!("{PATH}?{}", "7".repeat(size - PATH.len() - 1)),
            ..Asked::default()
        };
        assert_eq!(
            three(ADDRESS, &query),
            ["200", "200", "414"],
            "{road:?} query"
        );
        let count = |size: usize| Asked {
            fields: (own_count..size)
                .map(|number| (format!("x-{number}"), "1".to_owned()))
                .collect(),
            ..Asked::default()
        };
        assert_eq!(
            three(FIELDS, &count),
            ["200", "200", "431"],
            "{road:?} fields"
        );
        let bytes = |size: usize| Asked {
            fields: vec![("x".to_owned(), "v".repeat(size - own_bytes - 5))],
            ..Asked::default()
        };
        assert_eq!(
            three(FIELD_BYTES, &bytes),
            ["200", "200", "431"],
            "{road:?} bytes of fields"
        );
        for chunked in [false, true] {
            let body = |size: usize| Asked {
                body: Some(vec![b'v'; size]),
                chunked,
                ..Asked::default()
            };
            assert_eq!(
                three(BODY, &body),
                ["200", "200", "413"],
                "{road:?} body, chunked {chunked}"
            );
        }
    }
}

#[test]
fn streams_and_connections_hold_at_their_limits() {
    let upstream = Upstream::start(|mut exchange| {
        while exchange
            .read_head()
            .is_some_and(|seen| !seen.line.is_empty())
        {
            // Long enough for all streams to be open at once.
            std::thread::park_timeout(Duration::from_millis(300));
            if !exchange.answer("seen") {
                return;
            }
        }
    });
    let start = Start {
        variables: &[("LISTENER__CONNECTIONS_MAX", "3")],
        ..Start::default()
    };
    let world = World::start(&configuration(&[&upstream.url()]), &start);
    let target = target(&world);
    for (opened, good) in [(127, 127), (128, 128), (129, 128)] {
        let mut client = CleanClient::open(&target).expect("the gateway listens");
        let answers = client.at_once(&target, opened).expect("answers");
        let counted = answers
            .iter()
            .filter(|answer| **answer == Answer::Good)
            .count();
        assert_eq!((answers.len(), counted), (opened, good), "{answers:?}");
    }
    let held = |count: usize| -> Vec<TcpStream> {
        (0..count)
            .map(|_| half_a_request(world.node.gateway))
            .collect()
    };
    for (others, status) in [(1, 200), (2, 200), (3, 503)] {
        // Those of the round before have gone.
        crate::http::until("the others have gone and this many are let in", || {
            let _held = held(others);
            let mut connection = Connection::open(world.node.gateway);
            let request = crate::http::request("GET", PATH, &[("x-api-key", &good_key())], b"");
            connection.write(&request).is_ok()
                && connection
                    .read(false)
                    .is_ok_and(|reply| reply.status == status)
        });
    }
}

/// A connection that has begun to speak, and so been let in or refused.
fn half_a_request(address: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(address).expect("the gateway listens");
    let _ = stream.write_all(b"GET / HTTP/1.1\r\n");
    stream
}

#[test]
fn a_head_or_body_that_does_not_come_is_408() {
    let upstream = forgetful();
    let start = Start {
        variables: &[
            ("LISTENER__HEADER", "300ms"),
            ("LISTENER__BODY_PROGRESS", "300ms"),
        ],
        ..Start::default()
    };
    let world = World::start(&configuration(&[&upstream.url()]), &start);
    let key = good_key();
    for text in [
        "GET / HTTP/1.1\r\nhost: a\r\n".to_owned(),
        format!(
            "PUT {PATH}/1 HTTP/1.1\r\nhost: a\r\nx-api-key: {key}\r\ncontent-length: 9\r\n\r\nabc"
        ),
    ] {
        let mut stream = TcpStream::connect(world.node.gateway).expect("the gateway listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream.write_all(text.as_bytes()).expect("written");
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer);
        // A backend that answers before the body has come is listened to.
        let answered = answer.starts_with("HTTP/1.1 408 ") || answer.starts_with("HTTP/1.1 200 ");
        assert!(answered, "{text:?}: {answer}");
        assert!(
            text.starts_with("PUT") || answer.starts_with("HTTP/1.1 408 "),
            "{answer}"
        );
    }
}

#[test]
fn the_page_of_limits_says_what_the_defaults_are() {
    let page = include_str!("../../../../docs/request-limits.md");
    let folder = std::path::Path::new("/nowhere");
    let settings =
        crate::node::settings_for(folder, "127.0.0.1:1".parse().expect("an address"), &[]);
    let (limits, listener) = (&settings.limits, &settings.listener);
    for (setting, number) in [
        ("limits.address", limits.address),
        ("limits.headers_max", limits.headers_max as u64),
        ("limits.header_bytes", limits.header_bytes),
        ("limits.body", limits.body),
        ("limits.concurrency", limits.concurrency as u64),
        ("listener.connections_max", listener.connections_max as u64),
        (
            "listener.connections_per_source_max",
            listener.connections_per_source_max as u64,
        ),
        (
            "listener.h2.streams_max",
            u64::from(listener.h2.streams_max),
        ),
        ("listener.h2.frame_bytes_max", listener.h2.frame_bytes_max),
        ("listener.header_bytes_max", listener.header_bytes_max),
        ("listener.first_byte", listener.first_byte.as_secs()),
        ("listener.header", listener.header.as_secs()),
        ("listener.body_progress", listener.body_progress.as_secs()),
        ("listener.write_progress", listener.write_progress.as_secs()),
    ] {
        let row = page
            .lines()
            .find(|line| line.contains(&format!("`{setting}`")));
        let row = row.unwrap_or_else(|| panic!("{setting} is not published"));
        let digits = row.replace(',', "");
        assert!(
            digits.contains(&format!("| {number} ")),
            "{setting}: {number}: {row}"
        );
    }
}
