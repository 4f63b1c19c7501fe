//! Many operations, or odd ones: a tree for each method.

use gatehouse_snapshot::object::Operation;
use http::Method;
use matchit::Router;

use super::one_parameter_a_segment;

/// One tree per method: `DELETE /pets/{id}` is found beside `GET /pets/mine`, as a backend's router finds it.
#[derive(Debug, Default)]
pub(super) struct Trees(Vec<(Method, Tree)>);

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

impl Trees {
    pub(super) fn build(operations: &[Operation]) -> Self {
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

    pub(super) fn find(&self, method: &str, path: &str) -> Option<usize> {
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
