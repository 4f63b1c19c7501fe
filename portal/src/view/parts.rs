//! The component inventory as types: a page gives facts, the part decides shape, word and colour.

use crate::view::said::says;
use askama::Template;
use askama::filters::HtmlSafe;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A link with its words.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Link {
    pub(crate) label: String,
    pub(crate) href: String,
}

impl Link {
    pub(crate) fn new(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            href: href.into(),
        }
    }
}

/// Shape, word, colour, in that order: colour is never the only carrier of a state.
#[derive(Debug, Clone, Template)]
#[template(path = "components/badge.html")]
pub(crate) struct Badge {
    shape: &'static str,
    word: String,
}

impl HtmlSafe for Badge {}

impl Badge {
    /// Filled dot: as it should be.
    pub(crate) fn good(word: impl Into<String>) -> Self {
        Self {
            shape: "good",
            word: word.into(),
        }
    }

    /// Half dot: somebody or something is awaited.
    pub(crate) fn waiting(word: impl Into<String>) -> Self {
        Self {
            shape: "wait",
            word: word.into(),
        }
    }

    /// Triangle: works, but needs care.
    pub(crate) fn care(word: impl Into<String>) -> Self {
        Self {
            shape: "care",
            word: word.into(),
        }
    }

    /// Square: refused or ended.
    pub(crate) fn stopped(word: impl Into<String>) -> Self {
        Self {
            shape: "stop",
            word: word.into(),
        }
    }

    /// Hollow dot: not started.
    pub(crate) fn not_started(word: impl Into<String>) -> Self {
        Self {
            shape: "none",
            word: word.into(),
        }
    }

    /// No shape: a plain fact.
    pub(crate) fn plain(word: impl Into<String>) -> Self {
        Self {
            shape: "",
            word: word.into(),
        }
    }
}

/// What a redirect tells the page it leads to.
#[derive(Debug, Clone, Template, Serialize, Deserialize)]
#[template(path = "components/flash.html")]
pub(crate) struct Flash {
    kind: Tone,
    strong: String,
    rest: String,
    #[serde(default)]
    actions: Vec<Link>,
}

impl HtmlSafe for Flash {}

/// The ground and the mark of a flash message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Tone {
    Good,
    Info,
    Care,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Info => "info",
            Self::Care => "care",
        }
    }
}

impl Flash {
    pub(crate) fn good(strong: impl Into<String>, rest: impl Into<String>) -> Self {
        Self {
            kind: Tone::Good,
            strong: strong.into(),
            rest: rest.into(),
            actions: Vec::new(),
        }
    }

    pub(crate) fn info(strong: impl Into<String>, rest: impl Into<String>) -> Self {
        Self {
            kind: Tone::Info,
            strong: strong.into(),
            rest: rest.into(),
            actions: Vec::new(),
        }
    }

    pub(crate) fn care(strong: impl Into<String>, rest: impl Into<String>) -> Self {
        Self {
            kind: Tone::Care,
            strong: strong.into(),
            rest: rest.into(),
            actions: Vec::new(),
        }
    }

    pub(crate) fn with_action(mut self, action: Link) -> Self {
        self.actions.push(action);
        self
    }
}

/// Where a page stands; the last entry is the page itself.
#[derive(Debug, Clone, Template)]
#[template(path = "components/crumbs.html")]
pub(crate) struct Crumbs {
    crumbs: Vec<Crumb>,
}

#[derive(Debug, Clone)]
struct Crumb {
    label: String,
    href: Option<String>,
}

impl HtmlSafe for Crumbs {}
says!(Crumbs);

impl Crumbs {
    pub(crate) fn new(here: impl Into<String>, parents: Vec<Link>) -> Self {
        let mut crumbs: Vec<Crumb> = parents
            .into_iter()
            .map(|link| Crumb {
                label: link.label,
                href: Some(link.href),
            })
            .collect();
        crumbs.push(Crumb {
            label: here.into(),
            href: None,
        });
        Self { crumbs }
    }
}

/// Tabs are links.
#[derive(Debug, Clone, Template)]
#[template(path = "components/tabs.html")]
pub(crate) struct Tabs {
    label: Cow<'static, str>,
    tabs: Vec<Tab>,
}

#[derive(Debug, Clone)]
pub(crate) struct Tab {
    pub(crate) label: Cow<'static, str>,
    pub(crate) href: String,
    pub(crate) count: Option<usize>,
    pub(crate) current: bool,
}

impl HtmlSafe for Tabs {}

impl Tabs {
    pub(crate) fn new(label: impl Into<Cow<'static, str>>, tabs: Vec<Tab>) -> Self {
        Self {
            label: label.into(),
            tabs,
        }
    }
}

/// Dots on one line: what was done, what is now, what is to come, what stopped.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "components/timeline.html")]
pub(crate) struct Timeline {
    steps: Vec<Step>,
}

#[derive(Debug, Clone)]
struct Step {
    state: &'static str,
    word: String,
    detail: String,
}

impl HtmlSafe for Timeline {}

impl Timeline {
    pub(crate) fn done(self, word: impl Into<String>, detail: impl Into<String>) -> Self {
        self.with("done", word, detail)
    }

    pub(crate) fn now(self, word: impl Into<String>, detail: impl Into<String>) -> Self {
        self.with("now", word, detail)
    }

    pub(crate) fn next(self, word: impl Into<String>, detail: impl Into<String>) -> Self {
        self.with("next", word, detail)
    }

    pub(crate) fn stopped(self, word: impl Into<String>, detail: impl Into<String>) -> Self {
        self.with("stopped", word, detail)
    }

    fn with(
        mut self,
        state: &'static str,
        word: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        self.steps.push(Step {
            state,
            word: word.into(),
            detail: detail.into(),
        });
        self
    }
}

/// Range at the left, Newer and Older at the right: lists are by cursor.
#[derive(Debug, Clone, Template)]
#[template(path = "components/pages.html")]
pub(crate) struct Pages {
    pub(crate) range: String,
    pub(crate) newer: Option<String>,
    pub(crate) older: Option<String>,
}

impl HtmlSafe for Pages {}
says!(Pages);

/// One heading, one sentence, one button.
#[derive(Debug, Clone, Template)]
#[template(path = "components/empty.html")]
pub(crate) struct Empty {
    heading: String,
    sentence: String,
    action: Option<Link>,
}

impl HtmlSafe for Empty {}

impl Empty {
    pub(crate) fn new(
        heading: impl Into<String>,
        sentence: impl Into<String>,
        action: Option<Link>,
    ) -> Self {
        Self {
            heading: heading.into(),
            sentence: sentence.into(),
            action,
        }
    }
}

/// How far a saved change has travelled.
#[derive(Debug, Clone, Template)]
#[template(path = "components/spread.html")]
pub(crate) struct Spread {
    /// "Saved. In force on 2 of 3 gateways."
    pub(crate) said: String,
    pub(crate) done: bool,
    pub(crate) detail: String,
    /// Page that holds this region alone, for the poll.
    pub(crate) href: String,
    /// The page itself, for a reader without script.
    pub(crate) again: String,
    /// The page that says it for each gateway, for those who use the console.
    pub(crate) each: Option<String>,
}

impl HtmlSafe for Spread {}
says!(Spread);

#[cfg(test)]
mod tests {
    use super::{Badge, Flash};

    #[test]
    fn a_badge_escapes_its_word_and_names_its_shape() {
        assert_eq!(
            Badge::good("A<b").to_string().trim(),
            "<span class=\"badge good\">A&#60;b</span>"
        );
        assert_eq!(
            Badge::plain("Retired").to_string().trim(),
            "<span class=\"badge\">Retired</span>"
        );
    }

    #[test]
    fn flash_text_cannot_carry_markup() {
        let shown = Flash::care("<img src=x>", "\"&").to_string();
        assert!(!shown.contains("<img"), "{shown}");
    }
}
