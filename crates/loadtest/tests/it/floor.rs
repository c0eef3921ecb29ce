use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;

/// A floor peer in a process of its own, until this is dropped.
pub(crate) struct Floor {
    process: Child,
    /// `127.0.0.1:PORT`.
    pub(crate) authority: String,
}

/// How a run ended.
pub(crate) struct Run {
    pub(crate) exit_code: i32,
    pub(crate) report: Value,
}

impl Floor {
    pub(crate) fn start() -> Self {
        let mut process = program().arg("floor").stdout(Stdio::piped()).spawn().expect("it starts");
        let mut authority = String::new();
        let stdout = process.stdout.take().expect("it is piped");
        BufReader::new(stdout).read_line(&mut authority).expect("it says where it is");
        Self { process, authority: authority.trim().to_owned() }
    }

    /// Runs a mode against it.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        let pid = self.process.id().to_string();
        run(&self.authority, &[arguments, &["--pid", &pid]].concat())
    }
}

impl Drop for Floor {
    fn drop(&mut self) {
        self.process.kill().expect("it runs");
        self.process.wait().expect("it was ours");
    }
}

/// Runs a mode against whoever is there.
pub(crate) fn run(authority: &str, arguments: &[&str]) -> Run {
    let Output { status, stdout, stderr } = output(&format!("http://{authority}"), arguments);
    let error = String::from_utf8_lossy(&stderr);
    let report = serde_json::from_slice(&stdout).unwrap_or_else(|_| panic!("no report: {error}"));
    Run { exit_code: status.code().expect("it exits"), report }
}

/// Runs a mode without expecting anything.
pub(crate) fn output(url: &str, arguments: &[&str]) -> Output {
    let mut command = program();
    command.args(arguments).args(["--url", url, "--app", "1", "--key", "k", "--secret", "s", "--json", "-"]);
    command.output().expect("it starts")
}

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_campanile-loadtest"))
}

impl Run {
    pub(crate) fn number(&self, pointer: &str) -> u64 {
        let found = self.report.pointer(pointer).and_then(Value::as_u64);
        found.unwrap_or_else(|| panic!("no number at {pointer} in {}", self.report))
    }

    pub(crate) fn ledger(&self) -> [u64; 3] {
        ["/ledger/lost", "/ledger/duplicated", "/ledger/out_of_order"].map(|pointer| self.number(pointer))
    }

    pub(crate) fn expect_clean(&self) -> &Self {
        assert_eq!((self.exit_code, self.ledger()), (0, [0; 3]), "{}", self.report);
        self
    }
}
