//! Somebody at the command line, with a token.

use std::path::PathBuf;

use serde_json::Value;

use super::CiToken;
use crate::command::Ran;
use crate::stack::TestStack;

/// The built executable, run with one token.
#[derive(Debug, Clone)]
pub struct Cli {
    program: PathBuf,
    pub token: CiToken,
}

impl Cli {
    pub fn new(stack: &TestStack, token: CiToken) -> Self {
        Self {
            program: stack.program().to_owned(),
            token,
        }
    }

    /// Runs a verb.
    pub async fn run(&self, args: &[&str]) -> Ran {
        self.token.cli(&self.program, args).await
    }

    /// Runs a verb with a text on its standard input.
    pub async fn fed(&self, args: &[&str], input: &str) -> Ran {
        self.token.cli_fed(&self.program, args, Some(input)).await
    }

    /// Runs a verb that succeeds, and reads what it prints for programs.
    pub async fn json(&self, args: &[&str]) -> Value {
        let mut args = args.to_vec();
        args.extend(["-o", "json"]);
        self.run(&args).await.json()
    }

    /// Runs a verb that succeeds; what it prints for people.
    pub async fn done(&self, args: &[&str]) -> String {
        self.run(args).await.assert_success().stdout.clone()
    }
}
