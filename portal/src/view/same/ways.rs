//! Every action of the console that has a command and a request, one line each.

use super::Way;

macro_rules! ways {
    ($($name:ident: $cli:literal, $method:literal $path:literal $(, $body:literal)?;)*) => {
        $(pub(crate) const $name: Way = Way {
            cli: $cli,
            method: $method,
            path: $path,
            body: concat!("" $(, $body)?),
        };)*

        #[cfg(test)]
        pub(super) const ALL: &[(&str, Way)] = &[$((stringify!($name), $name)),*];
    };
}

ways! {
    RELEASE_LIST: "release list", "GET" "/v1/releases";
    RELEASE_DIFF: "release diff {release}", "GET" "/v1/releases/{release}/diff";
    RELEASE_ROLLBACK: "release rollback {release}", "POST" "/v1/releases/{release}/rollback";
    CHANGE_WATCH: "change watch {change}", "GET" "/v1/changes/{change}";
    JOB_LIST: "job list", "GET" "/v1/jobs";
    JOB_WATCH: "job watch {job}", "GET" "/v1/jobs/{job}";
    JOB_CANCEL: "job cancel {job}", "POST" "/v1/jobs/{job}/cancel";
    JOB_OUTPUT: "job output {job} {file}", "GET" "/v1/jobs/{job}/output";
    GATEWAY_LIST: "gateway list", "GET" "/v1/gateways";
    GATEWAY_DRAIN: "gateway drain {gateway}", "POST" "/v1/gateways/{gateway}/drain";
    GATEWAY_UNDRAIN: "gateway undrain {gateway}", "POST" "/v1/gateways/{gateway}/undrain";
    GATEWAY_TOKEN: "gateway token --group {group}", "POST" "/v1/gateways/join-tokens", r#"{"group":"{group}"}"#;
    MEMBER_INVITE: "invitation create {email} --role {role}", "POST" "/v1/invitations", r#"{"email":"{email}","role":"{role}"}"#;
    MEMBER_ROLES: "member roles {member} --role {role}", "PUT" "/v1/members/{member}/roles", r#"{"roles":["{role}"]}"#;
    MEMBER_GRANT: "member grant {member} --role {role} --api {api}", "POST" "/v1/members/{member}/grants", r#"{"role":"{role}","scope":{"api":"{api}"}}"#;
    MEMBER_CAN: "member can {member} --permission {permission}", "GET" "/v1/members/{member}/permissions?permission={permission}";
    ROLE_CREATE: "role create {role} --name {name} --permission {permission}", "POST" "/v1/roles", r#"{"slug":"{role}","name":"{name}","description":"","permissions":["{permission}"]}"#;
    ROLE_UPDATE: "role update {role} --permission {permission}", "PATCH" "/v1/roles/{role}", r#"{"permissions":["{permission}"]}"#;
    TOKEN_CREATE: "token create {name} --scope {scope} --days {days}", "POST" "/v1/tokens", r#"{"name":"{name}","scopes":["{scope}"],"expires_in_days":90}"#;
    TENANT_UPDATE: "tenant update --signup-mode {mode} --time-zone {zone}", "PATCH" "/v1/tenant", r#"{"signup_mode":"{mode}","time_zone":"{zone}"}"#;
    TENANT_EXPORT: "tenant export {file}", "POST" "/v1/tenant/export";
    TENANT_CLOSE: "tenant close {tenant} --reason {reason}", "POST" "/v1/tenant/close", r#"{"confirm":"{tenant}","reason":"{reason}"}"#;
    TENANT_REOPEN: "tenant reopen --reason {reason}", "POST" "/v1/tenant/reopen", r#"{"reason":"{reason}"}"#;
    LINT_SET: "lint set {rule} {level}", "PUT" "/v1/lint-rules/{rule}", r#"{"level":"{level}"}"#;
    MAIL_LIST: "mail list", "GET" "/v1/mail-templates";
    MAIL_SHOW: "mail show {template}", "GET" "/v1/mail-templates/{template}";
    MAIL_TEST: "mail test {template}", "POST" "/v1/mail-templates/{template}/test";
    WEBHOOK_CREATE: "webhook create {name} {url} --type {kind}", "POST" "/v1/webhooks", r#"{"name":"{name}","url":"{url}","types":["{kind}"]}"#;
    WEBHOOK_CREATE_FOR: "webhook create {name} {url} --application {application}", "POST" "/v1/webhooks", r#"{"name":"{name}","url":"{url}","application":"{application}"}"#;
    WEBHOOK_TEST: "webhook test {webhook}", "POST" "/v1/webhooks/{webhook}/test";
    WEBHOOK_ROTATE: "webhook rotate-secret {webhook} --overlap-hours {hours}", "POST" "/v1/webhooks/{webhook}/rotate-secret";
    WEBHOOK_REDELIVER: "webhook redeliver {webhook} {delivery}", "POST" "/v1/webhooks/{webhook}/deliveries/{delivery}/redeliver";
    CI_TRUST_CREATE: "ci-trust create {name} --issuer {issuer} --audience {audience} --subject {subject} --scope {scope}", "POST" "/v1/ci-trusts", r#"{"name":"{name}","issuer":"{issuer}","audience":"{audience}","subject_pattern":"{subject}","scopes":["{scope}"]}"#;
    PROVIDER_CREATE: "identity-provider create {slug} --name {name} --issuer {issuer} --client-id {client} --client-secret-file {file}", "POST" "/v1/identity-providers", r#"{"slug":"{slug}","name":"{name}","issuer":"{issuer}","client_id":"{client}"}"#;
    AUDIT_EXPORT: "audit export --format csv {file}", "GET" "/v1/audit-events/export?format=csv";
    AUDIT_CHECKPOINTS: "audit checkpoints", "GET" "/v1/audit-events/checkpoints";
    AUDIT_LIST: "audit list", "GET" "/v1/audit-events";
    DRIFT: "drift", "GET" "/v1/drift";
    CHANGESET_APPLY: "apply {dir}", "POST" "/v1/changesets/{changeset}/apply";
    API_USAGE: "usage --api {api} --range {range}", "GET" "/v1/apis/{api}/usage?range={range}";
    API_UPDATE: "api update {api} --name {name} --visibility {visibility}", "PATCH" "/v1/apis/{api}", r#"{"name":"{name}","visibility":"{visibility}"}"#;
    VERSION_PUBLISH: "version publish {api} {version}", "POST" "/v1/apis/{api}/versions/{version}/publish";
    VERSION_DEPRECATE: "version deprecate {api} {version} --sunset-at {date}", "POST" "/v1/apis/{api}/versions/{version}/deprecate", r#"{"sunset_at":"{date}"}"#;
    VERSION_RETIRE: "version retire {api} {version} --reason {reason}", "POST" "/v1/apis/{api}/versions/{version}/retire", r#"{"reason":"{reason}"}"#;
    VERSION_CALLERS: "version callers {api} {version}", "GET" "/v1/apis/{api}/versions/{version}/callers";
    POLICY_LIST: "policy list", "GET" "/v1/policies";
    POLICY_LIST_OF: "policy list --api {api}", "GET" "/v1/policies?api={api}";
    POLICY_EFFECTIVE: "policy effective {api} {version} --environment {environment}", "GET" "/v1/apis/{api}/versions/{version}/policies/effective?environment={environment}";
    POLICY_CREATE: "policy create {kind} --file {file}", "POST" "/v1/policies", r#"{"kind":"rate_limit","document":{"amount":100,"window_s":1}}"#;
    POLICY_CREATE_FOR: "policy create {kind} --api {api} --file {file}", "POST" "/v1/policies", r#"{"api":"{api}","kind":"rate_limit","document":{"amount":100,"window_s":1}}"#;
    POLICY_UPDATE: "policy update {policy} --mode {mode}", "PATCH" "/v1/policies/{policy}", r#"{"mode":"{mode}"}"#;
    POLICY_DELETE: "policy delete {policy}", "DELETE" "/v1/policies/{policy}";
    ROLE_DELETE: "role delete {role}", "DELETE" "/v1/roles/{role}";
}
