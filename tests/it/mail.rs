//! Mail leaves by SMTP, also when the receiver is away for a while.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gatehouse_harness::callers::{Administrator, Cli, PASSWORD, Portal};
use gatehouse_harness::smtp::SmtpReceiver;
use gatehouse_harness::wait::PATIENCE;
use gatehouse_harness::{StackPlan, TestStack, eventually, skipped};
use serde_json::{Value, json};

use crate::GATEHOUSE;
use crate::branding::PNG;

/// The first waits double from one second.
const AFTER_THREE_FAILURES: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_mail_survives_a_receiver_that_is_down_for_three_attempts_and_its_link_signs_in() {
    let receiver = SmtpReceiver::start().await;
    let stack = TestStack::start(StackPlan::of(GATEHOUSE).smtp(receiver.address())).await;
    receiver.go_down_for(3);
    let before = receiver.attempts();
    let window = Portal::open(&stack.portal_url(), "");
    let form = window
        .get("/signup")
        .await
        .form("main form[action$='/signup']");
    let form = form
        .set("name", "Maya")
        .set("email", "maya@mail.test")
        .set("password", PASSWORD);
    let sent = window.submit(form.press("Create account")).await;
    sent.assert_status(200).assert_says("Check your mail");
    assert!(
        !sent.answer.text().contains("/verify/"),
        "the link is in the mail alone"
    );

    let mail = eventually(
        AFTER_THREE_FAILURES,
        "the mail arrives after all",
        async || {
            let mails = receiver.mails();
            mails
                .into_iter()
                .next()
                .ok_or_else(|| format!("{} attempts", receiver.attempts() - before))
        },
    )
    .await;
    assert!(
        receiver.attempts() - before >= 4,
        "three attempts failed before"
    );
    assert_eq!(mail.to, ["maya@mail.test"]);
    assert_eq!(mail.parts, ["text/plain", "text/html"]);
    assert!(
        mail.subject
            .contains(gatehouse_harness::stack::FIRST_TENANT),
        "{}",
        mail.subject
    );
    let link = mail.link("/verify/").expect("a link");
    assert!(
        link.starts_with(&stack.portal_url()),
        "links are built from the public URL: {link}"
    );

    // A scanner that only opens the link does not use it up.
    stack.anonymous().get(link).await.assert_status(200);
    let form = window.get(link).await.form("main form[action*='/verify/']");
    let page = window.submit(form.press("Confirm e-mail")).await;
    assert!(page.at.ends_with("/apis"), "{page}");
    let again = Portal::open(&stack.portal_url(), "");
    let form = again.get(link).await.form("main form[action*='/verify/']");
    again
        .submit(form.press("Confirm e-mail"))
        .await
        .assert_status(422)
        .assert_says("This link was used already");
    assert_eq!(receiver.mails().len(), 1, "the mail was sent once");
    // The receiver has it before the sender notes so.
    let mut sql = stack.sql().await;
    let done = "it is done with, and its token is gone from the table";
    eventually(PATIENCE, done, async || {
        let held = "select count(*) from mail where state <> 'sent' or sealed_token is not null";
        let held: i64 = sqlx::query_scalar(held).fetch_one(&mut sql).await.unwrap();
        (held == 0).then_some(()).ok_or(format!("{held} are not"))
    })
    .await;
}

/// Reads a message as Python does: the tree of its parts, what is wrong with any, and each part decoded.
const READER: &str = r#"
import base64, email, json, sys
from email import policy
message = email.message_from_bytes(open(sys.argv[1], "rb").read(), policy=policy.default)
def tree(part):
    kind = part.get_content_type()
    return [kind] + [tree(p) for p in part.iter_parts()] if part.is_multipart() else kind
def part_of(part):
    content = part.get_content()
    is_text = part.get_content_maintype() == "text"
    return {
        "kind": part.get_content_type(),
        "id": part["content-id"],
        "disposition": part.get_content_disposition(),
        "content": content.replace("\r\n", "\n").strip() if is_text else base64.b64encode(content).decode(),
    }
parts = list(message.walk())
print(json.dumps({
    "tree": tree(message),
    "defects": [str(defect) for part in parts for defect in part.defects],
    "related": [part.get_param("type") for part in parts if part.get_content_type() == "multipart/related"],
    "parts": [part_of(part) for part in parts if not part.is_multipart()],
}))
"#;

/// What an independent reader makes of a message; `None` where there is none.
fn read(raw: &str) -> Option<Value> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("message.eml");
    std::fs::write(&path, raw).unwrap();
    let Ok(ran) = std::process::Command::new("python3")
        .args(["-c", READER])
        .arg(&path)
        .output()
    else {
        skipped("python3 is not on PATH; no mail was read by another program");
        return None;
    };
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{said}\n{raw}");
    Some(serde_json::from_slice(&ran.stdout).unwrap())
}

#[tokio::test]
async fn mails_have_the_look_of_their_tenant_and_bring_its_logo_along() {
    const LINK: &str = "/t/branded/reset/example";
    let receiver = SmtpReceiver::start().await;
    let stack = TestStack::start(StackPlan::of(GATEHOUSE).smtp(receiver.address())).await;
    let (branded, plain) = (stack.tenant("Branded").await, stack.tenant("Plain").await);
    let cli = Cli::new(&stack, branded.root().await);
    let folder = tempfile::tempdir().unwrap();
    let logo = folder.path().join("logo.png");
    std::fs::write(&logo, PNG).unwrap();
    let logo = logo.to_str().unwrap();
    cli.done(&["branding", "set", "--accent", "#7a1fa2", "--logo", logo])
        .await;
    cli.json(&["mail", "test", "reset_password"]).await;
    let mail = receiver.mail_to(Administrator::EMAIL, LINK).await;
    let shown = cli.json(&["mail", "show", "reset_password"]).await;
    if let Some(read) = read(&mail.raw) {
        assert_eq!(
            read["tree"],
            json!([
                "multipart/alternative",
                "text/plain",
                ["multipart/related", "text/html", "image/png"]
            ]),
        );
        assert_eq!(
            (&read["defects"], &read["related"]),
            (&json!([]), &json!(["text/html"]))
        );
        let parts = read["parts"].as_array().unwrap();
        let [text, html, image] = &parts[..] else {
            panic!("{read}");
        };
        assert_eq!(text["content"], shown["text"].as_str().unwrap().trim());
        let content = STANDARD.encode(PNG);
        assert_eq!(
            (&image["disposition"], &image["content"]),
            (&json!("inline"), &json!(content))
        );
        let id = image["id"].as_str().unwrap().trim_matches(['<', '>']);
        let html = html["content"].as_str().unwrap();
        let drawn = format!("<img src=\"cid:{id}\" alt=\"Branded\"");
        assert!(html.contains(&drawn), "{html}");
        assert!(
            html.contains("bgcolor=\"#7a1fa2\"") && html.contains(LINK),
            "{html}"
        );
        assert_eq!(
            html.matches("src=").count(),
            1,
            "nothing is fetched: {html}"
        );
        // The preview is this very mail, with the image in itself.
        let data = format!("data:image/png;base64,{content}");
        let preview = shown["html"].as_str().unwrap();
        assert_eq!(preview.trim(), html.replace(&format!("cid:{id}"), &data));
    }

    let cli = Cli::new(&stack, plain.root().await);
    cli.json(&["mail", "test", "reset_password"]).await;
    let mail = receiver
        .mail_to(Administrator::EMAIL, "/t/plain/reset/example")
        .await;
    assert_eq!(mail.parts, ["text/plain", "text/html"]);
    assert!(
        !mail.raw.contains("bgcolor") && !mail.raw.contains("cid:"),
        "{}",
        mail.raw
    );
}
