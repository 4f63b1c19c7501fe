//! What gateways do with calls besides letting subscribed ones through.

use gatehouse_domain::policy::{PolicyInherit, PolicyMode};
use serde_json::Value;

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
        at_its_place(held, "/api", spec.api.as_ref())?;
        at_its_place(held, "/version", spec.version.as_ref())?;
        at_its_place(held, "/operation", spec.operation.as_ref())?;
        at_its_place(held, "/environment", spec.environment.as_ref())?;
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

/// Refuses to move a policy. A name that is left out is a place further out, so that it cannot be left out here.
fn at_its_place(held: &State, pointer: &str, stated: Option<&String>) -> Result<(), Refusal> {
    let own = held.fields.get(&pointer[1..]).and_then(Value::as_str);
    if own == stated.map(String::as_str) {
        return Ok(());
    }
    let detail = match own {
        Some(own) => format!("It is at \"{own}\" and stays there: name that, or give this policy another name."),
        None => "It is not that far in and stays where it is: leave this out, or give this policy another name.".to_owned(),
    };
    Err(Refusal::field(pointer, "stays", detail))
}
