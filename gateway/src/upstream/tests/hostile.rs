//! Responses, good and bad, and what must become of each: whole, refused, or broken off. Never a part that looks whole.

use super::backend::Backend;
use super::*;

/// What must become of a response.
#[derive(Debug, Clone, Copy)]
enum Expected {
    /// Status and body, and whether the connection carries the next call.
    Whole(u16, &'static str, bool),
    /// 502 before anything was passed on.
    Refused,
    /// The head passed on, the body broken off.
    BrokenOff(u16),
}

use Expected::{BrokenOff as Off, Refused, Whole};

/// What the backend does after its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    Stays,
    Ends,
    Resets,
}

use Then::{Ends, Resets, Stays};

const OK: &str = "HTTP/1.1 200 OK\r\n";

type Case = (&'static str, &'static str, Then, Expected);

/// After GET. A text that begins with `~` follows upon `HTTP/1.1 200 OK`.
const CASES: &[Case] = &[
    // Plain and well.
    (
        "length",
        "~content-length: 5\r\n\r\nhello",
        Stays,
        Whole(200, "hello", true),
    ),
    (
        "no length at all but nought",
        "~content-length: 0\r\n\r\n",
        Stays,
        Whole(200, "", true),
    ),
    (
        "leading noughts",
        "~content-length: 0005\r\n\r\nhello",
        Stays,
        Whole(200, "hello", true),
    ),
    (
        "space around a value",
        "~content-length: \t 5 \r\n\r\nhello",
        Stays,
        Whole(200, "hello", true),
    ),
    (
        "names in capitals",
        "~CONTENT-LENGTH: 5\r\n\r\nhello",
        Stays,
        Whole(200, "hello", true),
    ),
    (
        "no reason",
        "HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n",
        Stays,
        Whole(200, "", true),
    ),
    (
        "an empty reason",
        "HTTP/1.1 200 \r\ncontent-length: 0\r\n\r\n",
        Stays,
        Whole(200, "", true),
    ),
    (
        "a reason beyond ASCII",
        "HTTP/1.1 200 \u{e9}t\u{e9}\r\ncontent-length: 0\r\n\r\n",
        Stays,
        Whole(200, "", true),
    ),
    (
        "a value beyond ASCII",
        "~x: \u{e9}\r\ncontent-length: 0\r\n\r\n",
        Stays,
        Whole(200, "", true),
    ),
    (
        "an empty value",
        "~x:\r\ncontent-length: 0\r\n\r\n",
        Stays,
        Whole(200, "", true),
    ),
    (
        "the highest status",
        "HTTP/1.1 599 X\r\ncontent-length: 0\r\n\r\n",
        Stays,
        Whole(599, "", true),
    ),
    (
        "chunks",
        "~transfer-encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
        Stays,
        Whole(200, "hello", true),
    ),
    (
        "Chunked in capitals",
        "~Transfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n",
        Stays,
        Whole(200, "", true),
    ),
    (
        "a chunk extension",
        "~transfer-encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0;c\r\n\r\n",
        Stays,
        Whole(200, "hello", true),
    ),
    (
        "trailers",
        "~transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nx-t: 1\r\n\r\n",
        Stays,
        Whole(200, "hello", true),
    ),
    (
        "sizes in capitals",
        "~transfer-encoding: chunked\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n",
        Stays,
        Whole(200, "0123456789", true),
    ),
    (
        "until the end",
        "~\r\nhello",
        Ends,
        Whole(200, "hello", false),
    ),
    (
        "nothing until the end",
        "~\r\n",
        Ends,
        Whole(200, "", false),
    ),
    (
        "HTTP/1.0 with a length",
        "HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\nhello",
        Stays,
        Whole(200, "hello", false),
    ),
    (
        "HTTP/1.0 until the end",
        "HTTP/1.0 200 OK\r\n\r\nhello",
        Ends,
        Whole(200, "hello", false),
    ),
    (
        "HTTP/1.0 that would stay",
        "HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 0\r\n\r\n",
        Stays,
        Whole(200, "", false),
    ),
    (
        "a close that is told",
        "~connection: close\r\ncontent-length: 5\r\n\r\nhello",
        Stays,
        Whole(200, "hello", false),
    ),
    (
        "Close in a list",
        "~Connection: x-a , CLOSE\r\ncontent-length: 5\r\n\r\nhello",
        Stays,
        Whole(200, "hello", false),
    ),
    (
        "204",
        "HTTP/1.1 204 No Content\r\n\r\n",
        Stays,
        Whole(204, "", true),
    ),
    (
        "304 with a length",
        "HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n",
        Stays,
        Whole(304, "", true),
    ),
    (
        "100 first",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
        Stays,
        Whole(200, "ok", true),
    ),
    (
        "103 with fields first",
        "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
        Stays,
        Whole(200, "ok", true),
    ),
    (
        "several interim ones",
        "HTTP/1.1 100 C\r\n\r\nHTTP/1.1 102 P\r\n\r\nHTTP/1.1 103 E\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        Stays,
        Whole(200, "", true),
    ),
    // Whole, but what follows belongs to nobody.
    (
        "bytes after a length",
        "~content-length: 5\r\n\r\nhello!",
        Stays,
        Whole(200, "hello", false),
    ),
    (
        "a second response",
        "~content-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\npoison",
        Stays,
        Whole(200, "ok", false),
    ),
    (
        "bytes after the last chunk",
        "~transfer-encoding: chunked\r\n\r\n0\r\n\r\nX",
        Stays,
        Whole(200, "", false),
    ),
    (
        "a body in 204",
        "HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\nhello",
        Stays,
        Whole(204, "", false),
    ),
    (
        "chunks in 204",
        "HTTP/1.1 204 No Content\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        Stays,
        Whole(204, "", false),
    ),
    (
        "a body in 304",
        "HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\nhello",
        Stays,
        Whole(304, "", false),
    ),
    // Framing that can be read in two ways.
    (
        "two lengths",
        "~content-length: 5\r\ncontent-length: 6\r\n\r\nhello",
        Stays,
        Refused,
    ),
    (
        "the same length twice",
        "~content-length: 5\r\ncontent-length: 5\r\n\r\nhello",
        Stays,
        Refused,
    ),
    (
        "a list of lengths",
        "~content-length: 5, 5\r\n\r\nhello",
        Stays,
        Refused,
    ),
    (
        "a length and chunks",
        "~content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        Stays,
        Refused,
    ),
    (
        "chunks and a length",
        "~transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n",
        Stays,
        Refused,
    ),
    (
        "a length with a sign",
        "~content-length: +5\r\n\r\nhello",
        Stays,
        Refused,
    ),
    (
        "a negative length",
        "~content-length: -5\r\n\r\nhello",
        Stays,
        Refused,
    ),
    (
        "a length in hexadecimal",
        "~content-length: 0x5\r\n\r\nhello",
        Stays,
        Refused,
    ),
    (
        "an empty length",
        "~content-length:\r\n\r\nhello",
        Stays,
        Refused,
    ),
    (
        "a length with a fraction",
        "~content-length: 5.0\r\n\r\nhello",
        Stays,
        Refused,
    ),
    (
        "a length with a space inside",
        "~content-length: 5 0\r\n\r\nhello",
        Stays,
        Refused,
    ),
    (
        "a length that wraps",
        "~content-length: 18446744073709551621\r\n\r\nhello",
        Stays,
        Refused,
    ),
    (
        "gzip beside chunked",
        "~transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        Stays,
        Refused,
    ),
    (
        "chunked twice in a line",
        "~transfer-encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
        Stays,
        Refused,
    ),
    (
        "chunked twice",
        "~transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        Stays,
        Refused,
    ),
    (
        "identity",
        "~transfer-encoding: identity\r\n\r\nhello",
        Ends,
        Refused,
    ),
    (
        "chunked with a parameter",
        "~transfer-encoding: chunked;q=1\r\n\r\n0\r\n\r\n",
        Stays,
        Refused,
    ),
    (
        "an empty coding",
        "~transfer-encoding:\r\n\r\n0\r\n\r\n",
        Stays,
        Refused,
    ),
    (
        "a vertical tab before chunked",
        "~transfer-encoding: \u{b}chunked\r\n\r\n0\r\n\r\n",
        Stays,
        Refused,
    ),
    (
        "chunks in HTTP/1.0",
        "HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        Stays,
        Refused,
    ),
    (
        "chunks and a length in 204",
        "HTTP/1.1 204 X\r\ntransfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n",
        Stays,
        Refused,
    ),
    // Heads that are none.
    (
        "a folded line",
        "~x: a\r\n b\r\ncontent-length: 0\r\n\r\n",
        Stays,
        Refused,
    ),
    (
        "a folded length",
        "~content-length:\r\n 5\r\n\r\nhello",
        Stays,
        Refused,
    ),
    (
        "space before the colon",
        "~content-length : 5\r\n\r\nhello",
        Stays,
        Refused,
    ),
    (
        "space in a name",
        "~content length: 5\r\n\r\nhello",
        Stays,
        Refused,
    ),
    ("no colon", "~content-length 5\r\n\r\nhello", Stays, Refused),
    ("an empty name", "~: x\r\n\r\nhello", Stays, Refused),
    (
        "NUL in a name",
        "~x\0y: z\r\ncontent-length: 0\r\n\r\n",
        Stays,
        Refused,
    ),
    (
        "NUL in a value",
        "~x: a\0b\r\ncontent-length: 0\r\n\r\n",
        Stays,
        Refused,
    ),
    (
        "CR in a value",
        "~x: a\rb\r\ncontent-length: 0\r\n\r\n",
        Stays,
        Refused,
    ),
    (
        "DEL in a value",
        "~x: a\u{7f}b\r\ncontent-length: 0\r\n\r\n",
        Stays,
        Refused,
    ),
    (
        "lines that end in LF",
        "HTTP/1.1 200 OK\ncontent-length: 0\n\n",
        Stays,
        Refused,
    ),
    (
        "one line that ends in LF",
        "~content-length: 0\nx: y\r\n\r\n",
        Stays,
        Refused,
    ),
    (
        "an empty line that ends in LF",
        "~content-length: 0\r\n\n",
        Stays,
        Refused,
    ),
    (
        "a blank line first",
        "\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        Stays,
        Refused,
    ),
    (
        "a status of two digits",
        "HTTP/1.1 20 OK\r\ncontent-length: 0\r\n\r\n",
        Stays,
        Refused,
    ),
    (
        "a status of four digits",
        "HTTP/1.1 2000 OK\r\ncontent-length: 0\r\n\r\n",
        Stays,
        Refused,
    ),
    (
        "a status of letters",
        "HTTP/1.1 abc OK\r\ncontent-length: 0\r\n\r\n",
        Stays,
        Refused,
    ),
    (
        "a status below all",
        "HTTP/1.1 099 OK\r\ncontent-length: 0\r\n\r\n",
        Stays,
        Refused,
    ),
    (
        "a status above all",
        "HTTP/1.1 600 OK\r\ncontent-length: 0\r\n\r\n",
        Stays,
        Refused,
    ),
    (
        "NUL in the reason",
        "HTTP/1.1 200 O\0K\r\ncontent-length: 0\r\n\r\n",
        Stays,
        Refused,
    ),
    (
        "HTTP/2",
        "HTTP/2 200 OK\r\ncontent-length: 0\r\n\r\n",
        Stays,
        Refused,
    ),
    (
        "HTTP/1.2",
        "HTTP/1.2 200 OK\r\ncontent-length: 0\r\n\r\n",
        Stays,
        Refused,
    ),
    (
        "http in small letters",
        "http/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        Stays,
        Refused,
    ),
    ("another protocol", "SSH-2.0-OpenSSH_9\r\n", Stays, Refused),
    (
        "a page without a head",
        "<html>hello</html>",
        Stays,
        Refused,
    ),
    (
        "an upgrade nobody asked for",
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
        Stays,
        Refused,
    ),
    ("nothing", "", Ends, Refused),
    ("nothing and a reset", "", Resets, Refused),
    ("half a head", "~content-len", Ends, Refused),
    ("half a head and a reset", "~content-len", Resets, Refused),
    (
        "an interim response and no more",
        "HTTP/1.1 100 Continue\r\n\r\n",
        Ends,
        Refused,
    ),
    (
        "an interim response with a body",
        "HTTP/1.1 103 E\r\ncontent-length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        Stays,
        Refused,
    ),
    // Bodies that are none.
    (
        "a short body",
        "~content-length: 6\r\n\r\nhello",
        Ends,
        Off(200),
    ),
    (
        "a short body and a reset",
        "~content-length: 6\r\n\r\nhello",
        Resets,
        Off(200),
    ),
    (
        "no body where one is told",
        "~content-length: 6\r\n\r\n",
        Ends,
        Off(200),
    ),
    (
        "a reset where the end is the end",
        "~\r\nhello",
        Resets,
        Off(200),
    ),
    (
        "chunks without the last",
        "~transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n",
        Ends,
        Off(200),
    ),
    (
        "chunks without the last line",
        "~transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
        Ends,
        Off(200),
    ),
    (
        "half a chunk",
        "~transfer-encoding: chunked\r\n\r\n5\r\nhel",
        Ends,
        Off(200),
    ),
    (
        "no chunk at all",
        "~transfer-encoding: chunked\r\n\r\n",
        Ends,
        Off(200),
    ),
    (
        "a size that is no number",
        "~transfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n",
        Stays,
        Off(200),
    ),
    (
        "a negative size",
        "~transfer-encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n",
        Stays,
        Off(200),
    ),
    (
        "an empty size",
        "~transfer-encoding: chunked\r\n\r\n\r\nhello\r\n0\r\n\r\n",
        Stays,
        Off(200),
    ),
    (
        "a size followed by space",
        "~transfer-encoding: chunked\r\n\r\n5 \r\nhello\r\n0\r\n\r\n",
        Stays,
        Off(200),
    ),
    (
        "a size that wraps",
        "~transfer-encoding: chunked\r\n\r\n10000000000000005\r\nhello\r\n0\r\n\r\n",
        Stays,
        Off(200),
    ),
    (
        "a chunk longer than its size",
        "~transfer-encoding: chunked\r\n\r\n4\r\nhello\r\n0\r\n\r\n",
        Stays,
        Off(200),
    ),
    (
        "a chunk shorter than its size",
        "~transfer-encoding: chunked\r\n\r\n6\r\nhello\r\n0\r\n\r\n",
        Stays,
        Off(200),
    ),
    (
        "chunk lines that end in LF",
        "~transfer-encoding: chunked\r\n\r\n5\nhello\n0\n\n",
        Stays,
        Off(200),
    ),
    (
        "a last line that ends in LF",
        "~transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\n",
        Stays,
        Off(200),
    ),
    (
        "a trailer that is none",
        "~transfer-encoding: chunked\r\n\r\n0\r\nx y\r\n\r\n",
        Stays,
        Off(200),
    ),
    (
        "a response for a trailer",
        "~transfer-encoding: chunked\r\n\r\n0\r\nHTTP/1.1 200 OK\r\n\r\n",
        Stays,
        Off(200),
    ),
    (
        "a length told and chunks sent",
        "~content-length: 100\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        Ends,
        Off(200),
    ),
];

fn bytes_of(text: &str) -> Vec<u8> {
    text.strip_prefix('~').map_or_else(
        || text.as_bytes().to_vec(),
        |rest| format!("{OK}{rest}").into_bytes(),
    )
}

/// A backend whose first answer on each connection is this; later ones are empty.
fn backend(bytes: Vec<u8>, then: Then, in_pieces: bool) -> Backend {
    Backend::start(move |peer| {
        if peer.request().is_none() {
            return;
        }
        let piece = if in_pieces { 1 } else { bytes.len().max(1) };
        for piece in bytes.chunks(piece) {
            if !peer.write(piece) {
                return;
            }
        }
        match then {
            Ends => {}
            Resets => peer.reset(),
            Stays => while peer.request().is_some() && peer.answer("") {},
        }
    })
}

async fn judge(case: &Case, method: &Method, in_pieces: bool) {
    let (name, text, then, expected) = case;
    let backend = backend(bytes_of(text), *then, in_pieces);
    let side = Side::of(&backend.urls());
    let reply = side.call(method, NoBody).await;
    let context = format!("{name} (pieces: {in_pieces}): {reply:?}");
    match (expected, reply) {
        (Whole(status, body, reusable), Ok(reply)) => {
            assert!(reply.end.is_ok(), "{context}");
            assert_eq!(
                (reply.status, reply.text().as_str()),
                (*status, *body),
                "{context}"
            );
            // What comes after the response may arrive after it was read; then the connection is found out when it is used.
            if *reusable || !in_pieces {
                assert!(side.get().await.is_ok(), "{context}");
                let used_again = backend.connections() == 1;
                assert_eq!(used_again, *reusable, "{context}");
            }
        }
        // A reset may overtake what was sent before it.
        (Off(_), Err(kind)) if *then == Resets => {
            assert_eq!(kind, ProblemKind::UpstreamFailed, "{context}")
        }
        (Refused, Err(kind)) => assert_eq!(kind, ProblemKind::UpstreamFailed, "{context}"),
        (Off(status), Ok(reply)) => {
            assert_eq!(reply.status, *status, "{context}");
            assert!(reply.end.is_err(), "{context}");
        }
        _ => panic!("{context}"),
    }
}

#[test]
fn every_response_is_whole_refused_or_broken_off_as_it_must_be() {
    on_worker(async {
        for case in CASES {
            judge(case, &Method::GET, false).await;
        }
    });
    assert!(CASES.len() >= 100, "{}", CASES.len());
}

#[test]
fn it_is_the_same_when_every_byte_comes_alone() {
    on_worker(async {
        for case in CASES {
            judge(case, &Method::GET, true).await;
        }
    });
}

#[test]
fn after_head_there_is_no_body_whatever_is_announced() {
    let cases: &[Case] = &[
        (
            "a length",
            "~content-length: 5\r\n\r\n",
            Stays,
            Whole(200, "", true),
        ),
        (
            "chunks",
            "~transfer-encoding: chunked\r\n\r\n",
            Stays,
            Whole(200, "", true),
        ),
        ("neither", "~\r\n", Stays, Whole(200, "", true)),
        (
            "a body all the same",
            "~content-length: 5\r\n\r\nhello",
            Stays,
            Whole(200, "", false),
        ),
        (
            "two lengths",
            "~content-length: 5\r\ncontent-length: 5\r\n\r\n",
            Stays,
            Refused,
        ),
        (
            "a length and chunks",
            "~content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n",
            Stays,
            Refused,
        ),
    ];
    on_worker(async {
        for case in cases {
            judge(case, &Method::HEAD, false).await;
        }
        let backend = Backend::answering("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n");
        let reply = Side::of(&backend.urls()).call(&Method::HEAD, NoBody).await;
        assert_eq!(reply.expect("a head").announced, Some(5));
    });
}

#[test]
fn what_belongs_to_the_connection_ends_at_the_gateway() {
    let bytes = "HTTP/1.1 200 OK\r\nConnection: X-Hop, content-type, content-length\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\n\
        Proxy-Connection: x\r\nTE: x\r\nTrailer: x\r\nUpgrade: h2c\r\nGatehouse-Request-Id: forged\r\nContent-Type: text/plain\r\n\
        X-Kept: a\r\nx-kept: b\r\nSet-Cookie: c=d\r\nContent-Length: 2\r\n\r\nok";
    let backend = Backend::answering(bytes);
    let reply = on_worker(async { Side::of(&backend.urls()).get().await }).expect("an answer");
    let names: Vec<_> = reply.fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["content-type", "x-kept", "x-kept", "set-cookie"]);
    assert_eq!((reply.text().as_str(), reply.announced), ("ok", Some(2)));
    assert_eq!(reply.field("x-kept"), Some("a"));
}

#[test]
fn a_head_may_be_as_long_as_the_setting_says_and_no_byte_longer() {
    on_worker(async {
        let mut limited = settings();
        for limit in [1_000, 40_000] {
            limited.response_head = limit;
            for (length, accepted) in [(limit - 1, true), (limit, true), (limit + 1, false)] {
                let empty = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nx: \r\n\r\n".len();
                let filling = "v".repeat(usize::try_from(length).expect("small") - empty);
                let head =
                    format!("HTTP/1.1 200 OK\r\ncontent-length: 5\r\nx: {filling}\r\n\r\nhello");
                let backend = Backend::answering(head);
                let side = Side::with(&object(&backend.urls()), &limited);
                assert_eq!(side.get().await.is_ok(), accepted, "{length} of {limit}");
            }
            let endless = Backend::start(|peer| {
                peer.request();
                peer.write(b"HTTP/1.1 200 OK\r\n");
                while peer.write(b"x: y\r\n") {}
            });
            let side = Side::with(&object(&endless.urls()), &limited);
            assert_eq!(side.get().await.err(), Some(ProblemKind::UpstreamFailed));
        }
        for (count, accepted) in [(199, true), (200, false)] {
            let fields = "x: y\r\n".repeat(count);
            let bytes = format!("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n{fields}\r\n");
            let backend = Backend::answering(bytes);
            let reply = Side::of(&backend.urls()).get().await;
            assert_eq!(reply.is_ok(), accepted, "{count} fields and one");
        }
    });
}

#[test]
fn interim_responses_end_somewhere() {
    let endless = Backend::start(|peer| {
        peer.request();
        while peer.write(b"HTTP/1.1 100 Continue\r\n\r\n") {}
    });
    let reply = on_worker(async { Side::of(&endless.urls()).get().await });
    assert_eq!(reply.err(), Some(ProblemKind::UpstreamFailed));
}

#[test]
fn what_arrives_on_an_unused_connection_is_nobodys_answer() {
    let (told, telling) = std::sync::mpsc::channel();
    let backend = Backend::start(move |peer| {
        while peer.request().is_some() {
            peer.answer("good");
            // Before anybody has asked again.
            peer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\npoison");
            let _ = told.send(());
        }
    });
    on_worker(async {
        let side = Side::of(&backend.urls());
        for _ in 0..20 {
            let reply = side.get().await.expect("an answer");
            assert_eq!(reply.text(), "good");
            assert!(telling.recv_timeout(PATIENCE).is_ok());
            side.until_unusable().await;
        }
    });
    assert_eq!(backend.connections(), 20);
}
