//! Markdown of authors into HTML that is safe to put into a page.
//!
//! Two independent walls: comrak never emits raw HTML, and what it emits goes through an
//! allow-list. Neither trusts the other.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::OnceLock;

use comrak::nodes::{Ast, AstNode, NodeLink, NodeValue};
use comrak::{Arena, Options, format_html, parse_document};
use serde::Serialize;

/// Longer text is cut: no page of a reference reads well with more.
const MARKDOWN_BYTES_MAX: usize = 200 * 1024;

/// HTML that may go into a page unescaped. Only [`to_html`] makes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct SafeHtml(String);

impl SafeHtml {
    /// The HTML.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for SafeHtml {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Renders GitHub-flavoured Markdown. Raw HTML becomes its text, images become links to them,
/// headings begin at the third level and leave none out (the page owns the first two), and links may
/// only be `http`, `https` and `mailto`.
///
/// What is longer than 200 KiB ends there with `…`.
pub fn to_html(markdown: &str) -> SafeHtml {
    to_html_within(markdown, usize::MAX)
}

/// The same, with at most so many elements (those that a table has besides its rows and cells come on top). What does not fit is
/// left out, and `…` stands at the end.
pub fn to_html_within(markdown: &str, elements_max: usize) -> SafeHtml {
    let whole = markdown.trim();
    let markdown = cut(whole, MARKDOWN_BYTES_MAX);
    if markdown.is_empty() {
        return SafeHtml::default();
    }
    let is_cut = markdown.len() < whole.len();
    if is_plain(markdown) && !is_cut {
        return SafeHtml(format!("<p>{}</p>\n", escape(markdown)));
    }
    let arena = Arena::new();
    let root = parse_document(&arena, markdown, options());
    // Listed first: taming changes the tree.
    let mut nodes: Vec<_> = root.descendants().collect();
    if shorten(&mut nodes, elements_max) || is_cut {
        let more = made(&arena, NodeValue::Paragraph);
        more.append(made(&arena, NodeValue::Text("…".into())));
        root.append(more);
    }
    nest_headings(&nodes);
    for node in nodes {
        tame(&arena, node);
    }
    let mut html = String::new();
    // A tree of a shape that comrak does not know is shown as it was written.
    if root.validate().is_err() || format_html(root, options(), &mut html).is_err() {
        return SafeHtml(format!("<p>{}</p>\n", escape(markdown)));
    }
    SafeHtml(sanitizer().clean(&html).to_string())
}

/// Takes what follows the last element that fits out of the tree; whether there was any.
fn shorten<'a>(nodes: &mut Vec<&'a AstNode<'a>>, elements_max: usize) -> bool {
    let is_element = |node: &AstNode<'a>| {
        !matches!(
            node.data.borrow().value,
            NodeValue::Document | NodeValue::Text(_) | NodeValue::SoftBreak
        )
    };
    let mut elements = (0..).zip(nodes.iter()).filter(|(_, node)| is_element(node));
    let Some((first, _)) = elements.nth(elements_max) else {
        return false;
    };
    for node in nodes.drain(first..) {
        node.detach();
    }
    true
}

fn cut(text: &str, max: usize) -> &str {
    let mut end = text.len().min(max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Whether no character could mean anything in Markdown. Most descriptions of fields are such, and
/// a page has hundreds of them.
fn is_plain(text: &str) -> bool {
    let starts_plain = text.starts_with(|c: char| c.is_alphabetic());
    starts_plain
        && !["www.", "://"].iter().any(|link| text.contains(link))
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || " .,;:()'\"?%/-+=#{}$’“”–—…".contains(c))
}

/// Escapes text for HTML, inside and outside of attributes.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

fn options() -> &'static Options<'static> {
    static OPTIONS: OnceLock<Options<'static>> = OnceLock::new();
    OPTIONS.get_or_init(|| {
        let mut options = Options::default();
        options.extension.table = true;
        options.extension.strikethrough = true;
        options.extension.autolink = true;
        options.render.r#unsafe = false;
        options
    })
}

/// Gives every heading the level of its place in the outline: readers of headings miss none, wherever the author began.
fn nest_headings<'a>(nodes: &[&'a AstNode<'a>]) {
    const FIRST: usize = 3;
    let mut above: Vec<u8> = Vec::new();
    for node in nodes {
        if let NodeValue::Heading(heading) = &mut node.data.borrow_mut().value {
            above.retain(|level| *level < heading.level);
            let level = (FIRST + above.len()).min(6);
            above.push(heading.level);
            heading.level = u8::try_from(level).unwrap_or(6);
        }
    }
}

/// A node that no author wrote.
fn made<'a>(arena: &'a Arena<'a>, value: NodeValue) -> &'a AstNode<'a> {
    let ast = Ast::new(value, (0, 0).into());
    arena.alloc(AstNode::new(RefCell::new(ast)))
}

/// Removes from the tree what must not reach the page, keeping its text.
fn tame<'a>(arena: &'a Arena<'a>, node: &'a AstNode<'a>) {
    let mut ast = node.data.borrow_mut();
    match &mut ast.value {
        // Many descriptions are HTML: what they say stays, how they say it goes.
        NodeValue::HtmlBlock(block) => {
            let text = text_of_html(&block.literal);
            ast.value = NodeValue::Paragraph;
            drop(ast);
            node.append(made(arena, NodeValue::Text(text.into())));
        }
        NodeValue::HtmlInline(html) => {
            let breaks = html.to_ascii_lowercase().starts_with("<br");
            ast.value = match breaks {
                // A cell of a table has one line.
                true if inside(node, |value| matches!(value, NodeValue::TableCell)) => {
                    NodeValue::Text(" ".into())
                }
                true => NodeValue::LineBreak,
                false => NodeValue::Text("".into()),
            };
        }
        // Fetching a picture would tell its host who reads this page.
        NodeValue::Image(link) => {
            let link: NodeLink = (**link).clone();
            if inside(node, |value| matches!(value, NodeValue::Link(_))) {
                drop(ast);
                let text = node.collect_text();
                node.children().for_each(|child| child.detach());
                node.data.borrow_mut().value = NodeValue::Text(text.into());
            } else {
                ast.value = NodeValue::Link(Box::new(link));
            }
        }
        _ => {}
    }
}

fn inside<'a>(node: &'a AstNode<'a>, is: impl Fn(&NodeValue) -> bool) -> bool {
    node.ancestors()
        .skip(1)
        .any(|ancestor| is(&ancestor.data.borrow().value))
}

/// The text of an HTML block: tags, comments, scripts and styles dropped.
fn text_of_html(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        text.push_str(&rest[..open]);
        rest = &rest[open..];
        let lower = cut(rest, 8).to_ascii_lowercase();
        let close = ["<!--", "<script", "<style"]
            .into_iter()
            .zip(["-->", "</script", "</style"])
            .find(|(start, _)| lower.starts_with(start))
            .and_then(|(_, end)| find_ignoring_case(rest, end));
        rest = &rest[close.unwrap_or(0)..];
        rest = rest.find('>').map_or("", |end| &rest[end + 1..]);
        if !text.ends_with([' ', '\n']) {
            text.push(' ');
        }
    }
    text.push_str(rest);
    let decoded = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ]
    .into_iter()
    .fold(text, |text, (entity, plain)| text.replace(entity, plain));
    decoded.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn find_ignoring_case(text: &str, wanted: &str) -> Option<usize> {
    // ASCII only, so offsets stay those of `text`.
    text.to_ascii_lowercase().find(wanted)
}

fn sanitizer() -> &'static ammonia::Builder<'static> {
    static SANITIZER: OnceLock<ammonia::Builder<'static>> = OnceLock::new();
    SANITIZER.get_or_init(|| {
        let tags = [
            "p",
            "br",
            "hr",
            "h3",
            "h4",
            "h5",
            "h6",
            "strong",
            "em",
            "del",
            "code",
            "pre",
            "blockquote",
            "ul",
            "ol",
            "li",
            "a",
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
        ];
        let mut attributes: HashMap<&str, HashSet<&str>> = HashMap::new();
        attributes.insert("a", HashSet::from(["href", "title"]));
        attributes.insert("ol", HashSet::from(["start"]));
        attributes.insert("th", HashSet::from(["align"]));
        attributes.insert("td", HashSet::from(["align"]));
        let mut builder = ammonia::Builder::empty();
        builder
            .tags(HashSet::from(tags))
            .clean_content_tags(HashSet::from(["script", "style"]))
            .tag_attributes(attributes)
            .url_schemes(HashSet::from(["http", "https", "mailto"]))
            .url_relative(ammonia::UrlRelative::Deny)
            .link_rel(Some("noopener noreferrer nofollow"));
        builder
    })
}
