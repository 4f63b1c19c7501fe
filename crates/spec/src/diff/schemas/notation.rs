//! How a value is written: what text stands for, and its form in XML.

use super::{Judge, Views};
use crate::diff::rule::Rule;
use crate::diff::words;

impl<'d> Judge<'_, 'd> {
    pub(super) fn notation(&mut self, views: Views<'_, 'd>) {
        let encoding = (
            Rule::RequestContentEncodingChanged,
            Rule::ResponseContentEncodingChanged,
        );
        let xml = (Rule::RequestXmlChanged, Rule::ResponseXmlChanged);
        for (key, rules) in [
            ("contentEncoding", encoding),
            ("contentMediaType", encoding),
            ("xml", xml),
        ] {
            let value = |view: &super::View<'d>| view.first(key).map(|found| found.value);
            let (old, new) = (value(views.0), value(views.1));
            if old != new {
                let text = format!(
                    "{} is now {}, not {}",
                    words::code(key),
                    words::or_nothing(new),
                    words::or_nothing(old)
                );
                self.say_at(rules, key, views, &text);
            }
        }
    }
}
