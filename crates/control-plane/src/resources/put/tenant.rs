//! Teams, environments, roles, lint rules and terms.

use super::{Want, renamed, stays};
use crate::actor::Actor;
use crate::db::Db;
use crate::page::Lookup;
use crate::refusal::Refusal;
use crate::resources::State;
use crate::resources::specs::{EnvironmentSpec, LintRulesSpec, RoleSpec, TeamSpec, TermsSpec};
use crate::{environments, legal, lint_rules, roles, teams};

pub(super) async fn put_team(
    db: &Db,
    actor: &Actor,
    want: &Want<'_>,
    spec: &TeamSpec,
    held: Option<&State>,
) -> Result<(), Refusal> {
    let Some(held) = held else {
        let kind = spec.kind.ok_or_else(|| {
            Refusal::field(
                "/kind",
                "required",
                "Say what the team does: provider or consumer.",
            )
        })?;
        let input = teams::CreateTeam {
            slug: want.key.name.clone(),
            name: spec.name.clone().unwrap_or_else(|| want.key.name.clone()),
            kind,
        };
        teams::create_team(db, actor, input).await?;
        return Ok(());
    };
    stays(held, "/kind", spec.kind)?;
    if spec.name.is_some() {
        let input = teams::UpdateTeam {
            name: spec.name.clone(),
        };
        teams::update_team(db, actor, held.id.into(), None, input).await?;
    }
    Ok(())
}

pub(super) async fn put_environment(
    db: &Db,
    actor: &Actor,
    want: &Want<'_>,
    spec: &EnvironmentSpec,
    held: Option<&State>,
) -> Result<(), Refusal> {
    let Some(held) = held else {
        let detail = "There is no environment of this name; environments come with the tenant.";
        return Err(Refusal::field("/slug", "no_environment", detail));
    };
    stays(held, "/kind", spec.kind)?;
    stays(held, "/base_path", spec.base_path.as_ref())?;
    if spec.host.is_none() && spec.public_url.is_none() {
        return Ok(());
    }
    let input = environments::UpdateEnvironment {
        host: spec.host.clone(),
        public_url: spec.public_url.clone(),
    };
    let lookup = Lookup::Slug(want.key.name.clone());
    environments::update_environment(db, actor, lookup, None, input).await?;
    Ok(())
}

pub(super) async fn put_role(
    db: &Db,
    actor: &Actor,
    want: &Want<'_>,
    spec: &RoleSpec,
    held: Option<&State>,
) -> Result<(), Refusal> {
    let slug = &want.key.name;
    if held.is_none() {
        let input = roles::CreateRole {
            slug: slug.clone(),
            name: spec.name.clone().unwrap_or_else(|| slug.clone()),
            description: spec.description.clone().unwrap_or_default(),
            permissions: spec.permissions.clone().unwrap_or_default(),
        };
        roles::create_role(db, actor, input).await?;
        return Ok(());
    }
    let input = roles::UpdateRole {
        name: spec.name.clone(),
        description: spec.description.clone(),
        permissions: spec.permissions.clone(),
    };
    roles::update_role(db, actor, slug, None, input).await?;
    Ok(())
}

/// Sets the levels that differ; what is at its default and stays there is not pinned.
pub(super) async fn put_lint_rules(
    db: &Db,
    actor: &Actor,
    spec: &LintRulesSpec,
    held: Option<&State>,
) -> Result<(), Refusal> {
    for (rule, level) in &spec.0 {
        let now = held.and_then(|held| held.fields.get(rule)?.as_str());
        if now != Some(level.as_str()) {
            lint_rules::set_lint_rule(db, actor, rule, *level).await?;
        }
    }
    Ok(())
}

/// Another text is a new version, which requests accept from then on.
pub(super) async fn put_terms(
    db: &Db,
    actor: &Actor,
    want: &Want<'_>,
    spec: &TermsSpec,
    held: Option<&State>,
) -> Result<(), Refusal> {
    let text = want
        .file
        .map(|text| String::from_utf8_lossy(text).into_owned());
    let slug = &want.key.name;
    let in_file = |refusal| renamed(refusal, &[("/markdown", "/text/file")]);
    let Some(held) = held else {
        let markdown = text.ok_or_else(|| {
            let detail = "New terms need their text: name its file.";
            Refusal::field("/text", "required", detail)
        })?;
        let input = legal::CreateTerms {
            slug: slug.clone(),
            title: spec.title.clone().unwrap_or_else(|| slug.clone()),
            markdown,
        };
        let done = legal::create_terms(db, actor, input).await;
        return done.map(drop).map_err(in_file);
    };
    stays(held, "/title", spec.title.as_ref())?;
    let stated = spec.text.as_ref().map(|text| text.sha256.as_str());
    if let Some(markdown) = text
        && stated != held.fields["text"]["sha256"].as_str()
    {
        let done = legal::publish_terms(db, actor, slug, None, &markdown).await;
        return done.map(drop).map_err(in_file);
    }
    Ok(())
}
