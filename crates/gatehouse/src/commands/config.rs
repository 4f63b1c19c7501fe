//! `gatehouse config print`: every setting, its value and where the value comes from.

use std::io;
use std::process::ExitCode;

use gatehouse_runtime::settings::{Environment, load};

use crate::cli::{Config, RoleName};

pub(crate) fn run(command: Config) -> anyhow::Result<ExitCode> {
    let Config::Print { role, settings } = command;
    let environment = Environment::of_process();
    let out = &mut io::stdout().lock();
    let file = settings.as_deref();
    match role {
        RoleName::AdminApi => {
            use gatehouse_admin_api::{DEFAULTS, ROLE, Settings};
            load::<Settings>(ROLE, DEFAULTS, file, &environment)?.print(out)?;
        }
        RoleName::Portal => {
            use gatehouse_portal::{DEFAULTS, ROLE, Settings};
            load::<Settings>(ROLE, DEFAULTS, file, &environment)?.print(out)?;
        }
        RoleName::Gateway => {
            use gatehouse_gateway::{DEFAULTS, ROLE, Settings};
            load::<Settings>(ROLE, DEFAULTS, file, &environment)?.print(out)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
