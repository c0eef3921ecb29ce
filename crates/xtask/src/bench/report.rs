use std::{fmt::Write, fs, process::Command};

use anyhow::Context;
use serde_json::{Value, json};

use super::{
    cores::Cores,
    options::Options,
    results::{Measured, Results},
    rows::{Comparison, Figure, Row},
};
use crate::{process::ask, root};

/// What streaming may cost: CPU time of a delivery beside that over a WebSocket, and memory of a session.
const STREAMING_RATIO: u32 = 2;
const SESSION_KIB: u32 = 12;
/// What watching may cost, and what a tenant at its limit may do to another.
const CONSOLE_RATIO: f64 = 1.05;
const NEIGHBOUR_RATIO: f64 = 1.5;

/// Prints the table and leaves it, and all that was measured, in the target directory.
pub(super) fn publish(results: &Results, options: &Options, cores: &Cores) -> anyhow::Result<()> {
    let machine = machine(cores);
    let mut text = format!("{machine}\n\n{}", table(results, options.peer.is_some()));
    text.push_str(&slow_readers(results));
    text.push_str(&scaling(results));
    text.push_str(&transports(results));
    text.push_str(&disturbances(results));
    println!("\n{text}");
    let dir = root::target("bench");
    let summary: Vec<Value> = results.rows().into_iter().map(|row| summary(results, row)).collect();
    let json = json!({ "machine": machine, "rows": summary, "runs": results.to_json() });
    fs::create_dir_all(&dir)?;
    fs::write(dir.join("results.json"), serde_json::to_string_pretty(&json)?)
        .context("cannot write results")?;
    fs::write(dir.join("results.md"), text).context("cannot write results")?;
    println!("Written to {0}/results.md and {0}/results.json", dir.display());
    Ok(())
}

fn summary(results: &Results, row: &Row) -> Value {
    json!({
        "row": row.name,
        "about": row.about,
        "ratio": results.ratio(row),
        "campanile": results.median(row, "campanile").and_then(|run| run.report.as_ref().ok()),
        "floor": results.median(row, "floor").and_then(|run| run.report.as_ref().ok()),
        "websocket": results.median(row, "websocket").and_then(|run| run.report.as_ref().ok()),
        "alone": results.median(row, "alone").and_then(|run| run.report.as_ref().ok()),
        "two_workers": results.median(row, "two workers").and_then(|run| run.report.as_ref().ok()),
        "peer": results.median(row, "peer").and_then(|run| run.report.as_ref().ok()),
        "faults": results.faults(row),
    })
}

fn table(results: &Results, has_peer: bool) -> String {
    let rows = results.rows().into_iter().filter(|row| row.comparison == Comparison::Floor);
    let rows: Vec<&Row> = rows.collect();
    if rows.is_empty() {
        return String::new();
    }
    let mut text = format!("| row {}{}", heading("Campanile"), heading("floor"));
    if has_peer {
        text.push_str(&heading("peer"));
    }
    text.push_str("| ratio | all else | ledger |\n|---|---:|---:|---:|---:|---:|---:|");
    text.push_str(if has_peer { "---:|---:|---:|---:|---:|---|\n" } else { "---:|---:|---|\n" });
    for row in rows {
        let mut line = format!("| {} ", row.name);
        line.push_str(&columns(results.median(row, "campanile"), row));
        line.push_str(&columns(results.median(row, "floor"), row));
        if has_peer {
            line.push_str(&columns(results.median(row, "peer"), row));
        }
        let _ = writeln!(text, "{line}{}", verdict(results, row));
    }
    text
}

fn heading(name: &str) -> String {
    format!("| {name} | per s | p99 ms ")
}

fn columns(run: Option<&Measured>, row: &Row) -> String {
    match run {
        None => "| | | ".to_owned(),
        Some(run) => format!("| {} | {} | {} ", cost(run, row), rate(run), p99(run)),
    }
}

/// How the platform compares, how busy the machine was otherwise, and what went wrong.
fn verdict(results: &Results, row: &Row) -> String {
    let ratio = results.ratio(row).map_or(String::new(), |ratio| format!("{ratio:.2}"));
    let of = match row.figure {
        Figure::Cpu => "",
        Figure::P99 => " (p99)",
        Figure::Memory => " (memory)",
    };
    let ledger = results.faults(row).unwrap_or_else(|| "clean".into());
    let others = results.median(row, "campanile").and_then(|run| run.number("/others_busy"));
    let others = others.map_or(String::new(), |busy| format!("{:.0} %", busy * 100.0));
    format!("| {ratio}{of} | {others} | {ledger} |")
}

/// What clients cost that stream over HTTP, beside those with WebSockets.
fn transports(results: &Results) -> String {
    let streams = |row: &&Row| row.comparison == Comparison::WebSockets;
    let wanted = format!(
        "Wanted: a delivery over xhr_streaming costs at most {STREAMING_RATIO} times that over a WebSocket, and a \
         session at most {SESSION_KIB} KiB."
    );
    with_other(results, ["xhr_streaming", "WebSocket"], streams, &wanted)
}

/// What it costs that somebody watches, or that another tenant is at its limit.
fn disturbances(results: &Results) -> String {
    let is_disturbed = |row: &&Row| row.comparison.beside().is_some();
    let wanted = format!(
        "Wanted: a watched console costs at most {CONSOLE_RATIO} times the CPU time, and a tenant at its limit raises \
         another's p99 to at most {NEIGHBOUR_RATIO} times."
    );
    with_other(results, ["disturbed", "alone"], is_disturbed, &wanted)
}

/// A table of rows that stand beside runs of the platform itself.
fn with_other(results: &Results, names: [&str; 2], which: fn(&&Row) -> bool, wanted: &str) -> String {
    let rows = results.rows().into_iter().filter(which);
    let lines: Vec<String> = rows
        .map(|row| {
            let [ours, other] =
                ["campanile", row.comparison.other()].map(|server| results.median(row, server));
            format!("| {} {}{}{}", row.name, columns(ours, row), columns(other, row), verdict(results, row))
        })
        .collect();
    if lines.is_empty() {
        return String::new();
    }
    let [ours, other] = names.map(heading);
    format!(
        "\n| row {ours}{other}| ratio | all else | ledger |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|---|\n{}\n\n\
         {wanted}\n",
        lines.join("\n")
    )
}

/// What those who do not read cost the others and the server.
fn slow_readers(results: &Results) -> String {
    let mut text = String::new();
    for run in results.rows().into_iter().filter_map(|row| results.median(row, "campanile")) {
        let detail = |name: &str| run.number(&format!("/details/{name}"));
        let (Some(before), Some(during)) = (detail("p99_us_before"), detail("p99_us_during")) else {
            continue;
        };
        let _ = writeln!(
            text,
            "\n{}: p99 of the others {:.1} ms before and {:.1} ms while they do not read; of {} the server ended {}; \
             {} of them saw the code 4100, which stands behind all that they had not read; it grew by {:.1} MiB.",
            run.row.name,
            before / 1e3,
            during / 1e3,
            detail("slow").unwrap_or(0.0),
            detail("slow_ended").unwrap_or(0.0),
            detail("slow_who_saw_4100").unwrap_or(0.0),
            detail("rss_growth_bytes").unwrap_or(f64::NAN) / 1_048_576.0
        );
    }
    text
}

/// What two workers make of two cores. Where the generator needs a part of one of these, the rates say little
/// of the server; what can be said then is what an operation costs, and that bounds what two free cores could
/// do.
fn scaling(results: &Results) -> String {
    let mut text = String::new();
    for row in results.rows().into_iter().filter(|row| row.comparison == Comparison::TwoWorkers) {
        let runs = results.median(row, "campanile").zip(results.median(row, "two workers"));
        let compared = runs.and_then(|(one, two)| compare(one, two)).unwrap_or_default();
        let ledger = results.faults(row).unwrap_or_else(|| "clean".into());
        let _ = writeln!(text, "\n{}: {compared}Ledger: {ledger}.", row.name);
    }
    text
}

fn compare(one: &Measured, two: &Measured) -> Option<String> {
    let of = |pointer| one.number(pointer).zip(two.number(pointer));
    let (cpu, rates) = (of("/cpu_us_per_op")?, of("/per_second")?);
    let rates = match one.is_pinned && two.is_pinned {
        true => format!("The load had a core of its own: {:.2} times the rate", rates.1 / rates.0),
        false => "The load shared the cores of the two workers, so the rates do not compare".to_owned(),
    };
    Some(format!(
        "{:.2} µs of CPU each with one worker, {:.2} µs with two; from that alone follows that two free cores do at \
         most {:.2} times as much as one. Measured: one worker {}; two workers {}. {rates}. ",
        cpu.0,
        cpu.1,
        2.0 * cpu.0 / cpu.1,
        measured(one),
        measured(two)
    ))
}

/// What was done in a second, and who was at the end of its strength.
fn measured(run: &Measured) -> String {
    let busy = |pointer| run.number(pointer).map_or("-".into(), |busy| format!("{:.0} %", busy * 100.0));
    let (server, generator) = (busy("/server_busy"), busy("/generator/busy"));
    format!("{} per second, server busy {server}, generator {generator}", rate(run))
}

fn cost(run: &Measured, row: &Row) -> String {
    let (pointer, unit) = match row.figure {
        Figure::Cpu | Figure::P99 => ("/cpu_us_per_op", "µs"),
        Figure::Memory => ("/details/kib_per_connection", "KiB"),
    };
    run.number(pointer).map_or(String::new(), |number| format!("{number:.2} {unit}"))
}

fn rate(run: &Measured) -> String {
    let is_rate = run.row.figure != Figure::Memory;
    run.number("/per_second").filter(|_| is_rate).map_or(String::new(), |rate| format!("{rate:.0}"))
}

fn p99(run: &Measured) -> String {
    run.number("/latency_us/p99").map_or(String::new(), |p99| format!("{:.2}", p99 / 1e3))
}

/// What the figures are of.
fn machine(cores: &Cores) -> String {
    let first = |path: &str, prefix: &str| {
        let text = fs::read_to_string(path).ok()?;
        let line = text.lines().find(|line| line.starts_with(prefix))?;
        Some(line.rsplit(": ").next()?.trim().to_owned())
    };
    let cpu = first("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown CPU".into());
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let mut git = Command::new("git");
    git.args(["describe", "--always", "--dirty"]).current_dir(root::path(""));
    let commit = ask(&mut git).unwrap_or_else(|| "unknown".into());
    let split = match cores.are_apart(1) {
        true => "server on one core, load on another",
        false => "server and load on the same core, so that each takes time from the other",
    };
    format!(
        "{cpu}, Linux {}, commit {commit}; {split}. \"All else\" is what neither \
         of them used, the platform's database included: with much of it, only CPU time is worth reading.",
        kernel.trim()
    )
}
