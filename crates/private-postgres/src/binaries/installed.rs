//! Postgres programs that are already on the machine: installed, or in our cache.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::{Binaries, FindOptions, Origin, archive, fetch};

/// Directories with one folder per version, and where the programs are inside it.
const VERSIONED: [(&str, &str, &str); 6] = [
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/usr/libexec", "postgresql", ""),
    ("/opt/homebrew/opt", "postgresql@", "bin"),
    ("/usr/local/opt", "postgresql@", "bin"),
    ("/home/linuxbrew/.linuxbrew/opt", "postgresql@", "bin"),
];

const DEBIAN_VERSIONS: &str = "usr/lib/postgresql";

/// Everything usable, in order of preference.
pub(super) async fn known(options: &FindOptions) -> Vec<Binaries> {
    let options = options.clone();
    let search = tokio::task::spawn_blocking(move || {
        let mut found = if options.search_system {
            system(&options)
        } else {
            Vec::new()
        };
        found.extend(cached(&options));
        found
    });
    search.await.unwrap_or_default()
}

/// Whole trees of earlier fetches; unfinished ones have another name.
pub(super) fn cached(options: &FindOptions) -> Vec<Binaries> {
    let mut found: Vec<Binaries> = [&options.cache_dir, &options.fallback_cache]
        .into_iter()
        .flat_map(|cache| folders(cache, fetch::TREE_PREFIX))
        .filter_map(|tree| in_tree(&tree, Origin::Cache).ok())
        .collect();
    found.sort_by_key(|binaries| std::cmp::Reverse(binaries.major));
    found
}

/// The programs inside an unpacked tree: npm's have `bin` on top, the others lie deeper.
pub(super) fn in_tree(tree: &Path, origin: Origin) -> Result<Binaries, String> {
    let wheel = Some(tree.join(fetch::WHEEL_TREE)).filter(|wheel| wheel.exists());
    let root = wheel.or_else(|| folders(&tree.join(DEBIAN_VERSIONS), "").pop());
    Binaries::probe(&root.as_deref().unwrap_or(tree).join("bin"), origin)
}

/// The libraries of Debian packages that were unpacked somewhere instead of installed.
pub(super) fn packaged_libraries(bin_dir: &Path) -> Option<OsString> {
    let versions = bin_dir.parent()?.parent()?;
    let root = versions.to_str()?.strip_suffix(DEBIAN_VERSIONS)?;
    if root == "/" {
        return None;
    }
    let multiarch = archive::debian_multiarch();
    let dirs = ["usr/lib", "lib"].map(|lib| Path::new(root).join(lib).join(multiarch));
    std::env::join_paths(dirs).ok()
}

fn system(options: &FindOptions) -> Vec<Binaries> {
    let versioned = VERSIONED.iter().flat_map(|(root, prefix, inside)| {
        let mut dirs = folders(Path::new(root), prefix);
        dirs.sort_by_key(|dir| std::cmp::Reverse(trailing_number(dir)));
        dirs.into_iter().map(move |dir| dir.join(inside))
    });
    let on_path: Vec<PathBuf> = options
        .path
        .iter()
        .flat_map(|path| std::env::split_paths(path))
        .collect();
    let mut found: Vec<Binaries> = Vec::new();
    for dir in versioned.chain(on_path) {
        if let Ok(binaries) = Binaries::probe(&dir, Origin::System)
            && found.iter().all(|other| other.bin_dir != binaries.bin_dir)
        {
            found.push(binaries);
        }
    }
    found
}

fn folders(root: &Path, prefix: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(root) else {
        return Vec::new();
    };
    let mut dirs: Vec<PathBuf> = entries
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    dirs.sort();
    dirs
}

fn trailing_number(dir: &Path) -> u32 {
    let name = dir.file_name().unwrap_or_default().to_string_lossy();
    let digits = name.trim_start_matches(|letter: char| !letter.is_ascii_digit());
    digits.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_named_for_unpacked_packages_only() {
        let unpacked = Path::new("/cache/postgres-apt/usr/lib/postgresql/15/bin");
        let libraries = packaged_libraries(unpacked)
            .expect("libraries")
            .into_string()
            .expect("text");
        assert!(
            libraries.starts_with("/cache/postgres-apt/usr/lib/"),
            "{libraries}"
        );
        assert!(
            libraries.contains(":/cache/postgres-apt/lib/"),
            "{libraries}"
        );
        assert_eq!(
            packaged_libraries(Path::new("/usr/lib/postgresql/15/bin")),
            None
        );
        assert_eq!(
            packaged_libraries(Path::new("/cache/postgres-npm/bin")),
            None
        );
    }

    #[test]
    fn version_folders_are_compared_as_numbers_not_as_text() {
        assert!(
            trailing_number(Path::new("/x/postgresql@17")) > trailing_number(Path::new("/x/9"))
        );
        assert_eq!(trailing_number(Path::new("/usr/pgsql-16")), 16);
        assert_eq!(trailing_number(Path::new("/x/postgresql")), 0);
    }
}
