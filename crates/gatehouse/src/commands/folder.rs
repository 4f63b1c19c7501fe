//! `gatehouse diff|apply|sync|export`: configuration as files in a folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use gatehouse_runtime::settings::{Environment, parse_duration};
use serde_json::{Value, json};

use crate::output::{self, exit};
use crate::remote::{Column, Format, Remote, Session, Sure, column, segment};

const COLUMNS: &[Column] = &[
    column("ACTION", "/action"),
    column("RESOURCE", "/resource"),
    column("FIELD", "/field"),
    column("BEFORE", "/before"),
    column("AFTER", "/after"),
    column("SUBSCRIPTIONS", "/impact/subscriptions"),
];

/// Where the files are and where they come from.
#[derive(Debug, Args)]
pub(crate) struct Folder {
    /// The folder: resources (`apiVersion: gatehouse/v1`), and the descriptions and texts they name.
    dir: PathBuf,
    /// The scope the things are kept in.
    #[arg(long)]
    scope: Option<String>,
    /// Commit the files come from, for the record.
    #[arg(long)]
    commit: Option<String>,
    /// Branch or tag they come from.
    #[arg(long)]
    branch: Option<String>,
    /// Pipeline run that sends them, as an address or a number.
    #[arg(long)]
    ci_run: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Diff {
    #[command(flatten)]
    folder: Folder,
    /// Also tell what `sync` would take away in the scope.
    #[arg(long, requires = "scope")]
    sync: bool,
    /// End with 3 when there are changes.
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    remote: Remote,
}

#[derive(Debug, Args)]
pub(crate) struct Apply {
    #[command(flatten)]
    folder: Folder,
    #[command(flatten)]
    doing: Doing,
}

#[derive(Debug, Args)]
pub(crate) struct Sync {
    #[command(flatten)]
    folder: Folder,
    #[command(flatten)]
    doing: Doing,
}

#[derive(Debug, Args)]
pub(crate) struct Doing {
    /// Why versions are retired that somebody still has access to.
    #[arg(long)]
    reason: Option<String>,
    /// Wait this long for the gateways to have it: 0 does not wait.
    #[arg(long, default_value = "30s")]
    wait: String,
    #[command(flatten)]
    sure: Sure,
    #[command(flatten)]
    remote: Remote,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The folder to write into; files of the same names are replaced, others stay.
    dir: PathBuf,
    /// Only what is kept in this scope.
    #[arg(long)]
    scope: Option<String>,
    #[command(flatten)]
    remote: Remote,
}

pub(crate) async fn diff(args: Diff) -> anyhow::Result<ExitCode> {
    let session = args.remote.open()?;
    let mode = if args.sync { "sync" } else { "apply" };
    let made = make(&session, &args.folder, mode).await?;
    show(&session, &made)?;
    session.talk(summary(&made));
    let changes = !list(&made, "changes").is_empty();
    Ok(ExitCode::from(match changes && args.exit_code {
        true => exit::CHANGES,
        false => exit::DONE,
    }))
}

pub(crate) async fn apply(args: Apply) -> anyhow::Result<ExitCode> {
    carry_out(&args.folder, &args.doing, "apply").await
}

pub(crate) async fn sync(args: Sync) -> anyhow::Result<ExitCode> {
    if args.folder.scope.is_none() {
        bail!(
            "sync takes away what the files do not have: name the scope it may do that in with --scope"
        );
    }
    carry_out(&args.folder, &args.doing, "sync").await
}

async fn carry_out(folder: &Folder, doing: &Doing, mode: &str) -> anyhow::Result<ExitCode> {
    let wait = parse_duration(&doing.wait).context("--wait")?;
    let session = doing.remote.open()?;
    let made = make(&session, folder, mode).await?;
    if !list(&made, "changes").is_empty() {
        session.confirm(doing.sure, &summary(&made))?;
    }
    let id = made["id"].as_str().unwrap_or_default();
    let path = format!("/v1/changesets/{}/apply", segment(id));
    let applied = session
        .post(&path, json!({ "reason": doing.reason }))
        .await?;
    show(&session, &applied)?;
    match applied["release"].as_i64() {
        Some(release) => session.talk(format!("This is release {release}.")),
        None => session.talk("Everything was so already."),
    }
    let done = session.in_force(&applied, wait).await?;
    Ok(ExitCode::from(if done { exit::DONE } else { exit::FAILED }))
}

async fn make(session: &Session, folder: &Folder, mode: &str) -> anyhow::Result<Value> {
    let mut source = serde_json::Map::new();
    for (name, value) in [
        ("commit", &folder.commit),
        ("branch", &folder.branch),
        ("ci_run", &folder.ci_run),
    ] {
        if let Some(value) = value {
            source.insert(name.to_owned(), json!(value));
        }
    }
    let files = read(&folder.dir)?;
    let mut body = body_of(&folder.dir, &files)?;
    body["mode"] = json!(mode);
    body["scope"] = json!(folder.scope);
    body["source"] = Value::Object(source);
    session.post("/v1/changesets", body).await
}

/// Files as a changeset to apply takes them, with what their references stand for here.
pub(crate) fn body_of(dir: &Path, files: &BTreeMap<String, String>) -> anyhow::Result<Value> {
    let values = references(dir, files)?;
    let files: Vec<Value> = files
        .iter()
        .map(|(path, content)| json!({ "path": path, "content": content }))
        .collect();
    Ok(json!({ "mode": "apply", "files": files, "values": values }))
}

/// Every YAML and JSON file below a folder, and every text that one of them names, by its path with forward slashes. Hidden
/// files and folders are left alone.
pub(crate) fn read(dir: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![(dir.to_owned(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        let entries = std::fs::read_dir(&folder);
        for entry in entries.with_context(|| format!("reading the folder {}", folder.display()))? {
            let entry = entry?;
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            if name.starts_with('.') {
                continue;
            }
            let path = format!("{prefix}{name}");
            if entry.file_type()?.is_dir() {
                folders.push((entry.path(), format!("{path}/")));
            } else if [".yaml", ".yml", ".json", TEXT]
                .iter()
                .any(|end| name.ends_with(end))
            {
                let text = std::fs::read_to_string(entry.path());
                let text = text.with_context(|| format!("reading {}", entry.path().display()))?;
                files.insert(path, text);
            }
        }
    }
    // A folder has other texts too, such as the one that explains it.
    let (mut texts, mut files): (BTreeMap<_, _>, _) = files
        .into_iter()
        .partition(|(path, _)| path.ends_with(TEXT));
    texts.retain(|path, _| {
        let name = path.rsplit('/').next().unwrap_or(path);
        files.values().any(|file: &String| file.contains(name))
    });
    files.extend(texts);
    Ok(files)
}

/// How texts end that resources name.
const TEXT: &str = ".md";

/// What the references in resource files stand for here. One that stands for nothing is left to the answer, which says where
/// it is.
fn references(
    dir: &Path,
    files: &BTreeMap<String, String>,
) -> anyhow::Result<BTreeMap<String, String>> {
    let environment = Environment::of_process();
    let mut values = BTreeMap::new();
    let resources = files.iter().filter(|(path, _)| !path.ends_with(TEXT));
    for (_, text) in resources.filter(|(_, text)| text.contains("apiVersion")) {
        let mut rest = text.as_str();
        while let Some(start) = rest.find("${") {
            rest = &rest[start..];
            let Some(end) = rest.find('}') else { break };
            let reference = &rest[..=end];
            let inner = &rest[2..end];
            if let Some(name) = inner.strip_prefix("env:") {
                if let Some(value) = environment.get(name) {
                    values.insert(reference.to_owned(), value.to_owned());
                }
            } else if let Some(path) = inner.strip_prefix("file:") {
                let path = dir.join(path);
                let value = std::fs::read_to_string(&path).with_context(|| {
                    format!("reading {}, which {reference} names", path.display())
                })?;
                values.insert(
                    reference.to_owned(),
                    value.trim_end_matches('\n').to_owned(),
                );
            }
            rest = &rest[2..];
        }
    }
    Ok(values)
}

pub(crate) fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().map_or(&[][..], Vec::as_slice)
}

/// For people a line for each field; for programs the changeset as it is.
fn show(session: &Session, made: &Value) -> anyhow::Result<()> {
    if session.format() != Format::Table {
        return session.show(made, "/id", COLUMNS);
    }
    let mut rows = Vec::new();
    for change in list(made, "changes") {
        let fields = list(change, "fields");
        if fields.is_empty() {
            rows.push(change.clone());
        }
        for field in fields {
            let mut row = change.clone();
            row["field"] = field["pointer"].clone();
            row["before"] = field["before"].clone();
            row["after"] = field["after"].clone();
            rows.push(row);
        }
    }
    session.rows(&json!({ "data": rows }), "/resource", COLUMNS)
}

/// What happens and whom it concerns, in one sentence.
fn summary(made: &Value) -> String {
    let changes = list(made, "changes");
    if changes.is_empty() {
        return "No changes.".to_owned();
    }
    let count = |action: &str| {
        let of = changes.iter().filter(|change| change["action"] == action);
        of.count()
    };
    let kinds = [
        ("create", "to make"),
        ("update", "to change"),
        ("delete", "to take away"),
        ("release", "to let go of"),
    ];
    let kinds: Vec<String> = kinds
        .into_iter()
        .filter(|(action, _)| count(action) > 0)
        .map(|(action, words)| format!("{} {words}", count(action)))
        .collect();
    let impact = &made["impact"];
    let gateways: i64 = list(impact, "groups")
        .iter()
        .filter_map(|group| group["gateways"].as_i64())
        .sum();
    format!(
        "{}: this concerns {} subscriptions of {} applications, and {gateways} gateways.",
        kinds.join(", "),
        impact["subscriptions"],
        impact["applications"],
    )
}

pub(crate) async fn export(args: Export) -> anyhow::Result<ExitCode> {
    let session = args.remote.open()?;
    let path = match &args.scope {
        Some(scope) => format!("/v1/export?scope={}", segment(scope)),
        None => "/v1/export".to_owned(),
    };
    let answer = session.get(&path).await?;
    for file in list(&answer, "files") {
        let (Some(name), Some(content)) = (file["path"].as_str(), file["content"].as_str()) else {
            bail!("the answer names no files");
        };
        // What another machine says never leads out of the folder.
        if name.starts_with('/') || name.split('/').any(|part| matches!(part, "" | "." | "..")) {
            bail!("the answer names a file outside the folder: {name}");
        }
        let target = args.dir.join(name);
        let writing = || format!("writing {}", target.display());
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent).with_context(writing)?;
        }
        std::fs::write(&target, content).with_context(writing)?;
        output::data(name)?;
    }
    Ok(ExitCode::SUCCESS)
}
