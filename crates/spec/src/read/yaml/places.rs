//! The places of keys in YAML.

use granit_parser::Event;

use super::events;
use crate::limits::Limits;
use crate::pointer;
use crate::read::locate::Visit;

/// Tells the visitor of every key and element. The text was read before, so faults cannot come.
pub(crate) fn walk(text: &str, visit: &mut dyn Visit) {
    enum Level {
        Sequence {
            next: usize,
        },
        /// A value comes next, not a key.
        Mapping {
            in_value: bool,
        },
    }
    let mut events = events(text, &Limits::default());
    let mut levels: Vec<(Level, usize)> = Vec::new();
    let mut path = String::new();
    while let Some(Ok((event, span))) = events.next_event() {
        let offset = span.start.byte_offset().unwrap_or(0);
        if event.is_node() {
            match levels.last_mut() {
                Some((
                    Level::Mapping {
                        in_value: in_value @ false,
                    },
                    length,
                )) => {
                    path.truncate(*length);
                    pointer::push(&mut path, event.scalar().map_or("", |(text, _)| text));
                    visit.key(&path, offset);
                    *in_value = true;
                    continue;
                }
                Some((Level::Mapping { in_value }, _)) => *in_value = false,
                Some((Level::Sequence { next }, length)) => {
                    path.truncate(*length);
                    pointer::push(&mut path, &next.to_string());
                    visit.key(&path, offset);
                    *next += 1;
                }
                None => {}
            }
        }
        match event {
            Event::MappingStart(..) => {
                levels.push((Level::Mapping { in_value: false }, path.len()))
            }
            Event::SequenceStart(..) => levels.push((Level::Sequence { next: 0 }, path.len())),
            Event::MappingEnd | Event::SequenceEnd => {
                levels.pop();
            }
            _ => {}
        }
    }
}
