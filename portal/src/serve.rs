//! The process: bind, answer the status pages, serve until shutdown.

use crate::portal::Portal;
use crate::settings::{ROLE, Settings};
use crate::{place, router};
use axum::body::Body;
use axum::response::Response;
use gatehouse_control_plane::Db;
use gatehouse_runtime::listener::{DrainOutcome, Listener, RequestBody};
use gatehouse_runtime::settings::PublicUrl;
use gatehouse_runtime::telemetry::{Check, Health, Metrics, StatusPages};
use gatehouse_runtime::{Supervisor, settings::ListenAddr};
use gatehouse_web::HttpMetrics;
use http::Request;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;
use tower::{Service, ServiceExt};

/// How often the database is asked whether it answers, for `/readyz`.
const PING_EVERY: Duration = Duration::from_secs(2);

/// A portal that has its port but does not serve yet.
pub struct BoundPortal {
    listener: Listener,
    settings: Settings,
    db: Db,
    portal: Portal,
}

impl BoundPortal {
    /// Binds the address of the settings and refuses settings that would leave people unprotected.
    pub fn bind(settings: Settings, db: Db) -> anyhow::Result<Self> {
        let ListenAddr(address) = settings.listen;
        let listener = Listener::bind(address)?;
        let front = settings.front(listener.local_addr())?;
        let portal = Portal::new(db.clone(), settings.clone(), front)?;
        Ok(Self {
            listener,
            settings,
            db,
            portal,
        })
    }

    /// The address with the real port.
    pub fn local_addr(&self) -> SocketAddr {
        self.listener.local_addr()
    }

    /// The URL every link is built from.
    pub fn public_url(&self) -> &PublicUrl {
        self.portal.public_url()
    }

    /// Serves until the supervisor begins shutdown, then drains.
    pub async fn serve(self, supervisor: &Supervisor) -> anyhow::Result<DrainOutcome> {
        let status = StatusPages {
            health: Health::new(),
            metrics: Metrics::new(ROLE),
        };
        self.listener.stats().register(&status.metrics);
        let check = status.health.register("database");
        supervisor.spawn(
            "portal.database_check",
            watch_database(self.db, check, supervisor.token()),
        );
        let health = status.health.clone();
        let token = supervisor.token();
        supervisor.spawn_job("portal.unready", async move {
            token.cancelled().await;
            health.begin_drain();
        });
        let base_path = self.portal.public_url().base_path().to_owned();
        let pages = router::router(&self.portal, HttpMetrics::register(&status.metrics))?;
        let service = tower::service_fn(move |request: Request<RequestBody>| {
            answer(request, status.clone(), pages.clone(), base_path.clone())
        });
        Ok(self
            .listener
            .serve(service, &self.settings.listener, supervisor.token())
            .await)
    }
}

/// Status pages first: they must answer while sessions and the database do not.
async fn answer(
    request: Request<RequestBody>,
    status: StatusPages,
    mut pages: axum::Router,
    base_path: String,
) -> Result<Response, Infallible> {
    if let Some(answer) = status.answer(request.method(), request.uri().path()) {
        return Ok(answer.map(Body::from));
    }
    let request = place::strip(request.map(Body::new), &base_path);
    pages.as_service().ready().await?.call(request).await
}

async fn watch_database(db: Db, check: Check, token: tokio_util::sync::CancellationToken) {
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
