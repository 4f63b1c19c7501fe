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
        ("events.md", events()),
        ("lint-rules.md", lint_rules()),
        ("test-cases.schema.json", super::test::SCHEMA.to_owned()),
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

fn events() -> String {
    format!(
        "# Events\n\n{GENERATED}What happens in a tenant is an event. Webhooks are sent those of the types they ask for, by name or by group \
         (`subscription.*`); people are told in the inbox and by mail. A type never changes its meaning, and its members are never taken \
         away; new ones may come.\n\nA webhook's message follows Standard Webhooks 1.0: a POST with `webhook-id` (the event's id, the same in every \
         attempt), `webhook-timestamp` (Unix seconds) and `webhook-signature` (`v1,` and the base64 of HMAC-SHA-256 over \
         `id.timestamp.body`; two of them, parted by a space, while a secret is replaced). Refuse a signature that does not fit and a timestamp \
         more than five minutes off. Any 2xx takes the message; anything else is tried again, with pauses from 10 seconds to 4 hours, for 24 \
         hours; `Retry-After` in seconds is heeded up to an hour, redirects are not followed, and 410 ends it. After 24 hours of failure the \
         webhook is disabled; what was not delivered is kept for 30 days and can be sent again.\n\nThe body is `id`, `type`, `timestamp`, \
         `subject` (the id of what it is about) and `data`, which is described below.\n{}",
        gatehouse_control_plane::events::reference()
    )
}

fn lint_rules() -> String {
    format!(
        "# Rules of `gatehouse spec lint`\n\n{GENERATED}What a description should do, beyond that it can be served. A tenant sets the \
         level of each rule (`gatehouse lint set RULE off|warn|block`, `PUT /v1/lint-rules/{{rule}}`): one that is `off` is not looked \
         at, one that blocks refuses descriptions. The level below is that of a rule nobody set. An id never changes its meaning.\n{}",
        gatehouse_spec::lint::reference()
    )
}

fn command_line() -> anyhow::Result<String> {
    let mut text = format!(
        "# Command line\n\n{GENERATED}Data goes to standard output, talk to standard error. Exit codes: 0 done, 1 failed, 2 wrong usage, \
         3 there are changes, where `--exit-code` asks, 4 breaking changes, 5 not signed in, 6 not everything could be compared, \
         or cases could not be run.\n"
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
