use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{ClusterError, install_command};

/// Directories that hold one directory per installed version, and where in it the programs are.
const VERSIONED: [(&str, &str, &str); 5] = [
    ("/usr/lib/postgresql", "", "bin"), // Debian, Ubuntu, Alpine: /usr/lib/postgresql/17/bin
    ("/usr", "pgsql-", "bin"),          // PGDG on Fedora and RHEL: /usr/pgsql-17/bin
    ("/opt/homebrew/opt", "postgresql@", "bin"), // Homebrew on Apple silicon
    ("/usr/local/opt", "postgresql@", "bin"), // Homebrew on Intel
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
];

/// The PostgreSQL server programs of one version, all in one directory.
#[derive(Clone, Debug)]
pub struct Programs {
    bin: PathBuf,
}

impl Programs {
    /// Finds the programs of `version` (a major one, e.g. `17`), or of the highest installed version.
    ///
    /// Looks at `PATH`, then at what `pg_config` says, then where distributions hide them: most keep the
    /// server programs out of `PATH`.
    pub fn find(version: Option<&str>) -> Option<Self> {
        let path =
            env::var_os("PATH").map(|path| env::split_paths(&path).collect::<Vec<_>>()).unwrap_or_default();
        let candidates = path.into_iter().chain(told_by_pg_config()).chain(versioned());
        let mut complete = candidates.filter(|bin| is_complete(bin)).map(|bin| Self { bin });
        match version {
            None => complete.next(),
            Some(wanted) => complete.find(|programs| programs.major_version().as_deref() == Some(wanted)),
        }
    }

    /// As [`Self::find`], or the reason with the command that mends it. `data` is the cluster that
    /// needs `version`.
    pub(crate) fn get(version: Option<&str>, data: &Path) -> Result<Self, ClusterError> {
        Self::find(version).ok_or_else(|| match version {
            Some(version) if Self::find(None).is_some() => {
                ClusterError::VersionMissing { version: version.to_owned(), path: data.to_owned() }
            }
            _ => ClusterError::NotInstalled { install: install_command() },
        })
    }

    /// The directory they are in.
    #[must_use]
    pub fn bin(&self) -> &Path {
        &self.bin
    }

    pub(crate) fn path(&self, program: &str) -> PathBuf {
        self.bin.join(program)
    }

    fn major_version(&self) -> Option<String> {
        let output = Command::new(self.path("postgres")).arg("--version").output().ok()?;
        major_of(&String::from_utf8_lossy(&output.stdout))
    }
}

/// `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` → `15`.
fn major_of(version: &str) -> Option<String> {
    let number = version.split(')').nth(1)?.trim_start();
    let major: String = number.chars().take_while(char::is_ascii_digit).collect();
    (!major.is_empty()).then_some(major)
}

fn is_complete(bin: &Path) -> bool {
    ["initdb", "postgres", "pg_isready", "createdb"].iter().all(|program| bin.join(program).is_file())
}

fn told_by_pg_config() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok().filter(|it| it.status.success())?;
    Some(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()))
}

fn versioned() -> Vec<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = VERSIONED
        .iter()
        .flat_map(|(parent, prefix, bin)| {
            fs::read_dir(parent).into_iter().flatten().flatten().filter_map(move |entry| {
                let name = entry.file_name();
                let version = name.to_str()?.strip_prefix(prefix)?.split('.').next()?.parse().ok()?;
                Some((version, entry.path().join(bin)))
            })
        })
        .collect();
    found.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    found.into_iter().map(|(_, bin)| bin).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_what_the_server_says() {
        let cases = [
            ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", Some("15")),
            ("postgres (PostgreSQL) 18beta1", Some("18")),
            ("something else", None),
        ];
        for (text, major) in cases {
            assert_eq!(major_of(text).as_deref(), major, "{text}");
        }
    }
}
