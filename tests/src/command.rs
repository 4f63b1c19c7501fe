//! Running a command line verb to its end.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use gatehouse_os::{Signal, die_with_parent};

use crate::process::inherited;

/// What a command left behind.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    /// Panics unless it ended with `code`.
    #[track_caller]
    pub fn assert_code(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    /// What it wrote to standard output after a success, read as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        self.assert_success();
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }

    /// Panics with everything it said unless it ended with 0.
    #[track_caller]
    pub fn assert_success(&self) -> &Self {
        assert_eq!(self.code, Some(0), "{self:#?}");
        self
    }
}

/// Runs `program` with an environment of its own and waits for it, off the async threads.
pub async fn run(program: &Path, args: &[&str], env: &[(&str, &str)]) -> Ran {
    run_fed(program, args, env, None).await
}

/// The same, with a text on its standard input.
pub async fn run_fed(
    program: &Path,
    args: &[&str],
    env: &[(&str, &str)],
    input: Option<&str>,
) -> Ran {
    let mut command = Command::new(program);
    command
        .args(args)
        .env_clear()
        .envs(inherited())
        .envs(env.iter().copied());
    let input = input.map(str::to_owned);
    let reads = input.as_ref().map_or_else(Stdio::null, |_| Stdio::piped());
    command
        .stdin(reads)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let ended = tokio::task::spawn_blocking(move || {
        die_with_parent(&mut command, Signal::Kill);
        let mut child = command.spawn()?;
        if let Some((mut stdin, input)) = child.stdin.take().zip(input) {
            // A command that ends before it has read has its say in how it ended.
            let _ = stdin.write_all(input.as_bytes());
        }
        child.wait_with_output()
    });
    let Output {
        status,
        stdout,
        stderr,
    } = ended
        .await
        .expect("not cancelled")
        .expect("the command starts");
    Ran {
        code: status.code(),
        stdout: String::from_utf8_lossy(&stdout).into_owned(),
        stderr: String::from_utf8_lossy(&stderr).into_owned(),
    }
}
