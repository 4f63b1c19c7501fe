//! The description as a whole: who made it, where it is served, how callers are let in.

use serde_json::{Map, Value};

use super::{Checks, says};
use crate::diff::quoted;
use crate::lint::Rule;
use crate::pointer::{self, At};

impl<'d> Checks<'d> {
    pub(super) fn root(&mut self) {
        let empty = Map::new();
        let info = self.document.get("info").and_then(Value::as_object);
        let info = info.unwrap_or(&empty);
        if !says(info, "description") {
            self.say(
                Rule::InfoDescription,
                "/info",
                "Say in info.description what the API is for.",
            );
        }
        for (rule, key, message) in [
            (
                Rule::InfoContact,
                "contact",
                "Name somebody to ask in info.contact.",
            ),
            (
                Rule::InfoLicense,
                "license",
                "Name the licence in info.license.",
            ),
        ] {
            if !info.contains_key(key) {
                self.say(rule, "/info", message);
            }
        }
        self.servers();
        self.tags();
        self.requirements(self.document.get("security"), "/security");
    }

    fn servers(&mut self) {
        let servers = self.document.get("servers").and_then(Value::as_array);
        let servers = servers.map_or(&[][..], Vec::as_slice);
        if servers.is_empty() {
            self.say(Rule::ServerPresent, "", "Name a server under servers.");
        }
        for (index, server) in servers.iter().enumerate() {
            let url = server
                .get("url")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let host = url
                .strip_prefix("http://")
                .map(|rest| rest.split(['/', ':']).next().unwrap_or_default());
            let is_local = |host: &str| matches!(host, "localhost" | "127.0.0.1" | "[");
            if host.is_some_and(|host| !is_local(host)) {
                self.say(
                    Rule::ServerHttps,
                    format!("/servers/{index}/url"),
                    format!(
                        "Anybody on the way can read calls to {}: use https.",
                        quoted(url)
                    ),
                );
            }
        }
    }

    fn tags(&mut self) {
        let tags = self.document.get("tags").and_then(Value::as_array);
        for (index, tag) in tags.into_iter().flatten().enumerate() {
            let Some(tag) = tag.as_object() else { continue };
            if !says(tag, "description") {
                let name = tag.get("name").and_then(Value::as_str).unwrap_or_default();
                self.say(
                    Rule::TagDescription,
                    format!("/tags/{index}"),
                    format!("Describe the tag {}.", quoted(name)),
                );
            }
        }
    }

    /// The schemes that a list of requirements asks for.
    pub(super) fn requirements(&mut self, security: Option<&Value>, at: &str) {
        let schemes = self.document.pointer("/components/securitySchemes");
        let alternatives = security.and_then(Value::as_array);
        for (index, alternative) in alternatives.into_iter().flatten().enumerate() {
            for name in alternative.as_object().into_iter().flat_map(Map::keys) {
                if schemes.is_some_and(|schemes| schemes.get(name).is_some()) {
                    continue;
                }
                self.say(
                    Rule::SecurityDefined,
                    pointer::join(&format!("{at}/{index}"), name),
                    format!(
                        "Describe {} under components.securitySchemes.",
                        quoted(name)
                    ),
                );
            }
        }
    }

    pub(super) fn scheme(&mut self, scheme: &Map<String, Value>, at: &At<'_>) {
        let text = |key: &str| scheme.get(key).and_then(Value::as_str).unwrap_or_default();
        if text("type") == "apiKey" && text("in") == "query" {
            self.say(
                Rule::SecurityNoQueryKey,
                at.pointer(),
                "Take the key in a header: addresses end up in logs.",
            );
        }
        if text("type") == "http" && text("scheme").eq_ignore_ascii_case("basic") {
            self.say(
                Rule::SecurityNoBasic,
                at.pointer(),
                "Take a token or a key that can be revoked in place of a password.",
            );
        }
    }
}
