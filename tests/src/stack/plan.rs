//! What a stack consists of, and the settings each of its processes gets.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use gatehouse_control_plane::db::DbAddresses;

use crate::ports;
use crate::process::Plan;

/// Which part of a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    AdminApi,
    Portal,
    /// Counted from 0.
    Gateway(usize),
}

/// What to start.
#[derive(Debug, Clone)]
pub struct StackPlan {
    pub(super) program: PathBuf,
    pub(super) gateways: usize,
    pub(super) own_postgres: bool,
    pub(super) smtp: Option<SocketAddr>,
    pub(super) control_plane: Option<String>,
    pub(super) settings: Vec<(String, String)>,
    pub(super) at: Places,
}

/// Where everything answers; known before anything starts.
#[derive(Debug, Clone)]
pub(super) struct Places {
    pub(super) admin_api: SocketAddr,
    pub(super) portal: SocketAddr,
    /// Calls and status of each gateway.
    pub(super) gateways: Vec<(SocketAddr, SocketAddr)>,
}

impl StackPlan {
    /// One of each role of the built executable, on a database of the shared test server.
    pub fn of(program: &str) -> Self {
        let at = Places {
            admin_api: ports::free(),
            portal: ports::free(),
            gateways: Vec::new(),
        };
        let plan = Self {
            program: program.into(),
            gateways: 1,
            own_postgres: false,
            smtp: None,
            control_plane: None,
            settings: Vec::new(),
            at,
        };
        plan.gateways(1)
    }

    /// So many gateways, each with its own folder, joined by one token.
    #[must_use]
    pub fn gateways(mut self, count: usize) -> Self {
        self.gateways = count;
        self.at.gateways = (0..count).map(|_| (ports::free(), ports::free())).collect();
        self
    }

    /// A Postgres of its own, which the test can kill.
    #[must_use]
    pub fn own_postgres(mut self) -> Self {
        self.own_postgres = true;
        self
    }

    /// Mail goes to this receiver instead of staying in the outbox.
    #[must_use]
    pub fn smtp(mut self, receiver: SocketAddr) -> Self {
        self.smtp = Some(receiver);
        self
    }

    /// Gateways reach the admin API through something in between.
    #[must_use]
    pub fn control_plane(mut self, url: String) -> Self {
        self.control_plane = Some(url);
        self
    }

    /// One more setting: `GATEHOUSE_GATEWAY__LIMITS__BODY`. Each role gets those that carry its name.
    #[must_use]
    pub fn setting(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Where the admin API will answer.
    pub fn admin_api_address(&self) -> SocketAddr {
        self.at.admin_api
    }

    pub(super) fn roles(&self) -> Vec<Role> {
        let gateways = (0..self.gateways).map(Role::Gateway);
        [Role::AdminApi, Role::Portal]
            .into_iter()
            .chain(gateways)
            .collect()
    }

    pub(super) fn process(&self, role: Role, folder: &Path, database: &DbAddresses) -> Plan {
        let (name, args, mut env) = match role {
            Role::AdminApi => (
                "admin-api".to_owned(),
                "admin-api",
                self.admin_api(folder, database),
            ),
            Role::Portal => ("portal".to_owned(), "portal", self.portal(folder, database)),
            Role::Gateway(number) => (
                gateway_name(number),
                "gateway",
                self.gateway(number, folder),
            ),
        };
        let prefix = format!("GATEHOUSE_{}__", args.to_uppercase().replace('-', "_"));
        env.insert(format!("{prefix}LOG__FORMAT"), "json".to_owned());
        env.extend(
            self.settings
                .iter()
                .filter(|(name, _)| name.starts_with(&prefix))
                .cloned(),
        );
        Plan {
            program: self.program.clone(),
            args: vec![args.to_owned()],
            env,
            log: folder.join(format!("{name}.log")),
            announce: Some(folder.join(format!("{name}.ready.json"))),
            working_dir: folder.to_owned(),
            name,
        }
    }

    fn control_plane_env(
        role: &str,
        folder: &Path,
        database: &DbAddresses,
    ) -> BTreeMap<String, String> {
        BTreeMap::from([
            (
                format!("GATEHOUSE_{role}__MASTER_KEY_FILE"),
                master_key(folder).display().to_string(),
            ),
            (
                format!("GATEHOUSE_{role}__DATABASE_APP_URL"),
                database.app.clone(),
            ),
            (
                format!("GATEHOUSE_{role}__DATABASE_SYSTEM_URL"),
                database.system.clone(),
            ),
        ])
    }

    fn admin_api(&self, folder: &Path, database: &DbAddresses) -> BTreeMap<String, String> {
        let mut env = Self::control_plane_env("ADMIN_API", folder, database);
        let mut set =
            |name: &str, value: String| env.insert(format!("GATEHOUSE_ADMIN_API__{name}"), value);
        set("LISTEN", self.at.admin_api.to_string());
        set("PUBLIC_URL", format!("http://{}", self.at.admin_api));
        set("PORTAL_PUBLIC_URL", format!("http://{}", self.at.portal));
        set("GATEWAY_PUBLIC_URL", self.gateway_url(0));
        if let Some(receiver) = self.smtp {
            set("MAIL__SMTP_URL", format!("smtp://{receiver}"));
        }
        env
    }

    fn portal(&self, folder: &Path, database: &DbAddresses) -> BTreeMap<String, String> {
        let mut env = Self::control_plane_env("PORTAL", folder, database);
        let mut set =
            |name: &str, value: String| env.insert(format!("GATEHOUSE_PORTAL__{name}"), value);
        set("LISTEN", self.at.portal.to_string());
        set("PUBLIC_URL", format!("http://{}", self.at.portal));
        set("ADMIN_API_URL", format!("http://{}", self.at.admin_api));
        set("GATEWAY_URL", self.gateway_url(0));
        set("MAIL_SERVER", self.smtp.is_some().to_string());
        env
    }

    fn gateway(&self, number: usize, folder: &Path) -> BTreeMap<String, String> {
        let mut env = BTreeMap::new();
        let mut set =
            |name: &str, value: String| env.insert(format!("GATEHOUSE_GATEWAY__{name}"), value);
        let (calls, status) = self.at.gateways[number];
        let control_plane = self.control_plane.clone();
        set("LISTEN", calls.to_string());
        set("STATUS_LISTEN", status.to_string());
        set(
            "CONTROL_PLANE",
            control_plane.unwrap_or_else(|| format!("http://{}", self.at.admin_api)),
        );
        set("ERROR_PAGES", format!("http://{}", self.at.portal));
        set("NAME", gateway_name(number));
        set(
            "DATA_DIR",
            gateway_folder(folder, number).display().to_string(),
        );
        set("JOIN_TOKEN_FILE", join_token(folder).display().to_string());
        env
    }

    pub(super) fn gateway_url(&self, number: usize) -> String {
        self.at
            .gateways
            .get(number)
            .map_or_else(String::new, |(calls, _)| format!("http://{calls}"))
    }
}

pub(super) fn gateway_name(number: usize) -> String {
    format!("gateway-{}", number + 1)
}

pub(super) fn gateway_folder(folder: &Path, number: usize) -> PathBuf {
    folder.join(gateway_name(number))
}

pub(super) fn master_key(folder: &Path) -> PathBuf {
    folder.join("master.key")
}

pub(super) fn join_token(folder: &Path) -> PathBuf {
    folder.join("join-token")
}
