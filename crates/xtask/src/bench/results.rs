use std::fmt::Write;

use serde_json::{Value, json};

use super::rows::{Figure, Row};

/// One run.
#[derive(Debug)]
pub(super) struct Measured {
    pub(super) row: &'static Row,
    pub(super) server: &'static str,
    /// Whether server and generator had a core each.
    pub(super) is_pinned: bool,
    /// As the generator wrote it, or why there is nothing.
    pub(super) report: Result<Value, String>,
}

impl Measured {
    /// A number of the report.
    pub(super) fn number(&self, pointer: &str) -> Option<f64> {
        self.report.as_ref().ok()?.pointer(pointer).and_then(Value::as_f64)
    }

    /// The figure that a row is about, the smaller the better.
    fn figure(&self) -> Option<f64> {
        self.number(match self.row.figure {
            Figure::Cpu => "/cpu_us_per_op",
            Figure::P99 => "/latency_us/p99",
            Figure::Memory => "/details/kib_per_connection",
        })
    }

    /// What went wrong in it, if anything did.
    pub(super) fn faults(&self) -> Option<String> {
        let report = match &self.report {
            Ok(report) => report,
            Err(failure) => return Some(failure.clone()),
        };
        let counts = ["/ledger/lost", "/ledger/duplicated", "/ledger/out_of_order"]
            .map(|pointer| self.number(pointer).unwrap_or(f64::NAN));
        let first = report.pointer("/troubles/first").and_then(Value::as_str);
        match (counts == [0.0; 3], first) {
            (true, None) => None,
            (true, Some(first)) => Some(first.to_owned()),
            (false, _) => {
                Some(format!("{} lost, {} duplicated, {} out of order", counts[0], counts[1], counts[2]))
            }
        }
    }

    /// The run in one line.
    pub(super) fn line(&self) -> String {
        if let Err(failure) = &self.report {
            return format!("failed: {failure}");
        }
        let show = |pointer, digits| self.number(pointer).map_or("-".into(), |it| format!("{it:.digits$}"));
        let mut line = match self.row.figure {
            Figure::Memory => format!("{} KiB each", show("/details/kib_per_connection", 2)),
            Figure::Cpu | Figure::P99 => {
                format!("{:>9} µs CPU {:>11}/s", show("/cpu_us_per_op", 3), show("/per_second", 0))
            }
        };
        if let Some(p99) = self.number("/latency_us/p99") {
            let _ = write!(line, "  p99 {:>8.2} ms", p99 / 1e3);
        }
        let busy = ["/server_busy", "/generator/busy", "/others_busy"].map(|pointer| show(pointer, 2));
        let _ = write!(line, "  busy: server {}, generator {}, all else {}", busy[0], busy[1], busy[2]);
        if let Some(faults) = self.faults() {
            let _ = write!(line, "  {faults}");
        }
        line
    }
}

/// All runs.
#[derive(Debug, Default)]
pub(super) struct Results {
    runs: Vec<Measured>,
}

impl Results {
    pub(super) fn add(&mut self, measured: Measured) {
        self.runs.push(measured);
    }

    /// Whether the platform lost, duplicated, reordered and refused nothing.
    pub(super) fn are_clean(&self) -> bool {
        self.runs.iter().filter(|run| run.server != "peer").all(|run| run.faults().is_none())
    }

    /// The rows that were run, in order.
    pub(super) fn rows(&self) -> Vec<&'static Row> {
        let mut rows: Vec<&'static Row> = Vec::new();
        for run in &self.runs {
            if rows.iter().all(|row| row.name != run.row.name) {
                rows.push(run.row);
            }
        }
        rows
    }

    /// The run of a server whose figure is the middle one, of those that came to an end.
    pub(super) fn median(&self, row: &Row, server: &str) -> Option<&Measured> {
        let mut runs: Vec<&Measured> = self.of(row, server).filter(|run| run.report.is_ok()).collect();
        let figure = |run: &Measured| run.figure().unwrap_or(f64::INFINITY);
        runs.sort_by(|a, b| figure(a).total_cmp(&figure(b)));
        runs.get(runs.len().checked_sub(1)? / 2).copied()
    }

    /// How the platform's figure relates to the one beside it.
    pub(super) fn ratio(&self, row: &Row) -> Option<f64> {
        let ours = self.median(row, "campanile")?.figure()?;
        let other = self.median(row, row.comparison.other())?.figure()?;
        (other > 0.0).then_some(ours / other)
    }

    /// What went wrong in any run of the platform.
    pub(super) fn faults(&self, row: &Row) -> Option<String> {
        let ours = |run: &&Measured| run.row.name == row.name && run.server != "peer";
        self.runs.iter().filter(ours).find_map(|run| Some(format!("{}: {}", run.server, run.faults()?)))
    }

    fn of(&self, row: &Row, server: &str) -> impl Iterator<Item = &Measured> {
        self.runs.iter().filter(move |run| run.row.name == row.name && run.server == server)
    }

    /// Every report of every run.
    pub(super) fn to_json(&self) -> Value {
        let runs = self.runs.iter().map(|run| {
            json!({
                "row": run.row.name,
                "server": run.server,
                "is_pinned": run.is_pinned,
                "report": run.report.as_ref().ok(),
                "failure": run.report.as_ref().err(),
            })
        });
        runs.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::rows;

    #[test]
    fn a_run_that_failed_is_a_fault_and_no_figure() {
        let row = rows::select(&["trigger".to_owned()]).unwrap()[0];
        let run = |report| Measured { row, server: "campanile", is_pinned: true, report };
        let clean = json!({
            "cpu_us_per_op": 5.0,
            "ledger": {"lost": 0, "duplicated": 0, "out_of_order": 0},
            "troubles": {"first": null},
        });
        let mut results = Results::default();
        results.add(run(Ok(clean)));
        assert!(results.are_clean());
        results.add(run(Err("it fell over".into())));
        assert!(!results.are_clean());
        assert_eq!(results.faults(row).as_deref(), Some("campanile: it fell over"));
        assert_eq!(results.median(row, "campanile").and_then(|run| run.number("/cpu_us_per_op")), Some(5.0));
    }
}
