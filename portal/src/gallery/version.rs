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

fn breaking(method: &str, path: &str, change: &str, rule: &'static str) -> BreakingRow {
    BreakingRow {
        operations: vec![OperationName {
            method: method.into(),
            class: method_class(method),
            path: path.into(),
        }],
        more: "and 4 more".into(),
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

pub(super) fn version() -> String {
    VersionPage {
        shell: shell().console("apis"),
        crumbs: Crumbs::new("v2, revision 14", vec![Link::new("APIs", "/console/apis")]),
        spread: None,
        heading: "orders v2".into(),
        state: Badge::good("Live"),
        lead: "Revision 14, against v2 revision 13. Sent by CI from commit 9f31c2e, 20 Nov 2026."
            .into(),
        verdict: Verdict {
            badge: Badge::stopped("Breaking"),
            counts: "3 breaking, 0 to look at, 12 harmless, 0 not compared".into(),
            sentence: "5 applications called what this breaks, 61,204 times in 30 days".into(),
            words:
                "3 breaking changes: publish a new version, undo what breaks, or have it accepted."
                    .into(),
        },
        faults: Faults::default(),
        here: "/console/apis/orders/versions/v2".into(),
        revision: 14,
        step: Step::Accept(Field::area("reason", "Why callers can bear it", 500)),
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
        hidden_applications: "And 4 that you may not see or that are not listed.".into(),
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
            note: "Not every line is shown; the command line has more.",
        },
        lint: vec!["Line 388: Operation `listReturns` has no example response".into()],
        lint_note: "Blocking: 0. Warnings: 1.".into(),
        revisions: vec![
            revision(14, Badge::stopped("Refused")),
            revision(13, Badge::good("In force")),
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
