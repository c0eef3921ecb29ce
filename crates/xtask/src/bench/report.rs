use std::{fmt::Write, fs, process::Command};

use anyhow::Context;
use serde_json::{Value, json};

use super::{
    options::Options,
    results::{Measured, Results},
    rows::{Comparison, Figure, Row},
};
use crate::{process::ask, root};

/// Prints the table and leaves it, and all that was measured, in the target directory.
pub(super) fn publish(results: &Results, options: &Options) -> anyhow::Result<()> {
    let machine = machine();
    let mut text = format!("{machine}\n\n{}", table(results, options.peer.is_some()));
    text.push_str(&slow_readers(results));
    text.push_str(&scaling(results));
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
        "campanile": results.median(row, "campanile").map(|run| &run.report),
        "floor": results.median(row, "floor").map(|run| &run.report),
        "two_workers": results.median(row, "two workers").map(|run| &run.report),
        "peer": results.median(row, "peer").map(|run| &run.report),
        "faults": results.faults(row),
    })
}

fn table(results: &Results, has_peer: bool) -> String {
    let columns = |run: Option<&Measured>, row: &Row| match run {
        None => "| | | ".to_owned(),
        Some(run) => format!("| {} | {} | {} ", cost(run, row), rate(run), p99(run)),
    };
    let heading = |name: &str| format!("| {name} | per s | p99 ms ");
    let mut text = format!("| row {}{}", heading("Campanile"), heading("floor"));
    if has_peer {
        text.push_str(&heading("peer"));
    }
    text.push_str("| ratio | all else | ledger |\n|---|---:|---:|---:|---:|---:|---:|");
    text.push_str(if has_peer { "---:|---:|---:|---:|---:|---|\n" } else { "---:|---:|---|\n" });
    for row in results.rows().into_iter().filter(|row| row.comparison == Comparison::Floor) {
        let mut line = format!("| {} ", row.name);
        line.push_str(&columns(results.median(row, "campanile"), row));
        line.push_str(&columns(results.median(row, "floor"), row));
        if has_peer {
            line.push_str(&columns(results.median(row, "peer"), row));
        }
        let ratio = results.ratio(row).map_or(String::new(), |ratio| format!("{ratio:.2}"));
        let of = match row.figure {
            Figure::Cpu => "",
            Figure::P99 => " (p99)",
            Figure::Memory => " (memory)",
        };
        let ledger = results.faults(row).unwrap_or_else(|| "clean".into());
        let others = results.median(row, "campanile").and_then(|run| run.number("/others_busy"));
        let others = others.map_or(String::new(), |busy| format!("{:.0} %", busy * 100.0));
        let _ = writeln!(text, "{line}| {ratio}{of} | {others} | {ledger} |");
    }
    text
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
            "\n{}: p99 of the others {:.1} ms before and {:.1} ms while they do not read; of {} the server closed {} with 4100 \
             and {} without word; it grew by {:.1} MiB.",
            run.row.name,
            before / 1e3,
            during / 1e3,
            detail("slow").unwrap_or(0.0),
            detail("slow_closed_with_4100").unwrap_or(0.0),
            detail("slow_closed_without_word").unwrap_or(0.0),
            detail("rss_growth_bytes").unwrap_or(f64::NAN) / 1_048_576.0
        );
    }
    text
}

/// What two workers make of two cores. The generator needs a part of one, so not the rates are compared but
/// what an operation costs: two workers with free cores do as many more as follows from that.
fn scaling(results: &Results) -> String {
    let mut text = String::new();
    for row in results.rows().into_iter().filter(|row| row.comparison == Comparison::TwoWorkers) {
        let cpu = |server| results.median(row, server)?.number("/cpu_us_per_op");
        let (Some(one), Some(two)) = (cpu("campanile"), cpu("two workers")) else { continue };
        let ledger = results.faults(row).unwrap_or_else(|| "clean".into());
        let _ = writeln!(
            text,
            "\n{}: {one:.2} µs with one worker, {two:.2} µs with two; on two free cores {:.2} times as much. Ledger: {ledger}.",
            row.name,
            2.0 * one / two
        );
    }
    text
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
fn machine() -> String {
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
    format!(
        "{cpu}, Linux {}, commit {commit}; server on one core, load on another. \"All else\" is what neither \
         of them used, the platform's database included: with much of it, only CPU time is worth reading.",
        kernel.trim()
    )
}
