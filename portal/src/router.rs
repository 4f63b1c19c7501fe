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
use crate::pages::account::{
    code, confirm, email, factor, inbox, login, looks, notifications, outbox, passkeys, password,
    sessions, signup, sso,
};
use crate::pages::console::settings as set;
use crate::pages::platform::tenants;
use crate::pages::{
    applications as apps, catalogue as cat, console as con, logo, problem, requests, spread,
};
use crate::portal::Portal;
use crate::proof::{proved, proved_for_others};
use crate::{assets, language, session, tint, visitor};

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
        .layer(from_fn_with_state(access, access::tell));
    Ok(Router::new()
        .route("/static/{name}", get(asset))
        .merge(pages)
        .layer(CompressionLayer::new().gzip(true).br(true))
        .with_state(portal.clone()))
}

async fn asset(Path([name]): Path<1>) -> Response {
    let mut response = tint::serve(&name).unwrap_or_else(|| assets::serve(&name));
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
        .route("/logo/{sha256}", get(logo::show))
        .route(
            "/terms/{terms}",
            get(cat::terms::show).post(cat::terms::submit),
        )
        .route("/products/{product}", get(cat::product::show))
        .route(
            "/products/{product}/request",
            get(cat::request::show).post(cat::request::submit),
        )
        .route("/apis/{api}/guides", get(cat::guides::first))
        .route("/apis/{api}/guides/{guide}", get(cat::guides::show))
        .route("/apis/{api}/changelog", get(cat::changelog::show))
        .route("/apis/{api}/changelog.atom", get(cat::changelog::feed))
        .route("/apis/{api}/follow", post(cat::follow::submit))
        .route(
            "/apis/{api}/questions",
            get(cat::talk::show).post(cat::talk::ask),
        )
        .route(
            "/apis/{api}/questions/{question}/answers",
            post(cat::talk::answer),
        )
        .route(
            "/apis/{api}/questions/{comment}/hide",
            post(cat::talk::hide),
        )
        .route(
            "/apis/{api}/questions/{comment}/show",
            post(cat::talk::show_again),
        )
        .route("/apis/{api}/{version}/reference", get(cat::reference::show))
        .route(
            "/apis/{api}/{version}/reference/{operation}",
            get(cat::operation::show)
                .post(cat::try_it::send)
                .layer(DefaultBodyLimit::max(cat::try_it::FORM_BYTES_MAX)),
        )
        .route(
            "/apis/{api}/{version}/reference/{operation}/callbacks/{callback}",
            get(cat::callback::show),
        )
        .route("/apis/{api}/{version}/schemas", get(cat::parts::list))
        .route(
            "/apis/{api}/{version}/schemas/{schema}",
            get(cat::parts::show),
        )
        .route("/apis/{api}/{version}/spec", get(cat::reference::download))
        .route("/apis/{api}/{version}/llms.txt", get(cat::llms::show))
        .route("/search", get(cat::search::show))
        .route("/status", get(cat::status::show))
        .route("/status/feed", get(cat::incident_feed::show))
        .route("/status/incidents/{incident}", get(cat::incidents::show))
        .route("/help", get(problem::show_help))
        .route("/errors/{code}", get(problem::show_code))
        .route("/theme", post(looks::set_theme))
        .route("/density", post(looks::set_density))
        .route("/shortcuts", post(looks::set_shortcuts))
        .route("/language", post(language::choose))
        .route("/changes/{change}", get(spread::show))
}

fn account() -> Router<Portal> {
    Router::new()
        .route("/login", get(login::show).post(login::submit))
        .route("/login/code", get(code::show).post(code::submit))
        .route("/login/passkey", post(passkeys::sign_in))
        .route("/login/passkey/options", post(passkeys::begin_showing))
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
        .route(
            "/account/sessions",
            get(sessions::show).post(sessions::end_others),
        )
        .route("/account/sessions/{session}/end", post(sessions::end))
        .route(
            "/account/password",
            get(password::show).post(password::submit),
        )
        .route("/account/security", get(factor::show).post(factor::set_up))
        .route("/account/security/confirm", post(factor::confirm))
        .route("/account/security/codes", post(factor::new_codes))
        .route("/account/security/off", post(factor::turn_off))
        .route(
            "/account/passkeys",
            proved(get(passkeys::show).post(passkeys::add)),
        )
        .route(
            "/account/passkeys/options",
            post(passkeys::begin_registration),
        )
        .route("/account/passkeys/show", post(passkeys::strengthen))
        .route("/account/passkeys/{passkey}/rename", post(passkeys::rename))
        .route(
            "/account/passkeys/{passkey}/remove",
            proved(post(passkeys::remove)),
        )
        .route("/account/email", get(email::show).post(email::submit))
        .route(
            "/account/email/confirm/{token}",
            get(email::show_confirm).post(email::confirm),
        )
        .route(
            "/account/email/undo/{token}",
            get(email::show_undo).post(email::undo),
        )
        .route("/inbox", get(inbox::show))
        .route("/inbox/read", post(inbox::read_all))
        .route(
            "/account/notifications",
            get(notifications::show).post(notifications::save),
        )
        .route("/outbox", get(outbox::show))
        .route("/outbox/{mail}", get(outbox::show_mail))
}

fn applications() -> Router<Portal> {
    Router::new()
        .route("/requests", get(requests::list::show))
        .route("/requests/{request}", get(requests::show::show))
        .route(
            "/requests/{request}/messages",
            get(requests::messages::show).post(requests::messages::submit),
        )
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
        .route("/applications/{application}/logs", get(apps::logs::show))
        .route(
            "/applications/{application}/logs/{request}",
            get(apps::call::show),
        )
        .route(
            "/applications/{application}/keys",
            proved_for_others(get(apps::keys::show).post(apps::keys::create)),
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
            proved_for_others(get(apps::replace::show_rotate).post(apps::replace::rotate)),
        )
        .route(
            "/applications/{application}/members",
            proved(get(apps::members::show).post(apps::members::invite)),
        )
        .route(
            "/applications/{application}/members/team",
            proved(post(apps::members::give)),
        )
        .route(
            "/applications/{application}/members/{person}/remove",
            post(apps::members::remove),
        )
        .merge(application_webhooks())
        .route(
            "/applications/{application}/credentials/new",
            proved_for_others(get(apps::credential::show).post(apps::credential::create)),
        )
        .route(
            "/applications/{application}/keys/{key}/evidence",
            get(apps::evidence::show),
        )
        .route(
            "/applications/{application}/keys/{key}/revoke",
            proved_for_others(get(apps::replace::show_revoke).post(apps::replace::revoke)),
        )
}

/// The same pages as those of the tenant's webhooks.
fn application_webhooks() -> Router<Portal> {
    Router::new()
        .route(
            "/applications/{application}/webhooks",
            proved(get(set::webhooks::show).post(set::webhooks::create)),
        )
        .route(
            "/applications/{application}/webhooks/{webhook}",
            proved(get(set::webhook::show).post(set::webhook::update)),
        )
        .route(
            "/applications/{application}/webhooks/{webhook}/stored",
            post(set::webhooks::stored),
        )
        .route(
            "/applications/{application}/webhooks/{webhook}/test",
            post(set::webhook::test),
        )
        .route(
            "/applications/{application}/webhooks/{webhook}/run",
            post(set::webhook::run),
        )
        .route(
            "/applications/{application}/webhooks/{webhook}/secret",
            proved(post(set::webhook::rotate)),
        )
        .route(
            "/applications/{application}/webhooks/{webhook}/redeliver",
            post(set::webhook::redeliver_many),
        )
        .route(
            "/applications/{application}/webhooks/{webhook}/deliveries/{delivery}",
            get(set::delivery::show).post(set::delivery::redeliver),
        )
        .route(
            "/applications/{application}/webhooks/{webhook}/delete",
            proved(get(set::webhook::show_delete).post(set::webhook::delete)),
        )
}

fn settings() -> Router<Portal> {
    Router::new()
        .route(
            "/console/settings",
            proved(get(set::general::show).post(set::general::submit)),
        )
        .route(
            "/console/settings/sign-in",
            proved(get(set::sign_in::show).post(set::sign_in::create)),
        )
        .route(
            "/console/settings/sign-in/{provider}/switch",
            proved(post(set::sign_in::switch)),
        )
        .route(
            "/console/settings/sign-in/{provider}/delete",
            proved(get(set::sign_in::show_delete).post(set::sign_in::delete)),
        )
        .route("/console/settings/mail", get(set::mails::show))
        .route(
            "/console/settings/mail/{template}",
            get(set::mails::show_one),
        )
        .route(
            "/console/settings/mail/{template}/test",
            post(set::mails::test),
        )
        .route(
            "/console/settings/branding",
            get(set::branding::show)
                .post(set::branding::submit)
                .layer(DefaultBodyLimit::max(set::branding::FORM_BYTES_MAX)),
        )
        .route("/console/settings/end", get(set::end::show))
        .route(
            "/console/settings/end/export",
            proved(post(set::end::export)),
        )
        .route("/console/settings/end/close", proved(post(set::end::close)))
        .route("/console/settings/end/reopen", post(set::end::reopen))
        .route("/console/settings/lint", get(set::lint::show))
        .route("/console/settings/lint/{rule}", post(set::lint::submit))
        .route(
            "/console/settings/ci-trusts",
            proved(get(set::ci_trusts::show).post(set::ci_trusts::create)),
        )
        .route(
            "/console/settings/ci-trusts/{trust}/delete",
            post(set::ci_trusts::delete),
        )
        .route(
            "/console/settings/webhooks",
            proved(get(set::webhooks::show).post(set::webhooks::create)),
        )
        .route(
            "/console/settings/webhooks/{webhook}",
            proved(get(set::webhook::show).post(set::webhook::update)),
        )
        .route(
            "/console/settings/webhooks/{webhook}/stored",
            post(set::webhooks::stored),
        )
        .route(
            "/console/settings/webhooks/{webhook}/test",
            post(set::webhook::test),
        )
        .route(
            "/console/settings/webhooks/{webhook}/run",
            post(set::webhook::run),
        )
        .route(
            "/console/settings/webhooks/{webhook}/secret",
            proved(post(set::webhook::rotate)),
        )
        .route(
            "/console/settings/webhooks/{webhook}/redeliver",
            post(set::webhook::redeliver_many),
        )
        .route(
            "/console/settings/webhooks/{webhook}/deliveries/{delivery}",
            get(set::delivery::show).post(set::delivery::redeliver),
        )
        .route(
            "/console/settings/webhooks/{webhook}/delete",
            proved(get(set::webhook::show_delete).post(set::webhook::delete)),
        )
}

/// Those of one API, and those of every API, which are a setting of the tenant.
fn policies() -> Router<Portal> {
    Router::new()
        .route(
            "/console/apis/{api}/policies",
            get(con::policies::list::show),
        )
        .route(
            "/console/apis/{api}/policies/new",
            get(con::policies::edit::show_new).post(con::policies::save::create),
        )
        .route(
            "/console/apis/{api}/policies/{policy}",
            get(con::policies::edit::show).post(con::policies::save::update),
        )
        .route(
            "/console/apis/{api}/policies/{policy}/delete",
            get(con::policies::remove::show).post(con::policies::remove::submit),
        )
        .route(
            "/console/settings/policies",
            get(con::policies::list::show_all),
        )
        .route(
            "/console/settings/policies/new",
            proved(get(con::policies::edit::show_new).post(con::policies::save::create)),
        )
        .route(
            "/console/settings/policies/{policy}",
            proved(get(con::policies::edit::show).post(con::policies::save::update)),
        )
        .route(
            "/console/settings/policies/{policy}/delete",
            proved(get(con::policies::remove::show).post(con::policies::remove::submit)),
        )
}

/// What policies of one API name, and nobody reads.
fn backend_secrets() -> Router<Portal> {
    Router::new()
        .route(
            "/console/apis/{api}/backend-secrets",
            get(con::backend_secrets::list::show).post(con::backend_secrets::list::create),
        )
        .route(
            "/console/apis/{api}/backend-secrets/{secret}",
            get(con::backend_secrets::replace::show).post(con::backend_secrets::replace::submit),
        )
        .route(
            "/console/apis/{api}/backend-secrets/{secret}/delete",
            get(con::backend_secrets::remove::show).post(con::backend_secrets::remove::submit),
        )
}

fn console() -> Router<Portal> {
    Router::new()
        .route("/console", get(con::home::show))
        .route(
            "/console/requests",
            get(con::queue::show).post(con::decide::submit),
        )
        .route("/console/requests/undo", post(con::undo::submit))
        .route(
            "/console/requests/settings",
            get(con::deciding::show).post(con::deciding::set),
        )
        .route(
            "/console/requests/settings/deputies",
            proved(post(con::deciding::delegate)),
        )
        .route(
            "/console/requests/settings/deputies/{deputy}/revoke",
            post(con::deciding::revoke),
        )
        .route("/console/requests/decided", get(con::decided::show))
        .route("/console/apis", get(con::apis::show))
        .route(
            "/console/apis/new",
            get(con::publish::show_new).post(con::publish::create),
        )
        .route("/console/apis/{api}", get(con::api::show))
        .route(
            "/console/apis/{api}/versions",
            get(con::api::versions::show).post(con::publish::submit),
        )
        .route("/console/apis/{api}/routing", get(con::api::routing::show))
        .route("/console/apis/{api}/plans", get(con::api::plans::show))
        .route(
            "/console/apis/{api}/consumers",
            get(con::api::consumers::show),
        )
        .route("/console/apis/{api}/traffic", get(con::api::traffic::show))
        .route(
            "/console/apis/{api}/settings",
            get(con::api::settings::show).post(con::api::settings::submit),
        )
        .route(
            "/console/apis/{api}/versions/{version}",
            get(con::version::show).post(con::version::submit),
        )
        .route(
            "/console/apis/{api}/versions/{version}/{event}",
            get(con::versions::show).post(con::versions::submit),
        )
        .route(
            "/console/apis/{api}/upstreams/{environment}",
            get(con::upstreams::show).post(con::upstreams::submit),
        )
        .route("/console/apis/{api}/docs", get(con::docs::show))
        .route("/console/apis/{api}/changelog", post(con::docs::add))
        .route(
            "/console/apis/{api}/changelog/{entry}/delete",
            post(con::docs::delete),
        )
        .route(
            "/console/apis/{api}/guides/new",
            get(con::guide_form::show_new).post(con::guide_form::create),
        )
        .route(
            "/console/apis/{api}/guides/{guide}",
            get(con::guide_form::show).post(con::guide_form::update),
        )
        .route(
            "/console/apis/{api}/guides/{guide}/delete",
            get(con::guide_form::show_delete).post(con::guide_form::delete),
        )
        .route(
            "/console/apis/{api}/plans/new",
            get(con::plan_form::show_new).post(con::plan_form::create),
        )
        .route(
            "/console/apis/{api}/plans/{plan}",
            get(con::plan_form::show).post(con::plan_form::update),
        )
        .route(
            "/console/products",
            get(con::products::show).post(con::products::create),
        )
        .route("/console/products/{product}", get(con::product::show))
        .route(
            "/console/products/{product}/settings",
            post(con::product::update),
        )
        .route(
            "/console/products/{product}/items",
            post(con::product::add_item),
        )
        .route(
            "/console/products/{product}/items/remove",
            post(con::product::remove_item),
        )
        .route(
            "/console/products/{product}/state",
            post(con::product::set_state),
        )
        .route(
            "/console/products/{product}/retire",
            get(con::product_retire::show).post(con::product_retire::submit),
        )
        .route(
            "/console/products/{product}/plans/new",
            get(con::plan_form::show_new).post(con::plan_form::create),
        )
        .route(
            "/console/products/{product}/plans/{plan}",
            get(con::plan_form::show).post(con::plan_form::update),
        )
        .route(
            "/console/products/{product}/plans/{plan}/approval",
            get(con::rules::show).post(con::rules::submit),
        )
        .route(
            "/console/apis/{api}/plans/{plan}/approval",
            get(con::rules::show).post(con::rules::submit),
        )
        .route("/console/terms", get(con::terms::show))
        .route(
            "/console/terms/new",
            get(con::terms::show_new).post(con::terms::create),
        )
        .route(
            "/console/terms/{terms}",
            get(con::terms::show_one).post(con::terms::publish),
        )
        .route("/console/incidents", get(con::incidents::show))
        .route(
            "/console/incidents/new",
            get(con::incidents::show_new).post(con::incidents::open),
        )
        .route(
            "/console/incidents/{incident}",
            get(con::incident::show).post(con::incident::update),
        )
        .route("/console/plans", get(con::plans::show))
        .route("/console/applications", get(con::applications::show))
        .route(
            "/console/subscriptions/{subscription}/{event}",
            get(con::enforce::show).post(con::enforce::submit),
        )
        .route(
            "/console/people",
            proved(get(con::people::show).post(con::people::invite)),
        )
        .route("/console/people/{person}", get(con::person::show))
        .route(
            "/console/people/{person}/roles",
            proved(post(con::person::set_roles)),
        )
        .route(
            "/console/people/{person}/status",
            proved(post(con::person::set_status)),
        )
        .route(
            "/console/people/{person}/grants",
            proved(post(con::grants::add)),
        )
        .route(
            "/console/people/{person}/grants/{grant}/remove",
            proved(post(con::grants::remove)),
        )
        .route(
            "/console/roles",
            proved(get(con::roles::show).post(con::roles::create)),
        )
        .route(
            "/console/roles/{role}",
            proved(get(con::role::show).post(con::role::update)),
        )
        .route(
            "/console/roles/{role}/delete",
            proved(get(con::role::show_delete).post(con::role::delete)),
        )
        .route(
            "/console/people/{person}/second-factor",
            proved(post(con::person::reset_second_factor)),
        )
        .route(
            "/console/teams",
            get(con::teams::show).post(con::teams::create),
        )
        .route("/console/teams/{team}", get(con::teams::show_team))
        .route(
            "/console/teams/{team}/members",
            proved(post(con::teams::add_member)),
        )
        .route(
            "/console/teams/{team}/members/{person}/remove",
            post(con::teams::remove_member),
        )
        .route("/console/gateways", get(con::gateways::show))
        .route(
            "/console/gateways/{group}/join",
            proved(post(con::gateways::join)),
        )
        .route(
            "/console/gateways/{node}/drain",
            proved(post(con::gateways::drain)),
        )
        .route(
            "/console/gateways/{node}/undrain",
            proved(post(con::gateways::undrain)),
        )
        .route(
            "/console/gateways/{node}/retire",
            proved(get(con::gateways::show_retire).post(con::gateways::retire)),
        )
        .route("/console/releases", get(con::releases::show))
        .route(
            "/console/releases/{release}",
            get(con::releases::show_release),
        )
        .route(
            "/console/releases/{release}/rollback",
            get(con::rollback::show).post(con::rollback::submit),
        )
        .route(
            "/console/configuration",
            get(con::configuration::show).post(con::configuration::submit),
        )
        .route(
            "/console/configuration/{changeset}",
            proved(get(con::changeset::show).post(con::changeset::apply)),
        )
        .route("/console/changes/{change}", get(con::change::show))
        .route("/console/jobs", get(con::jobs::list))
        .route("/console/jobs/{job}", get(con::jobs::show))
        .route("/console/jobs/{job}/cancel", post(con::jobs::cancel))
        .route("/console/jobs/{job}/export", get(con::jobs::download))
        .route("/console/audit", get(con::audit::show))
        .route("/console/audit/export", proved(post(con::audit::export)))
        .route(
            "/console/audit/checkpoints",
            get(con::checkpoints::show).post(con::checkpoints::verify),
        )
        .merge(policies())
        .merge(backend_secrets())
        .merge(settings())
        .route(
            "/console/settings/tokens",
            proved(get(con::tokens::show).post(con::tokens::create)),
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
            proved(get(tenants::show).post(tenants::create)),
        )
        .route(
            "/platform/tenants/{tenant}/status",
            proved(get(tenants::show_status).post(tenants::set_status)),
        )
}
