use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail};

use crate::{
    process::{ask, must},
    system,
};

/// The dashboard's build tools need it.
const OLDEST: (u32, u32) = (20, 19);

/// Finds Node.js and npm, or installs them.
pub(crate) fn ensure() -> anyhow::Result<()> {
    if system::ensure(&["node"], &["nodejs", "npm"])?.is_none()
        || system::ensure(&["npm"], &["npm"])?.is_none()
    {
        let command = if cfg!(target_os = "macos") {
            "brew install node".to_owned()
        } else {
            system::apt_command(&["nodejs", "npm"])
        };
        bail!("Node.js and npm are missing. Install them, for example with:\n\n    {command}\n");
    }
    let version = ask(Command::new("node").arg("--version")).context("`node --version` failed")?;
    if parse(&version).is_none_or(|it| it < OLDEST) {
        bail!(
            "Node.js {}.{} or newer is needed, this is {version}; see https://nodejs.org",
            OLDEST.0,
            OLDEST.1
        );
    }
    Ok(())
}

/// `v20.19.1` → `(20, 19)`.
fn parse(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.strip_prefix('v')?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// `npm` in a folder of the repository.
pub(crate) fn npm(dir: &Path, arguments: &[&str]) -> Command {
    let mut npm = Command::new("npm");
    npm.args(arguments).current_dir(dir);
    npm
}

/// Installs what a folder's lockfile says, unless that is what is there.
pub(crate) fn install(dir: &Path) -> anyhow::Result<()> {
    ensure()?;
    let lock = fs::read(dir.join("package-lock.json"))
        .with_context(|| format!("{} has no lockfile", dir.display()))?;
    let stamp: PathBuf = dir.join("node_modules/.installed-lock.json");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    must(&mut npm(dir, &["ci", "--no-audit", "--no-fund"]))?;
    fs::create_dir_all(dir.join("node_modules"))?;
    Ok(fs::write(stamp, lock)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(parse("v20.9.0") < Some(OLDEST));
        assert!(parse("v20.19.0") >= Some(OLDEST));
        assert!(parse("v100.0.1") >= Some(OLDEST));
        assert_eq!(parse("20.1"), None);
    }
}
