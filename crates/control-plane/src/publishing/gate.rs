//! The gate: what a new description breaks, for whom, and whether it may pass.

use gatehouse_domain::api::Compat;
use gatehouse_spec::diff::{Comparison, Verdict};
use gatehouse_spec::gate::{self, Acceptance, Decision, Report};
use gatehouse_spec::lint::Lint;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;

use super::callers;
use super::ground::Ground;
use crate::actor::Actor;
use crate::apis;
use crate::refusal::Refusal;

/// What was found in a description on the thread that read it.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// Nothing when there was nothing to compare with.
    pub(super) comparison: Option<Comparison>,
    /// What its author accepts.
    pub(super) accepted: Vec<Acceptance>,
    pub(super) lint: Lint,
}

/// What speaks for letting it pass, whatever it breaks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    pub(super) compat: Compat,
    /// An approver has accepted these bytes in place of those in force.
    pub(super) is_accepted: bool,
}

/// Crosses what was found with who calls, and decides.
pub(super) async fn report(
    conn: &mut PgConnection,
    (actor, api): (&Actor, &apis::Row),
    ground: Option<&Ground>,
    findings: Findings,
    standing: Standing,
    now: OffsetDateTime,
) -> Result<Report, Refusal> {
    let Findings {
        comparison,
        accepted,
        lint,
    } = findings;
    let (Some(ground), Some(comparison)) = (ground, comparison) else {
        return Ok(Report {
            lint,
            ..Report::initial()
        });
    };
    let operations = gate::operations_felt(&comparison);
    let callers = callers::of(conn, (actor, api), ground.version, operations.as_ref(), now).await?;
    let (base, is_own) = (ground.base.clone(), ground.is_own);
    let judged = tokio::task::spawn_blocking(move || {
        let verdict = comparison.verdict();
        let decide = |all_accepted| decision(verdict, is_own, all_accepted, standing);
        gate::judge(comparison, base, &accepted, &callers, decide)
    });
    let report = judged.await.map_err(anyhow::Error::from)?;
    Ok(Report { lint, ..report })
}

fn decision(verdict: Verdict, is_own: bool, all_accepted: bool, standing: Standing) -> Decision {
    match verdict {
        _ if !is_own => Decision::NewVersion,
        Verdict::Unchanged | Verdict::Harmless | Verdict::Warning => Decision::Passed,
        Verdict::Breaking | Verdict::NotCompared => match standing.compat {
            _ if all_accepted || standing.is_accepted => Decision::Accepted,
            Compat::Strict => Decision::Refused,
            Compat::Warn | Compat::Off => Decision::NotEnforced,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_breaks_or_could_not_be_compared_passes_only_for_a_reason() {
        let at = |compat, is_accepted| Standing {
            compat,
            is_accepted,
        };
        for verdict in [Verdict::Breaking, Verdict::NotCompared] {
            for (own, all, standing, expected) in [
                (true, false, at(Compat::Strict, false), Decision::Refused),
                (true, true, at(Compat::Strict, false), Decision::Accepted),
                (true, false, at(Compat::Strict, true), Decision::Accepted),
                (true, false, at(Compat::Warn, false), Decision::NotEnforced),
                (true, false, at(Compat::Off, false), Decision::NotEnforced),
                (
                    false,
                    false,
                    at(Compat::Strict, false),
                    Decision::NewVersion,
                ),
            ] {
                assert_eq!(decision(verdict, own, all, standing), expected);
            }
        }
        for verdict in [Verdict::Unchanged, Verdict::Harmless, Verdict::Warning] {
            let standing = at(Compat::Strict, false);
            assert_eq!(decision(verdict, true, false, standing), Decision::Passed);
        }
    }
}
