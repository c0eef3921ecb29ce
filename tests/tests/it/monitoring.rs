//! What Prometheus reads, and what is drawn and alerted on: the metrics of a running platform, and the files in
//! `deploy/monitoring` that name them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use campanile_tests::{App, Platform, request};
use serde_json::{Value, json};

use crate::{
    signing::{SignedRequest, trigger},
    socket::Client,
    webhook_stage::Stage,
};

/// The only labels there may be. Each has few values; a tenant, an app, a channel, a key or a path has no end.
const LABELS: [&str; 11] =
    ["area", "kind", "le", "limit", "outcome", "reason", "scope", "state", "status", "transport", "version"];
const VALUES_PER_LABEL: usize = 20;
const SERIES_PER_FAMILY: usize = 80;

/// One metric as it is told: its series are names with labels.
#[derive(Debug, Default)]
struct Family {
    kind: String,
    help: String,
    series: Vec<(String, Vec<(String, String)>)>,
}

fn families(text: &str) -> BTreeMap<String, Family> {
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    let mut current = String::new();
    for line in text.lines().filter(|line| *line != "# EOF") {
        let words: Vec<&str> = line.splitn(4, ' ').collect();
        match words[..] {
            ["#", "HELP", name, help] => {
                let family = Family { help: help.to_owned(), ..Family::default() };
                assert!(families.insert(name.to_owned(), family).is_none(), "{name} is told twice");
                current = name.to_owned();
            }
            ["#", "TYPE", name, kind] => {
                assert_eq!(name, current, "a type without a help before it");
                families.get_mut(name).unwrap().kind = kind.to_owned();
            }
            _ => {
                assert!(line.starts_with(&current), "{line} is not of {current}");
                families.get_mut(&current).unwrap().series.push(series(line));
            }
        }
    }
    families
}

fn series(line: &str) -> (String, Vec<(String, String)>) {
    let (series, _) = line.rsplit_once(' ').unwrap();
    let Some((name, labels)) = series.split_once('{') else { return (series.to_owned(), Vec::new()) };
    let pair = |label: &str| {
        let (name, value) = label.split_once('=').unwrap();
        (name.to_owned(), value.trim_matches('"').to_owned())
    };
    (name.to_owned(), labels.trim_end_matches('}').split(',').map(pair).collect())
}

fn scrape(platform: &Platform) -> String {
    request(&platform.internal_authority, "GET", "/metrics", &[], b"").unwrap().body
}

/// Something of everything: sockets, triggers, refusals, a webhook, the management API.
fn make_traffic() -> (Stage, Vec<String>) {
    let stage = Stage::new();
    stage.endpoint(&json!({}));
    let mut client = stage.occupy(&["secret-room"]);
    stage.next_about("secret-room");
    trigger(&stage.platform, &stage.app, "secret-room", "posted");
    assert_eq!(client.next_event(), "posted");
    SignedRequest::get(&stage.app, "channels/secret-room").send(&stage.platform);
    SignedRequest::post(&stage.app, "batch_events", "{}").send(&stage.platform);
    request(&stage.platform.authority, "GET", "/nowhere/secret-room", &[], b"").unwrap();
    let nobody = App { key: "secret-key".to_owned(), ..stage.app.clone() };
    assert_eq!(Client::open(&stage.platform, &nobody).closed(), 4001);
    stage.get("");
    let secrets = vec![
        stage.app.id.clone(),
        stage.app.key.clone(),
        "secret-room".to_owned(),
        "secret-key".to_owned(),
        "Acme".to_owned(),
    ];
    (stage, secrets)
}

#[test]
fn every_metric_explains_itself_and_its_labels_are_bounded() {
    let (stage, secrets) = make_traffic();
    let text = scrape(&stage.platform);
    for secret in secrets {
        assert!(!text.contains(&secret), "{secret} is in the metrics");
    }
    let families = families(&text);
    assert!(families.len() > 40, "{}", families.len());
    let mut values: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, family) in &families {
        check_words(name, family);
        assert!((1..=SERIES_PER_FAMILY).contains(&family.series.len()), "{name}: {}", family.series.len());
        for (label, value) in family.series.iter().flat_map(|(_, labels)| labels) {
            assert!(LABELS.contains(&label.as_str()), "{name} has the label {label}");
            values.entry(label).or_default().insert(value);
        }
    }
    // Of the bounds of histograms each has its own.
    for (label, values) in values.into_iter().filter(|(label, _)| *label != "le") {
        assert!(values.len() <= VALUES_PER_LABEL, "{label}: {values:?}");
    }
}

/// The conventions of Prometheus: a prefix, base units, `_total` for counters, and a sentence of help.
fn check_words(name: &str, family: &Family) {
    let Family { kind, help, series } = family;
    assert!(name.starts_with("campanile_") || name.starts_with("process_"), "{name}");
    assert!(["counter", "gauge", "histogram", "info"].contains(&kind.as_str()), "{name} is a {kind}");
    assert!(help.ends_with('.') && help.split(' ').count() >= 3, "{name}: {help:?}");
    assert!(help.starts_with(|first: char| first.is_ascii_uppercase()), "{name}: {help:?}");
    let is_other_unit =
        ["_ms", "_millis", "_minutes", "_kb", "_mb", "_percent"].iter().any(|unit| name.ends_with(unit));
    assert!(!is_other_unit, "{name} is not in a base unit");
    for (unit, word) in [("_seconds", "seconds"), ("_bytes", "bytes")] {
        assert!(!name.ends_with(unit) || help.contains(word), "{name} does not say its unit: {help:?}");
    }
    let ends: &[&str] = match kind.as_str() {
        "counter" => &["_total"],
        "histogram" => &["_bucket", "_sum", "_count"],
        "info" => &["_info"],
        _ => &[""],
    };
    for (series, _) in series {
        assert!(ends.iter().any(|end| *series == format!("{name}{end}")), "{series} of {name}");
    }
}

#[test]
fn what_happened_is_counted_where_it_belongs() {
    let (stage, _) = make_traffic();
    let text = scrape(&stage.platform);
    let value = |series: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        line.and_then(|value| value.parse::<f64>().ok()).unwrap_or_else(|| panic!("{series}: {text}"))
    };
    for (series, expected) in [
        ("campanile_connections_opened_total", 1.0),
        ("campanile_connections_refused_total{reason=\"unknown_app\"}", 1.0),
        ("campanile_http_requests_total{area=\"trigger\",status=\"2xx\"}", 1.0),
        ("campanile_http_requests_total{area=\"rest\",status=\"2xx\"}", 1.0),
        ("campanile_http_requests_total{area=\"rest\",status=\"4xx\"}", 1.0),
        ("campanile_http_requests_total{area=\"page\",status=\"4xx\"}", 1.0),
        ("campanile_http_request_duration_seconds_count{area=\"trigger\"}", 1.0),
        ("campanile_database_up", 1.0),
        ("campanile_backlog_bytes", 0.0),
    ] {
        assert_eq!(value(series), expected, "{series}");
    }
    for series in [
        "campanile_http_requests_total{area=\"management\",status=\"2xx\"}",
        "process_resident_memory_bytes",
        "process_open_fds",
        "process_start_time_seconds",
        "campanile_build_info{version=\"0.1.0\"}",
    ] {
        assert!(value(series) > 0.0, "{series}");
    }
}

#[test]
fn connections_are_counted_by_transport_while_they_last() {
    let platform = Platform::spawn().unwrap();
    let tenant = platform.create_tenant("Acme").unwrap();
    let app = platform.create_app(&tenant, "Shop", &["--setting", "max_connections=1"]).unwrap();
    let has = |line: &str| scrape(&platform).lines().any(|it| it == line);
    let client = Client::connect(&platform, &app);
    assert!(has("campanile_transport_connections{transport=\"websocket\"} 1.0"));
    assert_eq!(Client::open(&platform, &app).closed(), 4004);
    assert!(has("campanile_limits_reached_total{limit=\"max_connections\",scope=\"app\"} 1"));
    assert!(has("campanile_connections_refused_total{reason=\"over_quota\"} 1"));
    drop(client);
    let mut looks = 0..400;
    while !has("campanile_transport_connections{transport=\"websocket\"} 0.0") {
        looks.next().expect("a connection that ended is not counted");
        std::thread::sleep(std::time::Duration::from_millis(25));
    }
}

fn file(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/monitoring").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The metrics that an expression of PromQL names.
fn named(expression: &str) -> BTreeSet<String> {
    let mut rest = String::new();
    let mut closing = None;
    for character in expression.chars() {
        match (closing, character) {
            (None, '{') => closing = Some('}'),
            (None, '[') => closing = Some(']'),
            (None, '"') => closing = Some('"'),
            (None, _) => rest.push(character),
            (Some(end), _) if end == character => closing = None,
            (Some(_), _) => {}
        }
    }
    // Behind these words stand labels.
    for clause in ["by", "on", "without", "ignoring", "group_left", "group_right"] {
        while let Some(begin) = rest.find(&format!(" {clause} (")) {
            let end = begin + rest[begin..].find(')').unwrap();
            rest.replace_range(begin..=end, " ");
        }
    }
    let is_of_a_name = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | ':');
    rest.split(|character| !is_of_a_name(character))
        .filter(|word| word.contains('_') || *word == "up")
        .filter(|word| !["clamp_min", "clamp_max", "histogram_quantile", "label_values"].contains(word))
        .filter(|word| !word.starts_with("__"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_names_in_an_expression_are_found() {
    let expression =
        r#"histogram_quantile(0.9, sum by (a_b, le) (rate(x_bucket{a_b="c_d"}[5m]))) / on (j_k) y_total > 1"#;
    assert_eq!(named(expression), BTreeSet::from(["x_bucket".to_owned(), "y_total".to_owned()]));
}

fn expressions(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(text) if name == "expr" || name == "definition" => found.push(text.clone()),
                    _ => expressions(member, found),
                }
            }
        }
        Value::Array(entries) => entries.iter().for_each(|entry| expressions(entry, found)),
        _ => {}
    }
}

#[test]
fn dashboard_and_alerts_name_metrics_that_there_are() {
    let (stage, _) = make_traffic();
    let told = families(&scrape(&stage.platform));
    let mut known: BTreeSet<String> =
        told.values().flat_map(|family| family.series.iter().map(|(name, _)| name.clone())).collect();
    // Prometheus's own.
    known.insert("up".to_owned());
    let mut used = Vec::new();
    expressions(&serde_json::from_str(&file("dashboard.json")).unwrap(), &mut used);
    assert!(used.len() > 30, "{}", used.len());
    let alerts = file("alerts.yml");
    used.extend(alerts.lines().filter_map(|line| line.trim().strip_prefix("expr: ").map(str::to_owned)));
    for expression in used {
        let names = named(&expression);
        assert!(!names.is_empty(), "{expression} names no metric");
        for name in names {
            assert!(known.contains(&name), "there is no {name}, named by {expression}");
        }
    }
}

#[test]
fn every_panel_and_every_alert_says_what_it_means() {
    let dashboard: Value = serde_json::from_str(&file("dashboard.json")).unwrap();
    assert!(dashboard["schemaVersion"].as_u64() >= Some(39), "{}", dashboard["schemaVersion"]);
    assert_eq!(dashboard["templating"]["list"][0]["type"], "datasource");
    let panels = dashboard["panels"].as_array().unwrap();
    let mut ids = BTreeSet::new();
    for panel in panels {
        assert!(ids.insert(panel["id"].as_u64()), "a panel's id is there twice: {}", panel["title"]);
        if panel["type"] != "row" {
            assert!(panel["description"].as_str().is_some_and(|text| text.len() > 20), "{}", panel["title"]);
            assert_eq!(panel["datasource"]["uid"], "${datasource}", "{}", panel["title"]);
        }
    }
    let alerts = file("alerts.yml");
    let alerts: Vec<&str> = alerts.split("- alert: ").skip(1).collect();
    assert!(alerts.len() > 10, "{}", alerts.len());
    for alert in alerts {
        let name = alert.lines().next().unwrap_or_default();
        for part in ["expr: ", "for: ", "severity: ", "summary: ", "runbook: "] {
            assert!(alert.contains(part), "{name} has no {part}");
        }
        let severity = alert.lines().find_map(|line| line.trim().strip_prefix("severity: "));
        assert!(matches!(severity, Some("critical" | "warning")), "{name}: {severity:?}");
    }
}
