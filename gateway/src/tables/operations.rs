//! Which operation of a route a method and path mean.

mod trees;

use std::sync::Arc;

use http::Method;

use gatehouse_domain::OperationKey;
use gatehouse_snapshot::object::Operation;

use trees::Trees;

/// What a path below a route leads to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum OperationMatch {
    /// The operation at this place in the route's list.
    Found(usize),
    /// The path exists under these methods only.
    OtherMethods(Vec<Method>),
    /// No operation has such a path.
    None,
}

/// A route's operations in one piece of memory, and how an address finds them. Clones share all of it.
#[derive(Debug, Clone)]
pub(crate) struct Operations {
    /// [`Entry`] after [`Entry`], the most specific templates first when there are no trees; then the texts they point into:
    /// method and template of each, and its key where that does not follow from the two.
    packed: Arc<[u8]>,
    count: usize,
    /// For more operations than are quickly gone through one by one.
    trees: Option<Arc<Trees>>,
}

/// Up to so many operations are gone through one by one: that takes less time than a tree and a tenth of its memory.
const FEW: usize = 16;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    /// Where its texts begin, behind the entries.
    begin: u32,
    template_bytes: u32,
    key_bytes: u32,
    /// In the route's list.
    place: u32,
    method_bytes: u8,
    /// Of the template before its first parameter, as far as 255.
    plain_bytes: u8,
    /// Slashes of the template, as far as 255.
    slashes: u8,
}

impl Operations {
    /// Takes the operations in. Every valid list can be held.
    pub(crate) fn build(operations: &[Operation]) -> Self {
        let mut text = String::new();
        let mut entries: Vec<Entry> = operations
            .iter()
            .enumerate()
            .map(|(place, operation)| Entry::write(place, operation, &mut text))
            .collect();
        let simple = |operation: &Operation| one_parameter_a_segment(&operation.path_template);
        let few = operations.len() <= FEW && operations.iter().all(simple);
        if few {
            entries.sort_by_cached_key(|entry| {
                let template = operations[entry.place as usize].path_template.as_bytes();
                segments(template).map(breadth).collect::<Vec<_>>()
            });
        }
        let mut packed: Vec<u8> = entries.iter().flat_map(|entry| entry.pack()).collect();
        packed.extend_from_slice(text.as_bytes());
        Self {
            packed: packed.into(),
            count: entries.len(),
            trees: (!few).then(|| Arc::new(Trees::build(operations))),
        }
    }

    /// Number of operations.
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// The stable key of the operation at a place.
    pub(crate) fn key(&self, place: usize) -> Option<OperationKey> {
        let entry = self.entry(place)?;
        let text = |text| std::str::from_utf8(text).unwrap_or_default();
        let (method, template, key) = self.texts(entry);
        let (method, template, key) = (text(method), text(template), text(key));
        Some(match key {
            "" => OperationKey::new(method, template),
            stored => OperationKey::from_stored(stored),
        })
    }

    /// Whether the operation at a place has this stable key. Allocates nothing.
    pub(crate) fn is(&self, place: usize, key: &OperationKey) -> bool {
        let Some(entry) = self.entry(place) else {
            return false;
        };
        let (method, template, stored) = self.texts(entry);
        if !stored.is_empty() {
            return stored == key.as_str().as_bytes();
        }
        let Some(rest) = key.as_str().as_bytes().strip_prefix(method) else {
            return false;
        };
        rest.strip_prefix(b" ")
            .is_some_and(|anonymous| is_anonymous_of(anonymous, template))
    }

    /// Finds the operation. A HEAD that is not declared is the GET (RFC 9110 §9.3.2).
    pub(crate) fn find(&self, method: &Method, path: &str) -> OperationMatch {
        if let Some(place) = self.place(method, path) {
            return OperationMatch::Found(place);
        }
        let path = not_empty(path);
        let mut others = self.methods();
        others.retain(|method| self.under(method.as_str(), path).is_some());
        if others.is_empty() {
            return OperationMatch::None;
        }
        for (implied, by) in [(Method::HEAD, Some(Method::GET)), (Method::OPTIONS, None)] {
            if !others.contains(&implied) && by.is_none_or(|by| others.contains(&by)) {
                others.push(implied);
            }
        }
        others.sort_by(|left, right| left.as_str().cmp(right.as_str()));
        OperationMatch::OtherMethods(others)
    }

    /// The place of the operation, if there is one.
    pub(crate) fn place(&self, method: &Method, path: &str) -> Option<usize> {
        let path = not_empty(path);
        self.under(method.as_str(), path).or_else(|| {
            (*method == Method::HEAD)
                .then(|| self.under("GET", path))
                .flatten()
        })
    }

    /// Each method once: there are few of them, and a path that nobody has must not cost a look-up for every operation.
    pub(crate) fn methods(&self) -> Vec<Method> {
        let mut methods: Vec<&[u8]> = Vec::new();
        for entry in self.entries() {
            let (method, ..) = self.texts(entry);
            if !methods.contains(&method) {
                methods.push(method);
            }
        }
        let known = methods.into_iter().map(Method::from_bytes);
        known.filter_map(Result::ok).collect()
    }

    fn under(&self, method: &str, path: &str) -> Option<usize> {
        if let Some(trees) = &self.trees {
            return trees.find(method, path);
        }
        let path = path.as_bytes();
        let slashes = capped(path.iter().filter(|byte| **byte == b'/').count());
        // What costs least is looked at first.
        let mut entries = self.entries().filter(|entry| entry.slashes == slashes);
        let fitting = entries.find(|entry| {
            let (own, template, _) = self.texts(*entry);
            let plain = usize::from(entry.plain_bytes);
            let begins = path.get(..plain) == template.get(..plain);
            begins && own == method.as_bytes() && fits_template(template, path)
        });
        fitting.map(|entry| entry.place as usize)
    }

    /// Only few operations are in another order than the route's list.
    fn entry(&self, place: usize) -> Option<Entry> {
        match self.trees {
            Some(_) => self.packed_entries().get(place).map(Entry::read),
            None => self.entries().find(|entry| entry.place as usize == place),
        }
    }

    fn entries(&self) -> impl Iterator<Item = Entry> {
        self.packed_entries().iter().map(Entry::read)
    }

    fn packed_entries(&self) -> &[[u8; ENTRY_BYTES]] {
        let (entries, _) = self.packed.as_chunks();
        entries.get(..self.count).unwrap_or_default()
    }

    /// Method, template, and the key if it is stored.
    fn texts(&self, entry: Entry) -> (&[u8], &[u8], &[u8]) {
        let begin = self.count * ENTRY_BYTES + entry.begin as usize;
        let template = begin + usize::from(entry.method_bytes);
        let key = template + entry.template_bytes as usize;
        let part = |from, to| self.packed.get(from..to).unwrap_or_default();
        (
            part(begin, template),
            part(template, key),
            part(key, key + entry.key_bytes as usize),
        )
    }
}

const ENTRY_BYTES: usize = 20;

impl Entry {
    fn write(place: usize, operation: &Operation, text: &mut String) -> Self {
        let template = operation.path_template.as_str();
        let begin = text.len() as u32;
        let key = match OperationKey::new(&operation.method, template) == operation.key {
            true => "",
            false => operation.key.as_str(),
        };
        // Methods are short; one that is not answers nothing.
        let method = match operation.method.len() <= usize::from(u8::MAX) {
            true => operation.method.as_str(),
            false => "",
        };
        for part in [method, template, key] {
            text.push_str(part);
        }
        Self {
            begin,
            template_bytes: template.len() as u32,
            key_bytes: key.len() as u32,
            place: place as u32,
            method_bytes: capped(method.len()),
            plain_bytes: capped(template.find('{').unwrap_or(template.len())),
            slashes: capped(template.matches('/').count()),
        }
    }

    fn pack(self) -> [u8; ENTRY_BYTES] {
        let words = [self.begin, self.template_bytes, self.key_bytes, self.place];
        let last = [self.method_bytes, self.plain_bytes, self.slashes, 0];
        let mut packed = [0; ENTRY_BYTES];
        let (parts, _) = packed.as_chunks_mut::<4>();
        let bytes = words.map(u32::to_le_bytes).into_iter().chain([last]);
        for (part, bytes) in parts.iter_mut().zip(bytes) {
            *part = bytes;
        }
        packed
    }

    fn read(packed: &[u8; ENTRY_BYTES]) -> Self {
        let [words @ .., last] = packed.as_chunks::<4>().0 else {
            unreachable!("an entry is five words")
        };
        let word = |at: usize| u32::from_le_bytes(words[at]);
        let [method_bytes, plain_bytes, slashes, _] = *last;
        Self {
            begin: word(0),
            template_bytes: word(1),
            key_bytes: word(2),
            place: word(3),
            method_bytes,
            plain_bytes,
            slashes,
        }
    }
}

/// Whether a template is this one once the names of its parameters are left out; see [`OperationKey::new`].
fn is_anonymous_of(anonymous: &[u8], template: &[u8]) -> bool {
    let mut in_parameter = false;
    let kept = template.iter().filter(|byte| {
        let is_name = in_parameter && **byte != b'}' && **byte != b'{';
        match **byte {
            b'{' => in_parameter = true,
            b'}' => in_parameter = false,
            _ => {}
        }
        !is_name
    });
    kept.eq(anonymous)
}

fn not_empty(path: &str) -> &str {
    if path.is_empty() { "/" } else { path }
}

fn capped(count: usize) -> u8 {
    u8::try_from(count).unwrap_or(u8::MAX)
}

fn one_parameter_a_segment(template: &str) -> bool {
    template
        .split('/')
        .all(|segment| segment.matches('{').count() <= 1)
}

fn segments(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.split(|byte| *byte == b'/')
}

/// Orders segments: plain text before text around a parameter (the longer text first), a parameter alone last.
fn breadth(segment: &[u8]) -> (u8, usize, usize) {
    match around_parameter(segment) {
        None => (0, 0, 0),
        Some(([], [])) => (2, 0, 0),
        Some((before, after)) => (1, usize::MAX - before.len(), usize::MAX - after.len()),
    }
}

/// The texts before and after a segment's parameter.
fn around_parameter(segment: &[u8]) -> Option<(&[u8], &[u8])> {
    let begin = segment.iter().position(|byte| *byte == b'{')?;
    let (before, rest) = segment.split_at(begin);
    let end = rest.iter().position(|byte| *byte == b'}')?;
    Some((before, &rest[end + 1..]))
}

/// Whether a path fits a template of at most one parameter a segment. A parameter takes at least one character.
fn fits_template(template: &[u8], path: &[u8]) -> bool {
    let mut parts = segments(path);
    let fits = |part: &[u8], text: &[u8]| match around_parameter(part) {
        None => part == text,
        Some((before, after)) => {
            text.len() > before.len() + after.len()
                && text.starts_with(before)
                && text.ends_with(after)
        }
    };
    segments(template).all(|part| parts.next().is_some_and(|text| fits(part, text)))
        && parts.next().is_none()
}

#[cfg(test)]
mod tests;
