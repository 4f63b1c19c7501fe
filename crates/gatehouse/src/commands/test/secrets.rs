//! Backend secrets that files name. Their values are in no file: here each stands for a text made of its name.

use std::collections::BTreeSet;

use gatehouse_domain::backend_secret::{Piece, pieces};
use gatehouse_spec::{Limits, file};

use super::stage::Files;

/// What the policies of a folder name.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Named {
    /// The files that do.
    pub(super) by: BTreeSet<String>,
    /// API and name.
    pub(super) secrets: BTreeSet<(String, String)>,
}

/// What a backend secret stands for, as cases may expect it.
pub(super) fn stand_in(name: &str) -> String {
    format!("vault-{name}")
}

/// Looks for what policies name. What cannot be read, or names nothing, is told by the changeset, at its place.
pub(super) fn named(files: &Files) -> Named {
    let mut named = Named::default();
    for (path, text) in &files.texts {
        if !text.contains("apiVersion") || !text.contains("${vault:") {
            continue;
        }
        let Ok(resource) = file::read(text.as_bytes(), &Limits::default()) else {
            continue;
        };
        let (true, Some(api)) = (
            resource["kind"] == "policy",
            resource["spec"]["api"].as_str(),
        ) else {
            continue;
        };
        let set = resource["spec"]["document"]["request"]["set"].as_array();
        let values = set.into_iter().flatten();
        let values = values.filter_map(|field| field["value"].as_str());
        for piece in values.flat_map(|value| pieces(value).unwrap_or_default()) {
            if let Piece::Secret(name) = piece {
                named.by.insert(path.clone());
                named.secrets.insert((api.to_owned(), name.to_owned()));
            }
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn policies_tell_what_they_name_and_other_files_nothing() {
        let policy = "apiVersion: gatehouse/v1\nkind: policy\nmetadata: {name: token}\nspec:\n  api: pets\n  kind: headers\n  \
            document: {request: {set: [{name: x-a, value: '${vault:one}:${vault:two}'}, {name: x-c, value: c}]}}\n";
        let texts = [
            ("token.yaml", policy.to_owned()),
            ("again.yaml", policy.replace("${vault:two}", "")),
            ("every.yaml", policy.replace("  api: pets\n", "")),
            (
                "upstream.yaml",
                policy.replace("kind: policy", "kind: upstream"),
            ),
            ("broken.yaml", format!("{policy}\n[")),
            ("guide.md", "apiVersion ${vault:one}".to_owned()),
        ];
        let texts = texts.map(|(path, text)| (path.to_owned(), text));
        let named = named(&Files {
            dir: PathBuf::new(),
            texts: BTreeMap::from(texts),
        });
        let by: Vec<&str> = named.by.iter().map(String::as_str).collect();
        assert_eq!(by, ["again.yaml", "token.yaml"]);
        let secrets = ["one", "two"].map(|name| ("pets".to_owned(), name.to_owned()));
        assert_eq!(named.secrets, BTreeSet::from(secrets));
        assert_eq!(stand_in("one"), "vault-one");
    }
}
