//! Calls that people make from the portal, as one of their applications and before they have a key: each gets a credential
//! of its own that gateways check by its signature ([`gatehouse_snapshot::console_call`]). Nothing of it is stored; that it
//! was made is in the audit log.

use gatehouse_domain::OperationKey;
use gatehouse_domain::id::{ApplicationId, EnvironmentId};
use gatehouse_language::t;
use gatehouse_runtime::{Secret, random};
use gatehouse_snapshot::console_call::{ConsoleCall, LIFE_S};
use gatehouse_snapshot::object::Moment;
use serde_json::json;
use time::{Duration, OffsetDateTime};

use crate::accounts;
use crate::actor::{Actor, ActorKind};
use crate::audit::AuditEntry;
use crate::catalogue::{self, Viewer};
use crate::db::Db;
use crate::environments::{self, EnvironmentView};
use crate::page::Lookup;
use crate::refusal::Refusal;
use crate::work::{Changed, Work};
use crate::{applications, gateways, membership, versions};

/// What somebody wants to call.
#[derive(Debug, Clone)]
pub struct WantedCall {
    /// Slug of the API.
    pub api: String,
    /// Label of the version.
    pub version: String,
    /// Slug of the operation.
    pub operation: String,
    /// As which application.
    pub application: Lookup<ApplicationId>,
    /// Where.
    pub environment: Lookup<EnvironmentId>,
}

/// A credential for one call.
#[derive(Debug)]
pub struct GrantedCall {
    /// To be sent where a key is. Nowhere else, and never stored.
    pub credential: Secret<String>,
    /// When it ends.
    pub ends_at: OffsetDateTime,
    /// Where it is good.
    pub environment: EnvironmentView,
    /// As which application.
    pub application: ApplicationId,
    /// Its name.
    pub application_name: String,
}

/// Makes the credential of one call: of an operation the actor may read about, as an application of their teams. Whether the
/// call is let through is for the gateway to say.
pub async fn grant_call(
    db: &Db,
    actor: &Actor,
    wanted: &WantedCall,
) -> Result<GrantedCall, Refusal> {
    membership::require_consumer(actor)?;
    within_rate(db, actor).await?;
    let viewer = Viewer::Member(actor);
    let (api, version) = (wanted.api.as_str(), wanted.version.as_str());
    let operation = catalogue::get_operation(db, &viewer, api, version, &wanted.operation).await?;
    if operation.row.webhook {
        return Err(Refusal::Conflict(t!(
            "refused-people-this-is-a-webhook-the-api"
        )));
    }
    let mut work = Work::begin(db, actor).await?;
    let application = applications::lock(work.conn(), &wanted.application).await?;
    membership::require_team(work.conn(), actor, application.team_id).await?;
    let environment = environments::find(work.conn(), &wanted.environment)
        .await
        .map_err(|_| Refusal::unknown("/environment"))?;
    let version = versions::find(work.conn(), operation.api.id.uuid(), version).await?;
    let ends_at = work.now() + Duration::seconds(LIFE_S);
    let call = ConsoleCall {
        id: random::uuid_v7(work.now()),
        application: application.id.into(),
        environment: environment.id,
        api_version: version.id,
        operation: OperationKey::new(&operation.row.method, &operation.row.path_template),
        ends: Moment::from(ends_at),
    };
    let signer = gateways::signer(work.conn(), db).await?;
    let credential = Secret::new(call.seal(&signer));
    work.audit(AuditEntry {
        action: "console_call.grant",
        subject: call.application.to_string(),
        after: Some(json!({
            "id": call.id,
            "environment": environment.slug,
            "api": operation.api.slug,
            "version": version.label,
            "operation": call.operation.as_str(),
        })),
        ..AuditEntry::default()
    });
    let granted = GrantedCall {
        credential,
        ends_at,
        application: call.application,
        application_name: application.name,
        environment,
    };
    let Changed { value, .. } = work.commit(granted).await?;
    Ok(value)
}

/// Counted in a transaction of its own, so that what is refused counts, too.
async fn within_rate(db: &Db, actor: &Actor) -> Result<(), Refusal> {
    let caller = match actor.kind() {
        ActorKind::User { id, .. } => id.uuid(),
        ActorKind::Token { id } => id.uuid(),
        ActorKind::System => return Ok(()),
    };
    let mut tx = db.global().await?;
    let may = accounts::may_call(&mut tx, caller, db.clock().now()).await?;
    tx.commit().await?;
    if may {
        Ok(())
    } else {
        Err(Refusal::TooMany(60))
    }
}
