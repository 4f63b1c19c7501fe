//! The end of a stack: what must be true of it when a test has passed, what is kept of it when not.

use std::io::Write;
use std::sync::atomic::Ordering;

use gatehouse_os::Signal;
use serde_json::Value;
use sqlx::{Connection, PgConnection};

use super::{Role, TestStack};
use crate::process::{Process, tail};
use crate::wait::{PATIENCE, eventually_blocking};

impl Drop for TestStack {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.keep_for_reading();
        } else {
            self.check_at_the_end();
        }
    }
}

impl TestStack {
    /// Status lines with 5xx in the logs of the roles people and programs talk to.
    fn server_errors(&self) -> Vec<String> {
        let logs = [Role::AdminApi, Role::Portal].map(|role| self.log(role));
        let lines = logs.iter().flat_map(|log| log.lines());
        let is_error = |line: &str| {
            let entry: Value = serde_json::from_str(line).unwrap_or_default();
            let status = entry["status"]
                .as_u64()
                .or_else(|| entry["fields"]["status"].as_u64());
            status.is_some_and(|status| status >= 500)
        };
        lines
            .filter(|line| is_error(line))
            .map(str::to_owned)
            .collect()
    }

    fn check_at_the_end(&self) {
        let mut processes = self.processes();
        let all_run = processes.values_mut().all(Process::is_running);
        drop(processes);
        if all_run {
            let url = self.superuser_url.clone();
            eventually_blocking(PATIENCE, "the outbox is dispatched", || {
                match unsent(&url) {
                    0 => Ok(()),
                    left => Err(format!("{left} events wait")),
                }
            });
        }
        for process in self.processes().values_mut() {
            if process.is_running() {
                process.signal(Signal::Terminate);
            }
        }
        if all_run {
            for (role, process) in self.processes().iter_mut() {
                let status = process.ended(PATIENCE);
                assert!(
                    status.success(),
                    "{role:?} ended with {status} after SIGTERM:\n{}",
                    process.log()
                );
            }
        }
        if !self.expects_server_errors.load(Ordering::Relaxed) {
            let faults = self.server_errors();
            assert!(faults.is_empty(), "answered 5xx:\n{}", faults.join("\n"));
        }
    }

    /// A failed test leaves its folder, and the ends of its logs on the terminal.
    fn keep_for_reading(&mut self) {
        let Some(folder) = self.folder.take() else {
            return;
        };
        let folder = folder.keep();
        let mut out = std::io::stderr().lock();
        for role in self.plan.roles() {
            let plan = self.plan.process(role, &folder, &self.addresses);
            let _ = writeln!(
                out,
                "--- {} ({})\n{}",
                plan.name,
                plan.log.display(),
                tail(&plan.log)
            );
        }
    }
}

/// Runs in a thread of its own, because a drop may happen inside a runtime or outside one.
fn unsent(url: &str) -> i64 {
    let url = url.to_owned();
    let ask = move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let mut conn = PgConnection::connect(&url)
                .await
                .expect("the database answers");
            let query = "select count(*) from outbox where published_at is null";
            sqlx::query_scalar(query)
                .fetch_one(&mut conn)
                .await
                .expect("the outbox is there")
        })
    };
    std::thread::spawn(ask)
        .join()
        .expect("the question is answered")
}
