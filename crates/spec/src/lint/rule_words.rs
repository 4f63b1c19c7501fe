//! What rules say, in the reader's language. In English it is what the table of rules says.

use gatehouse_language::t;

use super::rule::Rule;

impl Rule {
    /// What it asks, in the reader's language.
    pub fn said(self) -> String {
        match self {
            Self::InfoDescription => t!("lint-info-description"),
            Self::InfoContact => t!("lint-info-contact"),
            Self::InfoLicense => t!("lint-info-license"),
            Self::ServerPresent => t!("lint-server-present"),
            Self::ServerHttps => t!("lint-server-https"),
            Self::TagPresent => t!("lint-tag-present"),
            Self::TagDeclared => t!("lint-tag-declared"),
            Self::TagDescription => t!("lint-tag-description"),
            Self::OperationIdPresent => t!("lint-operation-id-present"),
            Self::OperationIdUnique => t!("lint-operation-id-unique"),
            Self::OperationIdCharacters => t!("lint-operation-id-characters"),
            Self::OperationSummary => t!("lint-operation-summary"),
            Self::OperationSummaryLength => t!("lint-operation-summary-length"),
            Self::OperationDescription => t!("lint-operation-description"),
            Self::OperationSuccess => t!("lint-operation-success-response"),
            Self::OperationClientError => t!("lint-operation-4xx-response"),
            Self::ResponseDescription => t!("lint-response-description"),
            Self::ErrorBody => t!("lint-error-body-described"),
            Self::NoContentBody => t!("lint-no-content-without-body"),
            Self::ReadWithoutBody => t!("lint-read-without-body"),
            Self::DeprecatedExplained => t!("lint-deprecated-explained"),
            Self::ListPagination => t!("lint-list-pagination"),
            Self::PathCasing => t!("lint-path-casing"),
            Self::PathTrailingSlash => t!("lint-path-no-trailing-slash"),
            Self::PathQuery => t!("lint-path-no-query"),
            Self::PathVerb => t!("lint-path-no-verb"),
            Self::PathExtension => t!("lint-path-no-extension"),
            Self::ParameterDescription => t!("lint-parameter-description"),
            Self::ParameterCasing => t!("lint-parameter-casing"),
            Self::ParameterSchema => t!("lint-parameter-schema"),
            Self::SchemaDescription => t!("lint-schema-description"),
            Self::SchemaUsed => t!("lint-schema-used"),
            Self::PropertyCasing => t!("lint-property-casing"),
            Self::EnumCasing => t!("lint-enum-casing"),
            Self::EnumType => t!("lint-enum-type"),
            Self::EnumUnique => t!("lint-enum-unique"),
            Self::ArrayItems => t!("lint-array-items"),
            Self::RequiredDefined => t!("lint-required-defined"),
            Self::ExampleValid => t!("lint-example-valid"),
            Self::SecurityDeclared => t!("lint-security-declared"),
            Self::SecurityDefined => t!("lint-security-defined"),
            Self::SecurityNoQueryKey => t!("lint-security-no-key-in-query"),
            Self::SecurityNoBasic => t!("lint-security-no-basic"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Rule;

    #[test]
    fn in_english_a_rule_says_what_its_table_says() {
        for rule in Rule::ALL {
            assert_eq!(rule.said(), rule.summary());
        }
    }
}
