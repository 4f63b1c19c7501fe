//! What can sign in what somebody sent: for whoever shows it to them again, and must leave that out.

use serde_json::Value;

use super::{Told, jwks};

/// Where parts of keys stand that can sign: pointers (RFC 6901) into what was sent.
pub fn private_parts(sent: &Value) -> Vec<String> {
    let mut told = Told::default();
    jwks::refuse_secrets(sent, "", &mut told);
    let faults = told.faults.into_iter();
    faults.map(|fault| fault.pointer).collect()
}

/// Whether a text that cannot be read as JSON or YAML may hold such a part: a member of that name begins somewhere in it.
pub fn may_hold_private_parts(text: &str) -> bool {
    text.contains(jwks::PEM)
        || jwks::SECRET.iter().any(|member| {
            let quoted = format!("\"{member}\"");
            let plain = format!("{member}:");
            let starts = |line: &str| {
                let line = line.trim_start_matches([' ', '\t', '-', '{', ',', '\'']);
                line.starts_with(&plain) || line.starts_with(&format!("{member}':"))
            };
            text.contains(&quoted) || text.split(['\n', ',', '{']).any(starts)
        })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_can_sign_is_found_wherever_it_stands() {
        let sent = json!({ "jwks": { "keys": [{ "kty": "EC", "x": "1", "d": "2" }, { "kty": "oct", "k": "3" }] }, "d": "no key" });
        assert_eq!(
            private_parts(&sent),
            ["/jwks/keys/0/d", "/jwks/keys/1/k"],
            "and what is no key stays"
        );
        assert!(private_parts(&json!({ "keys": [{ "kty": "EC", "x": "1" }] })).is_empty());
    }

    #[test]
    fn in_a_set_everything_is_a_key_and_wrapped_texts_are_found_anywhere() {
        let pem = "-----BEGIN PRIVATE KEY-----\nMIIE";
        let sent = json!({ "jwks": { "keys": [{ "crv": "P-256", "d": "1" }], "old": { "d": "2" } }, "issuer": pem, "scopes": [pem] });
        assert_eq!(
            private_parts(&sent),
            ["/jwks/keys/0/d", "/jwks/old/d", "/issuer", "/scopes/0"]
        );
        assert_eq!(private_parts(&json!({ "jwks": pem })), ["/jwks"]);
    }

    #[test]
    fn a_text_with_a_slip_is_looked_through_all_the_same() {
        for text in [
            "{\"keys\": [{\"kty\": \"EC\", \"d\": \"2\" ]}",
            "keys:\n  - kty: EC\n    d: 2\n   x: [",
            "keys: [{kty: oct, k: 3",
            "{'kty': 'EC', 'd': '2'",
            "-----BEGIN RSA PRIVATE KEY-----\nMIIE",
        ] {
            assert!(may_hold_private_parts(text), "{text}");
        }
        for text in [
            "{\"keys\": [{\"kty\": \"EC\", \"x\": \"1\" ]}",
            "keys:\n  - kid: d\n    x: [",
            "",
        ] {
            assert!(!may_hold_private_parts(text), "{text}");
        }
    }
}
