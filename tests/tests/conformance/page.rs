//! Keeps `sdk-specs/conformance.md`: a row for each statement, with the test that proves it.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::statements::{DEVIATIONS, ELSEWHERE, NOTES, OTHER, STATEMENTS};

/// Tells the test to write the page instead of comparing it.
const VARIABLE: &str = "UPDATE_PAGE";

const HEAD: &str = "# Conformance

The checklist of the Pusher Channels reference, statement by statement. The tests are in
`tests/tests/conformance`; each carries the number of its statement and talks to the real program over raw
WebSocket and HTTP. This page is made from their names and checked by them: after a change,
`UPDATE_PAGE=1 cargo test --package campanile-tests --test conformance page` writes it anew.

A test marked *long* waits for minutes and runs with `--ignored`.

| number | statement | test | pass or deviates |
|---|---|---|---|
";

#[test]
fn the_page_tells_what_is_tested() {
    let (path, page) = (root().join("sdk-specs/conformance.md"), page());
    if env::var_os(VARIABLE).is_some() {
        fs::write(&path, &page).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(committed, page, "run again with {VARIABLE}=1");
}

fn page() -> String {
    let tests = tests();
    let mut page = HEAD.to_owned();
    for (index, (number, statement)) in STATEMENTS.iter().enumerate() {
        assert_eq!(usize::from(*number), index + 1, "statements are in order");
        let here = tests.get(number).into_iter().flatten().cloned();
        let tests: Vec<_> = here.chain(elsewhere(*number)).collect();
        assert!(!tests.is_empty(), "nothing tests statement {number}");
        let verdict = match DEVIATIONS.iter().find(|(deviating, _)| deviating == number) {
            Some(_) => "deviates",
            None => "pass",
        };
        page.push_str(&row(*number, statement, &tests.join(", "), verdict));
    }
    let known = STATEMENTS.map(|(number, _)| number);
    assert!(tests.keys().all(|number| known.contains(number)), "a test has a number without statement");
    for (number, statement) in OTHER {
        page.push_str(&row(number, statement, "–", "other issue"));
    }
    page.push_str(&list("Deviations", DEVIATIONS));
    page.push_str(&list("Notes", NOTES));
    page
}

fn row(number: u16, statement: &str, tests: &str, verdict: &str) -> String {
    format!("| {number} | {statement} | {tests} | {verdict} |\n")
}

fn list(title: &str, entries: &[(u16, &str)]) -> String {
    let lines: Vec<_> = entries.iter().map(|(number, text)| format!("- **{number}**: {text}\n")).collect();
    let lines = if lines.is_empty() { "None.\n".to_owned() } else { lines.concat() };
    format!("\n## {title}\n\n{lines}")
}

/// The tests of this binary by the number in their names.
fn tests() -> BTreeMap<u16, Vec<String>> {
    let list = |more: &[&str]| {
        let output = Command::new(env::current_exe().unwrap()).arg("--list").args(more).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let long = list(&["--ignored"]);
    let mut tests = BTreeMap::<u16, Vec<String>>::new();
    for line in list(&[]).lines() {
        let Some(name) = line.strip_suffix(": test") else { continue };
        let function = name.rsplit("::").next().unwrap();
        let number = function.strip_prefix('p').and_then(|rest| rest.split_once('_')?.0.parse().ok());
        let mark = if long.contains(line) { " *long*" } else { "" };
        if let Some(number) = number {
            tests.entry(number).or_default().push(format!("`{name}`{mark}"));
        }
    }
    tests
}

/// What tests a statement in another place, which must exist.
fn elsewhere(number: u16) -> impl Iterator<Item = String> {
    ELSEWHERE.iter().filter(move |(of, ..)| *of == number).map(|(_, file, name, what)| {
        let text = fs::read_to_string(root().join(file)).unwrap_or_default();
        assert!(text.contains(name), "{file} has no {name:?}");
        format!("{what}: `{file}`")
    })
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}
