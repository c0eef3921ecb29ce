//! Programs that the system's package manager brings.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Command};

use anyhow::bail;
use campanile_cluster::{Programs, install_command};

use crate::process::{ask, must};

/// A file that keeps Debian from making and starting a cluster of its own while PostgreSQL is installed.
const NO_MAIN_CLUSTER: &str = "/etc/postgresql-common/createcluster.d/campanile.conf";

/// Debian asks this program whether a service may be started.
const SERVICE_POLICY: &str = "/usr/sbin/policy-rc.d";

/// Finds PostgreSQL's server programs or installs them.
pub(crate) fn ensure_postgres() -> anyhow::Result<()> {
    if Programs::find(None).is_some() {
        return Ok(());
    }
    if !can_install() {
        bail!("PostgreSQL's server programs are missing. Install them with:\n\n    {}\n", install_command());
    }
    apt_update()?;
    apt_install(&["postgresql-common"])?;
    let dir = Path::new(NO_MAIN_CLUSTER).parent().expect("it has one");
    fs::create_dir_all(dir)?;
    fs::write(NO_MAIN_CLUSTER, "create_main_cluster = false\n")?;
    let installed = apt_install(&["postgresql"]);
    // Only for this installation: what the owner of the computer installs later is theirs to decide.
    fs::remove_file(NO_MAIN_CLUSTER)?;
    installed
}

/// Finds one of several programs in `PATH`, or installs a package that brings it. `None` where that is
/// not ours to do.
pub(crate) fn ensure(programs: &[&str], packages: &[&str]) -> anyhow::Result<Option<String>> {
    let find = || programs.iter().find(|program| is_in_path(program)).map(|&program| program.to_owned());
    if find().is_none() && can_install() {
        apt_update()?;
        apt_install(packages)?;
    }
    Ok(find())
}

/// Whether packages can be installed without asking anyone: as root, with apt.
pub(crate) fn can_install() -> bool {
    nix::unistd::geteuid().is_root() && is_in_path("apt-get")
}

/// The same command for a person to type.
pub(crate) fn apt_command(packages: &[&str]) -> String {
    format!("sudo apt-get install --yes {}", packages.join(" "))
}

/// Installs packages without starting the services in them, which nobody asked for. Where somebody has
/// decided already what may start, it stays decided.
pub(crate) fn apt_install_stopped(packages: &[&str]) -> anyhow::Result<()> {
    apt_update()?;
    let is_decided = Path::new(SERVICE_POLICY).exists();
    if !is_decided {
        fs::write(SERVICE_POLICY, "#!/bin/sh\nexit 101\n")?;
        fs::set_permissions(SERVICE_POLICY, fs::Permissions::from_mode(0o755))?;
    }
    let installed = apt_install(packages);
    if !is_decided {
        fs::remove_file(SERVICE_POLICY)?;
    }
    installed
}

pub(crate) fn is_in_path(program: &str) -> bool {
    ask(Command::new("sh").args(["-c", "command -v -- \"$1\"", "sh", program])).is_some()
}

fn apt_update() -> anyhow::Result<()> {
    must(Command::new("apt-get").arg("update"))
}

pub(crate) fn apt_install(packages: &[&str]) -> anyhow::Result<()> {
    let mut install = Command::new("apt-get");
    install.args(["install", "--yes", "--no-install-recommends"]).args(packages);
    must(install.env("DEBIAN_FRONTEND", "noninteractive"))
}
