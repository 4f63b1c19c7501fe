//! Problems as pages, and one public page for every code an answer can carry.

use crate::address::Path;
use crate::page::web_page;
use crate::page_error::PageError;
use crate::view::code::Code;
use crate::view::parts::{Crumbs, Link};
use crate::view::problems;
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_language::t;
use gatehouse_problem::{Problem, ProblemKind, Source};

/// What happened, what to do, the way out, the request id.
#[derive(Template)]
#[template(path = "pages/errors/problem.html")]
pub(crate) struct ProblemPage {
    pub(crate) shell: Shell,
    pub(crate) heading: String,
    pub(crate) detail: String,
    pub(crate) errors: Vec<String>,
    pub(crate) fix: String,
    pub(crate) way_out: Link,
    pub(crate) request_id: String,
}

web_page!(ProblemPage, Private);

impl ProblemPage {
    pub(crate) fn new(shell: Shell, problem: &Problem, request_id: String) -> Self {
        let way_out = match problem.kind() {
            ProblemKind::Internal | ProblemKind::Unavailable | ProblemKind::Overloaded => {
                Link::new(t!("problem-try-again"), shell.to(&shell.here))
            }
            ProblemKind::CsrfFailed => Link::new(t!("problem-open-again"), shell.to("/")),
            _ => Link::new(t!("problem-browse"), shell.to("/apis")),
        };
        let heading = problems::heading(problem.kind());
        // A problem without words of its own says those of its kind.
        let own = Some(problem.message()).filter(|words| *words != problem.kind().title());
        Self {
            detail: own.unwrap_or(&heading).to_owned(),
            heading,
            errors: problem
                .errors()
                .iter()
                .map(|error| error.detail.clone())
                .collect(),
            fix: problems::fix(problem.kind()),
            way_out,
            request_id,
            shell,
        }
    }
}

/// Meaning, cause and fix of one code.
#[derive(Template)]
#[template(path = "pages/errors/code.html")]
pub(crate) struct CodePage {
    shell: Shell,
    crumbs: Crumbs,
    code: &'static str,
    status: u16,
    title: String,
    fix: String,
    source: String,
    /// Whether sending the same again may help.
    again: String,
    example: Code,
}

web_page!(CodePage, Private);

/// `GET /errors/{code}`
pub(crate) async fn show_code(
    visitor: Visitor,
    Path([code]): Path<1>,
) -> Result<CodePage, PageError> {
    let kind = ProblemKind::from_code(&code).ok_or_else(PageError::not_found)?;
    let shell = visitor.shell().await?;
    Ok(CodePage {
        crumbs: Crumbs::new(
            kind.code(),
            vec![Link::new(t!("shared-help"), shell.to("/help"))],
        ),
        code: kind.code(),
        status: kind.status_code(),
        title: problems::heading(kind),
        fix: problems::fix(kind),
        again: again(kind),
        example: example(&visitor, kind),
        source: match kind.source() {
            Source::Client => t!("shared-the-call-or-the-access-it"),
            Source::Gateway => {
                t!("shared-gatehouse-itself-or-its-configuration-the")
            }
            Source::Upstream => t!("shared-the-backend-behind-the-api-its"),
        },
        shell,
    })
}

/// Whether the same request may be answered otherwise later (RFC 9110 §15.5, §15.6).
fn again(kind: ProblemKind) -> String {
    match kind.status_code() {
        408 | 429 | 503 | 504 => {
            t!("shared-sending-the-same-again-later-may")
        }
        500..=599 => t!("shared-sending-the-same-again-may-help"),
        _ => t!("shared-sending-the-same-again-changes-nothing"),
    }
}

/// The body as an application gets it.
fn example(visitor: &Visitor, kind: ProblemKind) -> Code {
    let pages = visitor.portal().public_url().to_string();
    let body = Problem::new(kind).body("req_01j00000000000000000000000", Some(&pages));
    let value: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    let text = serde_json::to_string_pretty(&value).unwrap_or_default();
    let title = format!("{}, {}", kind.status_code(), Problem::MEDIA_TYPE);
    Code::json("example", title, &text)
}

/// `GET /help`
#[derive(Template)]
#[template(path = "pages/account/help.html")]
pub(crate) struct HelpPage {
    shell: Shell,
    /// Keys with what they do.
    shortcuts: Vec<(String, String)>,
    kinds: Vec<KindRow>,
}

struct KindRow {
    code: &'static str,
    status: u16,
    title: String,
}

web_page!(HelpPage, Private);

pub(crate) async fn show_help(visitor: Visitor) -> Result<HelpPage, PageError> {
    let kinds = ProblemKind::ALL
        .iter()
        .map(|kind| KindRow {
            code: kind.code(),
            status: kind.status_code(),
            title: problems::heading(*kind),
        })
        .collect();
    Ok(HelpPage {
        shell: visitor.shell().await?,
        shortcuts: vec![
            ("/".into(), t!("shortcuts-search")),
            (t!("shortcuts-ctrl-k"), t!("shortcuts-search")),
            ("j".into(), t!("shortcuts-next-row")),
            ("k".into(), t!("shortcuts-previous-row")),
            ("x".into(), t!("shortcuts-select-row")),
            ("a".into(), t!("shortcuts-approve")),
            ("r".into(), t!("shortcuts-reject")),
            ("g h".into(), t!("shortcuts-to-start")),
            ("g a".into(), t!("shortcuts-to-apis")),
            ("g p".into(), t!("shortcuts-to-applications")),
            ("g r".into(), t!("shortcuts-to-requests")),
            ("g i".into(), t!("shortcuts-to-inbox")),
            ("?".into(), t!("shortcuts-here")),
            (t!("shortcuts-escape"), t!("shortcuts-close")),
        ],
        kinds,
    })
}
