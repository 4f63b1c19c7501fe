//! The one error of handlers, and the one translation of a verb's refusal into it.
//!
//! A handler's problem travels in the extensions of its response: only [`crate::edge`] knows the request id it has to carry,
//! and a portal may show it as a page instead.

use std::fmt;
use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::publishing::{PublishRefusal, Refused};
use gatehouse_control_plane::{FieldFault, Refusal};
use gatehouse_problem::{FieldError, ProblemKind};
use gatehouse_spec::Location;
use gatehouse_spec::diff::Severity;
use gatehouse_spec::gate::Decision;
use gatehouse_spec::lint::Level;

/// Seconds after which a caller may come back when the database is away.
const DATABASE_RETRY_S: u64 = 2;

/// Why a request was not carried out. A 5xx keeps its cause, which is logged once and never sent.
pub struct Problem(Box<Inner>);

struct Inner {
    problem: gatehouse_problem::Problem,
    cause: Option<anyhow::Error>,
}

/// The problem of a response, in its extensions. Render it where it is known who is looking.
#[derive(Clone)]
pub struct ProblemInResponse(Arc<Inner>);

impl Problem {
    /// A problem of this kind without particulars.
    pub fn new(kind: ProblemKind) -> Self {
        gatehouse_problem::Problem::new(kind).into()
    }

    /// A fault of the program's own; the cause is for the log alone.
    pub fn internal(cause: impl Into<anyhow::Error>) -> Self {
        Self::new(ProblemKind::Internal).caused_by(cause)
    }

    /// Says what is particular to this request.
    #[must_use]
    pub fn detail(self, detail: impl Into<String>) -> Self {
        self.change(|problem| problem.detail(detail))
    }

    /// Adds a fault in a field.
    #[must_use]
    pub fn field(self, error: FieldError) -> Self {
        self.change(|problem| problem.field(error))
    }

    /// Replaces the faults in fields.
    #[must_use]
    pub fn fields(self, errors: Vec<FieldError>) -> Self {
        self.change(|problem| problem.fields(errors))
    }

    /// Adds what a judgement found.
    #[must_use]
    pub fn report(self, report: serde_json::Value) -> Self {
        self.change(|problem| problem.report(report))
    }

    /// Says when to come back, seconds.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        self.change(|problem| problem.retry_after(seconds))
    }

    /// Keeps a cause for the log.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<anyhow::Error>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// The problem itself.
    pub fn inner(&self) -> &gatehouse_problem::Problem {
        &self.0.problem
    }

    /// What a 5xx was caused by, for the log.
    pub fn cause(&self) -> Option<&anyhow::Error> {
        self.0.cause.as_ref()
    }

    /// What kind it is.
    pub fn kind(&self) -> ProblemKind {
        self.0.problem.kind()
    }

    fn change(
        mut self,
        how: impl FnOnce(gatehouse_problem::Problem) -> gatehouse_problem::Problem,
    ) -> Self {
        self.0.problem = how(self.0.problem);
        self
    }
}

impl ProblemInResponse {
    /// The problem.
    pub fn problem(&self) -> &gatehouse_problem::Problem {
        &self.0.problem
    }

    /// What a 5xx was caused by, for the log.
    pub fn cause(&self) -> Option<&anyhow::Error> {
        self.0.cause.as_ref()
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Problem")
            .field("problem", &self.0.problem)
            .field("cause", &self.0.cause)
            .finish()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.0.problem.status().into_response();
        for (name, value) in self.0.problem.headers() {
            response.headers_mut().insert(name, value);
        }
        response
            .extensions_mut()
            .insert(ProblemInResponse(Arc::new(*self.0)));
        response
    }
}

impl From<gatehouse_problem::Problem> for Problem {
    fn from(problem: gatehouse_problem::Problem) -> Self {
        Self(Box::new(Inner {
            problem,
            cause: None,
        }))
    }
}

impl From<ProblemKind> for Problem {
    fn from(kind: ProblemKind) -> Self {
        Self::new(kind)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Forbidden(permission) => Self::new(ProblemKind::Forbidden)
                .detail(format!("This needs the permission {permission}.")),
            Refusal::NotYours(rule) => Self::new(ProblemKind::Forbidden).detail(rule),
            Refusal::NotFound => Self::new(ProblemKind::NotFound),
            Refusal::UnknownReference { pointer } => unknown_reference(pointer),
            Refusal::Conflict(state) => Self::new(ProblemKind::Conflict).detail(state),
            Refusal::Stale { current } => Self::new(ProblemKind::VersionMismatch)
                .detail(format!("Version {current} is current.")),
            Refusal::Invalid(faults) => Self::new(ProblemKind::Invalid)
                .fields(faults.into_iter().map(field_error).collect()),
            Refusal::TooMany(seconds) => {
                Self::new(ProblemKind::TooManyAttempts).retry_after(seconds)
            }
            Refusal::Database(_) if refusal.is_passing() => Self::new(ProblemKind::Unavailable)
                .detail("The database is away or busy.")
                .retry_after(DATABASE_RETRY_S)
                .caused_by(refusal),
            Refusal::Database(_) => Self::internal(refusal),
            Refusal::Internal(cause) => Self::internal(cause),
        }
    }
}

impl From<PublishRefusal> for Problem {
    fn from(refusal: PublishRefusal) -> Self {
        let faults = match refusal {
            PublishRefusal::Refused(refusal) => return refusal.into(),
            PublishRefusal::Spec(faults) => faults,
            PublishRefusal::Gate(refused) => return stopped(*refused),
        };
        let more = match faults.dropped {
            0 => String::new(),
            dropped => format!(" {dropped} more faults are not listed."),
        };
        let count = faults.errors.len();
        let fields = faults.errors.into_iter().map(|finding| FieldError {
            line: finding.location.map(|place| place.line),
            column: finding.location.map(|place| place.column),
            ..FieldError::new(finding.pointer, finding.code.as_str(), finding.message)
        });
        Self::new(ProblemKind::InvalidSpec)
            .detail(format!(
                "{count} faults were found; nothing was stored.{more}"
            ))
            .fields(fields.collect())
    }
}

/// Faults of one description that did not pass the gate; the report has them all.
const FAULTS_MAX: usize = 100;

/// A description that did not pass the gate: what breaks, or the rules it does not follow, as faults in what was sent,
/// and the whole report.
fn stopped(refused: Refused) -> Problem {
    let Refused { report, revision } = refused;
    let is_refused = report.decision == Decision::Refused;
    let kind = match (is_refused, report.counts.not_compared) {
        (false, _) => ProblemKind::LintBlocked,
        (true, 0) => ProblemKind::BreakingChanges,
        (true, _) => ProblemKind::NotCompared,
    };
    let mut faults = Vec::new();
    let mut add = |pointer: &str, code: String, detail: String, place: Option<Location>| {
        faults.push(FieldError {
            line: place.map(|place| place.line),
            column: place.map(|place| place.column),
            ..FieldError::new(pointer, code, detail)
        });
    };
    if is_refused {
        for judged in report
            .not_compared
            .iter()
            .filter(|judged| judged.accepted.is_none())
        {
            let (gap, spot) = (&judged.gap, &judged.gap.spots.after);
            add(
                &spot.pointer,
                gap.reason.as_str().to_owned(),
                gap.message.clone(),
                spot.location,
            );
        }
        for judged in report
            .of(Severity::Breaking)
            .filter(|judged| judged.accepted.is_none())
        {
            let (change, spot) = (&judged.change, &judged.change.spots.after);
            let calls = judged
                .calls
                .as_ref()
                .map(|calls| format!(" {}.", calls.words()));
            let detail = format!("{}{}", change.message, calls.unwrap_or_default());
            add(
                &spot.pointer,
                change.rule.id().to_owned(),
                detail,
                spot.location,
            );
        }
    }
    for finding in report
        .lint
        .findings
        .iter()
        .filter(|finding| finding.level == Level::Block)
    {
        add(
            &finding.pointer,
            finding.rule.id().to_owned(),
            finding.message.clone(),
            finding.location,
        );
    }
    faults.truncate(FAULTS_MAX);
    let waits = revision.map(|number| {
        format!(" It is kept as revision {number}; an approver can accept it, then send the same file again.")
    });
    let detail = match is_refused {
        true => format!("{}{}", report.headline(), waits.unwrap_or_default()),
        false => format!(
            "{} findings of rules that block; nothing was stored.",
            report.lint.blocking
        ),
    };
    let problem = Problem::new(kind).detail(detail).fields(faults);
    match serde_json::to_value(&report) {
        Ok(mut value) => {
            value["revision"] = revision.into();
            problem.report(value)
        }
        Err(fault) => Problem::internal(fault),
    }
}

fn unknown_reference(pointer: String) -> Problem {
    let detail = "There is no such thing in this tenant.";
    Problem::new(ProblemKind::UnknownReference).field(FieldError::new(
        pointer,
        ProblemKind::UnknownReference.code(),
        detail,
    ))
}

/// A verb's fault as the body of a problem lists it.
fn field_error(fault: FieldFault) -> FieldError {
    let (line, column) = fault.place.unzip();
    FieldError {
        pointer: fault.pointer,
        code: fault.code.to_owned(),
        detail: fault.detail,
        line,
        column,
    }
}

#[cfg(test)]
mod tests {
    use gatehouse_domain::Permission;

    use super::*;

    fn code(refusal: Refusal) -> &'static str {
        Problem::from(refusal).kind().code()
    }

    #[test]
    fn every_refusal_has_its_code() {
        assert_eq!(code(Refusal::Forbidden(Permission::ApiRead)), "forbidden");
        assert_eq!(code(Refusal::NotYours("No.".to_owned())), "forbidden");
        assert_eq!(code(Refusal::NotFound), "not_found");
        assert_eq!(code(Refusal::unknown("/plan")), "unknown_reference");
        assert_eq!(
            code(Refusal::Conflict("It is active.".to_owned())),
            "conflict"
        );
        assert_eq!(code(Refusal::Stale { current: 4 }), "version_mismatch");
        assert_eq!(code(Refusal::field("/name", "required", "x")), "invalid");
        assert_eq!(code(Refusal::TooMany(9)), "too_many_attempts");
        assert_eq!(code(Refusal::Internal(anyhow::anyhow!("x"))), "internal");
    }

    #[test]
    fn the_cause_of_a_fault_stays_out_of_what_is_sent() {
        let problem = Problem::from(Refusal::Internal(anyhow::anyhow!("canary")));
        let body = problem.inner().body("req_1", None);
        assert!(!String::from_utf8(body).unwrap().contains("canary"));
        assert!(format!("{problem:?}").contains("canary"));
    }

    #[test]
    fn references_and_faults_keep_their_pointers() {
        let problem = Problem::from(Refusal::unknown("/application"));
        assert_eq!(problem.inner().errors()[0].pointer, "/application");
        let fault = FieldFault {
            place: Some((3, 7)),
            ..FieldFault::new("/paths", "bad", "Bad.")
        };
        let problem = Problem::from(Refusal::Invalid(vec![fault]));
        assert_eq!(problem.inner().errors()[0].line, Some(3));
        assert_eq!(problem.inner().errors()[0].column, Some(7));
    }
}
