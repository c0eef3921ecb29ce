//! The dependency arrows of `crates/ARCHITECTURE.md`, and "SQL only in `control`".

use std::{collections::BTreeMap, env, fs, path::Path, process::Command};

use serde_json::Value;

/// Every package and the packages of this workspace that it may use. All arrows point down; `realtime`
/// and `control` never meet, so that losing the database cannot lose a connection.
const ARROWS: [(&str, &[&str]); 12] = [
    ("campanile-protocol", &[]),
    ("campanile-realtime", &["campanile-protocol"]),
    ("campanile-control", &["campanile-protocol"]),
    ("campanile-transport", &["campanile-protocol", "campanile-realtime"]),
    ("campanile-webhooks", &["campanile-protocol", "campanile-control"]),
    ("campanile-cluster", &[]),
    // A developer's side, and a user's: they speak to the platform over the network only.
    ("campanile-listen", &[]),
    ("campanile-doctor", &[]),
    (
        "campanile-server",
        &[
            "campanile-protocol",
            "campanile-realtime",
            "campanile-control",
            "campanile-transport",
            "campanile-webhooks",
            "campanile-cluster",
            "campanile-listen",
            "campanile-doctor",
        ],
    ),
    // Shares no code with what it measures.
    ("campanile-loadtest", &[]),
    ("campanile-tests", &["campanile-cluster"]),
    ("xtask", &["campanile-cluster"]),
];

/// Libraries that only the named packages may use, by the beginning of their names.
const RESERVED: [(&str, &[&str]); 5] = [
    ("sqlx", &["campanile-control"]),
    (
        "reqwest",
        &[
            "campanile-webhooks",
            "campanile-listen",
            "campanile-doctor",
            "campanile-loadtest",
            // Traces, to the collector that the configuration names.
            "campanile-server",
        ],
    ),
    ("actix-web", &["campanile-server", "campanile-transport"]),
    ("actix", &["campanile-realtime", "campanile-transport", "campanile-server"]),
    (
        "tokio",
        &[
            "campanile-realtime",
            "campanile-control",
            "campanile-transport",
            "campanile-webhooks",
            "campanile-listen",
            "campanile-doctor",
            "campanile-server",
            "campanile-loadtest",
        ],
    ),
];

/// Packages and what they use outside of their tests.
type Graph = BTreeMap<String, Vec<String>>;

#[test]
fn dependencies_follow_the_arrows() {
    let offences = offences(&graph());
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

#[test]
fn an_arrow_upwards_is_noticed() {
    let mut graph = graph();
    graph
        .get_mut("campanile-realtime")
        .expect("it exists")
        .extend(["campanile-control".into(), "sqlx".into()]);
    graph.insert("campanile-utils".into(), Vec::new());
    assert_eq!(
        offences(&graph),
        [
            "campanile-realtime may not use campanile-control",
            "campanile-realtime may not use sqlx",
            "campanile-utils has no place in the architecture"
        ]
    );
}

#[test]
fn sql_is_only_in_control() {
    let offences: Vec<String> = sources(&root().join("crates"))
        .into_iter()
        // Tests may look at the database from both sides, as they may depend on both.
        .filter(|(path, _)| path.contains("/src/") && !path.contains("/crates/control/"))
        .flat_map(|(path, text)| sql_lines(&text).into_iter().map(move |line| format!("{path}:{line}")))
        .collect();
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

#[test]
fn sql_is_noticed_wherever_it_is() {
    let texts = [
        "let x = query(\"select id from apps\");",
        "\"insert into apps values (1)\"",
        "\"UPDATE apps SET x = 1\"",
        "r#\"delete from apps\"#",
        "    use sqlx::PgPool;",
    ];
    for text in texts {
        assert_eq!(sql_lines(text), [1], "{text}");
    }
    assert!(sql_lines("// select the best from all\ntokio::select! { from => {} }").is_empty());
    let control = sources(&root().join("crates/control/src"));
    assert!(control.iter().any(|(_, text)| !sql_lines(text).is_empty()), "the scan finds no SQL at all");
}

fn offences(graph: &Graph) -> Vec<String> {
    let mut offences = Vec::new();
    for (package, used) in graph {
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| name == package) else {
            offences.push(format!("{package} has no place in the architecture"));
            continue;
        };
        let may_use = |dependency: &str| {
            let is_ours = ARROWS.iter().any(|(name, _)| *name == dependency);
            let reserved = RESERVED.iter().find(|(library, _)| dependency.starts_with(library));
            if is_ours {
                allowed.contains(&dependency)
            } else {
                reserved.is_none_or(|(_, to)| to.contains(&package.as_str()))
            }
        };
        let wrong = used.iter().filter(|dependency| !may_use(dependency));
        offences.extend(wrong.map(|dependency| format!("{package} may not use {dependency}")));
    }
    offences
}

fn graph() -> Graph {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["metadata", "--no-deps", "--format-version", "1", "--offline"]).current_dir(root());
    let output = cargo.output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("metadata is JSON");
    let packages = metadata["packages"].as_array().expect("a list");
    packages.iter().map(|package| (name(package), used_by(package))).collect()
}

/// Without what only tests use: they may look at both sides.
fn used_by(package: &Value) -> Vec<String> {
    let dependencies = package["dependencies"].as_array().expect("a list");
    dependencies.iter().filter(|dependency| dependency["kind"] != "dev").map(name).collect()
}

fn name(value: &Value) -> String {
    value["name"].as_str().expect("everything has a name").to_owned()
}

/// Lines, counted from 1, that hold a statement or use the library. Comments do not count.
fn sql_lines(text: &str) -> Vec<usize> {
    let is_sql = |line: &str| {
        let line = line.trim_start().to_ascii_lowercase();
        let has = |words: &[&str]| line.contains('"') && words.iter().all(|word| line.contains(word));
        let statement = has(&["select ", " from "])
            || has(&["insert into "])
            || has(&["update ", " set "])
            || has(&["delete from "])
            || has(&["create table "]);
        !line.starts_with("//") && (statement || line.contains("sqlx::"))
    };
    text.lines().enumerate().filter(|(_, line)| is_sql(line)).map(|(index, _)| index + 1).collect()
}

/// Every Rust file below a folder: its path and its text.
fn sources(dir: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).expect("the folder exists").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push((path.display().to_string(), fs::read_to_string(&path).expect("sources are text")));
        }
    }
    found
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in the repository")
}
