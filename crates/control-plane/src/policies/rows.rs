//! Reading policies.

use std::collections::HashMap;

use gatehouse_domain::EnvironmentKind;
use gatehouse_domain::backend_secret::{Piece, bytes_at_most};
use gatehouse_domain::id::PolicyId;
use gatehouse_domain::policy::{Attached, PolicyInherit, PolicyKind, PolicyLevel, PolicyMode};
use sqlx::postgres::PgConnection;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::documents::PolicyDocument;
use super::{PolicyFilter, PolicyRef, PolicyView, place_words};
use crate::backend_secrets::BackendSecrets;
use crate::page::{Lookup, Page};
use crate::refs::{ApiRef, EnvRef};
use crate::refusal::Refusal;
use crate::words::known;

/// What a list is narrowed to.
#[derive(Default)]
struct Wanted<'a> {
    ids: Option<&'a [Uuid]>,
    slug: Option<&'a str>,
    filter: PolicyFilter,
    reach: Option<&'a [Uuid]>,
    after: Option<Uuid>,
    limit: Option<i64>,
}

pub(super) async fn find(
    conn: &mut PgConnection,
    policy: &Lookup<PolicyId>,
) -> Result<Option<PolicyView>, Refusal> {
    let (id, slug) = policy.parts();
    let ids = id.map(|id| [id]);
    let wanted = Wanted {
        ids: ids.as_ref().map(<[Uuid; 1]>::as_slice),
        slug,
        ..Wanted::default()
    };
    Ok(select(conn, &wanted).await?.pop())
}

pub(super) async fn read(conn: &mut PgConnection, id: Uuid) -> Result<PolicyView, Refusal> {
    let found = find(conn, &Lookup::Id(id.into())).await?;
    found.ok_or(Refusal::NotFound)
}

pub(super) async fn of_ids(
    conn: &mut PgConnection,
    ids: &[Uuid],
) -> Result<Vec<PolicyView>, Refusal> {
    let wanted = Wanted {
        ids: Some(ids),
        ..Wanted::default()
    };
    select(conn, &wanted).await
}

/// The policies that name backend secrets, by secret.
pub(crate) async fn naming(
    conn: &mut PgConnection,
    secrets: &[Uuid],
) -> Result<HashMap<Uuid, Vec<PolicyRef>>, Refusal> {
    let rows = sqlx::query!(
        r#"select l.backend_secret_id, p.id, p.slug, p.operation_key, p.inherit, a.slug as api, v.label as "version?",
                  e.slug as "environment?"
           from policy_backend_secret l
           join policy p on p.id = l.policy_id
           join api a on a.id = p.api_id
           left join api_version v on v.id = p.api_version_id
           left join environment e on e.id = p.environment_id
           where l.backend_secret_id = any($1)
           order by p.id"#,
        secrets,
    )
    .fetch_all(conn)
    .await?;
    let mut found: HashMap<Uuid, Vec<PolicyRef>> = HashMap::new();
    for row in rows {
        let place = place_words(
            Some(&row.api),
            row.version.as_deref(),
            row.operation_key.as_deref(),
            row.environment.as_deref(),
        );
        found
            .entry(row.backend_secret_id)
            .or_default()
            .push(PolicyRef {
                id: row.id.into(),
                slug: row.slug,
                place,
                inherit: known(PolicyInherit::parse(&row.inherit), &row.inherit)?,
            });
    }
    Ok(found)
}

/// One page, newest first, of what `reach` has.
pub(super) async fn list(
    conn: &mut PgConnection,
    reach: Option<&[Uuid]>,
    filter: &PolicyFilter,
    page: &Page,
) -> Result<Vec<PolicyView>, Refusal> {
    let wanted = Wanted {
        filter: filter.clone(),
        reach,
        after: page.after,
        limit: Some(page.fetch()),
        ..Wanted::default()
    };
    select(conn, &wanted).await
}

async fn select(conn: &mut PgConnection, wanted: &Wanted<'_>) -> Result<Vec<PolicyView>, Refusal> {
    let filter = &wanted.filter;
    let (api_id, api) = filter.api.as_ref().map_or((None, None), Lookup::parts);
    let environment = filter.environment.as_ref();
    let (environment_id, environment) = environment.map_or((None, None), Lookup::parts);
    let rows = sqlx::query!(
        r#"select p.id, p.slug, p.level, p.operation_key, p.kind, p.config, p.mode, p.inherit, p.created_at, p.updated_at, p.row_version,
                  a.id as "api_id?", a.slug as "api_slug?", a.name as "api_name?", v.label as "version?",
                  e.id as "environment_id?", e.slug as "environment_slug?", e.kind as "environment_kind?"
           from policy p
           left join api a on a.id = p.api_id
           left join product o on o.api_id = a.id
           left join api_version v on v.id = p.api_version_id
           left join environment e on e.id = p.environment_id
           where ($1::uuid[] is null or p.id = any($1))
             and ($2::text is null or p.slug = $2)
             and ($3::uuid is null or a.id = $3)
             and ($4::text is null or a.slug = $4)
             and ($5::text is null or v.label = $5)
             and ($6::uuid is null or e.id = $6)
             and ($7::text is null or e.slug = $7)
             and ($8::text is null or p.kind = $8)
             and ($9::text is null or p.level = $9)
             and ($10::uuid[] is null or p.api_id is null or array[a.owner_team_id, o.id, a.id] && $10)
             and ($11::uuid is null or p.id < $11)
           order by p.id desc
           limit $12"#,
        wanted.ids,
        wanted.slug,
        api_id,
        api,
        filter.version,
        environment_id,
        environment,
        filter.kind.map(PolicyKind::as_str),
        filter.level.map(PolicyLevel::as_str),
        wanted.reach,
        wanted.after,
        wanted.limit,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let kind = known(PolicyKind::parse(&row.kind), &row.kind)?;
            let place = place_words(
                row.api_slug.as_deref(),
                row.version.as_deref(),
                row.operation_key.as_deref(),
                row.environment_slug.as_deref(),
            );
            let api = row.api_id.zip(row.api_slug).zip(row.api_name);
            let environment = row.environment_id.zip(row.environment_slug);
            let environment = match environment.zip(row.environment_kind) {
                Some(((id, slug), word)) => Some(EnvRef {
                    id: id.into(),
                    slug,
                    kind: known(EnvironmentKind::parse(&word), &word)?,
                }),
                None => None,
            };
            Ok(PolicyView {
                id: row.id.into(),
                slug: row.slug,
                level: known(PolicyLevel::parse(&row.level), &row.level)?,
                api: api.map(|((id, slug), name)| ApiRef {
                    id: id.into(),
                    slug,
                    name,
                }),
                version: row.version,
                operation: row.operation_key,
                environment,
                place,
                kind,
                mode: known(PolicyMode::parse(&row.mode), &row.mode)?,
                inherit: known(PolicyInherit::parse(&row.inherit), &row.inherit)?,
                document: PolicyDocument::stored(kind, row.config)?,
                warnings: Vec::new(),
                row_version: row.row_version,
                created_at: row.created_at,
                updated_at: row.updated_at,
            })
        })
        .collect()
}

/// A policy with what decides where it applies, parsed.
pub(super) struct OnTheWay {
    pub(super) id: PolicyId,
    api: Option<Uuid>,
    version: Option<Uuid>,
    environment: Option<Uuid>,
    /// None: to all operations.
    pub(super) operation: Option<String>,
    pub(super) attached: Attached,
    pub(super) mode: PolicyMode,
    pub(super) document: PolicyDocument,
    /// Fields that it sets in requests, with values that hold backend secrets; none before [`OnTheWay::with_secrets`].
    pub(super) values: Vec<(String, Zeroizing<String>)>,
}

impl OnTheWay {
    /// The fields whose values name backend secrets, with what those stand for. An API's own policies name its own.
    pub(super) fn with_secrets(&mut self, secrets: &BackendSecrets) -> Result<(), Refusal> {
        let PolicyDocument::Headers(headers) = &self.document else {
            return Ok(());
        };
        for (name, pieces) in headers.request.naming_secrets() {
            let mut value = Zeroizing::new(String::with_capacity(bytes_at_most(&pieces)));
            for piece in pieces {
                value.push_str(match piece {
                    Piece::Text(text) => text,
                    Piece::Secret(secret) => secrets.get(self.api, secret)?,
                });
            }
            self.values.push((name.to_owned(), value));
        }
        Ok(())
    }

    /// Whether it is on the way to operations of a version in an environment.
    pub(super) fn leads_to(&self, api: Uuid, version: Uuid, environment: Uuid) -> bool {
        self.api.is_none_or(|own| own == api)
            && self.version.is_none_or(|own| own == version)
            && self.environment.is_none_or(|own| own == environment)
    }
}

/// Of `policies` those on the way to a version in an environment, from the outside in.
pub(super) fn on_the_way(
    policies: &[OnTheWay],
    api: Uuid,
    version: Uuid,
    environment: Uuid,
) -> Vec<&OnTheWay> {
    let leads = |policy: &&OnTheWay| policy.leads_to(api, version, environment);
    policies.iter().filter(leads).collect()
}

/// The policies of the tenant and of these APIs, from the outside in.
pub(super) async fn of_apis(
    conn: &mut PgConnection,
    apis: &[Uuid],
) -> Result<Vec<OnTheWay>, Refusal> {
    let rows = sqlx::query!(
        "select id, level, api_id, api_version_id, operation_key, environment_id, kind, config, mode, inherit
         from policy where api_id is null or api_id = any($1) order by id",
        apis,
    )
    .fetch_all(conn)
    .await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let kind = known(PolicyKind::parse(&row.kind), &row.kind)?;
        found.push(OnTheWay {
            id: row.id.into(),
            api: row.api_id,
            version: row.api_version_id,
            environment: row.environment_id,
            operation: row.operation_key,
            attached: Attached {
                kind,
                level: known(PolicyLevel::parse(&row.level), &row.level)?,
                in_one_environment: row.environment_id.is_some(),
                inherit: known(PolicyInherit::parse(&row.inherit), &row.inherit)?,
            },
            mode: known(PolicyMode::parse(&row.mode), &row.mode)?,
            document: PolicyDocument::stored(kind, row.config)?,
            values: Vec::new(),
        });
    }
    found.sort_by_key(|one| (one.attached.level, one.attached.in_one_environment));
    Ok(found)
}

#[cfg(test)]
pub(super) fn one_on_the_way(
    number: u128,
    attached: Attached,
    operation: Option<&str>,
    document: serde_json::Value,
) -> OnTheWay {
    let read = PolicyDocument::read(attached.kind, document);
    OnTheWay {
        id: PolicyId::from_uuid(Uuid::from_u128(number)),
        api: None,
        version: None,
        environment: None,
        operation: operation.map(ToOwned::to_owned),
        attached,
        mode: PolicyMode::Enforce,
        document: read
            .expect("tests state documents that can be read")
            .document,
        values: Vec::new(),
    }
}
