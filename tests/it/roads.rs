//! The two roads to the control plane, requests to its REST API and the built executable: what has to be seen of a capability is
//! written once and seen on both.

use gatehouse_harness::callers::{CiToken, Cli, Consumer};
use serde_json::{Value, json};

/// By which of them something is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Road {
    Rest,
    CommandLine,
}

impl Road {
    pub(crate) const BOTH: [Self; 2] = [Self::Rest, Self::CommandLine];

    /// For names of tenants and things that both roads make.
    pub(crate) fn name(self, what: &str) -> String {
        match self {
            Self::Rest => format!("{what} Rest"),
            Self::CommandLine => format!("{what} Shell"),
        }
    }
}

/// Whose access it is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum For<'a> {
    /// An application to make with it, of a team, or else of whoever asks.
    New(&'a str, Option<&'a str>),
    Existing(&'a str),
}

/// Somebody with a token who goes one road.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) cli: Cli,
    pub(crate) road: Road,
}

/// The text of a member.
#[track_caller]
pub(crate) fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.unwrap_or_else(|| panic!("no {pointer} in {value}"))
}

impl Person {
    pub(crate) fn rest(&self) -> &CiToken {
        &self.cli.token
    }

    /// Posts, or runs what does the same; either succeeds.
    pub(crate) async fn act(&self, path: &str, body: &Value, verb: &[&str]) -> Value {
        match self.road {
            Road::Rest => self.rest().post(path, body).await.assert_ok().json(),
            Road::CommandLine => self.cli.json(verb).await,
        }
    }

    /// The same for what is refused with this status and code.
    pub(crate) async fn refused(
        &self,
        (status, code): (u16, &str),
        path: &str,
        body: &Value,
        verb: &[&str],
    ) {
        match self.road {
            Road::Rest => {
                let answer = self.rest().post(path, body).await;
                answer.assert_problem(status, code);
            }
            Road::CommandLine => {
                let ran = self.cli.run(verb).await;
                assert!(ran.assert_code(1).stderr.contains(code), "{ran:?}");
            }
        }
    }

    pub(crate) async fn get(&self, path: &str, verb: &[&str]) -> Value {
        match self.road {
            Road::Rest => self.rest().get(path).await.assert_status(200).json(),
            Road::CommandLine => self.cli.json(verb).await,
        }
    }

    /// Waits until every gateway has what a change did.
    pub(crate) async fn in_force(&self, changed: &Value) {
        let change = text(changed, "/change_id");
        match self.road {
            Road::Rest => self.rest().until_in_force(change).await,
            Road::CommandLine => {
                self.cli.done(&["change", "watch", change]).await;
            }
        }
    }

    /// Makes a plan for both kinds of environments; each limit as either road writes it.
    pub(crate) async fn plan(
        &self,
        product: &str,
        slug: &str,
        approval: &str,
        limits: &[(&str, Value)],
    ) -> Value {
        let rules: Vec<&Value> = limits.iter().map(|(_, rule)| rule).collect();
        let body = json!({
            "slug": slug, "name": slug, "approval": approval, "environments": ["production", "sandbox"], "limits": rules,
        });
        let mut verb = vec!["plan", "create", product, slug, "--approval", approval];
        verb.extend(["--environment", "production", "--environment", "sandbox"]);
        for (rule, _) in limits {
            verb.extend(["--limit", rule]);
        }
        self.act(&format!("/v1/apis/{product}/plans"), &body, &verb)
            .await
    }

    /// Asks for access in an environment.
    pub(crate) async fn request(&self, whose: For<'_>, wish: Wish<'_>) -> Value {
        self.wish("request", "/v1/subscriptions", whose, wish).await
    }

    /// Gives access, and waits until it is in force.
    pub(crate) async fn grant(&self, whose: For<'_>, wish: Wish<'_>) -> Value {
        let granted = self.wish("grant", "/v1/subscriptions/grant", whose, wish);
        let granted = granted.await;
        self.in_force(&granted).await;
        granted
    }

    async fn wish(&self, verb: &str, path: &str, whose: For<'_>, wish: Wish<'_>) -> Value {
        let Wish {
            api,
            plan,
            environment,
        } = wish;
        let mut body =
            json!({"api": api, "plan": plan, "environment": environment, "reason": "To sell."});
        let mut args = vec!["subscription", verb, api, "--plan", plan];
        args.extend(["--environment", environment, "--reason", "To sell."]);
        match whose {
            For::New(name, team) => {
                body["new_application"] = json!({"name": name, "team": team});
                args.extend(["--new-application", name]);
                if let Some(team) = team {
                    args.extend(["--team", team]);
                }
            }
            For::Existing(application) => {
                body["application"] = json!(application);
                args.extend(["--application", application]);
            }
        }
        self.act(path, &body, &args).await
    }

    /// Makes a key of an application, in force on every gateway, and its id.
    pub(crate) async fn key(&self, application: &str, environment: &str) -> (Consumer, String) {
        let path = format!("/v1/applications/{application}/keys");
        let body = json!({"environment": environment, "name": "main"});
        let mut verb = vec!["key", "create", application, "--name", "main"];
        verb.extend(["--environment", environment]);
        let made = self.act(&path, &body, &verb).await;
        self.in_force(&made).await;
        let consumer = Consumer::with_key(text(&made, "/secret"));
        (consumer, text(&made, "/id").to_owned())
    }
}

/// Which access.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wish<'a> {
    pub(crate) api: &'a str,
    pub(crate) plan: &'a str,
    pub(crate) environment: &'a str,
}
