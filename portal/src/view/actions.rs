//! Actions of the audit log and of releases in words.

use crate::view::shell::capital;
use gatehouse_language::t;

/// `subscription.request_plan_change` as "Subscription: request plan change". The code is what filters, exports and REST call it; one
/// without words of its own is spelled out.
pub(crate) fn action_words(action: &str) -> String {
    let (of, done) = action.split_once('.').unwrap_or((action, ""));
    let (of, done) = (noun(of), verb(done));
    match done.is_empty() {
        true => capital(&of),
        false => t!("action", of = &capital(&of), done = &done),
    }
}

/// What something was done to.
fn noun(word: &str) -> String {
    match word {
        "account" => t!("action-of-account"),
        "api" => t!("action-of-api"),
        "application" => t!("action-of-application"),
        "approval" => t!("action-of-approval"),
        "backend_secret" => t!("action-of-backend-secret"),
        "branding" => t!("action-of-branding"),
        "certificate" => t!("action-of-certificate"),
        "changelog" => t!("action-of-changelog"),
        "changeset" => t!("action-of-changeset"),
        "ci_trust" => t!("action-of-ci-trust"),
        "config" => t!("action-of-config"),
        "configuration" => t!("action-of-configuration"),
        "console_call" => t!("action-of-console-call"),
        "credential" => t!("action-of-credential"),
        "environment" => t!("action-of-environment"),
        "gateway" => t!("action-of-gateway"),
        "guide" => t!("action-of-guide"),
        "identity_provider" => t!("action-of-identity-provider"),
        "incident" => t!("action-of-incident"),
        "job" => t!("action-of-job"),
        "lint_rule" => t!("action-of-lint-rule"),
        "mail" => t!("action-of-mail"),
        "mail_preference" => t!("action-of-mail-preference"),
        "member" => t!("action-of-member"),
        "plan" => t!("action-of-plan"),
        "platform" => t!("action-of-platform"),
        "policy" => t!("action-of-policy"),
        "product" => t!("action-of-product"),
        "question" => t!("action-of-question"),
        "release" => t!("action-of-release"),
        "role" => t!("action-of-role"),
        "spec" => t!("action-of-spec"),
        "subscription" => t!("action-of-subscription"),
        "team" => t!("action-of-team"),
        "tenant" => t!("action-of-tenant"),
        "terms" => t!("action-of-terms"),
        "token" => t!("action-of-token"),
        "upstream" => t!("action-of-upstream"),
        "version" => t!("action-of-version"),
        "webhook" => t!("action-of-webhook"),
        other => other.replace('_', " "),
    }
}

/// What was done.
fn verb(word: &str) -> String {
    match word {
        "accept" => t!("action-accept"),
        "accept_invitation" => t!("action-accept-invitation"),
        "accept_terms" => t!("action-accept-terms"),
        "add" => t!("action-add"),
        "add_member" => t!("action-add-member"),
        "add_passkey" => t!("action-add-passkey"),
        "admit" => t!("action-admit"),
        "answer" => t!("action-answer"),
        "apply" => t!("action-apply"),
        "approve" => t!("action-approve"),
        "approve_plan_change" => t!("action-approve-plan-change"),
        "ask" => t!("action-ask"),
        "cancel" => t!("action-cancel"),
        "change_email" => t!("action-change-email"),
        "change_password" => t!("action-change-password"),
        "close" => t!("action-close"),
        "connect_identity" => t!("action-connect-identity"),
        "create" => t!("action-create"),
        "create_join_token" => t!("action-create-join-token"),
        "decide_later" => t!("action-decide-later"),
        "delegate" => t!("action-delegate"),
        "delete" => t!("action-delete"),
        "deprecate" => t!("action-deprecate"),
        "disable" => t!("action-disable"),
        "drain" => t!("action-drain"),
        "drift" => t!("action-drift"),
        "drop_operations" => t!("action-drop-operations"),
        "drop_orphans" => t!("action-drop-orphans"),
        "drop_plan_change" => t!("action-drop-plan-change"),
        "enable" => t!("action-enable"),
        "end" => t!("action-end"),
        "end_date" => t!("action-end-date"),
        "end_session" => t!("action-end-session"),
        "end_sessions" => t!("action-end-sessions"),
        "escalate" => t!("action-escalate"),
        "exchange" => t!("action-exchange"),
        "expire" => t!("action-expire"),
        "export" => t!("action-export"),
        "export_snapshot" => t!("action-export-snapshot"),
        "first_admin" => t!("action-first-admin"),
        "follow" => t!("action-follow"),
        "forget_ended" => t!("action-forget-ended"),
        "grant" => t!("action-grant"),
        "grant_role" => t!("action-grant-role"),
        "hide" => t!("action-hide"),
        "invite" => t!("action-invite"),
        "issue" => t!("action-issue"),
        "items" => t!("action-items"),
        "join" => t!("action-join"),
        "leak" => t!("action-leak"),
        "message" => t!("action-message"),
        "move" => t!("action-move"),
        "open" => t!("action-open"),
        "pause" => t!("action-pause"),
        "publish" => t!("action-publish"),
        "publish_later" => t!("action-publish-later"),
        "purge" => t!("action-purge"),
        "put" => t!("action-put"),
        "raise_generation" => t!("action-raise-generation"),
        "reconsider" => t!("action-reconsider"),
        "recovery_code_used" => t!("action-recovery-code-used"),
        "recovery_codes_made" => t!("action-recovery-codes-made"),
        "redeliver" => t!("action-redeliver"),
        "reject" => t!("action-reject"),
        "reject_plan_change" => t!("action-reject-plan-change"),
        "reject_renewal" => t!("action-reject-renewal"),
        "remind" => t!("action-remind"),
        "remove" => t!("action-remove"),
        "remove_member" => t!("action-remove-member"),
        "remove_passkey" => t!("action-remove-passkey"),
        "rename_passkey" => t!("action-rename-passkey"),
        "renew" => t!("action-renew"),
        "request" => t!("action-request"),
        "request_email_change" => t!("action-request-email-change"),
        "request_plan_change" => t!("action-request-plan-change"),
        "request_renewal" => t!("action-request-renewal"),
        "resend_invitation" => t!("action-resend-invitation"),
        "reset_password" => t!("action-reset-password"),
        "reset_second_factor" => t!("action-reset-second-factor"),
        "resolve" => t!("action-resolve"),
        "restore" => t!("action-restore"),
        "resume" => t!("action-resume"),
        "retire" => t!("action-retire"),
        "revision_in_force" => t!("action-revision-in-force"),
        "revoke" => t!("action-revoke"),
        "revoke_delegation" => t!("action-revoke-delegation"),
        "revoke_invitation" => t!("action-revoke-invitation"),
        "rollback" => t!("action-rollback"),
        "rotate" => t!("action-rotate"),
        "rotate_key" => t!("action-rotate-key"),
        "rotate_secret" => t!("action-rotate-secret"),
        "second_factor_off" => t!("action-second-factor-off"),
        "second_factor_on" => t!("action-second-factor-on"),
        "set" => t!("action-set"),
        "set_approval" => t!("action-set-approval"),
        "set_compat" => t!("action-set-compat"),
        "set_deadlines" => t!("action-set-deadlines"),
        "set_roles" => t!("action-set-roles"),
        "set_status" => t!("action-set-status"),
        "show" => t!("action-show"),
        "sign_up" => t!("action-sign-up"),
        "supersede" => t!("action-supersede"),
        "suspend" => t!("action-suspend"),
        "take_role" => t!("action-take-role"),
        "test" => t!("action-test"),
        "transfer" => t!("action-transfer"),
        "undo_email_change" => t!("action-undo-email-change"),
        "undrain" => t!("action-undrain"),
        "unfollow" => t!("action-unfollow"),
        "unsuspend" => t!("action-unsuspend"),
        "update" => t!("action-update"),
        "verify" => t!("action-verify"),
        "withdraw" => t!("action-withdraw"),
        "withdraw_plan_change" => t!("action-withdraw-plan-change"),
        other => other.replace('_', " "),
    }
}

#[cfg(test)]
mod tests {
    use super::action_words;
    use gatehouse_domain::Language;
    use gatehouse_language::speaking_now;

    #[test]
    fn an_action_is_said_by_its_code_and_one_that_nobody_knows_is_spelled_out() {
        assert_eq!(action_words("api.create"), "API: create");
        assert_eq!(
            action_words("subscription.request_plan_change"),
            "Subscription: request plan change"
        );
        assert_eq!(action_words("new_thing.done_so"), "New thing: done so");
        let german = speaking_now(Language::German, || action_words("api.create"));
        assert_eq!(german, "API: anlegen");
    }
}
