//! Which operation of a route a method and path mean.

use http::Method;
use matchit::Router;

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

/// One tree per method: `DELETE /pets/{id}` is found beside `GET /pets/mine`, as a backend's router finds it.
#[derive(Debug, Default)]
pub(crate) struct Operations {
    trees: Vec<(Method, Tree)>,
}

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
    /// Builds the trees. Every valid list of operations can be held.
    pub(crate) fn build(operations: &[Operation]) -> Self {
        let mut built = Self::default();
        for (place, operation) in operations.iter().enumerate() {
            let Ok(method) = Method::from_bytes(operation.method.as_bytes()) else {
                continue;
            };
            let tree = built.tree_of(method);
            let parameter_per_segment = operation
                .path_template
                .split('/')
                .all(|segment| segment.matches('{').count() <= 1);
            let held = parameter_per_segment
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
            .trees
            .iter()
            .position(|(known, _)| *known == method)
            .unwrap_or_else(|| {
                self.trees.push((method, Tree::default()));
                self.trees.len() - 1
            });
        &mut self.trees[place].1
    }

    /// Finds the operation. A HEAD that is not declared is the GET (RFC 9110 §9.3.2).
    pub(crate) fn find(&self, method: &Method, path: &str) -> OperationMatch {
        let path = if path.is_empty() { "/" } else { path };
        let under = |wanted: &Method| {
            self.trees
                .iter()
                .find(|(known, _)| known == wanted)
                .and_then(|(_, tree)| tree.find(path))
        };
        let found = under(method).or_else(|| {
            (*method == Method::HEAD)
                .then(|| under(&Method::GET))
                .flatten()
        });
        if let Some(place) = found {
            return OperationMatch::Found(place);
        }
        let mut others: Vec<Method> = self
            .trees
            .iter()
            .filter(|(_, tree)| tree.find(path).is_some())
            .map(|(method, _)| method.clone())
            .collect();
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
    use gatehouse_domain::OperationKey;

    fn operations(list: &[(&str, &str)]) -> Operations {
        let list: Vec<Operation> = list
            .iter()
            .map(|(method, path)| Operation {
                key: OperationKey::new(method, path),
                method: (*method).to_owned(),
                path_template: (*path).to_owned(),
            })
            .collect();
        Operations::build(&list)
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
