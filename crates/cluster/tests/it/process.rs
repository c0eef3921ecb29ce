use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

/// Another process that runs a cluster.
pub(crate) struct Holder {
    child: Child,
    /// Kept open: it may have more to say.
    _stdout: BufReader<ChildStdout>,
}

impl Holder {
    /// Returns when its cluster runs.
    pub(crate) fn start(data_dir: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_campanile-cluster"))
            .arg(data_dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it was just built");
        let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("text");
        assert!(line.starts_with("DATABASE_URL=postgres:"), "the holder ended before its cluster ran");
        Self { child, _stdout: stdout }
    }

    /// SIGKILL: nothing of it gets a chance to tidy up.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it is ours");
        self.child.wait().expect("it is ours");
    }

    /// Lets it stop in order.
    pub(crate) fn finish(mut self) {
        drop(self.child.stdin.take());
        assert!(self.child.wait().expect("it is ours").success());
    }
}
