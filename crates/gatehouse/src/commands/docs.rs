//! `gatehouse docs`: the reference documents that are generated from the program, so that they cannot go stale.

use std::fmt::Write;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use clap::CommandFactory;
use gatehouse_problem::ProblemKind;

use crate::cli::{Cli, Docs};

const GENERATED: &str =
    "<!-- Written by `gatehouse docs`; change the program, not this file. -->\n\n";

pub(crate) fn run(args: &Docs) -> anyhow::Result<ExitCode> {
    std::fs::create_dir_all(&args.folder)?;
    for (name, text) in [
        ("problems.md", problems()?),
        ("settings.md", settings()?),
        ("cli.md", command_line()?),
        ("spec-rules.md", spec_rules()),
    ] {
        write(&args.folder.join(name), &text)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(path, text).with_context(|| format!("writing {}", path.display()))
}

fn problems() -> anyhow::Result<String> {
    let mut text = format!(
        "# Problems\n\n{GENERATED}Every error of every listener is `application/problem+json` (RFC 9457) with one of these codes. \
         A code never changes its meaning.\n\n| code | status | what it means | what to do |\n|---|---|---|---|\n"
    );
    for kind in ProblemKind::ALL {
        writeln!(
            text,
            "| `{}` | {} | {} | {} |",
            kind.code(),
            kind.status_code(),
            kind.title(),
            kind.fix()
        )?;
    }
    Ok(text)
}

fn settings() -> anyhow::Result<String> {
    let mut text = format!(
        "# Settings\n\n{GENERATED}Each role has one file of settings. What is shown here is its embedded default. A file given with \
         `--settings` overrides it, and variables of the environment override both: `GATEHOUSE_<ROLE>__<TABLE>__<KEY>`, or the same \
         with `_FILE` behind it to read the value from a file. Keys that are not listed are refused with the nearest known name. \
         `gatehouse config print <role>` shows every value in force and where it comes from; secrets are never shown.\n"
    );
    for (role, defaults) in [
        (gatehouse_admin_api::ROLE, gatehouse_admin_api::DEFAULTS),
        (gatehouse_portal::ROLE, gatehouse_portal::DEFAULTS),
        (gatehouse_gateway::ROLE, gatehouse_gateway::DEFAULTS),
    ] {
        writeln!(text, "\n## {role}\n\n```toml\n{}\n```", defaults.trim())?;
    }
    Ok(text)
}

fn spec_rules() -> String {
    format!(
        "# Rules of `gatehouse spec diff`\n\n{GENERATED}Each change between two revisions of an API description is told by one of these \
         rules. An id never changes its meaning. *Breaking*: callers that kept to the old description will fail. *Warning*: some may. \
         *Harmless*: all are served as before. What could not be compared is told apart from all of them, and is never harmless.\n{}",
        gatehouse_spec::diff::reference()
    )
}

fn command_line() -> anyhow::Result<String> {
    let mut text = format!(
        "# Command line\n\n{GENERATED}Data goes to standard output, talk to standard error. Exit codes: 0 done, 1 failed, 2 wrong usage, \
         3 there are changes, where `--exit-code` asks, 4 breaking changes, 5 not signed in, 6 not everything could be compared.\n"
    );
    let mut root = Cli::command().term_width(100);
    root.build();
    describe(&root, &mut text)?;
    Ok(text)
}

fn describe(command: &clap::Command, text: &mut String) -> anyhow::Result<()> {
    for verb in command
        .get_subcommands()
        .filter(|verb| !verb.is_hide_set() && verb.get_name() != "help")
    {
        let help = verb.clone().render_long_help().to_string();
        let help: String = help
            .lines()
            .map(|line| format!("{}\n", line.trim_end()))
            .collect();
        writeln!(
            text,
            "\n## {}\n\n```text\n{}\n```",
            verb.get_bin_name().unwrap_or(verb.get_name()),
            help.trim_end()
        )?;
        describe(verb, text)?;
    }
    Ok(())
}
