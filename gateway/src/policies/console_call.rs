//! Who calls with the credential of the portal's console: read off its signature, without a look-up.

use gatehouse_domain::OperationKey;
use gatehouse_problem::ProblemKind;
use gatehouse_snapshot::Refused;
use gatehouse_snapshot::console_call::{CLOCK_SKEW_MAX_S, ConsoleCall, LIFE_S};
use gatehouse_snapshot::sign::PublicKey;

use super::api_key::{Authentication, Consumer};
use crate::call::{Now, Subject};
use crate::refusal::{Refusal, refuse};
use crate::tables::TableSet;

/// Judges a console credential for the operation that is called. `signers` sign this gateway's configuration.
pub(super) fn authenticate(
    text: &str,
    subject: &Subject<'_>,
    tables: &TableSet,
    signers: &[PublicKey],
    now: Now,
) -> Authentication {
    let call = match ConsoleCall::read(text, signers) {
        Ok(call) => call,
        // It may be signed by a key that has not reached this gateway yet.
        Err(Refused::UnknownKey(_)) => {
            return Authentication::Undecidable(
                "This gateway does not know the key that signed this credential of Try it.",
            );
        }
        Err(Refused::BadSignature(_)) => {
            return Authentication::Refused(ProblemKind::KeyUnknown.into(), None);
        }
        Err(_) => return Authentication::Refused(ProblemKind::KeyMalformed.into(), None),
    };
    let number = tables.applications.number(call.application);
    let found = number.and_then(|number| Some((number, tables.applications.get(number)?)));
    let Some((number, application)) = found else {
        return Authentication::Undecidable("This gateway does not know this application yet.");
    };
    let consumer = Consumer {
        application,
        number,
        credential: None,
        narrow: None,
    };
    match judge(&call, subject, now) {
        Ok(()) => Authentication::Identified(consumer),
        Err(refusal) => Authentication::Refused(refusal, Some(consumer)),
    }
}

fn judge(call: &ConsoleCall, subject: &Subject<'_>, now: Now) -> Result<(), Refusal> {
    if call.environment != subject.environment.object.id {
        return Err(refuse(
            ProblemKind::WrongEnvironment,
            "This credential of Try it was made for another environment than this address.",
        ));
    }
    let left_ms = call.ends.0.saturating_sub(now.wall_ms);
    if left_ms <= 0 {
        return Err(refuse(
            ProblemKind::KeyExpired,
            format!("A credential of Try it works for {LIFE_S} seconds; send the call again."),
        ));
    }
    if left_ms > (LIFE_S + CLOCK_SKEW_MAX_S) * 1_000 {
        return Err(refuse(
            ProblemKind::KeyMalformed,
            "This credential of Try it ends later than any may; compare the clocks of gateway and control plane.",
        ));
    }
    let operation = subject.route.operation_key(subject.operation);
    let is_meant = call.api_version == subject.route.api_version
        && operation.as_ref().map(OperationKey::as_str) == Some(call.operation.as_str());
    if is_meant {
        Ok(())
    } else {
        Err(refuse(
            ProblemKind::OperationNotSubscribed,
            "This credential of Try it was made for another operation.",
        ))
    }
}
