use std::{
    fs::{self, Permissions},
    os::unix::fs::{MetadataExt, PermissionsExt},
};

use campanile_cluster::{Cluster, ClusterError, Origin};
use nix::unistd::geteuid;

use crate::data_dir::DataDir;

#[test]
fn a_directory_closed_to_the_server_account_keeps_a_link_and_its_data() {
    let dir = DataDir::closed();
    let cluster = Cluster::start(dir.path()).expect("it starts");
    // Only root hands the server to another account.
    assert_eq!(cluster.is_relocated(), geteuid().is_root());
    let place = cluster.dir().to_owned();
    cluster.stop().expect("it stops");

    let cluster = Cluster::start(dir.path()).expect("it starts again");

    assert_eq!((cluster.origin(), cluster.dir()), (Origin::Started, place.as_path()));
}

#[test]
fn the_server_never_runs_as_root() {
    let dir = DataDir::open();
    let cluster = Cluster::start(dir.path()).expect("it starts");
    let owner = fs::metadata(cluster.dir()).expect("it is there");
    assert_ne!(owner.uid(), 0);
    assert_eq!(owner.mode() & 0o777, 0o700);
}

#[test]
fn a_path_too_long_for_a_socket_gets_a_short_one() {
    let dir = DataDir::open();
    let deep = dir.path().join("a".repeat(100));
    let cluster = Cluster::start(&deep).expect("it starts");
    let socket_dir = short_socket_dir(&cluster);
    assert_eq!(fs::metadata(&socket_dir).expect("it is there").mode() & 0o777, 0o700);
    cluster.stop().expect("it stops");

    fs::set_permissions(&socket_dir, Permissions::from_mode(0o777)).expect("it is ours");
    let refusal = Cluster::start(&deep).expect_err("anyone could have put a socket there");
    assert!(matches!(refusal, ClusterError::SocketDirTaken { .. }), "{refusal}");

    fs::remove_dir_all(socket_dir).expect("it is ours");
}

fn short_socket_dir(cluster: &Cluster) -> String {
    let url = cluster.url();
    let host = url.split("host=").nth(1).and_then(|rest| rest.split('&').next()).expect("a host");
    assert!(host.starts_with("/run/campanile-") || host.starts_with("/tmp/campanile-"), "{host}");
    host.to_owned()
}
