//! `GET /apis/{api}/{version}/llms.txt`: the version for programs that read text, in the form of llmstxt.org: a title, a summary,
//! and lists of links in Markdown.

use std::fmt::Write as _;

use crate::address::Path;
use crate::page_error::PageError;
use crate::pages::catalogue::addresses;
use crate::pages::catalogue::rail::{by_tag, title};
use crate::visitor::Visitor;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::catalogue::{self, OperationRow};
use gatehouse_domain::Language;
use gatehouse_language::speaking_now;
use http::header::CONTENT_TYPE;

/// Operations without a tag stand together under this name, in English as all of the file.
const UNTAGGED: &str = "Operations";

/// `GET /apis/{api}/{version}/llms.txt`
pub(crate) async fn show(
    visitor: Visitor,
    Path([api, version]): Path<2>,
) -> Result<Response, PageError> {
    let viewer = visitor.viewer()?;
    let found = catalogue::catalogue_api(visitor.db(), &viewer, &api).await?;
    let operations = catalogue::find_operations(visitor.db(), &viewer, &api, &version).await?;
    let shell = visitor.shell().await?;
    let portal = visitor.portal();
    let base = format!("/apis/{}/{version}", found.entry.slug);
    let absolute = |path: &str| {
        portal
            .public_url()
            .join(&shell.to(&format!("{base}{path}")))
    };
    let mut text = format!("# {} {version}\n\n", line(&found.entry.name));
    if !found.entry.summary.is_empty() {
        let _ = writeln!(text, "> {}\n", line(&found.entry.summary));
    }
    text.push_str("Send a key as `Authorization: Bearer KEY`, or in the field `X-API-Key`.\n\n");
    let places = speaking_now(Language::English, || {
        addresses::lines(portal, &found.environments, &found.entry.slug, &version)
    });
    for place in places {
        let _ = writeln!(text, "- {}: {}", place.label, place.value);
    }
    for (tag, group) in by_tag(&operations) {
        let _ = writeln!(text, "\n## {}\n", line(tag.unwrap_or(UNTAGGED)));
        for operation in group {
            let page = absolute(&format!("/reference/{}", operation.slug));
            let _ = writeln!(text, "{}", entry(operation, &page));
        }
    }
    let parts = catalogue::find_parts(visitor.db(), &viewer, &api, &version, 0..usize::MAX).await?;
    if parts.total > 0 {
        text.push_str("\n## Schemas and callbacks\n\n");
    }
    for part in &parts.rows {
        let page = absolute(&super::parts::path(part));
        let _ = writeln!(
            text,
            "- [{}]({page}): {}",
            line(&part.name),
            line(&part.summary)
        );
    }
    let _ = writeln!(
        text,
        "\n## Documents\n\n- [OpenAPI document]({}): as it was published",
        absolute("/spec")
    );
    Ok(([(CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response())
}

fn entry(operation: &OperationRow, page: &str) -> String {
    let call = format!("{} {}", operation.method, operation.path_template);
    let mut words = title(operation);
    if operation.deprecated {
        words.push_str(" (deprecated)");
    }
    format!("- [{}]({page}): {}", line(&call), line(&words))
}

/// An author's text in one line, with nothing that Markdown would take for more than text.
fn line(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_control() => written.push(' '),
            '[' | ']' | '<' | '>' | '\\' | '`' | '*' | '_' | '#' => written.extend(['\\', c]),
            c => written.push(c),
        }
    }
    written.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn a_text_of_an_author_stays_one_line_of_text() {
        assert_eq!(
            line("a\n## b [x](y) <i> `c`"),
            r"a \#\# b \[x\](y) \<i\> \`c\`"
        );
    }
}
