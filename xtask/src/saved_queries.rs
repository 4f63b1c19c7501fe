//! The folder `.sqlx/`: one file per query, made by the macros.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::Path;

use anyhow::{Context, Result, ensure};

/// Makes `kept` hold exactly the query files of `fresh`. Returns how many were added, changed or removed.
pub(crate) fn replace(kept: &Path, fresh: &Path) -> Result<usize> {
    std::fs::create_dir_all(kept).with_context(|| format!("making {}", kept.display()))?;
    let (old, new) = (read(kept)?, read(fresh)?);
    // The workspace has queries, so a build that saved none has not compiled them.
    ensure!(!new.is_empty(), "the build saved no query");
    let mut changed = 0;
    for (name, content) in &new {
        if old.get(name) != Some(content) {
            std::fs::write(kept.join(name), content)?;
            changed += 1;
        }
    }
    for name in old.keys().filter(|name| !new.contains_key(*name)) {
        std::fs::remove_file(kept.join(name))?;
        changed += 1;
    }
    Ok(changed)
}

/// Writes the statements of `.sqlx/` to the file that the next release's schema is held against.
pub(crate) fn keep_released(workspace: &Path) -> Result<()> {
    let mut statements = BTreeSet::new();
    for content in read(&workspace.join(".sqlx"))?.into_values() {
        let saved: serde_json::Value = serde_json::from_slice(&content)?;
        let statement = saved["query"]
            .as_str()
            .context("a saved query has no text")?;
        statements.insert(statement.to_owned());
    }
    let kept = serde_json::to_string_pretty(&serde_json::json!({ "statements": statements }))?;
    let file = workspace.join("tests/data/previous_release.json");
    std::fs::write(&file, kept + "\n").with_context(|| format!("writing {}", file.display()))
}

fn read(dir: &Path) -> Result<BTreeMap<OsString, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(dir).with_context(|| format!("reading {}", dir.display()))? {
        let entry = entry?;
        let name = entry.file_name();
        let text = name.to_string_lossy();
        if text.starts_with("query-") && text.ends_with(".json") {
            files.insert(name, std::fs::read(entry.path())?);
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stale_files_go_new_ones_come_and_equal_ones_are_not_written() {
        let (kept, fresh) = (
            tempfile::tempdir().expect("kept"),
            tempfile::tempdir().expect("fresh"),
        );
        let write = |dir: &Path, name: &str, text: &str| {
            std::fs::write(dir.join(name), text).expect("file");
        };
        write(kept.path(), "query-stale.json", "1");
        write(kept.path(), "query-same.json", "2");
        write(kept.path(), "query-changed.json", "3");
        write(kept.path(), "README.md", "not a query");
        write(fresh.path(), "query-same.json", "2");
        write(fresh.path(), "query-changed.json", "4");
        write(fresh.path(), "query-new.json", "5");
        write(fresh.path(), "tmp-half", "6");
        assert_eq!(replace(kept.path(), fresh.path()).expect("replace"), 3);
        let names: Vec<String> = read(kept.path())
            .expect("kept")
            .into_keys()
            .map(|name| name.to_string_lossy().into_owned())
            .collect();
        assert_eq!(
            names,
            ["query-changed.json", "query-new.json", "query-same.json"]
        );
        assert!(kept.path().join("README.md").exists());
        assert_eq!(replace(kept.path(), fresh.path()).expect("again"), 0);
        let nothing = tempfile::tempdir().expect("nothing");
        replace(kept.path(), nothing.path()).expect_err("a build that asked nothing");
        assert_eq!(read(kept.path()).expect("kept").len(), 3);
    }
}
