//! What every handler shares, and the process around it.

use crate::assets::{self, AssetUrls};
use crate::csrf::CsrfKey;
use crate::relay::Relay;
use crate::settings::{Front, SessionSettings, Settings};
use crate::view::shell::DemoPerson;
use gatehouse_control_plane::Db;
use gatehouse_control_plane::ci_trusts::WorkloadIssuers;
use gatehouse_control_plane::oidc::{IssuerSettings, Issuers};
use gatehouse_control_plane::passkeys::RelyingParty;
use gatehouse_control_plane::publishing::{DescriptionFetch, FETCH_TIMEOUT};
use gatehouse_domain::Language;
use gatehouse_language::t;
use gatehouse_runtime::egress::{Egress, EgressSettings};
use gatehouse_runtime::settings::PublicUrl;
use http::HeaderMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// The state of the portal. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Portal(Arc<Inner>);

struct Inner {
    db: Db,
    settings: Settings,
    front: Front,
    csrf_key: CsrfKey,
    passkeys: Option<RelyingParty>,
    assets: AssetUrls,
    demo_people: Vec<DemoPerson>,
    issuers: Issuers,
    workload_issuers: WorkloadIssuers,
    egress: Egress,
    descriptions: DescriptionFetch,
    relay: Relay,
}

/// How long an identity provider may take, and how much it may say.
const EGRESS_CONNECT: Duration = Duration::from_secs(3);
const EGRESS_TOTAL: Duration = Duration::from_secs(8);
const EGRESS_BYTES_MAX: usize = 256 * 1024;

impl Portal {
    pub(crate) fn new(db: Db, settings: Settings, front: Front) -> anyhow::Result<Self> {
        let egress = Egress::new(&EgressSettings {
            allowed_networks: settings.egress.allowed_networks.clone(),
            connect_timeout: EGRESS_CONNECT,
            total_timeout: EGRESS_TOTAL,
            body_bytes_max: EGRESS_BYTES_MAX,
        })?;
        let descriptions = DescriptionFetch::new(
            settings.egress.allowed_networks.clone(),
            usize::try_from(settings.upload_max).unwrap_or(usize::MAX),
            FETCH_TIMEOUT,
        )?;
        let trusted = settings.sign_in.trusted_issuers.clone();
        let issuers = Issuers::new(egress.clone(), IssuerSettings { trusted });
        let workload_issuers = WorkloadIssuers::new(egress.clone(), issuers.clone());
        let gateway = settings.gateway_relay_url.as_ref();
        let relay = Relay::new(gateway.unwrap_or(&settings.gateway_url).clone())?;
        let csrf_key = CsrfKey::new(*db.keys().form_key());
        let passkeys = RelyingParty::of(&front.public_url);
        let assets = assets::urls(front.public_url.base_path());
        let demo_people = if settings.demo.enabled {
            demo_people(&settings.demo.people)
        } else {
            Vec::new()
        };
        Ok(Self(Arc::new(Inner {
            db,
            settings,
            front,
            csrf_key,
            passkeys,
            assets,
            demo_people,
            issuers,
            workload_issuers,
            egress,
            descriptions,
            relay,
        })))
    }

    pub(crate) fn db(&self) -> &Db {
        &self.0.db
    }

    /// Who asks identity providers.
    pub(crate) fn issuers(&self) -> &Issuers {
        &self.0.issuers
    }

    /// Who asks the issuers of workload identities.
    pub(crate) fn workload_issuers(&self) -> &WorkloadIssuers {
        &self.0.workload_issuers
    }

    /// The way out for descriptions that somebody names the address of.
    pub(crate) fn descriptions(&self) -> &DescriptionFetch {
        &self.0.descriptions
    }

    /// The guarded way out.
    pub(crate) fn egress(&self) -> &Egress {
        &self.0.egress
    }

    /// Who calls the gateway for people on pages.
    pub(crate) fn relay(&self) -> &Relay {
        &self.0.relay
    }

    /// The address of a tenant's pages as others have to know it, never from the Host header.
    pub(crate) fn url_of(&self, tenant: &str, path: &str) -> String {
        format!("{}/t/{tenant}{path}", self.0.front.public_url)
    }

    /// The name of the cookie that ties a sign-in elsewhere to this browser.
    pub(crate) fn flow_cookie(&self) -> &'static str {
        if self.secure_cookies() {
            "__Host-gatehouse-flow"
        } else {
            "gatehouse-flow"
        }
    }

    /// Whom passkeys answer to here; `None` where browsers know none.
    pub(crate) fn passkeys(&self) -> Option<&RelyingParty> {
        self.0.passkeys.as_ref()
    }

    pub(crate) fn csrf_key(&self) -> &CsrfKey {
        &self.0.csrf_key
    }

    pub(crate) fn assets(&self) -> &AssetUrls {
        &self.0.assets
    }

    pub(crate) fn session_settings(&self) -> &SessionSettings {
        &self.0.settings.session
    }

    pub(crate) fn public_url(&self) -> &PublicUrl {
        &self.0.front.public_url
    }

    pub(crate) fn admin_api_url(&self) -> &PublicUrl {
        &self.0.settings.admin_api_url
    }

    pub(crate) fn gateway_url(&self) -> &PublicUrl {
        &self.0.settings.gateway_url
    }

    /// What pages are offered in, English first.
    pub(crate) fn languages(&self) -> &'static [Language] {
        match self.0.settings.languages.unfinished {
            true => Language::ALL,
            false => Language::COMPLETE,
        }
    }

    pub(crate) fn upload_max(&self) -> u64 {
        self.0.settings.upload_max
    }

    pub(crate) fn is_https(&self) -> bool {
        self.0.front.public_url.is_https()
    }

    pub(crate) fn secure_cookies(&self) -> bool {
        self.0.front.secure_cookies
    }

    pub(crate) fn visit_cookie(&self) -> &'static str {
        if self.secure_cookies() {
            "__Host-gatehouse-visit"
        } else {
            "gatehouse-visit"
        }
    }

    pub(crate) fn is_demo(&self) -> bool {
        self.0.settings.demo.enabled
    }

    pub(crate) fn demo_people(&self) -> Vec<DemoPerson> {
        self.0.demo_people.clone()
    }

    /// Whether mail waits in the outbox because no mail server is set.
    pub(crate) fn holds_mail(&self) -> bool {
        !self.0.settings.mail_server
    }

    /// What goes before every path of a tenant's pages. The first tenant's pages need no prefix.
    pub(crate) fn base_of(&self, tenant: &str, first: bool) -> String {
        let base = self.0.front.public_url.base_path();
        if first {
            base.to_owned()
        } else {
            format!("{base}/t/{tenant}")
        }
    }

    pub(crate) fn client_ip(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        self.0.settings.trusted_proxies.client_ip(peer, headers)
    }

    /// What every page says about this installation.
    pub(crate) fn banner(&self) -> Option<String> {
        if self.is_demo() {
            Some(t!("banner-demo"))
        } else if !self.secure_cookies() {
            Some(t!("banner-plain-http"))
        } else {
            None
        }
    }
}

/// How many of the people offered are offered on every page.
const SWITCHES: usize = 2;

/// `dev@demo.test=developer` offers dev, with the word for their role.
fn demo_people(entries: &[String]) -> Vec<DemoPerson> {
    entries
        .iter()
        .enumerate()
        .map(|(at, entry)| {
            let (email, role) = entry.split_once('=').unwrap_or((entry, ""));
            let name = email.split('@').next().unwrap_or(email).to_owned();
            DemoPerson {
                name,
                email: email.to_owned(),
                role: role.to_owned(),
                switch: at < SWITCHES,
            }
        })
        .collect()
}
