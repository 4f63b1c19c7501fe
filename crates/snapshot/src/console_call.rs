//! The credential of one call that a person makes from the portal: signed by the control plane, good for a minute, for one
//! operation of one version in one environment, as one application.
//!
//! A gateway checks it without a look-up, by the keys it takes configuration from. It says who calls and nothing else: the
//! live subscription decides as it does for a key.

use gatehouse_domain::OperationKey;
use gatehouse_domain::id::{ApiVersionId, ApplicationId, EnvironmentId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::node_auth::{hex, unhex};
use crate::object::Moment;
use crate::sign::{PublicKey, Sealed, Signer};
use crate::{FORMAT, Refused};

const CONTEXT: &str = "gatehouse/console-call/1";
const WHAT: &str = "console credential";

/// What every credential of this kind begins with.
pub const PREFIX: &str = "gtc_";
/// How long one is good for.
pub const LIFE_S: i64 = 60;
/// Clocks of control plane and gateway may differ by so much: one that ends later than a minute and this is refused.
pub const CLOCK_SKEW_MAX_S: i64 = 60;
/// Longest that is read: an operation key is at most 2,048 characters, and every byte is written as two.
pub const LENGTH_MAX: usize = 5 * 1024;

/// What such a credential allows to be said of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsoleCall {
    /// Names it, in the audit log.
    pub id: Uuid,
    /// As which application.
    pub application: ApplicationId,
    /// Where.
    pub environment: EnvironmentId,
    /// Of which version.
    pub api_version: ApiVersionId,
    /// What.
    pub operation: OperationKey,
    /// Good before this moment.
    pub ends: Moment,
}

#[derive(Serialize, Deserialize)]
struct Header<T> {
    format: u16,
    call: T,
}

impl ConsoleCall {
    /// The credential as it is sent.
    pub fn seal(&self, signer: &Signer) -> String {
        let header = Header {
            format: FORMAT,
            call: self,
        };
        let header = postcard::to_stdvec(&header).unwrap_or_default();
        let sealed = Sealed::new(CONTEXT, header, signer);
        let bytes = postcard::to_stdvec(&sealed).unwrap_or_default();
        format!("{PREFIX}{}", hex(&bytes))
    }

    /// Reads [`ConsoleCall::seal`], if one of `trusted` has signed it. Says nothing about its end.
    pub fn read(text: &str, trusted: &[PublicKey]) -> Result<Self, Refused> {
        let damaged = Refused::Damaged(WHAT);
        let bytes = text
            .strip_prefix(PREFIX)
            .filter(|text| text.len() <= LENGTH_MAX);
        let bytes = bytes.and_then(unhex).ok_or(damaged.clone())?;
        let sealed: Sealed = postcard::from_bytes(&bytes).map_err(|_| damaged.clone())?;
        let header = sealed.verify(CONTEXT, WHAT, trusted)?;
        let header: Header<Self> = postcard::from_bytes(header).map_err(|_| damaged)?;
        if header.format == FORMAT {
            Ok(header.call)
        } else {
            Err(Refused::Format {
                what: WHAT,
                found: header.format,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(operation: &str) -> ConsoleCall {
        ConsoleCall {
            id: Uuid::from_u128(1),
            application: ApplicationId::from_uuid(Uuid::from_u128(2)),
            environment: EnvironmentId::from_uuid(Uuid::from_u128(3)),
            api_version: ApiVersionId::from_uuid(Uuid::from_u128(4)),
            operation: OperationKey::from_stored(operation),
            ends: Moment(5),
        }
    }

    #[test]
    fn one_is_read_only_as_it_was_signed_by_a_trusted_key_for_this_purpose() {
        let (signer, stranger) = ([1; 32], [2; 32]);
        let signer = Signer::from_seed(&signer).unwrap();
        let stranger = Signer::from_seed(&stranger).unwrap();
        let call = call("GET /pets/{}");
        let text = call.seal(&signer);
        let read = |text: &str| ConsoleCall::read(text, &[signer.public()]);
        assert_eq!(read(&text), Ok(call.clone()));
        let other = call.seal(&stranger);
        assert_eq!(read(&other), Err(Refused::UnknownKey(WHAT)));

        // Any changed digit spoils it.
        for at in [PREFIX.len() + 8, text.len() / 2, text.len() - 1] {
            let mut changed = text.clone().into_bytes();
            changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
            assert!(
                read(std::str::from_utf8(&changed).unwrap()).is_err(),
                "{at}"
            );
        }
        // What the key has signed for another purpose says nothing about calls.
        let header = postcard::to_stdvec(&Header {
            format: FORMAT,
            call,
        })
        .unwrap();
        let elsewhere = Sealed::new("gatehouse/delta/1", header, &signer);
        let elsewhere = format!("{PREFIX}{}", hex(&postcard::to_stdvec(&elsewhere).unwrap()));
        assert_eq!(read(&elsewhere), Err(Refused::BadSignature(WHAT)));
        for bad in ["gtc_", "gtc_zz", "gtc_00", "gth_live_x", ""] {
            assert_eq!(read(bad), Err(Refused::Damaged(WHAT)), "{bad}");
        }
    }

    #[test]
    fn the_longest_operation_fits_and_what_is_longer_is_not_read() {
        let signer = Signer::from_seed(&[1; 32]).unwrap();
        let text = call(&"x".repeat(2_048)).seal(&signer);
        assert!(ConsoleCall::read(&text, &[signer.public()]).is_ok());
        let padded = format!("{PREFIX}{}", "0".repeat(LENGTH_MAX + 2));
        assert_eq!(
            ConsoleCall::read(&padded, &[signer.public()]),
            Err(Refused::Damaged(WHAT))
        );
    }
}
