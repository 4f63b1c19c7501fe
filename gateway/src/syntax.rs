//! The small grammar of HTTP that requests and responses share (RFC 9110 §5.5, §5.6).

/// Whether a byte may stand in a token: a method, or the name of a field (RFC 9110 §5.6.2).
pub(crate) fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Whether a byte may stand in the value of a field: visible characters, space, tab and obs-text (RFC 9110 §5.5).
pub(crate) fn is_text(byte: u8) -> bool {
    byte == b'\t' || (byte >= 0x20 && byte != 0x7f)
}

/// A length: up to 19 digits and nothing else, so that no reader's number wraps (RFC 9110 §8.6).
pub(crate) fn decimal(digits: &[u8]) -> Option<u64> {
    let plain = (1..=19).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit);
    let text = std::str::from_utf8(digits).ok().filter(|_| plain)?;
    text.parse().ok()
}

/// The members of a list, without the space around them and without empty ones (RFC 9110 §5.6.1).
pub(crate) fn list(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value
        .split(|byte| *byte == b',')
        .map(<[u8]>::trim_ascii)
        .filter(|member| !member.is_empty())
}

/// Whether a list has this member, whatever its case.
pub(crate) fn lists(value: &[u8], member: &[u8]) -> bool {
    list(value).any(|known| known.eq_ignore_ascii_case(member))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_whatever_stands_between_their_members() {
        let found: Vec<_> = list(b" a,,b , \tc,").collect();
        assert_eq!(found, [b"a", b"b", b"c"]);
        assert_eq!(list(b"").count(), 0);
        assert!(lists(b"keep-alive, Close", b"close") && !lists(b"closed, clo se", b"close"));
    }

    #[test]
    fn a_length_is_digits_that_fit() {
        let largest = [b'9'; 19];
        assert_eq!(decimal(&largest), Some(9_999_999_999_999_999_999));
        for bad in [&b""[..], b"+1", b"-1", b"1 ", b"0x1", b"1,1", &[b'1'; 20]] {
            assert_eq!(decimal(bad), None, "{bad:?}");
        }
    }
}
