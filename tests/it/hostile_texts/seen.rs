//! Whether what was written was shown at all: a page that shows nothing runs nothing either.

use std::collections::BTreeSet;

use super::fields::{Field, NOT_A_TEXT, idle};
use super::fill::Texts;

/// Pages of administrators where something was filled in.
pub(super) const ADMINS: &[&str] = &[
    "/console/audit",
    "/console/requests",
    "/console/requests/decided",
    "/console/requests/settings",
    "/console/apis/texts/plans/filled",
    "/console/apis/texts/plans/changed",
    "/console/apis/texts/plans/asked/approval",
    "/console/apis/texts/guides/filled",
    "/console/apis/texts/guides/changed",
    "/console/apis/texts/policies",
    "/console/apis/texts/policies/filled-headers",
    "/console/apis/texts/policies/changed-headers",
    "/console/apis/texts/policies/filled-jwt",
    "/console/apis/texts/policies/changed-jwt",
    "/console/apis/texts/backend-secrets",
    "/console/apis/filled",
    "/console/apis/filled/settings",
    "/console/apis/ending/versions/v2",
    "/console/products/filled-product",
    "/console/products/changed-product",
    "/console/terms/filled",
    "/console/terms/changed",
    "/console/settings",
    "/console/settings/branding",
    "/console/settings/sign-in",
    "/console/settings/ci-trusts",
    "/console/settings/tokens",
    "/console/settings/webhooks",
];

/// Fields whose texts no page shows, neither in its place nor in the audit log: the operation, where in its body, and why.
pub(super) const NOT_SHOWN: &[(&str, &str, &str)] = &[
    (
        "apply_changeset",
        "/reason",
        "kept only where versions are retired that somebody has access to",
    ),
    (
        "close_tenant",
        "/reason",
        "of another tenant, whose people see it in their audit log",
    ),
    (
        "reopen_tenant",
        "/reason",
        "of another tenant, whose people see it in their audit log",
    ),
    (
        "suspend_tenant",
        "/reason",
        "of another tenant, whose people see it in their audit log",
    ),
    (
        "activate_tenant",
        "/reason",
        "of another tenant, whose people see it in their audit log",
    ),
];

/// Fields that have to be seen in their own places, beside what the audit log repeats.
const IN_PLACE_MIN: usize = 50;

/// Fails where a text was seen nowhere, or so few were that the rest says nothing.
pub(super) fn judge(
    texts: &Texts,
    fields: &BTreeSet<Field>,
    seen: &BTreeSet<String>,
    in_place: &BTreeSet<String>,
) {
    let fields: BTreeSet<Field> = fields
        .iter()
        .filter(|field| !field.is_in(NOT_A_TEXT))
        .cloned()
        .collect();
    assert_eq!(idle(NOT_SHOWN, &fields), Vec::<String>::new());
    let unseen = texts.unseen(&fields, seen).into_iter();
    let unseen: Vec<String> = unseen
        .filter(|field| !field.is_in(NOT_SHOWN))
        .map(ToString::to_string)
        .collect();
    assert!(
        unseen.is_empty(),
        "no page shows what was written into these fields, and no reason is given in NOT_SHOWN:\n{}",
        unseen.join("\n")
    );
    let elsewhere = texts.unseen(&fields, in_place);
    let shown = fields.len() - elsewhere.len();
    assert!(
        shown >= IN_PLACE_MIN,
        "{shown} of {} fields are seen in their places; not these: {}",
        fields.len(),
        elsewhere
            .into_iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(" ")
    );
}
