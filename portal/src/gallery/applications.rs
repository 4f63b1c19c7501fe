//! Sample pages of applications and their keys.

use super::{no, shell};
use crate::pages::applications::key::{Arrival, Call, KeyPage};
use crate::pages::applications::keys::{KeyRow, KeysPage};
use crate::pages::applications::usage::{OperationUse, UsagePage};
use crate::pages::{Fact, Figure};
use crate::view::chart::{Bars, Quota};
use crate::view::code::Code;
use crate::view::form::{Choice, Faults, Field};
use crate::view::parts::{Badge, Crumbs, Link, Spread, Tab, Tabs, Timeline};
use askama::Template;

pub(super) fn key() -> String {
    KeyPage {
        shell: shell().at("applications"),
        crumbs: Crumbs::new("New key", vec![Link::new("Applications", "/applications")]),
        spread: Some(Spread {
            has: 2,
            of: 3,
            done: false,
            detail: "ams-1 has not answered for 4 minutes.".into(),
            href: "/changes/x".into(),
            again: "/here".into(),
        }),
        refresh: true,
        heading: "Your key for Orders".into(),
        lead: "Returns desk, Gold, production. Made a minute ago by you.".into(),
        secret: Some("gth_live_8fK2mQ7xTdR4vNc9WpLs3hYb6JzGe1UaXo5Ei0Bkt2PqVw7n".into()),
        masked: "gth_live_8fK2…Vw7n".into(),
        kept_until: "Shown once. This page keeps it until 11:42, then nobody can show it again."
            .into(),
        stored: "/x".into(),
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
        ends: Some("It ends on 20 Nov 2027.".into()),
    }
    .render()
    .unwrap()
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
                label: "Keys",
                href: "/".into(),
                count: Some(2),
                current: true,
            }],
        ),
        hint: None,
        faults: Faults::default(),
        may_change: true,
        action: "/x".into(),
        nonce: "n".into(),
        environment: Field::select(
            "environment",
            "Environment",
            vec![Choice::new("p", "Production")],
        ),
        expires: Field::select("expires", "Expires", vec![Choice::new("365", "In a year")]),
        rows: vec![KeyRow {
            shown: "gth_live_8fK2…Vw7n".into(),
            environment: "Production".into(),
            state: Badge::good("Active"),
            detail: String::new(),
            made: "14 Jan 2026".into(),
            used: "4 minutes ago".into(),
            expires: "Never".into(),
            live: true,
            rotate: "/r".into(),
            revoke: "/v".into(),
        }],
        empty: no(),
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
                    label: "Subscriptions",
                    href: "/".into(),
                    count: Some(3),
                    current: false,
                },
                Tab {
                    label: "Usage",
                    href: "/".into(),
                    count: None,
                    current: true,
                },
            ],
        ),
        here: "/x".into(),
        ranges: vec![Choice::new("14d", "14 days")],
        chosen: "14d".into(),
        range_words: "14 days",
        empty: None,
        figures: ["Calls", "Refused", "Failed", "Mean time"]
            .map(|label| Figure {
                label,
                value: "57,564".into(),
                unit: "ms",
                note: "6 % more than before".into(),
            })
            .into(),
        quotas: vec![
            Quota::new("Orders Gold", 78_214, 100_000, 640, "Resets 1 Dec, 00:00."),
            Quota::new("Petstore Free", 2_764, 10_000, 640, "Resets 1 Dec, 00:00."),
        ],
        chart_title: "Calls per day",
        chart: Bars::new(
            "calls",
            "Calls per day",
            "Day",
            ["Answered", "Client error", "Server error"],
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
    }
    .render()
    .unwrap()
}
