//! The public addresses of APIs: the environment's own, or the gateway's with the environment's base path.

use crate::page_error::PageError;
use crate::pages::Fact;
use crate::portal::Portal;
use crate::view::shell::capital;
use crate::visitor::Visitor;
use gatehouse_control_plane::environments::{self, EnvironmentView};
use gatehouse_language::t;

/// Where an API version answers in one environment.
pub(crate) fn address(
    portal: &Portal,
    environment: &EnvironmentView,
    api: &str,
    version: &str,
) -> String {
    let base = match &environment.public_url {
        Some(url) => url.trim_end_matches('/').to_owned(),
        None => {
            let path = environment.base_path.to_string();
            portal.gateway_url().join(path.trim_end_matches('/'))
        }
    };
    if api.is_empty() {
        base
    } else {
        format!("{base}/{api}/{version}")
    }
}

/// The same for an environment named by its slug.
pub(crate) async fn public_address(
    visitor: &Visitor,
    environment: &str,
    api: &str,
    version: &str,
) -> Result<String, PageError> {
    let all = environments::list_environments(visitor.db(), visitor.actor()?).await?;
    let found = all
        .iter()
        .find(|one| one.slug == environment)
        .ok_or_else(PageError::not_found)?;
    Ok(address(visitor.portal(), found, api, version))
}

/// What people call an environment. One that has a name of its own keeps it.
pub(crate) fn environment_word(slug: &str) -> String {
    match slug {
        "production" => t!("catalogue-environment-production"),
        "sandbox" => t!("catalogue-environment-sandbox"),
        other => capital(other),
    }
}

/// One line per environment, production first.
pub(crate) fn lines(
    portal: &Portal,
    environments: &[EnvironmentView],
    api: &str,
    version: &str,
) -> Vec<Fact> {
    // By their slugs: the order is the same in every language.
    let mut sorted: Vec<&EnvironmentView> = environments.iter().collect();
    sorted.sort_by(|a, b| a.slug.cmp(&b.slug));
    let line = |one: &EnvironmentView| {
        let address = address(portal, one, api, version);
        Fact::new(environment_word(&one.slug), address)
    };
    sorted.into_iter().map(line).collect()
}
