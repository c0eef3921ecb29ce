use std::process::Command;

use crate::{process::run, root, system, tally::Tally};

/// Checks what is to be given to Prometheus with its own tool: the alerts' syntax, the example of a configuration,
/// and the alerts against made-up series. Skipped where the tool is missing and cannot be installed.
pub(super) fn test() -> anyhow::Result<Tally> {
    if !system::is_in_path("promtool") && system::can_install() {
        system::apt_install_stopped(&["prometheus"])?;
    }
    if !system::is_in_path("promtool") {
        println!("\nskipped: promtool is not installed (on Debian, it comes with the package prometheus)");
        return Ok(Tally::skipped());
    }
    let mut tally = Tally::default();
    for arguments in [
        ["check", "rules", "alerts.yml"],
        ["check", "config", "prometheus.yml"],
        ["test", "rules", "alerts.test.yml"],
    ] {
        let mut promtool = Command::new("promtool");
        promtool.args(arguments).current_dir(root::path("deploy/monitoring"));
        tally += Tally::one(run(&mut promtool)?.success());
    }
    Ok(tally)
}
