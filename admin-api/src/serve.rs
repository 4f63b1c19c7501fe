//! The process: bind, answer the status pages, serve until shutdown.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use gatehouse_control_plane::Db;
use gatehouse_control_plane::ci_trusts::WorkloadIssuers;
use gatehouse_control_plane::jobs::{self, JobSettings};
use gatehouse_control_plane::oidc::{IssuerSettings, Issuers};
use gatehouse_control_plane::publishing::{DescriptionFetch, FETCH_TIMEOUT};
use gatehouse_runtime::Supervisor;
use gatehouse_runtime::egress::{Egress, EgressError, EgressSettings};
use gatehouse_runtime::listener::{DrainOutcome, Listener, RequestBody};
use gatehouse_runtime::settings::{ListenAddr, PublicUrl};
use gatehouse_runtime::telemetry::{Check, Health, Metrics, StatusPages};
use gatehouse_web::{Edge, HttpMetrics};
use http::Request;
use tokio_util::sync::CancellationToken;
use tower::{Service, ServiceExt};

use crate::gateway::heads::Heads;
use crate::router;
use crate::settings::{ROLE, Settings};
use crate::state::{AdminApi, Links};

/// How often the database is asked whether it answers, for `/readyz`.
const PING_EVERY: Duration = Duration::from_secs(2);

/// An admin API that has its port but does not serve yet.
#[derive(Debug)]
pub struct BoundAdminApi {
    listener: Listener,
    settings: Settings,
    db: Db,
    links: Links,
}

impl BoundAdminApi {
    /// Binds the address of the settings.
    pub fn bind(settings: Settings, db: Db) -> anyhow::Result<Self> {
        let ListenAddr(address) = settings.listen;
        let listener = Listener::bind(address)?;
        let own = settings.public_url.clone();
        let own = own.unwrap_or_else(|| PublicUrl::from(listener.local_addr()));
        let links = Links::new(
            own,
            settings.portal_public_url.clone(),
            settings.gateway_public_url.clone(),
        );
        Ok(Self {
            listener,
            settings,
            db,
            links,
        })
    }

    /// The address with the real port.
    pub fn local_addr(&self) -> SocketAddr {
        self.listener.local_addr()
    }

    /// The URL every link is built from.
    pub fn public_url(&self) -> &PublicUrl {
        self.links.own()
    }

    /// Serves until the supervisor begins shutdown, then drains.
    pub async fn serve(self, supervisor: &Supervisor) -> anyhow::Result<DrainOutcome> {
        let status = StatusPages {
            health: Health::new(),
            metrics: Metrics::new(ROLE),
        };
        self.listener.stats().register(&status.metrics);
        let check = status.health.register("database");
        let watch = watch_database(self.db.clone(), check, supervisor.token());
        supervisor.spawn("admin_api.database_check", watch);
        let health = status.health.clone();
        let token = supervisor.token();
        supervisor.spawn_job("admin_api.unready", async move {
            token.cancelled().await;
            health.begin_drain();
        });
        let small = self.issuers_egress()?;
        let issuers = Issuers::new(small.clone(), IssuerSettings::default());
        let egress = Egress::new(&EgressSettings {
            allowed_networks: self.settings.egress.allowed_networks.clone(),
            ..EgressSettings::default()
        })?;
        let descriptions = DescriptionFetch::new(
            self.settings.egress.allowed_networks.clone(),
            usize::try_from(self.settings.limits.spec).unwrap_or(usize::MAX),
            FETCH_TIMEOUT,
        )?;
        jobs::start(&self.db, &self.job_settings(egress.clone()), supervisor)?;
        let edge = Arc::new(Edge {
            clock: self.db.clock().clone(),
            trusted_proxies: self.settings.trusted_proxies.clone(),
            error_pages: Some(self.links.portal().to_string()),
            metrics: HttpMetrics::register(&status.metrics),
        });
        let state = AdminApi {
            heads: Heads::watch(&self.db, supervisor),
            db: self.db,
            supervisor: supervisor.clone(),
            links: self.links,
            limits: self.settings.limits,
            workloads: WorkloadIssuers::new(small, issuers.clone()),
            issuers,
            egress,
            descriptions,
        };
        let api = router::router(state, Arc::clone(&edge));
        let service = tower::service_fn(move |request: Request<RequestBody>| {
            answer(request, status.clone(), api.clone())
        });
        let listener = self
            .listener
            .word_refusals(move |refusal| edge.answer_refusal(refusal));
        Ok(listener
            .serve(service, &self.settings.listener, supervisor.token())
            .await)
    }

    /// The guarded way out; what is asked for is small and must come soon, because somebody waits.
    fn issuers_egress(&self) -> Result<Egress, EgressError> {
        Egress::new(&EgressSettings {
            allowed_networks: self.settings.egress.allowed_networks.clone(),
            connect_timeout: Duration::from_secs(3),
            total_timeout: Duration::from_secs(8),
            body_bytes_max: 256 * 1024,
        })
    }

    fn job_settings(&self, egress: Egress) -> JobSettings {
        JobSettings {
            portal_url: self.links.portal().to_string(),
            smtp_url: self.settings.mail.smtp_url.clone(),
            mail_from: self.settings.mail.from.clone(),
            egress,
            ended_kept: self.settings.configuration.ended_kept,
            lag_after: self.settings.configuration.lag_after,
        }
    }
}

/// Status pages first: they must answer while the database does not.
async fn answer(
    request: Request<RequestBody>,
    status: StatusPages,
    mut api: axum::Router,
) -> Result<Response, Infallible> {
    if let Some(answer) = status.answer(request.method(), request.uri().path()) {
        return Ok(answer.map(Body::from));
    }
    let request = request.map(Body::new);
    api.as_service().ready().await?.call(request).await
}

async fn watch_database(db: Db, check: Check, token: CancellationToken) {
    loop {
        match db.ping().await {
            Ok(()) => check.ok(),
            Err(_) => check.failed("the database does not answer"),
        }
        tokio::select! {
            () = token.cancelled() => return,
            () = tokio::time::sleep(PING_EVERY) => {}
        }
    }
}
