//! A person at the console, and a program that reads over REST what the person did.

use std::collections::BTreeMap;

use gatehouse_harness::TestStack;
use gatehouse_harness::browser::Browser;
use gatehouse_harness::callers::{Administrator, CiToken, PASSWORD};
use gatehouse_harness::eventually;
use gatehouse_harness::stack::Tenant;
use gatehouse_harness::wait::PATIENCE;
use serde_json::Value;

use super::form::Fact::{Gone, Has, Listed, Of, Without};
use super::form::Fill::{Click, Day, File, Type};
use super::form::{Fact, Fill, Form};

/// What pages ask of who signed in long ago.
const ASKED: &str = "Confirm that it is you";

/// The administrator in a browser, signed in, and a token that may do everything.
pub(super) struct Hand {
    pub(super) browser: Browser,
    origin: String,
    prefix: String,
    pub(super) root: CiToken,
    /// What stands for names in braces.
    known: BTreeMap<&'static str, String>,
    folder: tempfile::TempDir,
}

impl Hand {
    pub(super) async fn sign_in(
        browser: Browser,
        stack: &TestStack,
        tenant: &Tenant<'_>,
        root: CiToken,
    ) -> Self {
        let hand = Self {
            browser,
            origin: stack.portal_url(),
            prefix: tenant.prefix.clone(),
            root,
            known: BTreeMap::from([("slug", tenant.slug.clone())]),
            folder: tempfile::tempdir().expect("a folder"),
        };
        hand.open("/login").await;
        let fields = [("email", Administrator::EMAIL), ("password", PASSWORD)];
        for (field, text) in fields {
            let field = format!("input[name={field}]");
            hand.browser.type_into(&field, text).await;
        }
        hand.browser.press_button("Continue").await;
        hand.browser.wait_until_it_left("/login").await;
        hand
    }

    /// Says what a name in braces stands for.
    pub(super) fn knows(&mut self, name: &'static str, text: impl Into<String>) {
        self.known.insert(name, text.into());
    }

    fn fill(&self, text: &str) -> String {
        let known = self.known.iter();
        known.fold(text.to_owned(), |text, (name, value)| {
            text.replace(&format!("{{{name}}}"), value)
        })
    }

    async fn open(&self, page: &str) {
        let url = format!("{}{}{page}", self.origin, self.prefix);
        self.browser.goto(&url).await;
    }

    /// Sends forms, one after the other, and reads what each did.
    pub(super) async fn send_all(&mut self, forms: &[Form]) {
        for form in forms {
            for fact in &form.did {
                let found = self.look(fact).await;
                assert!(found.is_err(), "{}: {fact:?} before it is sent", form.to);
            }
            self.press(form).await;
            self.saw(form).await;
        }
    }

    /// Fills a form in and presses its button. A page that asks who one is gets an answer.
    pub(super) async fn press(&self, form: &Form) {
        if let Some(page) = form.page {
            self.open(&self.fill(page)).await;
        }
        let action = format!("{}{}", self.prefix, self.fill(form.to));
        for fill in form.fills {
            self.fill_in(&format!("main form[action=\"{action}\"]"), fill)
                .await;
        }
        self.browser.press_button_of(&action, form.press).await;
    }

    async fn fill_in(&self, form: &str, fill: &Fill) {
        let (Type(field, text) | Day(field, text) | File(field, text)) = *fill else {
            let Click(field) = *fill else { return };
            let field = format!("{form} {}", self.fill(field));
            return self.browser.click(&field).await;
        };
        let (field, text) = (format!("{form} {field}"), self.fill(text));
        match fill {
            Day(..) => self.browser.type_day(&field, &text).await,
            File(..) => {
                let file = self.folder.path().join("chosen.json");
                std::fs::write(&file, text).expect("a file");
                self.browser.choose_file(&field, &file).await;
            }
            _ => self.browser.type_into(&field, &text).await,
        }
    }

    /// Shows who one is on the page that asks for it, with the password.
    pub(super) async fn prove(&self) {
        self.browser.wait_until_it_says(ASKED, PATIENCE).await;
        let field = "main input[name=proof]";
        self.browser.type_into(field, PASSWORD).await;
        self.browser.press_button("Confirm and go on").await;
    }

    /// Waits until REST has what a form did, and keeps the name of what it made.
    pub(super) async fn saw(&mut self, form: &Form) {
        let mut made = Value::Null;
        for fact in &form.did {
            let what = format!("{} did what it says", form.to);
            let found = eventually(PATIENCE, &what, async || match self.look(fact).await {
                Ok(found) => Ok(found),
                Err(found) => {
                    let says = self.browser.text_of("main").await;
                    Err(format!("{fact:?}, but {found}\non the page: {says}"))
                }
            })
            .await;
            if made.is_null() {
                made = found;
            }
        }
        if let Some(name) = form.called {
            let id = made["id"].as_str();
            let id = id.unwrap_or_else(|| panic!("{}: no id in {made}", form.to));
            self.knows(name, id);
        }
    }

    /// Whether REST says so; what it says in either case, of the one of the list where it is one.
    async fn look(&self, fact: &Fact) -> Result<Value, Value> {
        let (Of(path, ..) | Has(path, ..) | Listed(path, ..) | Gone(path) | Without(path, ..)) =
            fact;
        let path = self.fill(path);
        let (address, list) = path.split_once('#').unwrap_or((path.as_str(), "/data"));
        let answer = self.root.get(address).await;
        let body = answer.json();
        let one = |(key, value): &(&str, &str)| {
            let value = self.fill(value);
            let all = body.pointer(list).and_then(Value::as_array);
            let mut all = all.into_iter().flatten();
            all.find(|one| one.pointer(key).is_some_and(|found| is(found, &value)))
        };
        let (holds, shown) = match fact {
            Of(_, pointer, wanted) => (body.pointer(pointer) == Some(wanted), &body),
            Has(_, pointer) => {
                let found = body.pointer(pointer);
                (found.is_some_and(|found| !found.is_null()), &body)
            }
            Listed(_, key, pointer, wanted) => match one(key) {
                Some(found) => (found.pointer(pointer) == Some(wanted), found),
                None => (false, &body),
            },
            Without(_, key) => (body.pointer(list).is_some() && one(key).is_none(), &body),
            Gone(_) => (answer.status == 404, &body),
        };
        let shown = shown.clone();
        if holds { Ok(shown) } else { Err(shown) }
    }

    /// Nothing went wrong in any page's scripts, and the browser ends. A page that asks who one is answers 403, which it notes.
    pub(super) async fn leave(self) {
        let mut faults = self.browser.faults().await;
        faults.retain(|fault| !fault.contains("status of 403"));
        assert_eq!(faults, Vec::<String>::new());
        self.browser.quit().await;
    }
}

/// Whether a value is what a text says.
fn is(found: &Value, text: &str) -> bool {
    match found {
        Value::String(found) => found == text,
        other => format!("{other}") == text,
    }
}
