//! As whom the server runs, and who can get at it.

use std::fs::Permissions;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::process::Command;

use gatehouse_os::{is_root, pid_alive, run_as};
use gatehouse_private_postgres::{APP_ROLE, DATABASE, Options, SUPERUSER, start_or_attach};

use sqlx::Connection;

use crate::second_program::{answer, exe_for, hold, second_program};
use crate::{binaries, closed_dir, connect, open_dir, options, start, until};

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
    let bin_dir = binaries().await.bin_dir().to_owned();
    let mut seen = Command::new("test");
    seen.arg("-x").arg(bin_dir.join("postgres"));
    if !run_as(&mut seen, uid, gid)
        .status()
        .expect("test runs")
        .success()
    {
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: nobody cannot reach {}",
            bin_dir.display()
        );
        return;
    }
    let mut program = hold(&exe, &data_dir, &bin_dir);
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
