//! One server over its whole life, with a real Postgres: as the user running the tests and, for root, as others.
//!
//! Some cases need a second program. That is this test binary again, told what to do by arguments
//! after the name of [`second_program`].

use std::fs::Permissions;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use gatehouse_os::{Signal, is_root, kill, pid_alive, run_as, user_ids};
use gatehouse_private_postgres::{
    APP_ROLE, Binaries, DATABASE, Durability, Error, FindOptions, Lifetime, OWNER_ROLE, Options,
    Running, SUPERUSER, SYSTEM_ROLE, cluster_major, prepare_roles, start_or_attach,
};
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

const PATIENCE: Duration = Duration::from_secs(30);

/// A directory every user may pass through, as an installation under /var/lib would be.
fn open_dir() -> TempDir {
    let dir = tempfile::tempdir().expect("temporary directory");
    std::fs::set_permissions(dir.path(), Permissions::from_mode(0o711)).expect("mode");
    dir
}

/// A directory only its owner may enter, as the home of root is.
fn closed_dir() -> TempDir {
    let dir = tempfile::tempdir().expect("temporary directory");
    std::fs::set_permissions(dir.path(), Permissions::from_mode(0o700)).expect("mode");
    dir
}

fn options() -> Options {
    Options {
        durability: Durability::Tests,
        connections_max: 20,
        ..Options::default()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test has no settings to take PATH from"
)]
fn find_options(cache: &Path) -> FindOptions {
    FindOptions::new(cache.to_owned(), std::env::var_os("PATH"))
}

/// The machine's Postgres, or one fetched into a cache that all runs of these tests share.
async fn binaries() -> Binaries {
    let exe = std::env::current_exe().expect("path of this test");
    let target = exe
        .parent()
        .and_then(Path::parent)
        .expect("target directory");
    let cache = target.join("postgres-cache");
    Binaries::find(&find_options(&cache))
        .await
        .expect("a Postgres")
}

async fn start(data_dir: &Path) -> Result<Running, Error> {
    start_or_attach(data_dir, &binaries().await, &options()).await
}

async fn connect(running: &Running, database: &str, role: &str) -> PgConnection {
    let url = running.connect_url(database, role);
    PgConnection::connect(&url)
        .await
        .unwrap_or_else(|error| panic!("{url}: {error}"))
}

async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "not in time: {what}");
        sleep(Duration::from_millis(5)).await;
    }
}

/// This binary again, doing `task`.
fn second_program(exe: &Path, task: &[&str]) -> Command {
    let mut command = Command::new(exe);
    command
        .args(["--exact", "--nocapture", "second_program_entry"])
        .args(task);
    command
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    command
}

fn this_exe() -> PathBuf {
    std::env::current_exe().expect("path of this test")
}

/// Not a test of its own: what the second program runs. Without a task it has nothing to do.
#[tokio::test]
async fn second_program_entry() {
    let arguments: Vec<String> = std::env::args().collect();
    let Some(at) = arguments
        .iter()
        .position(|argument| argument == "second_program_entry")
    else {
        return;
    };
    match arguments[at + 1..]
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()[..]
    {
        ["hold", data_dir] => {
            let running = start(Path::new(data_dir)).await.expect("server starts");
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
fn answer(program: &mut Child) -> (u32, String) {
    let output = BufReader::new(program.stdout.as_mut().expect("stdout is piped"));
    for line in output.lines().map_while(Result::ok) {
        let words: Vec<&str> = line.splitn(3, ' ').collect();
        if let ["server", pid, how] = words[..] {
            return (pid.parse().expect("a pid"), how.to_owned());
        }
    }
    panic!("the second program ended without an answer");
}

#[tokio::test]
async fn a_new_directory_gets_a_server_and_a_second_start_attaches_to_it() {
    let dir = open_dir();
    let first = start(&dir.path().join("pg")).await.expect("cold start");
    assert!(!first.is_attached());
    let second = start(&dir.path().join("pg")).await.expect("second start");
    assert!(second.is_attached());
    assert_eq!(second.pid(), first.pid());
    assert_eq!(second.socket_dir(), first.socket_dir());
    // Who attached does not stop the server by leaving.
    second.stop().await.expect("leaving");
    connect(&first, DATABASE, APP_ROLE)
        .await
        .close()
        .await
        .expect("still there");
    let (pid, pid_file) = (first.pid(), first.pid_file());
    first.stop().await.expect("stop");
    assert!(!pid_alive(pid));
    assert!(!pid_file.exists(), "a clean stop removes the pid file");
}

#[tokio::test]
async fn the_roles_of_the_product_are_ordinary_and_their_set_up_repeats() {
    let dir = open_dir();
    let running = start(dir.path()).await.expect("start");
    let mut superuser = connect(&running, SUPERUSER, SUPERUSER).await;
    sqlx::query("alter role gatehouse_app superuser bypassrls")
        .execute(&mut superuser)
        .await
        .expect("spoil");
    let (one, two) = tokio::join!(prepare_roles(&running), prepare_roles(&running));
    one.and(two).expect("set-up repeats, also twice at once");
    let mighty: Vec<String> = sqlx::query_scalar(
        "select rolname::text from pg_roles where rolname like 'gatehouse%' \
         and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)",
    )
    .fetch_all(&mut superuser)
    .await
    .expect("roles");
    assert_eq!(mighty, Vec::<String>::new());
    let mut owner = connect(&running, DATABASE, OWNER_ROLE).await;
    sqlx::query("create table things (id int)")
        .execute(&mut owner)
        .await
        .expect("the owner owns");
    for role in [APP_ROLE, SYSTEM_ROLE] {
        let mut other = connect(&running, DATABASE, role).await;
        assert!(
            sqlx::query("create table more (id int)")
                .execute(&mut other)
                .await
                .is_err(),
            "{role}"
        );
        assert!(
            sqlx::query("select from things")
                .execute(&mut other)
                .await
                .is_err(),
            "{role}"
        );
    }
    running.stop().await.expect("stop");
}

#[tokio::test]
async fn committed_data_survives_a_stop_and_a_start_with_full_durability() {
    let dir = open_dir();
    let full = Options {
        durability: Durability::Full,
        ..options()
    };
    let binaries = binaries().await;
    let running = start_or_attach(dir.path(), &binaries, &full)
        .await
        .expect("start");
    let mut owner = connect(&running, DATABASE, OWNER_ROLE).await;
    let fsync: String = sqlx::query_scalar("show fsync")
        .fetch_one(&mut owner)
        .await
        .expect("fsync");
    assert_eq!(fsync, "on");
    sqlx::query("create table kept as select 7 as n")
        .execute(&mut owner)
        .await
        .expect("write");
    running.stop().await.expect("stop");
    assert_eq!(cluster_major(dir.path()), Some(binaries.major()));
    let again = start_or_attach(dir.path(), &binaries, &full)
        .await
        .expect("start again");
    let mut owner = connect(&again, DATABASE, OWNER_ROLE).await;
    let kept: i32 = sqlx::query_scalar("select n from kept")
        .fetch_one(&mut owner)
        .await
        .expect("read");
    assert_eq!(kept, 7);
    again.stop().await.expect("stop");
}

#[tokio::test]
async fn kill_9_of_the_program_stops_its_server_and_the_next_start_is_clean() {
    let dir = open_dir();
    let data_dir = dir.path().to_str().expect("utf-8 path");
    let mut program = second_program(&this_exe(), &["hold", data_dir])
        .spawn()
        .expect("spawn");
    let (server, how) = answer(&mut program);
    assert_eq!(how, "started");
    assert!(pid_alive(server));
    program.kill().expect("kill -9");
    program.wait().expect("reaped");
    until("the server follows its program", || !pid_alive(server)).await;
    let running = start(dir.path()).await.expect("start after the kill");
    assert!(!running.is_attached());
    running.stop().await.expect("stop");
}

#[tokio::test]
async fn a_server_that_was_killed_is_noticed_and_recovered_by_the_next_start() {
    let dir = open_dir();
    let running = start(dir.path()).await.expect("start");
    kill(running.pid(), Signal::Kill).expect("kill -9 of the server");
    tokio::time::timeout(PATIENCE, running.exited())
        .await
        .expect("the end is noticed");
    assert!(
        running.pid_file().exists(),
        "a killed server leaves its pid file"
    );
    let again = start(dir.path()).await.expect("recovery");
    assert!(!again.is_attached());
    again.stop().await.expect("stop");
}

#[tokio::test]
async fn a_stale_pid_file_naming_a_live_foreign_process_is_seen_through() {
    let dir = open_dir();
    let running = start(dir.path()).await.expect("start");
    let (pid_file, socket_dir) = (running.pid_file(), running.socket_dir().to_owned());
    let ready = std::fs::read_to_string(&pid_file).expect("pid file");
    running.stop().await.expect("stop");
    // The id now belongs to somebody else, here to this test; the file still says "ready".
    let rest = ready.split_once('\n').expect("lines").1;
    let recycled = format!("{}\n{rest}", std::process::id());
    std::fs::write(&pid_file, &recycled).expect("stale pid file");
    let socket_lock = socket_dir.join(".s.PGSQL.5432.lock");
    std::fs::write(socket_lock, &recycled).expect("stale socket lock");
    let again = start(dir.path()).await.expect("start over stale files");
    assert!(!again.is_attached());
    assert_ne!(again.pid(), std::process::id());
    connect(&again, DATABASE, APP_ROLE)
        .await
        .close()
        .await
        .expect("it serves");
    again.stop().await.expect("stop");
}

#[tokio::test]
async fn two_programs_starting_at_once_get_one_server() {
    let dir = open_dir();
    let data_dir = dir.path().to_str().expect("utf-8 path");
    let mut programs: Vec<Child> = (0..2)
        .map(|_| {
            second_program(&this_exe(), &["hold", data_dir])
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

#[tokio::test]
async fn data_of_another_major_version_is_refused_with_both_versions_named() {
    let dir = open_dir();
    start(dir.path())
        .await
        .expect("start")
        .stop()
        .await
        .expect("stop");
    std::fs::write(dir.path().join("cluster/PG_VERSION"), "13\n").expect("older data");
    let refused = start(dir.path()).await.expect_err("a mismatch").to_string();
    let found = binaries().await.major();
    assert!(refused.contains("data of Postgres 13"), "{refused}");
    assert!(
        refused.contains(&format!("the one found is {found}")),
        "{refused}"
    );
}

#[tokio::test]
async fn an_unfinished_initialisation_is_thrown_away() {
    let dir = open_dir();
    let unfinished = dir.path().join("cluster.new");
    std::fs::create_dir(&unfinished).expect("unfinished");
    std::fs::write(unfinished.join("PG_VERSION"), "15\n").expect("unfinished");
    let running = start(dir.path()).await.expect("start");
    assert!(!unfinished.exists());
    running.stop().await.expect("stop");
}

#[tokio::test]
async fn a_server_that_cannot_start_says_why() {
    let dir = open_dir();
    start(dir.path())
        .await
        .expect("start")
        .stop()
        .await
        .expect("stop");
    let file = dir.path().join("cluster/postgresql.conf");
    std::fs::write(file, "no_such_setting = 1\n").expect("broken settings");
    let refused = start(dir.path())
        .await
        .expect_err("broken settings")
        .to_string();
    assert!(refused.contains("no_such_setting"), "{refused}");
}

#[tokio::test]
async fn a_path_too_long_for_a_socket_gets_a_short_closed_directory() {
    let dir = open_dir();
    let long = dir
        .path()
        .join("d".repeat(60))
        .join("and, \"strange\" äöü".repeat(3));
    let running = start(&long).await.expect("start");
    let socket_dir = running.socket_dir().to_owned();
    assert!(
        !socket_dir.starts_with(dir.path()),
        "{}",
        socket_dir.display()
    );
    assert_eq!(
        socket_dir.metadata().expect("socket directory").mode() & 0o777,
        0o700
    );
    let attached = start(&long).await.expect("attach");
    assert_eq!(attached.socket_dir(), socket_dir);
    connect(&attached, DATABASE, APP_ROLE)
        .await
        .close()
        .await
        .expect("it serves");
    running.stop().await.expect("stop");
    assert!(
        !socket_dir.exists(),
        "a directory outside the data is removed at the end"
    );
}

#[tokio::test]
async fn a_detached_server_outlives_the_value_that_started_it() {
    let dir = open_dir();
    let detached = Options {
        lifetime: Lifetime::Detached,
        ..options()
    };
    let running = start_or_attach(dir.path(), &binaries().await, &detached)
        .await
        .expect("start");
    let pid = running.pid();
    drop(running);
    let attached = start(dir.path()).await.expect("attach");
    assert_eq!(attached.pid(), pid);
    kill(pid, Signal::Interrupt).expect("signal");
    tokio::time::timeout(PATIENCE, attached.exited())
        .await
        .expect("the end is noticed");
}

#[tokio::test]
async fn nothing_of_the_server_is_open_to_other_users_nor_to_the_network() {
    let dir = open_dir();
    let running = start(dir.path()).await.expect("start");
    for closed in [running.socket_dir(), &dir.path().join("cluster")] {
        assert_eq!(
            closed.metadata().expect("directory").mode() & 0o777,
            0o700,
            "{}",
            closed.display()
        );
    }
    let mut superuser = connect(&running, SUPERUSER, SUPERUSER).await;
    let listens: String = sqlx::query_scalar("show listen_addresses")
        .fetch_one(&mut superuser)
        .await
        .expect("setting");
    assert_eq!(listens, "");
    if let Some((exe, uid, gid)) = exe_for(dir.path(), "daemon") {
        let socket = running.socket_dir().join(".s.PGSQL.5432");
        let mut stranger = second_program(&exe, &["connect", socket.to_str().expect("utf-8")]);
        run_as(&mut stranger, uid, gid);
        let mut stranger = stranger.spawn().expect("spawn");
        assert_eq!(answer(&mut stranger).1, "Err(PermissionDenied)");
        stranger.wait().expect("reaped");
    }
    running.stop().await.expect("stop");
}

/// A copy of this binary another user can execute. Only root can become others.
fn exe_for(dir: &Path, user: &str) -> Option<(PathBuf, u32, u32)> {
    if !is_root() {
        let _ = writeln!(std::io::stderr(), "SKIPPED: becoming {user} needs root");
        return None;
    }
    let (uid, gid) = user_ids(user)?;
    let exe = dir.join("second-program");
    std::fs::copy(this_exe(), &exe).expect("copy");
    std::fs::set_permissions(&exe, Permissions::from_mode(0o755)).expect("mode");
    Some((exe, uid, gid))
}

#[tokio::test]
async fn an_ordinary_user_starts_a_server_and_kill_9_stops_it_too() {
    let dir = open_dir();
    let Some((exe, uid, gid)) = exe_for(dir.path(), "nobody") else {
        return;
    };
    let home = dir.path().join("home");
    std::fs::create_dir(&home).expect("home");
    std::os::unix::fs::chown(&home, Some(uid), Some(gid)).expect("home");
    std::fs::set_permissions(&home, Permissions::from_mode(0o700)).expect("home");
    let data_dir = home.join("pg");
    let mut program = second_program(&exe, &["hold", data_dir.to_str().expect("utf-8")]);
    run_as(&mut program, uid, gid);
    let mut program = program.spawn().expect("spawn");
    let (server, how) = answer(&mut program);
    assert_eq!(how, "started");
    assert_eq!(
        data_dir.join("cluster").metadata().expect("cluster").uid(),
        uid
    );
    // Root attaches to the server of the user, and later runs his data as him.
    let attached = start(&data_dir).await.expect("attach");
    assert_eq!(attached.pid(), server);
    program.kill().expect("kill -9");
    program.wait().expect("reaped");
    until("the server follows its program", || !pid_alive(server)).await;
    let running = start(&data_dir).await.expect("start as root");
    assert_eq!(running.pid_file().metadata().expect("pid file").uid(), uid);
    running.stop().await.expect("stop");
}

#[tokio::test]
async fn root_with_a_reachable_directory_runs_postgres_as_a_service_user() {
    if !is_root() {
        let _ = writeln!(std::io::stderr(), "SKIPPED: needs root");
        return;
    }
    let dir = open_dir();
    let running = start(dir.path()).await.expect("start");
    let server = std::fs::metadata(format!("/proc/{}", running.pid())).expect("process");
    assert_ne!(server.uid(), 0);
    running.stop().await.expect("stop");
}

#[tokio::test]
async fn a_directory_under_a_closed_home_works_and_survives_a_restart() {
    let home = closed_dir();
    for _ in 0..2 {
        let running = start(&home.path().join("pg")).await.expect("start");
        let owner = home
            .path()
            .join("pg/cluster")
            .metadata()
            .expect("cluster")
            .uid();
        assert_eq!(
            owner,
            home.path().metadata().expect("home").uid(),
            "data belong to the home's owner"
        );
        connect(&running, DATABASE, APP_ROLE)
            .await
            .close()
            .await
            .expect("it serves");
        running.stop().await.expect("stop");
    }
}

#[tokio::test]
async fn without_namespaces_data_nobody_can_reach_goes_to_the_fallback_and_stays_there() {
    if !is_root() {
        let _ = writeln!(std::io::stderr(), "SKIPPED: needs root");
        return;
    }
    let home = closed_dir();
    let fallback = open_dir();
    let forbidden = Options {
        user_namespaces: false,
        fallback_root: fallback.path().to_owned(),
        ..options()
    };
    let binaries = binaries().await;
    let running = start_or_attach(home.path(), &binaries, &forbidden)
        .await
        .expect("start");
    assert!(running.data_dir().starts_with(fallback.path()));
    running.stop().await.expect("stop");
    let allowed = Options {
        user_namespaces: true,
        ..forbidden
    };
    let again = start_or_attach(home.path(), &binaries, &allowed)
        .await
        .expect("start again");
    assert!(
        again.data_dir().starts_with(fallback.path()),
        "the data are not left behind"
    );
    again.stop().await.expect("stop");
}
