//! YAML: events of granit-parser composed into a JSON value under our own limits.
//!
//! Composed here rather than through serde, because the rules are ours: aliases have a budget that
//! is checked before anything is copied, repeated keys are reported with their place instead of
//! stopping the reading, keys that are numbers (`200:`) become text, and `<<` merges.

mod places;

use std::collections::HashMap;

use granit_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};
use serde_json::{Map, Value};

use super::locate::place_of;
use super::{Source, Syntax, json, scalar};
use crate::finding::{FINDINGS_MAX, Finding, FindingCode, Location};
use crate::limits::Limits;
use crate::pointer;

pub(super) use places::walk;

type Events<'a> = Parser<'a, StrInput<'a>>;

pub(super) fn read<'a>(text: &'a str, limits: &Limits) -> Result<Source<'a>, Finding> {
    let mut composer = Composer {
        text,
        limits,
        anchors: HashMap::new(),
        nodes: 0,
        alias_nodes: 0,
        pointer: String::new(),
        duplicates: Vec::new(),
    };
    let mut events = events(text, limits);
    let value = composer.document(&mut events)?;
    Ok(Source {
        text,
        syntax: Syntax::Yaml,
        value,
        duplicates: composer.duplicates,
    })
}

fn events<'a>(text: &'a str, limits: &Limits) -> Events<'a> {
    // One above our own bound, so that ours is the one that speaks.
    let nesting = limits.depth() + 1;
    Parser::new_from_str_with_options(
        text,
        granit_parser::options! {
            emit_comments: false,
            flow_nesting_limit: nesting,
            block_nesting_limit: nesting,
        },
    )
}

/// A value that aliases may copy, with what a copy costs.
struct Anchored {
    value: Value,
    nodes: usize,
    /// Nodes, and one more for every 32 bytes of text: a long text copied often is a bomb too.
    weight: usize,
    depth: usize,
}

struct Composer<'a> {
    text: &'a str,
    limits: &'a Limits,
    anchors: HashMap<usize, Anchored>,
    nodes: usize,
    alias_nodes: usize,
    pointer: String,
    duplicates: Vec<(String, Location)>,
}

impl<'a> Composer<'a> {
    fn document(&mut self, events: &mut Events<'a>) -> Result<Value, Finding> {
        let mut document = None;
        loop {
            let (event, span) = self.next(events)?;
            match event {
                Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
                Event::StreamEnd => return Ok(document.unwrap_or(Value::Null)),
                event if document.is_none() => {
                    document = Some(self.value(event, span, events, 1)?);
                }
                _ => return Err(self.fault(span.start, "more than one YAML document in the file")),
            }
        }
    }

    fn next(&self, events: &mut Events<'a>) -> Result<(Event<'a>, Span), Finding> {
        match events.next_event() {
            Some(Ok(next)) => Ok(next),
            Some(Err(error)) => Err(self.scan_error(&error)),
            None => Err(self.fault(Marker::default(), "the YAML ends too early")),
        }
    }

    fn value(
        &mut self,
        event: Event<'a>,
        span: Span,
        events: &mut Events<'a>,
        depth: usize,
    ) -> Result<Value, Finding> {
        let before = self.nodes;
        self.count(1, span.start)?;
        let (value, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                (scalar_value(&text, style, tag.as_deref()), anchor)
            }
            Event::SequenceStart(_, anchor, _) => {
                self.check_depth(depth, span.start)?;
                (self.sequence(events, depth)?, anchor)
            }
            Event::MappingStart(_, anchor, _) => {
                self.check_depth(depth, span.start)?;
                (self.mapping(events, depth)?, anchor)
            }
            Event::Alias(id) => return self.alias(id, span.start, depth),
            _ => return Err(self.fault(span.start, "not valid YAML here")),
        };
        if anchor != 0 {
            self.anchor(anchor, &value, self.nodes - before, span.start)?;
        }
        Ok(value)
    }

    fn sequence(&mut self, events: &mut Events<'a>, depth: usize) -> Result<Value, Finding> {
        let length = self.pointer.len();
        let mut elements = Vec::new();
        loop {
            let (event, span) = self.next(events)?;
            if event == Event::SequenceEnd {
                return Ok(Value::Array(elements));
            }
            pointer::push(&mut self.pointer, &elements.len().to_string());
            elements.push(self.value(event, span, events, depth + 1)?);
            self.pointer.truncate(length);
        }
    }

    fn mapping(&mut self, events: &mut Events<'a>, depth: usize) -> Result<Value, Finding> {
        let length = self.pointer.len();
        let mut members = Map::new();
        let mut merged = Vec::new();
        loop {
            let (event, key_span) = self.next(events)?;
            let (key, is_merge) = match event {
                Event::MappingEnd => break,
                Event::Scalar(text, style, anchor, _) => {
                    if anchor != 0 {
                        let value = Value::String(text.clone().into_owned());
                        self.anchor(anchor, &value, 1, key_span.start)?;
                    }
                    let merge = text == "<<" && style == ScalarStyle::Plain;
                    (text.into_owned(), merge)
                }
                Event::Alias(id) => match self.anchors.get(&id) {
                    Some(Anchored {
                        value: Value::String(key),
                        ..
                    }) => (key.clone(), false),
                    _ => return Err(self.fault(key_span.start, "a key must be plain text")),
                },
                _ => return Err(self.fault(key_span.start, "a key must be plain text")),
            };
            pointer::push(&mut self.pointer, &key);
            let (event, span) = self.next(events)?;
            let text_wanted = self.is_version_key();
            let value = match event {
                // `version: 1.10` means the text 1.10.
                Event::Scalar(text, ScalarStyle::Plain, 0, None) if text_wanted => {
                    self.count(1, span.start)?;
                    Value::String(text.into_owned())
                }
                event => self.value(event, span, events, depth + 1)?,
            };
            if is_merge {
                merged.push(value);
            } else if members.insert(key, value).is_some() && self.duplicates.len() < FINDINGS_MAX {
                let place = place_of(self.text, key_span.start.byte_offset());
                self.duplicates.push((self.pointer.clone(), place));
            }
            self.pointer.truncate(length);
        }
        merge(&mut members, merged);
        Ok(Value::Object(members))
    }

    fn is_version_key(&self) -> bool {
        matches!(
            &*self.pointer,
            "/openapi" | "/swagger" | "/info/version" | "/info/title"
        )
    }

    /// Keeps a copy for aliases. The copy itself is paid for as if it were an alias, since anchors
    /// inside anchors copy the inner ones again.
    fn anchor(
        &mut self,
        id: usize,
        value: &Value,
        nodes: usize,
        at: Marker,
    ) -> Result<(), Finding> {
        self.pay(nodes, at)?;
        let (weight, depth) = weigh(value);
        self.pay(weight - nodes.min(weight), at)?;
        self.anchors.insert(
            id,
            Anchored {
                value: value.clone(),
                nodes,
                weight,
                depth,
            },
        );
        Ok(())
    }

    fn alias(&mut self, id: usize, at: Marker, depth: usize) -> Result<Value, Finding> {
        let Some(Anchored {
            nodes,
            weight,
            depth: levels,
            ..
        }) = self.anchors.get(&id)
        else {
            // Inside its own anchor: an endless value.
            return Err(self.fault(at, "an alias inside the value it names"));
        };
        let (nodes, weight, levels) = (*nodes, *weight, *levels);
        if levels > 0 {
            self.check_depth(depth + levels - 1, at)?;
        }
        self.pay(weight, at)?;
        // One was counted for the alias itself.
        self.count(nodes.saturating_sub(1), at)?;
        Ok(self.anchors[&id].value.clone())
    }

    fn pay(&mut self, weight: usize, at: Marker) -> Result<(), Finding> {
        self.alias_nodes += weight;
        if self.alias_nodes <= self.limits.alias_nodes {
            return Ok(());
        }
        let message = format!(
            "YAML aliases expand to more than {} values",
            self.limits.alias_nodes
        );
        Err(Finding::new(FindingCode::TooLarge, "", message).at(self.at(at)))
    }

    fn count(&mut self, nodes: usize, at: Marker) -> Result<(), Finding> {
        self.nodes += nodes;
        if self.nodes > self.limits.nodes {
            return Err(json::too_many_nodes(self.limits).at(self.at(at)));
        }
        Ok(())
    }

    fn check_depth(&self, depth: usize, at: Marker) -> Result<(), Finding> {
        if depth > self.limits.depth() {
            return Err(json::too_deep(self.limits).at(self.at(at)));
        }
        Ok(())
    }

    fn at(&self, marker: Marker) -> Location {
        place_of(self.text, marker.byte_offset())
    }

    fn fault(&self, marker: Marker, message: &str) -> Finding {
        Finding::new(FindingCode::Syntax, "", message).at(self.at(marker))
    }

    fn scan_error(&self, error: &ScanError) -> Finding {
        if *error.kind() == granit_parser::ErrorKind::RecursionLimitExceeded {
            return json::too_deep(self.limits).at(self.at(*error.marker()));
        }
        let message = format!("not valid YAML: {}", error.info());
        Finding::new(FindingCode::Syntax, "", message).at(self.at(*error.marker()))
    }
}

fn scalar_value(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Value {
    let is_text =
        style != ScalarStyle::Plain || tag.is_some_and(|tag| tag.is_yaml_core_schema_tag("str"));
    if is_text {
        Value::String(text.to_owned())
    } else {
        scalar::plain(text)
    }
}

/// Merge keys: what is written in the mapping itself wins, then the earlier source.
fn merge(members: &mut Map<String, Value>, merged: Vec<Value>) {
    for source in merged {
        let sources = match source {
            Value::Array(sources) => sources,
            source => vec![source],
        };
        for source in sources {
            let Value::Object(source) = source else {
                continue;
            };
            for (key, value) in source {
                members.entry(key).or_insert(value);
            }
        }
    }
}

/// Weight and depth of a value.
fn weigh(value: &Value) -> (usize, usize) {
    let of_members = |members: &mut dyn Iterator<Item = (usize, usize)>| {
        let (weight, depth) = members.fold((0, 0), |(weight, depth), (more, below)| {
            (weight + more, below.max(depth))
        });
        (weight + 1, depth + 1)
    };
    match value {
        Value::Array(elements) => of_members(&mut elements.iter().map(weigh)),
        Value::Object(members) => of_members(&mut members.iter().map(|(key, value)| {
            let (weight, depth) = weigh(value);
            (weight + key.len() / 32, depth)
        })),
        Value::String(text) => (1 + text.len() / 32, 0),
        _ => (1, 0),
    }
}
