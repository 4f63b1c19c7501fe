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
    BRANDING_SET: "branding set --accent {accent}", "PATCH" "/v1/branding", r#"{"accent":"{accent}"}"#;
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
    BACKEND_SECRET_LIST: "backend-secret list {api}", "GET" "/v1/apis/{api}/backend-secrets";
    BACKEND_SECRET_GET: "backend-secret get {api} {secret}", "GET" "/v1/apis/{api}/backend-secrets/{secret}";
    BACKEND_SECRET_PUT: "backend-secret put {api} {secret} --value-file {file}", "PUT" "/v1/apis/{api}/backend-secrets/{secret}", r#"{"value":"{value}"}"#;
    BACKEND_SECRET_DELETE: "backend-secret delete {api} {secret}", "DELETE" "/v1/apis/{api}/backend-secrets/{secret}";
    POLICY_LIST: "policy list", "GET" "/v1/policies";
    POLICY_LIST_OF: "policy list --api {api}", "GET" "/v1/policies?api={api}";
    POLICY_EFFECTIVE: "policy effective {api} {version} --environment {environment}", "GET" "/v1/apis/{api}/versions/{version}/policies/effective?environment={environment}";
    POLICY_CREATE: "policy create {kind} --file {file}", "POST" "/v1/policies", r#"{"kind":"rate_limit","document":{"amount":100,"window_s":1}}"#;
    POLICY_CREATE_FOR: "policy create {kind} --api {api} --file {file}", "POST" "/v1/policies", r#"{"api":"{api}","kind":"rate_limit","document":{"amount":100,"window_s":1}}"#;
    POLICY_UPDATE: "policy update {policy} --mode {mode}", "PATCH" "/v1/policies/{policy}", r#"{"mode":"{mode}"}"#;
    POLICY_DELETE: "policy delete {policy}", "DELETE" "/v1/policies/{policy}";
    ROLE_DELETE: "role delete {role}", "DELETE" "/v1/roles/{role}";
    SUBSCRIPTION_QUEUE: "subscription queue", "GET" "/v1/access-requests";
    SUBSCRIPTION_DECIDED: "subscription list --state {state}", "GET" "/v1/subscriptions?state={state}";
    SUBSCRIPTION_APPROVE: "subscription approve {subscription}", "POST" "/v1/subscriptions/{subscription}/approve";
    SUBSCRIPTION_APPROVE_UNDER: "subscription approve {subscription} --plan {plan} --ends-at {date} --note {note}", "POST" "/v1/subscriptions/{subscription}/approve", r#"{"plan":"{plan}","ends_at":"{date}","note":"{note}"}"#;
    SUBSCRIPTION_REJECT: "subscription reject {subscription} --reason {reason}", "POST" "/v1/subscriptions/{subscription}/reject", r#"{"reason":"{reason}"}"#;
    SUBSCRIPTION_DECIDE: "subscription decide {file}", "POST" "/v1/subscriptions/decisions", r#"{"decisions":[{"subscription":"{subscription}","verdict":"approve"}]}"#;
    SUBSCRIPTION_RECONSIDER: "subscription reconsider {subscription} --reason {reason}", "POST" "/v1/subscriptions/{subscription}/reconsider", r#"{"reason":"{reason}"}"#;
    SUBSCRIPTION_SUSPEND: "subscription suspend {subscription} --reason {reason}", "POST" "/v1/subscriptions/{subscription}/suspend", r#"{"reason":"{reason}"}"#;
    SUBSCRIPTION_UNSUSPEND: "subscription unsuspend {subscription}", "POST" "/v1/subscriptions/{subscription}/unsuspend";
    SUBSCRIPTION_REVOKE: "subscription revoke {subscription} --reason {reason}", "POST" "/v1/subscriptions/{subscription}/revoke", r#"{"reason":"{reason}"}"#;
    APPROVAL_DEADLINES: "approval deadlines --due-s 172800 --remind-before-s 14400 --escalation-team {team}", "PUT" "/v1/approval-settings", r#"{"due_s":172800,"remind_before_s":14400,"escalation_team":"{team}","reject_reasons":["{reason}"]}"#;
    APPROVAL_REASONS: "approval reasons --reason {reason}", "PUT" "/v1/approval-settings", r#"{"due_s":172800,"remind_before_s":14400,"escalation_team":"{team}","reject_reasons":["{reason}"]}"#;
    DEPUTY_LIST: "approval deputies", "GET" "/v1/delegations";
    DEPUTY_NAME: "approval delegate {member} --until {date}", "POST" "/v1/delegations", r#"{"to":"{member}","ends_at":"{date}"}"#;
    DEPUTY_REVOKE: "approval undelegate {delegation}", "POST" "/v1/delegations/{delegation}/revoke";
    PLAN_LIST: "plan list {api}", "GET" "/v1/apis/{api}/plans";
    PLAN_CREATE: "plan create {api} {plan} --name {name} --approval {approval} --environment {environment}", "POST" "/v1/apis/{api}/plans", r#"{"slug":"{plan}","name":"{name}","approval":"{approval}","environments":["{environment}"]}"#;
    PLAN_UPDATE: "plan update {api} {plan} --name {name} --approval {approval}", "PATCH" "/v1/apis/{api}/plans/{plan}", r#"{"name":"{name}","approval":"{approval}"}"#;
    APPROVAL_SIMULATE: "approval simulate {api} {plan} --days {days}", "POST" "/v1/apis/{api}/plans/{plan}/approval/simulate", r#"{"days":90}"#;
    APPROVAL_SET: "approval set {api} {plan} --file {file}", "PUT" "/v1/apis/{api}/plans/{plan}/approval", r#"{"due_s":172800,"rule":{"name":"Colleagues","mode":"shadow","match":"all","conditions":[{"kind":"verified_mail"}]}}"#;
    TEAM_LIST: "team list", "GET" "/v1/teams";
    TEAM_CREATE: "team create {team} --name {name} --kind {kind}", "POST" "/v1/teams", r#"{"slug":"{team}","name":"{name}","kind":"{kind}"}"#;
    TEAM_ADD: "team add {team} {member} --role {role}", "PUT" "/v1/teams/{team}/members/{member}", r#"{"role":"{role}"}"#;
    TEAM_REMOVE: "team remove {team} {member}", "DELETE" "/v1/teams/{team}/members/{member}";
    UPSTREAM_GET: "upstream get {api} {environment}", "GET" "/v1/apis/{api}/upstreams/{environment}";
    UPSTREAM_SET: "upstream set {api} {environment} --target {url}", "PUT" "/v1/apis/{api}/upstreams/{environment}", r#"{"targets":[{"url":"{url}"}]}"#;
    SPEC_CREATE: "spec publish {file} --api {api} --version {version} --create", "PUT" "/v1/apis/{api}/versions/{version}/spec?create=true", "@{file}";
    SPEC_PUBLISH: "spec publish {file} --api {api} --version {version}", "PUT" "/v1/apis/{api}/versions/{version}/spec", "@{file}";
    SPEC_IMPORT: "spec publish --from {url} --api {api} --version {version}", "POST" "/v1/apis/{api}/versions/{version}/spec/import", r#"{"url":"{url}"}"#;
    SPEC_IMPORT_NEW: "spec publish --from {url} --api {api} --version {version} --create", "POST" "/v1/apis/{api}/versions/{version}/spec/import?create=true", r#"{"url":"{url}"}"#;
    SPEC_CHANGES: "spec changes --api {api} --version {version} --revision {revision}", "GET" "/v1/apis/{api}/versions/{version}/revisions/{revision}";
    SPEC_ACCEPT: "spec accept --api {api} --version {version} --revision {revision} --reason {reason}", "POST" "/v1/apis/{api}/versions/{version}/revisions/{revision}/accept", r#"{"reason":"{reason}"}"#;
    SPEC_PUBLISH_REVISION: "spec publish-revision --api {api} --version {version} --revision {revision}", "POST" "/v1/apis/{api}/versions/{version}/revisions/{revision}/publish";
    GUIDE_CREATE: "guide create {api} {guide} --title {title} --file {file}", "POST" "/v1/apis/{api}/guides", r#"{"slug":"{guide}","title":"{title}","markdown":"{text}"}"#;
    GUIDE_UPDATE: "guide update {api} {guide} --file {file}", "PATCH" "/v1/apis/{api}/guides/{guide}", r#"{"markdown":"{text}"}"#;
    GUIDE_DELETE: "guide delete {api} {guide}", "DELETE" "/v1/apis/{api}/guides/{guide}";
    CHANGELOG_ADD: "changelog add {api} --title {title} --text {text}", "POST" "/v1/apis/{api}/changelog", r#"{"title":"{title}","markdown":"{text}"}"#;
    CHANGELOG_DELETE: "changelog delete {api} {entry}", "DELETE" "/v1/apis/{api}/changelog/{entry}";
    PRODUCT_LIST: "product list", "GET" "/v1/products";
    PRODUCT_CREATE: "product create {product} --name {name}", "POST" "/v1/products", r#"{"slug":"{product}","name":"{name}"}"#;
    PRODUCT_ITEMS: "product items {product} --item {item}", "PUT" "/v1/products/{product}/items", r#"{"items":[{"api":"{api}","version":"{version}"}]}"#;
    PRODUCT_UPDATE: "product update {product} --name {name} --visibility {visibility}", "PATCH" "/v1/products/{product}", r#"{"name":"{name}","visibility":"{visibility}"}"#;
    PRODUCT_STATE: "product update {product} --state {state}", "PATCH" "/v1/products/{product}", r#"{"state":"{state}"}"#;
    PRODUCT_RETIRE: "product retire {product} --reason {reason}", "POST" "/v1/products/{product}/retire", r#"{"reason":"{reason}"}"#;
    INCIDENT_LIST: "incident list", "GET" "/v1/incidents";
    INCIDENT_UPDATES: "incident updates {incident}", "GET" "/v1/incidents/{incident}/updates";
    INCIDENT_OPEN: "incident open {title} --impact {impact} --api {api} --text {text}", "POST" "/v1/incidents", r#"{"title":"{title}","impact":"{impact}","apis":["{api}"],"text":"{text}"}"#;
    INCIDENT_UPDATE: "incident update {incident} --state {state} --text {text}", "POST" "/v1/incidents/{incident}/updates", r#"{"state":"{state}","text":"{text}"}"#;
    TERMS_LIST: "terms list", "GET" "/v1/terms";
    TERMS_CREATE: "terms create {terms} --title {title} --file {file}", "POST" "/v1/terms", r#"{"slug":"{terms}","title":"{title}","markdown":"{text}"}"#;
    TERMS_PUBLISH: "terms publish {terms} --file {file}", "PUT" "/v1/terms/{terms}", r#"{"markdown":"{text}"}"#;
    TENANT_LIST: "tenant list", "GET" "/v1/tenants";
    TENANT_CREATE: "tenant create {tenant} --name {name}", "POST" "/v1/tenants", r#"{"slug":"{tenant}","name":"{name}"}"#;
    TENANT_SUSPEND: "tenant suspend {tenant} --reason {reason}", "POST" "/v1/tenants/{tenant}/suspend", r#"{"reason":"{reason}"}"#;
    TENANT_ACTIVATE: "tenant activate {tenant} --reason {reason}", "POST" "/v1/tenants/{tenant}/activate", r#"{"reason":"{reason}"}"#;
    GATEWAY_RETIRE: "gateway retire {gateway}", "POST" "/v1/gateways/{gateway}/retire";
    WEBHOOK_DELETE: "webhook delete {webhook}", "DELETE" "/v1/webhooks/{webhook}";
    PROVIDER_DELETE: "identity-provider delete {provider}", "DELETE" "/v1/identity-providers/{provider}";
}
