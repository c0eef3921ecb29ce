use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail};

use crate::{
    process::{ask, must},
    root, system,
};

/// A Python with exactly what `requirements.txt` of a folder names, kept below `target`.
pub(crate) fn environment(dir: &Path) -> anyhow::Result<PathBuf> {
    let requirements = fs::read(dir.join("requirements.txt")).context("the suite has no requirements.txt")?;
    let suite = dir.file_name().context("a suite has a folder of its own")?;
    let environment = root::target("python-clients").join(suite);
    let (python, stamp) = (environment.join("bin/python"), environment.join(".installed-requirements.txt"));
    if fs::read(&stamp).is_ok_and(|installed| installed == requirements) && python.is_file() {
        return Ok(python);
    }
    ensure()?;
    must(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
    let mut install = Command::new(&python);
    install.args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(dir.join("requirements.txt"));
    must(&mut install)?;
    fs::write(stamp, requirements)?;
    Ok(python)
}

/// Debian packs Python without what makes environments.
fn ensure() -> anyhow::Result<()> {
    let can_make_one = || ask(Command::new("python3").args(["-c", "import venv, ensurepip"])).is_some();
    let packages = ["python3", "python3-venv"];
    if !can_make_one() && system::can_install() {
        system::apt_install(&packages)?;
    }
    if !can_make_one() {
        bail!("Python 3 with venv is missing. Install it with:\n\n    {}\n", system::apt_command(&packages));
    }
    Ok(())
}
