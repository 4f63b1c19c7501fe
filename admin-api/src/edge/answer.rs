//! What endpoints answer: one thing, a changed thing, a thing with a secret, a page of things.

use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::page::Listed;
use gatehouse_control_plane::{Actor, Change, Changed};
use gatehouse_domain::id;
use gatehouse_domain::key::Key;
use gatehouse_web::{Json, Problem};
use http::header::{CACHE_CONTROL, ETAG, LOCATION};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::conditional::entity_tag;
use super::list::NextPage;

/// One thing as it is now, with its entity tag.
pub(crate) struct Single<T>(pub(crate) T);

impl<T: Serialize> IntoResponse for Single<T> {
    fn into_response(self) -> Response {
        match Body::of(&self.0) {
            Ok(body) => {
                let mut response = body.into_response();
                // Kept by the client alone, and asked about each time.
                let revalidate = HeaderValue::from_static("private, no-cache");
                response.headers_mut().insert(CACHE_CONTROL, revalidate);
                response
            }
            Err(problem) => problem.into_response(),
        }
    }
}

/// A thing that was made or changed, merged with the change of configuration that carries it to the gateways.
pub(crate) struct Mutation {
    body: Result<Body, Problem>,
    status: StatusCode,
    found_at: Option<String>,
}

impl Mutation {
    /// A thing that was changed.
    pub(crate) fn changed<T: Serialize>(changed: &Changed<T>) -> Self {
        let body = Body::of(&changed.value).map(|body| body.with_change(changed.change.as_ref()));
        Self {
            body,
            status: StatusCode::OK,
            found_at: None,
        }
    }

    /// A thing that was made and is now found at `path`.
    pub(crate) fn created<T: Serialize>(changed: &Changed<T>, path: String) -> Self {
        Self {
            found_at: Some(path),
            ..Self::changed(changed).made()
        }
    }

    /// Long work that was begun and is watched at `path`.
    pub(crate) fn accepted<T: Serialize>(changed: &Changed<T>, path: String) -> Self {
        Self {
            status: StatusCode::ACCEPTED,
            ..Self::created(changed, path)
        }
    }

    /// A thing of which it is known only now whether it was made or changed.
    pub(crate) fn put<T: Serialize>(changed: &Changed<T>, made: bool) -> Self {
        match made {
            true => Self::changed(changed).made(),
            false => Self::changed(changed),
        }
    }

    /// A thing that is no more.
    pub(crate) fn gone(change: Option<&Change>) -> Self {
        let nothing = Changed {
            value: Map::new(),
            change: change.cloned(),
        };
        Self::changed(&nothing)
    }

    /// With what is said of the request and not of the thing: the tag is that of the thing without it.
    pub(crate) fn warned(mut self, warnings: Vec<String>) -> Self {
        if let Ok(body) = &mut self.body {
            body.members.insert("warnings".to_owned(), warnings.into());
        }
        self
    }

    /// A thing that was made and has no address.
    pub(crate) fn made(self) -> Self {
        Self {
            status: StatusCode::CREATED,
            ..self
        }
    }
}

impl IntoResponse for Mutation {
    fn into_response(self) -> Response {
        let mut response = match self.body {
            Ok(body) => body.into_response(),
            Err(problem) => return problem.into_response(),
        };
        *response.status_mut() = self.status;
        if let Some(path) = self
            .found_at
            .and_then(|path| HeaderValue::try_from(path).ok())
        {
            response.headers_mut().insert(LOCATION, path);
        }
        response
    }
}

/// A thing that was made together with a key, found at `path`. Without one, what proves it was made elsewhere.
pub(crate) fn with_key<T: Serialize>(
    actor: &Actor,
    made: Changed<(T, Option<Key>)>,
    path: impl FnOnce(&T) -> String,
) -> WithSecret {
    let Changed {
        value: (thing, key),
        change,
    } = made;
    let path = path(&thing);
    let changed = Changed {
        value: thing,
        change,
    };
    let secret = key.filter(|_| !actor.is_dry_run()).map(|key| key.reveal());
    let secret = secret.as_ref().map(|secret| secret.as_str());
    WithSecret::new(Mutation::created(&changed, path), secret)
}

/// A thing that was made together with a secret, which is shown this once.
pub(crate) struct WithSecret {
    mutation: Mutation,
    secret: Value,
}

/// Marks a response whose `secret` member must not be kept for long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CarriesSecret;

impl WithSecret {
    /// `secret` is none on a dry run: what was not made has no secret.
    pub(crate) fn new(mutation: Mutation, secret: Option<&str>) -> Self {
        let secret = secret.map_or(Value::Null, |secret| secret.into());
        Self { mutation, secret }
    }
}

impl IntoResponse for WithSecret {
    fn into_response(self) -> Response {
        let Self {
            mut mutation,
            secret,
        } = self;
        if let Ok(body) = &mut mutation.body {
            body.members.insert("secret".to_owned(), secret);
            body.members
                .insert("secret_expired".to_owned(), false.into());
        }
        let mut response = mutation.into_response();
        response.extensions_mut().insert(CarriesSecret);
        response
    }
}

/// A page of things; the `Link` header is added where the address of the request is known.
pub(crate) struct List<T>(pub(crate) Listed<T>);

impl<T: Serialize> IntoResponse for List<T> {
    fn into_response(self) -> Response {
        let next = self.0.next.map(|next| id::encode(next.as_u128()));
        let mut response = Json(json!({"data": self.0.data, "next": next})).into_response();
        if let Some(next) = next {
            response.extensions_mut().insert(NextPage(next));
        }
        response
    }
}

/// A changed thing merged with its change, where it is a part of a larger answer.
pub(crate) fn merged<T: Serialize>(changed: &Changed<T>) -> Value {
    let body = Body::of(&changed.value).map(|body| body.with_change(changed.change.as_ref()));
    body.map_or(Value::Null, |body| Value::Object(body.members))
}

/// A JSON object and the tag of the thing it shows.
struct Body {
    members: Map<String, Value>,
    tag: HeaderValue,
}

impl Body {
    fn of(thing: &impl Serialize) -> Result<Self, Problem> {
        let Value::Object(members) = serde_json::to_value(thing).map_err(Problem::internal)? else {
            return Err(Problem::internal(anyhow::anyhow!(
                "a view is not an object"
            )));
        };
        let tag = entity_tag(&members);
        Ok(Self { members, tag })
    }

    /// The tag stays that of the thing itself, which is what a later GET shows.
    fn with_change(mut self, change: Option<&Change>) -> Self {
        let id = change.map_or(Value::Null, |change| change.id.to_string().into());
        let config = change.map_or_else(|| json!([]), |change| json!(change.config));
        self.members.insert("change_id".to_owned(), id);
        self.members.insert("config".to_owned(), config);
        self
    }

    fn into_response(self) -> Response {
        ([(ETAG, self.tag)], Json(self.members)).into_response()
    }
}
