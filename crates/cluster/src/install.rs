use std::fs;

/// The command that installs the PostgreSQL server programs here, to show to a person.
///
/// Told by `/etc/os-release`, whose `ID_LIKE` names the family of distributions we never heard of.
#[must_use]
pub fn install_command() -> String {
    if cfg!(target_os = "macos") {
        return "brew install postgresql@17".to_owned();
    }
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let sudo = if nix::unistd::geteuid().is_root() { "" } else { "sudo " };
    format!("{sudo}{}", for_release(&release))
}

fn for_release(release: &str) -> &'static str {
    let families: Vec<&str> = release
        .lines()
        .filter_map(|line| line.strip_prefix("ID=").or_else(|| line.strip_prefix("ID_LIKE=")))
        .flat_map(|value| value.trim_matches('"').split_whitespace())
        .collect();
    let is = |names: &[&str]| families.iter().any(|family| names.contains(family));
    if is(&["debian", "ubuntu"]) {
        "apt-get install --yes postgresql"
    } else if is(&["fedora", "rhel", "centos"]) {
        "dnf install postgresql-server"
    } else if is(&["alpine"]) {
        "apk add postgresql"
    } else if is(&["arch"]) {
        "pacman -S postgresql"
    } else if is(&["suse", "opensuse"]) {
        "zypper install postgresql-server"
    } else {
        "install-package postgresql   # by the name your system gives to the PostgreSQL server"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_family_of_systems_gets_its_own_command() {
        let cases = [
            ("ID=debian\n", "apt-get install --yes postgresql"),
            ("ID=pop\nID_LIKE=\"ubuntu debian\"\n", "apt-get install --yes postgresql"),
            ("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", "dnf install postgresql-server"),
            ("NAME=Alpine\nID=alpine\n", "apk add postgresql"),
        ];
        for (release, command) in cases {
            assert_eq!(for_release(release), command, "{release}");
        }
    }
}
