//! Where a policy is attached.

use gatehouse_domain::id::{ApiId, EnvironmentId};
use gatehouse_domain::policy::PolicyLevel;
use gatehouse_domain::{ApiVersionState, Permission};
use gatehouse_language::t;
use uuid::Uuid;

use crate::actor::Actor;
use crate::environments::{self, EnvironmentView};
use crate::page::Lookup;
use crate::plans::key_of;
use crate::refusal::Refusal;
use crate::work::Work;
use crate::{apis, versions};

/// Where a policy shall be: at the tenant when nothing is named, else as far in as is named.
#[derive(Debug, Clone, Default)]
pub struct PolicyPlace {
    /// Only of this API.
    pub api: Option<Lookup<ApiId>>,
    /// Only of this version of it, by its label.
    pub version: Option<String>,
    /// Only of this operation of the version: method and path, `GET /pets/{id}`; what its parameters are called does not matter.
    pub operation: Option<String>,
    /// Only in this environment.
    pub environment: Option<Lookup<EnvironmentId>>,
}

/// The same, found in the running transaction; its API is locked.
pub(super) struct Found {
    pub(super) api: Option<apis::Row>,
    pub(super) version: Option<(Uuid, String)>,
    pub(super) operation: Option<String>,
    pub(super) environment: Option<EnvironmentView>,
}

impl Found {
    /// Finds the place, for an actor who may change it: whoever writes an API decides what happens to its calls; what happens to
    /// the calls of every API is a setting of the tenant.
    pub(super) async fn open(
        work: &mut Work<'_>,
        actor: &Actor,
        place: &PolicyPlace,
    ) -> Result<Self, Refusal> {
        let needs = |pointer: &str, what: String| {
            Err(Refusal::field(
                pointer,
                "required",
                t!("refused-policies-name-too", what = &what),
            ))
        };
        if place.api.is_none() && place.version.is_some() {
            return needs("/api", t!("refused-policies-lower-api"));
        }
        if place.version.is_none() && place.operation.is_some() {
            return needs("/version", t!("refused-policies-lower-version"));
        }
        let api = match &place.api {
            Some(api) => {
                let found = apis::lock(work.conn(), actor, api, Permission::ApiWrite).await;
                Some(found.map_err(|refusal| match refusal {
                    Refusal::NotFound => Refusal::unknown("/api"),
                    other => other,
                })?)
            }
            None => {
                require_tenant(actor)?;
                None
            }
        };
        let environment = match &place.environment {
            Some(environment) => match environments::find(work.conn(), environment).await {
                Err(Refusal::NotFound) => return Err(Refusal::unknown("/environment")),
                found => Some(found?),
            },
            None => None,
        };
        let mut found = Self {
            api,
            version: None,
            operation: None,
            environment,
        };
        if let (Some(api), Some(label)) = (&found.api, &place.version) {
            let version = match versions::find(work.conn(), api.id, label).await {
                Err(Refusal::NotFound) => return Err(Refusal::unknown("/version")),
                version => version?,
            };
            if version.state == ApiVersionState::Retired {
                return Err(Refusal::Conflict(t!(
                    "refused-policies-the-version-has-ended-its-calls",
                    label = &label
                )));
            }
            found.version = Some((version.id.uuid(), version.label));
        }
        if let (Some((version, label)), Some(operation)) = (&found.version, &place.operation) {
            found.operation = Some(operation_of(work, *version, label, operation).await?);
        }
        Ok(found)
    }

    pub(super) fn level(&self) -> PolicyLevel {
        match (&self.api, &self.version, &self.operation) {
            (_, _, Some(_)) => PolicyLevel::Operation,
            (_, Some(_), None) => PolicyLevel::Version,
            (Some(_), None, None) => PolicyLevel::Api,
            (None, None, None) => PolicyLevel::Tenant,
        }
    }

    pub(super) fn words(&self) -> String {
        place_words(
            self.api.as_ref().map(|api| api.slug.as_str()),
            self.version.as_ref().map(|(_, label)| label.as_str()),
            self.operation.as_deref(),
            self.environment
                .as_ref()
                .map(|environment| environment.slug.as_str()),
        )
    }
}

/// Refuses who may not decide for every API of the tenant.
pub(super) fn require_tenant(actor: &Actor) -> Result<(), Refusal> {
    actor.require(Permission::ApiWrite)?;
    actor.require(Permission::TenantManage)
}

/// Longest operation a policy is attached to: it is part of an index, whose rows have a length.
const OPERATION_BYTES_MAX: usize = 2_000;

/// The stable key of an operation of the description in force.
async fn operation_of(
    work: &mut Work<'_>,
    version: Uuid,
    label: &str,
    operation: &str,
) -> Result<String, Refusal> {
    let Some(key) = key_of(operation) else {
        return Err(Refusal::field(
            "/operation",
            "operation",
            t!("refused-access-name-it-by-method-and-path"),
        ));
    };
    if key.as_str().len() > OPERATION_BYTES_MAX {
        let detail = t!(
            "refused-policies-a-policy-is-attached-to-operations",
            operation_bytes_max = &OPERATION_BYTES_MAX
        );
        return Err(Refusal::field("/operation", "too_long", detail));
    }
    let known = sqlx::query_scalar!(
        r#"select exists (select from api_version v join operation o on o.revision_id = v.current_revision_id
                          where v.id = $1 and o.routed and o.operation_key = $2) as "known!""#,
        version,
        key.as_str(),
    )
    .fetch_one(work.conn())
    .await?;
    if known {
        return Ok(key.to_string());
    }
    Err(Refusal::field(
        "/operation",
        "unknown_operation",
        t!(
            "refused-policies-the-version-has-no-use-an",
            label = &label,
            key = &key
        ),
    ))
}

/// A place in words: "GET /pets/{} in v1 of pets, in sandbox".
pub(crate) fn place_words(
    api: Option<&str>,
    version: Option<&str>,
    operation: Option<&str>,
    environment: Option<&str>,
) -> String {
    let api = api.unwrap_or_default();
    let mut words = match (version, operation) {
        (Some(version), Some(operation)) => t!(
            "refused-policies-in-of",
            operation = &operation,
            version = &version,
            api = &api
        ),
        (Some(version), None) => t!("refused-policies-of", version = &version, api = &api),
        _ if api.is_empty() => t!("refused-policies-every-api"),
        _ => t!("refused-policies-the-api", api = &api),
    };
    if let Some(environment) = environment {
        words.push_str(&t!("refused-policies-in", environment = &environment));
    }
    words
}
