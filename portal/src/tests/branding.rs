//! The colour, the logo and the words of a tenant, on its pages and on nobody else's.

use super::Stand;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gatehouse_control_plane::branding::LOGO_BYTES_MAX;
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

#[tokio::test]
async fn mails_are_shown_with_the_colour_and_with_the_logo_in_the_page_itself() {
    const MAIL: &str = "/console/settings/mail/reset_password";
    let stand = Stand::new().await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    let plain = owner.get(MAIL).await;
    assert!(
        !plain.body.contains("bgcolor") && !plain.body.contains("data:image"),
        "{}",
        plain.body
    );
    let fields = [("row_version", "0"), ("accent", "#7a1fa2")];
    let saved = owner.post_parts(FORM, &fields, Some(IMAGE)).await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    let shown = owner.get(MAIL).await;
    let part = shown.between("<h2>HTML part</h2>", "</section>");
    let logo = format!(
        "<img src=\"data:image/webp;base64,{}\" alt=\"Acme\" height=\"28\">",
        STANDARD.encode(IMAGE)
    );
    assert!(part.contains(&logo), "{part}");
    let button = "<td bgcolor=\"#7a1fa2\"><a href=\"http://127.0.0.1:8080/t/acme/reset/example\">\
                  <font color=\"#ffffff\"><b><u>Choose a new password</u></b></font></a></td>";
    assert!(part.contains(button), "{part}");
    assert!(!part.contains("cid:") && !part.contains("style="), "{part}");
    let policy = shown.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("img-src 'self' data:"), "{policy}");
    assert_eq!(
        plain.between("<h2>Text part</h2>", "</section>"),
        shown.between("<h2>Text part</h2>", "</section>")
    );
}

#[tokio::test]
async fn an_image_of_a_byte_too_many_is_refused_at_its_field_and_the_rest_stays() {
    let stand = Stand::new().await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    owner.get(FORM).await;
    let fields = [
        ("row_version", "0"),
        ("accent", "#7a1fa2"),
        ("welcome", "Good morning"),
    ];
    let fit = format!("{IMAGE}{}", "x".repeat(LOGO_BYTES_MAX - IMAGE.len()));
    let large = format!("{fit}x");
    let refused = owner.post_parts(FORM, &fields, Some(&large)).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    let fault = refused.between("id=\"f-logo-error\"", "</p>");
    assert!(fault.contains("this has 65,537"), "{fault}");
    assert!(
        refused.body.contains("value=\"#7a1fa2\"")
            && refused.body.contains("Good morning</textarea>"),
        "{}",
        refused.body
    );
    let saved = owner.post_parts(FORM, &fields, Some(&fit)).await;
    assert_eq!(saved.status, 303, "{}", saved.body);
}
