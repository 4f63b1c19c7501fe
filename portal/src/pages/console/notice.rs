//! Taking something from subscribers without giving them notice: the box and its reason, on the forms that may.

use crate::view::form::{Faults, Field};
use gatehouse_language::t;

/// The box, and why.
pub(crate) fn without_notice(now: &str, reason: &str, faults: &Faults) -> [Field; 2] {
    [
        Field::check("now", t!("access-notice-skip"), "yes")
            .ticked(!now.is_empty())
            .faults(faults),
        Field::area("reason", t!("access-notice-why"), 500)
            .optional()
            .value(reason)
            .help(t!("access-notice-why-help"))
            .faults(faults),
    ]
}

/// What the verb takes: the reason, where the box is ticked.
pub(crate) fn skipped(now: &str, reason: &str) -> Option<String> {
    (!now.is_empty()).then(|| reason.to_owned())
}
