use std::process::Command;

use campanile_cluster::{Cluster, ClusterError, Origin, Programs};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use crate::{data_dir::DataDir, process::Holder};

/// Asks the server something through its URL, as any client would.
fn query(cluster: &Cluster, sql: &str) -> String {
    let psql = Programs::find(None).expect("the cluster runs").bin().join("psql");
    let output = Command::new(psql).args([&cluster.url(), "-AtXc", sql]).output().expect("psql runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text").trim().to_owned()
}

#[test]
fn a_cluster_keeps_its_data_from_one_start_to_the_next() {
    let dir = DataDir::open();
    let cluster = Cluster::start(dir.path()).expect("it starts");
    assert_eq!(cluster.origin(), Origin::Created);
    query(&cluster, "create table bells (name text); insert into bells values ('Gros Horloge')");
    assert_eq!(
        query(&cluster, "select current_setting('fsync') || current_setting('listen_addresses')"),
        "on"
    );
    cluster.stop().expect("it stops");
    assert_eq!(dir.server_pid(), None);

    let cluster = Cluster::start(dir.path()).expect("it starts again");
    assert_eq!(cluster.origin(), Origin::Started);
    assert_eq!(query(&cluster, "select name from bells"), "Gros Horloge");
}

#[test]
fn a_server_outlives_its_killed_platform_and_is_taken_over() {
    let dir = DataDir::open();
    Holder::start(dir.path()).kill();
    let left_behind = dir.server_pid().expect("the server runs on");

    let cluster = Cluster::start(dir.path()).expect("it takes over");

    assert_eq!((cluster.origin(), dir.server_pid()), (Origin::Reused, Some(left_behind)));
    assert_eq!(query(&cluster, "select 1"), "1");
    cluster.stop().expect("also one that it did not start");
    assert_eq!(dir.server_pid(), None);
}

#[test]
fn a_killed_server_is_started_again() {
    let dir = DataDir::open();
    let holder = Holder::start(dir.path());
    let server = dir.server_pid().expect("it runs");
    holder.kill();
    kill(Pid::from_raw(server), Signal::SIGKILL).expect("it is ours");

    let cluster = Cluster::start(dir.path()).expect("it recovers");

    assert_eq!(cluster.origin(), Origin::Started);
    assert_eq!(query(&cluster, "select 1"), "1");
}

#[test]
fn a_number_that_now_belongs_to_another_program_is_no_running_server() {
    let dir = DataDir::open();
    Cluster::start(dir.path()).expect("it starts").stop().expect("it stops");
    let pid_file = dir.path().join("postgres/data/postmaster.pid");
    std::fs::write(&pid_file, format!("{}\n", std::process::id())).expect("the directory is there");

    let cluster = Cluster::start(dir.path()).expect("it starts over the stale file");

    assert_eq!(cluster.origin(), Origin::Started);
}

#[test]
fn a_second_platform_is_refused_and_the_first_undisturbed() {
    let dir = DataDir::open();
    let first = Cluster::start(dir.path()).expect("it starts");

    let refusal = Cluster::start(dir.path()).expect_err("there is one");

    assert!(matches!(refusal, ClusterError::InUse { .. }), "{refusal}");
    assert_eq!(query(&first, "select 1"), "1");
}

#[test]
fn a_command_beside_the_platform_leaves_the_server_running() {
    let dir = DataDir::open();
    let platform = Holder::start(dir.path());

    let command = Cluster::join(dir.path()).expect("it connects");
    assert_eq!((command.origin(), query(&command, "select 1").as_str()), (Origin::Reused, "1"));
    command.stop().expect("nothing to do");

    assert!(dir.server_pid().is_some());
    platform.finish();
    assert_eq!(dir.server_pid(), None);
}

#[test]
fn the_last_one_to_leave_stops_the_server() {
    let dir = DataDir::open();
    let platform = Holder::start(dir.path());
    let command = Cluster::join(dir.path()).expect("it connects");

    platform.finish();
    assert_eq!(query(&command, "select 1"), "1");
    command.stop().expect("it stops");

    assert_eq!(dir.server_pid(), None);
}

#[test]
fn a_command_without_a_platform_starts_the_server_for_itself() {
    let dir = DataDir::open();
    let command = Cluster::join(dir.path()).expect("it starts one");
    assert_eq!(command.origin(), Origin::Created);

    command.create_database("another").expect("a second database");
    command.create_database("another").expect("which may exist");
    assert!(command.url_of("another").starts_with("postgres:///another?host="));
    drop(command);

    assert_eq!(dir.server_pid(), None);
}
