//! Every page with sample data: what the budgets, the content policy and the eye are held against.
//!
//! The pages are also written to `target/gallery/`, with the assets beside them, for a browser to look at.

use crate::assets;
use crate::pages::account::login::LoginPage;
use crate::pages::applications::key::{Arrival, Call, KeyPage};
use crate::pages::applications::keys::{KeyRow, KeysPage};
use crate::pages::applications::usage::{OperationUse, UsagePage};
use crate::pages::catalogue::api::{ApiPage, PlanCell, PlanColumn, PlanRow, VersionRow};
use crate::pages::catalogue::list::{ApiRow, Facet, FacetValue, ListPage};
use crate::pages::catalogue::operation::{AnswerView, BodyView, OperationPage, ParameterGroup};
use crate::pages::catalogue::rail::{GroupLink, OperationLink, OperationRail};
use crate::pages::catalogue::request::{PlanChoice, RequestPage};
use crate::pages::catalogue::schema_view::{FieldView, SchemaView, VariantView};
use crate::pages::console::gateways::{GatewaysPage, GroupView, NodeRow};
use crate::pages::console::home::{ConsoleHomePage, RecentChange, TodoItem};
use crate::pages::console::queue::{QueuePage, QueueRow, WorthKnowing};
use crate::pages::{Fact, Figure};
use crate::view::chart::{Bars, Quota};
use crate::view::form::{Choice, Faults, Field};
use crate::view::parts::{
    Badge, Code, Crumbs, Empty, Flash, Link, Pages, Spread, Tab, Tabs, Timeline,
};
use crate::view::shell::{DemoPerson, Shell, ShellUser};
use crate::view::words::When;
use askama::Template;
use gatehouse_domain::role::Permission;
use std::path::Path;
use time::Duration;
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2026-11-20 11:38:00 UTC);

fn shell() -> Shell {
    Shell {
        base: String::new(),
        tenant_name: "Acme Payments".into(),
        theme: "auto",
        assets: assets::urls(""),
        csrf_token: "sample".into(),
        user: Some(ShellUser {
            name: "Mia Kovač".into(),
            email: "mia@acme.example".into(),
            roles_in_words: "Approver".into(),
        }),
        permissions: Permission::ALL.to_vec(),
        is_platform_admin: true,
        has_console: true,
        inbox_count: 2,
        waiting_requests: 7,
        other_tenants: Vec::new(),
        shows_outbox: true,
        banner: None,
        demo_people: Vec::new(),
        flash: None,
        here: "/".into(),
        in_console: false,
        page_has_search: false,
        section: "",
        version: "0.1.0",
    }
}

fn pages() -> Pages {
    Pages {
        range: "1 to 11 of 11".into(),
        newer: None,
        older: Some("/x?after=1".into()),
    }
}

fn no() -> Empty {
    Empty::new(
        "Nothing yet",
        "It will appear here.",
        Some(Link::new("Browse APIs", "/apis")),
    )
}

fn catalogue() -> String {
    let row = |name: &str, summary: &str, access: Badge, detail: &str, step: &str| ApiRow {
        href: "/apis/orders".into(),
        name: name.into(),
        version: "v2".into(),
        summary: summary.into(),
        owner: "Store".into(),
        sign_in: "API key",
        status: Badge::good("Live"),
        access,
        access_detail: detail.into(),
        step: Link::new(step, "/apis/orders/request"),
    };
    let page = ListPage {
        shell: shell().at("apis").with_own_search(),
        query: String::new(),
        facets: vec![
            Facet {
                name: "access",
                label: "Your access",
                values: ["Active", "Pending", "Can request"]
                    .map(|label| FacetValue {
                        value: label.into(),
                        label: label.into(),
                        count: 3,
                        on: label == "Active",
                    })
                    .into(),
            },
            Facet {
                name: "status",
                label: "Status",
                values: vec![FacetValue {
                    value: "live".into(),
                    label: "Live".into(),
                    count: 10,
                    on: true,
                }],
            },
        ],
        filters_on: 2,
        kept: Vec::new(),
        next_step: Some(
            Flash::info(
                "Identity Standard was approved for Mobile checkout.",
                "Your next step is to create a key.",
            )
            .with_action(Link::new("Create key", "/applications/a/keys")),
        ),
        total: "11 APIs".into(),
        apis: vec![
            row(
                "Orders",
                "Create, change and track customer orders",
                Badge::not_started("Not requested"),
                "Gold in about 3 h",
                "Request access",
            ),
            row(
                "Petstore",
                "Pets, orders and store inventory",
                Badge::good("Active"),
                "Free, 2 applications",
                "Open keys",
            ),
            row(
                "Refunds",
                "Full and partial refunds with reasons",
                Badge::waiting("Pending"),
                "Standard, asked 20 min ago",
                "See request",
            ),
            row(
                "Shipping",
                "Labels, rates and tracking events",
                Badge::stopped("Rejected"),
                "Reason given 3 Nov",
                "Read reason",
            ),
            row(
                "Petstore",
                "Replaced by Petstore v2",
                Badge::care("Deprecated"),
                "Ends 2 Dec 2026",
                "See migration",
            ),
            row(
                "Ledger",
                "Double-entry bookings and balances",
                Badge::plain("By invitation"),
                "Ask the Finance team",
                "Contact owner",
            ),
        ],
        operations: Vec::new(),
        empty: no(),
        pages: pages(),
    };
    page.render().unwrap()
}

fn api() -> String {
    let plan = |name: &str, best| PlanColumn {
        name: name.into(),
        lead: "Most production apps".into(),
        best,
        request: Some(Link::new(
            format!("Request {name}"),
            "/apis/orders/request?plan=gold",
        )),
    };
    let cells = |values: [&str; 3]| {
        values
            .iter()
            .enumerate()
            .map(|(at, words)| PlanCell {
                words: (*words).into(),
                best: at == 1,
            })
            .collect()
    };
    ApiPage {
        shell: shell().at("apis"),
        crumbs: Crumbs::new("Orders", vec![Link::new("APIs", "/apis")]),
        name: "Orders".into(),
        status: Badge::good("Live"),
        version: "v2".into(),
        summary: "Create, change and track customer orders. One order holds lines, a payment choice and a delivery."
            .into(),
        step: Some(Link::new("Request access", "/apis/orders/request")),
        tabs: Tabs::new("Orders", vec![
            Tab { label: "Overview", href: "/apis/orders".into(), count: None, current: true },
            Tab { label: "Reference", href: "/apis/orders/v2/reference".into(), count: Some(24), current: false },
        ]),
        notice: None,
        plans: vec![plan("Free", false), plan("Gold", true), plan("Partner", false)],
        plan_rows: vec![
            PlanRow { label: "Sustained rate", cells: cells(["5 / s", "50 / s", "200 / s"]) },
            PlanRow { label: "Monthly quota", cells: cells(["10,000", "100,000", "5,000,000"]) },
            PlanRow { label: "Decision", cells: cells(["At once", "Store team", "Two approvers"]) },
        ],
        no_plans: no(),
        versions: vec![VersionRow {
            label: "v2".into(),
            href: "/apis/orders?version=v2".into(),
            status: Badge::good("Live"),
            published: "14 Jan 2026".into(),
            until: "Not set".into(),
            operations: "24".into(),
        }],
        timeline: Timeline::default()
            .now("Request access", "Free is granted at once.")
            .next("Create a key", "")
            .next("Make your first call", ""),
        addresses: vec![Fact::new("Production", "https://api.acme.example/orders/v2")],
        facts: vec![Fact::new("Owner", "Store team"), Fact::new("Sign-in", "API key")],
        download: "/apis/orders/v2/spec".into(),
    }
    .render()
    .unwrap()
}

fn operation() -> String {
    let made = std::cell::Cell::new(0);
    let field = |name: &str, kind: &str, required, inside: SchemaView| FieldView {
        name: name.into(),
        anchor: format!("body.{name}.{}", made.replace(made.get() + 1)),
        kind: kind.into(),
        required,
        deprecated: false,
        description: "<p>Who the order is for.</p>".into(),
        bounds: vec!["At most 120 characters.".into()],
        link: None,
        inside: Box::new(inside),
    };
    let inner = || SchemaView {
        fields: vec![
            field("email", "string, email", true, SchemaView::default()),
            field("name", "string or null", false, SchemaView::default()),
        ],
        variants: vec![],
    };
    let choice = SchemaView {
        fields: vec![],
        variants: vec![
            VariantView {
                label: "Card".into(),
                when: "method is card".into(),
                inside: Box::new(inner()),
            },
            VariantView {
                label: "Invoice".into(),
                when: "method is invoice".into(),
                inside: Box::default(),
            },
        ],
    };
    let link = |method: &str, title: &str, current| OperationLink {
        method: method.into(),
        short: method.into(),
        method_class: crate::pages::method_class(method),
        title: title.into(),
        path: "/orders".into(),
        href: "/apis/orders/v2/reference/x".into(),
        current,
    };
    let json =
        "{\n  \"id\": \"ord_7Qm2xk\",\n  \"total\": { \"amount\": 2380, \"currency\": \"EUR\" }\n}";
    OperationPage {
        shell: shell().at("apis"),
        crumbs: Crumbs::new(
            "Create an order",
            vec![Link::new("APIs", "/apis"), Link::new("Orders v2", "/")],
        ),
        rail: OperationRail {
            overview: "/apis/orders/v2/reference".into(),
            query: String::new(),
            open: Some("Orders".into()),
            operations: vec![
                link("GET", "List orders", false),
                link("POST", "Create an order", true),
                link("PATCH", "Change an order", false),
            ],
            groups: vec![GroupLink {
                label: "Returns".into(),
                href: "/".into(),
                count: 4,
            }],
        },
        api_name: "Orders".into(),
        version: "v2".into(),
        title: "Create an order".into(),
        method: "POST".into(),
        method_class: "post",
        path: "/orders/v2/orders".into(),
        deprecated: false,
        description: "<p>Makes one order and reserves stock for its lines.</p>".into(),
        facts: vec![
            Fact::new("Sign-in", "API key as a bearer token"),
            Fact::new("Operation", "createOrder"),
        ],
        parameters: vec![ParameterGroup {
            label: "Parameters",
            inside: SchemaView {
                fields: vec![field(
                    "Idempotency-Key",
                    "header, string",
                    true,
                    SchemaView::default(),
                )],
                variants: vec![],
            },
        }],
        bodies: vec![BodyView {
            note: "application/json, required".into(),
            description: String::new(),
            inside: SchemaView {
                fields: vec![
                    field("customer", "object", true, inner()),
                    field("payment", "one of 2", true, choice),
                ],
                variants: vec![],
            },
        }],
        answers: vec![
            AnswerView {
                status: "201".into(),
                tone: "good",
                summary: "Order made".into(),
                note: String::new(),
                inside: inner(),
                is_bare: false,
            },
            AnswerView {
                status: "422".into(),
                tone: "care",
                summary: "A field is wrong".into(),
                note: String::new(),
                inside: SchemaView::default(),
                is_bare: true,
            },
        ],
        sample: Code::curl(
            "sample",
            "POST",
            "https://api.acme.example/orders/v2/orders",
            "$KEY",
        ),
        body_example: Some(Code::json("body", "Body", json)),
        answer_examples: vec![Code::json("answer-201", "201", json)],
    }
    .render()
    .unwrap()
}

fn request() -> String {
    let plan = |name: &str, chosen| PlanChoice {
        id: name.to_lowercase(),
        name: name.into(),
        rate: "50 / s".into(),
        quota: "100,000 a month".into(),
        decision: "Store team decides",
        chosen,
    };
    let mut faults = Faults::one("purpose", "Say what it is for.");
    faults.add("app_name", "Use 3 to 40 letters; \"x\" has one.");
    RequestPage {
        shell: shell().at("apis"),
        crumbs: Crumbs::new(
            "Request access",
            vec![
                Link::new("APIs", "/apis"),
                Link::new("Orders", "/apis/orders"),
            ],
        ),
        api_name: "Orders".into(),
        action: "/apis/orders/request".into(),
        plans: vec![
            plan("Free", false),
            plan("Gold", true),
            plan("Partner", false),
        ],
        environments: vec![
            Choice::new("production", "Production"),
            Choice::new("sandbox", "Sandbox"),
        ],
        environment: "production".into(),
        applications: vec![Choice::new("app_1", "Mobile checkout")],
        application: "new".into(),
        app_name: Field::text("app_name", "Name").value("x").faults(&faults),
        team: Field::select("team", "Team", vec![Choice::new("t", "Store apps")]),
        purpose: Field::area("purpose", "Purpose", 1000)
            .help("The approver reads this.")
            .faults(&faults),
        faults,
        timeline: Timeline::default()
            .now("You send the request", "")
            .next(
                "The Store team decides",
                "You get mail and an inbox entry, with the reason if it is no.",
            )
            .next(
                "You create a key",
                "Shown once, with a command ready to paste.",
            ),
        back: "/apis/orders".into(),
    }
    .render()
    .unwrap()
}

fn key() -> String {
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
            in_force: "In force on 3 of 3 gateways".into(),
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

fn keys() -> String {
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

fn usage() -> String {
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

fn queue() -> String {
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
        facts: vec![WorthKnowing {
            words: "First request of this team".into(),
            care,
        }],
        waiting: "5 h 10 min".into(),
        late,
    };
    QueuePage {
        shell: shell().console("requests"),
        spread: None,
        lead: "7 people are waiting. Target 4 hours, 2 are past it.".into(),
        tabs: Tabs::new(
            "Requests",
            vec![
                Tab {
                    label: "Waiting",
                    href: "/".into(),
                    count: Some(7),
                    current: true,
                },
                Tab {
                    label: "Decided",
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
        sum: "Together 110 calls / s.".into(),
        reject_open: true,
        reasons: &["Use a smaller plan first", "Purpose needs more detail"],
        preset: "Purpose needs more detail".into(),
        reason_field: Field::area("reason", "Sent to the requester word for word", 500)
            .help("At most 500 characters."),
        empty: no(),
        pages: pages(),
    }
    .render()
    .unwrap()
}

fn console_home() -> String {
    let item = |bad, what: &str, step: &str| TodoItem {
        bad,
        what: what.into(),
        detail: "The oldest waits 5 h 10 min, the target is 4 hours.".into(),
        since: "since 06:28".into(),
        step: Link::new(step, "/console/requests"),
    };
    ConsoleHomePage {
        shell: shell().console("home"),
        heading: "2 things need you".into(),
        lead: "Everything else runs as it should.".into(),
        items: vec![
            item(true, "Gateway ams-1 is behind", "Open gateway"),
            item(false, "7 access requests wait", "Decide"),
        ],
        figures: Some(
            ["Calls", "Failed"]
                .map(|label| Figure {
                    label,
                    value: "2.41".into(),
                    unit: "million",
                    note: "1,204 / s now".into(),
                })
                .into(),
        ),
        recent: vec![RecentChange {
            what: "Approved Identity Standard for Mobile checkout".into(),
            who: "Ana Ruiz".into(),
            at: When::ago(NOW - Duration::minutes(4), NOW),
        }],
    }
    .render()
    .unwrap()
}

fn gateways() -> String {
    let node = |name: &str, behind| NodeRow {
        name: name.into(),
        version: "0.1.0".into(),
        state: if behind {
            Badge::care("Behind")
        } else {
            Badge::good("In force")
        },
        applied: "412".into(),
        behind,
        lag: "3".into(),
        seen: When::ago(NOW, NOW),
        error: String::new(),
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
            heading: "Release 412 is in force on 2 of 3 gateways".into(),
            words: "ams-1 is 3 releases behind.".into(),
            nodes: vec![
                node("fra-1", false),
                node("fra-2", false),
                node("ams-1", true),
            ],
            join: "/x".into(),
        }],
        empty: no(),
    }
    .render()
    .unwrap()
}

fn login() -> String {
    let mut shell = shell();
    shell.user = None;
    shell.has_console = false;
    shell.banner = Some("Demo data. Delete it with gatehouse demo --reset.".into());
    shell.demo_people = vec![DemoPerson {
        name: "Dev".into(),
        email: "dev@demo.test".into(),
        role: "developer".into(),
        switch: true,
    }];
    LoginPage {
        shell,
        going_to: Some("Request access to Orders"),
        next: "/apis/orders/request".into(),
        faults: Faults::one("email", "E-mail or password is wrong."),
        email: Field::email("email", "E-mail").value("mia@acme.example"),
        password: Field::password("password", "Password", "current-password"),
        sign_up_open: true,
    }
    .render()
    .unwrap()
}

fn every_page() -> Vec<(&'static str, String)> {
    vec![
        ("catalogue", catalogue()),
        ("api", api()),
        ("operation", operation()),
        ("request", request()),
        ("key", key()),
        ("keys", keys()),
        ("usage", usage()),
        ("queue", queue()),
        ("console-home", console_home()),
        ("gateways", gateways()),
        ("login", login()),
    ]
}

const HTML_BYTES_MAX: usize = 60 * 1024;

#[test]
fn every_page_holds_the_budget_and_the_content_policy() {
    for (name, html) in every_page() {
        assert!(
            html.len() <= HTML_BYTES_MAX,
            "{name} has {} bytes",
            html.len()
        );
        assert_eq!(html.matches("<h1").count(), 1, "{name} has one h1");
        for banned in [" style=", " onclick", " onload", "javascript:", "<style"] {
            assert!(!html.contains(banned), "{name} has {banned}");
        }
        assert_eq!(
            html.matches("<script").count(),
            1,
            "{name} has one script, by address"
        );
        assert!(html.contains("<main id=\"main\""), "{name}");
    }
}

#[test]
fn every_form_that_posts_carries_the_token() {
    for (name, html) in every_page() {
        for form in html.split("<form").skip(1) {
            let form = form.split("</form>").next().unwrap_or_default();
            if form.contains("method=\"post\"") {
                assert!(form.contains("name=\"csrf\""), "{name}: {form}");
            }
        }
    }
}

#[test]
fn ids_are_unique_on_every_page() {
    for (name, html) in every_page() {
        let mut seen = std::collections::HashSet::new();
        for id in html
            .split(" id=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
        {
            assert!(seen.insert(id.to_owned()), "{name} has id {id} twice");
        }
    }
}

#[test]
fn the_gallery_can_be_opened_in_a_browser() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/gallery");
    std::fs::create_dir_all(folder.join("static")).unwrap();
    let urls = assets::urls("");
    for (source, url) in [
        ("gatehouse.css", &urls.css),
        ("gatehouse.js", &urls.js),
        ("icon.svg", &urls.icon),
    ] {
        let from = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../static")
            .join(source);
        std::fs::copy(from, folder.join(url.trim_start_matches('/'))).unwrap();
    }
    for (name, html) in every_page() {
        for theme in ["light", "dark"] {
            let themed = html.replace("data-theme=\"auto\"", &format!("data-theme=\"{theme}\""));
            let local = themed.replace("\"/static/", "\"static/");
            std::fs::write(folder.join(format!("{name}-{theme}.html")), local).unwrap();
        }
    }
}
