//! W3C Trace Context: a caller's trace goes on through the gateway; without a valid one a new trace begins here.

use std::cell::Cell;

use gatehouse_runtime::random;
use uuid::Uuid;

use crate::request::Fields;

/// version, trace-id, parent-id, flags: `00-` 32 `-` 16 `-` 2.
const LENGTH: usize = 55;
/// Longest tracestate passed on; the specification asks for 512 at least.
const STATE_BYTES_MAX: usize = 1024;

/// Makes ids on one worker. They need to differ, not to be secret.
#[derive(Debug)]
pub(crate) struct TraceIds(Cell<u64>);

/// What a call sends to its backend as its trace, a second try included.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trace {
    trace: u128,
    parent: u64,
    sampled: bool,
    /// Whether the caller's tracestate belongs to it.
    continued: bool,
}

impl TraceIds {
    pub(crate) fn new() -> Self {
        Self(Cell::new(u64::from_le_bytes(random::bytes())))
    }

    /// SplitMix64; never nought, which would be no id.
    fn next(&self) -> u64 {
        let state = self.0.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.0.set(state);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)).max(1)
    }

    /// The caller's trace with a parent of our own, or a new trace. A new one says it is sampled: every call is recorded.
    pub(crate) fn trace(&self, received: Fields<'_>) -> Trace {
        let mut parents = received.get_all("traceparent");
        let parent = parents.next().filter(|_| parents.next().is_none());
        let (trace, sampled, continued) = match parent.and_then(parse) {
            Some((trace, sampled)) => (trace, sampled, true),
            None => {
                let trace = u128::from(self.next()) << 64 | u128::from(self.next());
                (trace, true, false)
            }
        };
        Trace {
            trace,
            parent: self.next(),
            sampled,
            continued,
        }
    }
}

impl Trace {
    /// The trace id, as records keep it.
    pub(crate) fn id(self) -> Uuid {
        Uuid::from_u128(self.trace)
    }

    /// Writes the line `traceparent`.
    pub(crate) fn write(self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"traceparent: 00-");
        hex(out, &self.trace.to_be_bytes());
        out.push(b'-');
        hex(out, &self.parent.to_be_bytes());
        let flags: &[u8] = if self.sampled { b"-01\r\n" } else { b"-00\r\n" };
        out.extend_from_slice(flags);
    }

    /// Whether a line of tracestate is passed on.
    pub(crate) fn takes_state(self, value: &[u8]) -> bool {
        self.continued && value.len() <= STATE_BYTES_MAX
    }
}

fn hex(out: &mut Vec<u8>, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        out.push(DIGITS[usize::from(byte >> 4)]);
        out.push(DIGITS[usize::from(byte & 15)]);
    }
}

/// Trace id and sampled flag. Versions to come may append; version 00 may not.
fn parse(value: &[u8]) -> Option<(u128, bool)> {
    let (known, more) = value.split_at_checked(LENGTH)?;
    let part = |range: std::ops::Range<usize>| number(&known[range]);
    let version = part(0..2)?;
    let dashes = known[2] == b'-' && known[35] == b'-' && known[52] == b'-';
    let plain = if version == 0 {
        more.is_empty()
    } else {
        more.first().is_none_or(|byte| *byte == b'-')
    };
    let (trace, parent, flags) = (part(3..35)?, part(36..52)?, part(53..55)?);
    let valid = dashes && plain && version != 0xff && trace != 0 && parent != 0;
    valid.then_some((trace, flags & 1 == 1))
}

/// Lower-case hexadecimal only.
fn number(digits: &[u8]) -> Option<u128> {
    digits.iter().try_fold(0u128, |number, digit| {
        let digit = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => return None,
        };
        Some(number << 4 | u128::from(digit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Field;

    const GOOD: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    fn sent(values: &[&str]) -> (String, bool) {
        let fields: Vec<_> = values
            .iter()
            .map(|value| Field {
                name: "TraceParent",
                value: value.as_bytes(),
            })
            .collect();
        let trace = TraceIds::new().trace(Fields::new(&fields));
        let mut out = Vec::new();
        trace.write(&mut out);
        let text = String::from_utf8(out).unwrap();
        let text = text.strip_prefix("traceparent: ").unwrap().trim_end();
        assert!(parse(text.as_bytes()).is_some(), "{text}");
        (text.to_owned(), trace.continued)
    }

    #[test]
    fn a_valid_trace_goes_on_with_a_new_parent_and_its_own_flag() {
        for (given, flag) in [
            (GOOD.to_owned(), "01"),
            (GOOD.replace("-01", "-00"), "00"),
            (GOOD.replace("-01", "-ff"), "01"),
            (GOOD.replacen("00", "cc", 1), "01"),
            (format!("{}-later", GOOD.replacen("00", "01", 1)), "01"),
        ] {
            let (text, continued) = sent(&[&given]);
            assert!(continued, "{given}");
            assert!(
                text.starts_with("00-0af7651916cd43dd8448eb211c80319c-"),
                "{text}"
            );
            assert!(
                !text.contains("b7ad6b7169203331") && text.ends_with(flag),
                "{text}"
            );
        }
    }

    #[test]
    fn anything_else_is_replaced_by_a_new_trace() {
        let upper = GOOD.to_uppercase();
        let longer = format!("{GOOD}-x");
        let no_trace = GOOD.replace("0af7651916cd43dd8448eb211c80319c", &"0".repeat(32));
        let no_parent = GOOD.replace("b7ad6b7169203331", &"0".repeat(16));
        let version = GOOD.replacen("00", "ff", 1);
        let glued = format!("{}x", GOOD.replacen("00", "01", 1));
        for bad in [
            &upper,
            &longer,
            &no_trace,
            &no_parent,
            &version,
            &glued,
            &GOOD[1..],
            "",
        ] {
            let (text, continued) = sent(&[bad]);
            assert!(!continued && !text.contains("0af7651916"), "{bad}: {text}");
        }
        for none in [&[][..], &[GOOD, GOOD]] {
            assert!(!sent(none).1);
        }
        assert_ne!(sent(&[]).0, sent(&[]).0);
    }
}
