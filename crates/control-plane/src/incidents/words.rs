//! Incidents in a word, in the reader's language.

use gatehouse_domain::incident::{IncidentImpact, IncidentState};
use gatehouse_language::t;

/// How far an incident is, as people read it.
pub fn state_word(state: IncidentState) -> String {
    match state {
        IncidentState::Investigating => t!("catalogue-incident-investigating"),
        IncidentState::Identified => t!("catalogue-incident-identified"),
        IncidentState::Monitoring => t!("catalogue-incident-monitoring"),
        IncidentState::Resolved => t!("catalogue-resolved"),
    }
}

/// What an incident does to calls, as people read it.
pub fn impact_word(impact: IncidentImpact) -> String {
    match impact {
        IncidentImpact::Degraded => t!("catalogue-impact-degraded"),
        IncidentImpact::Outage => t!("catalogue-impact-outage"),
        IncidentImpact::Maintenance => t!("catalogue-impact-maintenance"),
    }
}
