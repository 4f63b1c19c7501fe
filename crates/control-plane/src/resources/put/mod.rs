//! Making a thing what a resource says, by the verbs everybody calls. Only what is stated is passed on.

mod api;
mod plan;
mod policy;
mod product;
mod tenant;
mod version;

use bytes::Bytes;
use serde_json::Value;

use super::specs::Spec;
use super::{Key, ResourceKind, State};
use crate::actor::Actor;
use crate::db::Db;
use crate::page::Lookup;
use crate::products::{self, RetireProduct};
use crate::publishing::{PublishRefusal, Source};
use crate::refusal::Refusal;
use crate::versions::{self, Retire};
use crate::{plans, policies, roles, upstreams};

/// What a thing shall be.
pub(crate) struct Want<'a> {
    pub(crate) key: &'a Key,
    pub(crate) spec: &'a Spec,
    /// The file that it names beside its own.
    pub(crate) file: Option<&'a Bytes>,
    pub(crate) source: &'a Source,
    /// An earlier state to go back to exactly, with its numbers and ids.
    pub(crate) back_to: Option<&'a Value>,
    /// Why subscribers are given no notice of what is taken from them; none gives it.
    pub(crate) without_notice: Option<&'a str>,
}

impl Want<'_> {
    fn api<Id: std::str::FromStr>(&self) -> Lookup<Id> {
        Lookup::from(self.key.owner())
    }

    fn number(&self) -> Option<i32> {
        let number = self.back_to?.get("revision")?.as_i64()?;
        i32::try_from(number).ok()
    }
}

/// Makes or changes a thing. `held` is what it is now.
pub(crate) async fn put(
    db: &Db,
    actor: &Actor,
    want: &Want<'_>,
    held: Option<&State>,
) -> Result<(), PublishRefusal> {
    match want.spec {
        Spec::Team(spec) => tenant::put_team(db, actor, want, spec, held).await?,
        Spec::Role(spec) => tenant::put_role(db, actor, want, spec, held).await?,
        Spec::LintRules(spec) => tenant::put_lint_rules(db, actor, spec, held).await?,
        Spec::Terms(spec) => tenant::put_terms(db, actor, want, spec, held).await?,
        Spec::Environment(spec) => tenant::put_environment(db, actor, want, spec, held).await?,
        Spec::Api(spec) => api::put_api(db, actor, want, spec, held).await?,
        Spec::Upstream(spec) => api::put_upstream(db, actor, want, spec, held).await?,
        Spec::Version(spec) => version::put_version(db, actor, want, spec, held).await?,
        Spec::Product(spec) => product::put_product(db, actor, want, spec, held).await?,
        Spec::Plan(spec) => plan::put_plan(db, actor, want, spec, held).await?,
        Spec::Policy(spec) => policy::put_policy(db, actor, want, spec, held).await?,
    }
    Ok(())
}

/// Refuses to change a field that a thing is made with.
fn stays(
    held: &State,
    pointer: &str,
    stated: Option<impl serde::Serialize>,
) -> Result<(), Refusal> {
    let stated = stated.and_then(|stated| serde_json::to_value(stated).ok());
    let own = held.fields.get(&pointer[1..]).unwrap_or(&Value::Null);
    match stated {
        Some(stated) if stated != *own => Err(Refusal::field(
            pointer,
            "stays",
            format!("It is {own} and stays; leave this out or state what it is."),
        )),
        _ => Ok(()),
    }
}

/// Points faults of a verb at the members that files have for its fields.
fn renamed(refusal: Refusal, names: &[(&str, &str)]) -> Refusal {
    let Refusal::Invalid(mut faults) = refusal else {
        return refusal;
    };
    for fault in &mut faults {
        let own = names.iter().find_map(|(field, member)| {
            let rest = fault.pointer.strip_prefix(field)?;
            Some(format!("{member}{rest}"))
        });
        fault.pointer = own.unwrap_or_else(|| std::mem::take(&mut fault.pointer));
    }
    Refusal::Invalid(faults)
}

/// Takes a thing away that files of a scope no longer have; some kinds stay. What is in use is refused by its verb, unless a
/// reason is given where the verb takes one.
pub(crate) async fn take_away(
    db: &Db,
    actor: &Actor,
    key: &Key,
    reason: &str,
) -> Result<(), Refusal> {
    let api = || Lookup::from(key.owner());
    match key.kind {
        ResourceKind::Upstream => {
            upstreams::remove_upstream(db, actor, api(), &key.name).await?;
        }
        ResourceKind::Plan => {
            let plan = Lookup::Slug(key.name.clone());
            plans::close_plan(db, actor, api(), plan, None, plans::ClosePlan::default()).await?;
        }
        ResourceKind::Version => {
            let input = Retire {
                reason: reason.to_owned(),
            };
            versions::retire_version(db, actor, api(), &key.name, None, input).await?;
        }
        ResourceKind::Product => {
            let input = RetireProduct {
                reason: reason.to_owned(),
            };
            let product = Lookup::from(key.owner());
            products::retire_product(db, actor, product, None, input).await?;
        }
        ResourceKind::Role => {
            roles::delete_role(db, actor, &key.name, None).await?;
        }
        ResourceKind::Policy => {
            let policy = Lookup::Slug(key.name.clone());
            policies::delete_policy(db, actor, policy, None, reason).await?;
        }
        ResourceKind::Team
        | ResourceKind::LintRules
        | ResourceKind::Terms
        | ResourceKind::Environment
        | ResourceKind::Api => {}
    }
    Ok(())
}
