//! The closed table of rules: what a change is called, and how bad it is for those who call the API.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::change::Severity;

/// What part of a description a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Area {
    Operations,
    Parameters,
    RequestBodies,
    Responses,
    SentSchemas,
    ReceivedSchemas,
    Schemas,
    Security,
    Servers,
    Callbacks,
}

impl Area {
    /// A heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Operations => "Operations",
            Self::Parameters => "Parameters",
            Self::RequestBodies => "Request bodies",
            Self::Responses => "Responses",
            Self::SentSchemas => "Values that callers send",
            Self::ReceivedSchemas => "Values that callers receive",
            Self::Schemas => "Values in either direction",
            Self::Security => "Security",
            Self::Servers => "Servers",
            Self::Callbacks => "Callbacks and webhooks",
        }
    }
}

/// Makes the enum, its list and its accessors from one table, so that no row can be half there.
macro_rules! rules {
    ($($area:ident { $($name:ident $id:literal $severity:ident $summary:literal;)* })*) => {
        /// One kind of change. Its id never changes its meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Rule {
            $($(#[doc = $summary] $name,)*)*
        }

        impl Rule {
            /// Every rule, area by area.
            pub const ALL: &'static [Self] = &[$($(Self::$name,)*)*];

            /// The stable text form.
            pub fn id(self) -> &'static str {
                match self { $($(Self::$name => $id,)*)* }
            }

            pub fn severity(self) -> Severity {
                match self { $($(Self::$name => Severity::$severity,)*)* }
            }

            pub fn area(self) -> Area {
                match self { $($(Self::$name => Area::$area,)*)* }
            }

            /// What changed, in general.
            pub fn summary(self) -> &'static str {
                match self { $($(Self::$name => $summary,)*)* }
            }
        }
    };
}

// Values are named by who sends them: `request-…` rules judge what callers send, `response-…`
// rules what they receive. In a callback or webhook the API is the one that sends.
rules! {
    Operations {
        OperationRemoved "operation-removed" Breaking "An operation is gone.";
        OperationAdded "operation-added" Harmless "An operation is new.";
        OperationDeprecated "operation-deprecated" Harmless "An operation is now deprecated.";
        OperationRevived "operation-revived" Harmless "An operation is no longer deprecated.";
        OperationIdChanged "operation-id-changed" Warning "An operationId changed: generated clients rename the call.";
        OperationIdRemoved "operation-id-removed" Warning "An operationId is gone: generated clients rename the call.";
        OperationIdAdded "operation-id-added" Harmless "An operation got an operationId.";
        PathParameterRenamed "path-parameter-renamed" Harmless "A parameter of a path has another name; requests stay the same.";
    }
    Parameters {
        ParameterRemoved "parameter-removed" Breaking "A parameter is gone.";
        ParameterAddedRequired "parameter-added-required" Breaking "A required parameter is new.";
        ParameterAddedOptional "parameter-added-optional" Harmless "An optional parameter is new.";
        ParameterBecameRequired "parameter-became-required" Breaking "An optional parameter is now required.";
        ParameterBecameOptional "parameter-became-optional" Harmless "A required parameter is now optional.";
        ParameterLocationChanged "parameter-location-changed" Breaking "A parameter moved, as from query to header.";
        ParameterDeprecated "parameter-deprecated" Harmless "A parameter is now deprecated.";
        ParameterRevived "parameter-revived" Harmless "A parameter is no longer deprecated.";
        ParameterStyleChanged "parameter-style-changed" Breaking "A parameter is written in another style.";
        ParameterExplodeChanged "parameter-explode-changed" Breaking "The elements of a parameter are separated in another way.";
        ParameterReservedRefused "parameter-reserved-refused" Breaking "Reserved characters of a parameter must now be escaped.";
        ParameterReservedAllowed "parameter-reserved-allowed" Harmless "Reserved characters of a parameter may now stand unescaped.";
        ParameterEmptyRefused "parameter-empty-refused" Breaking "A parameter may no longer be empty.";
        ParameterEmptyAllowed "parameter-empty-allowed" Harmless "A parameter may now be empty.";
        ParameterNotationChanged "parameter-notation-changed" Breaking "A parameter is written in another media type, or in one where it had none.";
    }
    RequestBodies {
        RequestBodyRemoved "request-body-removed" Breaking "An operation no longer takes a body.";
        RequestBodyAddedRequired "request-body-added-required" Breaking "An operation now requires a body.";
        RequestBodyAddedOptional "request-body-added-optional" Harmless "An operation now takes a body.";
        RequestBodyBecameRequired "request-body-became-required" Breaking "An optional body is now required.";
        RequestBodyBecameOptional "request-body-became-optional" Harmless "A required body is now optional.";
        RequestMediaTypeRemoved "request-media-type-removed" Breaking "A body is no longer taken in a media type.";
        RequestMediaTypeAdded "request-media-type-added" Harmless "A body is also taken in a new media type.";
        RequestEncodingChanged "request-encoding-changed" Breaking "A part of a form body is encoded in another way.";
    }
    Responses {
        ResponseSuccessRemoved "response-success-removed" Breaking "A status of success is gone.";
        ResponseSuccessAdded "response-success-added" Warning "A status of success is new: callers may test for the old one.";
        ResponseErrorRemoved "response-error-removed" Warning "A status other than success is no longer described.";
        ResponseErrorAdded "response-error-added" Harmless "A status other than success is new.";
        ResponseDefaultRemoved "response-default-removed" Warning "The answer for all other statuses is no longer described.";
        ResponseDefaultAdded "response-default-added" Harmless "The answer for all other statuses is now described.";
        ResponseStatusWidened "response-status-widened" Warning "A status became a range of statuses.";
        ResponseStatusNarrowed "response-status-narrowed" Harmless "A range of statuses became one of them.";
        ResponseMediaTypeRemoved "response-media-type-removed" Breaking "An answer no longer comes in a media type.";
        ResponseMediaTypeAdded "response-media-type-added" Harmless "An answer also comes in a new media type.";
        ResponseEncodingChanged "response-encoding-changed" Warning "A part of a form answer is encoded in another way.";
        ResponseRequiredHeaderRemoved "response-required-header-removed" Breaking "A header that every answer had is gone.";
        ResponseOptionalHeaderRemoved "response-optional-header-removed" Warning "A header that answers could have is gone.";
        ResponseHeaderAdded "response-header-added" Harmless "Answers have a new header.";
        ResponseHeaderBecameOptional "response-header-became-optional" Breaking "A header that every answer had may now be missing.";
        ResponseHeaderBecameRequired "response-header-became-required" Harmless "Every answer now has a header that could be missing.";
        ResponseHeaderNotationChanged "response-header-notation-changed" Breaking "A header is written in another way.";
        ResponseLinkRemoved "response-link-removed" Warning "A link from an answer to another operation is gone.";
        ResponseLinkAdded "response-link-added" Harmless "An answer has a new link to another operation.";
        ResponseLinkChanged "response-link-changed" Warning "A link from an answer leads elsewhere.";
    }
    SentSchemas {
        RequestTypeNarrowed "request-type-narrowed" Breaking "A value may be of fewer types.";
        RequestTypeWidened "request-type-widened" Harmless "A value may be of more types.";
        RequestTypeChanged "request-type-changed" Breaking "A value is of another type.";
        RequestFormatAdded "request-format-added" Breaking "A value must now follow a format.";
        RequestFormatRemoved "request-format-removed" Harmless "A value need no longer follow a format.";
        RequestFormatChanged "request-format-changed" Breaking "A value follows another format.";
        RequestFormatNarrowed "request-format-narrowed" Breaking "A number must fit a smaller format.";
        RequestFormatWidened "request-format-widened" Harmless "A number may fill a larger format.";
        RequestNullRefused "request-null-refused" Breaking "A value may no longer be null.";
        RequestNullAllowed "request-null-allowed" Harmless "A value may now be null.";
        RequestEnumValueRemoved "request-enum-value-removed" Breaking "A value of a list is no longer taken.";
        RequestEnumValueAdded "request-enum-value-added" Harmless "A list of values takes one more.";
        RequestEnumIntroduced "request-enum-introduced" Breaking "Only values of a list are taken now.";
        RequestEnumLifted "request-enum-lifted" Harmless "Values outside the list are taken too.";
        RequestDefaultChanged "request-default-changed" Warning "What is taken for a missing value changed.";
        RequestDefaultRemoved "request-default-removed" Warning "What is taken for a missing value is no longer said.";
        RequestDefaultAdded "request-default-added" Harmless "What is taken for a missing value is now said.";
        RequestMaximumTightened "request-maximum-tightened" Breaking "The largest number taken is smaller.";
        RequestMaximumLoosened "request-maximum-loosened" Harmless "The largest number taken is larger.";
        RequestMinimumTightened "request-minimum-tightened" Breaking "The smallest number taken is larger.";
        RequestMinimumLoosened "request-minimum-loosened" Harmless "The smallest number taken is smaller.";
        RequestMaxLengthTightened "request-max-length-tightened" Breaking "Text must be shorter.";
        RequestMaxLengthLoosened "request-max-length-loosened" Harmless "Text may be longer.";
        RequestMinLengthTightened "request-min-length-tightened" Breaking "Text must be longer.";
        RequestMinLengthLoosened "request-min-length-loosened" Harmless "Text may be shorter.";
        RequestMaxItemsTightened "request-max-items-tightened" Breaking "A list must have fewer elements.";
        RequestMaxItemsLoosened "request-max-items-loosened" Harmless "A list may have more elements.";
        RequestMinItemsTightened "request-min-items-tightened" Breaking "A list must have more elements.";
        RequestMinItemsLoosened "request-min-items-loosened" Harmless "A list may have fewer elements.";
        RequestMaxPropertiesTightened "request-max-properties-tightened" Breaking "An object must have fewer properties.";
        RequestMaxPropertiesLoosened "request-max-properties-loosened" Harmless "An object may have more properties.";
        RequestMinPropertiesTightened "request-min-properties-tightened" Breaking "An object must have more properties.";
        RequestMinPropertiesLoosened "request-min-properties-loosened" Harmless "An object may have fewer properties.";
        RequestMultipleOfTightened "request-multiple-of-tightened" Breaking "A number must be a multiple of something else.";
        RequestMultipleOfLoosened "request-multiple-of-loosened" Harmless "A number may be a multiple of something smaller, or any.";
        RequestPatternAdded "request-pattern-added" Breaking "Text must now match a pattern.";
        RequestPatternRemoved "request-pattern-removed" Harmless "Text need no longer match a pattern.";
        RequestPatternChanged "request-pattern-changed" Breaking "Text must match another pattern, which may take less.";
        RequestUniqueItemsAdded "request-unique-items-added" Breaking "The elements of a list must now differ.";
        RequestUniqueItemsRemoved "request-unique-items-removed" Harmless "The elements of a list may now be equal.";
        RequestItemsRestricted "request-items-restricted" Breaking "The elements of a list must now follow a schema.";
        RequestItemsFreed "request-items-freed" Harmless "The elements of a list may be anything.";
        RequestTupleChanged "request-tuple-changed" Breaking "The places of a list with a fixed order changed.";
        RequestPropertyAddedRequired "request-property-added-required" Breaking "A required property is new.";
        RequestPropertyAddedOptional "request-property-added-optional" Harmless "An optional property is new.";
        RequestPropertyRemoved "request-property-removed" Warning "A property is no longer described: callers that send it may be ignored.";
        RequestPropertyRefused "request-property-refused" Breaking "A property is gone and unknown ones are refused.";
        RequestPropertyBecameRequired "request-property-became-required" Breaking "An optional property is now required.";
        RequestPropertyBecameOptional "request-property-became-optional" Harmless "A required property is now optional.";
        RequestPropertyBecameReadOnly "request-property-became-read-only" Warning "A property may no longer be sent.";
        RequestPropertyBecameWritable "request-property-became-writable" Harmless "A property may now be sent.";
        RequestAdditionalPropertiesForbidden "request-additional-properties-forbidden" Breaking "Properties that are not described are refused.";
        RequestAdditionalPropertiesAllowed "request-additional-properties-allowed" Harmless "Properties that are not described are taken.";
        RequestAdditionalPropertiesRestricted "request-additional-properties-restricted" Breaking "Properties that are not described must follow a schema.";
        RequestAdditionalPropertiesFreed "request-additional-properties-freed" Harmless "Properties that are not described may be anything.";
        RequestAlternativeRemoved "request-alternative-removed" Breaking "One of several shapes is no longer taken.";
        RequestAlternativeAdded "request-alternative-added" Harmless "One more shape is taken.";
        RequestAlternativesIntroduced "request-alternatives-introduced" Breaking "A value must now follow one of several shapes.";
        RequestAlternativesLifted "request-alternatives-lifted" Harmless "A value need no longer follow one of several shapes.";
        RequestAnyOfBecameOneOf "request-any-of-became-one-of" Warning "A value may no longer follow several shapes at once.";
        RequestOneOfBecameAnyOf "request-one-of-became-any-of" Harmless "A value may follow several shapes at once.";
        RequestDiscriminatorAdded "request-discriminator-added" Warning "A property now tells shapes apart.";
        RequestDiscriminatorRemoved "request-discriminator-removed" Harmless "No property tells shapes apart any more.";
        RequestDiscriminatorChanged "request-discriminator-changed" Breaking "Another property tells shapes apart.";
        RequestMappingRemoved "request-mapping-removed" Breaking "A name of a shape is no longer taken.";
        RequestMappingAdded "request-mapping-added" Harmless "A shape has one more name.";
        RequestMappingChanged "request-mapping-changed" Breaking "A name stands for another shape.";
        RequestValueForbidden "request-value-forbidden" Breaking "No value is taken any more.";
        RequestValuePermitted "request-value-permitted" Harmless "A value is taken where none was.";
        RequestContentEncodingChanged "request-content-encoding-changed" Breaking "What text stands for is encoded in another way.";
        RequestConditionAdded "request-condition-added" Breaking "A condition on values, such as `not` or `if`, is new.";
        RequestConditionRemoved "request-condition-removed" Harmless "A condition on values is gone.";
        RequestXmlChanged "request-xml-changed" Warning "A value is written in XML in another way.";
    }
    ReceivedSchemas {
        ResponseTypeNarrowed "response-type-narrowed" Harmless "A value is of fewer types.";
        ResponseTypeWidened "response-type-widened" Breaking "A value may be of more types.";
        ResponseTypeChanged "response-type-changed" Breaking "A value is of another type.";
        ResponseFormatAdded "response-format-added" Harmless "A value now follows a format.";
        ResponseFormatRemoved "response-format-removed" Warning "A value need no longer follow a format.";
        ResponseFormatChanged "response-format-changed" Breaking "A value follows another format.";
        ResponseFormatNarrowed "response-format-narrowed" Harmless "A number fits a smaller format.";
        ResponseFormatWidened "response-format-widened" Warning "A number may fill a larger format.";
        ResponseNullRefused "response-null-refused" Harmless "A value is never null any more.";
        ResponseNullAllowed "response-null-allowed" Breaking "A value may now be null.";
        ResponseEnumValueRemoved "response-enum-value-removed" Harmless "A value of a list no longer comes.";
        ResponseEnumValueAdded "response-enum-value-added" Warning "A value may come that was not in the list.";
        ResponseEnumIntroduced "response-enum-introduced" Harmless "Only values of a list come now.";
        ResponseEnumLifted "response-enum-lifted" Warning "Values outside the list may come.";
        ResponseDefaultValueChanged "response-default-value-changed" Harmless "The default of a value changed.";
        ResponseMaximumTightened "response-maximum-tightened" Harmless "The largest number is smaller.";
        ResponseMaximumLoosened "response-maximum-loosened" Warning "Larger numbers may come.";
        ResponseMinimumTightened "response-minimum-tightened" Harmless "The smallest number is larger.";
        ResponseMinimumLoosened "response-minimum-loosened" Warning "Smaller numbers may come.";
        ResponseMaxLengthTightened "response-max-length-tightened" Harmless "Text is shorter.";
        ResponseMaxLengthLoosened "response-max-length-loosened" Warning "Longer text may come.";
        ResponseMinLengthTightened "response-min-length-tightened" Harmless "Text is longer.";
        ResponseMinLengthLoosened "response-min-length-loosened" Warning "Shorter text may come.";
        ResponseMaxItemsTightened "response-max-items-tightened" Harmless "A list has fewer elements.";
        ResponseMaxItemsLoosened "response-max-items-loosened" Warning "Longer lists may come.";
        ResponseMinItemsTightened "response-min-items-tightened" Harmless "A list has more elements.";
        ResponseMinItemsLoosened "response-min-items-loosened" Warning "Shorter lists may come.";
        ResponseMaxPropertiesTightened "response-max-properties-tightened" Harmless "An object has fewer properties.";
        ResponseMaxPropertiesLoosened "response-max-properties-loosened" Warning "Objects with more properties may come.";
        ResponseMinPropertiesTightened "response-min-properties-tightened" Harmless "An object has more properties.";
        ResponseMinPropertiesLoosened "response-min-properties-loosened" Warning "Objects with fewer properties may come.";
        ResponseMultipleOfTightened "response-multiple-of-tightened" Harmless "A number is a multiple of something larger.";
        ResponseMultipleOfLoosened "response-multiple-of-loosened" Warning "A number may be a multiple of something else, or any.";
        ResponsePatternAdded "response-pattern-added" Harmless "Text now matches a pattern.";
        ResponsePatternRemoved "response-pattern-removed" Warning "Text need no longer match a pattern.";
        ResponsePatternChanged "response-pattern-changed" Warning "Text matches another pattern, which may allow more.";
        ResponseUniqueItemsAdded "response-unique-items-added" Harmless "The elements of a list now differ.";
        ResponseUniqueItemsRemoved "response-unique-items-removed" Warning "Elements of a list may be equal.";
        ResponseItemsRestricted "response-items-restricted" Harmless "The elements of a list now follow a schema.";
        ResponseItemsFreed "response-items-freed" Warning "The elements of a list may be anything.";
        ResponseTupleChanged "response-tuple-changed" Breaking "The places of a list with a fixed order changed.";
        ResponseRequiredPropertyRemoved "response-required-property-removed" Breaking "A property that was always there is gone.";
        ResponseOptionalPropertyRemoved "response-optional-property-removed" Warning "A property that could be there is gone.";
        ResponsePropertyAdded "response-property-added" Harmless "A property is new.";
        ResponsePropertyAddedToClosed "response-property-added-to-closed" Warning "A property is new where none but those described could come.";
        ResponsePropertyBecameOptional "response-property-became-optional" Breaking "A property that was always there may be missing.";
        ResponsePropertyBecameRequired "response-property-became-required" Harmless "A property that could be missing is always there.";
        ResponsePropertyBecameWriteOnly "response-property-became-write-only" Breaking "A property is no longer shown.";
        ResponsePropertyBecameReadable "response-property-became-readable" Harmless "A property is now shown.";
        ResponseAdditionalPropertiesForbidden "response-additional-properties-forbidden" Harmless "Only properties that are described come.";
        ResponseAdditionalPropertiesAllowed "response-additional-properties-allowed" Warning "Properties that are not described may come.";
        ResponseAdditionalPropertiesRestricted "response-additional-properties-restricted" Harmless "Properties that are not described follow a schema.";
        ResponseAdditionalPropertiesFreed "response-additional-properties-freed" Warning "Properties that are not described may be anything.";
        ResponseAlternativeRemoved "response-alternative-removed" Harmless "One of several shapes no longer comes.";
        ResponseAlternativeAdded "response-alternative-added" Warning "One more shape may come.";
        ResponseAlternativesIntroduced "response-alternatives-introduced" Harmless "A value now follows one of several shapes.";
        ResponseAlternativesLifted "response-alternatives-lifted" Warning "A value need no longer follow one of several shapes.";
        ResponseAnyOfBecameOneOf "response-any-of-became-one-of" Harmless "A value no longer follows several shapes at once.";
        ResponseOneOfBecameAnyOf "response-one-of-became-any-of" Warning "A value may follow several shapes at once.";
        ResponseDiscriminatorAdded "response-discriminator-added" Harmless "A property now tells shapes apart.";
        ResponseDiscriminatorRemoved "response-discriminator-removed" Warning "No property tells shapes apart any more.";
        ResponseDiscriminatorChanged "response-discriminator-changed" Breaking "Another property tells shapes apart.";
        ResponseMappingRemoved "response-mapping-removed" Harmless "A name of a shape no longer comes.";
        ResponseMappingAdded "response-mapping-added" Warning "A name of a shape may come that was not known.";
        ResponseMappingChanged "response-mapping-changed" Breaking "A name stands for another shape.";
        ResponseValueForbidden "response-value-forbidden" Warning "No value comes any more.";
        ResponseValuePermitted "response-value-permitted" Harmless "A value comes where none did.";
        ResponseContentEncodingChanged "response-content-encoding-changed" Breaking "What text stands for is encoded in another way.";
        ResponseConditionAdded "response-condition-added" Harmless "A condition on values, such as `not` or `if`, is new.";
        ResponseConditionRemoved "response-condition-removed" Warning "A condition on values is gone.";
        ResponseXmlChanged "response-xml-changed" Warning "A value is written in XML in another way.";
    }
    Schemas {
        SchemaDeprecated "schema-deprecated" Harmless "A value is now deprecated.";
        SchemaRevived "schema-revived" Harmless "A value is no longer deprecated.";
    }
    Security {
        SecurityAnonymousRefused "security-anonymous-refused" Breaking "An operation no longer answers without credentials.";
        SecurityAnonymousAllowed "security-anonymous-allowed" Harmless "An operation answers without credentials.";
        SecurityAlternativeRemoved "security-alternative-removed" Breaking "One way to be let in is gone.";
        SecurityAlternativeAdded "security-alternative-added" Harmless "There is one more way to be let in.";
        SecurityScopeRequired "security-scope-required" Breaking "A scope is required that was not.";
        SecurityScopeLifted "security-scope-lifted" Harmless "A scope is no longer required.";
        SecurityTypeChanged "security-type-changed" Breaking "A security scheme is of another type.";
        SecurityKeyMoved "security-key-moved" Breaking "A key is sent elsewhere or under another name.";
        SecurityHttpSchemeChanged "security-http-scheme-changed" Breaking "A security scheme uses another HTTP scheme.";
        SecurityBearerFormatChanged "security-bearer-format-changed" Warning "Tokens of a security scheme have another format.";
        SecurityOpenIdUrlChanged "security-open-id-url-changed" Breaking "OpenID Connect is discovered at another address.";
        SecurityFlowRemoved "security-flow-removed" Breaking "An OAuth flow is gone.";
        SecurityFlowAdded "security-flow-added" Harmless "An OAuth flow is new.";
        SecurityFlowUrlChanged "security-flow-url-changed" Breaking "An OAuth flow uses another address.";
        SecurityScopeRemoved "security-scope-removed" Breaking "A scope can no longer be asked for.";
        SecurityScopeAdded "security-scope-added" Harmless "A scope is new.";
        SecuritySchemeRemoved "security-scheme-removed" Warning "A security scheme is no longer described.";
        SecuritySchemeAdded "security-scheme-added" Harmless "A security scheme is new.";
    }
    Servers {
        ServerRemoved "server-removed" Warning "A server is no longer listed: callers that use its address must move.";
        ServerAdded "server-added" Harmless "A server is new.";
        ServerVariableValueRemoved "server-variable-value-removed" Warning "A variable of a server no longer takes a value.";
        ServerVariableValueAdded "server-variable-value-added" Harmless "A variable of a server takes one more value.";
        ServerVariableDefaultChanged "server-variable-default-changed" Warning "A variable of a server has another default.";
    }
    Callbacks {
        WebhookRemoved "webhook-removed" Breaking "A webhook is no longer called.";
        WebhookAdded "webhook-added" Harmless "A webhook is new.";
        CallbackRemoved "callback-removed" Breaking "A callback is no longer made.";
        CallbackAdded "callback-added" Harmless "A callback is new.";
        CallbackParameterRemoved "callback-parameter-removed" Breaking "A parameter is no longer sent.";
        CallbackParameterAdded "callback-parameter-added" Harmless "A parameter is sent too.";
        CallbackParameterBecameOptional "callback-parameter-became-optional" Breaking "A parameter that always came may be missing.";
        CallbackParameterBecameRequired "callback-parameter-became-required" Harmless "A parameter that could be missing always comes.";
        CallbackParameterChanged "callback-parameter-changed" Breaking "A parameter is written in another way.";
        CallbackBodyRemoved "callback-body-removed" Breaking "No body is sent any more.";
        CallbackBodyAdded "callback-body-added" Harmless "A body is sent too.";
        CallbackBodyBecameOptional "callback-body-became-optional" Breaking "A body that always came may be missing.";
        CallbackBodyBecameRequired "callback-body-became-required" Harmless "A body that could be missing always comes.";
        CallbackMediaTypeRemoved "callback-media-type-removed" Breaking "A body no longer comes in a media type.";
        CallbackMediaTypeAdded "callback-media-type-added" Warning "A body may come in a new media type.";
        CallbackResponseRemoved "callback-response-removed" Breaking "An answer of the receiver is no longer taken.";
        CallbackResponseAdded "callback-response-added" Harmless "One more answer of the receiver is taken.";
        CallbackResponseChanged "callback-response-changed" Breaking "The receiver must answer in another way.";
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

impl Rule {
    /// Reads [`Rule::id`].
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|rule| rule.id() == id)
    }
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = std::borrow::Cow::<'_, str>::deserialize(deserializer)?;
        Self::parse(&id).ok_or_else(|| serde::de::Error::custom(format!("no rule '{id}'")))
    }
}
