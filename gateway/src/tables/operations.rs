//! Which operation of a route a method and path mean.

use std::sync::Arc;

use http::Method;
use matchit::Router;

use gatehouse_domain::OperationKey;
use gatehouse_snapshot::object::Operation;

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

/// A route's operations: their texts in one piece, and how an address finds them. Clones share all of it.
#[derive(Debug, Clone)]
pub(crate) struct Operations {
    /// The most specific templates first, when there are no trees.
    entries: Arc<[Entry]>,
    /// Method and template of each operation, and its key where that does not follow from the two.
    text: Arc<str>,
    /// For more operations than are quickly gone through one by one.
    trees: Option<Arc<Trees>>,
}

/// Up to so many operations are gone through one by one: that takes less time than a tree and a tenth of its memory.
const FEW: usize = 16;

#[derive(Debug, Clone, Copy)]
struct Entry {
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

/// One tree per method: `DELETE /pets/{id}` is found beside `GET /pets/mine`, as a backend's router finds it.
#[derive(Debug, Default)]
struct Trees(Vec<(Method, Tree)>);

#[derive(Debug, Default)]
struct Tree {
    router: Router<usize>,
    /// Templates the tree cannot hold beside the others (`/a/{x},{y}`, `/{a}.json` beside `/{b}.xml.gz`), tried in order
    /// after it.
    odd: Vec<(Vec<Segment>, usize)>,
}

/// A part of a template, split at parameters.
#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Parameter,
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
                let (_, template, _) = entry.texts(&text);
                template.split('/').map(breadth).collect::<Vec<_>>()
            });
        }
        Self {
            entries: entries.into(),
            text: text.into(),
            trees: (!few).then(|| Arc::new(Trees::build(operations))),
        }
    }

    /// Number of operations.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The stable key of the operation at a place.
    pub(crate) fn key(&self, place: usize) -> Option<OperationKey> {
        let mut entries = self.entries.iter();
        let entry = entries.find(|entry| entry.place as usize == place)?;
        let (method, template, key) = entry.texts(&self.text);
        Some(match key {
            "" => OperationKey::new(method, template),
            stored => OperationKey::from_stored(stored),
        })
    }

    /// Finds the operation. A HEAD that is not declared is the GET (RFC 9110 §9.3.2).
    pub(crate) fn find(&self, method: &Method, path: &str) -> OperationMatch {
        let path = if path.is_empty() { "/" } else { path };
        let found = self.under(method.as_str(), path).or_else(|| {
            (*method == Method::HEAD)
                .then(|| self.under("GET", path))
                .flatten()
        });
        if let Some(place) = found {
            return OperationMatch::Found(place);
        }
        let mut others: Vec<Method> = Vec::new();
        for entry in self.entries.iter() {
            let (method, ..) = entry.texts(&self.text);
            if others.iter().all(|known| known.as_str() != method)
                && self.under(method, path).is_some()
            {
                others.extend(Method::from_bytes(method.as_bytes()));
            }
        }
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

    fn under(&self, method: &str, path: &str) -> Option<usize> {
        if let Some(trees) = &self.trees {
            return trees.find(method, path);
        }
        let slashes = capped(path.bytes().filter(|byte| *byte == b'/').count());
        let mut entries = self.entries.iter();
        let fitting = entries.find(|entry| entry.fits(&self.text, method, path, slashes));
        fitting.map(|entry| entry.place as usize)
    }
}

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

    /// Method, template, and the key if it is stored.
    fn texts(self, text: &str) -> (&str, &str, &str) {
        let begin = self.begin as usize;
        let template = begin + usize::from(self.method_bytes);
        let key = template + self.template_bytes as usize;
        (
            text.get(begin..template).unwrap_or_default(),
            text.get(template..key).unwrap_or_default(),
            text.get(key..key + self.key_bytes as usize)
                .unwrap_or_default(),
        )
    }

    /// Whether it answers; what costs least is looked at first.
    fn fits(self, text: &str, method: &str, path: &str, slashes: u8) -> bool {
        if self.slashes != slashes {
            return false;
        }
        let (own, template, _) = self.texts(text);
        let plain = usize::from(self.plain_bytes);
        let begins = path.as_bytes().get(..plain) == template.as_bytes().get(..plain);
        begins && own == method && fits_template(template, path)
    }
}

fn capped(count: usize) -> u8 {
    u8::try_from(count).unwrap_or(u8::MAX)
}

fn one_parameter_a_segment(template: &str) -> bool {
    template
        .split('/')
        .all(|segment| segment.matches('{').count() <= 1)
}

/// Orders segments: plain text before text around a parameter (the longer text first), a parameter alone last.
fn breadth(segment: &str) -> (u8, usize, usize) {
    match around_parameter(segment) {
        None => (0, 0, 0),
        Some(("", "")) => (2, 0, 0),
        Some((before, after)) => (1, usize::MAX - before.len(), usize::MAX - after.len()),
    }
}

/// The texts before and after a segment's parameter.
fn around_parameter(segment: &str) -> Option<(&str, &str)> {
    let (before, rest) = segment.split_once('{')?;
    let (_, after) = rest.split_once('}')?;
    Some((before, after))
}

/// Whether a path fits a template of at most one parameter a segment. A parameter takes at least one character.
fn fits_template(template: &str, path: &str) -> bool {
    let mut segments = path.split('/');
    let fits = |part: &str, text: &str| match around_parameter(part) {
        None => part == text,
        Some((before, after)) => {
            text.len() > before.len() + after.len()
                && text.starts_with(before)
                && text.ends_with(after)
        }
    };
    template
        .split('/')
        .all(|part| segments.next().is_some_and(|text| fits(part, text)))
        && segments.next().is_none()
}

impl Trees {
    fn build(operations: &[Operation]) -> Self {
        let mut built = Self::default();
        for (place, operation) in operations.iter().enumerate() {
            let Ok(method) = Method::from_bytes(operation.method.as_bytes()) else {
                continue;
            };
            let tree = built.tree_of(method);
            let held = one_parameter_a_segment(&operation.path_template)
                && tree
                    .router
                    .insert(tree_template(&pieces(&operation.path_template)), place)
                    .is_ok();
            if !held {
                let segments = operation.path_template.split('/');
                tree.odd
                    .push((segments.map(Segment::read).collect(), place));
            }
        }
        built
    }

    fn tree_of(&mut self, method: Method) -> &mut Tree {
        let place = self
            .0
            .iter()
            .position(|(known, _)| *known == method)
            .unwrap_or_else(|| {
                self.0.push((method, Tree::default()));
                self.0.len() - 1
            });
        &mut self.0[place].1
    }

    fn find(&self, method: &str, path: &str) -> Option<usize> {
        let mut trees = self.0.iter();
        let (_, tree) = trees.find(|(known, _)| known.as_str() == method)?;
        tree.find(path)
    }
}

impl Tree {
    fn find(&self, path: &str) -> Option<usize> {
        if let Ok(found) = self.router.at(path) {
            return Some(*found.value);
        }
        self.odd
            .iter()
            .find(|(template, _)| fits(template, path))
            .map(|(_, place)| *place)
    }
}

fn pieces(template: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some((text, after)) = rest.split_once('{') {
        let Some((_, after)) = after.split_once('}') else {
            break;
        };
        if !text.is_empty() {
            pieces.push(Piece::Text(text.to_owned()));
        }
        pieces.push(Piece::Parameter);
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    pieces
}

/// The template with parameters named by their position, so that two names for one place are no conflict.
fn tree_template(pieces: &[Piece]) -> String {
    let mut template = String::new();
    let mut number = 0;
    for piece in pieces {
        match piece {
            Piece::Text(text) => {
                template.push_str(&text.replace('{', "{{").replace('}', "}}"));
            }
            Piece::Parameter => {
                template.push_str(&format!("{{p{number}}}"));
                number += 1;
            }
        }
    }
    template
}

/// Whether a path fits a template, segment by segment.
fn fits(template: &[Segment], path: &str) -> bool {
    let mut segments = path.split('/');
    template
        .iter()
        .all(|segment| segments.next().is_some_and(|text| segment.fits(text)))
        && segments.next().is_none()
}

/// A segment of a template: the texts around its parameters. One text: no parameter.
#[derive(Debug)]
struct Segment(Vec<String>);

impl Segment {
    fn read(text: &str) -> Self {
        let mut texts = vec![String::new()];
        for piece in pieces(text) {
            match piece {
                Piece::Text(text) => {
                    if let Some(last) = texts.last_mut() {
                        last.push_str(&text);
                    }
                }
                // Two parameters side by side take what one would.
                Piece::Parameter
                    if texts.len() > 1 && texts.last().is_some_and(String::is_empty) => {}
                Piece::Parameter => texts.push(String::new()),
            }
        }
        Self(texts)
    }

    /// Parameters take at least one character. Between the first and the last text, each is sought at its first possible
    /// place; that finds a fit if there is one, in linear time.
    fn fits(&self, text: &str) -> bool {
        let [first, middle @ .., last] = self.0.as_slice() else {
            return self.0.first().is_some_and(|only| only == text);
        };
        let inner = text
            .strip_prefix(first.as_str())
            .and_then(|rest| rest.strip_suffix(last.as_str()));
        let Some(mut inner) = inner else { return false };
        for wanted in middle {
            let begin = inner.chars().next().map_or(0, char::len_utf8);
            let Some(at) = inner[begin..].find(wanted.as_str()).filter(|_| begin > 0) else {
                return false;
            };
            inner = &inner[begin + at + wanted.len()..];
        }
        !inner.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn operations(list: &[(&str, &str)]) -> Operations {
        Operations::build(&objects(list))
    }

    fn objects(list: &[(&str, &str)]) -> Vec<Operation> {
        list.iter()
            .map(|(method, path)| Operation {
                key: OperationKey::new(method, path),
                method: (*method).to_owned(),
                path_template: (*path).to_owned(),
            })
            .collect()
    }

    /// A template or an address of a few segments that meet each other.
    fn segments(alphabet: &'static [&'static str]) -> impl Strategy<Value = String> {
        let segment = prop::sample::select(alphabet);
        prop::collection::vec(segment, 1..4).prop_map(|segments| format!("/{}", segments.join("/")))
    }

    proptest! {
        /// The short way and the trees agree on what an address means.
        #[test]
        fn few_operations_are_found_as_trees_find_them(
            templates in prop::collection::btree_set(segments(&["a", "b", "{p}"]), 1..10),
            path in segments(&["a", "b", "c", "", "ab"]),
        ) {
            let list: Vec<(&str, &str)> = templates.iter().map(|path| ("GET", path.as_str())).collect();
            let list = objects(&list);
            let few = Operations::build(&list);
            prop_assert!(few.trees.is_none());
            let trees = Trees::build(&list);
            prop_assert_eq!(few.under("GET", &path), trees.find("GET", &path), "{:?} {}", templates, path);
        }
    }

    #[test]
    fn many_operations_and_stored_keys_are_told_by_their_place() {
        let many: Vec<String> = (0..40)
            .map(|number| format!("/things-{number}/{{id}}"))
            .collect();
        let list: Vec<(&str, &str)> = many.iter().map(|path| ("GET", path.as_str())).collect();
        let mut list = objects(&list);
        list[7].key = OperationKey::from_stored("GET /renamed/{}");
        let operations = Operations::build(&list);
        assert!(operations.trees.is_some());
        assert_eq!(
            operations.find(&Method::GET, "/things-30/x"),
            OperationMatch::Found(30)
        );
        for (place, operation) in list.iter().enumerate() {
            assert_eq!(operations.key(place).as_ref(), Some(&operation.key));
        }
        assert_eq!(operations.key(40), None);
    }

    #[test]
    fn paths_find_their_operation_however_parameters_are_named() {
        let list = operations(&[
            ("GET", "/pets"),
            ("GET", "/pets/{id}"),
            ("GET", "/pets/{petId}/photos/{n}.png"),
            ("GET", "/pets/mine"),
            ("DELETE", "/pets/{pet}"),
            ("GET", "/near/{lat},{lng}"),
            ("GET", "/near/{lat};{lng}"),
            ("GET", "/"),
        ]);
        let get = |path: &str| list.find(&Method::GET, path);
        for (path, place) in [
            ("/pets", 0),
            ("/pets/7", 1),
            ("/pets/7/photos/2.png", 2),
            ("/pets/mine", 3),
            ("/near/52.1,4.3", 5),
            ("", 7),
            ("/", 7),
        ] {
            assert_eq!(get(path), OperationMatch::Found(place), "{path}");
        }
        for path in [
            "/pets/",
            "/pet",
            "/Pets",
            "/pets/7/photos",
            "/near/1,",
            "/near/,1",
            "/pets/7/8",
        ] {
            assert_eq!(get(path), OperationMatch::None, "{path}");
        }
        assert_eq!(
            list.find(&Method::DELETE, "/pets/mine"),
            OperationMatch::Found(4)
        );
    }

    #[test]
    fn another_method_learns_what_is_allowed_and_head_is_get() {
        let list = operations(&[("GET", "/a"), ("POST", "/a"), ("POST", "/b")]);
        assert_eq!(list.find(&Method::HEAD, "/a"), OperationMatch::Found(0));
        let OperationMatch::OtherMethods(allowed) = list.find(&Method::PUT, "/a") else {
            panic!("no list");
        };
        let allowed: Vec<_> = allowed.iter().map(Method::as_str).collect();
        assert_eq!(allowed, ["GET", "HEAD", "OPTIONS", "POST"]);
        let OperationMatch::OtherMethods(allowed) = list.find(&Method::HEAD, "/b") else {
            panic!("no list");
        };
        let allowed: Vec<_> = allowed.iter().map(Method::as_str).collect();
        assert_eq!(allowed, ["OPTIONS", "POST"]);
    }

    #[test]
    fn templates_the_tree_refuses_are_still_found() {
        let list = operations(&[
            ("GET", "/f/{a}.json"),
            ("GET", "/f/{b}"),
            ("GET", "/f/pre-{c}"),
            ("GET", "/f/{d}-{e}"),
            ("GET", "/{x}"),
        ]);
        for path in ["/f/x.json", "/f/x", "/f/pre-y", "/x"] {
            assert!(
                matches!(list.find(&Method::GET, path), OperationMatch::Found(_)),
                "{path}"
            );
        }
    }
}
