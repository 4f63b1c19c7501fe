//! What the command line reads: files that are named, and secrets that are typed or piped in.

use std::io::{BufRead, IsTerminal};
use std::path::Path;

use anyhow::{Context, bail};
use zeroize::Zeroizing;

use crate::output;

/// The text of a file; what goes wrong names it.
pub(crate) fn text(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))
}

/// The same, where `-` is standard input.
pub(crate) fn text_or_standard_input(file: &Path) -> anyhow::Result<String> {
    if file == Path::new("-") {
        return std::io::read_to_string(std::io::stdin()).context("reading standard input");
    }
    text(file)
}

/// The first line of standard input. At a terminal it is asked for with `prompt`, and nothing of what is typed is shown.
pub(crate) fn hidden_line(prompt: &str) -> anyhow::Result<Zeroizing<String>> {
    let stdin = std::io::stdin();
    let _hidden = if stdin.is_terminal() {
        output::talk(prompt);
        Some(Hidden::begin()?)
    } else {
        None
    };
    let mut line = Zeroizing::<String>::default();
    stdin
        .lock()
        .read_line(&mut line)
        .context("reading standard input")?;
    Ok(line)
}

/// A secret that is one line, without its end: of a file, or else of standard input. It never stands in a command line, which
/// other programs of the machine see. More than one line is the wrong file, and nothing of it is sent.
pub(crate) fn secret_line(file: Option<&Path>, prompt: &str) -> anyhow::Result<Zeroizing<String>> {
    let (read, from) = match file {
        Some(file) => (Zeroizing::new(text(file)?), file.display().to_string()),
        None if std::io::stdin().is_terminal() => (hidden_line(prompt)?, "the terminal".to_owned()),
        None => {
            let piped = text_or_standard_input(Path::new("-"))?;
            (Zeroizing::new(piped), "standard input".to_owned())
        }
    };
    match only_line(&read) {
        Some(line) => Ok(Zeroizing::new(line.to_owned())),
        None => bail!("{from} has more than one line; the value is one line"),
    }
}

/// A text of one line without the line's end.
fn only_line(text: &str) -> Option<&str> {
    let line = text.strip_suffix('\n').unwrap_or(text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    (!line.contains(['\n', '\r'])).then_some(line)
}

/// The terminal shows nothing of what is typed until this is dropped.
struct Hidden(rustix::termios::Termios);

impl Hidden {
    fn begin() -> anyhow::Result<Self> {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
        let before = tcgetattr(std::io::stdin()).context("asking the terminal how it is set")?;
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHO);
        tcsetattr(std::io::stdin(), OptionalActions::Now, &quiet)
            .context("telling the terminal not to show what is typed")?;
        Ok(Self(before))
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        use rustix::termios::{OptionalActions, tcsetattr};
        // A terminal that is gone needs nothing back.
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, &self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_one_line_and_the_end_of_the_line_is_no_part_of_it() {
        for (text, line) in [
            ("s3cret", Some("s3cret")),
            ("s3cret\n", Some("s3cret")),
            ("s3cret\r\n", Some("s3cret")),
            (" s3cret \n", Some(" s3cret ")),
            ("", Some("")),
            ("\n", Some("")),
            ("s3cret\n\n", None),
            ("s3\ncret", None),
            ("s3\rcret\n", None),
        ] {
            assert_eq!(only_line(text), line, "{text:?}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named() {
        let error = text(Path::new("/nonexistent/value")).unwrap_err();
        assert!(format!("{error:#}").starts_with("reading /nonexistent/value: "));
    }
}
