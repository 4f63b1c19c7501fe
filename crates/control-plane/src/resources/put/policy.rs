//! What gateways do with calls besides letting subscribed ones through.

use gatehouse_domain::policy::{PolicyInherit, PolicyMode};

use super::{Want, stays};
use crate::actor::Actor;
use crate::db::Db;
use crate::page::Lookup;
use crate::policies::{self, CreatePolicy, PolicyPlace, UpdatePolicy};
use crate::refusal::Refusal;
use crate::resources::State;
use crate::resources::specs::PolicySpec;

pub(super) async fn put_policy(
    db: &Db,
    actor: &Actor,
    want: &Want<'_>,
    spec: &PolicySpec,
    held: Option<&State>,
) -> Result<(), Refusal> {
    let slug = &want.key.name;
    if let Some(held) = held {
        // What is left out of a place is a place, too: every API, every environment.
        stays(held, "/api", Some(&spec.api))?;
        stays(held, "/version", Some(&spec.version))?;
        stays(held, "/operation", Some(&spec.operation))?;
        stays(held, "/environment", Some(&spec.environment))?;
        stays(held, "/kind", Some(spec.kind))?;
        let input = UpdatePolicy {
            document: spec.document.clone(),
            mode: spec.mode,
            inherit: spec.inherit,
            reason: String::new(),
        };
        policies::update_policy(db, actor, Lookup::Slug(slug.clone()), None, input).await?;
        return Ok(());
    }
    let Some(document) = spec.document.clone() else {
        let detail = "A new policy needs what it says.";
        return Err(Refusal::field("/document", "required", detail));
    };
    let input = CreatePolicy {
        slug: Some(slug.clone()),
        place: PolicyPlace {
            api: spec.api.clone().map(Lookup::Slug),
            version: spec.version.clone(),
            operation: spec.operation.clone(),
            environment: spec.environment.clone().map(Lookup::Slug),
        },
        kind: spec.kind,
        document,
        mode: spec.mode.unwrap_or(PolicyMode::Enforce),
        inherit: spec.inherit.unwrap_or(PolicyInherit::Default),
        reason: String::new(),
    };
    policies::create_policy(db, actor, input).await?;
    Ok(())
}
