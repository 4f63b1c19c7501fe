//! Mail leaves by SMTP, also when the receiver is away for a while.

use std::time::Duration;

use gatehouse_harness::callers::{PASSWORD, Portal};
use gatehouse_harness::smtp::SmtpReceiver;
use gatehouse_harness::wait::PATIENCE;
use gatehouse_harness::{StackPlan, TestStack, eventually};

use crate::GATEHOUSE;

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
