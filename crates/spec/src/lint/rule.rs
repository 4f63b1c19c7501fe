//! The closed table of lint rules.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Level;

/// Makes the enum, its list and its accessors from one table, so that no row can be half there.
macro_rules! rules {
    ($($name:ident $id:literal $level:ident $summary:literal;)*) => {
        /// One thing that a description should do. Its id never changes its meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Rule {
            $(#[doc = $summary] $name,)*
        }

        impl Rule {
            /// Every rule.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable text form.
            pub fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)* }
            }

            /// Its level where a tenant set none.
            pub fn level(self) -> Level {
                match self { $(Self::$name => Level::$level,)* }
            }

            /// What it asks.
            pub fn summary(self) -> &'static str {
                match self { $(Self::$name => $summary,)* }
            }
        }
    };
}

rules! {
    InfoDescription "info-description" Warn "The description says what the API is for.";
    InfoContact "info-contact" Off "The description names somebody to ask.";
    InfoLicense "info-license" Off "The description names its licence.";
    ServerPresent "server-present" Off "At least one server is named.";
    ServerHttps "server-https" Warn "Servers are reached over https.";
    TagPresent "tag-present" Warn "Every operation has a tag.";
    TagDeclared "tag-declared" Warn "Every tag of an operation is declared at the root.";
    TagDescription "tag-description" Off "Every declared tag has a description.";
    OperationIdPresent "operation-id-present" Warn "Every operation has an operationId.";
    OperationIdUnique "operation-id-unique" Warn "No two operations have the same operationId.";
    OperationIdCharacters "operation-id-characters" Warn "An operationId has letters, digits, dashes, dots and underscores only.";
    OperationSummary "operation-summary" Warn "Every operation has a summary.";
    OperationSummaryLength "operation-summary-length" Warn "A summary has at most 120 characters.";
    OperationDescription "operation-description" Off "Every operation has a description.";
    OperationSuccess "operation-success-response" Warn "Every operation describes an answer with 2xx or 3xx.";
    OperationClientError "operation-4xx-response" Warn "Every operation describes an answer with 4xx, or a default one.";
    ResponseDescription "response-description" Warn "Every response has a description.";
    ErrorBody "error-body-described" Off "Answers with 4xx and 5xx describe their body.";
    NoContentBody "no-content-without-body" Warn "An answer with 204 has no body.";
    ReadWithoutBody "read-without-body" Warn "GET and HEAD take no body.";
    DeprecatedExplained "deprecated-explained" Warn "A deprecated operation says what to use instead.";
    ListPagination "list-pagination" Warn "A GET that answers with a list takes a parameter that pages through it.";
    PathCasing "path-casing" Warn "Path segments are lower-case words joined by dashes.";
    PathTrailingSlash "path-no-trailing-slash" Warn "Paths do not end with a slash.";
    PathQuery "path-no-query" Warn "Paths hold no query.";
    PathVerb "path-no-verb" Off "Path segments name things, not actions.";
    PathExtension "path-no-extension" Off "Paths do not end with the name of a format.";
    ParameterDescription "parameter-description" Warn "Every parameter has a description.";
    ParameterCasing "parameter-casing" Warn "Query parameters are named in one style throughout.";
    ParameterSchema "parameter-schema" Warn "Every parameter has a schema or content.";
    SchemaDescription "schema-description" Off "Every named schema has a description.";
    SchemaUsed "schema-used" Warn "Every named schema is used.";
    PropertyCasing "property-casing" Warn "Properties are named in one style throughout.";
    EnumCasing "enum-casing" Warn "The values of an enum are written in one style.";
    EnumType "enum-type" Warn "The values of an enum are of its type.";
    EnumUnique "enum-unique" Warn "The values of an enum are all different.";
    ArrayItems "array-items" Warn "Every array says what is in it.";
    RequiredDefined "required-defined" Warn "What is required is among the properties.";
    ExampleValid "example-valid" Warn "Examples fit their schema.";
    SecurityDeclared "security-declared" Warn "Every operation says which credentials it takes.";
    SecurityDefined "security-defined" Warn "Every scheme that is asked for is described.";
    SecurityNoQueryKey "security-no-key-in-query" Warn "Keys are not sent in the query, where logs keep them.";
    SecurityNoBasic "security-no-basic" Off "No operation takes a password with every call.";
}

impl Rule {
    /// Reads [`Rule::id`].
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|rule| rule.id() == id)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = Cow::<'_, str>::deserialize(deserializer)?;
        Self::parse(&id).ok_or_else(|| serde::de::Error::custom(format!("no lint rule '{id}'")))
    }
}
