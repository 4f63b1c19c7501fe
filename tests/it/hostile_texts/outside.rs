//! Hostile texts outside the browser: mails, feeds, exports, and what programs read.

use std::collections::BTreeSet;
use std::process::Command;

use gatehouse_harness::answer::Answer;
use gatehouse_harness::callers::{CiToken, Portal};
use gatehouse_harness::html::active_parts;
use gatehouse_harness::smtp::{Mail, SmtpReceiver};
use gatehouse_harness::wait::PATIENCE;
use gatehouse_harness::{eventually, skipped};
use serde_json::Value;

use super::offer::API;
use super::roles::FORMULA;

/// Mails that what was filled in leads to, at least; those that sign people up among them.
const MAILS_MIN: usize = 12;
/// Fields whose texts stand in those mails, at least.
const MAILED_MIN: usize = 8;

/// Reads a feed as any XML parser does.
const FEED: &str = r#"
import json, sys
import xml.etree.ElementTree as tree
atom = "{http://www.w3.org/2005/Atom}"
root = tree.parse(sys.argv[1]).getroot()
print(json.dumps({
    "name": root.tag,
    "titles": [one.text for one in root.iter(atom + "title")],
    "contents": [one.text or "" for one in root.iter(atom + "content")],
    "names": sorted({one.tag.removeprefix(atom) for one in root.iter()}),
    "links": [one.get("href") for one in root.iter(atom + "link")],
}))
"#;

/// Reads an export as a spreadsheet does.
const CELLS: &str = r#"
import csv, json, sys
rows = list(csv.reader(open(sys.argv[1], encoding="utf-8", newline=""), strict=True))
begins = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
print(json.dumps({
    "rows": len(rows) - 1,
    "widths": sorted({len(row) for row in rows}),
    "formulas": [cell for row in rows for cell in row if cell[:1] in begins],
    "disarmed": sorted({cell for row in rows for cell in row if cell.startswith("'")}),
}))
"#;

/// What a reader that is not ours makes of a file; `None` where there is none.
fn read(script: &str, content: &[u8]) -> Option<Value> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, content).unwrap();
    let Ok(ran) = Command::new("python3")
        .args(["-c", script])
        .arg(&path)
        .output()
    else {
        skipped("python3 is not on PATH; no feed and no export was read by another program");
        return None;
    };
    let said = String::from_utf8_lossy(&ran.stderr);
    let content = String::from_utf8_lossy(content);
    assert!(ran.status.success(), "{said}\n{content}");
    Some(serde_json::from_slice(&ran.stdout).unwrap())
}

fn marks(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let number = |word: &&str| {
        word.strip_prefix('q')?
            .strip_suffix('z')?
            .parse::<u32>()
            .ok()
    };
    let found = words.filter(|word| number(word).is_some());
    found.map(str::to_owned).collect()
}

/// Mails: nothing in them runs, no text began a header, and nobody else got one.
pub(super) async fn mails(receiver: &SmtpReceiver) {
    let what = "the mails about what was filled in arrive";
    let mailed = eventually(PATIENCE, what, async || {
        let mails = receiver.mails();
        let told: BTreeSet<String> = mails.iter().flat_map(|mail| marks(&mail.text)).collect();
        if mails.len() >= MAILS_MIN && told.len() >= MAILED_MIN {
            Ok(mails)
        } else {
            Err(format!("{} mails about {told:?}", mails.len()))
        }
    })
    .await;
    for mail in &mailed {
        judge(mail);
    }
}

fn judge(mail: &Mail) {
    let parts = active_parts(&mail.html);
    assert_eq!(parts, Vec::<String>::new(), "{}", mail.raw);
    let (text, html) = (marks(&mail.text), marks(&mail.html));
    assert!(
        text.is_subset(&html),
        "both parts say the same: {}",
        mail.raw
    );
    assert_eq!(mail.to.len(), 1, "{:?}", mail.to);
    assert!(!mail.to[0].contains("stolen"), "{:?}", mail.to);
    let (head, _) = mail.raw.split_once("\r\n\r\n").unwrap();
    let begun = head
        .split("\r\n")
        .filter(|line| !line.starts_with([' ', '\t']));
    let mut names: Vec<String> = begun
        .map(|line| line.split(':').next().unwrap_or_default().to_lowercase())
        .collect();
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count, "a header twice: {head}");
    for foreign in ["bcc", "cc"] {
        assert!(!names.iter().any(|name| name == foreign), "{head}");
    }
    let subject_is_line = !mail.subject.contains(['\r', '\n']);
    assert!(subject_is_line, "{:?}", mail.subject);
}

fn assert_plain(answer: &Answer, kind: &str) {
    answer.assert_status(200);
    let said = answer.header("content-type").unwrap_or_default();
    assert!(said.starts_with(kind), "{said}");
    assert_eq!(
        answer.header("x-content-type-options"),
        Some("nosniff"),
        "{}",
        answer.asked
    );
}

/// The feed of the API is one document whatever its entries say, and their HTML runs nowhere.
pub(super) async fn feed(window: &Portal) {
    let answer = window
        .get_once(&format!("/apis/{API}/changelog.atom"))
        .await;
    assert_plain(&answer, "application/atom+xml");
    let Some(read) = read(FEED, &answer.body) else {
        return;
    };
    assert_eq!(read["name"], "{http://www.w3.org/2005/Atom}feed");
    let texts = |name: &str| -> Vec<String> {
        let list = read[name].as_array().into_iter().flatten();
        list.filter_map(|one| one.as_str().map(str::to_owned))
            .collect()
    };
    assert!(marks(&texts("titles").join(" ")).len() >= 2, "{read}");
    let contents = texts("contents");
    assert!(marks(&contents.join(" ")).len() >= 2, "{read}");
    for html in contents {
        assert_eq!(active_parts(&html), Vec::<String>::new(), "{html}");
    }
    for name in texts("names") {
        let is_atom = name.chars().all(|c| c.is_ascii_lowercase());
        assert!(is_atom, "an element of a text: {name}");
    }
    for link in texts("links") {
        assert!(link.starts_with(window.origin()), "{link}");
    }
}

/// The description for programs is text, and says what was written about the API on one line each.
pub(super) async fn llms(window: &Portal) {
    let answer = window.get_once(&format!("/apis/{API}/v1/llms.txt")).await;
    assert_plain(&answer, "text/");
    let said = answer.header("content-type").unwrap_or_default();
    assert!(!said.contains("html"), "{said}");
    assert!(!marks(&answer.text()).is_empty(), "{answer}");
}

/// The audit log as a file: every line of JSON is one, and no cell of a table is taken for a formula.
pub(super) async fn audit(root: &CiToken) {
    let lines = root.get("/v1/audit-events/export").await;
    assert_plain(&lines, "application/x-ndjson");
    let mut told = BTreeSet::new();
    for line in lines.text().lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        assert!(record["seq"].is_i64(), "{line}");
        told.extend(marks(&line.replace("\\n", " ")));
    }
    assert!(told.len() > 40, "{told:?}");
    let table = root.get("/v1/audit-events/export?format=csv").await;
    assert_plain(&table, "text/csv");
    let Some(read) = read(CELLS, &table.body) else {
        return;
    };
    let rows = usize::try_from(read["rows"].as_u64().unwrap()).unwrap();
    assert!(rows >= lines.text().lines().count(), "{rows} rows");
    assert_eq!(
        read["widths"],
        serde_json::json!([12]),
        "every row is whole"
    );
    assert_eq!(read["formulas"], serde_json::json!([]));
    let disarmed = read["disarmed"].as_array().unwrap();
    for formula in [FORMULA, "+1", "-1", "@SUM(1)"] {
        let kept = disarmed.contains(&format!("'{formula}").into());
        assert!(kept, "no {formula} in {disarmed:?}");
    }
}
