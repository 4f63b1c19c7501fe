//! Which roles run where, and the settings each of them gets.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use gatehouse_control_plane::db::DbAddresses;
use serde::{Deserialize, Serialize};

use super::child::ChildSpec;
use super::database::master_key_file;
use crate::cli::Ports;

/// Where the roles answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Addresses {
    /// Pages.
    pub(crate) portal: SocketAddr,
    /// API calls.
    pub(crate) gateway: SocketAddr,
    /// REST.
    pub(crate) admin_api: SocketAddr,
    /// Health and metrics of the gateway.
    pub(crate) gateway_status: SocketAddr,
}

impl Addresses {
    /// The documented ports.
    pub(crate) fn default_ports(ip: IpAddr) -> Self {
        let at = |port| SocketAddr::new(ip, port);
        Self {
            portal: at(8080),
            gateway: at(8000),
            admin_api: at(8001),
            gateway_status: at(8100),
        }
    }

    /// Chooses addresses that are free at this moment, or says which of the documented ports is taken.
    pub(crate) fn choose(ip: IpAddr, ports: Ports) -> anyhow::Result<Self> {
        match ports {
            Ports::Default => {
                let chosen = Self::default_ports(ip);
                for (what, address) in [
                    ("portal", chosen.portal),
                    ("gateway", chosen.gateway),
                    ("admin API", chosen.admin_api),
                    ("gateway status", chosen.gateway_status),
                ] {
                    if TcpListener::bind(address).is_err() {
                        bail!(
                            "{address} (for the {what}) is taken; stop what uses it, or start with --ports auto"
                        );
                    }
                }
                Ok(chosen)
            }
            Ports::Auto => {
                // All four are held until all are chosen, so that they differ.
                let held: Vec<TcpListener> = (0..4)
                    .map(|_| TcpListener::bind((ip, 0)))
                    .collect::<Result<_, _>>()
                    .context("finding free ports")?;
                let at = |place: usize| held[place].local_addr();
                Ok(Self {
                    portal: at(0)?,
                    gateway: at(1)?,
                    admin_api: at(2)?,
                    gateway_status: at(3)?,
                })
            }
        }
    }

    pub(crate) fn portal_url(&self) -> String {
        format!("http://{}", self.portal)
    }

    pub(crate) fn gateway_url(&self) -> String {
        format!("http://{}", self.gateway)
    }

    pub(crate) fn admin_api_url(&self) -> String {
        format!("http://{}", self.admin_api)
    }
}

/// An installation on this machine.
pub(crate) struct StackPlan {
    pub(crate) data_dir: PathBuf,
    pub(crate) addresses: Addresses,
    pub(crate) database: DbAddresses,
    /// E-mail addresses the demo's portal offers for one-click sign-in; none outside the demo.
    pub(crate) demo_people: Vec<String>,
}

impl StackPlan {
    /// The admin API.
    pub(crate) fn admin_api(&self) -> ChildSpec {
        let mut env = self.control_plane_env("ADMIN_API");
        let at = &self.addresses;
        set(&mut env, "GATEHOUSE_ADMIN_API__LISTEN", &at.admin_api);
        set(
            &mut env,
            "GATEHOUSE_ADMIN_API__PUBLIC_URL",
            &at.admin_api_url(),
        );
        set(
            &mut env,
            "GATEHOUSE_ADMIN_API__PORTAL_PUBLIC_URL",
            &at.portal_url(),
        );
        set(
            &mut env,
            "GATEHOUSE_ADMIN_API__GATEWAY_PUBLIC_URL",
            &at.gateway_url(),
        );
        self.child("admin-api", env)
    }

    /// The portal.
    pub(crate) fn portal(&self) -> ChildSpec {
        let mut env = self.control_plane_env("PORTAL");
        let at = &self.addresses;
        set(&mut env, "GATEHOUSE_PORTAL__LISTEN", &at.portal);
        set(&mut env, "GATEHOUSE_PORTAL__PUBLIC_URL", &at.portal_url());
        set(
            &mut env,
            "GATEHOUSE_PORTAL__ADMIN_API_URL",
            &at.admin_api_url(),
        );
        set(&mut env, "GATEHOUSE_PORTAL__GATEWAY_URL", &at.gateway_url());
        if !self.demo_people.is_empty() {
            set(&mut env, "GATEHOUSE_PORTAL__DEMO__ENABLED", &true);
            set(
                &mut env,
                "GATEHOUSE_PORTAL__DEMO__PEOPLE",
                &format!("{:?}", self.demo_people),
            );
        }
        self.child("portal", env)
    }

    /// The gateway. `join_token_file` enrols it at its first start.
    pub(crate) fn gateway(&self, join_token_file: &Path) -> ChildSpec {
        let mut env = BTreeMap::new();
        let at = &self.addresses;
        set(&mut env, "GATEHOUSE_GATEWAY__LISTEN", &at.gateway);
        set(
            &mut env,
            "GATEHOUSE_GATEWAY__STATUS_LISTEN",
            &at.gateway_status,
        );
        set(
            &mut env,
            "GATEHOUSE_GATEWAY__CONTROL_PLANE",
            &at.admin_api_url(),
        );
        set(&mut env, "GATEHOUSE_GATEWAY__ERROR_PAGES", &at.portal_url());
        set(&mut env, "GATEHOUSE_GATEWAY__NAME", &"gateway-1");
        set(
            &mut env,
            "GATEHOUSE_GATEWAY__DATA_DIR",
            &self.gateway_data_dir().display(),
        );
        set(
            &mut env,
            "GATEHOUSE_GATEWAY__JOIN_TOKEN_FILE",
            &join_token_file.display(),
        );
        self.child("gateway", env)
    }

    /// Where the gateway keeps its identity and configuration.
    pub(crate) fn gateway_data_dir(&self) -> PathBuf {
        self.data_dir.join("gateway")
    }

    /// What the gateway writes once it has joined.
    pub(crate) fn gateway_identity(&self) -> PathBuf {
        self.gateway_data_dir().join("identity.json")
    }

    fn control_plane_env(&self, role: &str) -> BTreeMap<String, String> {
        let mut env = BTreeMap::new();
        set(
            &mut env,
            &format!("GATEHOUSE_{role}__MASTER_KEY_FILE"),
            &master_key_file(&self.data_dir).display(),
        );
        if self.database.shared {
            set(
                &mut env,
                &format!("GATEHOUSE_{role}__DATABASE_URL"),
                &self.database.app,
            );
        } else {
            set(
                &mut env,
                &format!("GATEHOUSE_{role}__DATABASE_APP_URL"),
                &self.database.app,
            );
            set(
                &mut env,
                &format!("GATEHOUSE_{role}__DATABASE_SYSTEM_URL"),
                &self.database.system,
            );
        }
        env
    }

    fn child(&self, role: &str, env: BTreeMap<String, String>) -> ChildSpec {
        ChildSpec {
            name: role.to_owned(),
            args: vec![role.to_owned()],
            env,
            isolated: false,
            announce: self.data_dir.join(format!("{role}.ready.json")),
            log: None,
        }
    }
}

fn set(env: &mut BTreeMap<String, String>, name: &str, value: &impl ToString) {
    env.insert(name.to_owned(), value.to_string());
}
