//! What went wrong lately: one incident that is over, and one that still goes on.

use gatehouse_control_plane::Lookup;
use gatehouse_control_plane::incidents::{
    OpenIncident, UpdateIncident, open_incident, update_incident,
};
use gatehouse_domain::id::IncidentId;
use gatehouse_domain::incident::{IncidentImpact, IncidentState};

use super::stage::{Stage, slug};

/// Tells both, the day before and today.
pub(super) async fn happen(stage: &Stage) -> anyhow::Result<()> {
    stage.turn_to(1, 15);
    let first = open(
        stage,
        "Forecasts are missing",
        IncidentImpact::Outage,
        "weather",
        "Calls to `GET /cities/{city}/forecast` answer 502 since 14:50 UTC. We look for the cause.",
    )
    .await?;
    stage.turn_to(1, 16);
    update(
        stage,
        first,
        IncidentState::Identified,
        "The supplier of our readings moved to another address. We follow it.",
    )
    .await?;
    stage.turn_to(1, 18);
    update(
        stage,
        first,
        IncidentState::Resolved,
        "Forecasts are complete again since 17:40 UTC.",
    )
    .await?;
    stage.turn_to(0, 7);
    open(
        stage,
        "Orders answers slowly",
        IncidentImpact::Degraded,
        "orders",
        "About one call in twenty takes longer than **5 seconds**. Orders that were placed are safe; trying again is safe, too.",
    )
    .await
    .map(drop)
}

async fn open(
    stage: &Stage,
    title: &str,
    impact: IncidentImpact,
    api: &str,
    text: &str,
) -> anyhow::Result<IncidentId> {
    let input = OpenIncident {
        title: title.to_owned(),
        impact,
        state: None,
        apis: vec![slug(api)],
        text: text.to_owned(),
        starts_at: None,
        ends_at: None,
    };
    let opened = open_incident(&stage.db, stage.person("ops")?, input).await?;
    Ok(opened.value.id)
}

async fn update(
    stage: &Stage,
    incident: IncidentId,
    state: IncidentState,
    text: &str,
) -> anyhow::Result<()> {
    let said = UpdateIncident {
        state,
        text: text.to_owned(),
    };
    let operator = stage.person("ops")?;
    update_incident(&stage.db, operator, &Lookup::Id(incident), said).await?;
    Ok(())
}
