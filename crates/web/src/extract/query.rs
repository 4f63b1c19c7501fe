//! Query strings: an unknown parameter is refused, so that a typo never widens a query silently.

use axum::extract::FromRequestParts;
use gatehouse_problem::{FieldError, ProblemKind};
use http::request::Parts;
use serde::de::DeserializeOwned;

use super::fields;
use crate::problem::Problem;

/// The query string as a flat struct. Its faults carry `?name` as pointer.
#[derive(Debug, Clone, Copy)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parse(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

fn parse<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    refuse_unknown_parameters(query, fields::names_of::<T>())?;
    refuse_repeated(query)?;
    let parsed = form_urlencoded::parse(query.as_bytes());
    serde_path_to_error::deserialize(serde_urlencoded::Deserializer::new(parsed)).map_err(|error| {
        let message = error.inner().to_string();
        let (name, code, detail) = match fields::missing(&message) {
            Some(name) => (
                name.to_owned(),
                "required",
                "Give this parameter.".to_owned(),
            ),
            None => (
                error.path().to_string(),
                "wrong_type",
                fields::sentence(&message),
            ),
        };
        Problem::new(ProblemKind::Invalid).field(FieldError::new(format!("?{name}"), code, detail))
    })
}

/// Refuses every parameter of a query string that is not among the known ones; names the nearest.
pub fn refuse_unknown_parameters(query: &str, known: &[&str]) -> Result<(), Problem> {
    let mut faults = Vec::new();
    for (name, _) in form_urlencoded::parse(query.as_bytes()) {
        if known.contains(&&*name) {
            continue;
        }
        let detail = match fields::nearest(&name, known.iter().copied()) {
            Some(near) => format!("{name} is not a parameter here. Did you mean {near}?"),
            None if known.is_empty() => format!("{name} is not a parameter here; there are none."),
            None => format!(
                "{name} is not a parameter here. There are: {}.",
                known.join(", ")
            ),
        };
        faults.push(FieldError::new(
            format!("?{name}"),
            "unknown_parameter",
            detail,
        ));
    }
    match faults.first() {
        None => Ok(()),
        Some(first) => {
            let detail = first.detail.clone();
            Err(Problem::new(ProblemKind::UnknownParameter)
                .detail(detail)
                .fields(faults))
        }
    }
}

/// Reads a parameter that is `true` or `false`; false when it is not given.
pub fn boolean_parameter(query: &str, name: &str) -> Result<bool, Problem> {
    let mut values = form_urlencoded::parse(query.as_bytes()).filter(|(given, _)| given == name);
    match values.next().as_ref().map(|(_, value)| &**value) {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(Problem::new(ProblemKind::Invalid).field(FieldError::new(
            format!("?{name}"),
            "wrong_type",
            "Use true or false.",
        ))),
    }
}

/// Which of two values counts is a matter on which programs differ, so none does.
fn refuse_repeated(query: &str) -> Result<(), Problem> {
    let mut seen = Vec::new();
    for (name, _) in form_urlencoded::parse(query.as_bytes()) {
        if seen.contains(&name) {
            let detail = format!("The parameter {name} is given twice.");
            return Err(Problem::new(ProblemKind::BadRequest).detail(detail));
        }
        seen.push(name);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Eq, Deserialize)]
    struct Filter {
        state: Option<String>,
        limit: Option<u16>,
        mine: Option<bool>,
    }

    fn refused(query: &str) -> (u16, String, String) {
        let problem = parse::<Filter>(query).unwrap_err();
        let inner = problem.inner();
        let pointer = inner.errors().first().map(|error| error.pointer.clone());
        (
            inner.status().as_u16(),
            pointer.unwrap_or_default(),
            inner.message().to_owned(),
        )
    }

    #[test]
    fn known_parameters_are_read_by_type() {
        let filter: Filter = parse("state=a%20b&limit=7&mine=true").unwrap();
        let state = Some("a b".to_owned());
        assert_eq!(
            filter,
            Filter {
                state,
                limit: Some(7),
                mine: Some(true)
            }
        );
        assert!(parse::<Filter>("").is_ok());
    }

    #[test]
    fn a_typo_is_refused_and_the_nearest_name_offered() {
        let (status, pointer, detail) = refused("stat=active");
        assert_eq!((status, &*pointer), (400, "?stat"));
        assert_eq!(detail, "stat is not a parameter here. Did you mean state?");
        let (_, _, detail) = refused("zzz=1");
        assert_eq!(
            detail,
            "zzz is not a parameter here. There are: state, limit, mine."
        );
    }

    #[test]
    fn a_value_of_the_wrong_type_is_422_at_its_name() {
        assert_eq!(
            (refused("limit=x").0, &*refused("limit=x").1),
            (422, "?limit")
        );
        assert_eq!(refused("limit=70000").0, 422);
        assert_eq!(refused("mine=maybe").1, "?mine");
    }

    #[test]
    fn a_parameter_given_twice_is_refused() {
        assert_eq!(refused("limit=1&limit=2").0, 400);
    }
}
