//! How a signing key is followed by the next: the one in use signs the one that comes after it.
//!
//! A gateway pins what it was given when it joined: the key in use and the announced one. From there it takes a further key
//! only when one it accepts has signed it, link by link, however many rotations it was away for.

use serde::{Deserialize, Serialize};

use crate::node_auth::{hex, unhex};
use crate::sign::{PublicKey, Sealed, Signer, SigningKeyId};
use crate::{FORMAT, Refused};

const CONTEXT: &str = "gatehouse/config-key/1";
const WHAT: &str = "next signing key";

/// Links that one reply carries at most.
pub const LINKS_MAX: usize = 32;

/// What is signed.
#[derive(Debug, Serialize, Deserialize)]
struct Next {
    format: u16,
    key: PublicKey,
}

/// A key that another one announces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link(Sealed);

impl Link {
    /// Announces `next` as the key after that of `current`.
    pub fn new(next: PublicKey, current: &Signer) -> Self {
        let next = Next {
            format: FORMAT,
            key: next,
        };
        let header = postcard::to_stdvec(&next).unwrap_or_default();
        Self(Sealed::new(CONTEXT, header, current))
    }

    /// The announced key, if one of `accepted` has signed it.
    fn next(&self, accepted: &[PublicKey]) -> Result<PublicKey, Refused> {
        let bytes = self.0.verify(CONTEXT, WHAT, accepted)?;
        let next: Next = postcard::from_bytes(bytes).map_err(|_| Refused::Damaged(WHAT))?;
        if next.format == FORMAT {
            Ok(next.key)
        } else {
            Err(Refused::Format {
                what: WHAT,
                found: next.format,
            })
        }
    }
}

/// Links as the value of [`crate::protocol::KEYS_HEADER`].
pub fn to_header(links: &[Link]) -> String {
    let links = links
        .iter()
        .map(|link| hex(&postcard::to_stdvec(link).unwrap_or_default()));
    links.collect::<Vec<_>>().join(",")
}

/// Reads [`to_header`]; says nothing about trust.
pub fn of_header(text: &str) -> Result<Vec<Link>, Refused> {
    let links: Option<Vec<Link>> = text
        .split(',')
        .take(LINKS_MAX + 1)
        .map(|link| postcard::from_bytes(&unhex(link.trim())?).ok())
        .collect();
    links
        .filter(|links| links.len() <= LINKS_MAX)
        .ok_or(Refused::Damaged(WHAT))
}

/// Adds the keys of `links` to the `accepted` ones, each signed by the newest before it: a key that has announced its heir
/// announces nobody else. All or none.
pub fn follow(accepted: &mut Vec<PublicKey>, links: &[Link]) -> Result<(), Refused> {
    let mut longer = accepted.clone();
    for link in links {
        let next = link.next(&longer)?;
        if longer.contains(&next) {
            continue;
        }
        if longer.last().map(PublicKey::id) != Some(link.0.key) {
            return Err(Refused::UnknownKey(WHAT));
        }
        longer.push(next);
    }
    *accepted = longer;
    Ok(())
}

/// The name of a key as a query parameter.
pub fn name(key: SigningKeyId) -> String {
    hex(&key.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer(number: u8) -> Signer {
        Signer::from_seed(&[number; 32]).unwrap()
    }

    fn link(next: u8, by: u8) -> Link {
        Link::new(signer(next).public(), &signer(by))
    }

    fn sent(links: &[Link]) -> Vec<Link> {
        of_header(&to_header(links)).unwrap()
    }

    #[test]
    fn keys_are_followed_link_by_link_and_no_link_may_be_missing_or_forged() {
        let first = signer(1).public();
        let mut accepted = vec![first];
        follow(&mut accepted, &sent(&[link(2, 1), link(3, 2)])).unwrap();
        assert_eq!(accepted, [1, 2, 3].map(|number| signer(number).public()));
        follow(&mut accepted, &sent(&[link(2, 1)])).unwrap();
        assert_eq!(accepted.len(), 3, "a known key is not taken twice");

        let refused = |links: &[Link]| {
            let mut accepted = vec![first];
            let refused = follow(&mut accepted, links).unwrap_err();
            assert_eq!(accepted, [first], "all or none");
            refused
        };
        assert_eq!(refused(&[link(3, 2)]), Refused::UnknownKey(WHAT));
        assert_eq!(
            refused(&[link(2, 1), link(9, 8)]),
            Refused::UnknownKey(WHAT)
        );
        // A second heir of a key that has one.
        assert_eq!(
            refused(&[link(2, 1), link(7, 1)]),
            Refused::UnknownKey(WHAT)
        );
        let mut forged = link(2, 1);
        forged.0.signature[7] ^= 1;
        assert_eq!(refused(&[forged]), Refused::BadSignature(WHAT));
        // What the key has signed for another purpose announces nothing.
        let header = link(2, 1).0.header;
        let elsewhere = Link(Sealed::new("gatehouse/delta/1", header, &signer(1)));
        assert_eq!(refused(&[elsewhere]), Refused::BadSignature(WHAT));
    }

    #[test]
    fn more_links_than_a_reply_may_carry_and_nonsense_are_damaged() {
        let links = |count| to_header(&vec![link(2, 1); count]);
        assert_eq!(of_header(&links(LINKS_MAX)).unwrap().len(), LINKS_MAX);
        for bad in [&links(LINKS_MAX + 1), "", "zz", "00", "00,"] {
            assert_eq!(of_header(bad), Err(Refused::Damaged(WHAT)), "{bad}");
        }
    }
}
