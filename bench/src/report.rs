//! What a run says: a line per repeat while it goes on, then a table, and each row as one line of JSON.

use std::io::{self, Write};

use serde::Serialize;

use crate::bench::Measured;
use crate::findings::Finding;
use crate::machine::Machine;
use crate::measure::{Sample, Spread};
use crate::planes::Plane;

/// A plane in a case.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Row {
    pub(crate) case: &'static str,
    pub(crate) peer: &'static str,
    pub(crate) version: String,
    pub(crate) repeats: usize,
    pub(crate) rps: f64,
    pub(crate) cpu_us_per_req: f64,
    pub(crate) cpu_us_per_req_min: f64,
    pub(crate) cpu_us_per_req_max: f64,
    pub(crate) user: f64,
    pub(crate) sys: f64,
    pub(crate) p50_us: f64,
    pub(crate) p99_us: f64,
    pub(crate) max_us: f64,
    pub(crate) rss_mb: f64,
    pub(crate) busy: f64,
    pub(crate) steal: f64,
    /// The gateway's CPU per request divided by this plane's.
    pub(crate) ratio_vs_gateway: Option<f64>,
}

/// Makes the rows of a case.
pub(crate) fn rows(case: &'static str, measured: &[Measured]) -> Vec<Row> {
    let cpu = |measured: &Measured| Spread::of(&measured.samples, |sample| sample.cpu_us);
    let gateway = measured
        .iter()
        .find(|measured| measured.running.plane == Plane::Gateway)
        .map(|measured| cpu(measured).median);
    let row = |measured: &Measured| {
        let middle = |figure: fn(&Sample) -> f64| Spread::of(&measured.samples, figure).median;
        let cpu = cpu(measured);
        Row {
            case,
            peer: measured.running.plane.name(),
            version: measured.running.version.clone(),
            repeats: measured.samples.len(),
            rps: middle(|sample| sample.rps),
            cpu_us_per_req: cpu.median,
            cpu_us_per_req_min: cpu.min,
            cpu_us_per_req_max: cpu.max,
            user: middle(|sample| sample.user_us),
            sys: middle(|sample| sample.system_us),
            p50_us: middle(|sample| sample.p50_us),
            p99_us: middle(|sample| sample.p99_us),
            max_us: Spread::of(&measured.samples, |sample| sample.max_us).max,
            rss_mb: middle(|sample| sample.rss_mb),
            busy: middle(|sample| sample.busy),
            steal: Spread::of(&measured.samples, |sample| sample.steal).max,
            ratio_vs_gateway: gateway
                .filter(|_| cpu.median > 0.0)
                .map(|gateway| gateway / cpu.median),
        }
    };
    measured.iter().map(row).collect()
}

/// A line about a repeat that has just ended.
pub(crate) fn progress(case: &str, plane: &str, sample: &Sample) {
    let Sample {
        rps,
        cpu_us,
        busy,
        steal,
        ..
    } = sample;
    // Nowhere is left to report that standard error is gone.
    let _ = writeln!(
        io::stderr().lock(),
        "{case:<10} {plane:<10} {rps:>8.0} rps {cpu_us:>7.2} us/req  busy {busy:.2}  steal {:.1} %",
        steal * 100.0
    );
}

/// Writes the tables and the lines of JSON.
pub(crate) fn write(machine: &Machine, rows: &[Row], findings: &[Finding]) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    let Machine {
        processor,
        cores,
        kernel,
        commit,
    } = machine;
    writeln!(
        out,
        "{processor}, {cores} cores, Linux {kernel}, gatehouse {commit}\n"
    )?;
    writeln!(
        out,
        "{:<10} {:<10} {:>8} {:>22} {:>6} {:>6} {:>8} {:>8} {:>7} {:>5} {:>16}",
        "case",
        "peer",
        "rps",
        "cpu us/req (min..max)",
        "user",
        "sys",
        "p50 us",
        "p99 us",
        "rss MB",
        "busy",
        "gatehouse/peer"
    )?;
    for row in rows {
        let cpu = format!(
            "{:.2} ({:.2}..{:.2})",
            row.cpu_us_per_req, row.cpu_us_per_req_min, row.cpu_us_per_req_max
        );
        let ratio = row
            .ratio_vs_gateway
            .map_or_else(String::new, |ratio| format!("{ratio:.2}"));
        writeln!(
            out,
            "{:<10} {:<10} {:>8.0} {:>22} {:>6.1} {:>6.1} {:>8.0} {:>8.0} {:>7.0} {:>5.2} {:>16}",
            row.case,
            row.peer,
            row.rps,
            cpu,
            row.user,
            row.sys,
            row.p50_us,
            row.p99_us,
            row.rss_mb,
            row.busy,
            ratio
        )?;
    }
    writeln!(out)?;
    for finding in findings {
        let Finding {
            case,
            what,
            unit,
            value,
            ..
        } = finding;
        let bound =
            |bound: Option<f64>| bound.map_or_else(|| "-".to_owned(), |bound| bound.to_string());
        let (must, aim) = (bound(finding.must), bound(finding.aim));
        let said = finding.said();
        writeln!(
            out,
            "{case:<10} {what:<45} {value:>9.2} {unit:<10} must {must:<5} aim {aim:<5} {said}"
        )?;
    }
    writeln!(out)?;
    let lines = rows.iter().map(serde_json::to_value);
    for line in lines.chain(findings.iter().map(serde_json::to_value)) {
        let mut line = line?;
        line["machine"] = serde_json::to_value(machine)?;
        writeln!(out, "{line}")?;
    }
    Ok(())
}
