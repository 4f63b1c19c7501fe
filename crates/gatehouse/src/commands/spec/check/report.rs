//! How many descriptions ended how, what they cost, and which need a look.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use gatehouse_control_plane::publishing::{CheckedSpec, SpecFault, SpecFaults};
use serde::Serialize;

/// The costliest ones that are named.
const NAMED_MAX: usize = 10;
/// Faults of one description that are written down.
const FAULTS_MAX: usize = 5;

/// One description, looked at.
pub(super) struct Checked {
    pub(super) name: String,
    pub(super) bytes: usize,
    pub(super) milliseconds: u64,
    pub(super) memory: Option<u64>,
    pub(super) result: Result<CheckedSpec, SpecFaults>,
}

/// What one description cost.
#[derive(Debug, Clone, Serialize)]
struct Cost {
    file: String,
    bytes: usize,
    operations: usize,
    milliseconds: u64,
    memory_bytes: Option<u64>,
}

#[derive(Debug, Serialize)]
struct RefusedFile {
    file: String,
    faults: Vec<SpecFault>,
    more: usize,
}

/// The whole.
#[derive(Debug, Default, Serialize)]
pub(super) struct Report {
    descriptions: usize,
    bytes: usize,
    accepted: usize,
    pub(super) refused: usize,
    /// Of those that were accepted.
    operations: usize,
    milliseconds: u64,
    memory_bytes_max: Option<u64>,
    /// Accepted ones by format.
    formats: BTreeMap<&'static str, usize>,
    /// Refused ones by the code of their first fault.
    faults: BTreeMap<&'static str, usize>,
    /// Faults without a line.
    faults_without_place: usize,
    /// How often each warning was met.
    warnings: BTreeMap<&'static str, usize>,
    slowest: Vec<Cost>,
    largest: Vec<Cost>,
    refusals: Vec<RefusedFile>,
}

impl Report {
    pub(super) fn add(&mut self, checked: Checked) {
        self.descriptions += 1;
        self.bytes += checked.bytes;
        self.milliseconds += checked.milliseconds;
        self.memory_bytes_max = self.memory_bytes_max.max(checked.memory);
        let operations = match checked.result {
            Ok(spec) => {
                let operations = spec.operations;
                self.accept(&spec);
                operations
            }
            Err(faults) => {
                self.refuse(checked.name.clone(), faults);
                0
            }
        };
        let cost = Cost {
            file: checked.name,
            bytes: checked.bytes,
            operations,
            milliseconds: checked.milliseconds,
            memory_bytes: checked.memory,
        };
        keep(&mut self.slowest, cost.clone(), |cost| cost.milliseconds);
        keep(&mut self.largest, cost, |cost| {
            cost.memory_bytes.unwrap_or(0)
        });
    }

    fn accept(&mut self, spec: &CheckedSpec) {
        self.accepted += 1;
        self.operations += spec.operations;
        *self.formats.entry(spec.format).or_default() += 1;
        for warning in &spec.warnings {
            *self.warnings.entry(warning.code.as_str()).or_default() += 1;
        }
        if spec.warnings_dropped > 0 {
            *self.warnings.entry("more").or_default() += spec.warnings_dropped;
        }
    }

    fn refuse(&mut self, file: String, mut faults: SpecFaults) {
        self.refused += 1;
        if let Some(first) = faults.faults.first() {
            *self.faults.entry(first.code).or_default() += 1;
        }
        let unplaced = faults.faults.iter().filter(|one| one.location.is_none());
        self.faults_without_place += unplaced.count();
        let more = faults.faults.len().saturating_sub(FAULTS_MAX) + faults.dropped;
        faults.faults.truncate(FAULTS_MAX);
        self.refusals.push(RefusedFile {
            file,
            faults: faults.faults,
            more,
        });
    }

    /// For people.
    pub(super) fn table(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{} descriptions ({}): {} accepted with {} operations, {} refused",
            self.descriptions,
            size(self.bytes as u64),
            self.accepted,
            self.operations,
            self.refused
        );
        let _ = writeln!(text, "Read in {}{}", time(self.milliseconds), self.memory());
        listed(&mut text, "Formats", &self.formats);
        listed(&mut text, "Warnings", &self.warnings);
        listed(&mut text, "Faults", &self.faults);
        for (title, costs) in [("Slowest", &self.slowest), ("Most memory", &self.largest)] {
            let _ = writeln!(text, "\n{title}");
            for cost in costs.iter().take(5) {
                let _ = writeln!(text, "  {}", cost.line());
            }
        }
        if !self.refusals.is_empty() {
            text.push_str("\nRefused\n");
        }
        for refused in &self.refusals {
            for fault in &refused.faults {
                let place = fault.location.map_or_else(String::new, |place| {
                    format!(":{}:{}", place.line, place.column)
                });
                let _ = writeln!(text, "  {}{place}  {}", refused.file, fault.message);
            }
            if refused.more > 0 {
                let _ = writeln!(text, "  {}  and {} more", refused.file, refused.more);
            }
        }
        text
    }

    fn memory(&self) -> String {
        let peak = self.memory_bytes_max;
        peak.map_or_else(String::new, |peak| format!(", in at most {}", size(peak)))
    }
}

impl Cost {
    fn line(&self) -> String {
        let memory = self.memory_bytes.map_or_else(String::new, size);
        format!(
            "{:>8}  {memory:>8}  {} ({}, {} operations)",
            time(self.milliseconds),
            self.file,
            size(self.bytes as u64),
            self.operations
        )
    }
}

/// Keeps the costliest, most first.
fn keep(costs: &mut Vec<Cost>, cost: Cost, of: impl Fn(&Cost) -> u64) {
    let at = costs.partition_point(|known| of(known) >= of(&cost));
    costs.insert(at, cost);
    costs.truncate(NAMED_MAX);
}

fn listed(text: &mut String, title: &str, counts: &BTreeMap<&'static str, usize>) {
    if counts.is_empty() {
        return;
    }
    let parts: Vec<_> = counts
        .iter()
        .map(|(name, n)| format!("{name} {n}"))
        .collect();
    let _ = writeln!(text, "{title}: {}", parts.join(", "));
}

/// `47.1 MB`
fn size(bytes: u64) -> String {
    format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
}

/// `3.2 s`
fn time(milliseconds: u64) -> String {
    format!("{}.{} s", milliseconds / 1_000, milliseconds % 1_000 / 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(name: &str, milliseconds: u64, content: &str) -> Checked {
        Checked {
            name: name.to_owned(),
            bytes: content.len(),
            milliseconds,
            memory: Some(milliseconds * 1_000_000),
            result: gatehouse_control_plane::publishing::check_spec(content.as_bytes()),
        }
    }

    #[test]
    fn the_costliest_are_named_in_order_and_the_rest_is_counted() {
        let mut report = Report::default();
        for number in 0..=NAMED_MAX as u64 {
            report.add(checked(&format!("{number}.json"), number, "{}"));
        }
        assert_eq!((report.descriptions, report.refused), (11, 11));
        let slowest: Vec<_> = report
            .slowest
            .iter()
            .map(|cost| cost.milliseconds)
            .collect();
        assert_eq!(slowest, (1..=10).rev().collect::<Vec<_>>());
        assert_eq!(report.faults["not_a_description"], 11);
        assert_eq!(report.memory_bytes_max, Some(10_000_000));
        assert_eq!(
            (size(47_125_053), time(3_260)),
            ("47.1 MB".into(), "3.2 s".into())
        );
    }
}
