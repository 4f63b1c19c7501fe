//! The matrix: every operation × every identity × own, foreign, unknown and malformed ids, each cell with the answer the
//! document promises.
//!
//! What an operation needs is declared once, in its `security`; this file derives every expectation from it and nothing else,
//! so a route that is added later is in the matrix from its first build.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use reqwest::Method;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::IsolationWalk;
use super::asking::Reply;
use super::document::{needed, parameters_of, required_query};

/// Questions under way at once.
const AT_ONCE: usize = 8;

/// Who asks.
#[derive(Debug, Clone)]
pub struct Identity {
    /// For the report.
    pub name: String,
    /// What follows `Bearer`; nothing is sent without it.
    pub token: Option<String>,
    /// What it may do.
    pub standing: Standing,
    /// Whether it opens the account of whoever made it: theirs still, and lent everything they may do.
    pub opens_account: bool,
}

/// What an identity is entitled to.
#[derive(Debug, Clone)]
pub enum Standing {
    /// Nothing: 401 everywhere.
    Nobody,
    /// These permissions in the tenant whose things are the walk's own.
    Member(BTreeSet<String>),
    /// The same, but only for APIs that are none of the walk's: to it the walk's API does not exist.
    OtherApis(BTreeSet<String>),
    /// Everything, in another tenant: the walk's own things do not exist for it.
    Stranger,
}

/// Which ids a question carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Ids {
    Own,
    Foreign,
    Unknown,
    Malformed,
}

/// What was asked and found.
#[derive(Debug)]
pub struct Matrix {
    /// Questions asked and judged.
    pub cells: usize,
    /// By what the document promised: status and how often.
    pub promised: BTreeMap<String, usize>,
    /// Wrong cells, in words.
    pub faults: Vec<String>,
}

struct Cell {
    operation: String,
    method: Method,
    address: String,
    body: Option<Value>,
    parameter: Option<String>,
    ids: Ids,
    identity: usize,
    needed: BTreeSet<String>,
    asks_for_more: bool,
    /// Whether it is about the caller's own account.
    of_account: bool,
    /// Whether the path names something that belongs to one tenant.
    names_own: bool,
    /// Whether it names an API.
    names_api: bool,
    /// Another answer than 404 is right: the parameter names what tenants share, or what is being made.
    free: bool,
}

/// Answers to ids that never existed, by operation, parameter and identity.
type Unknown<'a> = BTreeMap<(&'a str, Option<&'a str>, usize), &'a Reply>;

enum Promise {
    Exactly(u16, &'static str),
    /// 404, and word for word what an id gets that never existed.
    NotFound,
    /// 404, or 403 where the right ends with those APIs; the same whether the id is another tenant's or nobody's.
    OutOfReach,
    /// Whatever the verb says, but neither 401 nor 5xx, nor what somebody with every permission is not told.
    Served,
}

impl IsolationWalk {
    /// Asks every cell. The first identity must have every permission: its answers are what others may get.
    pub async fn matrix(self: &Arc<Self>, identities: Vec<Identity>) -> Matrix {
        let identities = Arc::new(identities);
        let cells = self.cells(identities.len());
        let places = Arc::new(Semaphore::new(AT_ONCE));
        let mut asking = JoinSet::new();
        for (number, cell) in cells.into_iter().enumerate() {
            let (walk, identities, places) = (
                Arc::clone(self),
                Arc::clone(&identities),
                Arc::clone(&places),
            );
            asking.spawn(async move {
                let _place = places.acquire_owned().await;
                let token = identities[cell.identity].token.as_deref();
                let reply = walk
                    .ask_as(&cell.method, &cell.address, cell.body.as_ref(), token)
                    .await;
                (number, cell, reply)
            });
        }
        let mut answered = Vec::new();
        while let Some(asked) = asking.join_next().await {
            answered.push(asked.unwrap_or_else(|error| panic!("{error}")));
        }
        answered.sort_by_key(|(number, ..)| *number);
        self.judge(&identities, &answered)
    }

    fn cells(&self, identities: usize) -> Vec<Cell> {
        let mut cells = Vec::new();
        for operation in self.operations() {
            for identity in 0..identities {
                let mut add = |ids, parameter: Option<&str>, value: Option<&str>| {
                    let instead = parameter.zip(value);
                    let mut address = self.address(&operation, instead);
                    if operation.method != Method::GET {
                        address.push_str("?dry_run=true");
                    } else if let Some(query) = required_query(operation.value) {
                        address.push_str(&query);
                    }
                    let free = parameter.is_some_and(|parameter| {
                        self.shared.contains(parameter)
                            || self.made.contains(&(operation.id, parameter))
                    });
                    cells.push(Cell {
                        operation: operation.id.to_owned(),
                        method: operation.method.clone(),
                        address,
                        body: self.body_of(&operation),
                        parameter: parameter.map(str::to_owned),
                        ids,
                        identity,
                        needed: needed(operation.value),
                        asks_for_more: self.ask_for_more.contains(operation.id),
                        of_account: operation.value["tags"][0] == "account",
                        names_own: parameters_of(operation.path)
                            .any(|parameter| !self.shared.contains(parameter)),
                        names_api: parameters_of(operation.path)
                            .any(|parameter| parameter == "api"),
                        free,
                    });
                };
                add(Ids::Own, None, None);
                for parameter in parameters_of(operation.path) {
                    let all =
                        |names: &super::Names| names.get(parameter).cloned().unwrap_or_default();
                    for (ids, values) in [
                        (Ids::Foreign, all(&self.foreign)),
                        (Ids::Unknown, all(&self.never)),
                        (Ids::Malformed, vec!["%21nonsense".to_owned()]),
                    ] {
                        for value in values {
                            add(ids, Some(parameter), Some(&value));
                        }
                    }
                }
            }
        }
        cells
    }

    fn judge(&self, identities: &[Identity], answered: &[(usize, Cell, Reply)]) -> Matrix {
        let reference: BTreeMap<&str, u16> = answered
            .iter()
            .filter(|(_, cell, _)| cell.identity == 0 && cell.ids == Ids::Own)
            .map(|(_, cell, reply)| (cell.operation.as_str(), reply.status))
            .collect();
        let unknown: Unknown<'_> = answered
            .iter()
            .filter(|(_, cell, _)| cell.ids == Ids::Unknown)
            .map(|(_, cell, reply)| (cell.key(), reply))
            .collect();
        let mut matrix = Matrix {
            cells: answered.len(),
            promised: BTreeMap::new(),
            faults: Vec::new(),
        };
        for (_, cell, reply) in answered {
            let identity = &identities[cell.identity];
            let promise = cell.promise(identity);
            let (word, right) = match promise {
                Promise::Exactly(status, code) => (
                    status.to_string(),
                    reply.status == status && reply.body["code"] == code,
                ),
                Promise::NotFound => {
                    let right = reply.status == 404 && cell.is_like_unknown(reply, &unknown);
                    ("404".to_owned(), right)
                }
                Promise::OutOfReach => {
                    let refused = matches!(reply.status, 403 | 404);
                    let right = refused && cell.is_like_unknown(reply, &unknown);
                    ("403 or 404".to_owned(), right)
                }
                Promise::Served => {
                    let known = reference.get(cell.operation.as_str());
                    (
                        "served".to_owned(),
                        cell.served(reply, known, identity, self),
                    )
                }
            };
            *matrix.promised.entry(word.clone()).or_default() += 1;
            if !right {
                matrix.faults.push(format!(
                    "{} as {} with {:?} {}: promised {word}, answered {} {}",
                    cell.operation,
                    identity.name,
                    cell.ids,
                    cell.parameter.as_deref().unwrap_or("ids"),
                    reply.status,
                    short(&reply.body),
                ));
            }
        }
        matrix
    }

    async fn ask_as(
        &self,
        method: &Method,
        address: &str,
        body: Option<&Value>,
        token: Option<&str>,
    ) -> Reply {
        let mut request = self
            .client
            .request(method.clone(), format!("{}{address}", self.base));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if matches!(*method, Method::PUT | Method::PATCH | Method::DELETE) {
            request = request.header("if-match", "*");
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        Reply::read(request, address).await
    }
}

impl Cell {
    fn key(&self) -> (&str, Option<&str>, usize) {
        (&self.operation, self.parameter.as_deref(), self.identity)
    }

    /// Whether a foreign id is answered word for word as one that never existed.
    fn is_like_unknown(&self, reply: &Reply, unknown: &Unknown<'_>) -> bool {
        self.ids != Ids::Foreign || unknown.get(&self.key()).is_none_or(|never| *never == reply)
    }

    fn promise(&self, identity: &Identity) -> Promise {
        let standing = &identity.standing;
        let may = |has: &BTreeSet<String>| self.needed.is_empty() || !has.is_disjoint(&self.needed);
        match standing {
            Standing::Nobody => Promise::Exactly(401, "not_signed_in"),
            // Before anything is looked at, the id neither.
            _ if self.of_account && !identity.opens_account => Promise::Exactly(403, "forbidden"),
            Standing::Member(has) | Standing::OtherApis(has) if !may(has) => {
                Promise::Exactly(403, "forbidden")
            }
            _ if self.free => Promise::Served,
            Standing::Member(_) if self.ids == Ids::Own => Promise::Served,
            Standing::OtherApis(_) if self.ids == Ids::Own && !self.names_api => Promise::Served,
            // With an id of its own beside the walk's it may be told anything that is not the walk's.
            Standing::Stranger if self.ids == Ids::Foreign || !self.names_own => Promise::Served,
            Standing::OtherApis(_) => Promise::OutOfReach,
            _ => Promise::NotFound,
        }
    }

    fn served(
        &self,
        reply: &Reply,
        known: Option<&u16>,
        identity: &Identity,
        walk: &IsolationWalk,
    ) -> bool {
        if matches!(reply.status, 401 | 500..) {
            return false;
        }
        match &identity.standing {
            // Nothing of the walk's tenant stands in what another tenant is shown.
            Standing::Stranger if self.method == Method::GET => {
                let shown = reply.body.to_string();
                let own = walk
                    .own
                    .iter()
                    .filter(|(kind, _)| !walk.shared.contains(*kind));
                !own.flat_map(|(_, names)| names)
                    .filter(|name| name.len() > 10)
                    .any(|name| shown.contains(name.as_str()))
            }
            Standing::Member(has) if self.ids == Ids::Own => {
                // Fewer permissions show less, never something else.
                let said = [&reply.body["code"], &reply.body["errors"][0]["code"]];
                let not_lent = said
                    .iter()
                    .any(|code| **code == "not_yours" || **code == "unknown_reference");
                let refused = not_lent
                    || reply.status == 404
                    || (reply.status == 403 && self.may_refuse(has));
                refused || known.is_none_or(|known| reply.status == *known)
            }
            _ => true,
        }
    }

    /// Whether a verb may say 403 to somebody who has what the route names: it looks closer at whose the thing is.
    fn may_refuse(&self, has: &BTreeSet<String>) -> bool {
        self.asks_for_more || !self.needed.is_subset(has)
    }
}

fn short(body: &Value) -> String {
    body.to_string().chars().take(300).collect()
}
