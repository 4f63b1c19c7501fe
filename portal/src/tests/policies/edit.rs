//! The form: every kind from its fields and as a document, changed, checked, deleted.

use super::{
    ALL, KEYS, PETS, Stand, add, added, first_document, held, scene, unescaped, version_of, with,
};
use gatehouse_control_plane::changesets::{self, ChangesetInput};
use gatehouse_control_plane::policies::PolicyView;
use gatehouse_control_plane::resources::ResourceFile;
use gatehouse_domain::policy::{PolicyInherit, PolicyLevel, PolicyMode};
use serde_json::{Value, json};

/// What is typed into fields.
type Typed = Vec<(&'static str, &'static str)>;

/// Each kind as it is typed, and what is kept of it.
fn kinds() -> [(&'static str, Typed, Value); 4] {
    [
        (
            "cors",
            vec![
                (
                    "origins",
                    "https://shop.example.com\n\nhttp://localhost:3000\n",
                ),
                ("headers", "X-Trace"),
                ("credentials", "yes"),
                ("max_age_s", ""),
            ],
            json!({ "origins": ["https://shop.example.com", "http://localhost:3000"], "any_origin": false, "headers": ["x-trace"],
                    "expose": [], "credentials": true, "max_age_s": 600 }),
        ),
        (
            "jwt",
            vec![
                ("header", ""),
                ("types", "at+jwt"),
                ("issuer", "https://login.example.com"),
                ("audiences", "pets\nmore, pets"),
                ("algorithms", "EdDSA"),
                ("jwks", KEYS),
                ("claims", "tier = gold\nsub\ntier = silver"),
                ("scopes", "pets:read"),
            ],
            json!({ "header": "authorization", "types": ["at+jwt"], "issuer": "https://login.example.com", "audiences": ["pets", "more, pets"],
                    "algorithms": ["EdDSA"], "jwks": serde_json::from_str::<Value>(KEYS).unwrap(), "leeway_s": 0,
                    "claims": [{ "name": "tier", "values": ["gold", "silver"] }, { "name": "sub", "values": [] }],
                    "scopes": ["pets:read"] }),
        ),
        (
            "rate_limit",
            vec![("amount", "100"), ("window_s", "60"), ("burst", "")],
            json!({ "amount": 100, "window_s": 60, "burst": 100 }),
        ),
        (
            "headers",
            vec![
                ("request_set", "X-Region: eu: west"),
                ("response_remove", "server\nx-powered-by"),
            ],
            json!({ "request": { "remove": [], "set": [{ "name": "x-region", "value": "eu: west" }] },
                    "response": { "remove": ["server", "x-powered-by"], "set": [] } }),
        ),
    ]
}

/// The one of a kind.
async fn of_kind(stand: &Stand, kind: &str) -> PolicyView {
    let mut held = held(stand).await.into_iter();
    held.find(|policy| policy.kind.as_str() == kind).unwrap()
}

#[tokio::test]
async fn each_kind_is_put_in_place_from_its_fields_and_shown_in_them_again() {
    let (stand, mut owner) = scene().await;
    for (kind, fields, kept) in kinds() {
        added(&mut owner, PETS, kind, &fields).await;
        let policy = of_kind(&stand, kind).await;
        assert_eq!(serde_json::to_value(&policy.document).unwrap(), kept);
        assert_eq!(
            (policy.kind.as_str(), policy.level),
            (kind, PolicyLevel::Api)
        );
        let page = owner.get(&format!("{PETS}/{}", policy.slug)).await;
        assert_eq!(page.status, 200, "{}", page.body);
        // Sent back as it stands it says the same.
        let version = version_of(&page);
        let same = with(
            &fields,
            &[
                ("row_version", version.as_str()),
                ("kind", kind),
                ("mode", "off"),
                ("inherit", "locked"),
                ("reason", "for a while"),
            ],
        );
        let path = format!("{PETS}/{}", policy.slug);
        let saved = owner.post(&path, &same).await;
        assert_eq!(saved.status, 303, "{}", saved.body);
        let policy = of_kind(&stand, kind).await;
        assert_eq!(serde_json::to_value(&policy.document).unwrap(), kept);
        let how = (policy.mode, policy.inherit);
        assert_eq!(how, (PolicyMode::Off, PolicyInherit::Locked));
    }
}

#[tokio::test]
async fn a_policy_is_put_as_far_in_as_the_form_names_and_for_every_api_under_the_settings() {
    let (stand, mut owner) = scene().await;
    let rate = [("amount", "5"), ("window_s", "1")];
    let place = [
        ("version", "v1"),
        ("operation", "get /pets/{petId}"),
        ("environment", "sandbox"),
        ("slug", "few-pets"),
    ];
    added(
        &mut owner,
        PETS,
        "rate_limit",
        &[&rate[..], &place].concat(),
    )
    .await;
    let only = &held(&stand).await[0];
    assert_eq!(
        (only.slug.as_str(), only.level),
        ("few-pets", PolicyLevel::Operation)
    );
    assert_eq!(only.operation.as_deref(), Some("GET /pets/{}"));
    assert_eq!(only.environment.as_ref().unwrap().slug, "sandbox");
    added(&mut owner, ALL, "rate_limit", &rate).await;
    let every = held(&stand).await.pop().unwrap();
    assert_eq!(
        (every.level, every.api.is_none()),
        (PolicyLevel::Tenant, true)
    );
    let page = owner.get(&format!("{ALL}/{}", every.slug)).await;
    assert!(page.body.contains("Every API"), "{}", page.body);
    // Sent twice, it is there once, and the second one is no fault.
    let page = owner.get(&format!("{PETS}/new?kind=cors")).await;
    let nonce = page.between("name=\"nonce\" value=\"", "\"").to_owned();
    let fields = [
        ("nonce", nonce.as_str()),
        ("kind", "cors"),
        ("mode", "enforce"),
        ("inherit", "default"),
        ("any_origin", "yes"),
    ];
    for _ in 0..2 {
        let sent = owner.post(&format!("{PETS}/new"), &fields).await;
        assert_eq!(sent.status, 303, "{}", sent.body);
    }
    assert_eq!(held(&stand).await.len(), 3);
}

#[tokio::test]
async fn the_same_is_typed_as_json_or_yaml_and_turned_to_and_fro() {
    let (stand, mut owner) = scene().await;
    let json = r#"{"amount": 7, "window_s": 2}"#;
    let document = [
        ("notation", "document"),
        ("document", json),
        ("slug", "seven"),
    ];
    added(&mut owner, PETS, "rate_limit", &document).await;
    let path = format!("{PETS}/seven");
    let page = owner.get(&path).await;
    assert!(
        page.body.contains("name=\"amount\" value=\"7\""),
        "{}",
        page.body
    );
    let page = owner.get(&format!("{path}?notation=document")).await;
    let text = page.between("name=\"document\"", "</textarea>");
    assert!(
        text.ends_with(">amount: 7\nwindow_s: 2\nburst: 7\n"),
        "{text}"
    );
    let version = version_of(&page);
    let form = |fields: &[(&'static str, &'static str)]| {
        let rest = [
            ("kind", "rate_limit"),
            ("mode", "enforce"),
            ("inherit", "default"),
        ];
        with(fields, &rest)
    };
    let seen = [("row_version", version.as_str())];
    let yaml = [
        ("notation", "document"),
        ("document", "amount: 8 # more\nwindow_s: 2\n"),
    ];
    // Turned: nothing is saved, and what was typed is in the fields.
    let turned = form(&[&yaml[..], &[("act", "turn")]].concat());
    let turned = owner.post(&path, &with(&turned, &seen)).await;
    assert_eq!(turned.status, 200, "{}", turned.body);
    assert!(
        turned.body.contains("name=\"amount\" value=\"8\""),
        "{}",
        turned.body
    );
    let fields = form(&[("amount", "9"), ("window_s", "2"), ("act", "turn")]);
    let turned = owner.post(&path, &with(&fields, &seen)).await;
    assert!(
        turned.body.contains(">amount: 9\nwindow_s: 2\n</textarea>"),
        "{}",
        turned.body
    );
    assert_eq!(
        first_document(&stand).await["amount"],
        7,
        "nothing is saved"
    );
    let saved = owner.post(&path, &with(&form(&yaml), &seen)).await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    assert_eq!(
        first_document(&stand).await,
        json!({ "amount": 8, "window_s": 2, "burst": 8 })
    );
    // What has no place in the fields stays a document.
    let more = [
        ("notation", "document"),
        ("document", "amount: 8\nmore: 1"),
        ("act", "turn"),
    ];
    let kept = owner.post(&path, &with(&form(&more), &seen)).await;
    assert_eq!(kept.status, 422);
    assert!(kept.body.contains("f-document-error") && kept.body.contains("more: 1"));
}

#[tokio::test]
async fn a_check_judges_everything_and_keeps_nothing() {
    let (stand, mut owner) = scene().await;
    let enc = KEYS.replace(
        "\"kid\":\"one\"}",
        "\"kid\":\"one\"},{\"kty\":\"RSA\",\"use\":\"enc\"}",
    );
    let token = |keys| {
        [
            ("issuer", "i"),
            ("audiences", "a"),
            ("algorithms", "EdDSA"),
            ("jwks", keys),
            ("act", "check"),
        ]
    };
    let fine = add(&mut owner, PETS, "jwt", &token(KEYS)).await;
    assert_eq!(fine.status, 200, "{}", fine.body);
    assert!(
        fine.body.contains("Nothing is wrong with it."),
        "{}",
        fine.body
    );
    let partly = add(&mut owner, PETS, "jwt", &token(enc.as_str())).await;
    assert!(
        partly
            .body
            .contains("Key 2 was left out: it is not for signatures."),
        "{}",
        partly.body
    );
    let wrong = add(&mut owner, PETS, "jwt", &token("{}")).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.body.contains("f-jwks-error"), "{}", wrong.body);
    assert!(held(&stand).await.is_empty());
    // Saved, the page that follows says what was left out.
    let mut save = token(enc.as_str()).to_vec();
    save.pop();
    let saved = add(&mut owner, PETS, "jwt", &save).await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    let page = owner.follow(saved).await;
    assert!(
        page.body
            .contains("Key 2 was left out: it is not for signatures."),
        "{}",
        page.body
    );
    let kept = first_document(&stand).await;
    assert_eq!(kept["jwks"]["keys"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn who_was_slower_overwrites_and_deletes_nothing() {
    let (stand, mut owner) = scene().await;
    let rate = [("amount", "5"), ("window_s", "1"), ("slug", "five")];
    added(&mut owner, PETS, "rate_limit", &rate).await;
    let path = format!("{PETS}/five");
    let seen = version_of(&owner.get(&path).await);
    let send = |amount: &'static str| {
        [
            ("kind", "rate_limit"),
            ("mode", "enforce"),
            ("inherit", "default"),
            ("window_s", "1"),
            ("amount", amount),
        ]
    };
    let version = [("row_version", seen.as_str())];
    assert_eq!(
        owner.post(&path, &with(&send("6"), &version)).await.status,
        303
    );
    let late = owner.post(&path, &with(&send("7"), &version)).await;
    assert_eq!(late.status, 422);
    assert!(
        late.body.contains("Somebody changed this while you did."),
        "{}",
        late.body
    );
    assert!(
        late.body.contains("name=\"amount\" value=\"7\""),
        "what was typed stays"
    );
    let without = owner.post(&path, &send("7")).await;
    assert_eq!(without.status, 400, "a form says what it saw");
    assert_eq!(first_document(&stand).await["amount"], 6);

    let delete = format!("{path}/delete");
    let late = owner.post(&delete, &version).await;
    assert_eq!(late.status, 422);
    assert!(
        late.body.contains("Somebody changed this while you did."),
        "{}",
        late.body
    );
    assert_eq!(held(&stand).await.len(), 1);
    let asked = owner.get(&delete).await;
    assert!(asked.body.contains("Delete five?"), "{}", asked.body);
    let seen = version_of(&asked);
    let done = owner
        .post(
            &delete,
            &[("row_version", seen.as_str()), ("reason", "no need")],
        )
        .await;
    assert_eq!(done.status, 303, "{}", done.body);
    assert!(held(&stand).await.is_empty());
    assert_eq!(owner.get(&path).await.status, 404);
    let audit = owner.get("/console/audit?action=policy.delete").await;
    assert!(audit.body.contains("no need"), "{}", audit.body);
}

#[tokio::test]
async fn the_file_beside_the_form_is_the_one_that_changes_nothing() {
    let (stand, mut owner) = scene().await;
    let rest = [
        ("version", "v1"),
        ("operation", "GET /pets/{id}"),
        ("environment", "sandbox"),
        ("mode", "off"),
    ];
    for (kind, fields, _) in kinds() {
        added(&mut owner, PETS, kind, &with(&rest, &fields)).await;
    }
    let mut files = Vec::new();
    for policy in held(&stand).await {
        let page = owner.get(&format!("{PETS}/{}", policy.slug)).await;
        let text = page.between("id=\"file\">", "</pre>");
        files.push(ResourceFile {
            path: format!("policies/{}.yaml", policy.slug),
            content: unescaped(text),
        });
    }
    let olga = stand.actor("olga@acme.test").await;
    let mut exported = changesets::export(&stand.db, &olga, None).await.unwrap();
    exported.retain(|file| file.path.starts_with("policies/"));
    files.sort_by(|one, other| one.path.cmp(&other.path));
    assert_eq!(files, exported);
    // The file of a form that is not sent yet is one that can be applied.
    let fields = [
        ("amount", "5"),
        ("window_s", "1"),
        ("act", "turn"),
        ("slug", "five"),
    ];
    let page = add(&mut owner, PETS, "rate_limit", &fields).await;
    let file = ResourceFile {
        path: "policies/five.yaml".into(),
        content: unescaped(page.between("id=\"file\">", "</pre>")),
    };
    let input = ChangesetInput {
        files: vec![file],
        ..ChangesetInput::default()
    };
    let planned = changesets::make_changeset(&stand.db, &olga, input).await;
    let changes = planned.unwrap().value.changes;
    assert!(changes.to_string().contains("five"), "{changes}");
}
