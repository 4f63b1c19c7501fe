//! The policies of one call.

use std::sync::Arc;

use super::cors::{self, Origin};
use crate::request::Fields;
use crate::tables::CompiledSet;

/// The policies of the operation that was called, and where the call comes from.
pub(crate) struct Applied {
    pub(crate) set: Arc<CompiledSet>,
    origin: Origin,
}

impl Applied {
    pub(crate) fn new(set: &Arc<CompiledSet>, fields: Fields<'_>) -> Self {
        let cors = set.cors.as_ref();
        Self {
            origin: cors.map_or(Origin::None, |cors| cors.origin(fields)),
            set: Arc::clone(set),
        }
    }

    /// Whether a field of a backend's answer is left out; its name in lower case.
    pub(crate) fn replaces(&self, name: &[u8]) -> bool {
        self.set.response_headers.touches(name)
            || self.set.cors.is_some() && cors::is_cors_field(name)
    }

    /// The fields that tell browsers who may read the answer, the gateway's own answers included.
    pub(crate) fn each_cors_field(&self, put: &mut dyn FnMut(&'static str, &[u8])) {
        if let Some(cors) = &self.set.cors {
            cors.each_field(self.origin, put);
        }
    }
}
