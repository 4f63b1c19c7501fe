//! Teams, environments, roles, lint rules and terms.

use gatehouse_domain::{EnvironmentKind, id};
use gatehouse_spec::lint::Rule;
use serde_json::json;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::{State, States};
use crate::refusal::Refusal;
use crate::resources::specs::{
    EnvironmentSpec, FileSpec, LintRulesSpec, RoleSpec, Spec, TeamSpec, TermsSpec,
};
use crate::resources::{Key, LINT_RULES, ResourceKind};
use crate::teams::TeamKind;
use crate::words::known;
use crate::{lint_rules, roles};

pub(super) async fn teams(
    conn: &mut PgConnection,
    ids: Option<Vec<Uuid>>,
    states: &mut States,
) -> Result<(), Refusal> {
    let rows = sqlx::query!(
        "select id, slug, name, kind from team
         where personal_user_id is null and ($1::uuid[] is null or id = any($1))",
        ids.as_deref(),
    )
    .fetch_all(conn)
    .await?;
    for row in rows {
        let kind = match row.kind.as_str() {
            "provider" => TeamKind::Provider,
            _ => TeamKind::Consumer,
        };
        let spec = TeamSpec {
            name: Some(row.name),
            kind: Some(kind),
        };
        let state = State {
            subject: id::TeamId::from_uuid(row.id).to_string(),
            id: row.id,
            fields: Spec::Team(spec).fields(),
            ids: json!({}),
        };
        states.insert(Key::new(ResourceKind::Team, None, &row.slug), state);
    }
    Ok(())
}

pub(super) async fn environments(
    conn: &mut PgConnection,
    ids: Option<Vec<Uuid>>,
    states: &mut States,
) -> Result<(), Refusal> {
    let rows = sqlx::query!(
        "select id, slug, kind, host, base_path, public_url from environment
         where $1::uuid[] is null or id = any($1)",
        ids.as_deref(),
    )
    .fetch_all(conn)
    .await?;
    for row in rows {
        let spec = EnvironmentSpec {
            kind: Some(known(EnvironmentKind::parse(&row.kind), &row.kind)?),
            base_path: Some(row.base_path),
            host: Some(row.host),
            public_url: Some(row.public_url),
        };
        let state = State {
            subject: id::EnvironmentId::from_uuid(row.id).to_string(),
            id: row.id,
            fields: Spec::Environment(spec).fields(),
            ids: json!({}),
        };
        states.insert(Key::new(ResourceKind::Environment, None, &row.slug), state);
    }
    Ok(())
}

/// Of a role the subject is its slug, as the audit log has it.
pub(super) async fn roles(
    conn: &mut PgConnection,
    ids: Option<Vec<Uuid>>,
    states: &mut States,
) -> Result<(), Refusal> {
    let rows = sqlx::query!(
        "select id, slug, name, description, permissions from role where $1::uuid[] is null or id = any($1)",
        ids.as_deref(),
    )
    .fetch_all(conn)
    .await?;
    for row in rows {
        let spec = RoleSpec {
            name: Some(row.name),
            description: Some(row.description),
            permissions: Some(roles::known_permissions(&row.permissions)),
        };
        let key = Key::new(ResourceKind::Role, None, &row.slug);
        let state = State {
            subject: row.slug,
            id: row.id,
            fields: Spec::Role(spec).fields(),
            ids: json!({}),
        };
        states.insert(key, state);
    }
    Ok(())
}

/// Every rule, those at their default too: what a later program asks by itself is then no surprise.
pub(super) async fn lint_rules(
    conn: &mut PgConnection,
    states: &mut States,
) -> Result<(), Refusal> {
    let levels = lint_rules::levels(conn).await?;
    let levels = Rule::ALL
        .iter()
        .map(|rule| (rule.id().to_owned(), levels.of(*rule)));
    let state = State {
        subject: ResourceKind::LintRules.as_str().to_owned(),
        id: Uuid::nil(),
        fields: Spec::LintRules(LintRulesSpec(levels.collect())).fields(),
        ids: json!({}),
    };
    let key = Key::new(ResourceKind::LintRules, None, LINT_RULES);
    states.insert(key, state);
    Ok(())
}

pub(super) async fn terms(
    conn: &mut PgConnection,
    ids: Option<Vec<Uuid>>,
    states: &mut States,
) -> Result<(), Refusal> {
    let rows = sqlx::query!(
        r#"select t.id, t.slug, t.title, v.number, encode(sha256(convert_to(v.markdown, 'UTF8')), 'hex') as "sha256!"
           from terms t
           cross join lateral (select n.number, n.markdown from terms_version n where n.terms_id = t.id
                               order by n.number desc limit 1) v
           where $1::uuid[] is null or t.id = any($1)"#,
        ids.as_deref(),
    )
    .fetch_all(conn)
    .await?;
    for row in rows {
        let spec = TermsSpec {
            title: Some(row.title),
            text: Some(FileSpec {
                file: String::new(),
                sha256: row.sha256,
            }),
        };
        let state = State {
            subject: id::TermsId::from_uuid(row.id).to_string(),
            id: row.id,
            fields: Spec::Terms(spec).fields(),
            ids: json!({ "version": row.number }),
        };
        states.insert(Key::new(ResourceKind::Terms, None, &row.slug), state);
    }
    Ok(())
}
