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
use crate::resources::metadata::{SCOPE_RULE, is_scope};
use crate::resources::render::{State, Wanted, render};
use crate::resources::specs::file_field;
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
        let of_product =
            key.kind == ResourceKind::Plan && held.contains_key(&Key::product(key.owner()));
        let place = Place {
            key,
            scope: own,
            of_product,
        };
        let mut fields = fields(state, known);
        if let Some(field) = file_field(key.kind) {
            let content = content(&mut tx, key, state).await?;
            let (path, name) = place.named_file(&content);
            fields[field] = json!({ "file": name });
            files.push(ResourceFile { path, content });
        }
        files.push(ResourceFile {
            path: format!("{}.yaml", place.path()),
            content: place.text(fields),
        });
    }
    files.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(files)
}

/// Where a resource stands: in the folder, in its scope, and with what it is a part of.
struct Place<'a> {
    key: &'a Key,
    scope: Option<&'a str>,
    /// Whether it belongs to a product, not to an API.
    of_product: bool,
}

impl Place<'_> {
    /// In the folder, without its extension.
    fn path(&self) -> String {
        let (name, owner) = (&self.key.name, self.key.owner());
        match self.key.kind {
            ResourceKind::Team => format!("teams/{name}"),
            ResourceKind::Role => format!("roles/{name}"),
            ResourceKind::LintRules => "lint-rules".to_owned(),
            ResourceKind::Terms => format!("terms/{name}"),
            ResourceKind::Environment => format!("environments/{name}"),
            ResourceKind::Api => format!("apis/{name}/api"),
            ResourceKind::Upstream => format!("apis/{owner}/upstreams/{name}"),
            ResourceKind::Version => format!("apis/{owner}/versions/{name}"),
            ResourceKind::Product => format!("products/{name}/product"),
            ResourceKind::Plan if self.of_product => format!("products/{owner}/plans/{name}"),
            ResourceKind::Plan => format!("apis/{owner}/plans/{name}"),
            ResourceKind::Policy => format!("policies/{name}"),
        }
    }

    /// The file that it names, with a name that says its notation: path and name beside its own.
    fn named_file(&self, content: &str) -> (String, String) {
        let name = &self.key.name;
        let name = match self.key.kind {
            ResourceKind::Terms => format!("{name}.md"),
            _ if content.trim_start().starts_with('{') => format!("{name}.openapi.json"),
            _ => format!("{name}.openapi.yaml"),
        };
        let path = self.path();
        let folder = path.rsplit_once('/').map(|(folder, _)| folder);
        (format!("{}/{name}", folder.unwrap_or_default()), name)
    }

    fn text(&self, spec: Value) -> String {
        let mut metadata = Map::new();
        if let Some(of) = &self.key.of {
            let owner = if self.of_product { "product" } else { "api" };
            metadata.insert(owner.to_owned(), json!(of));
        }
        metadata.insert("name".to_owned(), json!(self.key.name));
        if let Some(scope) = self.scope {
            metadata.insert("scope".to_owned(), json!(scope));
        }
        let mut resource = Map::new();
        resource.insert("apiVersion".to_owned(), json!(API_VERSION));
        resource.insert("kind".to_owned(), json!(self.key.kind.as_str()));
        resource.insert("metadata".to_owned(), Value::Object(metadata));
        resource.insert("spec".to_owned(), spec);
        write_yaml(&Value::Object(resource))
    }
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

/// The file that a resource names, as it was written.
async fn content(conn: &mut PgConnection, key: &Key, state: &State) -> Result<String, Refusal> {
    if key.kind == ResourceKind::Terms {
        let newest = sqlx::query_scalar!(
            "select markdown from terms_version where terms_id = $1 order by number desc limit 1",
            state.id,
        );
        return Ok(newest.fetch_one(conn).await?);
    }
    let sha256 = state.fields["description"]["sha256"].as_str();
    let sha256 = sha256.and_then(unhex).unwrap_or_default();
    let content = sqlx::query_scalar!(
        "select content from spec_revision where api_version_id = $1 and sha256 = $2 order by number desc limit 1",
        state.id,
        sha256,
    )
    .fetch_one(conn)
    .await?;
    Ok(String::from_utf8(content).map_err(anyhow::Error::from)?)
}
