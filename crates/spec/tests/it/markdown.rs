//! Markdown of strangers.

use gatehouse_spec::markdown::{to_html, to_html_within};

use super::data;

fn html(markdown: &str) -> String {
    to_html(markdown).as_str().trim().to_owned()
}

#[test]
fn github_flavoured_markdown_is_rendered() {
    assert_eq!(html("plain words"), "<p>plain words</p>");
    assert_eq!(
        html("a **b** `c`"),
        "<p>a <strong>b</strong> <code>c</code></p>"
    );
    assert!(html("| a | b |\n|---|:-:|\n| 1 | 2 |").contains("<td align=\"center\">2</td>"));
    assert_eq!(html("~~x~~"), "<p><del>x</del></p>");
    assert_eq!(html(""), "");
    assert_eq!(
        html("a & b < c \"d\" 'e'"),
        "<p>a &amp; b &lt; c \"d\" 'e'</p>"
    );
}

#[test]
fn headings_leave_the_first_two_levels_to_the_page() {
    assert_eq!(html("# One"), "<h3>One</h3>");
    // An outline leaves no level out, wherever its author began, and none is deeper than the sixth.
    assert_eq!(html("##### Five"), "<h3>Five</h3>");
    let levels = |text: &str| -> Vec<char> {
        let html = html(text);
        let starts = html.match_indices("<h");
        starts
            .filter_map(|(at, _)| html[at + 2..].chars().next())
            .collect()
    };
    assert_eq!(levels("# A\n\n### B\n\n## C\n\n# D"), ['3', '4', '4', '3']);
    assert_eq!(
        levels("# A\n\n## B\n\n### C\n\n#### D\n\n##### E"),
        ['3', '4', '5', '6', '6']
    );
}

#[test]
fn raw_html_is_reduced_to_its_text() {
    assert_eq!(
        html("<p>Hello <b>there</b> &amp; you</p>"),
        "<p>Hello there &amp; you</p>"
    );
    assert_eq!(html("a <b onclick=x>c</b>"), "<p>a c</p>");
    assert_eq!(
        html("<script>alert(1)</script>\n\nafter"),
        "<p></p>\n<p>after</p>"
    );
    assert_eq!(html("<div><style>x{}</style>text</div>"), "<p>text</p>");
    assert!(html("| a |\n|---|\n| x<br>y |").contains("<td>x y</td>"));
    assert_eq!(html("<svg onload=alert(1)>"), "<p></p>");
}

#[test]
fn links_go_to_the_web_or_to_mail_only_and_carry_rel() {
    let rel = "rel=\"noopener noreferrer nofollow\"";
    assert_eq!(
        html("[a](https://e.com)"),
        format!("<p><a href=\"https://e.com\" {rel}>a</a></p>")
    );
    assert!(html("[a](mailto:a@e.com)").contains("href=\"mailto:a@e.com\""));
    assert!(html("<https://e.com>").contains("href=\"https://e.com\""));
    for bad in [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\u{0009}script:alert(1)",
        "&#106;avascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "/relative",
        "//host/path",
    ] {
        assert!(
            !html(&format!("[a]({bad})")).contains("href=\"") || {
                // An empty target is what is left of a refused one.
                html(&format!("[a]({bad})")).contains("href=\"\"")
            },
            "{bad}: {}",
            html(&format!("[a]({bad})"))
        );
    }
}

#[test]
fn images_are_never_fetched() {
    let image = html("![alt](https://e.com/x.png)");
    assert!(
        !image.contains("<img") && image.contains(">alt</a>"),
        "{image}"
    );
    let badge = html("[![alt](https://e.com/x.png)](https://e.com)");
    assert!(
        !badge.contains("<img") && badge.contains(">alt</a>"),
        "{badge}"
    );
}

#[test]
fn very_long_text_is_cut_at_a_character() {
    let long = "é".repeat(300_000);
    assert!(html(&long).len() <= 200 * 1024 + 20);
}

#[test]
fn text_that_nests_or_repeats_without_end_is_rendered() {
    for (text, count) in [
        ("> ", 5_000),
        ("[", 20_000),
        ("*a ", 20_000),
        ("- ", 3_000),
        ("<b>", 20_000),
    ] {
        let _ = html(&text.repeat(count));
    }
}

/// The tags of some HTML, without their brackets.
fn tags(html: &str) -> Vec<&str> {
    html.split('<')
        .skip(1)
        .map(|rest| rest.split('>').next().unwrap())
        .collect()
}

fn assert_harmless(html: &str, source: &str) {
    const TAGS: [&str; 23] = [
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
    for tag in tags(html) {
        let tag = tag.trim_start_matches('/');
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        assert!(TAGS.contains(&name), "<{tag}> from {source:?}");
        for attribute in attributes
            .split("\" ")
            .filter(|attribute| !attribute.is_empty())
        {
            let (key, value) = attribute.split_once("=\"").expect(attribute);
            match key {
                "href" => assert!(
                    ["http://", "https://", "mailto:"]
                        .iter()
                        .any(|scheme| value.to_ascii_lowercase().starts_with(scheme))
                        || value.trim_end_matches('"').is_empty(),
                    "{attribute} from {source:?}"
                ),
                "rel" | "title" | "align" | "start" => {}
                _ => panic!("{attribute} from {source:?}"),
            }
        }
    }
}

#[test]
fn no_line_of_a_collection_of_attacks_gets_through() {
    let lines = std::fs::read_to_string(data("xss-lines.txt")).unwrap();
    let mut count = 0;
    for line in lines.lines() {
        for source in [
            line.to_owned(),
            format!("text {line} text"),
            format!("[a]({line})"),
            format!("[a](<{line}> \"{line}\")"),
            format!("![{line}]({line})"),
            format!("```{line}\n{line}\n```"),
            format!("| a |\n|---|\n| {line} |"),
            format!("# {line}"),
        ] {
            assert_harmless(to_html(&source).as_str(), &source);
            count += 1;
        }
    }
    assert!(count > 2_000, "{count}");
}

#[test]
fn what_is_longer_than_200_kib_ends_with_three_dots() {
    const MAX: usize = 200 * 1024;
    for (bytes, is_whole) in [(MAX - 1, true), (MAX, true), (MAX + 1, false)] {
        for letter in ["x", "*"] {
            let shown = html(&letter.repeat(bytes));
            assert_eq!(!shown.contains('…'), is_whole, "{bytes} of {letter}");
        }
    }
}

#[test]
fn what_has_more_elements_than_fit_ends_with_three_dots() {
    let paragraphs = |count: usize| "Some *words*.\n\n".repeat(count);
    let within = |markdown: &str| to_html_within(markdown, 20).as_str().to_owned();
    // Each is a paragraph and what is emphasised in it.
    let whole = within(&paragraphs(10));
    assert_eq!(
        (whole.matches("<p>").count(), whole.contains('…')),
        (10, false)
    );
    let more = within(&paragraphs(11));
    assert_eq!(
        (more.matches("<em>").count(), more.contains('…')),
        (10, true)
    );
    assert!(more.ends_with("<p>…</p>\n"), "{more}");
    let less = within(&paragraphs(9));
    assert_eq!(
        (less.matches("<p>").count(), less.contains('…')),
        (9, false)
    );
    // Within a block too, whatever it is. Paragraphs of narrow lists are counted, and not written.
    let row = "| a | b |\n";
    for block in [
        format!("{row}| - | - |\n{}", row.repeat(50)),
        "- one\n  - two\n".repeat(50),
        "> so\n\n> so\n\n".repeat(50),
        "one *two* three ".repeat(50),
    ] {
        let shown = within(&block);
        let elements = shown.matches('<').count() - shown.matches("</").count();
        assert!((12..=24).contains(&elements), "{elements}: {shown}");
        assert!(shown.ends_with("<p>…</p>\n"), "{shown}");
    }
}
