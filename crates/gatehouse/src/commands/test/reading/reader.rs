//! What each part of a file may say.

use gatehouse_domain::pointer::join;
use http::header::{HeaderName, HeaderValue};
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Map, Value};

use super::super::cases::{
    Caller, Case, Expect, Received, ReceivedCall, Reply, Request, Step, Wish,
};
use super::{
    ACCESS, BACKEND, CASE, CASES_MAX, DELAY_MS_MAX, EXPECT, FILE, RECEIVED, REQUEST, STEP,
    TIMES_MAX,
};

/// A value and where it is.
struct At<'a> {
    value: &'a Value,
    pointer: String,
}

impl<'a> At<'a> {
    /// A member; one that is null is not there.
    fn member(&self, name: &str) -> Option<At<'a>> {
        let value = self.value.get(name).filter(|value| !value.is_null())?;
        Some(At {
            value,
            pointer: join(&self.pointer, name),
        })
    }
}

#[derive(Default)]
pub(super) struct Reader {
    /// Pointer and detail.
    pub(super) faults: Vec<(String, String)>,
}

impl Reader {
    pub(super) fn fault(&mut self, pointer: impl Into<String>, detail: impl Into<String>) {
        self.faults.push((pointer.into(), detail.into()));
    }

    pub(super) fn file(&mut self, value: &Value) -> Vec<Case> {
        let at = At {
            value,
            pointer: String::new(),
        };
        self.object(&at, FILE);
        let items = match value.get("cases") {
            Some(Value::Array(items)) if (1..=CASES_MAX).contains(&items.len()) => items,
            _ => {
                self.fault("/cases", format!("Write a list of 1 to {CASES_MAX} cases."));
                return Vec::new();
            }
        };
        let cases = items.iter().enumerate().map(|(place, value)| {
            let pointer = format!("/cases/{place}");
            self.case(&At { value, pointer })
        });
        cases.collect()
    }

    fn case(&mut self, at: &At<'_>) -> Case {
        self.object(at, CASE);
        let name = self.text(at, "name").unwrap_or_else(|| {
            self.fault(&at.pointer, "Give the case a name.");
            String::new()
        });
        let environment = self
            .text(at, "environment")
            .unwrap_or_else(|| "production".to_owned());
        let caller = match at.member("as") {
            None => Caller::Nobody,
            Some(caller) => self.caller(&caller, &environment),
        };
        let mut steps = Vec::new();
        match at.member("request") {
            None => self.fault(&at.pointer, "Say what is sent: `request`."),
            Some(request) => {
                let request = self.request(&request);
                let backend = at.member("backend").map(|backend| self.backend(&backend));
                let backend = backend.unwrap_or_default();
                let more = at.member("then").map(|more| self.items(&more));
                steps.push(self.step(at, request.clone(), backend.clone()));
                for step in more.unwrap_or_default() {
                    self.object(&step, STEP);
                    let own = step.member("request").map(|own| self.request(&own));
                    let answers = step.member("backend").map(|own| self.backend(&own));
                    let request = own.unwrap_or_else(|| request.clone());
                    let backend = answers.unwrap_or_else(|| backend.clone());
                    steps.push(self.step(&step, request, backend));
                }
            }
        }
        Case {
            name,
            pointer: at.pointer.clone(),
            caller,
            environment,
            steps,
        }
    }

    fn caller(&mut self, at: &At<'_>, environment: &str) -> Caller {
        match at.value.as_str() {
            Some("nobody") => return Caller::Nobody,
            Some("wrong_key") => return Caller::WrongKey,
            Some("stranger") => return Caller::Stranger,
            _ => {}
        }
        if !at.value.is_object() {
            self.fault(
                &at.pointer,
                "Use nobody, wrong_key, stranger, or `{api: …, plan: …}` of an application with access.",
            );
            return Caller::Nobody;
        }
        self.object(at, ACCESS);
        let to = match (self.text(at, "api"), self.text(at, "product")) {
            (Some(to), None) | (None, Some(to)) => to,
            _ => {
                self.fault(&at.pointer, "Name one of `api` and `product`.");
                String::new()
            }
        };
        let plan = self.text(at, "plan").unwrap_or_else(|| {
            self.fault(&at.pointer, "Name the `plan`.");
            String::new()
        });
        Caller::Subscriber {
            to,
            plan,
            environment: self
                .text(at, "environment")
                .unwrap_or_else(|| environment.to_owned()),
        }
    }

    /// A step has the request and the backend of its case when it names none itself.
    fn step(&mut self, at: &At<'_>, request: Request, backend: Reply) -> Step {
        let times = at.member("times");
        let times = times.and_then(|times| self.number(&times, 1, TIMES_MAX));
        let expect = match at.member("expect") {
            Some(expect) => self.expect(&expect),
            None => {
                self.fault(&at.pointer, "Say what is expected: `expect`.");
                Expect::default()
            }
        };
        Step {
            request,
            times: times.map_or(1, |times| u32::try_from(times).unwrap_or(u32::MAX)),
            backend,
            expect,
            pointer: format!("{}/expect", at.pointer),
        }
    }

    fn request(&mut self, at: &At<'_>) -> Request {
        self.object(at, REQUEST);
        let method = self.text(at, "method").map(|text| (text.parse(), text));
        let method = match method {
            None => Method::GET,
            Some((Ok(method), _)) => method,
            Some((Err(_), text)) => {
                let pointer = format!("{}/method", at.pointer);
                self.fault(pointer, format!("'{text}' is no method."));
                Method::GET
            }
        };
        let path = self.text(at, "path").unwrap_or_default();
        // What follows a '#' is never sent (RFC 3986 §3.5).
        let is_sent = path.starts_with('/') && !path.contains('#');
        let parsed = path.parse().ok().filter(|_| is_sent);
        if parsed.is_none() {
            let pointer = format!("{}/path", at.pointer);
            self.fault(
                pointer,
                "Write a path that begins with '/', encoded as it is sent, without '#'.",
            );
        }
        Request {
            method,
            path: parsed.unwrap_or_else(|| http::uri::PathAndQuery::from_static("/")),
            headers: self.headers(at),
            body: at.member("body").map(|body| body.value.clone()),
        }
    }

    fn backend(&mut self, at: &At<'_>) -> Reply {
        self.object(at, BACKEND);
        let status = at.member("status");
        let status = status.and_then(|status| self.number(&status, 200, 599));
        let delay = at.member("delay_ms");
        let delay = delay.and_then(|delay| self.number(&delay, 0, DELAY_MS_MAX));
        let status = status.and_then(|status| u16::try_from(status).ok());
        Reply {
            status: status
                .and_then(|status| StatusCode::from_u16(status).ok())
                .unwrap_or(StatusCode::OK),
            headers: self.headers(at),
            body: match at.value.get("body") {
                // Nothing was said: the body of an answer that nobody thought about. Null is none.
                None => Reply::default().body,
                Some(body) => Some(body.clone()).filter(|body| !body.is_null()),
            },
            delay_ms: delay.unwrap_or(0),
        }
    }

    fn expect(&mut self, at: &At<'_>) -> Expect {
        self.object(at, EXPECT);
        let status = at.member("status");
        let status = status.and_then(|status| self.number(&status, 200, 599));
        let expect = Expect {
            status: status.and_then(|status| u16::try_from(status).ok()),
            code: self.text(at, "code"),
            headers: self.wishes(at),
            body: at.member("body").map(|body| body.value.clone()),
            received: at
                .member("received")
                .map(|received| self.received(&received)),
        };
        let members = at.value.as_object();
        if members.is_some_and(|members| members.values().all(Value::is_null)) {
            let all = EXPECT.join(", ");
            self.fault(&at.pointer, format!("Expect something: one of {all}."));
        }
        expect
    }

    fn received(&mut self, at: &At<'_>) -> Received {
        match at.value {
            Value::String(text) if text == "nothing" => Received::Nothing,
            Value::Object(_) => {
                self.object(at, RECEIVED);
                Received::Call(Box::new(ReceivedCall {
                    target: self.text(at, "target"),
                    method: self.text(at, "method"),
                    path: self.text(at, "path"),
                    query: self.text(at, "query"),
                    headers: self.wishes(at),
                    body: at.member("body").map(|body| body.value.clone()),
                }))
            }
            _ => {
                let detail = "Use `nothing`, or say what the backend receives.";
                self.fault(&at.pointer, detail);
                Received::Nothing
            }
        }
    }

    fn headers(&mut self, at: &At<'_>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for field in self.fields(at) {
            let name = self.header_name(&field);
            let value = field.value.as_str().map(HeaderValue::from_str);
            match (name, value) {
                (Some(name), Some(Ok(value))) => {
                    headers.append(name, value);
                }
                (None, _) => {}
                (Some(_), _) => self.fault(&field.pointer, "Write the header's value as a text."),
            }
        }
        headers
    }

    fn wishes(&mut self, at: &At<'_>) -> Vec<(HeaderName, Wish)> {
        let mut wishes = Vec::new();
        for field in self.fields(at) {
            let wish = match field.value {
                Value::String(text) => Wish::Text(text.clone()),
                Value::Bool(present) => Wish::Present(*present),
                _ => {
                    let detail =
                        "Write the header's value as a text, or true (there) or false (not there).";
                    self.fault(&field.pointer, detail);
                    continue;
                }
            };
            if let Some(name) = self.header_name(&field) {
                wishes.push((name, wish));
            }
        }
        wishes
    }

    /// The members of `headers`.
    fn fields<'a>(&mut self, at: &At<'a>) -> Vec<At<'a>> {
        let Some(headers) = at.member("headers") else {
            return Vec::new();
        };
        let Value::Object(members) = headers.value else {
            self.fault(&headers.pointer, "Write headers as `name: value`.");
            return Vec::new();
        };
        let fields = members.iter().map(|(name, value)| At {
            value,
            pointer: join(&headers.pointer, name),
        });
        fields.collect()
    }

    /// The last part of the pointer, as the name of a header.
    fn header_name(&mut self, field: &At<'_>) -> Option<HeaderName> {
        let last = field.pointer.rsplit('/').next().unwrap_or_default();
        let name = last.parse().ok();
        if name.is_none() {
            self.fault(&field.pointer, "This is no name of a header.");
        }
        name
    }

    fn items<'a>(&mut self, at: &At<'a>) -> Vec<At<'a>> {
        let Value::Array(items) = at.value else {
            self.fault(&at.pointer, "Write a list of further calls.");
            return Vec::new();
        };
        let items = items.iter().enumerate().map(|(place, value)| At {
            value,
            pointer: format!("{}/{place}", at.pointer),
        });
        items.collect()
    }

    /// Refuses what is no object, and members that mean nothing.
    fn object(&mut self, at: &At<'_>, known: &[&str]) {
        let nothing = Map::new();
        let members = at.value.as_object();
        if members.is_none() {
            let detail = format!("Write an object with {}.", known.join(", "));
            self.fault(&at.pointer, detail);
        }
        for name in members.unwrap_or(&nothing).keys() {
            if !known.contains(&name.as_str()) {
                let pointer = join(&at.pointer, name);
                let detail = format!("There is no '{name}' here; use {}.", known.join(", "));
                self.fault(pointer, detail);
            }
        }
    }

    fn text(&mut self, at: &At<'_>, name: &str) -> Option<String> {
        let at = at.member(name)?;
        let text = at.value.as_str();
        if text.is_none() {
            self.fault(&at.pointer, "Write a text; quote it where it is a number.");
        }
        Some(text.unwrap_or_default().to_owned())
    }

    fn number(&mut self, at: &At<'_>, least: u64, most: u64) -> Option<u64> {
        let number = at.value.as_u64();
        let number = number.filter(|number| (least..=most).contains(number));
        if number.is_none() {
            let detail = format!("Use a whole number from {least} to {most}.");
            self.fault(&at.pointer, detail);
        }
        number
    }
}
