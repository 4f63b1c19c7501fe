//! Orders: placed, read, cancelled while nothing has left the warehouse.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::Call;
use super::reply::{Reply, no_method, not_found, ok, problem};

/// Orders at once; one more is refused.
const ORDERS_MAX: usize = 1_000;
/// What is sold, and for how much.
const PRICES_CENTS: [(&str, u64); 4] = [
    ("FOOD-DOG-10", 2_499),
    ("FOOD-CAT-4", 1_349),
    ("TOY-ROPE", 899),
    ("LITTER-15", 1_175),
];

#[derive(Debug, Clone)]
struct Order {
    id: u64,
    customer: String,
    state: &'static str,
    lines: Vec<(String, u64)>,
}

/// The orders.
pub(super) struct Store {
    orders: Vec<Order>,
}

impl Default for Store {
    fn default() -> Self {
        let states = [
            "shipped",
            "shipped",
            "packed",
            "cancelled",
            "placed",
            "placed",
        ];
        let orders = states.iter().zip(0_u64..).map(|(state, number)| Order {
            id: 1_001 + number,
            customer: format!("cus-{}", 17 + number % 3),
            state,
            lines: vec![(
                PRICES_CENTS[number as usize % 4].0.to_owned(),
                1 + number % 3,
            )],
        });
        Self {
            orders: orders.collect(),
        }
    }
}

impl Store {
    pub(super) fn answer(&mut self, call: &Call) -> Result<Reply, Reply> {
        let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
        match (&call.method, path.as_slice()) {
            (&Method::GET, ["orders"]) => Ok(self.list(call)),
            (&Method::POST, ["orders"]) => self.place(call),
            (&Method::GET, ["orders", id]) => Ok(ok(show(&*self.find(id)?))),
            (&Method::POST, ["orders", id, "cancel"]) => self.cancel(id),
            (&Method::GET, ["orders", id, "shipments"]) => Ok(ok(shipments(self.find(id)?))),
            (_, ["orders", ..]) => Err(no_method()),
            _ => Err(not_found("There is nothing here but orders.")),
        }
    }

    fn find(&mut self, id: &str) -> Result<&mut Order, Reply> {
        self.orders
            .iter_mut()
            .find(|order| order.id.to_string() == id)
            .ok_or_else(|| not_found("There is no such order."))
    }

    fn list(&self, call: &Call) -> Reply {
        let is_wanted = |order: &&Order| {
            call.query
                .get("state")
                .is_none_or(|state| order.state == state)
                && call
                    .query
                    .get("customer")
                    .is_none_or(|customer| &order.customer == customer)
        };
        let data: Vec<Value> = self
            .orders
            .iter()
            .rev()
            .filter(is_wanted)
            .take(100)
            .map(show)
            .collect();
        ok(json!({ "data": data }))
    }

    fn place(&mut self, call: &Call) -> Result<Reply, Reply> {
        let bad = |detail: &str| problem(StatusCode::BAD_REQUEST, detail);
        let given = call.object()?;
        if self.orders.len() >= ORDERS_MAX {
            return Err(problem(
                StatusCode::CONFLICT,
                "The warehouse is full of orders.",
            ));
        }
        let customer = given.get("customer").and_then(Value::as_str);
        let customer = customer.ok_or_else(|| bad("Say for which `customer` it is."))?;
        let lines = given
            .get("lines")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .take(100);
        let lines = lines
            .map(line)
            .collect::<Option<Vec<_>>>()
            .filter(|lines| !lines.is_empty());
        let lines =
            lines.ok_or_else(|| bad("Give `lines` with a `sku` that is sold and a `quantity`."))?;
        let id = self.orders.last().map_or(1_001, |order| order.id + 1);
        let order = Order {
            id,
            customer: customer.to_owned(),
            state: "placed",
            lines,
        };
        let shown = show(&order);
        self.orders.push(order);
        Ok(Reply::Created(format!("orders/{id}"), shown))
    }

    fn cancel(&mut self, id: &str) -> Result<Reply, Reply> {
        let order = self.find(id)?;
        if order.state == "shipped" {
            let detail = "It has left the warehouse; refuse it at the door.";
            return Err(problem(StatusCode::CONFLICT, detail));
        }
        order.state = "cancelled";
        Ok(ok(show(order)))
    }
}

fn line(given: &Value) -> Option<(String, u64)> {
    let sku = given.get("sku")?.as_str()?;
    let quantity = given
        .get("quantity")?
        .as_u64()
        .filter(|count| (1..=999).contains(count))?;
    PRICES_CENTS
        .iter()
        .any(|(sold, _)| *sold == sku)
        .then(|| (sku.to_owned(), quantity))
}

fn show(order: &Order) -> Value {
    let price = |sku: &str| {
        PRICES_CENTS
            .iter()
            .find(|(sold, _)| *sold == sku)
            .map_or(0, |row| row.1)
    };
    let total: u64 = order
        .lines
        .iter()
        .map(|(sku, quantity)| price(sku) * quantity)
        .sum();
    let lines: Vec<Value> = order
        .lines
        .iter()
        .map(|(sku, quantity)| json!({ "sku": sku, "quantity": quantity }))
        .collect();
    json!({
        "id": order.id,
        "customer": order.customer,
        "state": order.state,
        "lines": lines,
        "total_cents": total,
    })
}

fn shipments(order: &Order) -> Value {
    let state = match order.state {
        "shipped" => "on_the_way",
        "packed" => "packed",
        _ => return json!([]),
    };
    json!([{ "carrier": "Swift Parcel", "tracking": format!("SP-{}-1", order.id), "state": state }])
}
