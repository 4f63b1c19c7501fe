//! A page as a browser without script sees it: text, links, and forms that can only be filled in as they are.

mod form;

pub use form::{Form, Submission};

use http::StatusCode;
use scraper::{ElementRef, Html, Selector};

use crate::answer::Answer;

/// A page and where it is.
#[derive(Debug, Clone)]
pub struct Page {
    /// Path and query the page was finally found at.
    pub at: String,
    pub answer: Answer,
}

fn selector(text: &str) -> Selector {
    Selector::parse(text).unwrap_or_else(|error| panic!("selector {text}: {error}"))
}

fn words(element: ElementRef<'_>) -> String {
    let text: String = element.text().collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What of a document does something by itself or leads to it: elements that run or fetch, handlers, and addresses that are
/// neither of the web nor of mail. For HTML that is not the portal's own pages, such as that of mails and feeds.
pub fn active_parts(html: &str) -> Vec<String> {
    const ACTIVE: [&str; 14] = [
        "script", "iframe", "frame", "object", "embed", "applet", "base", "link", "form", "input",
        "svg", "math", "video", "audio",
    ];
    const ADDRESSES: [&str; 5] = ["href", "src", "action", "formaction", "background"];
    const SAFE: [&str; 5] = ["http://", "https://", "mailto:", "cid:", "#"];
    let document = Html::parse_document(html);
    let mut found = Vec::new();
    for element in document.select(&selector("*")) {
        let name = element.value().name();
        let runs = element.value().attrs().any(|(attribute, value)| {
            let value = value.trim().to_ascii_lowercase();
            let leads = ADDRESSES.contains(&attribute);
            attribute.starts_with("on") || leads && !SAFE.iter().any(|safe| value.starts_with(safe))
        });
        if ACTIVE.contains(&name) || runs {
            found.push(element.html());
        }
    }
    found
}

impl Page {
    fn html(&self) -> Html {
        Html::parse_document(&self.answer.text())
    }

    pub fn status(&self) -> StatusCode {
        self.answer.status
    }

    /// Panics with the page unless it has this status.
    #[track_caller]
    pub fn assert_status(&self, status: u16) -> &Self {
        assert_eq!(self.status().as_u16(), status, "{self}");
        self
    }

    /// The words of the first element that matches; panics with the page when none does.
    #[track_caller]
    pub fn text_of(&self, css: &str) -> String {
        self.find_text(css)
            .unwrap_or_else(|| panic!("no {css} on {self}"))
    }

    /// The words of the first element that matches.
    pub fn find_text(&self, css: &str) -> Option<String> {
        self.html().select(&selector(css)).next().map(words)
    }

    /// The words of every element that matches.
    pub fn texts_of(&self, css: &str) -> Vec<String> {
        self.html().select(&selector(css)).map(words).collect()
    }

    /// An attribute of the first element that matches.
    pub fn find_attribute(&self, css: &str, name: &str) -> Option<String> {
        let html = self.html();
        let found = html.select(&selector(css)).next()?;
        found.value().attr(name).map(str::to_owned)
    }

    /// An attribute of the first element that matches; panics with the page when there is none.
    #[track_caller]
    pub fn attribute(&self, css: &str, name: &str) -> String {
        let found = self.find_attribute(css, name);
        found.unwrap_or_else(|| panic!("no {css} with {name} on {self}"))
    }

    /// An attribute of every element that matches and has it.
    pub fn attributes(&self, css: &str, name: &str) -> Vec<String> {
        let html = self.html();
        let all = selector(css);
        html.select(&all)
            .filter_map(|one| one.value().attr(name))
            .map(str::to_owned)
            .collect()
    }

    pub fn has(&self, css: &str) -> bool {
        self.html().select(&selector(css)).next().is_some()
    }

    /// Panics with the page unless its visible words contain these.
    #[track_caller]
    pub fn assert_says(&self, expected: &str) -> &Self {
        let said = self.text_of("body");
        assert!(said.contains(expected), "'{expected}' is not on {self}");
        self
    }

    /// Where the first link with these words leads; panics with the page when there is none.
    #[track_caller]
    pub fn link(&self, label: &str) -> String {
        let html = self.html();
        let found = html
            .select(&selector("a[href]"))
            .find(|link| words(*link).contains(label));
        let href = found.and_then(|link| link.value().attr("href"));
        href.unwrap_or_else(|| panic!("no link '{label}' on {self}"))
            .to_owned()
    }

    /// The first form that matches; panics with the page when none does.
    #[track_caller]
    pub fn form(&self, css: &str) -> Form {
        let html = self.html();
        let found = html.select(&selector(css)).next();
        let element = found.unwrap_or_else(|| panic!("no form {css} on {self}"));
        assert_eq!(element.value().name(), "form", "{css} is no form");
        Form::read(element, &html, &self.at)
    }
}

impl std::fmt::Display for Page {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words = self.find_text("main").or_else(|| self.find_text("body"));
        let words: String = words.unwrap_or_default().chars().take(2500).collect();
        let forms: Vec<_> = self
            .html()
            .select(&selector("main form"))
            .filter_map(|form| form.value().attr("action").map(str::to_owned))
            .collect();
        write!(
            formatter,
            "{} ({}, forms {forms:?}):\n{words}",
            self.at,
            self.status()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(body: &str) -> Page {
        Page {
            at: "/here".to_owned(),
            answer: Answer {
                asked: "GET /here".to_owned(),
                status: StatusCode::OK,
                headers: http::HeaderMap::new(),
                body: body.to_owned().into(),
            },
        }
    }

    const FORM: &str = r#"<form action="/there" method="post"><input type="hidden" name="csrf" value="t">
        <label for="n">Name</label><input id="n" name="name" required>
        <label><input type="radio" name="plan" value="1" checked>Free</label><label><input type="radio" name="plan" value="2">Gold plan</label>
        <input type="checkbox" name="request" value="a"><input type="checkbox" name="request" value="b">
        <select name="days"><option value="30">A month</option><option value="90" selected>More</option></select>
        <textarea name="why">
because</textarea><button>Send</button><button name="decide" value="no">Refuse</button></form>"#;

    #[test]
    fn a_form_sends_what_a_browser_would_send() {
        let form = page(FORM)
            .form("form")
            .set("name", "Ana")
            .choose("plan", "Gold")
            .choose("request", "b");
        let sent = form.set("days", "A month").press("Refuse");
        assert_eq!(sent.action, "/there");
        let pairs: Vec<_> = sent
            .fields
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        let expected = [
            ("csrf", "t"),
            ("name", "Ana"),
            ("plan", "2"),
            ("request", "b"),
            ("days", "30"),
            ("why", "because"),
            ("decide", "no"),
        ];
        assert_eq!(pairs, expected);
    }

    #[test]
    fn what_runs_is_found_and_text_is_not() {
        let quiet = "<p title=\"onload=1\">&lt;script&gt; <a href=\"https://a.test\">a</a> <img src=\"cid:logo\"></p>";
        assert_eq!(active_parts(quiet), Vec::<String>::new());
        for loud in [
            "<script>1</script>",
            "<p onclick=1>x</p>",
            "<a href=\" javascript:1\">x</a>",
            "<img src=x>",
        ] {
            assert_eq!(active_parts(loud).len(), 1, "{loud}");
        }
    }

    #[test]
    #[should_panic(expected = "still empty")]
    fn an_empty_required_field_stops_the_form() {
        let _ = page(FORM).form("form").press("Send");
    }

    #[test]
    #[should_panic(expected = "cannot be set")]
    fn a_hidden_field_cannot_be_typed_into() {
        let _ = page(FORM).form("form").set("csrf", "forged");
    }
}
