//! How cases ended, for people, for programs, and as JUnit XML for CI.

use std::fmt::Write;
use std::time::Duration;

use serde::Serialize;

use crate::output;
use crate::remote::one_line;

/// All cases of a run.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) passed: usize,
    pub(super) failed: usize,
    /// Until everything ran and had its configuration, milliseconds.
    pub(super) started_ms: u64,
    /// All cases together, milliseconds.
    pub(super) ran_ms: u64,
    pub(super) cases: Vec<Ended>,
}

/// How a case ended.
#[derive(Debug, Serialize)]
pub(super) struct Ended {
    pub(super) name: String,
    pub(super) file: String,
    pub(super) line: usize,
    pub(super) result: Outcome,
    /// How many requests were sent.
    pub(super) calls: u32,
    pub(super) ms: u64,
    pub(super) failures: Vec<Failure>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    Passed,
    Failed,
}

/// One thing that is not as expected.
#[derive(Debug, Serialize)]
pub(super) struct Failure {
    pub(super) line: usize,
    pub(super) column: usize,
    /// Which of the case's requests, from 1; 0 where none was sent.
    pub(super) call: u32,
    pub(super) what: String,
    pub(super) expected: String,
    pub(super) got: String,
}

impl Failure {
    fn sentence(&self) -> String {
        let call = match self.call {
            0 => String::new(),
            call => format!("call {call}, "),
        };
        format!(
            "{call}{}: expected {}, got {}",
            self.what, self.expected, self.got
        )
    }
}

impl Report {
    pub(super) fn new(cases: Vec<Ended>, started: Duration, ran: Duration) -> Self {
        let failed = cases
            .iter()
            .filter(|case| case.result == Outcome::Failed)
            .count();
        Self {
            passed: cases.len() - failed,
            failed,
            started_ms: milliseconds(started),
            ran_ms: milliseconds(ran),
            cases,
        }
    }

    /// Every failure at its place, one a line.
    pub(super) fn tell_failures(&self) {
        for case in &self.cases {
            for failure in &case.failures {
                let line = format!("{}: {}", case.name, failure.sentence());
                output::talk(format!(
                    "{}:{}:{}: {}",
                    case.file,
                    failure.line,
                    failure.column,
                    one_line(&line)
                ));
            }
        }
    }

    /// JUnit XML, a suite for each file.
    pub(super) fn junit(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        writeln!(
            text,
            "<testsuites name=\"gatehouse test\" tests=\"{}\" failures=\"{}\" errors=\"0\" time=\"{}\">",
            self.cases.len(),
            self.failed,
            seconds(self.ran_ms)
        )?;
        let mut rest = &self.cases[..];
        while let Some(first) = rest.first() {
            let of_file = rest.iter().take_while(|case| case.file == first.file);
            let (suite, others) = rest.split_at(of_file.count());
            self.suite(&mut text, &first.file, suite)?;
            rest = others;
        }
        text.push_str("</testsuites>\n");
        Ok(text)
    }

    fn suite(&self, text: &mut String, file: &str, cases: &[Ended]) -> std::fmt::Result {
        let failed = cases.iter().filter(|case| case.result == Outcome::Failed);
        let ms = cases.iter().map(|case| case.ms).sum();
        let file = escape(file);
        writeln!(
            text,
            "  <testsuite name=\"{file}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\" time=\"{}\">",
            cases.len(),
            failed.count(),
            seconds(ms)
        )?;
        for case in cases {
            write!(
                text,
                "    <testcase name=\"{}\" classname=\"{file}\" file=\"{file}\" line=\"{}\" time=\"{}\"",
                escape(&case.name),
                case.line,
                seconds(case.ms)
            )?;
            if case.failures.is_empty() {
                text.push_str("/>\n");
                continue;
            }
            text.push_str(">\n");
            let sentences = case.failures.iter().map(|failure| {
                let (line, column) = (failure.line, failure.column);
                format!("{}:{line}:{column}: {}", case.file, failure.sentence())
            });
            let sentences: Vec<_> = sentences.collect();
            let first = case.failures.first().map(Failure::sentence);
            writeln!(
                text,
                "      <failure message=\"{}\" type=\"expectation\">{}</failure>\n    </testcase>",
                escape(&first.unwrap_or_default()),
                escape(&sentences.join("\n"))
            )?;
        }
        writeln!(text, "  </testsuite>")
    }
}

pub(super) fn milliseconds(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

fn seconds(ms: u64) -> String {
    format!("{}.{:03}", ms / 1000, ms % 1000)
}

/// A text of XML 1.0 in which nothing is markup, and nothing that it forbids.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push('\n'),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            c if c.is_control() => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn junit_has_a_suite_for_each_file_and_no_markup_of_others() {
        let case = |file: &str, failures: Vec<Failure>| Ended {
            name: "a <b> & \"c\"\u{1b}".to_owned(),
            file: file.to_owned(),
            line: 3,
            result: if failures.is_empty() {
                Outcome::Passed
            } else {
                Outcome::Failed
            },
            calls: 1,
            ms: 1_234,
            failures,
        };
        let failure = Failure {
            line: 9,
            column: 5,
            call: 4,
            what: "status".to_owned(),
            expected: "200".to_owned(),
            got: "429 <rate_limited>".to_owned(),
        };
        let cases = vec![
            case("a.yaml", vec![]),
            case("a.yaml", vec![failure]),
            case("b.yaml", vec![]),
        ];
        let ran = Duration::from_millis(3_702);
        let text = Report::new(cases, Duration::ZERO, ran).junit().unwrap();
        assert_eq!(
            text,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<testsuites name=\"gatehouse test\" tests=\"3\" failures=\"1\" errors=\"0\" time=\"3.702\">
  <testsuite name=\"a.yaml\" tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"0\" time=\"2.468\">
    <testcase name=\"a &lt;b&gt; &amp; &quot;c&quot;\u{fffd}\" classname=\"a.yaml\" file=\"a.yaml\" line=\"3\" time=\"1.234\"/>
    <testcase name=\"a &lt;b&gt; &amp; &quot;c&quot;\u{fffd}\" classname=\"a.yaml\" file=\"a.yaml\" line=\"3\" time=\"1.234\">
      <failure message=\"call 4, status: expected 200, got 429 &lt;rate_limited&gt;\" type=\"expectation\">a.yaml:9:5: call 4, status: expected 200, got 429 &lt;rate_limited&gt;</failure>
    </testcase>
  </testsuite>
  <testsuite name=\"b.yaml\" tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"0\" time=\"1.234\">
    <testcase name=\"a &lt;b&gt; &amp; &quot;c&quot;\u{fffd}\" classname=\"b.yaml\" file=\"b.yaml\" line=\"3\" time=\"1.234\"/>
  </testsuite>
</testsuites>
"
        );
    }
}
