//! Export: what there is, as the files that would make it. The same configuration is the same bytes, whoever asks and when.

use std::collections::BTreeMap;

use gatehouse_domain::Permission;
use gatehouse_snapshot::node_auth::unhex;
use serde_json::{Map, Value, json};
use sqlx::postgres::PgConnection;

use super::plan::{Managed, managed, with_references};
use crate::actor::Actor;
use crate::db::Db;
use crate::refusal::Refusal;
use crate::resources::file::{SCOPE_RULE, is_scope};
use crate::resources::render::{State, Wanted, render};
use crate::resources::{API_VERSION, Key, ResourceFile, ResourceKind, write_yaml};

/// Writes what there is as files: everything, or what is kept in a scope. Fields that were set by reference are written as
/// the reference as long as they are what it stood for.
pub async fn export(
    db: &Db,
    actor: &Actor,
    scope: Option<&str>,
) -> Result<Vec<ResourceFile>, Refusal> {
    actor.require(Permission::ApiRead)?;
    if scope.is_some_and(|scope| !is_scope(scope)) {
        return Err(Refusal::field("?scope", "scope", SCOPE_RULE));
    }
    // One moment: what refers to each other is read together.
    let mut tx = db.tenant_as_of_now(actor.tenant()).await?;
    let held = render(&mut tx, &Wanted::all()).await?;
    let managed = managed(&mut tx).await?;
    let mut files = Vec::new();
    for (key, state) in &held {
        let known = managed.get(key);
        let own = known.and_then(|known| known.scope.as_deref());
        if scope.is_some() && own != scope {
            continue;
        }
        if key.kind == ResourceKind::Version {
            files.extend(version(&mut tx, key, state, own).await?);
        } else {
            files.push(ResourceFile {
                path: format!("{}.yaml", path(key)),
                content: text(key, own, fields(state, known)),
            });
        }
    }
    files.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(files)
}

/// Where a resource stands in the folder, without its extension.
fn path(key: &Key) -> String {
    let name = &key.name;
    let api = key.api.as_deref().unwrap_or_default();
    match key.kind {
        ResourceKind::Team => format!("teams/{name}"),
        ResourceKind::Environment => format!("environments/{name}"),
        ResourceKind::Api => format!("apis/{name}/api"),
        ResourceKind::Upstream => format!("apis/{api}/upstreams/{name}"),
        ResourceKind::Plan => format!("apis/{api}/plans/{name}"),
        ResourceKind::Version => format!("apis/{api}/versions/{name}"),
    }
}

fn text(key: &Key, scope: Option<&str>, spec: Value) -> String {
    let mut metadata = Map::new();
    if let Some(api) = &key.api {
        metadata.insert("api".to_owned(), json!(api));
    }
    metadata.insert("name".to_owned(), json!(key.name));
    if let Some(scope) = scope {
        metadata.insert("scope".to_owned(), json!(scope));
    }
    let mut resource = Map::new();
    resource.insert("apiVersion".to_owned(), json!(API_VERSION));
    resource.insert("kind".to_owned(), json!(key.kind.as_str()));
    resource.insert("metadata".to_owned(), Value::Object(metadata));
    resource.insert("spec".to_owned(), spec);
    write_yaml(&Value::Object(resource))
}

/// The fields, with a reference wherever what it stood for is still there.
fn fields(state: &State, known: Option<&Managed>) -> Value {
    let now = json!({ "spec": state.fields });
    let mut refs = BTreeMap::new();
    if let Some(known) = known {
        let applied = json!({ "spec": known.applied });
        for (pointer, reference) in &known.refs {
            let stood = applied.pointer(pointer);
            if stood.is_some() && stood == now.pointer(pointer) {
                refs.insert(pointer.clone(), reference.clone());
            }
        }
    }
    let mut value = with_references(&state.fields, &refs);
    value["spec"].take()
}

/// A version and its description, in the notation it came in.
async fn version(
    conn: &mut PgConnection,
    key: &Key,
    state: &State,
    scope: Option<&str>,
) -> Result<Vec<ResourceFile>, Refusal> {
    let sha256 = state.fields["description"]["sha256"].as_str();
    let sha256 = sha256.and_then(unhex).unwrap_or_default();
    let content = sqlx::query_scalar!(
        "select content from spec_revision where api_version_id = $1 and sha256 = $2 order by number desc limit 1",
        state.id,
        sha256,
    )
    .fetch_one(conn)
    .await?;
    let content = String::from_utf8(content).map_err(anyhow::Error::from)?;
    let extension = match content.trim_start().starts_with('{') {
        true => "json",
        false => "yaml",
    };
    let name = format!("{}.openapi.{extension}", key.name);
    let mut fields = state.fields.clone();
    fields.insert("description".to_owned(), json!({ "file": name }));
    let path = path(key);
    let description = match path.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{name}"),
        None => name,
    };
    Ok(vec![
        ResourceFile {
            path: format!("{path}.yaml"),
            content: text(key, scope, Value::Object(fields)),
        },
        ResourceFile {
            path: description,
            content,
        },
    ])
}
