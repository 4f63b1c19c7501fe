//! The pictures of the documentation: six pages of the demo, taken by `cargo xtask pictures`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use gatehouse_harness::browser::Browser;
use gatehouse_harness::skipped;
use gatehouse_harness::wait::PATIENCE;
use serde_json::json;

use crate::supervisor::{printed_portal, start};

const WAIT: Duration = PATIENCE;
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
/// What the pictures show, by file name.
const PICTURES: [&str; 6] = [
    "catalogue",
    "operation",
    "requests",
    "first-call",
    "version",
    "usage",
];
/// Largest picture, bytes: the documentation is read over slow lines too.
const BYTES_MAX: u64 = 160 * 1024;

/// Where `cargo xtask pictures` wants them; `None` in the suite, which takes them aside and throws them away.
#[expect(clippy::disallowed_methods, reason = "tests have no settings")]
fn asked_for() -> Option<PathBuf> {
    std::env::var_os("GATEHOUSE_PICTURES").map(PathBuf::from)
}

#[tokio::test]
async fn the_pictures_of_the_documentation_can_be_taken_from_the_demo() {
    let Some(browser) = Browser::open(true).await else {
        skipped("chromium and chromedriver are not on PATH; no picture was taken");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let demo = start("demo", &folder.path().join("demo"), "pictures").await;
    let camera = Camera {
        browser,
        portal: printed_portal(&demo),
        into: asked_for().unwrap_or_else(|| folder.path().to_owned()),
    };
    camera.as_developer().await;
    camera.as_administrator().await;
    for name in PICTURES {
        let size = camera.path(name).metadata().unwrap().len();
        assert!(
            (10_000..=BYTES_MAX).contains(&size),
            "{name} has {size} bytes"
        );
    }
    camera.browser.quit().await;
}

struct Camera {
    browser: Browser,
    portal: String,
    into: PathBuf,
}

impl Camera {
    fn path(&self, name: &str) -> PathBuf {
        self.into.join(format!("{name}.png"))
    }

    async fn open(&self, path: &str) {
        self.browser.goto(&format!("{}{path}", self.portal)).await;
    }

    async fn take(&self, name: &str) {
        let image = self.browser.picture().await;
        std::fs::write(self.path(name), image).unwrap();
    }

    async fn sign_in(&self, email: &str) {
        self.browser.forget().await;
        self.browser.look(1200, "light").await;
        self.open("/login").await;
        let button = format!("button[value=\"{email}\"]");
        self.browser.click(&button).await;
        self.browser.wait_until_it_left("/login").await;
    }

    async fn as_developer(&self) {
        self.sign_in("dev@demo.test").await;
        self.open("/apis").await;
        self.take("catalogue").await;
        self.open("/apis/petstore/v2/reference").await;
        self.browser.click("main a[href*='/reference/']").await;
        self.browser.wait_until_it_says("Responses", WAIT).await;
        self.take("operation").await;
        self.open("/applications").await;
        self.browser.press("Storefront").await;
        self.browser.press("Usage").await;
        self.browser.wait_until_it_says("By operation", WAIT).await;
        self.take("usage").await;
        self.browser.press("Keys").await;
        self.browser.wait_until_it_says("Create a key", WAIT).await;
        self.browser.press_button("Create key").await;
        let words = "Make your first call";
        self.browser.wait_until_it_says(words, WAIT).await;
        self.take("first-call").await;
    }

    async fn as_administrator(&self) {
        self.sign_in("admin@demo.test").await;
        self.open("/console/requests").await;
        self.browser.wait_until_it_says("Worth knowing", WAIT).await;
        self.take("requests").await;
        // What is to become version 3 breaks those who call version 2: its page names them.
        let next = Path::new(ROOT).join("crates/gatehouse/demo/petstore-v3.yaml");
        let next = json!(std::fs::read_to_string(next).unwrap());
        self.open("/console/apis/petstore/versions").await;
        self.browser.type_into("input[name=version]", "v2").await;
        let paste =
            format!("document.querySelector('textarea[name=text]').value = {next}; done(true);");
        assert!(self.browser.run::<bool>(&paste).await);
        self.browser.press_button("Publish version").await;
        self.browser
            .wait_until_it_says("Not published.", WAIT)
            .await;
        self.take("version").await;
    }
}

#[test]
fn every_picture_is_kept_small_and_shown_somewhere() {
    let read = |path: &str| std::fs::read_to_string(Path::new(ROOT).join(path)).unwrap();
    let readme = read("README.md");
    for name in PICTURES {
        let path = format!("docs/pictures/{name}.png");
        assert!(readme.contains(&path), "the README shows {path}");
        let size = Path::new(ROOT).join(&path).metadata().unwrap().len();
        assert!(
            (10_000..=BYTES_MAX).contains(&size),
            "{path} has {size} bytes"
        );
    }
}
