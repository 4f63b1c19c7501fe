//! Every page, on one screen: read it and know the portal.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::{get, post};
use gatehouse_problem::ProblemKind;
use gatehouse_web::HttpMetrics;
use std::sync::Arc;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;

use crate::access::{self, Access};
use crate::address::Path;
use crate::page_error::PageError;
use crate::pages::account::{confirm, inbox, login, outbox, signup, sso, theme};
use crate::pages::platform::tenants;
use crate::pages::{
    applications as apps, catalogue as cat, console as con, problem, requests, spread,
};
use crate::portal::Portal;
use crate::{assets, session, visitor};

/// All routes with all layers. Prefixes of the address are taken off before; see `place.rs`.
pub(crate) fn router(portal: &Portal, metrics: HttpMetrics) -> anyhow::Result<Router> {
    let access = Arc::new(Access {
        clock: portal.db().clock().clone(),
        metrics,
    });
    let upload_max = usize::try_from(portal.upload_max()).unwrap_or(usize::MAX);
    let sessions = session::layer(
        portal.db().clone(),
        portal.session_settings(),
        portal.secure_cookies(),
    );
    let pages = public()
        .merge(account())
        .merge(applications())
        .merge(console().layer(DefaultBodyLimit::max(upload_max.saturating_add(64 * 1024))))
        .fallback(async || PageError::not_found())
        .method_not_allowed_fallback(async || PageError::of(ProblemKind::MethodNotAllowed))
        .layer(CatchPanicLayer::custom(access::answer_panic))
        .layer(CsrfLayer::new().add_trusted_origin(portal.public_url().origin())?)
        .layer(from_fn_with_state(portal.clone(), visitor::know))
        .layer(sessions)
        .layer(from_fn_with_state(access, access::tell))
        .layer(CompressionLayer::new().gzip(true).br(true));
    Ok(Router::new()
        .route("/static/{name}", get(asset))
        .merge(pages)
        .with_state(portal.clone()))
}

async fn asset(Path([name]): Path<1>) -> Response {
    let mut response = assets::serve(&name);
    crate::headers::secure(response.headers_mut(), false, None);
    response
}

fn public() -> Router<Portal> {
    Router::new()
        .route("/", get(cat::home::show))
        .route("/apis", get(cat::list::show))
        .route("/apis/{api}", get(cat::api::show))
        .route(
            "/apis/{api}/request",
            get(cat::request::show).post(cat::request::submit),
        )
        .route("/apis/{api}/{version}/reference", get(cat::reference::show))
        .route(
            "/apis/{api}/{version}/reference/{operation}",
            get(cat::operation::show),
        )
        .route("/apis/{api}/{version}/spec", get(cat::reference::download))
        .route("/apis/{api}/{version}/llms.txt", get(cat::llms::show))
        .route("/help", get(problem::show_help))
        .route("/errors/{code}", get(problem::show_code))
        .route("/theme", post(theme::submit))
        .route("/changes/{change}", get(spread::show))
}

fn account() -> Router<Portal> {
    Router::new()
        .route("/login", get(login::show).post(login::submit))
        .route("/logout", post(login::leave))
        .route("/login/sso/{provider}", post(sso::begin))
        .route("/login/sso/{provider}/callback", get(sso::finish))
        .route(
            "/login/connect/{pending}",
            get(sso::show_connect).post(sso::connect),
        )
        .route(
            "/login/confirm/{token}",
            get(sso::show_confirm).post(sso::confirm),
        )
        .route("/demo/sign-in", post(login::demo))
        .route("/signup", get(signup::show).post(signup::submit))
        .route(
            "/verify/{token}",
            get(confirm::show_verify).post(confirm::verify),
        )
        .route(
            "/setup/{token}",
            get(confirm::show_setup).post(confirm::setup),
        )
        .route(
            "/invite/{token}",
            get(confirm::show_invite).post(confirm::invite),
        )
        .route("/forgot", get(confirm::show_forgot).post(confirm::forgot))
        .route(
            "/reset/{token}",
            get(confirm::show_reset).post(confirm::reset),
        )
        .route("/inbox", get(inbox::show))
        .route("/inbox/read", post(inbox::read_all))
        .route("/outbox", get(outbox::show))
        .route("/outbox/{mail}", get(outbox::show_mail))
}

fn applications() -> Router<Portal> {
    Router::new()
        .route("/requests", get(requests::list::show))
        .route("/requests/{request}", get(requests::show::show))
        .route(
            "/requests/{request}/{event}",
            get(requests::change::show).post(requests::change::submit),
        )
        .route("/applications", get(apps::list::show))
        .route(
            "/applications/new",
            get(apps::list::show_new).post(apps::list::create),
        )
        .route("/applications/{application}", get(apps::show::show))
        .route("/applications/{application}/usage", get(apps::usage::show))
        .route(
            "/applications/{application}/keys",
            get(apps::keys::show).post(apps::keys::create),
        )
        .route(
            "/applications/{application}/keys/{key}",
            get(apps::key::show),
        )
        .route(
            "/applications/{application}/keys/{key}/first-call",
            get(apps::key::show_arrival),
        )
        .route(
            "/applications/{application}/keys/{key}/stored",
            post(apps::key::stored),
        )
        .route(
            "/applications/{application}/keys/{key}/rotate",
            get(apps::replace::show_rotate).post(apps::replace::rotate),
        )
        .route(
            "/applications/{application}/keys/{key}/revoke",
            get(apps::replace::show_revoke).post(apps::replace::revoke),
        )
}

fn console() -> Router<Portal> {
    Router::new()
        .route("/console", get(con::home::show))
        .route(
            "/console/requests",
            get(con::queue::show).post(con::decide::submit),
        )
        .route("/console/requests/decided", get(con::decided::show))
        .route("/console/apis", get(con::apis::show))
        .route(
            "/console/apis/new",
            get(con::publish::show_new).post(con::publish::create),
        )
        .route("/console/apis/{api}", get(con::api::show))
        .route("/console/apis/{api}/versions", post(con::publish::submit))
        .route(
            "/console/apis/{api}/versions/{version}/{event}",
            get(con::versions::show).post(con::versions::submit),
        )
        .route(
            "/console/apis/{api}/upstreams/{environment}",
            get(con::upstreams::show).post(con::upstreams::submit),
        )
        .route(
            "/console/apis/{api}/plans/new",
            get(con::plan_form::show_new).post(con::plan_form::create),
        )
        .route(
            "/console/apis/{api}/plans/{plan}",
            get(con::plan_form::show).post(con::plan_form::update),
        )
        .route("/console/plans", get(con::plans::show))
        .route("/console/applications", get(con::applications::show))
        .route(
            "/console/subscriptions/{subscription}/{event}",
            get(con::enforce::show).post(con::enforce::submit),
        )
        .route(
            "/console/people",
            get(con::people::show).post(con::people::invite),
        )
        .route("/console/people/{person}", get(con::people::show_person))
        .route(
            "/console/people/{person}/roles",
            post(con::people::set_roles),
        )
        .route(
            "/console/people/{person}/status",
            post(con::people::set_status),
        )
        .route(
            "/console/teams",
            get(con::teams::show).post(con::teams::create),
        )
        .route("/console/teams/{team}", get(con::teams::show_team))
        .route(
            "/console/teams/{team}/members",
            post(con::teams::add_member),
        )
        .route(
            "/console/teams/{team}/members/{person}/remove",
            post(con::teams::remove_member),
        )
        .route("/console/gateways", get(con::gateways::show))
        .route("/console/gateways/{group}/join", post(con::gateways::join))
        .route(
            "/console/gateways/{node}/retire",
            get(con::gateways::show_retire).post(con::gateways::retire),
        )
        .route("/console/audit", get(con::audit::show))
        .route(
            "/console/settings/tokens",
            get(con::tokens::show).post(con::tokens::create),
        )
        .route(
            "/console/settings/tokens/{token}/revoke",
            post(con::tokens::revoke),
        )
        .route(
            "/console/settings/tokens/{token}/stored",
            post(con::tokens::stored),
        )
        .route(
            "/platform/tenants",
            get(tenants::show).post(tenants::create),
        )
        .route(
            "/platform/tenants/{tenant}/status",
            get(tenants::show_status).post(tenants::set_status),
        )
}
