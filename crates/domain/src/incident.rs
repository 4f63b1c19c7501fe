//! Incidents: what an operator tells those who use APIs about what is wrong with them.

use crate::api::words;

/// Longest title, in characters.
pub const TITLE_MAX: usize = 120;
/// Longest text of an update, in characters.
pub const TEXT_MAX: usize = 10_000;
/// Most APIs that one incident names. What concerns more of them concerns everything.
pub const APIS_MAX: usize = 50;
/// Most updates of one incident, the first one included. The last there can be resolves it.
pub const UPDATES_MAX: i64 = 200;
/// Most updates by one person or their access tokens within an hour, openings included.
pub const PER_HOUR_MAX: i64 = 60;
/// Most open incidents of a tenant.
pub const OPEN_MAX: i64 = 50;

/// How long ago maintenance may have begun when it is told of, in days.
pub const BEGAN_DAYS_MAX: i64 = 1;
/// How far ahead maintenance is planned, in days: ten years.
pub const AHEAD_DAYS_MAX: i64 = 3_653;

words! {
    /// What an incident does to calls.
    IncidentImpact {
        /// Some calls fail, or are slow.
        Degraded = "degraded",
        /// Calls fail.
        Outage = "outage",
        /// Planned work, during which calls may fail.
        Maintenance = "maintenance",
    }
}

words! {
    /// How far an incident is, by its newest update.
    IncidentState {
        /// Its cause is looked for.
        Investigating = "investigating",
        /// Its cause is known.
        Identified = "identified",
        /// It seems to be over, and is watched.
        Monitoring = "monitoring",
        /// It is over.
        Resolved = "resolved",
    }
}

impl IncidentImpact {
    /// The state of an incident whose first update names none: nobody looks for the cause of maintenance.
    pub const fn first_state(self) -> IncidentState {
        match self {
            Self::Maintenance => IncidentState::Identified,
            Self::Degraded | Self::Outage => IncidentState::Investigating,
        }
    }
}

impl IncidentState {
    /// Its name for people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Investigating => "Investigating",
            Self::Identified => "Identified",
            Self::Monitoring => "Monitoring",
            Self::Resolved => "Resolved",
        }
    }

    /// Whether nothing more is said of it.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Resolved)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_looks_for_the_cause_of_maintenance() {
        for impact in IncidentImpact::ALL {
            let first = impact.first_state();
            assert!(!first.is_over(), "{impact}");
            let looked_for = first == IncidentState::Investigating;
            assert_eq!(looked_for, *impact != IncidentImpact::Maintenance);
        }
    }

    #[test]
    fn only_what_is_resolved_is_over() {
        let over = IncidentState::ALL.iter().filter(|state| state.is_over());
        assert_eq!(over.collect::<Vec<_>>(), [&IncidentState::Resolved]);
    }
}
