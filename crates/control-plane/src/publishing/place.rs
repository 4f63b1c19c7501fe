//! Where a version answers and where its traffic goes. The first description of an API proposes its first server; no later
//! one ever moves traffic, and neither does somebody who may not.

use gatehouse_domain::Permission;
use gatehouse_domain::id::{RouteId, UpstreamId};
use gatehouse_spec::Server;

use super::read::Head;
use super::store::Slot;
use crate::actor::Actor;
use crate::config::Touched;
use crate::refusal::Refusal;
use crate::upstreams::{self, NewUpstream, PutTarget, PutUpstream, require_target};
use crate::work::Work;
use crate::{apis, environments};

/// What the first description of an API proposes as its upstream.
pub(super) enum Proposal {
    /// Not the first one, or upstreams are there already.
    NotAsked,
    /// This address.
    Target(String),
    /// Nothing, and why.
    Unusable(String),
}

impl Proposal {
    /// Asks the description, if this API goes nowhere yet. It is taken over for those who may decide where traffic goes.
    pub(super) async fn of(
        work: &mut Work<'_>,
        actor: &Actor,
        api: &apis::Row,
        head: &Head,
    ) -> Result<Self, Refusal> {
        let asked = sqlx::query_scalar!(
            r#"select exists (select from upstream where api_id = $1)
                   or exists (select from spec_revision r join api_version v on v.id = r.api_version_id where v.api_id = $1) as "known!""#,
            api.id,
        )
        .fetch_one(work.conn())
        .await?;
        if asked {
            return Ok(Self::NotAsked);
        }
        Ok(match usable(head.first_server.as_ref()) {
            Ok(url) if actor.may_on(Permission::UpstreamManage, &api.place()) => Self::Target(url),
            Ok(url) => Self::Unusable(format!(
                "servers[0] '{url}' was not taken over: that needs the right {}; somebody who has it can set where traffic goes under Upstreams.",
                Permission::UpstreamManage.as_str()
            )),
            Err(why) => Self::Unusable(why),
        })
    }

    pub(super) fn warning(&self) -> Option<&str> {
        match self {
            Self::Unusable(why) => Some(why),
            Self::NotAsked | Self::Target(_) => None,
        }
    }
}

/// The address of a server that can be used as it stands, or why it cannot.
fn usable(server: Option<&Server>) -> Result<String, String> {
    let url = server.map_or("/", |server| server.url.trim());
    let shown: String = url.chars().take(200).collect();
    let set = "set where traffic goes under Upstreams";
    if url.contains(['{', '}']) {
        return Err(format!("servers[0] '{shown}' has variables; {set}."));
    }
    if !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(format!(
            "servers[0] '{shown}' is not a whole http or https address; {set}."
        ));
    }
    let url = url.trim_end_matches('/');
    require_target(url)
        .map(|()| url.to_owned())
        .map_err(|why| format!("servers[0] '{shown}' cannot be used: {why} Instead, {set}."))
}

/// Gives the version its address in every environment, and its product.
pub(super) async fn put(
    work: &mut Work<'_>,
    api: &apis::Row,
    slot: &Slot,
    proposal: &Proposal,
) -> Result<(), Refusal> {
    let tenant = work.tenant();
    let path = format!("/{}/{}", api.slug, slot.label);
    for environment in environments::all(work.conn()).await? {
        let known = upstreams::find(work.conn(), api.id, environment.id).await?;
        let upstream: Option<UpstreamId> = match (known, proposal) {
            (Some(upstream), _) => Some(upstream.id),
            (None, Proposal::Target(url)) => {
                let put = PutUpstream {
                    targets: vec![PutTarget::new(url.as_str())],
                    ..PutUpstream::default()
                };
                let new = NewUpstream {
                    api,
                    environment: &environment,
                    put: &put,
                };
                Some(upstreams::insert(work, &new).await?)
            }
            (None, _) => None,
        };
        let id: RouteId = work.new_id();
        let route = sqlx::query_scalar!(
            "insert into route (id, tenant_id, api_version_id, environment_id, upstream_id, path) values ($1, $2, $3, $4, $5, $6)
             on conflict (tenant_id, api_version_id, environment_id) do update set path = excluded.path
             returning id",
            id.uuid(),
            tenant,
            slot.version.uuid(),
            environment.id.uuid(),
            upstream.map(UpstreamId::uuid),
            path,
        )
        .fetch_one(work.conn())
        .await?;
        work.touch(Touched::Route(route.into()));
    }
    sqlx::query!(
        "insert into product_item (tenant_id, product_id, api_version_id) values ($1, $2, $3) on conflict do nothing",
        tenant,
        api.product_id,
        slot.version.uuid(),
    )
    .execute(work.conn())
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(url: &str) -> Server {
        Server {
            url: url.to_owned(),
            description: None,
            variables: Vec::new(),
        }
    }

    #[test]
    fn only_a_whole_and_harmless_address_is_proposed() {
        assert_eq!(
            usable(Some(&server("https://api.example.com/v2/"))).as_deref(),
            Ok("https://api.example.com/v2")
        );
        for (url, words) in [
            ("/v2", "whole http or https"),
            ("//example.com", "whole http or https"),
            ("https://{region}.example.com", "variables"),
            (
                "http://169.254.169.254/latest",
                "not an address of a backend",
            ),
            ("https://user:pass@example.com", "cannot be used"),
        ] {
            let why = usable(Some(&server(url))).unwrap_err();
            assert!(why.contains(words), "{why}");
        }
        assert!(usable(None).is_err());
    }
}
