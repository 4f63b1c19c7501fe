//! Jobs: long work that somebody asks for, looks at and may cancel.

use crate::api::words;

words! {
    /// What a job does.
    JobKind {
        /// Writes everything a tenant owns.
        TenantExport = "tenant_export",
        /// Publishes a description.
        SpecPublish = "spec_publish",
        /// Decides many access requests.
        Decisions = "decisions",
    }
}

words! {
    /// How far a job is.
    JobState {
        /// Nobody works on it yet.
        Waiting = "waiting",
        /// Being done.
        Running = "running",
        /// Came to its end.
        Done = "done",
        /// Ended without; it says why.
        Failed = "failed",
        /// Somebody did not want it any more.
        Cancelled = "cancelled",
    }
}

impl JobState {
    /// Whether nothing more happens to it.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}
