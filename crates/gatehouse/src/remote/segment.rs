//! Names inside addresses.

use std::fmt::Write as _;

/// One segment of a path: whatever is not unreserved (RFC 3986 §2.3) is percent-encoded, so that it stays one segment. It serves
/// for values of a query as well.
pub(crate) fn segment(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::segment;

    #[test]
    fn a_name_stays_one_segment_of_the_path() {
        assert_eq!(segment("orders-2.1_beta~"), "orders-2.1_beta~");
        assert_eq!(segment("a/b?c#d%e é"), "a%2Fb%3Fc%23d%25e%20%C3%A9");
    }
}
