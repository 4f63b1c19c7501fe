//! The form of the corpus files.

use std::collections::BTreeSet;

use anyhow::{Context, bail};

use super::script::Script;
use super::{Case, Class, Expected};

/// A case as it stands in the file, before its variants are made.
#[derive(Default)]
struct Block {
    name: String,
    verdict: String,
    absent: Vec<String>,
    present: Vec<String>,
    variants: Vec<String>,
    lines: Vec<String>,
}

/// Reads the cases of one file.
pub fn parse(group: &str, text: &str) -> anyhow::Result<Vec<Case>> {
    let mut blocks: Vec<Block> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if let Some(name) = line.strip_prefix("=== ") {
            blocks.push(Block {
                name: format!("{group}/{}", name.trim()),
                ..Block::default()
            });
        } else if !line.starts_with('#') && !line.trim().is_empty() {
            let block = blocks.last_mut().context("a line before the first case")?;
            block
                .take(line)
                .with_context(|| format!("line {}", number + 1))?;
        }
    }
    let mut names = BTreeSet::new();
    let mut cases = Vec::new();
    for block in &blocks {
        if !names.insert(&block.name) {
            bail!("{} stands there twice", block.name);
        }
        let made = block.cases().with_context(|| block.name.clone())?;
        cases.extend(made);
    }
    Ok(cases)
}

impl Block {
    fn take(&mut self, line: &str) -> anyhow::Result<()> {
        if let Some(bytes) = line.strip_prefix('|') {
            self.lines.push(bytes.to_owned());
        } else if let Some(variant) = line.strip_prefix("- ") {
            self.variants.push(variant.to_owned());
        } else if let Some(text) = line.strip_prefix("absent ") {
            self.absent.push(text.to_owned());
        } else if let Some(text) = line.strip_prefix("present ") {
            self.present.push(text.to_owned());
        } else if self.verdict.is_empty() {
            self.verdict = line.to_owned();
        } else {
            bail!("not understood: {line}");
        }
        Ok(())
    }

    fn cases(&self) -> anyhow::Result<Vec<Case>> {
        let (verdict, reason) = self
            .verdict
            .split_once(" : ")
            .context("'class statuses : reason' is missing")?;
        let mut words = verdict.split_whitespace();
        let class = match words.next() {
            Some("refuse") => Class::Refuse,
            Some("serve") => Class::Serve,
            Some("either") => Class::Either,
            other => bail!("no such class: {other:?}"),
        };
        let expected: Vec<Expected> = words.map(expected).collect::<Result<_, _>>()?;
        let one = [String::new()];
        let variants = if self.variants.is_empty() {
            &one[..]
        } else {
            &self.variants
        };
        let make = |(place, variant): (usize, &String)| {
            let name = if self.variants.is_empty() {
                self.name.clone()
            } else {
                format!("{}.{}", self.name, place + 1)
            };
            let lines: Vec<String> = self
                .lines
                .iter()
                .map(|line| line.replace("{}", variant))
                .collect();
            Ok(Case {
                name,
                class,
                expected: expected.clone(),
                reason: reason.to_owned(),
                absent: self.absent.clone(),
                present: self.present.clone(),
                script: Script::parse(&lines)?,
            })
        };
        variants.iter().enumerate().map(make).collect()
    }
}

/// `200`, `200h` (of HEAD), `400,501`, `400,close`, `4xx`, `4xx,close`.
fn expected(word: &str) -> anyhow::Result<Expected> {
    let mut expected = Expected {
        statuses: Vec::new(),
        may_close: false,
        head_only: false,
    };
    for part in word.split(',') {
        match part {
            "close" => expected.may_close = true,
            "4xx" => {}
            status => {
                let digits = status.strip_suffix('h').unwrap_or(status);
                expected.head_only |= digits.len() < status.len();
                let status = digits.parse().with_context(|| format!("status {status}"))?;
                expected.statuses.push(status);
            }
        }
    }
    Ok(expected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{Fill, Limits, Step};

    fn fill() -> Fill {
        Fill {
            prefix: "/p".to_owned(),
            credential: "x-api-key: k".to_owned(),
            limits: Limits {
                address: 10,
                headers: 3,
                header_bytes: 20,
                body: 5,
            },
        }
    }

    #[test]
    fn a_case_says_its_bytes_with_every_line_end_visible() {
        let text = "# comment\n=== one\nrefuse 400,close : 9112 2.2 why\nabsent forged\n- a\n- b\n\
                    |GET {p}/{} HTTP/1.1\n|{key}\n|x: \\\n|{v*address-2}\\x00\\r\n|\n|{pause}{close}\\\n";
        let cases = parse("group", text).unwrap();
        assert_eq!(cases.len(), 2);
        assert_eq!(cases[1].name, "group/one.2");
        assert_eq!(cases[1].absent, ["forged"]);
        assert!(cases[0].expected[0].may_close);
        let steps = cases[1].script.steps(&fill());
        let bytes = b"GET /p/b HTTP/1.1\r\nx-api-key: k\r\nx: vvvvvvvv\0\r\r\n\r\n".to_vec();
        assert_eq!(steps, [Step::Write(bytes), Step::Pause, Step::Close]);
    }

    #[test]
    fn what_is_not_understood_is_an_error() {
        for text in [
            "|GET",
            "=== a\nrefuse 400\n|x",
            "=== a\nrefuse 400 : x\nwhat",
            "=== a\nrefuse 400 : x\n|{nothing}",
            "=== a\nrefuse 400 : x\n|\\q",
            "=== a\nserve x : y\n|x",
            "=== a\nserve 200 : y\n|x\n=== a\nserve 200 : y\n|x",
        ] {
            assert!(parse("g", text).is_err(), "{text}");
        }
    }
}
