//! Reading resource files. Every fault of every file is told at once, each with file, line, column and pointer.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use gatehouse_domain::pointer::join;
use gatehouse_snapshot::node_auth::hex;
use gatehouse_spec::{Limits, file};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::metadata::Metadata;
use super::specs::{Spec, file_field};
use super::{API_VERSION, Fields, Key, ResourceKind, references};
use crate::changesets::References;
use crate::refusal::{FieldFault, Refusal};

/// A file as it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourceFile {
    /// Relative to the folder, with forward slashes.
    pub path: String,
    /// The text.
    pub content: String,
}

/// Bounds of what is read at once.
#[derive(Debug, Clone, Copy)]
pub struct FileLimits {
    /// Most files of one changeset.
    pub files: usize,
    /// Longest path, in bytes.
    pub path_bytes: usize,
    /// Largest resource file; descriptions have bounds of their own.
    pub resource_bytes: usize,
}

/// The bounds.
pub const LIMITS: FileLimits = FileLimits {
    files: 2_000,
    path_bytes: 200,
    resource_bytes: 256 * 1024,
};

/// A thing as a file states it.
#[derive(Debug, Clone)]
pub(crate) struct Declared {
    pub(crate) key: Key,
    pub(crate) path: String,
    pub(crate) scope: Option<String>,
    pub(crate) spec: Spec,
    /// Pointer to reference.
    pub(crate) refs: BTreeMap<String, String>,
    /// The file that it names beside its own: path and content.
    pub(crate) file: Option<(String, Bytes)>,
    /// The text of the file, for the places of faults.
    text: Bytes,
}

impl Declared {
    /// The fields that are stated. What is left out of a policy's place is stated, too: every API, everywhere.
    pub(crate) fn fields(&self) -> Fields {
        let mut fields = self.spec.fields();
        if let Spec::Policy(_) = self.spec {
            for place in ["api", "version", "operation", "environment"] {
                fields.entry(place).or_insert(Value::Null);
            }
        }
        fields
    }

    /// A fault at a pointer into the file, with its place.
    pub(crate) fn fault(&self, mut fault: FieldFault) -> FieldFault {
        let place = file::places(&self.text, &[&fault.pointer]);
        fault.place = fault.place.or_else(|| {
            place
                .first()
                .copied()
                .flatten()
                .map(|at| (at.line, at.column))
        });
        fault.pointer = format!("{}#{}", self.path, fault.pointer);
        fault
    }
}

/// Reads files: those with an `apiVersion` are resources, every other one must be one that a resource names.
pub(crate) fn read(
    files: &[ResourceFile],
    values: &References,
) -> Result<BTreeMap<Key, Declared>, Refusal> {
    let mut reading = Reading {
        files: HashMap::new(),
        faults: Vec::new(),
        declared: BTreeMap::new(),
        named: Vec::new(),
    };
    reading.collect(files);
    for file in files {
        reading.file(file, values);
    }
    reading.require_use(files);
    if reading.faults.is_empty() {
        Ok(reading.declared)
    } else {
        Err(Refusal::Invalid(reading.faults))
    }
}

struct Reading<'a> {
    files: HashMap<&'a str, &'a str>,
    faults: Vec<FieldFault>,
    declared: BTreeMap<Key, Declared>,
    /// Paths of files that resources name.
    named: Vec<String>,
}

impl<'a> Reading<'a> {
    fn collect(&mut self, files: &'a [ResourceFile]) {
        if files.len() > LIMITS.files {
            let detail = format!("Send at most {} files; got {}.", LIMITS.files, files.len());
            self.faults
                .push(FieldFault::new("/files", "too_many", detail));
        }
        for (place, file) in files.iter().enumerate() {
            let pointer = format!("/files/{place}/path");
            let plain = !file.path.starts_with('/')
                && file
                    .path
                    .split('/')
                    .all(|part| !matches!(part, "" | "." | ".."))
                && !file.path.chars().any(char::is_control);
            if !plain || file.path.len() > LIMITS.path_bytes {
                let detail = format!(
                    "Use a relative path of at most {} bytes, without `.` and `..`.",
                    LIMITS.path_bytes
                );
                self.faults.push(FieldFault::new(pointer, "path", detail));
            } else if self.files.insert(&file.path, &file.content).is_some() {
                let detail = "This file is in the list already.";
                self.faults
                    .push(FieldFault::new(pointer, "duplicate", detail));
            }
        }
    }

    fn file(&mut self, file: &ResourceFile, values: &References) {
        // A text may say what it likes.
        if file.path.ends_with(".md") {
            return;
        }
        let looks_like_one = file.content.lines().any(|line| {
            line.trim_start_matches(['{', ' ', '"'])
                .starts_with("apiVersion")
        });
        if !looks_like_one {
            return;
        }
        if file.content.len() > LIMITS.resource_bytes {
            let detail = format!(
                "A resource file has at most {} bytes.",
                LIMITS.resource_bytes
            );
            self.faults.push(FieldFault::new(
                format!("{}#", file.path),
                "too_large",
                detail,
            ));
            return;
        }
        let value = match file::read(file.content.as_bytes(), &Limits::default()) {
            Ok(value) => value,
            Err(errors) => {
                self.faults.extend(errors.errors.into_iter().map(|error| {
                    let pointer = format!("{}#{}", file.path, error.pointer);
                    let mut fault = FieldFault::new(pointer, error.code.as_str(), error.message);
                    fault.place = error.location.map(|at| (at.line, at.column));
                    fault
                }));
                return;
            }
        };
        match self.resource(file, value, values) {
            Ok(declared) => self.declare(declared),
            Err(faults) => {
                let text = file.content.as_bytes();
                let pointers: Vec<&str> =
                    faults.iter().map(|fault| fault.pointer.as_str()).collect();
                let places = file::places(text, &pointers);
                let located = faults.iter().zip(places).map(|(fault, place)| FieldFault {
                    pointer: format!("{}#{}", file.path, fault.pointer),
                    place: fault.place.or(place.map(|at| (at.line, at.column))),
                    ..fault.clone()
                });
                self.faults.extend(located.collect::<Vec<_>>());
            }
        }
    }

    fn resource(
        &mut self,
        file: &ResourceFile,
        mut value: Value,
        values: &References,
    ) -> Result<Declared, Vec<FieldFault>> {
        let one =
            |pointer: &str, code, detail: String| vec![FieldFault::new(pointer, code, detail)];
        let (mut refs, mut missing) = (BTreeMap::new(), Vec::new());
        let Some(members) = value.as_object_mut() else {
            return Err(one("", "format", "A resource is an object.".to_owned()));
        };
        if members.get("apiVersion").and_then(Value::as_str) != Some(API_VERSION) {
            let detail = format!("Use `apiVersion: {API_VERSION}`.");
            return Err(one("/apiVersion", "api_version", detail));
        }
        if let Some(unknown) = members
            .keys()
            .find(|name| !["apiVersion", "kind", "metadata", "spec"].contains(&name.as_str()))
        {
            let pointer = join("", unknown);
            let detail = "A resource has apiVersion, kind, metadata and spec.".to_owned();
            return Err(one(&pointer, "unknown_field", detail));
        }
        let kind = members.get("kind").and_then(Value::as_str);
        let Some(kind) = kind.and_then(ResourceKind::parse) else {
            let kinds = ResourceKind::ALL.map(ResourceKind::as_str).join(", ");
            return Err(one("/kind", "kind", format!("Use one of: {kinds}.")));
        };
        let metadata = members.remove("metadata").unwrap_or(Value::Null);
        let metadata: Metadata = serde_json::from_value(metadata)
            .map_err(|error| one("/metadata", "format", format!("Metadata: {error}.")))?;
        let (key, scope) = metadata.read(kind)?;
        let mut spec = members
            .remove("spec")
            .filter(|spec| !spec.is_null())
            .unwrap_or_else(|| Value::Object(Fields::new()));
        references::resolve(&mut spec, "/spec", values, &mut refs, &mut missing);
        let mut spec = Spec::read(kind, spec)?;
        if !missing.is_empty() {
            return Err(missing);
        }
        let named = self.named_file(file, kind, &mut spec)?;
        Ok(Declared {
            key,
            path: file.path.clone(),
            scope,
            spec,
            refs,
            file: named,
            text: Bytes::copy_from_slice(file.content.as_bytes()),
        })
    }

    /// The file that a resource names, beside its own.
    fn named_file(
        &mut self,
        file: &ResourceFile,
        kind: ResourceKind,
        spec: &mut Spec,
    ) -> Result<Option<(String, Bytes)>, Vec<FieldFault>> {
        let (Some(named), Some(field)) = (spec.named_file(), file_field(kind)) else {
            return Ok(None);
        };
        let path = beside(&file.path, &named.file);
        let Some((path, content)) =
            path.and_then(|path| Some((path.clone(), *self.files.get(path.as_str())?)))
        else {
            let detail = format!("There is no file '{}' beside this one.", named.file);
            let pointer = format!("/spec/{field}/file");
            return Err(vec![FieldFault::new(pointer, "no_file", detail)]);
        };
        named.sha256 = hex(&Sha256::digest(content));
        self.named.push(path.clone());
        Ok(Some((path, Bytes::copy_from_slice(content.as_bytes()))))
    }

    fn declare(&mut self, declared: Declared) {
        if let Some(other) = self.declared.get(&declared.key) {
            let detail = format!("{} is stated in {} already.", declared.key, other.path);
            let fault = FieldFault::new("/metadata/name", "duplicate", detail);
            self.faults.push(declared.fault(fault));
        } else {
            self.declared.insert(declared.key.clone(), declared);
        }
    }

    /// A file that is neither is a mistake: with a typing error in `apiVersion` it would silently mean nothing.
    fn require_use(&mut self, files: &[ResourceFile]) {
        let faulty: Vec<String> = self
            .faults
            .iter()
            .filter_map(|fault| Some(fault.pointer.split_once('#')?.0.to_owned()))
            .collect();
        for file in files {
            let used = self.named.contains(&file.path)
                || faulty.contains(&file.path)
                || self.declared.values().any(|one| one.path == file.path);
            if !used && faulty.is_empty() {
                let detail = format!(
                    "This is no resource (`apiVersion: {API_VERSION}`), and no version or terms name it."
                );
                self.faults
                    .push(FieldFault::new(format!("{}#", file.path), "unused", detail));
            }
        }
    }
}

/// A path relative to the folder of another; `None` when it leads out of the root.
fn beside(file: &str, relative: &str) -> Option<String> {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(path: &str, content: &str) -> ResourceFile {
        ResourceFile {
            path: path.to_owned(),
            content: content.to_owned(),
        }
    }

    /// Pointer, code, line and column.
    type Fault = (String, &'static str, Option<(usize, usize)>);

    fn faults(files: &[ResourceFile]) -> Vec<Fault> {
        match read(files, &BTreeMap::new()) {
            Err(Refusal::Invalid(faults)) => faults
                .into_iter()
                .map(|fault| (fault.pointer, fault.code, fault.place))
                .collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_fault_has_its_file_line_column_and_pointer() {
        let head = "apiVersion: gatehouse/v1\nkind: plan\nmetadata:\n  api: pets\n  name: gold\n";
        for (content, pointer, code, place) in [
            (
                format!("{head}spec:\n  nmae: Gold\n"),
                "/spec/nmae",
                "format",
                (7, 3),
            ),
            (
                format!("{head}spec:\n  limits:\n    - kind: rate\n      amount: 5\n"),
                "/spec/limits/0/window_s",
                "limit",
                (8, 7),
            ),
            (
                format!("{head}  scope: Not one\nspec: {{}}\n"),
                "/metadata/scope",
                "scope",
                (6, 3),
            ),
            (
                format!("{head}extra: 1\n"),
                "/extra",
                "unknown_field",
                (6, 1),
            ),
            (head.replace("plan", "plane"), "/kind", "kind", (2, 1)),
            (
                head.replace("gatehouse/v1", "gatehouse/v9"),
                "/apiVersion",
                "api_version",
                (1, 1),
            ),
            (
                head.replace("  api: pets\n", ""),
                "/metadata",
                "required",
                (3, 1),
            ),
            (
                format!("{head}spec:\n  name: ${{env:NAME}}\n"),
                "/spec/name",
                "reference",
                (7, 3),
            ),
            (format!("{head}spec: [\n"), "", "syntax", (6, 7)),
        ] {
            let found = faults(&[one("plans/gold.yaml", &content)]);
            assert_eq!(
                found[0],
                (format!("plans/gold.yaml#{pointer}"), code, Some(place)),
                "{content}"
            );
        }
    }

    #[test]
    fn a_version_takes_its_description_from_the_file_beside_it_and_no_file_means_nothing() {
        let version = "apiVersion: gatehouse/v1\nkind: version\nmetadata: {api: pets, name: v1}\nspec:\n  description: {file: ../specs/v1.json}\n";
        let files = [one("apis/v1.yaml", version), one("specs/v1.json", "{}")];
        let declared = read(&files, &BTreeMap::new()).unwrap();
        let own = declared.values().next().unwrap();
        assert_eq!(own.file.as_ref().unwrap().0, "specs/v1.json");
        assert_eq!(
            own.fields()["description"]["sha256"],
            hex(&Sha256::digest("{}"))
        );
        assert_eq!(faults(&files[..1])[0].1, "no_file");
        assert_eq!(faults(&files[1..])[0].1, "unused");
        assert_eq!(faults(&[one("../x.yaml", "")])[0].1, "path");
        assert_eq!(
            faults(&[
                files[0].clone(),
                files[1].clone(),
                one("b.yaml", &version.replace("../", ""))
            ])[0]
                .1,
            "duplicate"
        );
    }

    #[test]
    fn bounds_hold_at_their_edges() {
        let unused = |count: usize| {
            (0..count)
                .map(|n| one(&format!("{n}.md"), ""))
                .collect::<Vec<_>>()
        };
        assert_eq!(faults(&unused(LIMITS.files))[0].1, "unused");
        assert_eq!(faults(&unused(LIMITS.files + 1))[0].1, "too_many");
        assert_eq!(
            faults(&[one(&"a".repeat(LIMITS.path_bytes), "")])[0].1,
            "unused"
        );
        assert_eq!(
            faults(&[one(&"a".repeat(LIMITS.path_bytes + 1), "")])[0].1,
            "path"
        );
        let head = "apiVersion: gatehouse/v1\nkind: team\nmetadata: {name: a-team}\n#";
        let sized = |size: usize| {
            one(
                "a.yaml",
                &format!("{head}{}", "x".repeat(size - head.len())),
            )
        };
        assert!(read(&[sized(LIMITS.resource_bytes)], &BTreeMap::new()).is_ok());
        assert_eq!(
            faults(&[sized(LIMITS.resource_bytes + 1)])[0].1,
            "too_large"
        );
    }
}
