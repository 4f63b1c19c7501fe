//! The descriptions the demo publishes: files as teams write them, and one of a thousand operations, for speed.

use bytes::Bytes;
use serde_json::{Map, Value, json};

pub(super) const PETSTORE_V1: Bytes =
    Bytes::from_static(include_bytes!("../../../demo/petstore-v1.json"));
pub(super) const PETSTORE_V2: Bytes =
    Bytes::from_static(include_bytes!("../../../demo/petstore-v2.yaml"));
/// Breaks with version 2; left for the visitor to publish.
pub(super) const PETSTORE_V3: Bytes =
    Bytes::from_static(include_bytes!("../../../demo/petstore-v3.yaml"));
pub(super) const ORDERS: Bytes = Bytes::from_static(include_bytes!("../../../demo/orders.json"));
pub(super) const WEATHER: Bytes = Bytes::from_static(include_bytes!("../../../demo/weather.yaml"));
pub(super) const NORTHWIND_PETSTORE: Bytes =
    Bytes::from_static(include_bytes!("../../../demo/northwind-petstore.yaml"));

/// What a company keeps records of: an area, and the collections in it.
const AREAS: [(&str, [&str; 10]); 10] = [
    (
        "Sales",
        [
            "quotes",
            "opportunities",
            "contracts",
            "price-lists",
            "discounts",
            "territories",
            "sales-orders",
            "returns",
            "commissions",
            "campaigns",
        ],
    ),
    (
        "Purchasing",
        [
            "suppliers",
            "purchase-orders",
            "requisitions",
            "receipts",
            "tenders",
            "bids",
            "catalogues",
            "supplier-ratings",
            "blanket-orders",
            "approvals",
        ],
    ),
    (
        "Finance",
        [
            "invoices",
            "credit-notes",
            "payments",
            "ledgers",
            "journals",
            "budgets",
            "cost-centres",
            "tax-codes",
            "bank-accounts",
            "reconciliations",
        ],
    ),
    (
        "Warehouse",
        [
            "stock-items",
            "bins",
            "transfers",
            "pick-lists",
            "stock-counts",
            "lots",
            "serial-numbers",
            "packing-slips",
            "docks",
            "pallets",
        ],
    ),
    (
        "Production",
        [
            "work-orders",
            "bills-of-material",
            "routings",
            "work-centres",
            "shifts",
            "scrap-reports",
            "inspections",
            "tools",
            "calibrations",
            "batches",
        ],
    ),
    (
        "People",
        [
            "employees",
            "positions",
            "departments",
            "absences",
            "payslips",
            "trainings",
            "reviews",
            "applicants",
            "vacancies",
            "timesheets",
        ],
    ),
    (
        "Service",
        [
            "tickets",
            "visits",
            "warranties",
            "spare-parts",
            "service-contracts",
            "technicians",
            "articles",
            "escalations",
            "surveys",
            "entitlements",
        ],
    ),
    (
        "Logistics",
        [
            "shipments",
            "carriers",
            "routes",
            "vehicles",
            "drivers",
            "customs-entries",
            "freight-rates",
            "containers",
            "delivery-notes",
            "claims",
        ],
    ),
    (
        "Projects",
        [
            "projects",
            "milestones",
            "tasks",
            "risks",
            "expenses",
            "allocations",
            "baselines",
            "deliverables",
            "change-requests",
            "timelines",
        ],
    ),
    (
        "Assets",
        [
            "assets",
            "locations",
            "maintenance-plans",
            "meters",
            "readings",
            "leases",
            "depreciations",
            "insurances",
            "audits",
            "disposals",
        ],
    ),
];

/// A thousand operations: ten on each of a hundred collections.
pub(super) fn atlas() -> Bytes {
    let mut paths = Map::new();
    for (area, collections) in AREAS {
        for collection in collections {
            add_collection(&mut paths, area, collection);
        }
    }
    let tags: Vec<Value> = AREAS
        .iter()
        .map(|(area, _)| json!({ "name": area, "description": format!("Records of {area}.") }))
        .collect();
    let document = json!({
        "openapi": "3.0.3",
        "info": {
            "title": "Atlas",
            "version": "7.12.0",
            "description": "The company's records: a hundred collections, each with the same ten operations.",
        },
        "servers": [{ "url": "https://atlas.acme.example/v7" }],
        "security": [{ "apiKey": [] }],
        "tags": tags,
        "paths": paths,
        "components": components(),
    });
    Bytes::from(document.to_string())
}

fn add_collection(paths: &mut Map<String, Value>, area: &str, collection: &str) {
    let words = collection.replace('-', " ");
    let id: String = collection.split('-').map(capital).collect();
    let operation = |verb: &str, summary: String, returns: &str, takes: bool| {
        let mut operation = json!({
            "tags": [area],
            "operationId": format!("{verb}{id}"),
            "summary": summary,
            "responses": {
                "200": {
                    "description": "As asked.",
                    "content": { "application/json": { "schema": { "$ref": returns } } },
                },
                "default": { "$ref": "#/components/responses/Problem" },
            },
        });
        if takes {
            operation["requestBody"] = json!({ "$ref": "#/components/requestBodies/Record" });
        }
        operation
    };
    let (record, list) = ("#/components/schemas/Record", "#/components/schemas/List");
    let number = json!([{ "$ref": "#/components/parameters/Number" }]);
    paths.insert(
        format!("/{collection}"),
        json!({
            "get": operation("list", format!("List {words}"), list, false),
            "post": operation("add", format!("Add to {words}"), record, true),
        }),
    );
    paths.insert(
        format!("/{collection}/search"),
        json!({ "get": operation("search", format!("Search {words}"), list, false) }),
    );
    paths.insert(
        format!("/{collection}/{{number}}"),
        json!({
            "parameters": number,
            "get": operation("get", format!("Get one of {words}"), record, false),
            "put": operation("replace", format!("Replace one of {words}"), record, true),
            "patch": operation("change", format!("Change one of {words}"), record, true),
            "delete": operation("remove", format!("Remove one of {words}"), record, false),
        }),
    );
    for (action, verb) in [("close", "Close"), ("reopen", "Reopen"), ("copy", "Copy")] {
        paths.insert(
            format!("/{collection}/{{number}}/{action}"),
            json!({
                "parameters": number,
                "post": operation(action, format!("{verb} one of {words}"), record, false),
            }),
        );
    }
}

fn components() -> Value {
    json!({
        "securitySchemes": { "apiKey": { "type": "apiKey", "name": "X-API-Key", "in": "header" } },
        "parameters": {
            "Number": {
                "name": "number", "in": "path", "required": true, "description": "Its number.",
                "schema": { "type": "integer", "minimum": 1 }, "example": 42,
            },
        },
        "requestBodies": {
            "Record": {
                "required": true,
                "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Record" } } },
            },
        },
        "responses": {
            "Problem": {
                "description": "Why it was not done.",
                "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
            },
        },
        "schemas": {
            "Record": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "number": { "type": "integer", "readOnly": true, "example": 42 },
                    "name": { "type": "string", "maxLength": 120, "example": "Spring delivery" },
                    "state": { "type": "string", "enum": ["open", "closed"], "example": "open" },
                },
            },
            "List": {
                "type": "object",
                "required": ["data"],
                "properties": {
                    "data": { "type": "array", "items": { "$ref": "#/components/schemas/Record" } },
                },
            },
            "Problem": {
                "type": "object",
                "properties": { "title": { "type": "string" }, "status": { "type": "integer" } },
            },
        },
    })
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + letters.as_str()
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use gatehouse_spec::{Format, Limits, parse};

    use super::*;

    fn keys(bytes: &Bytes) -> BTreeSet<String> {
        let description = parse(bytes, &Limits::default()).unwrap();
        description
            .operations()
            .iter()
            .map(|operation| operation.key.to_string())
            .collect()
    }

    #[test]
    fn every_description_is_read_without_a_warning() {
        for (name, bytes, format) in [
            ("petstore v1", PETSTORE_V1, Format::Swagger20),
            ("petstore v2", PETSTORE_V2, Format::OpenApi31),
            ("petstore v3", PETSTORE_V3, Format::OpenApi31),
            ("orders", ORDERS, Format::OpenApi30),
            ("weather", WEATHER, Format::OpenApi31),
            ("northwind", NORTHWIND_PETSTORE, Format::OpenApi31),
            ("atlas", atlas(), Format::OpenApi30),
        ] {
            let description = parse(&bytes, &Limits::default()).expect(name);
            assert!(
                description.warnings().is_empty(),
                "{name}: {:?}",
                description.warnings()
            );
            assert_eq!(description.format(), format, "{name}");
        }
    }

    #[test]
    fn the_large_description_has_a_thousand_operations() {
        assert_eq!(keys(&atlas()).len(), 1_000);
    }

    #[test]
    fn version_three_takes_an_operation_away_that_the_demo_calls() {
        let gone: Vec<String> = keys(&PETSTORE_V2)
            .difference(&keys(&PETSTORE_V3))
            .cloned()
            .collect();
        assert_eq!(gone, ["DELETE /pets/{}"]);
    }
}
