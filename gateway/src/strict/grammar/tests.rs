//! Which heads are read, at their limits and under mutation.

use super::*;

const LIMITS: HeadLimits = HeadLimits {
    bytes_max: 100,
    fields_max: 3,
};

/// What becomes of a text: `read`, `more`, `general` or the code of a refusal.
fn fate(text: &[u8]) -> String {
    let read = find_end(text, &mut 0, true, LIMITS).and_then(|end| match end {
        None => Ok("more"),
        Some(end) => parse(&text[..end], Vec::new(), LIMITS).map(|_| "read"),
    });
    match read {
        Ok(fate) => fate.to_owned(),
        Err(NotHere::General) => "general".to_owned(),
        Err(NotHere::Refused(refusal)) => refusal.kind().code().to_owned(),
    }
}

#[test]
fn a_head_is_read_in_whatever_pieces_it_arrives() {
    let text = b"GET /a?b=c HTTP/1.1\r\nHost: x\r\nConnection: a, Close\r\n\r\nbody";
    let mut scanned = 0;
    let whole = text.len() - 4;
    for length in 0..whole {
        let end = find_end(&text[..length], &mut scanned, true, LIMITS);
        assert!(matches!(end, Ok(None)), "{length}");
    }
    assert!(matches!(find_end(text, &mut scanned, true, LIMITS), Ok(Some(end)) if end == whole));
    let head = parse(&text[..whole], Vec::new(), LIMITS).unwrap();
    let received = head.received();
    let target = Target::Origin {
        authority: None,
        path: "/a",
        query: Some("b=c"),
    };
    assert!(received.target == target && head.closes && received.fields.len() == 2);
    assert_eq!(received.fields.get_all("host").next(), Some(&b"x"[..]));
}

#[test]
fn only_the_strict_subset_is_read_here() {
    for (text, wanted) in [
        (&b""[..], "more"),
        (b"GET / HTTP/1.1\r\n", "more"),
        (b"GET / HTTP/1.1\r\n\r\n", "read"),
        (b"GET * HTTP/1.1\r\n\r\n", "read"),
        (b"GET / HTTP/1.1\r\na: b\r\n\r\n", "read"),
        (b"PRI * HTTP/2.0\r\n", "general"),
        (b"PRI * HTTP/1.1\r\n\r\n", "read"),
        (b"GET / HTTP/1.0\r\n\r\n", "general"),
        (b"GET / HTTP/1.1\r\nUpgrade: h2c\r\n\r\n", "general"),
        (b"GET / HTTP/1.1\r\nexpect: 100-continue\r\n\r\n", "general"),
        (b"\r\nGET / HTTP/1.1\r\n\r\n", "general"),
        (b"GET / HTTP/1.2\r\n\r\n", "bad_request"),
        (b"GET / HTTP/2.0\r\n\r\n", "bad_request"),
        (b"GET / HTTP/1.1\n\n", "bad_request"),
        (b"GET / HTTP/1.1\r\na: b\nc: d\r\n\r\n", "bad_request"),
        (b"GET  / HTTP/1.1\r\n\r\n", "bad_request"),
        (b"GET / HTTP/1.1 \r\n\r\n", "bad_request"),
        (b"GET /\r\n\r\n", "bad_request"),
        (b"GET / HTTP/1.1\r\na : b\r\n\r\n", "bad_request"),
        (b"GET / HTTP/1.1\r\n a: b\r\n\r\n", "bad_request"),
        (b"GET / HTTP/1.1\r\na: b\r\n c\r\n\r\n", "bad_request"),
        (b"GET / HTTP/1.1\r\na: b\0\r\n\r\n", "bad_request"),
        (b"GET / HTTP/1.1\r\na: b\rc\r\n\r\n", "bad_request"),
        (b"GET / HTTP/1.1\r\nab\r\n\r\n", "bad_request"),
        (b"GET / HTTP/1.1\r\n: b\r\n\r\n", "bad_request"),
        (b"\x16\x03\x01", "bad_request"),
        (b"\0", "bad_request"),
    ] {
        assert_eq!(fate(text), wanted, "{:?}", String::from_utf8_lossy(text));
    }
}

#[test]
fn only_a_new_connection_may_speak_http_2() {
    let text = b"PRI * HTTP/2.0\r\n\r\n";
    let kept = find_end(text, &mut 0, false, LIMITS).unwrap().unwrap();
    assert!(matches!(
        parse(&text[..kept], Vec::new(), LIMITS),
        Err(NotHere::Refused(_))
    ));
}

#[test]
fn heads_hold_at_their_limits() {
    let lines = |count: usize| {
        let fields = "a: b\r\n".repeat(count);
        fate(format!("GET / HTTP/1.1\r\n{fields}\r\n").as_bytes())
    };
    assert_eq!((lines(2), lines(3)), ("read".to_owned(), "read".to_owned()));
    assert_eq!(lines(4), "headers_too_large");
    let bytes = |length: usize| {
        let head = "GET / HTTP/1.1\r\na: \r\n\r\n";
        let value = "v".repeat(length - head.len());
        fate(format!("GET / HTTP/1.1\r\na: {value}\r\n\r\n").as_bytes())
    };
    assert_eq!(
        (bytes(99), bytes(100)),
        ("read".to_owned(), "read".to_owned())
    );
    assert_eq!(bytes(101), "headers_too_large");
    let endless = |length: usize| fate(&b"GET / HTTP/1.1\r\na: vvvv".repeat(9)[..length]);
    assert_eq!(
        (endless(100), endless(101)),
        ("more".to_owned(), "headers_too_large".to_owned())
    );
    let line = |length: usize| fate(&[b"GET /", "a".repeat(length).as_bytes()].concat());
    assert_eq!(
        (line(95), line(96)),
        ("more".to_owned(), "address_too_long".to_owned())
    );
}

#[test]
fn lines_of_one_name_stand_together_and_in_their_order() {
    let order = |names: &[&'static str]| {
        let lines = names.iter().enumerate();
        let mut lines: Vec<Field<'_>> = lines
            .map(|(place, name)| Field {
                name,
                value: &b"0123456789"[place..=place],
            })
            .collect();
        group(&mut lines);
        let values = lines.iter().map(|field| char::from(field.value[0]));
        values.collect::<String>()
    };
    assert_eq!(order(&["a", "b", "A", "c", "B", "a", "d"]), "0251436");
    assert_eq!(order(&["a", "b", "c", "d"]), "0123");
    assert_eq!(order(&["ab", "bb", "cb", "ab", "bb"]), "03142");
    assert_eq!(order(&["a", "a", "a"]), "012");
}

#[test]
fn fuzz_http_head_is_never_read_more_freely_than_the_standard_says() {
    use gatehouse_hostile::{fuzz::fuzz, judge};
    let limits = HeadLimits {
        bytes_max: 2_000,
        fields_max: 20,
    };
    let seeds: [&[u8]; 3] = [
        b"GET /a?b=c HTTP/1.1\r\nHost: api.test\r\nX-A: b\tc\r\nAccept: */*\r\n\r\n",
        b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nCookie: a=b; c=d\r\n\r\n",
        b"PUT /%20/x HTTP/1.1\r\nhost:a\r\ntransfer-encoding: chunked\r\nx-e:\r\n\r\n",
    ];
    let tokens: [&[u8]; 10] = [
        b"\r\n",
        b"\n",
        b"\r",
        b"\0",
        b" ",
        b"\t",
        b":",
        b"\x7f",
        b"\xff",
        b"X: y\r\n",
    ];
    let mut read = 0;
    fuzz("http head", 20_000, |random| {
        let input = random.mutate(&seeds, &tokens);
        let Ok(Some(end)) = find_end(&input, &mut 0, false, limits) else {
            return;
        };
        let head = &input[..end];
        if parse(head, Vec::new(), limits).is_err() {
            return;
        }
        read += 1;
        // Framing and Host are judged after this grammar; everything else is refused by it or by nobody.
        let later = [
            "both framings",
            "a field that may stand there once",
            "a transfer coding",
            "a length",
        ];
        let fault = judge::strict(head).fault;
        let shown = String::from_utf8_lossy(head);
        assert!(
            fault.is_none_or(|fault| later.contains(&fault)),
            "{fault:?}: {shown:?}"
        );
    });
    assert!(read > 500, "{read}");
}

#[test]
fn the_room_for_lines_is_used_again() {
    let lines = vec![
        Field {
            name: "a",
            value: b""
        };
        9
    ];
    let place = lines.as_ptr().cast::<u8>();
    let again = reused(lines);
    assert!(again.is_empty() && again.capacity() >= 9);
    assert_eq!(again.as_ptr().cast::<u8>(), place);
}
