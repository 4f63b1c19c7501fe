//! Sample pages of applications and their keys.

use super::{no, pages, shell};
use crate::pages::applications::call::CallPage;
use crate::pages::applications::evidence::{EvidencePage, Source, StillCalled};
use crate::pages::applications::key::{Arrival, Call, FirstCall, KeyPage};
use crate::pages::applications::keys::{KeyRow, KeysPage};
use crate::pages::applications::logs::{CallRow, Filter, LogsPage};
use crate::pages::applications::usage::UsagePage;
use crate::pages::used::{OperationUse, Ranges, Used};
use crate::pages::{Fact, Figure};
use crate::view::chart::{Bars, Quota};
use crate::view::code::Code;
use crate::view::form::{Choice, Faults, Field};
use crate::view::parts::{Badge, Crumbs, Flash, Link, Spread, Tab, Tabs, Timeline};
use crate::view::words::When;
use askama::Template;
use gatehouse_control_plane::usage::UsageRange;
use gatehouse_language::t;

pub(super) fn key() -> String {
    KeyPage {
        shell: shell().at("applications"),
        crumbs: Crumbs::new("New key", vec![Link::new("Applications", "/applications")]),
        spread: Some(Spread {
            said: t!("shared-saved-in-force-on", has = 2_usize, count = 3_usize),
            done: false,
            detail: "ams-1 has not answered for 4 minutes.".into(),
            href: "/changes/x".into(),
            again: "/here".into(),
            each: None,
        }),
        refresh: true,
        heading: "Your key for Orders".into(),
        lead: "Returns desk, Gold, production. Made a minute ago by you.".into(),
        secret: Some("gth_live_8fK2mQ7xTdR4vNc9WpLs3hYb6JzGe1UaXo5Ei0Bkt2PqVw7n".into()),
        masked: "gth_live_8fK2…Vw7n".into(),
        kept_until: "Shown once. This page keeps it until 11:42, then nobody can show it again."
            .into(),
        no_secret: String::new(),
        stored: "/x".into(),
        facts: Vec::new(),
        warning: None,
        first_call: Some(first_call()),
        ends: Some("It ends on 20 Nov 2027.".into()),
    }
    .render()
    .unwrap()
}

fn first_call() -> FirstCall {
    FirstCall {
        sample: Code::curl(
            "curl",
            "GET",
            "https://api.acme.example/orders/v2/orders?limit=1",
            "gth_live_8fK2",
        ),
        arrival: Arrival {
            received: Some("First call received, 200 in 38 ms".into()),
            href: "/x".into(),
            again: "/x".into(),
            usage: "/x".into(),
            calls: vec![
                Call {
                    at: "11:33:51".into(),
                    status: Badge::good("200"),
                    what: "GET /orders/v2/orders?limit=1".into(),
                    took: "38 ms".into(),
                    reason: None,
                    help: String::new(),
                },
                Call {
                    at: "11:33:12".into(),
                    status: Badge::stopped("401"),
                    what: "GET /orders/v2/orders?limit=1".into(),
                    took: "1 ms".into(),
                    reason: Some(Fact::new("no_key", "The Authorization header was missing.")),
                    help: "/errors/no_key".into(),
                },
            ],
        },
        timeline: Timeline::default()
            .done("Access requested", "09:12 by you")
            .done("Approved", "11:20 by Ana Ruiz")
            .now("First call", "Waiting"),
    }
}

pub(super) fn keys() -> String {
    KeysPage {
        shell: shell().at("applications"),
        crumbs: Crumbs::new("Keys", vec![Link::new("Applications", "/applications")]),
        spread: None,
        name: "Mobile checkout".into(),
        lead: "Store apps team".into(),
        tabs: Tabs::new(
            "Mobile checkout",
            vec![Tab {
                label: "Keys".into(),
                href: "/".into(),
                count: Some(2),
                current: true,
            }],
        ),
        hint: None,
        faults: Faults::default(),
        may_change: true,
        action: "/x".into(),
        other: "/o".into(),
        nonce: "n".into(),
        environment: Field::select(
            "environment",
            "Environment",
            vec![Choice::new("p", "Production")],
        ),
        expires: Field::select("expires", "Expires", vec![Choice::new("365", "In a year")]),
        product: Field::select(
            "product",
            "Good for",
            vec![Choice::new("", "Every API of the application")],
        ),
        rows: vec![KeyRow {
            shown: "gth_live_8fK2…Vw7n".into(),
            environment: "Production".into(),
            state: Badge::good("Active"),
            detail: String::new(),
            made: "14 Jan 2026".into(),
            used: "4 minutes ago".into(),
            expires: "Never".into(),
            live: true,
            evidence: "/e".into(),
            rotate: "/r".into(),
            revoke: "/v".into(),
        }],
        empty: no(),
    }
    .render()
    .unwrap()
}

pub(super) fn evidence() -> String {
    let now = time::macros::datetime!(2026-11-20 11:38:00 UTC);
    let figure = |label: &'static str, value: &str, note: &str| Figure {
        label: label.into(),
        value: value.into(),
        unit: "".into(),
        note: note.into(),
    };
    EvidencePage {
        shell: shell().at("applications"),
        crumbs: Crumbs::new("Use", vec![Link::new("Applications", "/applications")]),
        spread: None,
        heading: "Who uses gth_live_8fK2…Vw7n".into(),
        lead:
            "It was replaced and works until 27 Nov 2026, or once nobody has used it for 24 hours."
                .into(),
        warning: Some(Flash::care(
            "Some calls are not known yet.",
            "Not heard from: ams-1. What they saw of this key is not in these figures.",
        )),
        figures: vec![
            figure("Last used", "4 minutes ago", ""),
            figure("Since it was replaced", "14", "2 days ago"),
            figure("Last hour", "3", "Calls"),
            figure("Last day", "14", "Calls"),
        ],
        operations: vec![StillCalled {
            method: "GET".into(),
            method_class: "get",
            path: "/orders/{}".into(),
            calls: "14".into(),
        }],
        sources: vec![Source {
            address: "2001:db8::7".into(),
            calls: "14".into(),
            at: When::ago(now - time::Duration::minutes(4), now),
        }],
        retire: Some("/x".into()),
        advice: "It was used for 14 calls in the last day; such calls are refused from then on."
            .into(),
    }
    .render()
    .unwrap()
}

pub(super) fn usage() -> String {
    let points: Vec<(String, [u64; 3])> = (7..21)
        .map(|day| {
            (
                format!("{day} Nov"),
                [
                    2000 + day * 130,
                    100 + day * 7,
                    if day == 17 { 560 } else { 0 },
                ],
            )
        })
        .collect();
    UsagePage {
        shell: shell().at("applications"),
        crumbs: Crumbs::new(
            "Mobile checkout",
            vec![Link::new("Applications", "/applications")],
        ),
        name: "Mobile checkout".into(),
        lead: "Store apps team, 5 members, 3 subscriptions".into(),
        tabs: Tabs::new(
            "Mobile checkout",
            vec![
                Tab {
                    label: "Subscriptions".into(),
                    href: "/".into(),
                    count: Some(3),
                    current: false,
                },
                Tab {
                    label: "Usage".into(),
                    href: "/".into(),
                    count: None,
                    current: true,
                },
            ],
        ),
        ranges: Ranges::new("/x".into(), UsageRange::Fortnight),
        empty: None,
        figures: ["Calls", "Refused", "Failed", "Mean time"]
            .map(|label| Figure {
                label: label.into(),
                value: "57,564".into(),
                unit: "ms".into(),
                note: "6 % more than before".into(),
            })
            .into(),
        quotas: vec![
            Quota::new("Orders Gold", 78_214, 100_000, 640, "Resets 1 Dec, 00:00."),
            Quota::new("Petstore Free", 2_764, 10_000, 640, "Resets 1 Dec, 00:00."),
        ],
        used: Used {
            range_words: t!("shared-14-days"),
            chart_title: t!("shared-calls-per-day"),
            chart: Bars::new(
                "calls",
                t!("shared-calls-per-day"),
                t!("shared-day"),
                [
                    t!("shared-answered"),
                    t!("shared-refused-or-wrong"),
                    t!("shared-server-error"),
                ],
                &points,
            ),
            operations: vec![OperationUse {
                method: "GET".into(),
                method_class: "get",
                path: "/orders/{id}".into(),
                api: "Orders".into(),
                calls: "24,116".into(),
                failed: "0.2 %".into(),
                time: "38 ms".into(),
            }],
        },
    }
    .render()
    .unwrap()
}

pub(super) fn logs() -> String {
    let now = time::macros::datetime!(2026-11-20 11:38:00 UTC);
    let row = |status: Badge, why: &str| CallRow {
        href: "/x".into(),
        at: When::ago(now - time::Duration::minutes(4), now),
        status,
        method: "POST".into(),
        method_class: "post",
        path: "/orders/v2/orders".into(),
        environment: "production, Try it".into(),
        why: why.into(),
        took: "38 ms".into(),
    };
    LogsPage {
        shell: shell().at("applications"),
        crumbs: Crumbs::new("Logs", vec![Link::new("Applications", "/applications")]),
        name: "Shop floor".into(),
        lead: "Store apps team".into(),
        tabs: Tabs::new(
            "Shop floor",
            vec![Tab {
                label: "Logs".into(),
                href: "/".into(),
                count: None,
                current: true,
            }],
        ),
        here: "/x".into(),
        filters: vec![Filter {
            name: "status",
            label: t!("word-status"),
            options: vec![Choice::new("", "Any"), Choice::new("4xx", "Refused")],
            chosen: String::new(),
        }],
        rows: vec![
            row(Badge::good("200"), ""),
            row(Badge::stopped("429"), "The quota of this period is used up"),
        ],
        empty: no(),
        pages: pages(),
    }
    .render()
    .unwrap()
}

pub(super) fn call() -> String {
    CallPage {
        shell: shell().at("applications"),
        crumbs: Crumbs::new(
            "req_01JD3W2K",
            vec![
                Link::new("Applications", "/applications"),
                Link::new("Logs", "/"),
            ],
        ),
        heading: t!("applications-why-was-this-call-refused"),
        method: "POST".into(),
        method_class: "post",
        path: "/orders/v2/orders".into(),
        when: "20 Nov 2026, 11:38:07 UTC, answered in 0.9 ms".into(),
        status: Badge::stopped("429"),
        verdict: "The quota of this period is used up".into(),
        fix: "Wait for the reset that Retry-After names, or change to a larger plan.".into(),
        steps: vec![Link::new("See what used it", "/x")],
        checked: Timeline::default()
            .done("API", "Orders v2, POST /orders")
            .done("Key", "Ends in Vw7n")
            .done("Access", "Gold")
            .stopped("Limits", "The quota of this period is used up")
            .next("Backend", "Not reached"),
        received: Some(Code::json(
            "received",
            "429",
            "{\n  \"code\": \"quota_exceeded\"\n}",
        )),
        facts: vec![
            Fact::new("Application", "Shop floor"),
            Fact::new("Plan", "Gold"),
        ],
        request_id: "req_01JD3W2K".into(),
        about: Some(Link::new("About quota_exceeded", "/errors/quota_exceeded")),
    }
    .render()
    .unwrap()
}
