//! The colour, the logo and the words of a tenant, on its pages and on nobody else's.

use super::Stand;
use gatehouse_domain::Role;

const FORM: &str = "/console/settings/branding";
/// Text, as the form of this test is sent; an image by how it begins.
const IMAGE: &str = "RIFF\u{10}\0\0\0WEBPVP8 and what follows";
const HOSTILE: &str = "# Build *with* us\n<script>alert(1)</script> [x](javascript:alert(1))";

#[tokio::test]
async fn what_is_saved_is_on_every_page_of_this_tenant_and_of_no_other() {
    let stand = Stand::new().await;
    stand.admit("dev@acme.test", Role::Developer).await;
    stand.second_tenant(None).await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    let form = owner.get(FORM).await;
    assert_eq!(form.status, 200, "{}", form.body);
    let version = form
        .between("name=\"row_version\" value=\"", "\"")
        .to_owned();
    let mut fields = vec![
        ("row_version", version.as_str()),
        ("accent", "#ffcc00"),
        ("welcome", HOSTILE),
    ];
    let refused = owner.post_parts(FORM, &fields, Some(IMAGE)).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    assert!(
        refused.body.contains("too light")
            && refused.body.contains("Choose the image again")
            && refused.body.contains("value=\"#ffcc00\""),
        "{}",
        refused.body
    );
    assert!(
        !owner.get("/").await.body.contains("/logo/"),
        "nothing is saved"
    );

    fields[1] = ("accent", "#7a1fa2");
    let saved = owner.post_parts(FORM, &fields, Some(IMAGE)).await;
    assert_eq!(saved.location(), FORM);
    let late = owner.post_parts(FORM, &fields, None).await;
    assert!(
        late.status == 422 && late.body.contains("Somebody changed this"),
        "{}",
        late.body
    );

    let mut guest = stand.window();
    let home = guest.get("/").await;
    assert!(home.body.contains("<em>with</em>"), "{}", home.body);
    assert!(!home.body.contains("<script>alert") && !home.body.contains("href=\"javascript"));
    assert!(!home.body.contains("Find an API, ask for access"));
    let missing = guest.get("/nowhere").await;
    for page in [&home, &missing] {
        assert!(
            page.body.contains("/static/accent-7a1fa2."),
            "{}",
            page.body
        );
        assert!(
            page.body.contains("<img class=\"mark\" src=\"/logo/"),
            "{}",
            page.body
        );
    }
    let name = home.between("/static/accent-", "\"").to_owned();
    let style = guest.get(&format!("/static/accent-{name}")).await;
    assert_eq!(style.status, 200);
    assert!(
        style.body.contains("light-dark(#7a1fa2, #"),
        "{}",
        style.body
    );
    let address = format!("/logo/{}", home.between("src=\"/logo/", "\""));
    let logo = guest.get(&address).await;
    assert_eq!((logo.status, logo.body.as_str()), (200, IMAGE));
    assert_eq!(logo.headers["content-type"], "image/webp");
    assert_eq!(logo.headers["x-content-type-options"], "nosniff");
    assert!(
        logo.headers["cache-control"]
            .to_str()
            .unwrap()
            .contains("immutable")
    );

    // Another tenant's pages are as they were, and its address has no such logo.
    let theirs = guest.get("/t/other/").await;
    assert!(
        !theirs.body.contains("accent-") && !theirs.body.contains("/logo/"),
        "{}",
        theirs.body
    );
    assert_eq!(guest.get(&format!("/t/other{address}")).await.status, 404);
    let light = name.replace("7a1fa2", "ffffff");
    let light = guest.get(&format!("/static/accent-{light}")).await;
    assert_eq!(light.status, 404);

    // Who may not change the tenant opens no form and is refused before a file is read.
    let mut dev = stand.signed_in("dev@acme.test").await;
    assert_eq!(dev.get(FORM).await.status, 403);
    assert_eq!(dev.post_parts(FORM, &fields, Some(IMAGE)).await.status, 403);

    let form = owner.get(FORM).await;
    let version = form
        .between("name=\"row_version\" value=\"", "\"")
        .to_owned();
    let bare = [
        ("row_version", version.as_str()),
        ("accent", ""),
        ("welcome", ""),
        ("without_logo", "yes"),
    ];
    assert_eq!(owner.post_parts(FORM, &bare, None).await.status, 303);
    let home = guest.get("/").await;
    assert!(
        !home.body.contains("accent-") && !home.body.contains("/logo/"),
        "{}",
        home.body
    );
    assert_eq!(guest.get(&address).await.status, 404);
}
