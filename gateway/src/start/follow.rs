//! Joining, and following the control plane until shutdown.

use std::sync::Arc;

use anyhow::Context;
use gatehouse_runtime::Supervisor;
use gatehouse_snapshot::group_seal::GroupSeal;
use gatehouse_snapshot::sign::DigestKey;
use tokio_util::task::TaskTracker;

use super::control::Control;
use crate::limit_store::LimitStore;
use crate::live_config::control_plane::Enrolled;
use crate::live_config::desk::Desk;
use crate::live_config::pull::Puller;
use crate::live_config::{ack, join};

impl Control {
    /// Joins if need be, then follows the control plane until shutdown. Each part is a task of its own: neither a long
    /// compilation nor the panic of one keeps the others from their work.
    pub(super) async fn follow(
        self,
        puller: Option<Puller>,
        supervisor: Supervisor,
        writers: TaskTracker,
    ) {
        let token = supervisor.token();
        let puller = match puller {
            Some(puller) if self.identity.get().is_some() => puller,
            begun => match token.run_until_cancelled(self.join(begun)).await {
                None => return,
                Some(Ok(puller)) => puller,
                Some(Err(error)) => {
                    // Without a place for configuration there is nothing to follow; /readyz says so.
                    let text = format!("{error:#}");
                    tracing::error!(error = text, "cannot begin to follow the control plane");
                    return self.config.change(|in_force| in_force.refused = Some(text));
                }
            },
        };
        let (control, until) = (self.clone(), token.clone());
        let counted = writers.token();
        supervisor.spawn("gateway.configuration", async move {
            let _counted = counted;
            if let Some(enrolled) = control.enrolled() {
                until.run_until_cancelled(puller.run(enrolled)).await;
            }
        });
        let (control, until) = (self.clone(), token.clone());
        let counted = writers.token();
        supervisor.spawn("gateway.acknowledgements", async move {
            let _counted = counted;
            if let Some(enrolled) = control.enrolled() {
                let (config, sharing) = (control.config.clone(), control.sharing.clone());
                let desk = control
                    .settings
                    .sharing
                    .store
                    .is_none()
                    .then(|| control.desk());
                let metrics = Arc::clone(&control.metrics);
                let telling = ack::run(enrolled, config, sharing, metrics, desk);
                until.run_until_cancelled(telling).await;
            }
        });
        if let Some((addresses, identity)) = self
            .settings
            .sharing
            .store
            .as_ref()
            .zip(self.identity.get())
        {
            let store = LimitStore::new(addresses, identity.group, identity.node);
            let settling = store.run(self.desk(), Arc::clone(&self.sharing));
            let until = token.clone();
            supervisor.spawn("gateway.limits", async move {
                until.run_until_cancelled(settling).await;
            });
        }
        let counted = writers.token();
        supervisor.spawn("gateway.usage", async move {
            let _counted = counted;
            if let Some(enrolled) = self.enrolled() {
                let shipping = self.shipper.clone().run(&enrolled);
                token.run_until_cancelled(shipping).await;
            }
        });
    }

    /// Joins, and goes on from what was begun from a snapshot folder.
    async fn join(&self, begun: Option<Puller>) -> anyhow::Result<Puller> {
        let report = |reason: &str| {
            tracing::warn!(reason, "not joined yet");
            let text = format!("not joined: {reason}");
            self.config.change(|in_force| in_force.refused = Some(text));
        };
        let settings = &self.settings;
        let identity = join::join(
            settings,
            &self.control_plane,
            &self.signer,
            &settings.data_dir,
            report,
        )
        .await;
        self.config.change(|in_force| in_force.refused = None);
        match begun {
            Some(mut puller) if puller.trust().group == identity.group => {
                let seal = GroupSeal::new(&identity.group_key);
                puller.trust_keys(identity.trusted.clone(), seal);
                let digest_key = DigestKey::new(&identity.group_key);
                self.group_key.store(Some(Arc::new(digest_key)));
                let _ = self.identity.set(identity);
                Ok(puller)
            }
            Some(_) => anyhow::bail!(
                "the snapshot folder is of another gateway group than the join token; empty the data folder and start again"
            ),
            None => {
                let mut puller = self.enrol(identity)?;
                puller.begin().context("opening the journal")?;
                Ok(puller)
            }
        }
    }

    pub(super) fn desk(&self) -> Desk {
        let (sharing, quotas) = (Arc::clone(&self.sharing), Arc::clone(&self.shipper.quotas));
        let tables = Arc::clone(&self.tables);
        Desk::new(sharing, quotas, tables, self.config.clock().clone())
    }

    pub(super) fn enrolled(&self) -> Option<Enrolled<'_>> {
        Some(Enrolled {
            control_plane: &self.control_plane,
            node: self.identity.get()?.node,
            signer: &self.signer,
        })
    }
}
