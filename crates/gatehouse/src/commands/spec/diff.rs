//! `gatehouse spec diff`: what a new revision of a description means for callers, told by the exit code too.

use std::path::Path;
use std::process::ExitCode;

use gatehouse_spec::Limits;
use gatehouse_spec::diff::report::{self, Artifacts};
use gatehouse_spec::diff::{Comparison, Verdict, compare};

use super::read;
use crate::cli::{SpecDiff, SpecDiffFormat};
use crate::output::{self, exit};

pub(crate) fn run(args: &SpecDiff) -> anyhow::Result<ExitCode> {
    let comparison = compare(&read(&args.old)?, &read(&args.new)?, &Limits::default());
    output::data(write(args, &comparison)?.trim_end())?;
    Ok(ExitCode::from(code(comparison.verdict(), args.exit_code)))
}

fn write(args: &SpecDiff, comparison: &Comparison) -> anyhow::Result<String> {
    Ok(match args.output {
        SpecDiffFormat::Table => report::table(comparison),
        SpecDiffFormat::Json => serde_json::to_string_pretty(&report::json(comparison))?,
        SpecDiffFormat::Markdown => report::markdown(comparison),
        SpecDiffFormat::Sarif => {
            let name = |file: &Path| file.to_string_lossy().replace('\\', "/");
            let (before, after) = (name(&args.old), name(&args.new));
            let artifacts = Artifacts {
                before: &before,
                after: &after,
            };
            serde_json::to_string_pretty(&report::sarif(comparison, &artifacts))?
        }
    })
}

/// Whoever only looks at the code never takes a comparison that could not be made for a clean one.
fn code(verdict: Verdict, tells_changes: bool) -> u8 {
    match verdict {
        Verdict::NotCompared => exit::NOT_COMPARED,
        Verdict::Breaking => exit::BREAKING,
        Verdict::Warning | Verdict::Harmless if tells_changes => exit::CHANGES,
        Verdict::Warning | Verdict::Harmless | Verdict::Unchanged => exit::DONE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exit_code_tells_breaking_and_not_compared_always_and_other_changes_when_asked() {
        for (verdict, plain, asked) in [
            (Verdict::Unchanged, 0, 0),
            (Verdict::Harmless, 0, 3),
            (Verdict::Warning, 0, 3),
            (Verdict::Breaking, 4, 4),
            (Verdict::NotCompared, 6, 6),
        ] {
            assert_eq!((code(verdict, false), code(verdict, true)), (plain, asked));
        }
    }
}
