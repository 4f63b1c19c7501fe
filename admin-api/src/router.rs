//! The table of contents of the admin API.

use std::sync::Arc;

use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use axum::{Extension, Router};
use gatehouse_web::edge::{no_such_address, no_such_method};
use gatehouse_web::{BodyLimit, Edge, edge};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::edge::{auth, conditional, idempotency, list, parameters};
use crate::state::AdminApi;
use crate::{gateway, openapi, v1};

/// Every endpoint of `/v1` that needs an access token.
pub(crate) fn endpoints() -> OpenApiRouter<AdminApi> {
    OpenApiRouter::default()
        .merge(catalogue())
        .merge(access())
        .merge(identity())
        .merge(account())
        .merge(configuration())
        .merge(running())
        .merge(telling())
        .merge(installation())
}

/// Every endpoint of `/v1` that gives an access token instead of asking for one.
pub(crate) fn open_endpoints() -> OpenApiRouter<AdminApi> {
    OpenApiRouter::default().routes(routes!(v1::ci_trusts::exchange::exchange_token))
}

/// Configuration as code: files, changesets, releases, drift.
fn configuration() -> OpenApiRouter<AdminApi> {
    OpenApiRouter::default()
        .routes(routes!(v1::changesets::export::export))
        .routes(routes!(
            v1::changesets::list::list_changesets,
            v1::changesets::create::create_changeset
        ))
        .routes(routes!(v1::changesets::get::get_changeset))
        .routes(routes!(v1::changesets::apply::apply_changeset))
        .routes(routes!(v1::releases::list::list_releases))
        .routes(routes!(v1::releases::get::get_release))
        .routes(routes!(v1::releases::diff::diff_release))
        .routes(routes!(v1::releases::rollback::roll_back))
        .routes(routes!(
            v1::configuration::get::get_configuration,
            v1::configuration::update::update_configuration
        ))
        .routes(routes!(v1::configuration::drift::list_drift))
}

/// Who belongs to the tenant, and which machines speak for it.
fn identity() -> OpenApiRouter<AdminApi> {
    OpenApiRouter::default()
        .routes(routes!(
            v1::tenant::get::get_tenant,
            v1::tenant::update::update_tenant
        ))
        .routes(routes!(
            v1::branding::get::get_branding,
            v1::branding::update::update_branding
        ))
        .routes(routes!(v1::tenant::export::export_tenant))
        .routes(routes!(v1::tenant::close::close_tenant))
        .routes(routes!(v1::tenant::reopen::reopen_tenant))
        .routes(routes!(v1::members::list::list_members))
        .routes(routes!(v1::members::get::get_member))
        .routes(routes!(v1::members::set_roles::set_member_roles))
        .routes(routes!(v1::members::disable::disable_member))
        .routes(routes!(v1::members::enable::enable_member))
        .routes(routes!(
            v1::members::reset_second_factor::reset_second_factor
        ))
        .routes(routes!(
            v1::members::list_grants::list_grants,
            v1::members::add_grant::add_grant
        ))
        .routes(routes!(v1::members::remove_grant::remove_grant))
        .routes(routes!(v1::members::permissions::list_member_permissions))
        .routes(routes!(v1::members::belongings::list_belongings))
        .routes(routes!(v1::members::transfer::transfer_member))
        .routes(routes!(
            v1::roles::list::list_roles,
            v1::roles::create::create_role
        ))
        .routes(routes!(
            v1::roles::get::get_role,
            v1::roles::update::update_role,
            v1::roles::delete::delete_role
        ))
        .routes(routes!(
            v1::invitations::list::list_invitations,
            v1::invitations::create::create_invitation
        ))
        .routes(routes!(v1::invitations::revoke::revoke_invitation))
        .routes(routes!(v1::invitations::resend::resend_invitation))
        .routes(routes!(
            v1::teams::list::list_teams,
            v1::teams::create::create_team
        ))
        .routes(routes!(
            v1::teams::get::get_team,
            v1::teams::update::update_team
        ))
        .routes(routes!(
            v1::teams::add_member::add_team_member,
            v1::teams::remove_member::remove_team_member
        ))
        .routes(routes!(
            v1::tokens::list::list_tokens,
            v1::tokens::create::create_token
        ))
        .routes(routes!(
            v1::ci_trusts::list::list_ci_trusts,
            v1::ci_trusts::create::create_ci_trust
        ))
        .routes(routes!(
            v1::ci_trusts::get::get_ci_trust,
            v1::ci_trusts::delete::delete_ci_trust
        ))
        .routes(routes!(
            v1::identity_providers::list::list_identity_providers,
            v1::identity_providers::create::create_identity_provider
        ))
        .routes(routes!(
            v1::identity_providers::get::get_identity_provider,
            v1::identity_providers::update::update_identity_provider,
            v1::identity_providers::delete::delete_identity_provider
        ))
        .routes(routes!(v1::tokens::get::get_token))
        .routes(routes!(v1::tokens::revoke::revoke_token))
        .routes(routes!(v1::whoami::get::get_whoami))
}

/// What is the caller's own: who they are, where they are signed in, what they are told.
fn account() -> OpenApiRouter<AdminApi> {
    OpenApiRouter::default()
        .routes(routes!(v1::account::get::get_account))
        .routes(routes!(v1::account::sessions::list_sessions))
        .routes(routes!(v1::account::end_session::end_session))
        .routes(routes!(v1::account::end_sessions::end_sessions))
        .routes(routes!(v1::account::second_factor::get_second_factor))
        .routes(routes!(v1::account::passkeys::list_passkeys))
        .routes(routes!(v1::account::inbox::list_inbox))
        .routes(routes!(v1::account::read_notice::read_notice))
        .routes(routes!(v1::account::read_inbox::read_inbox))
        .routes(routes!(
            v1::account::mail_preferences::list_mail_preferences
        ))
        .routes(routes!(
            v1::account::set_mail_preference::set_mail_preference
        ))
        .routes(routes!(v1::account::set_language::set_language))
}

/// The tenants of the installation, for platform people.
fn installation() -> OpenApiRouter<AdminApi> {
    OpenApiRouter::default()
        .routes(routes!(
            v1::tenants::list::list_tenants,
            v1::tenants::create::create_tenant
        ))
        .routes(routes!(v1::tenants::get::get_tenant_of_platform))
        .routes(routes!(v1::tenants::suspend::suspend_tenant))
        .routes(routes!(v1::tenants::activate::activate_tenant))
}

/// What is offered: APIs, their versions and descriptions, their plans.
fn catalogue() -> OpenApiRouter<AdminApi> {
    OpenApiRouter::default()
        .routes(routes!(
            v1::apis::list::list_apis,
            v1::apis::create::create_api
        ))
        .routes(routes!(
            v1::apis::get::get_api,
            v1::apis::update::update_api
        ))
        .routes(routes!(v1::versions::list::list_versions))
        .routes(routes!(v1::versions::get::get_version))
        .routes(routes!(
            v1::versions::download_spec::download_spec,
            v1::versions::publish_spec::publish_spec
        ))
        .routes(routes!(v1::versions::import_spec::import_spec))
        .routes(routes!(v1::versions::compare_spec::compare_spec))
        .routes(routes!(v1::versions::set_compat::set_compat))
        .routes(routes!(v1::versions::list_revisions::list_revisions))
        .routes(routes!(v1::versions::get_revision::get_revision))
        .routes(routes!(v1::versions::accept_revision::accept_revision))
        .routes(routes!(v1::versions::publish_revision::publish_revision))
        .routes(routes!(v1::versions::revision_lines::revision_lines))
        .routes(routes!(v1::lint_rules::list::list_lint_rules))
        .routes(routes!(v1::lint_rules::set::set_lint_rule))
        .routes(routes!(v1::operations::list::list_operations))
        .routes(routes!(v1::operations::get::get_operation))
        .routes(routes!(v1::operations::search::search_operations))
        .routes(routes!(v1::versions::publish::publish_version))
        .routes(routes!(v1::versions::deprecate::deprecate_version))
        .routes(routes!(v1::versions::retire::retire_version))
        .routes(routes!(v1::versions::callers::list_version_callers))
        .routes(routes!(
            v1::plans::list::list_plans,
            v1::plans::create::create_plan
        ))
        .routes(routes!(
            v1::plans::get::get_plan,
            v1::plans::update::update_plan
        ))
        .routes(routes!(v1::plans::close::close_plan))
        .routes(routes!(
            v1::plans::get_approval::get_plan_approval,
            v1::plans::put_approval::put_plan_approval
        ))
        .routes(routes!(
            v1::policies::list::list_policies,
            v1::policies::create::create_policy
        ))
        .routes(routes!(
            v1::policies::get::get_policy,
            v1::policies::update::update_policy,
            v1::policies::delete::delete_policy
        ))
        .routes(routes!(v1::policies::effective::effective_policies))
        .routes(routes!(v1::backend_secrets::list::list_backend_secrets))
        .routes(routes!(
            v1::backend_secrets::get::get_backend_secret,
            v1::backend_secrets::put::put_backend_secret,
            v1::backend_secrets::delete::delete_backend_secret
        ))
        .routes(routes!(v1::plans::simulate_rule::simulate_approval_rule))
        .routes(routes!(v1::plans::revisions::list_plan_revisions))
        .routes(routes!(
            v1::guides::list::list_guides,
            v1::guides::create::create_guide
        ))
        .routes(routes!(
            v1::guides::get::get_guide,
            v1::guides::update::update_guide,
            v1::guides::delete::delete_guide
        ))
        .routes(routes!(
            v1::changelog::list::list_changelog,
            v1::changelog::add::add_changelog_entry
        ))
        .routes(routes!(
            v1::changelog::get::get_changelog_entry,
            v1::changelog::update::update_changelog_entry,
            v1::changelog::delete::delete_changelog_entry
        ))
        .routes(routes!(
            v1::terms::list::list_terms,
            v1::terms::create::create_terms
        ))
        .routes(routes!(
            v1::terms::get::get_terms,
            v1::terms::publish::publish_terms
        ))
        .routes(routes!(v1::catalogue::list::list_catalogue))
        .routes(routes!(v1::catalogue::get::get_catalogue_api))
        .routes(routes!(
            v1::products::list::list_products,
            v1::products::create::create_product
        ))
        .routes(routes!(
            v1::products::get::get_product,
            v1::products::update::update_product
        ))
        .routes(routes!(v1::products::put_items::put_product_items))
        .routes(routes!(v1::products::retire::retire_product))
        .routes(routes!(v1::environments::list::list_environments))
        .routes(routes!(
            v1::environments::get::get_environment,
            v1::environments::update::update_environment
        ))
        .routes(routes!(v1::certificates::list::list_certificates))
        .routes(routes!(
            v1::certificates::get::get_certificate,
            v1::certificates::put::put_certificate,
            v1::certificates::delete::delete_certificate
        ))
        .routes(routes!(
            v1::upstreams::get::get_upstream,
            v1::upstreams::put::put_upstream
        ))
}

/// Who may call what: applications, their subscriptions, their keys.
fn access() -> OpenApiRouter<AdminApi> {
    OpenApiRouter::default()
        .routes(routes!(
            v1::applications::list::list_applications,
            v1::applications::create::create_application
        ))
        .routes(routes!(
            v1::applications::get::get_application,
            v1::applications::update::update_application,
            v1::applications::delete::delete_application
        ))
        .routes(routes!(
            v1::applications::list_members::list_application_members,
            v1::applications::invite_member::invite_application_member
        ))
        .routes(routes!(
            v1::applications::remove_member::remove_application_member
        ))
        .routes(routes!(v1::applications::suspend::suspend_application))
        .routes(routes!(v1::applications::unsuspend::unsuspend_application))
        .routes(routes!(v1::usage::application::get_application_usage))
        .routes(routes!(v1::usage::api::get_api_usage))
        .routes(routes!(v1::catalogue::facets::get_catalogue_facets))
        .routes(routes!(
            v1::questions::list::list_questions,
            v1::questions::ask::ask_question
        ))
        .routes(routes!(v1::questions::answer::answer_question))
        .routes(routes!(v1::questions::hide::hide_comment))
        .routes(routes!(v1::questions::show::show_comment))
        .routes(routes!(v1::following::list::list_followed))
        .routes(routes!(v1::following::follow::follow_api))
        .routes(routes!(v1::following::unfollow::unfollow_api))
        .routes(routes!(v1::usage::calls::list_application_calls))
        .routes(routes!(
            v1::keys::list::list_keys,
            v1::keys::issue::issue_key
        ))
        .routes(routes!(v1::keys::get::get_key))
        .routes(routes!(v1::keys::evidence::get_key_evidence))
        .routes(routes!(v1::keys::rotate::rotate_key))
        .routes(routes!(v1::keys::revoke::revoke_key))
        .merge(subscriptions())
}

/// The life of a subscription, in the order it is lived.
fn subscriptions() -> OpenApiRouter<AdminApi> {
    OpenApiRouter::default()
        .routes(routes!(
            v1::subscriptions::list::list_subscriptions,
            v1::subscriptions::request::request_access
        ))
        .routes(routes!(v1::subscriptions::grant::grant_access))
        .routes(routes!(
            v1::subscriptions::list_requests::list_access_requests
        ))
        .routes(routes!(v1::subscriptions::decide_many::decide_many))
        .routes(routes!(
            v1::delegations::list::list_delegations,
            v1::delegations::create::create_delegation
        ))
        .routes(routes!(v1::delegations::revoke::revoke_delegation))
        .routes(routes!(
            v1::approval_settings::get::get_approval_settings,
            v1::approval_settings::put::put_approval_settings
        ))
        .routes(routes!(v1::subscriptions::get::get_subscription))
        .routes(routes!(v1::subscriptions::timeline::list_timeline))
        .routes(routes!(v1::usage::quota::list_quotas))
        .routes(routes!(v1::subscriptions::withdraw::withdraw_subscription))
        .routes(routes!(v1::subscriptions::approve::approve_subscription))
        .routes(routes!(v1::subscriptions::reject::reject_subscription))
        .routes(routes!(
            v1::subscriptions::reconsider::reconsider_subscription
        ))
        .routes(routes!(
            v1::subscriptions::list_messages::list_messages,
            v1::subscriptions::send_message::send_message
        ))
        .routes(routes!(v1::subscriptions::suspend::suspend_subscription))
        .routes(routes!(
            v1::subscriptions::unsuspend::unsuspend_subscription
        ))
        .routes(routes!(v1::subscriptions::pause::pause_subscription))
        .routes(routes!(v1::subscriptions::resume::resume_subscription))
        .routes(routes!(
            v1::subscriptions::request_plan_change::request_plan_change
        ))
        .routes(routes!(
            v1::subscriptions::approve_plan_change::approve_plan_change
        ))
        .routes(routes!(
            v1::subscriptions::reject_plan_change::reject_plan_change
        ))
        .routes(routes!(
            v1::subscriptions::withdraw_plan_change::withdraw_plan_change
        ))
        .routes(routes!(
            v1::subscriptions::accept_terms::accept_subscription_terms
        ))
        .routes(routes!(v1::subscriptions::renew::renew_subscription))
        .routes(routes!(v1::subscriptions::approve_renewal::approve_renewal))
        .routes(routes!(v1::subscriptions::reject_renewal::reject_renewal))
        .routes(routes!(v1::subscriptions::cancel::cancel_subscription))
        .routes(routes!(v1::subscriptions::revoke::revoke_subscription))
}

/// What runs, what changed, and who did it.
fn running() -> OpenApiRouter<AdminApi> {
    OpenApiRouter::default()
        .routes(routes!(v1::jobs::list::list_jobs))
        .routes(routes!(v1::jobs::get::get_job))
        .routes(routes!(v1::jobs::events::list_job_events))
        .routes(routes!(v1::jobs::output::get_job_output))
        .routes(routes!(v1::jobs::cancel::cancel_job))
        .routes(routes!(v1::gateways::list::list_gateways))
        .routes(routes!(v1::gateways::create_join_token::create_join_token))
        .routes(routes!(v1::gateways::drain::drain_gateway))
        .routes(routes!(v1::gateways::undrain::undrain_gateway))
        .routes(routes!(v1::gateways::retire::retire_gateway))
        .routes(routes!(v1::changes::get::get_change))
        .routes(routes!(v1::audit_events::list::list_audit_events))
        .routes(routes!(v1::audit_events::export::export_audit_events))
        .routes(routes!(
            v1::audit_events::checkpoints::list_audit_checkpoints
        ))
}

/// Who is told of what happens.
fn telling() -> OpenApiRouter<AdminApi> {
    OpenApiRouter::default()
        .routes(routes!(
            v1::incidents::list::list_incidents,
            v1::incidents::open::open_incident
        ))
        .routes(routes!(v1::incidents::get::get_incident))
        .routes(routes!(
            v1::incidents::updates::list_incident_updates,
            v1::incidents::update::update_incident
        ))
        .routes(routes!(v1::mail_templates::list::list_mail_templates))
        .routes(routes!(v1::mail_templates::get::get_mail_template))
        .routes(routes!(v1::mail_templates::test::test_mail))
        .routes(routes!(
            v1::webhooks::list::list_webhooks,
            v1::webhooks::create::create_webhook
        ))
        .routes(routes!(
            v1::webhooks::get::get_webhook,
            v1::webhooks::update::update_webhook,
            v1::webhooks::delete::delete_webhook
        ))
        .routes(routes!(v1::webhooks::stop::pause_webhook))
        .routes(routes!(v1::webhooks::stop::resume_webhook))
        .routes(routes!(v1::webhooks::rotate_secret::rotate_webhook_secret))
        .routes(routes!(v1::webhooks::test::test_webhook))
        .routes(routes!(v1::webhooks::redeliver_many::redeliver_many))
        .routes(routes!(v1::webhooks::deliveries::list_deliveries))
        .routes(routes!(v1::webhooks::deliveries::get_delivery))
        .routes(routes!(v1::webhooks::redeliver::redeliver))
}

/// The whole service. The layers of `/v1` are listed from the inside out: the last one sees a request first.
pub(crate) fn router(state: AdminApi, edge: Arc<Edge>) -> Router {
    let document = openapi::document();
    let known = openapi::parameters(&document);
    let served = openapi::Served::new(document, &state.links);
    let (endpoints, _) = endpoints().split_for_parts();
    let body = BodyLimit(usize::try_from(state.limits.body).unwrap_or(usize::MAX));
    let v1 = endpoints
        .layer(from_fn(conditional::if_none_match))
        .layer(from_fn_with_state(state.clone(), list::link_next))
        .layer(from_fn_with_state(state.clone(), idempotency::once))
        .layer(from_fn_with_state(known, parameters::check))
        .layer(from_fn_with_state(state.clone(), auth::authenticate))
        .layer(Extension(body));
    let router = Router::new()
        .merge(v1)
        .route(
            "/v1/openapi.json",
            get(openapi::show).layer(Extension(served)),
        )
        .merge(open_endpoints().split_for_parts().0)
        .merge(gateway::router())
        .fallback(no_such_address)
        .method_not_allowed_fallback(no_such_method)
        .with_state(state);
    edge::wrap(router, edge)
}
