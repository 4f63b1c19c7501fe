//! Which sources use the query macros, and making cargo compile them again.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result};

/// Gives every source that uses a query macro a new modification time, because the macros run, and
/// save what they learn, only when their crate is compiled. Returns how many there are.
pub(crate) fn touch(workspace: &Path) -> Result<usize> {
    let mut sources = Vec::new();
    collect(workspace, &mut sources)?;
    for source in &sources {
        touch_one(source).with_context(|| format!("touching {}", source.display()))?;
    }
    Ok(sources.len())
}

#[expect(
    clippy::disallowed_methods,
    reason = "cargo compares modification times with the real time"
)]
fn touch_one(source: &Path) -> std::io::Result<()> {
    File::options()
        .append(true)
        .open(source)?
        .set_modified(SystemTime::now())
}

fn collect(dir: &Path, sources: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(dir).with_context(|| format!("reading {}", dir.display()))? {
        let entry = entry?;
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        if entry.file_type()?.is_dir() {
            if !name.starts_with('.') && name != "target" && name != "xtask" {
                collect(&path, sources)?;
            }
        } else if name.ends_with(".rs") && uses_queries(&std::fs::read_to_string(&path)?) {
            sources.push(path);
        }
    }
    Ok(())
}

/// Whether a macro named `query…` is called. Also true for a mention in a comment, which costs one
/// needless compilation.
fn uses_queries(source: &str) -> bool {
    source.match_indices("query").any(|(at, _)| {
        let name = source[at..]
            .trim_start_matches(|letter: char| letter.is_ascii_lowercase() || letter == '_');
        name.starts_with("!(")
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn only_sources_with_query_macros_are_touched_and_build_output_is_left_alone() {
        let root = tempfile::tempdir().expect("temporary directory");
        let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1);
        let write = |name: &str, text: &str| {
            let path = root.path().join(name);
            std::fs::create_dir_all(path.parent().expect("parent")).expect("directory");
            std::fs::write(&path, text).expect("file");
            let file = File::options().append(true).open(&path).expect("file");
            file.set_modified(long_ago).expect("time");
            path
        };
        let uses = write("crates/a/src/lib.rs", "sqlx::query_scalar!(\"select 1\")");
        let plain = write("crates/a/src/plain.rs", "sqlx::query(\"select 1\")");
        let output = write("target/debug/out.rs", "sqlx::query!(\"select 1\")");
        assert_eq!(touch(root.path()).expect("touch"), 1);
        let modified = |path: &Path| {
            path.metadata()
                .and_then(|file| file.modified())
                .expect("time")
        };
        assert!(modified(&uses) > long_ago);
        assert_eq!(modified(&plain), long_ago);
        assert_eq!(modified(&output), long_ago);
    }
}
