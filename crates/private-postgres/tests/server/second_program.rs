//! Another program with a server: this test binary again, told what to do by the arguments after the
//! name of [`entry`].

use std::fs::Permissions;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use gatehouse_os::{is_root, pid_alive, user_ids};
use gatehouse_private_postgres::{Binaries, start_or_attach};

use crate::{binaries, closed_dir, find_options, open_dir, options, start, this_exe, until};

/// This binary again, doing `task`.
pub(crate) fn second_program(exe: &Path, task: &[&str]) -> Command {
    let mut command = Command::new(exe);
    command
        .args(["--exact", "--nocapture", "second_program::entry"])
        .args(task);
    command
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    command
}

/// One that starts or attaches to a server, says so, and keeps it until its standard input ends.
pub(crate) fn hold(exe: &Path, data_dir: &Path, bin_dir: &Path) -> Command {
    let data_dir = data_dir.to_str().expect("utf-8 path");
    second_program(
        exe,
        &["hold", data_dir, bin_dir.to_str().expect("utf-8 path")],
    )
}

/// Not a test of its own: what the second program runs. Without a task it has nothing to do.
#[tokio::test]
async fn entry() {
    let arguments: Vec<String> = std::env::args().collect();
    let Some(at) = arguments
        .iter()
        .position(|argument| argument == "second_program::entry")
    else {
        return;
    };
    match arguments[at + 1..]
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()[..]
    {
        ["hold", data_dir, bin_dir] => {
            let mut find = find_options(Path::new("/nowhere"));
            find.bin_dir = Some(PathBuf::from(bin_dir));
            let binaries = Binaries::find(&find).await.expect("the same Postgres");
            let running = start_or_attach(Path::new(data_dir), &binaries, &options())
                .await
                .expect("server starts");
            let how = if running.is_attached() {
                "attached"
            } else {
                "started"
            };
            println!("\nserver {} {how}", running.pid());
            // Until the test closes the other end or kills us.
            let end = || std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
            tokio::task::spawn_blocking(end)
                .await
                .expect("join")
                .expect("stdin");
            running.stop().await.expect("server stops");
        }
        ["connect", socket] => {
            let answer = UnixStream::connect(socket).map_err(|error| error.kind());
            println!("\nserver 0 {answer:?}");
        }
        _ => {}
    }
}

/// What a second program says about its server: pid, and how it got it.
pub(crate) fn answer(program: &mut Child) -> (u32, String) {
    let output = BufReader::new(program.stdout.as_mut().expect("stdout is piped"));
    for line in output.lines().map_while(Result::ok) {
        let words: Vec<&str> = line.splitn(3, ' ').collect();
        if let ["server", pid, how] = words[..] {
            return (pid.parse().expect("a pid"), how.to_owned());
        }
    }
    panic!("the second program ended without an answer");
}

/// A copy of this binary another user can execute. Only root can become others.
pub(crate) fn exe_for(dir: &Path, user: &str) -> Option<(PathBuf, u32, u32)> {
    if !is_root() {
        let _ = writeln!(std::io::stderr(), "SKIPPED: becoming {user} needs root");
        return None;
    }
    let (uid, gid) = user_ids(user)?;
    let exe = dir.join("second-program");
    // A copy was open for writing a moment ago, and may still be in a process that another thread has just forked: the
    // kernel refuses to execute such a file. A link never was.
    if std::fs::hard_link(this_exe(), &exe).is_err() {
        std::fs::copy(this_exe(), &exe).expect("copy");
    }
    std::fs::set_permissions(&exe, Permissions::from_mode(0o755)).expect("mode");
    Some((exe, uid, gid))
}

async fn follows_its_program(dir: &Path) {
    let bin_dir = binaries().await.bin_dir().to_owned();
    let mut program = hold(&this_exe(), dir, &bin_dir).spawn().expect("spawn");
    let (server, how) = answer(&mut program);
    assert_eq!(how, "started");
    assert!(pid_alive(server));
    program.kill().expect("kill -9");
    program.wait().expect("reaped");
    until("the server follows its program", || !pid_alive(server)).await;
    let running = start(dir).await.expect("start after the kill");
    assert!(!running.is_attached());
    running.stop().await.expect("stop");
}

#[tokio::test]
async fn kill_9_of_the_program_stops_its_server_and_the_next_start_is_clean() {
    follows_its_program(open_dir().path()).await;
}

#[tokio::test]
async fn kill_9_of_the_program_stops_its_server_also_under_a_closed_home() {
    follows_its_program(closed_dir().path()).await;
}

#[tokio::test]
async fn two_programs_starting_at_once_get_one_server() {
    let dir = open_dir();
    let bin_dir = binaries().await.bin_dir().to_owned();
    let mut programs: Vec<Child> = (0..2)
        .map(|_| {
            hold(&this_exe(), dir.path(), &bin_dir)
                .spawn()
                .expect("spawn")
        })
        .collect();
    let mut answers: Vec<(u32, String)> = programs.iter_mut().map(answer).collect();
    answers.sort_by(|one, other| one.1.cmp(&other.1));
    assert_eq!(answers[0].0, answers[1].0, "one server");
    assert_eq!(answers[0].1, "attached");
    assert_eq!(answers[1].1, "started");
    for program in &mut programs {
        drop(program.stdin.take());
        program.wait().expect("reaped");
    }
    until("the server is stopped", || !pid_alive(answers[0].0)).await;
}
