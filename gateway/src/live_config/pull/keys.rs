//! Whose signature is accepted on what the control plane sends: the key that signs now, and those announced after it.
//!
//! The identity file keeps every key there was, because what lies on disk may be signed by an older one.

use gatehouse_snapshot::key_chain::{self, Link};

use super::Puller;
use crate::live_config::apply::ConfigError;
use crate::live_config::identity::Identity;

impl Puller {
    /// Takes keys that follow the accepted ones, and pins them before anything they sign is taken.
    pub(super) fn learn_keys(&mut self, links: &[Link]) -> Result<(), ConfigError> {
        let known = self.trust.keys.len();
        let mut keys = self.trust.keys.clone();
        key_chain::follow(&mut keys, links)?;
        if keys.len() > known {
            Identity::keep_keys(&self.data_dir, &keys[known..]).map_err(std::io::Error::other)?;
            tracing::info!(
                learnt = keys.len() - known,
                "a signing key was announced by the one before it"
            );
            self.trust.keys = keys;
            self.status.accept(&self.trust.keys);
        }
        Ok(())
    }

    /// Keys before the one that signs now sign nothing any more, be it configuration or credentials of the console.
    pub(super) fn retire_keys(&mut self) {
        if let Some(running) = &self.running {
            self.trust.retire_before(running.signed_by);
        }
        self.status.accept(&self.trust.keys);
    }
}
