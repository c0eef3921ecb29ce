use toml::{Table, Value};

use super::{Config, duration};

/// Stands for a secret that is set.
const HIDDEN: &str = "***";

impl Config {
    /// The effective values, as one would write them in the file; secrets are hidden and what has no
    /// value is left out.
    #[must_use]
    pub fn to_table(&self) -> Table {
        let mut table = Table::new();
        let mut set = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                table.insert(name.to_owned(), Value::String(value));
            }
        };
        set("listen", Some(self.listen.to_string()));
        set("internal_listen", Some(self.internal_listen.to_string()));
        set("data_dir", Some(self.data_dir.display().to_string()));
        set("database_url", self.database_url.as_ref().map(ToString::to_string));
        match &self.master_key {
            Some(_) => set("master_key", Some(HIDDEN.to_owned())),
            None => set("master_key_file", Some(self.master_key_path().display().to_string())),
        }
        set("public_url", self.public_url.as_ref().map(ToString::to_string));
        set("shutdown_grace", Some(duration::show(self.shutdown_grace)));
        if let Some(workers) = self.workers.and_then(|workers| i64::try_from(workers.get()).ok()) {
            table.insert("workers".to_owned(), Value::Integer(workers));
        }
        let proxies = self.trusted_proxies.iter().map(|proxy| proxy.to_string().into()).collect();
        table.insert("trusted_proxies".to_owned(), Value::Array(proxies));
        table.insert("conformance_echo".to_owned(), Value::Boolean(self.conformance_echo));
        table.insert("webhooks".to_owned(), self.webhooks_table());
        let mail = [
            ("smtp_url", self.mail.smtp_url.as_ref().map(ToString::to_string)),
            ("from", self.mail.from.as_ref().map(ToString::to_string)),
        ];
        let mail =
            mail.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Value::String(value?))));
        let mail: Table = mail.collect();
        if !mail.is_empty() {
            table.insert("mail".to_owned(), Value::Table(mail));
        }
        if let Some(endpoint) = &self.telemetry.otlp_endpoint {
            let mut telemetry = Table::new();
            telemetry.insert("otlp_endpoint".to_owned(), Value::String(endpoint.to_string()));
            telemetry.insert("sample_ratio".to_owned(), Value::Float(self.telemetry.sample_ratio));
            table.insert("telemetry".to_owned(), Value::Table(telemetry));
        }
        let log = [("format", self.log.format.as_str().to_owned()), ("filter", self.log.filter.to_string())];
        table.insert("log".to_owned(), section(log));
        table
    }

    fn webhooks_table(&self) -> Value {
        let targets = Value::String(self.webhook_targets().as_str().to_owned());
        let by_endpoint = Value::Boolean(self.webhooks.metrics_by_endpoint);
        let fields = [("allow_targets", targets), ("metrics_by_endpoint", by_endpoint)];
        Value::Table(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }
}

fn section<const N: usize>(fields: [(&str, String); N]) -> Value {
    Value::Table(fields.into_iter().map(|(name, value)| (name.to_owned(), Value::String(value))).collect())
}
