//! Secrets are in no page that asks who somebody is: what else was typed is carried on, and they are entered again.

use super::policies::{ALL, KEYS, held, scene, with};
use super::proof::{ASKED, pass};
use super::{Answer, PASSWORD, Stand};
use crate::proof::SECRET;
use std::path::Path;

const PRIVATE: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";

/// It asks, for this field too, and has nothing of what was in it.
fn asks_again(answer: &Answer, status: u16, field: &str, secret: &str) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert!(answer.body.contains(ASKED), "{}", answer.body);
    assert!(!answer.body.contains(secret), "{}", answer.body);
    let carried = format!("type=\"hidden\" name=\"{field}\"");
    assert!(!answer.body.contains(&carried), "{}", answer.body);
    let help = answer.between(&format!("-{}-help\">", field.replace('_', "-")), "</p>");
    assert!(help.contains("enter it again"), "{help}");
}

#[tokio::test]
async fn a_key_that_can_sign_is_not_in_the_page_that_asks_and_is_pasted_again() {
    let (stand, mut owner) = scene().await;
    let path = format!("{ALL}/new");
    let page = owner.get(&format!("{path}?kind=jwt")).await;
    let nonce = page.between("name=\"nonce\" value=\"", "\"").to_owned();
    pass(&stand, &mut owner, 900).await;
    let whole = KEYS.replace("\"kid\"", &format!("\"d\":\"{PRIVATE}\",\"kid\""));
    let wrapped = format!("-----BEGIN PRIVATE KEY-----\n{PRIVATE}\n-----END PRIVATE KEY-----\n");
    let broken = format!("{whole}]");
    let rest = [
        ("kind", "jwt"),
        ("nonce", nonce.as_str()),
        ("mode", "enforce"),
        ("inherit", "default"),
        ("issuer", "x-kept"),
        ("audiences", "a"),
        ("algorithms", "EdDSA"),
    ];
    for keys in [whole.as_str(), &wrapped, &broken] {
        let asked = owner.post(&path, &with(&[("jwks", keys)], &rest)).await;
        asks_again(&asked, 403, "jwks", PRIVATE);
        assert!(asked.body.contains("name=\"issuer\" value=\"x-kept\""));
    }
    let document = format!("issuer: x\njwks: {whole}\n");
    let sent = [("notation", "document"), ("document", document.as_str())];
    let asked = owner.post(&path, &with(&sent, &rest)).await;
    asks_again(&asked, 403, "document", PRIVATE);
    let asked_for = ("proof_again", "jwks");
    let wrong = [("jwks", whole.as_str()), asked_for, ("proof", "not mine")];
    let refused = owner.post(&path, &with(&wrong, &rest)).await;
    asks_again(&refused, 422, "jwks", PRIVATE);
    let without = [("jwks", ""), asked_for, ("proof", PASSWORD)];
    let refused = owner.post(&path, &with(&without, &rest)).await;
    asks_again(&refused, 422, "jwks", PRIVATE);
    assert!(
        refused.body.contains("id=\"f-jwks-error\""),
        "{}",
        refused.body
    );
    assert!(held(&stand).await.is_empty());
    let public = [("jwks", KEYS), asked_for, ("proof", PASSWORD)];
    let done = owner.post(&path, &with(&public, &rest)).await;
    assert_eq!(done.status, 303, "{}", done.body);
    assert_eq!(held(&stand).await.len(), 1);
}

#[tokio::test]
async fn what_is_public_is_carried_on() {
    let (stand, mut owner) = scene().await;
    owner.get(&format!("{ALL}/new?kind=jwt")).await;
    pass(&stand, &mut owner, 900).await;
    let sent = [
        ("kind", "jwt"),
        ("jwks", KEYS),
        ("issuer", "https://a.example"),
    ];
    let asked = owner.post(&format!("{ALL}/new"), &sent).await;
    assert_eq!(asked.status, 403);
    assert!(
        asked.body.contains("type=\"hidden\" name=\"jwks\""),
        "{}",
        asked.body
    );
    assert!(
        asked
            .body
            .contains("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
    );
    assert!(!asked.body.contains("enter it again"), "{}", asked.body);
}

#[tokio::test]
async fn a_client_secret_is_entered_again_and_never_left_out_in_silence() {
    const HUSH: &str = "hush-hush-hush";
    let stand = Stand::new().await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    let path = "/console/settings/sign-in";
    pass(&stand, &mut owner, 900).await;
    let rest = [
        ("slug", "corp"),
        ("name", "Corp"),
        ("issuer", "https://127.0.0.1:9/"),
        ("client_id", "x-kept"),
        ("default_role", "developer"),
    ];
    let asked = owner
        .post(path, &with(&[("client_secret", HUSH)], &rest))
        .await;
    asks_again(&asked, 403, "client_secret", HUSH);
    assert!(
        asked
            .body
            .contains("type=\"password\" id=\"f-client-secret\"")
    );
    assert!(asked.body.contains("name=\"client_id\" value=\"x-kept\""));
    let asked_for = ("proof_again", "client_secret");
    let wrong = [("client_secret", HUSH), asked_for, ("proof", "not mine")];
    let refused = owner.post(path, &with(&wrong, &rest)).await;
    asks_again(&refused, 422, "client_secret", HUSH);
    // Without it the provider would be one that has none.
    for blank in ["", " "] {
        let without = [("client_secret", blank), asked_for, ("proof", PASSWORD)];
        let refused = owner.post(path, &with(&without, &rest)).await;
        asks_again(&refused, 422, "client_secret", HUSH);
    }
    let whole = [("client_secret", HUSH), asked_for, ("proof", PASSWORD)];
    let judged = owner.post(path, &with(&whole, &rest)).await;
    assert!(!judged.body.contains(ASKED), "{}", judged.body);
    assert!(
        judged.body.contains("f-issuer-error"),
        "the form's own answer"
    );
    pass(&stand, &mut owner, 900).await;
    let public = owner.post(path, &rest).await;
    assert!(public.body.contains(ASKED) && !public.body.contains("enter it again"));
}

#[test]
fn every_secret_field_of_a_form_that_may_ask_is_known() {
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/pages");
    let mut found = Vec::new();
    // Forms of one's own account ask in themselves: they show who somebody is.
    for folder in [
        "applications",
        "catalogue",
        "console",
        "platform",
        "requests",
    ] {
        secrets_in(&pages.join(folder), &mut found);
    }
    found.sort();
    assert_eq!(found, SECRET.map(|(name, _)| name));
}

fn secrets_in(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            secrets_in(&path, found);
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap();
        let fields = source.split("Field::password(").skip(1);
        found.extend(fields.map(|rest| rest.split('"').nth(1).unwrap().to_owned()));
    }
}
