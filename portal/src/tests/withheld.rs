//! Secrets are in no page that asks who somebody is: what else was typed is carried on, and they are entered again.

use super::keys::key;
use super::policies::{ALL, KEYS, PETS, held, scene, with};
use super::proof::{ASKED, pass};
use super::{Answer, PASSWORD, Stand};
use crate::proof::SECRET;
use std::path::Path;

/// The boxes for one half of a pair, by their own forms' names: whoever takes the wrong file pastes the other half there.
const HALVES: [&str; 2] = ["certificate", "public_key"];
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

#[tokio::test]
async fn a_credential_of_a_backend_typed_into_a_policy_is_in_no_page_and_nothing_is_stored() {
    const CANARY: &str = "canary-of-the-backend";
    let (stand, mut owner) = scene().await;
    let path = format!("{PETS}/new");
    let lines = format!("x-kept: eu\nAuthorization: Bearer {CANARY}");
    let document = format!(
        r#"{{"request":{{"set":[{{"name":"x-kept","value":"eu"}},{{"name":"x-api-key","value":"{CANARY}"}}]}}}}"#
    );
    for field in [
        &[("request_set", lines.as_str())][..],
        &[("notation", "document"), ("document", document.as_str())],
    ] {
        let (name, _) = field[field.len() - 1];
        let page = owner.get(&format!("{path}?kind=headers")).await;
        let nonce = page.between("name=\"nonce\" value=\"", "\"").to_owned();
        let rest = [
            ("kind", "headers"),
            ("nonce", nonce.as_str()),
            ("mode", "enforce"),
            ("inherit", "default"),
        ];
        let refused = owner.post(&path, &with(field, &rest)).await;
        assert_eq!(refused.status, 422, "{name}: {}", refused.body);
        assert!(!refused.body.contains(CANARY), "{}", refused.body);
        assert!(refused.body.contains("x-kept"), "the rest stays");
        let fault = format!("id=\"f-{}-error\"", name.replace('_', "-"));
        let words = refused.between(&fault, "</p>");
        assert!(words.contains("${vault:NAME}"), "{words}");
        assert!(held(&stand).await.is_empty());
    }
    // Of every API forms ask who somebody is, and what they carry on has it neither.
    owner.get(&format!("{ALL}/new?kind=headers")).await;
    pass(&stand, &mut owner, 900).await;
    let sent = [("kind", "headers"), ("request_set", lines.as_str())];
    let asked = owner.post(&format!("{ALL}/new"), &sent).await;
    asks_again(&asked, 403, "request_set", CANARY);
}

#[tokio::test]
async fn a_private_key_in_place_of_the_public_half_is_in_no_page_that_comes_back() {
    let stand = Stand::new().await;
    let (key, _) = key(&stand).await;
    let path = format!("/applications/{}/credentials/new", key.application_id);
    let mut dev = stand.signed_in("dev@acme.test").await;
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{PRIVATE}\n-----END PRIVATE KEY-----\n");
    let jwk = format!(
        r#"{{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","d":"{PRIVATE}"}}"#
    );
    let broken = format!("{jwk}]");
    for field in HALVES {
        for pasted in [pem.as_str(), &jwk, &broken] {
            for kind in ["jwt_key", "mtls_cert"] {
                let page = dev.get(&path).await;
                let nonce = page.between("name=\"nonce\" value=\"", "\"").to_owned();
                let sent = [
                    ("nonce", nonce.as_str()),
                    ("kind", kind),
                    ("environment", "production"),
                    ("name", "x-kept"),
                    (field, pasted),
                ];
                let refused = dev.post(&path, &sent).await;
                assert_eq!(refused.status, 422, "{field} {kind}: {}", refused.body);
                assert!(!refused.body.contains(PRIVATE), "{}", refused.body);
                assert!(refused.body.contains("value=\"x-kept\""));
                let fault = format!("id=\"f-{}-error\"", field.replace('_', "-"));
                let words = refused.between(&fault, "</p>");
                assert!(words.contains("nothing of it was kept"), "{words}");
            }
        }
    }
}

#[test]
fn every_box_for_half_of_a_pair_is_known() {
    let mut found = Vec::new();
    each_form(|source| {
        for rest in source.split("Field::area(").skip(1) {
            // Up to the end of the control: its label and its help say what it is for.
            let own = rest.split("Field::").next().unwrap();
            let own = own.split(';').next().unwrap();
            let says = own.to_lowercase().replace('-', " ");
            let words = ["private", "certificate", "public key", "secret", "password"];
            if words.iter().any(|word| says.contains(word)) {
                found.push(own.split('"').nth(1).unwrap().to_owned());
            }
        }
    });
    found.sort();
    assert_eq!(found, HALVES);
}

#[test]
fn every_secret_field_of_a_form_that_may_ask_is_known() {
    let mut found = Vec::new();
    each_form(|source| {
        let fields = source.split("Field::password(").skip(1);
        found.extend(fields.map(|rest| rest.split('"').nth(1).unwrap().to_owned()));
    });
    found.sort();
    assert_eq!(found, SECRET.map(|(name, _)| name));
}

/// The sources of forms that may ask. Those of one's own account ask in themselves: they show who somebody is.
fn each_form(mut take: impl FnMut(&str)) {
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/pages");
    let folders = [
        "applications",
        "catalogue",
        "console",
        "platform",
        "requests",
    ];
    for folder in folders {
        sources(&pages.join(folder), &mut take);
    }
}

fn sources(folder: &Path, take: &mut impl FnMut(&str)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => sources(&path, take),
            false => take(&std::fs::read_to_string(&path).unwrap()),
        }
    }
}
