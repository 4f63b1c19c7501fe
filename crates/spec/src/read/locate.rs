//! Line and column of JSON pointers. Runs only when there is something to report, over the whole
//! source once, however many pointers are asked for.

use std::collections::{BTreeMap, HashMap};

use super::{Syntax, place, yaml};
use crate::finding::{Finding, Location};
use crate::pointer;

/// Told of every key and every array element, in source order.
pub(super) trait Visit {
    fn key(&mut self, pointer: &str, offset: usize);
}

/// Where the pointers that were asked for stand, and all above them.
#[derive(Default)]
pub(crate) struct Places(HashMap<String, Location>);

impl Places {
    /// The place of a pointer, or of the nearest thing around it that is in the source.
    pub(crate) fn nearest(&self, pointer: &str) -> Option<Location> {
        let mut pointer = pointer;
        loop {
            if let Some(location) = self.0.get(pointer) {
                return Some(*location);
            }
            pointer = &pointer[..pointer.rfind('/')?];
        }
    }
}

/// Finds the places of pointers.
pub(super) fn places<'p>(
    text: &str,
    syntax: Syntax,
    pointers: impl Iterator<Item = &'p str>,
) -> Places {
    let mut wanted = Wanted::default();
    pointers.for_each(|pointer| wanted.add(pointer));
    if wanted.offsets.is_empty() {
        return Places::default();
    }
    match syntax {
        Syntax::Json => walk_json(text, &mut wanted),
        Syntax::Yaml => yaml::walk(text, &mut wanted),
    }
    Places(wanted.places(text))
}

/// Fills in the location of each finding that has none: that of its pointer, or of the nearest
/// thing around it that is in the source.
pub(crate) fn locate(findings: &mut [Finding], text: &str, syntax: Syntax) {
    let unplaced = findings.iter().filter(|finding| finding.location.is_none());
    let places = places(
        text,
        syntax,
        unplaced.map(|finding| finding.pointer.as_str()),
    );
    for finding in findings
        .iter_mut()
        .filter(|finding| finding.location.is_none())
    {
        finding.location = places.nearest(&finding.pointer);
    }
}

/// The pointers asked for and all above them.
#[derive(Default)]
struct Wanted {
    offsets: HashMap<String, Option<usize>>,
}

impl Wanted {
    fn add(&mut self, pointer: &str) {
        let mut prefix = String::new();
        self.offsets.insert(String::new(), Some(0));
        for segment in pointer::segments(pointer) {
            pointer::push(&mut prefix, &segment);
            self.offsets.entry(prefix.clone()).or_insert(None);
        }
    }

    /// One pass over the text for all offsets together.
    fn places(self, text: &str) -> HashMap<String, Location> {
        let mut by_offset: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for (pointer, offset) in self.offsets {
            if let Some(offset) = offset {
                by_offset.entry(offset).or_default().push(pointer);
            }
        }
        // Counted on from place to place: a source of one line is not counted from its start each time.
        let (mut from, mut line, mut column) = (0, 1, 1);
        let mut places = HashMap::new();
        for (offset, pointers) in by_offset {
            let offset = offset.min(text.len());
            let between = &text[from..offset];
            from = offset;
            let in_line = match between.rfind('\n') {
                Some(newline) => {
                    line += between.bytes().filter(|byte| *byte == b'\n').count();
                    column = 1;
                    &between[newline + 1..]
                }
                None => between,
            };
            column += in_line.chars().count();
            places.extend(pointers.into_iter().map(|p| (p, Location { line, column })));
        }
        places
    }
}

impl Visit for Wanted {
    fn key(&mut self, pointer: &str, offset: usize) {
        if let Some(found) = self.offsets.get_mut(pointer) {
            *found = Some(offset);
        }
    }
}

/// Walks text that is known to be valid JSON within the depth limit.
pub(super) fn walk_json(text: &str, visit: &mut dyn Visit) {
    let mut scanner = Json {
        bytes: text.as_bytes(),
        offset: 0,
        pointer: String::new(),
        visit,
    };
    scanner.value();
}

struct Json<'a> {
    bytes: &'a [u8],
    offset: usize,
    pointer: String,
    visit: &'a mut dyn Visit,
}

impl Json<'_> {
    fn value(&mut self) {
        self.space();
        match self.bytes.get(self.offset) {
            Some(b'{') => self.members(),
            Some(b'[') => self.elements(),
            Some(b'"') => {
                self.string();
            }
            _ => {
                while self
                    .bytes
                    .get(self.offset)
                    .is_some_and(|byte| !matches!(byte, b',' | b'}' | b']'))
                {
                    self.offset += 1;
                }
            }
        }
    }

    fn members(&mut self) {
        self.offset += 1;
        let length = self.pointer.len();
        loop {
            self.space();
            match self.bytes.get(self.offset) {
                Some(b'"') => {
                    let start = self.offset;
                    let key = self.string();
                    pointer::push(&mut self.pointer, &key);
                    self.visit.key(&self.pointer, start);
                    self.space();
                    self.offset += 1;
                    self.value();
                    self.pointer.truncate(length);
                }
                Some(b',') => self.offset += 1,
                _ => break self.offset += 1,
            }
        }
    }

    fn elements(&mut self) {
        self.offset += 1;
        let length = self.pointer.len();
        let mut index = 0;
        loop {
            self.space();
            match self.bytes.get(self.offset) {
                None | Some(b']') => break self.offset += 1,
                Some(b',') => self.offset += 1,
                Some(_) => {
                    pointer::push(&mut self.pointer, &index.to_string());
                    self.visit.key(&self.pointer, self.offset);
                    self.value();
                    self.pointer.truncate(length);
                    index += 1;
                }
            }
        }
    }

    fn space(&mut self) {
        while self
            .bytes
            .get(self.offset)
            .is_some_and(u8::is_ascii_whitespace)
        {
            self.offset += 1;
        }
    }

    fn string(&mut self) -> String {
        let start = self.offset;
        self.offset += 1;
        while let Some(byte) = self.bytes.get(self.offset) {
            self.offset += match byte {
                b'"' => break,
                b'\\' => 2,
                _ => 1,
            };
        }
        self.offset = (self.offset + 1).min(self.bytes.len());
        serde_json::from_slice(&self.bytes[start..self.offset]).unwrap_or_default()
    }
}

/// Used by the YAML walk, whose parser gives offsets in the same text.
pub(super) fn place_of(text: &str, offset: Option<usize>) -> Location {
    place(text, offset.unwrap_or(0))
}
