//! Backend secrets in the console: put, replaced and deleted by form, named by policies, and read by nobody.

mod rights;

use super::policies::{PETS, added, scene};
use super::{Answer, Stand, Window};
use gatehouse_control_plane::Page;
use gatehouse_control_plane::backend_secrets::{
    self, BACKEND_SECRETS_MAX, BackendSecretView, PutBackendSecret,
};
use gatehouse_control_plane::page::Lookup;
use std::collections::BTreeSet;
use std::time::Duration;

const SECRETS: &str = "/console/apis/petstore/backend-secrets";
const ONE: &str = "/console/apis/petstore/backend-secrets/pets-token";
const DELETE: &str = "/console/apis/petstore/backend-secrets/pets-token/delete";
const FIRST: &str = "7f3a-the-first-of-them";
const SECOND: &str = "91bc-the-second-of-them";

/// Opens the list and sends its form.
async fn put(window: &mut Window, name: &str, value: &str) -> Answer {
    window.get(SECRETS).await;
    let fields = [
        ("name", name),
        ("secret_value", value),
        ("reason", "For pets"),
    ];
    window.post(SECRETS, &fields).await
}

/// Those of the Petstore, as the verbs have them.
async fn held(stand: &Stand) -> Vec<BackendSecretView> {
    let olga = stand.actor("olga@acme.test").await;
    let api = Lookup::from("petstore");
    let listed =
        backend_secrets::list_backend_secrets(&stand.db, &olga, api, &Page::default()).await;
    listed.unwrap().data
}

/// One of them that is there, by the verb.
async fn put_by_verb(stand: &Stand, name: &str) {
    let olga = stand.actor("olga@acme.test").await;
    let (api, secret) = (Lookup::from("petstore"), Lookup::Slug(name.to_owned()));
    let input = PutBackendSecret {
        value: FIRST.to_owned().into(),
        reason: String::new(),
    };
    backend_secrets::put_backend_secret(&stand.db, &olga, api, secret, Some(0), input)
        .await
        .unwrap();
}

/// Has a policy of the Petstore name it.
async fn name_it(owner: &mut Window) {
    let fields = [
        ("slug", "signed"),
        ("request_set", "authorization: Bearer ${vault:pets-token}"),
    ];
    added(owner, PETS, "headers", &fields).await;
}

fn version_of(page: &Answer) -> String {
    let seen = page.between("name=\"row_version\" value=\"", "\"");
    seen.to_owned()
}

/// Whatever it says, it says none of the values.
fn tells_no_value(answer: &Answer) {
    let head = format!("{:?}", answer.headers);
    for value in [FIRST, SECOND] {
        assert!(!answer.body.contains(value), "{}", answer.body);
        assert!(!head.contains(value), "{head}");
    }
}

/// It was refused, with words beside a field.
fn refused_at(answer: &Answer, field: &str, words: &str) {
    assert_eq!(answer.status, 422, "{}", answer.body);
    let fault = answer.between(
        &format!("id=\"f-{}-error\"", field.replace('_', "-")),
        "</p>",
    );
    assert!(fault.contains(words), "{fault}");
}

#[tokio::test]
async fn a_secret_is_put_listed_replaced_and_deleted_and_no_page_tells_its_value() {
    let (stand, mut owner) = scene().await;
    let empty = owner.get(SECRETS).await;
    assert_eq!(empty.status, 200, "{}", empty.body);
    assert!(
        empty.body.contains("No backend secrets yet"),
        "{}",
        empty.body
    );
    let control = empty.between("<input type=\"password\" id=\"f-secret-value\"", ">");
    assert!(
        control.contains("autocomplete=\"off\"") && !control.contains("value="),
        "{control}"
    );

    let sent = put(&mut owner, "pets-token", FIRST).await;
    assert_eq!(sent.status, 303, "{}", sent.body);
    tells_no_value(&sent);
    let list = owner.follow(sent).await;
    assert!(list.body.contains("pets-token is put."), "{}", list.body);
    let row = list.between("<tbody>", "</tbody>");
    for words in [
        "${vault:pets-token}",
        "just now",
        "No policy",
        &format!("href=\"{ONE}\""),
        &format!("href=\"{DELETE}\""),
    ] {
        assert!(row.contains(words), "{words}: {row}");
    }
    tells_no_value(&list);

    let page = owner.get(ONE).await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains("Put another value for pets-token"));
    tells_no_value(&page);
    let seen = version_of(&page);
    stand.hand.advance(Duration::from_secs(60));
    let other = [("row_version", seen.as_str()), ("secret_value", SECOND)];
    let replaced = owner.post(ONE, &other).await;
    assert_eq!(replaced.status, 303, "{}", replaced.body);
    tells_no_value(&replaced);
    let now = held(&stand).await;
    assert_eq!((now.len(), now[0].row_version), (1, 2));
    assert!(now[0].put_at > now[0].created_at);
    let list = owner.follow(replaced).await;
    assert!(
        list.body.contains("pets-token has another value."),
        "{}",
        list.body
    );
    let late = owner.post(ONE, &other).await;
    assert_eq!(late.status, 422);
    assert!(
        late.body.contains("Somebody changed this while you did."),
        "{}",
        late.body
    );
    tells_no_value(&late);
    assert_eq!(held(&stand).await[0].row_version, 2, "nothing is saved");

    let page = owner.get(DELETE).await;
    assert!(page.body.contains("Delete pets-token?"), "{}", page.body);
    let seen = version_of(&page);
    let deleted = owner.post(DELETE, &[("row_version", &seen)]).await;
    assert_eq!(deleted.location(), SECRETS, "{}", deleted.body);
    assert!(held(&stand).await.is_empty());
    assert_eq!(owner.get(ONE).await.status, 404);
    let audit = owner.get("/console/audit").await;
    for words in ["backend_secret.put", "backend_secret.delete"] {
        assert!(audit.body.contains(words), "{words}: {}", audit.body);
    }
    tells_no_value(&audit);
}

#[tokio::test]
async fn one_that_a_policy_names_stays_and_its_new_value_is_a_change_to_watch() {
    let (stand, mut owner) = scene().await;
    put(&mut owner, "pets-token", FIRST).await;
    name_it(&mut owner).await;
    let list = owner.get(SECRETS).await;
    let row = list.between("<tbody>", "</tbody>");
    assert!(
        row.contains(&format!("<a href=\"{PETS}/signed\">signed</a>")),
        "{row}"
    );
    let policy = owner.get(&format!("{PETS}/signed")).await;
    assert!(
        policy.body.contains("Bearer ${vault:pets-token}"),
        "{}",
        policy.body
    );
    tells_no_value(&policy);

    let page = owner.get(DELETE).await;
    assert!(
        page.body.contains("as long as policies name it: signed"),
        "{}",
        page.body
    );
    let seen = version_of(&page);
    let fields = [("row_version", seen.as_str()), ("reason", "No more pets")];
    let refused = owner.post(DELETE, &fields).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    let words = refused.between("id=\"faults\"", "</ul>");
    assert!(
        words.contains("Not done.") && words.contains("Gateways need it for signed"),
        "{words}"
    );
    assert!(
        refused.body.contains("value=\"No more pets\""),
        "what was typed is kept"
    );
    assert_eq!(held(&stand).await.len(), 1);

    let page = owner.get(ONE).await;
    assert!(
        page.body.contains("Policies that name it: signed."),
        "{}",
        page.body
    );
    let seen = version_of(&page);
    let other = [("row_version", seen.as_str()), ("secret_value", SECOND)];
    let replaced = owner.post(ONE, &other).await;
    assert!(
        replaced
            .location()
            .starts_with(&format!("{SECRETS}?change=")),
        "{} {}",
        replaced.location(),
        replaced.body
    );
    let list = owner.follow(replaced).await;
    assert!(list.body.contains("Saved. In force on"), "{}", list.body);
    tells_no_value(&list);
    for path in ["/console/releases", "/console/audit", PETS] {
        tells_no_value(&owner.get(path).await);
    }

    let page = owner.get(&format!("{PETS}/signed/delete")).await;
    let seen = version_of(&page);
    let gone = [("row_version", seen.as_str())];
    let gone = owner.post(&format!("{PETS}/signed/delete"), &gone).await;
    assert_eq!(gone.status, 303, "{}", gone.body);
    let seen = version_of(&owner.get(DELETE).await);
    let deleted = owner.post(DELETE, &[("row_version", &seen)]).await;
    assert_eq!(deleted.status, 303, "{}", deleted.body);
    assert!(held(&stand).await.is_empty());
}

#[tokio::test]
async fn a_fault_stands_at_its_field_and_the_value_is_in_no_page_that_comes_back() {
    let (stand, mut owner) = scene().await;
    let hostile = "\"><script>alert(1)</script>";
    for name in ["Pets Token", hostile] {
        let refused = put(&mut owner, name, FIRST).await;
        refused_at(&refused, "name", "lower-case letters, digits or dashes");
        refused_at(&refused, "secret_value", "Type the value again");
        assert!(
            refused.body.contains("value=\"For pets\""),
            "the rest is kept"
        );
        assert!(!refused.body.contains("<script>alert"), "{}", refused.body);
        tells_no_value(&refused);
    }
    let refused = put(&mut owner, "Pets Token", FIRST).await;
    assert!(
        refused.body.contains("value=\"Pets Token\""),
        "{}",
        refused.body
    );
    for (value, words) in [
        (String::new(), "Fill this in."),
        (format!(" {FIRST}"), "visible ASCII"),
        (format!("{FIRST}\n{SECOND}"), "visible ASCII"),
        (format!("{FIRST}\u{e9}"), "visible ASCII"),
        (FIRST.repeat(100), "at most 2,048 bytes"),
    ] {
        let refused = put(&mut owner, "pets-token", &value).await;
        refused_at(&refused, "secret_value", words);
        assert!(
            refused.body.contains("value=\"pets-token\""),
            "the name is kept"
        );
        assert!(
            !refused.body.contains("id=\"f-name-error\""),
            "nothing is wrong with it"
        );
        tells_no_value(&refused);
    }
    assert!(held(&stand).await.is_empty());

    put_by_verb(&stand, "pets-token").await;
    let refused = put(&mut owner, "pets-token", SECOND).await;
    refused_at(&refused, "name", "&#39;pets-token&#39; is there already");
    tells_no_value(&refused);
    assert_eq!(held(&stand).await[0].row_version, 1, "it is as it was");
    let seen = version_of(&owner.get(ONE).await);
    let spaced = format!("{SECOND} ");
    let fields = [
        ("row_version", seen.as_str()),
        ("secret_value", spaced.as_str()),
        ("reason", "Leaked"),
    ];
    let refused = owner.post(ONE, &fields).await;
    refused_at(&refused, "secret_value", "visible ASCII");
    assert!(refused.body.contains("value=\"Leaked\""));
    tells_no_value(&refused);
    assert_eq!(held(&stand).await[0].row_version, 1, "it is as it was");
}

#[tokio::test]
async fn one_more_than_an_api_may_have_is_refused_and_its_value_typed_again() {
    let (stand, mut owner) = scene().await;
    for number in 0..BACKEND_SECRETS_MAX {
        put_by_verb(&stand, &format!("token-{number}")).await;
    }
    let refused = put(&mut owner, "one-more", SECOND).await;
    refused_at(&refused, "secret_value", "Type the value again");
    let words = refused.between("id=\"faults\"", "</ul>");
    assert!(words.contains("no more than 100 are kept"), "{words}");
    assert!(refused.body.contains("value=\"one-more\""));
    tells_no_value(&refused);
}

#[tokio::test]
async fn policies_lead_to_them_and_the_trail_back() {
    let (stand, mut owner) = scene().await;
    put_by_verb(&stand, "pets-token").await;
    let link = format!("href=\"{SECRETS}\"");
    let tab = owner.get(PETS).await;
    assert!(tab.body.contains(&link), "{}", tab.body);
    let form = owner.get(&format!("{PETS}/new?kind=headers")).await;
    let help = form.between("id=\"f-request-set-help\">", "</p>");
    assert!(help.contains("${vault:NAME}"), "{help}");

    let list = owner.get(SECRETS).await;
    let trail = list.between("<nav class=\"crumbs\"", "</nav>");
    assert!(
        trail.contains(&format!("href=\"{PETS}\"")) && trail.contains("Backend secrets"),
        "{trail}"
    );
    let tabs = list.between("<nav class=\"tabs\"", "</nav>");
    let (_, current) = tabs.split_once("aria-current=\"page\">").unwrap();
    assert!(current.starts_with("Policies"), "{tabs}");
    for path in [ONE, DELETE] {
        let page = owner.get(path).await;
        let trail = page.between("<nav class=\"crumbs\"", "</nav>");
        assert!(
            trail.contains(&link) && trail.contains(&format!("href=\"{PETS}\"")),
            "{path}: {trail}"
        );
    }
}

#[tokio::test]
async fn the_list_goes_on_on_another_page() {
    let (stand, mut owner) = scene().await;
    let names: BTreeSet<String> = (0..51).map(|number| format!("token-{number}")).collect();
    for name in &names {
        put_by_verb(&stand, name).await;
    }
    let shown = |page: &Answer| -> BTreeSet<String> {
        let references = page.body.split("${vault:").skip(1);
        let named = references.filter_map(|rest| rest.split_once('}'));
        let named = named.map(|(name, _)| name.to_owned());
        named.collect()
    };
    let newest = owner.get(SECRETS).await;
    let (before, _) = newest.body.split_once("\">Older</a>").unwrap();
    let older = before.rsplit_once("href=\"").unwrap().1.to_owned();
    assert!(older.starts_with(&format!("{SECRETS}?after=")), "{older}");
    let oldest = owner.get(&older).await;
    assert_eq!(oldest.status, 200, "{}", oldest.body);
    let (newest, oldest) = (shown(&newest), shown(&oldest));
    assert_eq!((newest.len(), oldest.len()), (50, 1));
    assert_eq!(&newest | &oldest, names);
}
