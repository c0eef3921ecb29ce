use std::{ffi::OsString, path::Path};

use crate::server::PORT;

/// What the server is told, on its command line: nothing of it is written into the cluster, so that an
/// operator's `ALTER SYSTEM` and our next version do not fight over a file.
///
/// Sized for a laptop. Durability stays on: what the platform has acknowledged survives a power cut.
const SETTINGS: [(&str, &str); 11] = [
    // No TCP: it never collides with another server, and nobody else can reach it.
    ("listen_addresses", ""),
    ("unix_socket_permissions", "0700"),
    ("fsync", "on"),
    ("synchronous_commit", "on"),
    ("max_connections", "100"),
    ("shared_buffers", "64MB"),
    ("max_wal_size", "512MB"),
    // Every query here is short; compiling one takes longer than running it.
    ("jit", "off"),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
    ("log_checkpoints", "off"),
];

pub(crate) fn arguments(data: &Path, socket_dir: &Path) -> Vec<OsString> {
    let mut arguments = vec!["-D".into(), data.into(), "-p".into(), PORT.to_string().into()];
    for (name, value) in SETTINGS {
        arguments.extend(["-c".into(), format!("{name}={value}").into()]);
    }
    // A list of directories: quoted, because a comma would begin the next one.
    let mut sockets = OsString::from("unix_socket_directories=\"");
    sockets.push(socket_dir.to_string_lossy().replace('"', "\"\""));
    sockets.push("\"");
    arguments.extend(["-c".into(), sockets]);
    arguments
}
