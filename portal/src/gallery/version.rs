//! A sample page of a version whose new description breaks callers.

use super::shell;
use crate::pages::console::report::{
    AffectedRow, BreakingRow, DiffView, HunkView, LineView, OperationName, Verdict,
};
use crate::pages::console::version::{RevisionRow, Step, VersionPage};
use crate::pages::method_class;
use crate::view::form::{Faults, Field};
use crate::view::parts::{Badge, Crumbs, Link};
use crate::view::same::{self, Same};
use askama::Template;
use gatehouse_language::t;

fn breaking(method: &str, path: &str, change: &str, rule: &'static str) -> BreakingRow {
    BreakingRow {
        operations: vec![OperationName {
            method: method.into(),
            class: method_class(method),
            path: path.into(),
        }],
        more: t!("apis-and-more", count = 4),
        change: change.into(),
        rule,
        accepted: String::new(),
        applications: "5".into(),
        calls: "52,877".into(),
    }
}

fn line(before: Option<u32>, after: Option<u32>, text: &str) -> LineView {
    let number = |at: Option<u32>| at.map(|at| at.to_string()).unwrap_or_default();
    let (sign, class) = match (before, after) {
        (Some(_), None) => ("\u{2212}", "gone"),
        (None, Some(_)) => ("+", "new"),
        _ => (" ", ""),
    };
    LineView {
        before: number(before),
        after: number(after),
        sign,
        class,
        text: text.into(),
    }
}

fn revision(number: i32, state: Badge) -> RevisionRow {
    RevisionRow {
        number,
        href: "/console/apis/orders/versions/v2?revision=1".into(),
        is_shown: number == 14,
        state,
        sent: "CI, 20 Nov 2026".into(),
        accepted: String::new(),
    }
}

fn lead() -> String {
    let against = t!(
        "apis-lead-against",
        number = "14",
        version = "v2",
        base = "13",
    );
    let sent = t!(
        "apis-lead-sent-commit",
        who = "CI",
        commit = "9f31c2e",
        day = "20 Nov 2026",
    );
    format!("{against} {sent}")
}

pub(super) fn version() -> String {
    VersionPage {
        shell: shell().console("apis"),
        crumbs: Crumbs::new(
            t!("apis-version-revision", version = "v2", number = "14"),
            vec![Link::new(t!("word-apis"), "/console/apis")],
        ),
        spread: None,
        heading: "orders v2".into(),
        state: Badge::good(t!("state-live")),
        lead: lead(),
        verdict: Verdict {
            badge: Badge::stopped(t!("apis-verdict-breaking")),
            counts: t!(
                "apis-verdict-counts",
                breaking = 3,
                warning = 0,
                harmless = 12,
                gaps = 0
            ),
            sentence: t!("apis-verdict-hit", count = 5, calls = 61_204, days = 30),
            words:
                "3 breaking changes: publish a new version, undo what breaks, or have it accepted."
                    .into(),
        },
        faults: Faults::default(),
        here: "/console/apis/orders/versions/v2".into(),
        revision: 14,
        step: Step::Accept(Field::area("reason", t!("apis-accept-why"), 500)),
        breaking: vec![
            breaking(
                "GET",
                "/orders/{id}/notes",
                "Operation removed",
                "operation-removed",
            ),
            breaking(
                "POST",
                "/orders",
                "`customer.phone` is now required",
                "request-property-required",
            ),
        ],
        gaps: vec!["`pattern` changed in a way nobody can judge.".into()],
        others: vec!["`delivery.window` was added.".into()],
        affected: vec![AffectedRow {
            name: "Mobile checkout".into(),
            team: "Store apps".into(),
            uses: "POST /orders, GET /orders".into(),
            calls: "41,877".into(),
        }],
        hidden_applications: t!("apis-affected-hidden", count = 4),
        diff: DiffView {
            hunks: vec![HunkView {
                part: "components / schemas / NewOrder".into(),
                lines: vec![
                    line(Some(213), Some(213), "  type: object"),
                    line(Some(214), None, "  required: [email]"),
                    line(None, Some(214), "  required: [email, phone]"),
                    line(Some(215), Some(215), "  properties:"),
                ],
            }],
            added: "7".into(),
            removed: "2".into(),
            note: t!("apis-diff-cut"),
        },
        lint: vec![t!(
            "apis-lint-line",
            line = "388",
            words = "Operation `listReturns` has no example response",
        )],
        lint_note: t!("apis-lint-note", blocking = 0, warnings = 1),
        revisions: vec![
            revision(14, Badge::stopped(t!("apis-revision-refused"))),
            revision(13, Badge::good(t!("apis-revision-active"))),
        ],
        same: Same::new(
            &"http://127.0.0.1:8001".parse().unwrap(),
            &[same::SPEC_CHANGES, same::SPEC_ACCEPT],
            &[("api", "orders"), ("version", "v2"), ("revision", "14")],
        ),
    }
    .render()
    .unwrap()
}
