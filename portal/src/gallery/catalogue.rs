//! Sample pages of the catalogue.

use super::{no, pages, shell};
use crate::pages::Fact;
use crate::pages::catalogue::api::{ApiPage, NewsRow, PlanColumn, PlanRow, VersionRow};
use crate::pages::catalogue::follow::Follow;
use crate::pages::catalogue::list::{ApiRow, Facet, FacetValue, ListPage, ProductRow};
use crate::pages::catalogue::request::{PlanChoice, PlanTermsChoice, RequestPage};
use crate::view::form::{Choice, Faults, Field};
use crate::view::parts::{Badge, Crumbs, Flash, Link, Tab, Tabs, Timeline};
use askama::Template;
use gatehouse_language::t;

pub(super) fn list() -> String {
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
                label: t!("word-your-access"),
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
                label: t!("word-status"),
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
        products: vec![ProductRow {
            href: "/products/commerce".into(),
            name: "Commerce".into(),
            summary: "Everything a shop needs".into(),
            opens: "Orders, Refunds, Shipping".into(),
            owner: "Store".into(),
        }],
        empty: no(),
        pages: pages(),
    };
    page.render().unwrap()
}

pub(super) fn api() -> String {
    let plan = |name: &str| PlanColumn {
        name: name.into(),
        lead: "Most production apps".into(),
        request: Link::new(format!("Request {name}"), "/apis/orders/request?plan=gold"),
    };
    let cells = |values: [&str; 3]| values.map(str::to_owned).to_vec();
    ApiPage {
        shell: shell().at("apis"),
        crumbs: Crumbs::new("Orders", vec![Link::new("APIs", "/apis")]),
        name: "Orders".into(),
        status: Badge::good("Live"),
        version: "v2".into(),
        summary: "Create, change and track customer orders. One order holds lines, a payment choice and a delivery."
            .into(),
        step: Some(Link::new("Request access", "/apis/orders/request")),
        follow: Follow::default(),
        tabs: Tabs::new("Orders", vec![
            Tab { label: "Overview".into(), href: "/apis/orders".into(), count: None, current: true },
            Tab { label: "Reference".into(), href: "/apis/orders/v2/reference".into(), count: Some(24), current: false },
        ]),
        incidents: vec![
            Flash::care("Orders answers slowly", "Degraded: identified, 4 minutes ago.")
                .with_action(Link::new("Open incident", "/status/incidents/7")),
        ],
        notice: None,
        plans: vec![plan("Free"), plan("Gold"), plan("Partner")],
        plan_rows: vec![
            PlanRow { label: "Sustained rate".into(), cells: cells(["5 / s", "50 / s", "200 / s"]) },
            PlanRow { label: "Monthly quota".into(), cells: cells(["10,000", "100,000", "5,000,000"]) },
            PlanRow { label: "Decision".into(), cells: cells(["At once", "Store team", "Two approvers"]) },
        ],
        no_plans: no(),
        products: vec![Link::new("Commerce", "/products/commerce")],
        versions: vec![VersionRow {
            label: "v2".into(),
            href: "/apis/orders?version=v2".into(),
            status: Badge::good("Live"),
            published: "14 Jan 2026".into(),
            until: "Not set".into(),
            operations: "24".into(),
        }],
        news: vec![NewsRow { day: "14 Jan 2026".into(), title: "v2: 1 breaking change".into(), breaking: true }],
        changelog: Link::new("Whole changelog", "/apis/orders/changelog"),
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

pub(super) fn request() -> String {
    let plan = |name: &str, chosen: bool| PlanChoice {
        id: name.to_lowercase(),
        name: name.into(),
        rate: "50 / s".into(),
        quota: "100,000 a month".into(),
        price: chosen.then(|| "EUR 49.90 a month".to_owned()),
        decision: "Store team decides".into(),
        chosen,
        questions: if chosen {
            vec![
                Field::area("answer.gold.volume", "How many calls a day?", 1000).unforced(),
                Field::select(
                    "answer.gold.region",
                    "Where do you call from?",
                    vec![Choice::new("", "Choose one"), Choice::new("eu", "eu")],
                )
                .optional(),
            ]
        } else {
            Vec::new()
        },
        terms: chosen.then(|| PlanTermsChoice {
            read: Link::new("Read Store terms", "/terms/store?version=2"),
            accept: Field::check("terms.gold", "I accept version 2 of Store terms", "2"),
        }),
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
