//! Abuses of HTTP/2 that cost their author less than a careless server: each says what it writes, again and again.

use super::frames::{
    CONTINUATION, DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, INITIAL_WINDOW, PADDED, PING,
    PREFACE, PRIORITY, PUSH_PROMISE, RST_STREAM, SETTINGS, Target, WINDOW_UPDATE, field, frame,
    indexed_field, setting,
};

/// What one connection of an abuser knows.
pub struct Abuser<'a> {
    pub(crate) target: &'a Target,
    pub(crate) stream: u32,
    pub(crate) rounds: u64,
}

impl Abuser<'_> {
    fn next(&mut self) -> u32 {
        self.stream += 2;
        self.stream - 2
    }

    fn get(&mut self, out: &mut Vec<u8>, flags: u8) -> u32 {
        let id = self.next();
        frame(
            out,
            HEADERS,
            END_HEADERS | flags,
            id,
            &self.target.block("GET"),
        );
        id
    }
}

/// One kind of abuse.
pub struct Probe {
    /// Its name.
    pub name: &'static str,
    /// Whether a server must end the connection. Otherwise it may also bear it.
    pub ends: bool,
    /// Whether the abuser reads what it is sent.
    pub reads: bool,
    /// The first bytes after the preface and the client's SETTINGS.
    pub(crate) first: Writes,
    /// The bytes of each further round.
    pub(crate) round: Writes,
}

/// What writes bytes of an abuse.
type Writes = fn(&mut Abuser<'_>, &mut Vec<u8>);

impl Probe {
    const fn after(self, first: Writes) -> Self {
        Self { first, ..self }
    }

    const fn unread(self) -> Self {
        Self {
            reads: false,
            ..self
        }
    }
}

const fn must_end(name: &'static str, round: Writes) -> Probe {
    Probe {
        name,
        ends: true,
        reads: true,
        first: nothing,
        round,
    }
}

const fn may_stay(name: &'static str, round: Writes) -> Probe {
    Probe {
        ends: false,
        ..must_end(name, round)
    }
}

fn nothing(_: &mut Abuser<'_>, _: &mut Vec<u8>) {}

/// A request whose header block has not ended.
fn unended(abuser: &mut Abuser<'_>, out: &mut Vec<u8>) {
    let id = abuser.next();
    frame(out, HEADERS, END_STREAM, id, &abuser.target.block("GET"));
}

/// A request whose body is to follow.
fn post(abuser: &mut Abuser<'_>, out: &mut Vec<u8>) {
    let id = abuser.next();
    frame(out, HEADERS, END_HEADERS, id, &abuser.target.block("POST"));
}

/// A whole request by this header block.
fn request(abuser: &mut Abuser<'_>, out: &mut Vec<u8>, block: &[u8]) {
    let id = abuser.next();
    frame(out, HEADERS, END_HEADERS | END_STREAM, id, block);
}

/// The same frame so often, without flags.
fn again(out: &mut Vec<u8>, count: usize, kind: u8, stream: u32, payload: &[u8]) {
    for _ in 0..count {
        frame(out, kind, 0, stream, payload);
    }
}

fn code(code: u32) -> [u8; 4] {
    code.to_be_bytes()
}

/// Every abuse there is.
pub const PROBES: &[Probe] = &[
    must_end("rapid reset", |abuser, out| {
        for _ in 0..100 {
            let id = abuser.get(out, END_STREAM);
            frame(out, RST_STREAM, 0, id, &code(8));
        }
    }),
    must_end("reset by the server's own hand", |abuser, out| {
        for _ in 0..100 {
            let id = abuser.get(out, 0);
            // A window update of nothing is a stream error, so the server resets.
            frame(out, WINDOW_UPDATE, 0, id, &code(0));
        }
    }),
    must_end("CONTINUATION without end", |_, out| {
        let mut block = Vec::new();
        field(&mut block, "x-more", &[b'v'; 1_000]);
        for _ in 0..16 {
            frame(out, CONTINUATION, 0, 1, &block);
        }
    })
    .after(unended),
    must_end("empty CONTINUATION", |_, out| {
        again(out, 500, CONTINUATION, 1, &[])
    })
    .after(unended),
    may_stay("CONTINUATION with END_HEADERS, in crumbs", |abuser, out| {
        let id = abuser.next();
        let block = abuser.target.block("GET");
        frame(out, HEADERS, END_STREAM, id, &block[..1]);
        for place in 1..block.len() - 1 {
            frame(out, CONTINUATION, 0, id, &block[place..=place]);
        }
        frame(
            out,
            CONTINUATION,
            END_HEADERS,
            id,
            &block[block.len() - 1..],
        );
    }),
    must_end("PING", |_, out| again(out, 500, PING, 0, b"abcdefgh")),
    may_stay("PING, answers unread", |_, out| {
        again(out, 500, PING, 0, b"abcdefgh")
    })
    .unread(),
    must_end("SETTINGS", |abuser, out| {
        for number in 0..500 {
            frame(
                out,
                SETTINGS,
                0,
                0,
                &setting(INITIAL_WINDOW, 65_535 + number % 2),
            );
        }
        abuser.rounds += 1;
    }),
    may_stay("SETTINGS, answers unread", |_, out| {
        again(out, 500, SETTINGS, 0, &[])
    })
    .unread(),
    must_end("empty DATA", |_, out| again(out, 500, DATA, 1, &[])).after(post),
    may_stay("padding instead of DATA", |_, out| {
        let mut padding = vec![0; 256];
        padding[0] = 255;
        for _ in 0..16 {
            frame(out, DATA, PADDED, 1, &padding);
        }
    })
    .after(post),
    may_stay("window of nothing, many streams", |abuser, out| {
        if abuser.rounds < 20 {
            for _ in 0..10 {
                abuser.get(out, END_STREAM);
            }
        }
        abuser.rounds += 1;
    })
    .after(|_, out| frame(out, SETTINGS, 0, 0, &setting(INITIAL_WINDOW, 0))),
    may_stay("window given in single bytes", |_, out| {
        for id in 0..50 {
            frame(out, WINDOW_UPDATE, 0, id * 2 + 1, &code(1));
        }
    })
    .after(|abuser, out| {
        frame(out, SETTINGS, 0, 0, &setting(INITIAL_WINDOW, 0));
        for _ in 0..50 {
            abuser.get(out, END_STREAM);
        }
    }),
    may_stay("HPACK bomb", |abuser, out| {
        let mut block = abuser.target.block("GET");
        indexed_field(&mut block, "x-bomb", &[b'v'; 3_900]);
        // 62 is the newest entry of the dynamic table: one byte becomes four thousand.
        block.extend([0x80 | 62; 8_000]);
        request(abuser, out, &block);
    }),
    may_stay("huge header list", |abuser, out| {
        let id = abuser.next();
        let mut block = abuser.target.block("GET");
        field(&mut block, "x-huge", &[b'v'; 15_000]);
        frame(out, HEADERS, END_STREAM, id, &block);
        let mut more = Vec::new();
        field(&mut more, "x-more", &[b'v'; 16_000]);
        for _ in 0..3 {
            frame(out, CONTINUATION, 0, id, &more);
        }
        frame(out, CONTINUATION, END_HEADERS, id, &[]);
    }),
    may_stay("fields without names", |abuser, out| {
        let mut block = abuser.target.block("GET");
        for _ in 0..2_000 {
            field(&mut block, "", b"");
        }
        request(abuser, out, &block);
    }),
    must_end("PRIORITY", |abuser, out| {
        for _ in 0..2_000 {
            let id = abuser.stream + 2 * (abuser.rounds as u32 % 1_000);
            frame(out, PRIORITY, 0, id, &[0, 0, 0, 0, 16]);
            abuser.rounds += 1;
        }
    }),
    may_stay("WINDOW_UPDATE in crumbs", |_, out| {
        again(out, 500, WINDOW_UPDATE, 0, &code(1))
    }),
    must_end("window overflow", |_, out| {
        frame(out, WINDOW_UPDATE, 0, 0, &code(u32::MAX >> 1))
    }),
    must_end("window overflow by SETTINGS", |_, out| {
        frame(out, SETTINGS, 0, 0, &setting(INITIAL_WINDOW, u32::MAX))
    }),
    must_end("unknown frames", |_, out| {
        for number in 0..2_000 {
            frame(out, 11 + (number % 200) as u8, 0xff, 0, &[0; 16]);
        }
    }),
    must_end("frame above the size", |_, out| {
        frame(out, DATA, 0, 1, &[0; 100_000])
    }),
    must_end("second preface", |_, out| out.extend_from_slice(PREFACE)),
    must_end("even stream", |abuser, out| {
        let block = abuser.target.block("GET");
        frame(out, HEADERS, END_HEADERS | END_STREAM, 2, &block);
    }),
    must_end("stream numbers that fall", |abuser, out| {
        let block = abuser.target.block("GET");
        frame(out, HEADERS, END_HEADERS | END_STREAM, 9, &block);
        frame(out, HEADERS, END_HEADERS | END_STREAM, 3, &block);
    }),
    must_end("DATA on an idle stream", |_, out| {
        frame(out, DATA, 0, 7, b"abc")
    }),
    must_end("RST_STREAM on an idle stream", |_, out| {
        frame(out, RST_STREAM, 0, 7, &code(0))
    }),
    must_end("CONTINUATION out of nowhere", |abuser, out| {
        let block = abuser.target.block("GET");
        frame(out, CONTINUATION, END_HEADERS, 1, &block);
    }),
    must_end("PUSH_PROMISE from a client", |_, out| {
        frame(out, PUSH_PROMISE, END_HEADERS, 1, &[0, 0, 0, 2, 0x82])
    }),
    must_end("broken header block", |abuser, out| {
        request(abuser, out, &[0xff; 5]);
    }),
    may_stay("GOAWAY and go on", |abuser, out| {
        frame(out, GOAWAY, 0, 0, &[0; 8]);
        for _ in 0..10 {
            abuser.get(out, END_STREAM);
        }
    }),
];
