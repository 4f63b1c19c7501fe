//! One case: its requests, one after another, each held against what is expected.

use std::time::Instant;

use gatehouse_runtime::{Secret, Supervisor};

use super::cases::{Case, CaseFile};
use super::judge::{self, Difference};
use super::report::{Ended, Failure, Outcome, milliseconds};
use super::stage::Stage;
use super::wire::{self, Place};

/// The key a case sends, or why it cannot be who it wants to be.
pub(super) type Caller = Result<Option<Secret<String>>, String>;

/// What differs, and after how many requests.
struct Differs {
    call: u32,
    differences: Vec<Difference>,
}

pub(super) async fn run(
    stage: &Stage,
    supervisor: &Supervisor,
    (file, case): (&CaseFile, &Case),
    caller: Caller,
) -> Ended {
    let begun = Instant::now();
    let differs = match (stage.place(&case.environment), caller) {
        (None, _) => {
            let at = format!("{}/environment", case.pointer);
            let (what, wanted) = ("the environment", "one of the tenant's");
            not_sent(judge::difference(at, what, wanted, &case.environment))
        }
        (_, Err(refusal)) => {
            let at = format!("{}/as", case.pointer);
            let (what, wanted) = ("the caller", "to have access");
            not_sent(judge::difference(at, what, wanted, refusal))
        }
        (Some(place), Ok(key)) => send(stage, supervisor, place, case, key.as_ref()).await,
    };
    let failures: Vec<_> = differs
        .differences
        .into_iter()
        .map(|one| failure(file, differs.call, one))
        .collect();
    Ended {
        name: case.name.clone(),
        file: file.path.clone(),
        line: file.place(&case.pointer).0,
        result: match failures.is_empty() {
            true => Outcome::Passed,
            false => Outcome::Failed,
        },
        calls: differs.call,
        ms: milliseconds(begun.elapsed()),
        failures,
    }
}

fn not_sent(difference: Difference) -> Differs {
    Differs {
        call: 0,
        differences: vec![difference],
    }
}

fn failure(file: &CaseFile, call: u32, difference: Difference) -> Failure {
    let (line, column) = file.place(&difference.pointer);
    Failure {
        line,
        column,
        call,
        what: difference.what,
        expected: difference.expected,
        got: difference.got,
    }
}

/// Sends until something differs: what comes after that was meant for a caller to whom it had not happened.
async fn send(
    stage: &Stage,
    supervisor: &Supervisor,
    place: &Place,
    case: &Case,
    key: Option<&Secret<String>>,
) -> Differs {
    let mut call = 0;
    for step in &case.steps {
        for _ in 0..step.times {
            call += 1;
            stage.backend.prepare(&step.backend);
            let answer = wire::send(supervisor, place, &step.request, key).await;
            let received = stage.backend.take();
            let mut differences = match answer {
                Ok(answer) => judge::judge(&step.expect, &answer, &received),
                Err(error) => vec![judge::unanswered(&error)],
            };
            if !differences.is_empty() {
                for one in &mut differences {
                    one.pointer.insert_str(0, &step.pointer);
                }
                return Differs { call, differences };
            }
        }
    }
    Differs {
        call,
        differences: Vec::new(),
    }
}
