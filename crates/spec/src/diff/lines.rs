//! Two sources compared line by line, for people who want to see what was typed. What it means for callers is not said here.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Unchanged lines around a change.
const CONTEXT: usize = 3;
/// Lines taken away and added that are looked for: more than that is another document.
const CHANGED_MAX: usize = 1_500;
/// Lines in all hunks together.
const LINES_MAX: usize = 1_200;
/// Longest line that is shown whole, in characters.
const LINE_MAX: usize = 400;
/// A longer one means that a program wrote the file; it is written anew before it is compared.
const TYPED_MAX: usize = 4_000;

/// What differs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineDiff {
    pub hunks: Vec<Hunk>,
    pub added: usize,
    pub removed: usize,
    /// Not everything is in the hunks; when there are none, too much differs to be compared by lines.
    pub cut: bool,
}

/// Lines that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hunk {
    /// The part of the document they are in, as keys from the outside: `paths / /pets / get`.
    pub part: String,
    pub lines: Vec<Line>,
}

/// One line with its numbers, from 1. Without the second it was taken away, without the first it was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub before: Option<usize>,
    pub after: Option<usize>,
    pub text: String,
}

/// Compares two sources. Work and memory are bounded whatever they are.
pub fn lines(before: &[u8], after: &[u8]) -> LineDiff {
    let (before, after) = (typed(before), typed(after));
    let old: Vec<&str> = before.lines().collect();
    let new: Vec<&str> = after.lines().collect();
    let Some(steps) = steps(&old, &new) else {
        return LineDiff {
            cut: true,
            ..LineDiff::default()
        };
    };
    hunks(&old, &new, &steps)
}

/// The source as a person would write it: one that is all on one line is spread over many.
fn typed(source: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(source);
    if text.lines().all(|line| line.len() <= TYPED_MAX) {
        return text;
    }
    let pretty = serde_json::from_str::<Value>(&text)
        .ok()
        .and_then(|value| serde_json::to_string_pretty(&value).ok());
    pretty.map_or(text, Cow::Owned)
}

/// A line of the old source or of the new one, by index; of both where they are equal.
#[derive(Clone, Copy)]
enum Step {
    Same(usize, usize),
    Removed(usize),
    Added(usize),
}

/// The shortest way from one to the other (Myers, "An O(ND) difference algorithm", 1986), or nothing when it is longer than
/// [`CHANGED_MAX`].
fn steps(old: &[&str], new: &[&str]) -> Option<Vec<Step>> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (rest_old, rest_new) = (&old[head..], &new[head..]);
    let backwards = rest_old.iter().rev().zip(rest_new.iter().rev());
    let tail = backwards.take_while(|(a, b)| a == b).count();
    let middle = between(
        &rest_old[..rest_old.len() - tail],
        &rest_new[..rest_new.len() - tail],
    )?;
    let mut steps: Vec<Step> = (0..head).map(|at| Step::Same(at, at)).collect();
    steps.extend(middle.into_iter().map(|step| match step {
        Step::Same(a, b) => Step::Same(a + head, b + head),
        Step::Removed(a) => Step::Removed(a + head),
        Step::Added(b) => Step::Added(b + head),
    }));
    let ends = (old.len() - tail, new.len() - tail);
    steps.extend((0..tail).map(|at| Step::Same(ends.0 + at, ends.1 + at)));
    Some(steps)
}

/// How far into the old source each diagonal goes; diagonals are counted from the middle.
struct Reach(Vec<isize>);

impl Reach {
    fn at(&self, diagonal: isize) -> isize {
        let middle = self.0.len().cast_signed() / 2;
        self.0[(middle + diagonal).cast_unsigned()]
    }

    fn set(&mut self, diagonal: isize, x: isize) {
        let middle = self.0.len().cast_signed() / 2;
        self.0[(middle + diagonal).cast_unsigned()] = x;
    }

    /// The diagonals that a way of so many changes may come from.
    fn around(&self, changes: isize) -> Self {
        Self((-changes - 1..=changes + 1).map(|k| self.at(k)).collect())
    }

    /// The diagonal before the last change on the way to this one.
    fn before(&self, diagonal: isize, changes: isize) -> isize {
        let down = diagonal == -changes
            || (diagonal != changes && self.at(diagonal - 1) < self.at(diagonal + 1));
        if down { diagonal + 1 } else { diagonal - 1 }
    }
}

fn between(old: &[&str], new: &[&str]) -> Option<Vec<Step>> {
    let longest = (old.len() + new.len()).min(CHANGED_MAX);
    let mut reach = Reach(vec![0; 2 * longest + 3]);
    let (wide, high) = (old.len().cast_signed(), new.len().cast_signed());
    let mut trace = Vec::new();
    for changes in 0..=longest.cast_signed() {
        trace.push(reach.around(changes));
        for diagonal in (-changes..=changes).step_by(2) {
            let from = reach.before(diagonal, changes);
            let mut x = reach.at(from) + isize::from(from < diagonal);
            let mut y = x - diagonal;
            while x < wide && y < high && old[x.cast_unsigned()] == new[y.cast_unsigned()] {
                (x, y) = (x + 1, y + 1);
            }
            reach.set(diagonal, x);
            if x >= wide && y >= high {
                return Some(back(&trace, (wide, high)));
            }
        }
    }
    None
}

/// From the end to the beginning, along what was reached with each number of changes.
fn back(trace: &[Reach], end: (isize, isize)) -> Vec<Step> {
    let (mut x, mut y) = end;
    let mut steps = Vec::new();
    for (changes, reach) in trace.iter().enumerate().rev() {
        let changes = changes.cast_signed();
        let from = reach.before(x - y, changes);
        let start = (reach.at(from), reach.at(from) - from);
        while x > start.0 && y > start.1 {
            (x, y) = (x - 1, y - 1);
            steps.push(Step::Same(x.cast_unsigned(), y.cast_unsigned()));
        }
        if changes > 0 {
            steps.push(if x == start.0 {
                Step::Added(start.1.cast_unsigned())
            } else {
                Step::Removed(start.0.cast_unsigned())
            });
        }
        (x, y) = start;
    }
    steps.reverse();
    steps
}

fn hunks(old: &[&str], new: &[&str], steps: &[Step]) -> LineDiff {
    let mut diff = LineDiff::default();
    let is_change = |step: &Step| !matches!(step, Step::Same(..));
    let mut shown = 0;
    let mut next = 0;
    while let Some(first) = steps[next..].iter().position(is_change) {
        let first = next + first;
        let start = first.saturating_sub(CONTEXT).max(next);
        let mut end = first;
        // Changes with few lines between them are one hunk.
        while let Some(more) = steps[end..]
            .iter()
            .take(2 * CONTEXT + 1)
            .position(is_change)
        {
            end += more + 1;
        }
        let last = (end + CONTEXT).min(steps.len());
        next = last;
        for step in &steps[first..end] {
            match step {
                Step::Added(_) => diff.added += 1,
                Step::Removed(_) => diff.removed += 1,
                Step::Same(..) => {}
            }
        }
        shown += last - start;
        if shown > LINES_MAX {
            diff.cut = true;
            continue;
        }
        let lines = steps[start..last].iter().map(|step| line(*step, old, new));
        diff.hunks.push(Hunk {
            part: part(steps[first], old, new),
            lines: lines.collect(),
        });
    }
    diff
}

fn line(step: Step, old: &[&str], new: &[&str]) -> Line {
    let (before, after, text) = match step {
        Step::Same(a, b) => (Some(a + 1), Some(b + 1), new[b]),
        Step::Removed(a) => (Some(a + 1), None, old[a]),
        Step::Added(b) => (None, Some(b + 1), new[b]),
    };
    Line {
        before,
        after,
        text: text.chars().take(LINE_MAX).collect(),
    }
}

/// The keys a line stands under, by its indentation: right for YAML and for JSON on many lines, and nothing else is shown.
fn part(step: Step, old: &[&str], new: &[&str]) -> String {
    let (lines, at) = match step {
        Step::Removed(a) => (old, a),
        Step::Added(b) | Step::Same(_, b) => (new, b),
    };
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut keys = Vec::new();
    let mut inside = indent(lines[at]);
    for line in lines[..at].iter().rev() {
        if inside == 0 {
            break;
        }
        if line.trim().is_empty() || indent(line) >= inside {
            continue;
        }
        inside = indent(line);
        if let Some(key) = key(line) {
            keys.push(key);
        }
    }
    keys.reverse();
    keys.join(" / ")
}

/// `"/pets": {` and `- /pets:` are both `/pets`.
fn key(line: &str) -> Option<String> {
    let line = line
        .trim()
        .trim_start_matches("- ")
        .trim_end_matches(['{', '[']);
    let key = line.trim_end().strip_suffix(':')?.trim_matches(['"', '\'']);
    (!key.is_empty()).then(|| key.chars().take(80).collect())
}
