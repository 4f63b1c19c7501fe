//! The one way in: bytes to a [`Description`], or every fault with its place.

use serde_json::Value;

use crate::check::{self, Report};
use crate::description::{Description, Format, digest};
use crate::finding::{Finding, SpecErrors};
use crate::limits::Limits;
use crate::read::{self, Source, locate};
use crate::{normalise, operations, references, swagger2, typed};

/// Reads a description in JSON or YAML: Swagger 2.0, OpenAPI 3.0, 3.1, and 3.2 as 3.1.
///
/// Faults that would make routes or pages wrong are returned together, with pointer and place;
/// lesser ones become [`Description::warnings`]. Work is linear in the source and nothing is
/// fetched: a `$ref` that leaves the file is a fault. Takes about a second per 20 MB, so call it
/// where blocking is allowed.
pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Description, SpecErrors> {
    let Source {
        text,
        syntax,
        value: mut document,
        duplicates,
    } = read::read(bytes, limits)?;
    let located = |mut findings: Vec<Finding>| {
        locate(&mut findings, text, syntax);
        findings
    };
    let refuse = |report: Report| SpecErrors {
        dropped: report.errors.dropped,
        errors: located(report.errors.kept),
    };
    let format = check::format(&document).map_err(|fault| {
        let mut report = Report::default();
        report.errors.push(fault);
        refuse(report)
    })?;
    let mut report = Report::default();
    check::structure(&document, format, duplicates, &mut report);
    if format == Format::OpenApi30 {
        typed::check(&mut document, &mut report);
    }
    references::settle(&mut document, &mut report);
    if !report.errors.kept.is_empty() {
        return Err(refuse(report));
    }
    let document = unify(document, format, &mut report);
    let operations = operations::derive(&document);
    Ok(Description {
        format,
        sha256: digest(bytes),
        document,
        operations,
        warnings_dropped: report.warnings.dropped,
        warnings: located(report.warnings.kept),
    })
}

fn unify(document: Value, format: Format, report: &mut Report) -> Value {
    let mut document = match format {
        Format::Swagger20 => swagger2::convert(document, report),
        Format::OpenApi30 | Format::OpenApi31 => document,
    };
    if format != Format::OpenApi31 {
        normalise::to_3_1(&mut document);
    }
    document
}
