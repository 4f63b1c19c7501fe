//! How people are told of what concerns them.

use crate::api::words;

words! {
    /// How a person gets mail of a kind of event. The inbox has it whatever is chosen.
    MailPreference {
        /// A mail for each, at once.
        Immediate = "immediate",
        /// One mail an hour with all of them.
        Hourly = "hourly",
        /// One mail a day with all of them.
        Daily = "daily",
        /// No mail.
        Off = "off",
    }
}
