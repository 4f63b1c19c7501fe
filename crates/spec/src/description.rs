//! A description that was read: what pages, routes and search need of it.

use gatehouse_domain::OperationKey;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::finding::Finding;
use crate::fragment::Fragments;

/// The specification a source follows. OpenAPI 3.2 is read as 3.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub enum Format {
    #[serde(rename = "openapi_3_0")]
    OpenApi30,
    #[serde(rename = "openapi_3_1")]
    OpenApi31,
    #[serde(rename = "swagger_2_0")]
    Swagger20,
}

impl Format {
    /// The stable text form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OpenApi30 => "openapi_3_0",
            Self::OpenApi31 => "openapi_3_1",
            Self::Swagger20 => "swagger_2_0",
        }
    }
}

/// The methods a path item can describe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    Get,
    Put,
    Post,
    Delete,
    Options,
    Head,
    Patch,
    Trace,
}

impl Method {
    pub const ALL: [Self; 8] = [
        Self::Get,
        Self::Put,
        Self::Post,
        Self::Delete,
        Self::Options,
        Self::Head,
        Self::Patch,
        Self::Trace,
    ];

    /// As on the wire: capitals.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Put => "PUT",
            Self::Post => "POST",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
            Self::Head => "HEAD",
            Self::Patch => "PATCH",
            Self::Trace => "TRACE",
        }
    }

    /// As a key of a path item: small letters.
    pub fn key(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Put => "put",
            Self::Post => "post",
            Self::Delete => "delete",
            Self::Options => "options",
            Self::Head => "head",
            Self::Patch => "patch",
            Self::Trace => "trace",
        }
    }
}

/// One operation of a description, or one webhook that the API calls at its consumers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// Unique in the description. A webhook's is `METHOD` and its name, which does not start
    /// with `/` and so never equals that of a path.
    pub key: OperationKey,
    pub method: Method,
    /// As written, `/pets/{petId}`; for a webhook its name.
    pub path_template: String,
    pub operation_id: Option<String>,
    /// Unique in the description and safe in a URL path: the operation id, or a hash of method and
    /// path where there is none.
    pub slug: String,
    pub summary: Option<String>,
    /// Markdown as written.
    pub description: Option<String>,
    pub tags: Vec<String>,
    pub deprecated: bool,
    /// Described under `webhooks`: has a page, never a route.
    pub webhook: bool,
    /// An operation before it has the same method and, but for parameter names, the same path, so
    /// requests cannot be told apart: has a page, no route of its own. Its key keeps the
    /// parameter names and so stays unique.
    pub shadowed: bool,
}

impl Operation {
    /// Whether requests can be matched to it.
    pub fn is_routed(&self) -> bool {
        !self.webhook && !self.shadowed
    }
}

/// A tag with its description, in Markdown as written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tag {
    pub name: String,
    pub description: Option<String>,
}

/// One place the API is served at, as its author wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Server {
    /// May hold `{variables}` and may be relative.
    pub url: String,
    pub description: Option<String>,
    pub variables: Vec<ServerVariable>,
}

/// A variable of a server's URL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ServerVariable {
    pub name: String,
    pub default: String,
    pub allowed: Vec<String>,
    pub description: Option<String>,
}

impl Server {
    /// The URL with every variable at its default.
    pub fn default_url(&self) -> String {
        self.variables
            .iter()
            .fold(self.url.clone(), |url, variable| {
                url.replace(&format!("{{{}}}", variable.name), &variable.default)
            })
    }
}

/// A description that may be published.
#[derive(Debug, Clone)]
pub struct Description {
    pub(crate) format: Format,
    pub(crate) sha256: [u8; 32],
    pub(crate) document: Value,
    pub(crate) operations: Vec<Operation>,
    pub(crate) warnings: Vec<Finding>,
    pub(crate) warnings_dropped: usize,
}

pub(crate) fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

pub(crate) fn text(value: Option<&Value>) -> Option<String> {
    match value {
        Some(Value::String(text)) if !text.trim().is_empty() => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    }
}

impl Description {
    /// The specification the source follows.
    pub fn format(&self) -> Format {
        self.format
    }

    /// SHA-256 of the source as it came.
    pub fn sha256(&self) -> [u8; 32] {
        self.sha256
    }

    /// `info.title`, empty when missing.
    pub fn title(&self) -> String {
        text(self.document.pointer("/info/title")).unwrap_or_default()
    }

    /// `info.version`, empty when missing.
    pub fn version(&self) -> String {
        text(self.document.pointer("/info/version")).unwrap_or_default()
    }

    /// `info.summary`.
    pub fn summary(&self) -> Option<String> {
        text(self.document.pointer("/info/summary"))
    }

    /// `info.description`, Markdown as written.
    pub fn description(&self) -> Option<String> {
        text(self.document.pointer("/info/description"))
    }

    /// The whole document in the shape of OpenAPI 3.1, whatever the source was.
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// Paths in the order of the document, methods in that of [`Method::ALL`]; webhooks last.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// What is wrong but tolerated, at most [`crate::FINDINGS_MAX`].
    pub fn warnings(&self) -> &[Finding] {
        &self.warnings
    }

    /// How many more warnings there were.
    pub fn warnings_dropped(&self) -> usize {
        self.warnings_dropped
    }

    /// Where the author says the API is served. Never empty: without servers it is `/`.
    pub fn servers(&self) -> Vec<Server> {
        let servers: Vec<Server> = self
            .document
            .get("servers")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(server)
            .collect();
        if !servers.is_empty() {
            return servers;
        }
        vec![Server {
            url: "/".to_owned(),
            description: None,
            variables: Vec::new(),
        }]
    }

    /// Declared tags in their order, then those only operations name, in order of first use.
    pub fn tags(&self) -> Vec<Tag> {
        let declared = self
            .document
            .get("tags")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let mut tags: Vec<Tag> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for tag in declared {
            let Some(name) = text(tag.get("name")) else {
                continue;
            };
            if seen.insert(name.clone()) {
                tags.push(Tag {
                    name,
                    description: text(tag.get("description")),
                });
            }
        }
        for name in self.operations.iter().flat_map(|operation| &operation.tags) {
            if seen.insert(name.clone()) {
                tags.push(Tag {
                    name: name.clone(),
                    description: None,
                });
            }
        }
        tags
    }

    /// Builds fragments one after the other; what operations share is prepared once.
    pub fn fragments(&self) -> Fragments<'_> {
        Fragments::new(self)
    }

    /// The fragment of one operation. For all of them use [`Self::fragments`], which is far
    /// quicker.
    pub fn fragment(&self, operation: &Operation) -> Value {
        self.fragments().value(operation)
    }
}

fn server(value: &Value) -> Option<Server> {
    let variables = value.get("variables").and_then(Value::as_object);
    let variables = variables
        .into_iter()
        .flatten()
        .map(|(name, variable)| ServerVariable {
            name: name.clone(),
            default: text(variable.get("default")).unwrap_or_default(),
            allowed: variable
                .get("enum")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(|allowed| text(Some(allowed)))
                .collect(),
            description: text(variable.get("description")),
        });
    Some(Server {
        url: text(value.get("url"))?,
        description: text(value.get("description")),
        variables: variables.collect(),
    })
}
