//! A gateway that is added from the console: one click, one paste, and it turns green on the same page.

use std::path::Path;
use std::time::{Duration, Instant};

use gatehouse_harness::browser::Browser;
use gatehouse_harness::callers::{Administrator, PASSWORD};
use gatehouse_harness::process::{Plan, Process};
use gatehouse_harness::stack::StackPlan;
use gatehouse_harness::wait::PATIENCE;
use gatehouse_harness::{TestStack, ports, skipped};

use crate::GATEHOUSE;

#[tokio::test]
async fn a_gateway_is_added_with_one_click_and_one_paste() {
    for javascript in [true, false] {
        println!("{}", added(javascript).await);
    }
}

/// Tells what it cost; nothing without a browser.
async fn added(javascript: bool) -> String {
    let Some(browser) = Browser::open(javascript).await else {
        skipped("chromium and chromedriver are not on PATH; no gateway was added in a browser");
        return String::new();
    };
    let stack = TestStack::start(StackPlan::of(GATEHOUSE)).await;
    let portal = format!("{}{}", stack.portal_url(), stack.first_tenant().prefix);
    browser.goto(&format!("{portal}/login")).await;
    let email = Administrator::EMAIL;
    browser.type_into("input[name=email]", email).await;
    browser.type_into("input[name=password]", PASSWORD).await;
    browser.press_button("Continue").await;
    browser.wait_until_it_left("/login").await;
    browser.goto(&format!("{portal}/console/gateways")).await;
    let before = browser.count_of("#nodes tbody tr").await;
    assert_eq!(before, stack.gateway_count());
    browser.press_button("Add gateway").await;
    let command = browser.text_of("main pre").await;
    assert!(command.contains("JOIN_TOKEN="), "{command}");
    let folder = tempfile::tempdir().expect("a folder");
    let pasted = Instant::now();
    let _gateway = paste(&command, folder.path());
    if !javascript {
        // The command stays where it is: no page takes it away before it was pasted.
        assert!(!browser.source().await.contains("http-equiv=\"refresh\""));
        browser.goto(&format!("{portal}/console/gateways")).await;
    }
    let row = "#nodes tbody tr:nth-child(2)";
    browser.wait_until_it_shows(row, "In force", PATIENCE).await;
    let took: Duration = pasted.elapsed();
    assert_eq!(browser.faults().await, Vec::<String>::new());
    browser.quit().await;
    format!(
        "javascript: {javascript}; a gateway is added with 1 click and 1 paste, in force after {took:.1?}"
    )
}

/// Runs the command in a shell, as on a machine where nothing else listens.
fn paste(command: &str, folder: &Path) -> Process {
    let program = Path::new(GATEHOUSE).parent().expect("a folder").display();
    let set = |name: &str, value: String| (format!("GATEHOUSE_GATEWAY__{name}"), value);
    Process::start(Plan {
        name: "pasted".into(),
        program: "/bin/sh".into(),
        args: vec![
            "-c".into(),
            format!("PATH=\"{program}:$PATH\"; export PATH; exec env {command}"),
        ],
        env: [
            set("LISTEN", ports::free().to_string()),
            set("STATUS_LISTEN", ports::free().to_string()),
        ]
        .into(),
        log: folder.join("log"),
        announce: None,
        working_dir: folder.to_owned(),
    })
}
