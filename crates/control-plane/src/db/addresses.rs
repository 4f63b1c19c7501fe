//! Where the database is, for each role.

use anyhow::bail;

/// How to reach the database as each role.
#[derive(Debug, Clone)]
pub struct DbAddresses {
    /// As `gatehouse_app`.
    pub app: String,
    /// As `gatehouse_system`.
    pub system: String,
    /// One address for everything, as managed databases give it: transactions then switch role themselves.
    pub shared: bool,
}

impl DbAddresses {
    /// Reads the settings every role has: either one `database_url`, or an address for each working role.
    pub fn from_settings(
        database_url: Option<&str>,
        app: Option<&str>,
        system: Option<&str>,
    ) -> anyhow::Result<Self> {
        match (database_url, app, system) {
            (None, Some(app), Some(system)) => Ok(Self {
                app: app.to_owned(),
                system: system.to_owned(),
                shared: false,
            }),
            (Some(url), None, None) => Ok(Self::managed(url)),
            (None, None, None) => bail!(
                "name the database: set DATABASE_URL, or start everything with `gatehouse up`"
            ),
            _ => bail!("set either database_url, or both database_app_url and database_system_url"),
        }
    }

    /// One managed address.
    pub fn managed(url: &str) -> Self {
        Self {
            app: url.to_owned(),
            system: url.to_owned(),
            shared: true,
        }
    }
}
