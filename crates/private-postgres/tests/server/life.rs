//! Starting, attaching, stopping, and what crashes leave behind.

use std::os::unix::fs::MetadataExt;

use gatehouse_os::{Signal, kill, pid_alive};
use gatehouse_private_postgres::{
    APP_ROLE, DATABASE, Durability, Lifetime, OWNER_ROLE, Options, SUPERUSER, SYSTEM_ROLE, attach,
    bring_up, data_major, prepare_roles, start_or_attach,
};

use sqlx::Connection;

use crate::{PATIENCE, binaries, cache, connect, find_options, open_dir, options, start};

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
async fn looking_for_a_server_makes_nothing_and_bringing_it_up_again_attaches() {
    let dir = open_dir();
    let data_dir = dir.path().join("pg");
    assert!(attach(&data_dir, &options()).is_none());
    assert!(!data_dir.exists());
    let find = find_options(&cache());
    let running = bring_up(&data_dir, &find, &options()).await.expect("cold");
    let looked = attach(&data_dir, &options()).expect("it runs");
    assert_eq!(looked.pid(), running.pid());
    // Whoever starts it holds the lock alone; until then the server may lack its roles.
    let starting = std::fs::File::open(running.data_dir().join("start.lock")).expect("lock file");
    starting.lock().expect("lock");
    assert!(attach(&data_dir, &options()).is_none());
    drop(starting);
    // No Postgres needs to be found for a server that runs already.
    let mut nowhere = find;
    nowhere.bin_dir = Some("/nowhere".into());
    let again = bring_up(&data_dir, &nowhere, &options())
        .await
        .expect("attach");
    assert!(again.is_attached());
    running.stop().await.expect("stop");
    assert!(attach(&data_dir, &options()).is_none());
    bring_up(&data_dir, &nowhere, &options())
        .await
        .expect_err("nothing to start it with");
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
    assert_eq!(data_major(dir.path(), &full), Some(binaries.major()));
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
