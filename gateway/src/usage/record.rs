//! What a slot says of a call: a fixed binary record in words of 64 bits, written without an allocation or a system call.
//!
//! Layout, version 1, in the byte order of the machine:
//!
//! | word | holds |
//! |---|---|
//! | 0 | state: bits 0-7 the [`State`], bits 8-63 the seal over everything below that the state vouches for |
//! | 1-2 | request id, 16 bytes |
//! | 3-4 | trace id, 16 bytes; nil for none |
//! | 5 | arrival, milliseconds since 1970 |
//! | 6-19 | tenant, environment, API version, application, credential, subscription, plan: 16 bytes each, nil for none |
//! | 20 | operation (bits 0-31), bytes of the path (32-47), bytes of the method (48-55), 1 in bit 56 when the call counts |
//! | 21-22 | method, 16 bytes |
//! | 23-54 | path, 256 bytes |
//! | 56 | status (bits 0-15), reason (16-23) |
//! | 57-60 | microseconds of the whole, microseconds of waiting for the backend, bytes in, bytes out |
//! | 61 | end, nanoseconds of this process's steady clock: the order of completion |
//! | 62-63 | the client's address as IPv6 (IPv4 mapped, RFC 4291 §2.5.5.2); nil for none, as earlier releases left it, and then not sealed |
//!
//! The state is stored last, in one word with its seal: a slot whose seal does not fit was torn, and says nothing.

use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use gatehouse_snapshot::object::Moment;
use gatehouse_snapshot::usage::{self, AttributionRef, CallRecordRef};
use uuid::Uuid;

use crate::call::Attribution;
use crate::reason::Reason;

/// Words of a slot: 512 bytes, so that no slot lies in two pages or two sectors.
pub(crate) const SLOT_WORDS: usize = 64;
/// The version of the layout, part of a file's first word.
pub(super) const LAYOUT: u8 = 1;
pub(crate) const METHOD_BYTES_MAX: usize = 16;
pub(crate) const PATH_BYTES_MAX: usize = 256;

const STATE: usize = 0;
const REQUEST: usize = 1;
const TRACE: usize = 3;
const ARRIVED: usize = 5;
const WHO: usize = 6;
const SHAPE: usize = 20;
const METHOD: usize = 21;
const PATH: usize = 23;
const OUTCOME: usize = 56;
const TAIL_WORDS: usize = 6;
const SOURCE: usize = 62;

/// The words of one slot.
pub(crate) type Slot = [AtomicU64; SLOT_WORDS];

/// What a slot is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Nothing, or a call that was not let through.
    Free,
    /// A call that may have reached its backend.
    Started,
    /// A call that has ended.
    Done,
}

impl State {
    const fn code(self) -> u64 {
        match self {
            Self::Free => 0,
            Self::Started => 1,
            Self::Done => 2,
        }
    }

    /// What a state word claims; the seal is not judged yet.
    pub(super) const fn of(word: u64) -> Option<Self> {
        match word & 0xff {
            0 => Some(Self::Free),
            1 => Some(Self::Started),
            2 => Some(Self::Done),
            _ => None,
        }
    }
}

/// A sum in four lanes, so that the multiplications of neighbouring words overlap. Multiplying by an odd number maps words one
/// to one, so that a single changed word is always seen; against an enemy it is no protection, and need not be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seal([u64; 4]);

const ODD: u64 = 0x9e37_79b9_7f4a_7c15;

impl Seal {
    pub(super) fn new(seed: u64) -> Self {
        Self([seed, seed ^ ODD, seed.rotate_left(21), !seed])
    }

    fn add(&mut self, place: usize, word: u64) {
        let lane = &mut self.0[place & 3];
        *lane = (*lane ^ word).wrapping_mul(ODD).rotate_left(29);
    }

    /// The state word of a slot with this sum.
    fn state_word(self, state: State) -> u64 {
        let mut sum = state.code();
        for lane in self.0 {
            sum = (sum ^ lane).wrapping_mul(ODD);
            sum ^= sum >> 31;
        }
        (sum & !0xff) | state.code()
    }
}

/// Method and path in a slot, and how long they are.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Address {
    method_bytes: u8,
    path_bytes: u16,
}

/// Everything that is known when a call is let through or refused.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head<'a> {
    pub(crate) request_id: Uuid,
    pub(crate) trace_id: Uuid,
    pub(crate) arrived_ms: i64,
    pub(crate) who: &'a Attribution,
    pub(crate) address: Address,
    /// Where it came from.
    pub(crate) source: Option<IpAddr>,
    pub(crate) counted: bool,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tail {
    pub(crate) status: u16,
    pub(crate) reason: u8,
    pub(crate) latency_us: u64,
    pub(crate) upstream_us: u64,
    pub(crate) bytes_in: u64,
    pub(crate) bytes_out: u64,
    pub(crate) ended_ns: u64,
}

/// Puts method and path into a slot that is free, cut to what it holds.
pub(crate) fn put_address(slot: &Slot, method: &str, path: &str) -> Address {
    Address {
        method_bytes: put_text(&slot[METHOD..PATH], method) as u8,
        path_bytes: put_text(&slot[PATH..PATH + PATH_BYTES_MAX / 8], path) as u16,
    }
}

/// Stores the first bytes of a text that came from outside. What is not printable ASCII becomes a question mark, so that a
/// record is text of a known size. The rest of the last word is zero.
fn put_text(words: &[AtomicU64], text: &str) -> usize {
    let bytes = text.as_bytes();
    let bytes = &bytes[..bytes.len().min(words.len() * 8)];
    let plain = bytes.iter().all(u8::is_ascii_graphic);
    for (word, piece) in words.iter().zip(bytes.chunks(8)) {
        let mut whole = [0; 8];
        whole[..piece.len()].copy_from_slice(piece);
        if !plain {
            for byte in &mut whole[..piece.len()] {
                *byte = if byte.is_ascii_graphic() { *byte } else { b'?' };
            }
        }
        word.store(u64::from_ne_bytes(whole), Ordering::Relaxed);
    }
    bytes.len()
}

/// Stores the head, and returns the sum over it.
fn put_head(slot: &Slot, seed: u64, head: &Head<'_>) -> Seal {
    let mut seal = Seal::new(seed);
    let mut put = |place: usize, word: u64| {
        slot[place].store(word, Ordering::Relaxed);
        seal.add(place, word);
    };
    let mut put_id = |place: usize, id: Uuid| {
        let (low, high) = words_of(id);
        put(place, low);
        put(place + 1, high);
    };
    put_id(REQUEST, head.request_id);
    put_id(TRACE, head.trace_id);
    for (number, id) in ids_of(head.who).into_iter().enumerate() {
        put_id(WHO + 2 * number, id);
    }
    put(ARRIVED, head.arrived_ms.cast_unsigned());
    let shape = u64::from(head.who.operation.0)
        | u64::from(head.address.path_bytes) << 32
        | u64::from(head.address.method_bytes) << 48
        | u64::from(head.counted) << 56;
    put(SHAPE, shape);
    for place in text_words(head.address) {
        seal.add(place, slot[place].load(Ordering::Relaxed));
    }
    let (low, high) = words_of(Uuid::from_bytes(usage::source_bytes(head.source)));
    slot[SOURCE].store(low, Ordering::Relaxed);
    slot[SOURCE + 1].store(high, Ordering::Relaxed);
    add_source(&mut seal, [low, high]);
    seal
}

/// Adds the words of a source, where there is one: a record without says the same as one of a release that kept none.
fn add_source(seal: &mut Seal, words: [u64; 2]) {
    if words != [0, 0] {
        seal.add(SOURCE, words[0]);
        seal.add(SOURCE + 1, words[1]);
    }
}

/// Marks a call as under way. What is stored before the state is there before it, in the order of the program, which is the
/// order in which a killed process leaves its memory.
pub(crate) fn start(slot: &Slot, seed: u64, head: &Head<'_>) -> Seal {
    let seal = put_head(slot, seed, head);
    slot[STATE].store(seal.state_word(State::Started), Ordering::Release);
    seal
}

/// Marks a call as ended. `begun` is what [`start`] returned, if it was called.
pub(crate) fn finish(slot: &Slot, seed: u64, head: &Head<'_>, begun: Option<Seal>, tail: &Tail) {
    let mut seal = begun.unwrap_or_else(|| put_head(slot, seed, head));
    let words = [
        u64::from(tail.status) | u64::from(tail.reason) << 16,
        tail.latency_us,
        tail.upstream_us,
        tail.bytes_in,
        tail.bytes_out,
        tail.ended_ns,
    ];
    for (place, word) in (OUTCOME..).zip(words) {
        slot[place].store(word, Ordering::Relaxed);
        seal.add(place, word);
    }
    slot[STATE].store(seal.state_word(State::Done), Ordering::Release);
}

/// When the call of a slot that is done ended.
pub(super) fn ended_ns(slot: &Slot) -> u64 {
    slot[OUTCOME + 5].load(Ordering::Relaxed)
}

/// Empties a slot.
pub(super) fn clear(slot: &Slot) {
    slot[STATE].store(State::Free.code(), Ordering::Release);
}

fn text_words(address: Address) -> impl Iterator<Item = usize> {
    let method = METHOD..METHOD + usize::from(address.method_bytes).div_ceil(8);
    method.chain(PATH..PATH + usize::from(address.path_bytes).div_ceil(8))
}

fn words_of(id: Uuid) -> (u64, u64) {
    let bytes = id.into_bytes();
    let half = |from: usize| {
        let mut half = [0; 8];
        half.copy_from_slice(&bytes[from..from + 8]);
        u64::from_ne_bytes(half)
    };
    (half(0), half(8))
}

fn ids_of(who: &Attribution) -> [Uuid; 7] {
    [
        who.tenant.map(Uuid::from).unwrap_or_default(),
        who.environment.map(Uuid::from).unwrap_or_default(),
        who.api_version.map(Uuid::from).unwrap_or_default(),
        who.application.map(Uuid::from).unwrap_or_default(),
        who.credential.map(Uuid::from).unwrap_or_default(),
        who.subscription.map(Uuid::from).unwrap_or_default(),
        who.plan.map(Uuid::from).unwrap_or_default(),
    ]
}

/// A record as it was read from a slot.
pub(crate) struct Recorded {
    pub(super) state: State,
    words: [u64; SLOT_WORDS],
    text: [u8; METHOD_BYTES_MAX + PATH_BYTES_MAX],
    method_bytes: usize,
    path_bytes: usize,
}

impl Recorded {
    /// Copies a slot of this process that is done, and so is changed by nobody.
    pub(super) fn of_slot(slot: &Slot, seed: u64) -> Option<Self> {
        let mut words = [0; SLOT_WORDS];
        for (copy, word) in words.iter_mut().zip(slot) {
            *copy = word.load(Ordering::Relaxed);
        }
        Self::read(words, seed)
    }

    /// Reads words from anywhere. `None` for what is free, torn, of another file or another slot, or never was a record.
    pub(super) fn read(words: [u64; SLOT_WORDS], seed: u64) -> Option<Self> {
        let state = State::of(words[STATE]).filter(|state| *state != State::Free)?;
        let shape = words[SHAPE].to_le_bytes();
        let address = Address {
            method_bytes: shape[6],
            path_bytes: u16::from_le_bytes([shape[4], shape[5]]),
        };
        let (method_bytes, path_bytes) = (
            usize::from(address.method_bytes),
            usize::from(address.path_bytes),
        );
        if method_bytes > METHOD_BYTES_MAX || path_bytes > PATH_BYTES_MAX || shape[7] > 1 {
            return None;
        }
        let mut seal = Seal::new(seed);
        // In the order of writing, lane by lane.
        let head = (REQUEST..ARRIVED).chain(WHO..SHAPE).chain([ARRIVED, SHAPE]);
        for place in head.chain(text_words(address)) {
            seal.add(place, words[place]);
        }
        add_source(&mut seal, [words[SOURCE], words[SOURCE + 1]]);
        // A call that was cut as it ended may have any part of its tail: its head alone is vouched for.
        if state == State::Done {
            let tail = words.iter().enumerate().skip(OUTCOME).take(TAIL_WORDS);
            tail.for_each(|(place, word)| seal.add(place, *word));
        }
        if seal.state_word(state) != words[STATE] {
            return None;
        }
        let mut text = [0; METHOD_BYTES_MAX + PATH_BYTES_MAX];
        for (piece, word) in text.chunks_exact_mut(8).zip(&words[METHOD..]) {
            piece.copy_from_slice(&word.to_ne_bytes());
        }
        Some(Self {
            state,
            words,
            text,
            method_bytes,
            path_bytes,
        })
    }

    fn id(&self, place: usize) -> Uuid {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.words[place].to_ne_bytes());
        bytes[8..].copy_from_slice(&self.words[place + 1].to_ne_bytes());
        Uuid::from_bytes(bytes)
    }

    pub(super) fn request_id(&self) -> Uuid {
        self.id(REQUEST)
    }

    /// The number of its operation; 0 for none.
    pub(super) fn operation(&self) -> u32 {
        self.words[SHAPE] as u32
    }

    /// The number of its reason.
    pub(super) fn reason(&self) -> u8 {
        (self.words[OUTCOME] >> 16) as u8
    }

    /// When it ended, by the steady clock of the process that wrote it.
    pub(super) fn ended_ns(&self) -> u64 {
        self.words[OUTCOME + 5]
    }

    fn text(&self, from: usize, bytes: usize) -> &str {
        std::str::from_utf8(&self.text[from..from + bytes]).unwrap_or_default()
    }

    /// The record, with the texts its numbers stand for. A call that was under way is told as cut by the end of the gateway.
    pub(super) fn call<'a>(
        &'a self,
        operation: Option<&'a str>,
        reason: &'a str,
    ) -> CallRecordRef<'a> {
        fn known<I: From<Uuid>>(id: Uuid) -> Option<I> {
            (!id.is_nil()).then(|| I::from(id))
        }
        let has_no_end = self.state == State::Started;
        let tail = |number: usize| {
            if has_no_end {
                0
            } else {
                self.words[OUTCOME + number]
            }
        };
        CallRecordRef {
            at: Moment(self.words[ARRIVED].cast_signed()),
            request_id: self.request_id(),
            trace_id: known(self.id(TRACE)),
            attribution: AttributionRef {
                tenant: known(self.id(WHO)),
                environment: known(self.id(WHO + 2)),
                api_version: known(self.id(WHO + 4)),
                operation,
                application: known(self.id(WHO + 6)),
                credential: known(self.id(WHO + 8)),
                subscription: known(self.id(WHO + 10)),
                plan: known(self.id(WHO + 12)),
            },
            method: self.text(0, self.method_bytes),
            path: self.text(METHOD_BYTES_MAX, self.path_bytes),
            status: if has_no_end { 500 } else { tail(0) as u16 },
            reason,
            counted: self.words[SHAPE] >> 56 == 1,
            interrupted: reason == Reason::INTERRUPTED.text(),
            latency_us: tail(1),
            upstream_us: tail(2),
            bytes_in: tail(3),
            bytes_out: tail(4),
            source: usage::source_of(self.id(SOURCE).into_bytes()),
        }
    }
}
