//! Policies in the console: put in place by form, told where they come from, and nobody's but whose they are.

mod edit;
mod faults;
mod list;
mod rights;

use super::{Answer, Stand, Window};
use gatehouse_control_plane::Page;
use gatehouse_control_plane::policies::{self, PolicyFilter, PolicyView};
use serde_json::Value;

/// The policies of the Petstore.
pub(super) const PETS: &str = "/console/apis/petstore/policies";
/// Those of every API.
pub(super) const ALL: &str = "/console/settings/policies";

/// RFC 8037 A.2.
pub(super) const KEYS: &str = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"one"}]}"#;

/// The Petstore, and its owner in front of the console.
pub(super) async fn scene() -> (Stand, Window) {
    let stand = Stand::new().await;
    stand.publish_petstore().await;
    let owner = stand.signed_in("olga@acme.test").await;
    (stand, owner)
}

/// What a browser sends of a form: the fields, and what they leave as the page has it.
pub(super) fn with<'a>(
    fields: &[(&'a str, &'a str)],
    rest: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let mut all = fields.to_vec();
    for (name, value) in rest {
        if !all.iter().any(|(known, _)| known == name) {
            all.push((name, value));
        }
    }
    all
}

/// Opens the form of a new policy of a kind and sends it.
async fn add(window: &mut Window, list: &str, kind: &str, fields: &[(&str, &str)]) -> Answer {
    let path = format!("{list}/new");
    let page = window.get(&format!("{path}?kind={kind}")).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let nonce = page.between("name=\"nonce\" value=\"", "\"").to_owned();
    let rest = [
        ("kind", kind),
        ("nonce", nonce.as_str()),
        ("mode", "enforce"),
        ("inherit", "default"),
    ];
    window.post(&path, &with(fields, &rest)).await
}

/// The same, and it is taken.
pub(super) async fn added(window: &mut Window, list: &str, kind: &str, fields: &[(&str, &str)]) {
    let answer = add(window, list, kind, fields).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
}

/// All there are, as the verbs have them, by their names: those of one moment have no other order.
pub(super) async fn held(stand: &Stand) -> Vec<PolicyView> {
    let olga = stand.actor("olga@acme.test").await;
    let filter = PolicyFilter::default();
    let listed = policies::list_policies(&stand.db, &olga, &filter, &Page::default()).await;
    let mut held = listed.unwrap().data;
    held.sort_by(|one, other| one.slug.cmp(&other.slug));
    held
}

/// What the first of them says.
async fn first_document(stand: &Stand) -> Value {
    serde_json::to_value(&held(stand).await[0].document).unwrap()
}

fn version_of(page: &Answer) -> String {
    let seen = page.between("name=\"row_version\" value=\"", "\"");
    seen.to_owned()
}

/// A text as it was before it was put into a page.
fn unescaped(text: &str) -> String {
    let text = text.replace("&#34;", "\"").replace("&#39;", "'");
    let text = text.replace("&#60;", "<").replace("&#62;", ">");
    text.replace("&#38;", "&")
}
