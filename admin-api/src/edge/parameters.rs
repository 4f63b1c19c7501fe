//! Which query parameters exist: those the document lists, and no others, for every operation alike.
//!
//! A typo such as `?dry-run=true` must not do in earnest what was meant as a question.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use gatehouse_control_plane::Actor;
use gatehouse_web::Problem;
use gatehouse_web::extract::{boolean_parameter, refuse_unknown_parameters};
use http::Method;

use super::auth::part;

/// The query parameters of every operation, by method and path pattern.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parameters(Arc<HashMap<(Method, String), Vec<String>>>);

impl Parameters {
    pub(crate) fn new(known: HashMap<(Method, String), Vec<String>>) -> Self {
        Self(Arc::new(known))
    }

    fn of(&self, method: &Method, path: &str) -> &[String] {
        let method = if *method == Method::HEAD {
            Method::GET
        } else {
            method.clone()
        };
        self.0
            .get(&(method, path.to_owned()))
            .map_or(&[], Vec::as_slice)
    }
}

/// Refuses unknown parameters, and turns the actor of a dry run into one whose work is rolled back.
pub(crate) async fn check(
    State(known): State<Parameters>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let Some(path) = request.extensions().get::<MatchedPath>() else {
        return Ok(next.run(request).await);
    };
    let query = request.uri().query().unwrap_or_default();
    let allowed = known.of(request.method(), path.as_str());
    let names: Vec<&str> = allowed.iter().map(String::as_str).collect();
    refuse_unknown_parameters(query, &names)?;
    if boolean_parameter(query, DRY_RUN)? {
        let actor: Actor = part(request.extensions())?;
        request.extensions_mut().insert(actor.on_a_dry_run());
    }
    Ok(next.run(request).await)
}

/// The parameter that every write has.
pub(crate) const DRY_RUN: &str = "dry_run";
