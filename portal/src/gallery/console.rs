//! Sample pages of the console.

use super::{no, pages, shell};
use crate::pages::Fact;
use crate::pages::console::deciding::{DecidingPage, DeputyRow};
use crate::pages::console::gateways::{GatewaysPage, GroupView, NodeRow, Rotate};
use crate::pages::console::home::{ConsoleHomePage, RecentChange};
use crate::pages::console::queue::QueuePage;
use crate::pages::console::queue_row::{QueueRow, WorthKnowing};
use crate::pages::console::rules::{RulesPage, Tried};
use crate::pages::console::todo::TodoItem;
use crate::pages::requests::messages::{MessageRow, MessagesPage};
use crate::view::code::Code;
use crate::view::form::{Choice, Faults, Field};
use crate::view::parts::{Badge, Crumbs, Link, Tab, Tabs};
use crate::view::same::{self, Same, Way};
use crate::view::words::{When, age, day, relative};
use askama::Template;
use gatehouse_language::t;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

const NOW: OffsetDateTime = datetime!(2026-11-20 11:38:00 UTC);

fn same(way: Way) -> Same {
    Same::new(&"http://127.0.0.1:8001".parse().unwrap(), &[way], &[])
}

pub(super) fn queue() -> String {
    let row = |application: &str, chosen, late, care| QueueRow {
        choice: "sub_1".into(),
        href: "/requests/sub_1".into(),
        chosen,
        own: false,
        application: application.into(),
        person: "Mia Kovač".into(),
        team: "Store apps".into(),
        api: "Orders".into(),
        wants: "Orders Gold".into(),
        present: String::new(),
        limits: vec!["50 / s".into(), "100,000 a month".into()],
        purpose: "Shoppers reserve online and pay in the shop. The counter reads the order.".into(),
        answers: vec![Fact::new("How many calls a day?", "About 2,000")],
        facts: vec![WorthKnowing {
            words: t!("access-fact-first"),
            care,
        }],
        said: t!(
            "access-said",
            count = 2,
            author = "Mia Kovač",
            text = "From June on."
        ),
        messages: "/requests/sub_1/messages".into(),
        waiting: age(Duration::minutes(310)),
        due: if late {
            t!(
                "access-passed-on",
                when = relative(NOW - Duration::hours(1), NOW)
            )
        } else {
            t!("access-due", when = relative(NOW + Duration::hours(3), NOW))
        },
        late,
    };
    QueuePage {
        same: same(same::SUBSCRIPTION_QUEUE),
        shell: shell().console("requests"),
        spread: None,
        lead: t!("access-queue-late", count = 7, late = 2),
        tabs: Tabs::new(
            t!("word-requests"),
            vec![
                Tab {
                    label: t!("access-tab-waiting").into(),
                    href: "/".into(),
                    count: Some(7),
                    current: true,
                },
                Tab {
                    label: t!("access-tab-decided").into(),
                    href: "/".into(),
                    count: None,
                    current: false,
                },
            ],
        ),
        faults: Faults::default(),
        may_decide: true,
        rows: vec![
            row("Click and collect", true, true, false),
            row("Partner sync", false, true, true),
            row("Load test", true, false, false),
        ],
        conditions_open: true,
        undo: vec!["sub_2".into()],
        filters: vec![
            Field::select(
                "show",
                t!("word-show"),
                vec![Choice::new("", t!("access-all-waiting"))],
            ),
            Field::select(
                "api",
                t!("word-api"),
                vec![Choice::new("", t!("access-every-api"))],
            ),
        ],
        filtered: true,
        filter: "show=late".into(),
        conditions: vec![
            Field::select(
                "plan",
                t!("access-other-plan"),
                vec![Choice::new("", t!("access-as-asked"))],
            )
            .optional(),
            Field::date("ends", t!("access-ends")).optional(),
            Field::number("rate", t!("access-most-second")).optional(),
            Field::number("quota", t!("access-most-day")).optional(),
            Field::area("note", t!("access-note"), 500).optional(),
        ],
        reasons: vec![
            "Use a smaller plan first".into(),
            "Purpose needs more detail".into(),
        ],
        preset: "Purpose needs more detail".into(),
        reason_field: Field::area("reason", t!("access-reason"), 500)
            .help(t!("access-reason-help")),
        empty: no(),
        pages: pages(),
    }
    .render()
    .unwrap()
}

pub(super) fn home() -> String {
    let item = |bad, what: String, step: String| TodoItem {
        bad,
        what,
        detail: t!(
            "access-todo-oldest-was",
            age = age(Duration::minutes(310)),
            when = relative(NOW - Duration::hours(1), NOW),
        ),
        since: t!(
            "access-todo-since",
            when = relative(NOW - Duration::hours(5), NOW)
        ),
        step: Link::new(step, "/console/requests"),
    };
    ConsoleHomePage {
        shell: shell().console("home"),
        heading: t!("access-home-things", count = 2),
        lead: t!("access-home-lead"),
        items: vec![
            item(
                true,
                t!("access-todo-behind", name = "ams-1"),
                t!("access-todo-open-gateways"),
            ),
            item(
                false,
                t!("access-todo-requests", count = 7),
                t!("access-decide"),
            ),
        ],
        recent: vec![RecentChange {
            what: "Approved Identity Standard for Mobile checkout".into(),
            who: "Ana Ruiz".into(),
            at: When::ago(NOW - Duration::minutes(4), NOW),
        }],
    }
    .render()
    .unwrap()
}

pub(super) fn gateways() -> String {
    let node = |name: &str, behind| NodeRow {
        name: name.into(),
        version: "0.1.0".into(),
        state: if behind {
            Badge::care("Behind")
        } else {
            Badge::good("In force")
        },
        out: behind.then(|| Badge::care("Draining")),
        applied: "412".into(),
        release: Some(Link::new("87", "/console/releases/87")),
        behind,
        lag: "3".into(),
        seen: When::ago(NOW, NOW),
        error: String::new(),
        rotate: Rotate {
            label: "Drain".to_owned(),
            href: "/x".into(),
        },
        retire: "/x".into(),
    };
    GatewaysPage {
        shell: shell().console("gateways"),
        here: "/console/gateways".into(),
        may_manage: true,
        join: Some(
            Code::new("join", "Join command")
                .text("GATEHOUSE_GATEWAY__CONTROL_PLANE=https://a \\\n")
                .command("gatehouse")
                .text(" gateway"),
        ),
        join_until: "Token works once, until 12:38".into(),
        groups: vec![GroupView {
            state: Badge::care("Behind"),
            heading: "Change 412 is in force on 2 of 3 gateways".into(),
            words: "ams-1 is 3 releases behind.".into(),
            nodes: vec![
                node("fra-1", false),
                node("fra-2", false),
                node("ams-1", true),
            ],
            join: "/x".into(),
        }],
        empty: no(),
        same: same(same::GATEWAY_LIST),
    }
    .render()
    .unwrap()
}

pub(super) fn messages() -> String {
    let message = |author: &str, side: String, text: &str| MessageRow {
        author: author.into(),
        side,
        at: When::ago(NOW - Duration::hours(2), NOW),
        text: text.into(),
    };
    MessagesPage {
        shell: shell().at("requests"),
        crumbs: Crumbs::new(
            t!("requests-messages"),
            vec![Link::new(t!("word-requests"), "/requests")],
        ),
        heading: t!(
            "requests-messages-about",
            about = "Orders for Click and collect"
        ),
        lead: t!("requests-told-decider"),
        faults: Faults::default(),
        messages: vec![
            message(
                "Mia Kovač",
                t!("requests-side-asks"),
                "Is June fine?\nWe start on the 3rd.",
            ),
            message("Olga Owner", t!("requests-side-decides"), "How many shops?"),
        ],
        text: Some(
            Field::area("text", t!("requests-message"), 2000)
                .help(t!("requests-plain-text-at-most-2-000")),
        ),
        action: "/requests/sub_1/messages".into(),
        back: "/requests/sub_1".into(),
    }
    .render()
    .unwrap()
}

pub(super) fn deciding() -> String {
    DecidingPage {
        same: same(same::APPROVAL_DEADLINES),
        shell: shell().console("requests"),
        tabs: Tabs::new(t!("word-requests"), Vec::new()),
        faults: Faults::default(),
        may_set: true,
        row_version: 1,
        settings: vec![
            Field::text("due", t!("access-set-due")).value("2 days"),
            Field::area("reasons", t!("access-set-reasons"), 10_500)
                .value("Use a smaller plan first\nPurpose needs more detail"),
        ],
        words: Vec::new(),
        may_delegate: true,
        deputy: vec![
            Field::select(
                "to",
                t!("access-deputy-who"),
                vec![Choice::new("u", "Ana Okafor")],
            ),
            Field::date("ends", t!("access-deputy-ends")),
        ],
        deputies: vec![DeputyRow {
            to: "Ana Okafor".into(),
            from: "Ben Ito".into(),
            about: t!("access-every-api"),
            days: t!(
                "access-deputy-from-to",
                from = day(NOW),
                until = day(NOW + Duration::days(11))
            ),
            state: Badge::good(t!("access-deputy-decides")),
            revoke: Some("/x".into()),
        }],
        empty: no(),
    }
    .render()
    .unwrap()
}

pub(super) fn rules() -> String {
    RulesPage {
        same: same(same::APPROVAL_SET),
        shell: shell().console("plans"),
        crumbs: Crumbs::new("How requests are decided", Vec::new()),
        plan: "Gold".into(),
        faults: Faults::default(),
        action: "/x".into(),
        row_version: 1,
        fixed: false,
        rule: vec![
            Field::select(
                "mode",
                "What the rule does",
                vec![Choice::new("", "There is no rule")],
            ),
            Field::area("domains", "Mail domains of the requester", 12_000).optional(),
        ],
        rest: vec![Field::area("questions", "Questions of a request", 30_000).optional()],
        tried: Some(Tried {
            lead: "Of 12 requests in the last 90 days the rule would have approved 4.".into(),
            lines: vec![(t!("policies-it-approves-people-refused"), 1)],
            care: true,
        }),
        back: "/y".into(),
    }
    .render()
    .unwrap()
}
