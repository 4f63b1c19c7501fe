//! The console's pages with real things on them: each keeps the rules, and is written to the gallery to be looked at.

use super::Stand;
use crate::gallery::{hold_to_the_rules, keep};
use gatehouse_control_plane::Actor;
use gatehouse_control_plane::backend_secrets::{self, PutBackendSecret};
use gatehouse_control_plane::changesets::{self, ChangesetInput};
use gatehouse_control_plane::members::{self, AddGrant, GrantScope};
use gatehouse_control_plane::policies::{self, CreatePolicy, PolicyPlace};
use gatehouse_control_plane::resources::ResourceFile;
use gatehouse_control_plane::roles::{self, CreateRole};
use gatehouse_control_plane::{Lookup, Page, audit, releases};
use gatehouse_domain::policy::{PolicyInherit, PolicyKind, PolicyMode};
use gatehouse_domain::{Permission, Role};
use serde_json::json;

const GATEWAYS: &str = "insert into gateway_node (id, group_id, name, public_key, version, joined_at, last_seen_at, applied_generation, applied_seq)
     select gen_random_uuid(), g.id, n.name, sha256(n.name::bytea), '0.1.0', '2026-11-20 11:38:00Z', n.seen::timestamptz, g.generation, g.head_seq - n.lag
     from gateway_group g, (values ('fra-1', 0, '2026-11-20 11:38:00Z'), ('ams-1', 3, '2026-11-20 11:20:00Z')) n (name, lag, seen)";

/// What the Petstore's backend is shown; one of its policies names it.
async fn put_secret(stand: &Stand) {
    let system = Actor::system(stand.tenant, "Nora Operator");
    let (db, name) = (&stand.db, Lookup::Slug("pets-token".into()));
    let input = PutBackendSecret {
        value: "shown-to-pets".to_owned().into(),
        reason: String::new(),
    };
    backend_secrets::put_backend_secret(db, &system, "petstore".into(), name, Some(0), input)
        .await
        .unwrap();
    let input = CreatePolicy {
        slug: Some("signed".into()),
        place: PolicyPlace {
            api: Some("petstore".into()),
            version: Some("v1".into()),
            ..PolicyPlace::default()
        },
        kind: PolicyKind::Headers,
        document: json!({ "request": { "set": [{ "name": "authorization", "value": "Bearer ${vault:pets-token}" }] } }),
        mode: PolicyMode::Enforce,
        inherit: PolicyInherit::Default,
        reason: String::new(),
    };
    policies::create_policy(db, &system, input).await.unwrap();
}

/// Fields that every API sets, and others for the Petstore.
async fn set_fields(stand: &Stand) {
    let system = Actor::system(stand.tenant, "Nora Operator");
    for (api, slug) in [(None, "every"), (Some("petstore"), "region")] {
        let input = CreatePolicy {
            slug: Some(slug.into()),
            place: PolicyPlace {
                api: api.map(Into::into),
                ..PolicyPlace::default()
            },
            kind: PolicyKind::Headers,
            document: json!({ "request": { "set": [{ "name": "x-region", "value": slug }] } }),
            mode: PolicyMode::Enforce,
            inherit: PolicyInherit::Default,
            reason: String::new(),
        };
        policies::create_policy(&stand.db, &system, input)
            .await
            .unwrap();
    }
}

/// A role for one API, a changeset that waits, checkpoints, gateways of which one is behind.
pub(super) async fn furnish(stand: &Stand) -> String {
    let system = Actor::system(stand.tenant, "Nora Operator");
    let role = CreateRole {
        slug: "releaser".into(),
        name: "Releaser".into(),
        description: "Publishes, nothing else.".into(),
        permissions: vec![Permission::ApiRead, Permission::SpecPublish],
    };
    roles::create_role(&stand.db, &system, role).await.unwrap();
    let ana = stand.actor("ana@acme.test").await.user().unwrap();
    let grant = AddGrant {
        role: "releaser".into(),
        scope: GrantScope::Api("petstore".into()),
    };
    members::add_grant(&stand.db, &system, ana, grant)
        .await
        .unwrap();
    let content = "apiVersion: gatehouse/v1\nkind: plan\nmetadata:\n  api: petstore\n  name: free\nspec:\n  name: Community\n  summary: For trying out\n";
    let input = ChangesetInput {
        files: vec![ResourceFile {
            path: "plans/free.yaml".into(),
            content: content.into(),
        }],
        ..ChangesetInput::default()
    };
    changesets::make_changeset(&stand.db, &system, input)
        .await
        .unwrap();
    set_fields(stand).await;
    put_secret(stand).await;
    audit::sign_checkpoints(&stand.db).await.unwrap();
    stand.database.run(GATEWAYS).await;
    ana.to_string()
}

#[tokio::test]
async fn every_page_of_the_console_keeps_the_rules() {
    let stand = Stand::with(&[("GATEHOUSE_PORTAL__EGRESS__ALLOWED_NETWORKS", "127.0.0.0/8")]).await;
    stand.publish_petstore().await;
    stand.admit("ana@acme.test", Role::Approver).await;
    let ana = furnish(&stand).await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    let hooks = owner.get("/console/settings/webhooks").await;
    let nonce = hooks.between("name=\"nonce\" value=\"", "\"").to_owned();
    let fields = [
        ("nonce", nonce.as_str()),
        ("name", "Billing"),
        ("url", "http://127.0.0.1:9/hook"),
        ("types", ""),
    ];
    let hook = owner
        .post("/console/settings/webhooks", &fields)
        .await
        .location()
        .to_owned();
    owner.post(&format!("{hook}/test"), &[]).await;
    let olga = stand.actor("olga@acme.test").await;
    let set = changesets::list_changesets(&stand.db, &olga, &Page::default())
        .await
        .unwrap()
        .data
        .remove(0)
        .id;
    let release = releases::list_releases(&stand.db, &olga, None, 50)
        .await
        .unwrap();
    let change = release.iter().find_map(|one| one.change_id).unwrap();
    let first = release.last().unwrap().number;
    let newest = release.first().unwrap().number;
    let pages = [
        ("home", "/console".to_owned()),
        ("people", "/console/people".into()),
        (
            "person",
            format!("/console/people/{ana}?permission=spec.publish&api=petstore"),
        ),
        ("roles", "/console/roles".into()),
        ("role", "/console/roles/releaser".into()),
        ("role-delete", "/console/roles/releaser/delete".into()),
        ("nodes", "/console/gateways".into()),
        ("releases", "/console/releases".into()),
        ("release", format!("/console/releases/{newest}")),
        ("rollback", format!("/console/releases/{first}/rollback")),
        ("change", format!("/console/changes/{change}")),
        ("configuration", "/console/configuration".into()),
        ("changeset", format!("/console/configuration/{set}")),
        ("audit", "/console/audit".into()),
        ("checkpoints", "/console/audit/checkpoints".into()),
        ("settings", "/console/settings".into()),
        ("sign-in", "/console/settings/sign-in".into()),
        ("branding", "/console/settings/branding".into()),
        ("lint", "/console/settings/lint".into()),
        ("ci-trusts", "/console/settings/ci-trusts".into()),
        ("webhooks", "/console/settings/webhooks".into()),
        ("webhook", hook),
        ("tokens", "/console/settings/tokens".into()),
        ("incidents", "/console/incidents".into()),
        ("incident-new", "/console/incidents/new".into()),
        ("api-overview", "/console/apis/petstore".into()),
        ("api-versions", "/console/apis/petstore/versions".into()),
        ("api-routing", "/console/apis/petstore/routing".into()),
        ("api-policies", "/console/apis/petstore/policies".into()),
        ("policy", "/console/apis/petstore/policies/region".into()),
        (
            "policy-document",
            "/console/apis/petstore/policies/region?notation=document".into(),
        ),
        (
            "policy-new",
            "/console/apis/petstore/policies/new?kind=jwt".into(),
        ),
        (
            "policy-delete",
            "/console/apis/petstore/policies/region/delete".into(),
        ),
        ("policies", "/console/settings/policies".into()),
        (
            "backend-secrets",
            "/console/apis/petstore/backend-secrets".into(),
        ),
        (
            "backend-secret",
            "/console/apis/petstore/backend-secrets/pets-token".into(),
        ),
        (
            "backend-secret-delete",
            "/console/apis/petstore/backend-secrets/pets-token/delete".into(),
        ),
        ("api-plans", "/console/apis/petstore/plans".into()),
        ("api-docs", "/console/apis/petstore/docs".into()),
        ("api-consumers", "/console/apis/petstore/consumers".into()),
        ("api-traffic", "/console/apis/petstore/traffic".into()),
        ("api-settings", "/console/apis/petstore/settings".into()),
        (
            "deprecate",
            "/console/apis/petstore/versions/v1/deprecate".into(),
        ),
    ];
    for (name, path) in pages {
        let page = owner.get(&path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.body);
        hold_to_the_rules(name, &page.body);
        keep(&format!("real-{name}"), &page.body);
    }
}
