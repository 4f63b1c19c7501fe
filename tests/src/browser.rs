//! A real browser: headless chromium driven over WebDriver, with a profile of its own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;
use serde_json::json;
use tempfile::TempDir;
use thirtyfour::prelude::*;

use crate::ports;
use crate::process::{Plan, Process, inherited};
use crate::wait::{PATIENCE, eventually};

/// Two browsers at once are as many as two cores take.
static TURNS: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(1);

/// One browser with an empty profile; it ends with this value.
pub struct Browser {
    pub driver: WebDriver,
    chromedriver: Process,
    profile: TempDir,
    _turn: tokio::sync::SemaphorePermit<'static>,
}

fn find(names: &[&str]) -> Option<PathBuf> {
    let (_, path) = inherited().find(|(name, _)| *name == "PATH")?;
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|path| path.is_file())
}

impl Browser {
    /// Starts one, with script allowed or not. `None` when this machine has no chromium; the caller says so aloud.
    pub async fn open(javascript: bool) -> Option<Self> {
        let chromium = find(&["chromium", "chromium-browser", "google-chrome"])?;
        let chromedriver = find(&["chromedriver"])?;
        let turn = TURNS.acquire().await.ok()?;
        let profile = tempfile::Builder::new()
            .prefix("gatehouse-browser-")
            .tempdir()
            .ok()?;
        let port = ports::free().port();
        let process = Process::start(driver_plan(chromedriver, port, profile.path()));
        let mut capabilities = DesiredCapabilities::chrome();
        capabilities.set_binary(chromium.to_str()?).ok()?;
        let data = format!(
            "--user-data-dir={}",
            profile.path().join("profile").display()
        );
        let flags = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1280,1200",
            "--enable-logging",
            "--v=0",
            &data,
        ];
        for flag in flags {
            capabilities.add_arg(flag).ok()?;
        }
        if !javascript {
            let off = json!({"profile.managed_default_content_settings.javascript": 2});
            capabilities.add_experimental_option("prefs", off).ok()?;
        }
        let url = format!("http://127.0.0.1:{port}");
        let driver = eventually(PATIENCE, "a browser starts", async || {
            WebDriver::new(&url, capabilities.clone())
                .await
                .map_err(|error| error.to_string())
        })
        .await;
        Some(Self {
            driver,
            chromedriver: process,
            profile,
            _turn: turn,
        })
    }

    pub async fn goto(&self, url: &str) {
        self.driver
            .goto(url)
            .await
            .unwrap_or_else(|error| panic!("{url}: {error}"));
    }

    /// Opens an address in a second tab, which is closed again; the first stays as it was.
    pub async fn beside(&self, url: &str) {
        let first = self.driver.window().await.expect("a tab is open");
        let second = self.driver.new_tab().await.expect("a second tab opens");
        let at = self.driver.switch_to_window(second).await;
        at.expect("the second tab takes commands");
        self.goto(url).await;
        self.driver.close_window().await.expect("it closes");
        let back = self.driver.switch_to_window(first).await;
        back.expect("the first tab is still there");
    }

    /// Gives the page this width and the look that the system asks for, `light` or `dark`.
    pub async fn look(&self, width: u32, scheme: &str) {
        let size = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        let commands = [
            ("Emulation.setDeviceMetricsOverride", size),
            ("Emulation.setEmulatedMedia", media),
        ];
        for (command, given) in commands {
            let done = self.driver.cdp().send_raw(command, given).await;
            done.unwrap_or_else(|error| panic!("{command}: {error}"));
        }
    }

    /// Runs a script in the page, which ends by calling `done` with its answer.
    pub async fn run<T: DeserializeOwned>(&self, script: &str) -> T {
        let script = format!("const done = arguments[arguments.length - 1];\n{script}");
        let answer = self.driver.execute_async(script, Vec::new()).await;
        let answer = answer.unwrap_or_else(|error| panic!("a script of a test: {error}"));
        answer.convert().expect("what the test expects")
    }

    /// What an expression is worth in the page now.
    pub async fn value<T: DeserializeOwned>(&self, expression: &str) -> T {
        let answer = self
            .driver
            .execute(format!("return {expression};"), Vec::new())
            .await;
        let answer = answer.unwrap_or_else(|error| panic!("{expression}: {error}"));
        answer.convert().expect("what the test expects")
    }

    /// Has a portal answer in this language from now on, as its reader chooses it.
    pub async fn speak(&self, portal: &str, language: &str) {
        const COMMAND: &str = "Network.setCookie";
        let cookie = json!({"name": "gatehouse-language", "value": language, "url": portal});
        let done = self.driver.cdp().send_raw(COMMAND, cookie).await;
        done.unwrap_or_else(|error| panic!("{COMMAND}: {error}"));
    }

    /// The cookies of the open page's site, as a request sends them (RFC 6265 §4.2.1).
    pub async fn cookie_line(&self) -> String {
        let cookies = self.driver.get_all_cookies().await;
        let cookies = cookies.expect("cookies can be read");
        let pairs = cookies
            .iter()
            .map(|one| format!("{}={}", one.name, one.value));
        pairs.collect::<Vec<_>>().join("; ")
    }

    /// Forgets who is signed in.
    pub async fn forget(&self) {
        let done = self.driver.delete_all_cookies().await;
        done.expect("cookies can be deleted");
    }

    /// The address in the bar.
    pub async fn at(&self) -> String {
        self.driver
            .current_url()
            .await
            .expect("a page is open")
            .to_string()
    }

    /// Finds an element and uses it. A page that is just being replaced takes its elements with it: the next one is tried.
    async fn with<T>(
        &self,
        css: &str,
        use_it: impl AsyncFn(WebElement) -> WebDriverResult<T>,
    ) -> T {
        eventually(PATIENCE, &format!("{css} can be used"), async || {
            let Ok(element) = self.driver.find(By::Css(css)).await else {
                return Err(self.says().await);
            };
            use_it(element).await.map_err(|error| error.to_string())
        })
        .await
    }

    /// Types into a field.
    pub async fn type_into(&self, css: &str, text: &str) {
        self.with(css, async |field| {
            field.clear().await?;
            field.send_keys(text).await
        })
        .await;
    }

    /// Chooses a file, as its dialog does.
    pub async fn choose_file(&self, css: &str, file: &Path) {
        let file = file.display().to_string();
        self.with(css, async |field| field.send_keys(&file).await)
            .await;
    }

    /// Types wherever the page's focus is, as a keyboard does.
    pub async fn type_keys(&self, keys: &str) {
        let focused = self.driver.active_element().await;
        let focused = focused.expect("a page is open");
        focused.send_keys(keys).await.expect("it takes keys");
    }

    /// Types a day into a field of days, in the order that this browser's own language has: month, day, year.
    pub async fn type_day(&self, css: &str, digits: &str) {
        self.with(css, async |field| {
            field.clear().await?;
            field.send_keys(digits).await
        })
        .await;
    }

    /// How many elements match.
    pub async fn count_of(&self, css: &str) -> usize {
        let found = self.driver.find_all(By::Css(css)).await;
        found.map(|all| all.len()).unwrap_or_default()
    }

    /// Clicks the first element that matches.
    pub async fn click(&self, css: &str) {
        self.with(css, async |element| {
            element.scroll_into_view().await?;
            element.click().await
        })
        .await;
    }

    /// Clicks the button or link with these words, and waits until the page it leads to is another one.
    pub async fn press(&self, label: &str) {
        let path = format!(
            "//main//*[self::button or self::a][contains(normalize-space(.), \"{label}\")]"
        );
        self.press_one(&path, label).await;
    }

    /// As [`Browser::press`], for a button where a link has the same words.
    pub async fn press_button(&self, label: &str) {
        let path = format!("//main//button[contains(normalize-space(.), \"{label}\")]");
        self.press_one(&path, label).await;
    }

    /// As [`Browser::press_button`], of the form that is sent to this path.
    pub async fn press_button_of(&self, action: &str, label: &str) {
        let form = format!("//main//form[@action=\"{action}\"]");
        let path = format!("{form}//button[contains(normalize-space(.), \"{label}\")]");
        self.press_one(&path, label).await;
    }

    /// A page that is just being replaced takes its elements with it: the next one is tried.
    async fn press_one(&self, path: &str, label: &str) {
        let what = format!("'{label}' can be pressed");
        eventually(PATIENCE, &what, async || {
            let Ok(element) = self.driver.find(By::XPath(path)).await else {
                return Err(self.says().await);
            };
            let shown = element.scroll_into_view().await;
            shown.map_err(|error| error.to_string())?;
            element.click().await.map_err(|error| error.to_string())
        })
        .await;
    }

    /// Whether scripts of pages run: the portal's own marks the document.
    pub async fn runs_script(&self) -> bool {
        self.driver.find(By::Css("html.js")).await.is_ok()
    }

    /// The words of an element, as a person would copy them.
    pub async fn text_of(&self, css: &str) -> String {
        self.with(css, async |element| element.text().await).await
    }

    /// The page as it stands now.
    pub async fn source(&self) -> String {
        self.driver.source().await.unwrap_or_default()
    }

    /// What the browser's console complained about: faults of scripts, refusals by the content policy, missing files.
    pub async fn faults(&self) -> Vec<String> {
        let path = self.profile.path().join("profile").join("chrome_debug.log");
        let log = std::fs::read_to_string(path).unwrap_or_default();
        let complaints = log.lines().filter(|line| line.contains(":CONSOLE"));
        let grave = complaints.filter(|line| {
            ["Refused", "Error", "Failed", "violates"]
                .iter()
                .any(|word| line.contains(word))
        });
        grave.map(str::to_owned).collect()
    }

    /// The words on the page.
    pub async fn says(&self) -> String {
        match self.driver.find(By::Css("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(error) => error.to_string(),
        }
    }

    /// Waits for words.
    pub async fn wait_until_it_says(&self, words: &str, within: Duration) {
        eventually(within, &format!("the page says '{words}'"), async || {
            let said = self.says().await;
            let place = self
                .driver
                .current_url()
                .await
                .map(|url| url.to_string())
                .unwrap_or_default();
            if said.contains(words) {
                Ok(())
            } else {
                Err(format!("{place}: {said}"))
            }
        })
        .await;
    }

    /// Waits for words in the first element that matches.
    pub async fn wait_until_it_shows(&self, css: &str, words: &str, within: Duration) {
        let text = format!(
            "(document.querySelector({}) || {{}}).innerText || ''",
            json!(css)
        );
        eventually(within, &format!("{css} says '{words}'"), async || {
            let said: String = self.value(&text).await;
            if said.contains(words) {
                Ok(())
            } else {
                Err(format!("{said}\nThe page: {}", self.says().await))
            }
        })
        .await;
    }

    /// Waits until the address has no longer this part: words of the page one comes from may be on it, too.
    pub async fn wait_until_it_left(&self, part: &str) {
        eventually(PATIENCE, &format!("the page left {part}"), async || {
            let place = self.at().await;
            if place.contains(part) {
                return Err(format!("{place}: {}", self.says().await));
            }
            Ok(())
        })
        .await;
    }

    /// What is to be seen of the page now, as PNG.
    pub async fn picture(&self) -> Vec<u8> {
        let image = self.driver.screenshot_as_png().await;
        image.expect("a page is open")
    }

    /// The open page from its top to its end, as PNG, as wide as it was last told to be.
    pub async fn whole_picture(&self) -> Vec<u8> {
        const COMMAND: &str = "Page.captureScreenshot";
        let [width, height]: [u32; 2] = self
            .run("const page = document.documentElement; done([innerWidth, page.scrollHeight])")
            .await;
        let clip = json!({"x": 0, "y": 0, "width": width, "height": height, "scale": 1});
        let given = json!({"captureBeyondViewport": true, "clip": clip});
        let taken = self.driver.cdp().send_raw(COMMAND, given).await;
        let taken = taken.unwrap_or_else(|error| panic!("{COMMAND}: {error}"));
        let data = taken["data"].as_str().expect("a picture");
        STANDARD.decode(data).expect("base64")
    }

    /// The value of a field.
    pub async fn value_of(&self, css: &str) -> String {
        let value = self.with(css, async |field| field.value().await).await;
        value.unwrap_or_default()
    }

    /// Ends the browser in order.
    pub async fn quit(self) {
        let _ = self.driver.clone().quit().await;
    }
}

/// A test that fails leaves its browser open; a driver that is asked to end, not killed, takes it along.
impl Drop for Browser {
    fn drop(&mut self) {
        self.chromedriver.end();
    }
}

fn driver_plan(program: PathBuf, port: u16, folder: &Path) -> Plan {
    Plan {
        name: "chromedriver".to_owned(),
        program,
        args: vec![
            format!("--port={port}"),
            "--allowed-ips=127.0.0.1".to_owned(),
        ],
        env: BTreeMap::new(),
        log: folder.join("chromedriver.log"),
        announce: None,
        working_dir: folder.to_owned(),
    }
}
