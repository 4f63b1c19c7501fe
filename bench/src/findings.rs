//! Single figures with what they must be: memory, time to serve, latency while something happens.

use serde::Serialize;

/// A figure; smaller is better.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Finding {
    pub(crate) case: &'static str,
    pub(crate) what: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) value: f64,
    pub(crate) must: Option<f64>,
    pub(crate) aim: Option<f64>,
}

impl Finding {
    /// A figure that is only told.
    pub(crate) fn told(
        case: &'static str,
        what: &'static str,
        unit: &'static str,
        value: f64,
    ) -> Self {
        Self {
            case,
            what,
            unit,
            value,
            must: None,
            aim: None,
        }
    }

    /// The same with what it must not exceed.
    pub(crate) fn at_most(self, must: f64, aim: f64) -> Self {
        Self {
            must: Some(must),
            aim: Some(aim),
            ..self
        }
    }

    /// How it did, in words.
    pub(crate) fn said(&self) -> &'static str {
        match (self.must, self.aim) {
            (Some(_), Some(aim)) if self.value <= aim => "reached, and what was aimed at",
            (Some(must), _) if self.value <= must => "reached",
            (Some(must), _) if self.value <= must * TOLERANCE => "reached within 5 %",
            (Some(_), _) => "MISSED",
            (None, _) => "",
        }
    }

    pub(crate) fn is_missed(&self) -> bool {
        self.must.is_some_and(|must| self.value > must * TOLERANCE)
    }
}

/// Figures reproduce within a few percent; a goal is missed beyond that.
const TOLERANCE: f64 = 1.05;
