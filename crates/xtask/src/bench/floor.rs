use std::process::Command;

use super::{
    cores::Cores,
    server::{Endpoint, Server},
};
use crate::root;

/// Starts the bare peer on the server's core. It takes every app and every signature.
pub(super) fn start(cores: &Cores) -> anyhow::Result<Server> {
    let mut command = Command::new(root::target("release/campanile-loadtest"));
    cores.enter_server(1)?;
    let started = Server::start(command.arg("floor"));
    cores.enter_load()?;
    let (process, line) = started?;
    let endpoint = Endpoint {
        url: format!("http://{}", line.trim()),
        app: "1".into(),
        key: "floor".into(),
        secret: "floor".into(),
        pid: process.id(),
    };
    Ok(Server::new(process, endpoint))
}
