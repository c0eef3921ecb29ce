use toml::Value;

/// The beginning of all our names; a name that begins so and is not ours is refused.
const PREFIX: &str = "CAMPANILE_";

/// An environment variable and the field that it sets.
#[derive(Debug)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// The path of the field in the file.
    pub field: &'static str,
}

const fn variable(name: &'static str, field: &'static str) -> Variable {
    Variable { name, field }
}

/// Every variable that is read, besides `CAMPANILE_CONFIG`, which names the file, and `CAMPANILE_TOKEN` and
/// `CAMPANILE_APP_SECRET`, which are for the command line alone.
pub const VARIABLES: [Variable; 19] = [
    // The name every host and every library uses.
    variable("DATABASE_URL", "database_url"),
    variable("CAMPANILE_LISTEN", "listen"),
    variable("CAMPANILE_INTERNAL_LISTEN", "internal_listen"),
    variable("CAMPANILE_DATA_DIR", "data_dir"),
    variable("CAMPANILE_MASTER_KEY", "master_key"),
    variable("CAMPANILE_MASTER_KEY_FILE", "master_key_file"),
    variable("CAMPANILE_PUBLIC_URL", "public_url"),
    variable("CAMPANILE_TRUSTED_PROXIES", "trusted_proxies"),
    variable("CAMPANILE_WORKERS", "workers"),
    variable("CAMPANILE_SHUTDOWN_GRACE", "shutdown_grace"),
    variable("CAMPANILE_CONFORMANCE_ECHO", "conformance_echo"),
    variable("CAMPANILE_WEBHOOKS_ALLOW_TARGETS", "webhooks.allow_targets"),
    variable("CAMPANILE_WEBHOOKS_METRICS_BY_ENDPOINT", "webhooks.metrics_by_endpoint"),
    variable("CAMPANILE_MAIL_SMTP_URL", "mail.smtp_url"),
    variable("CAMPANILE_MAIL_FROM", "mail.from"),
    variable("CAMPANILE_TELEMETRY_OTLP_ENDPOINT", "telemetry.otlp_endpoint"),
    variable("CAMPANILE_TELEMETRY_SAMPLE_RATIO", "telemetry.sample_ratio"),
    variable("CAMPANILE_LOG_FORMAT", "log.format"),
    variable("CAMPANILE_LOG_FILTER", "log.filter"),
];

/// What a variable of the environment is to us.
pub(super) enum Meaning {
    /// Nothing.
    Foreign,
    /// It names the configuration file, which has been read already, or is read by a command.
    Elsewhere,
    /// It sets this field.
    Field(&'static str),
    /// It looks like one of ours; perhaps this one was meant.
    Unknown(Option<&'static str>),
}

pub(super) fn meaning(name: &str, value: &str) -> Meaning {
    let is_failpoint = cfg!(debug_assertions) && name == "CAMPANILE_ABORT_AT";
    if is_failpoint || matches!(name, "CAMPANILE_CONFIG" | "CAMPANILE_TOKEN" | "CAMPANILE_APP_SECRET") {
        return Meaning::Elsewhere;
    }
    match VARIABLES.iter().find(|variable| variable.name == name) {
        Some(variable) => Meaning::Field(variable.field),
        None if name.starts_with(PREFIX) && !is_service_link(name, value) => Meaning::Unknown(nearest(name)),
        None => Meaning::Foreign,
    }
}

/// Kubernetes and Docker describe a service called `campanile` to its neighbours in variables such as
/// `CAMPANILE_SERVICE_HOST` and `CAMPANILE_PORT_6001_TCP=tcp://…`. Nobody wrote those.
fn is_service_link(name: &str, value: &str) -> bool {
    name.ends_with("_SERVICE_HOST")
        || name.contains("_SERVICE_PORT")
        || name.contains("_TCP")
        || name.contains("_UDP")
        || (name.ends_with("_PORT") && value.contains("://"))
}

/// The variable that a misspelt name most resembles, if it does at all: most letters in common at the
/// beginning and the end.
fn nearest(name: &str) -> Option<&'static str> {
    let common = |candidate: &str| {
        let front = name.bytes().zip(candidate.bytes()).take_while(|(a, b)| a == b).count();
        let back = name.bytes().rev().zip(candidate.bytes().rev()).take_while(|(a, b)| a == b).count();
        front + back
    };
    let best = VARIABLES.iter().map(|variable| variable.name).max_by_key(|candidate| common(candidate))?;
    (common(best) > PREFIX.len() + 3).then_some(best)
}

/// A variable is text, the file has types: a number in the environment means the number, and a list has its
/// entries between commas.
pub(super) fn typed(field: &str, text: String) -> Value {
    let value = match field {
        "workers" => text.parse().map(Value::Integer).ok(),
        "trusted_proxies" => Some(Value::Array(text.split(',').map(|entry| entry.trim().into()).collect())),
        "telemetry.sample_ratio" => text.parse().map(Value::Float).ok(),
        "conformance_echo" | "webhooks.metrics_by_endpoint" => text.parse().map(Value::Boolean).ok(),
        _ => None,
    };
    value.unwrap_or(Value::String(text))
}
