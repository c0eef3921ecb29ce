use std::{io::Write, path::PathBuf};

use super::*;

/// A configuration file that lives as long as the value.
struct File(PathBuf);

impl File {
    fn new(name: &str, text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("campanile-config-{}-{name}.toml", std::process::id()));
        std::fs::File::create(&path).unwrap().write_all(text.as_bytes()).unwrap();
        Self(path)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn from_file(name: &str, text: &str) -> Result<Config, String> {
    let file = File::new(name, text);
    let sources = Sources { file: Some(file.0.clone()), ..Sources::default() };
    sources.read().map_err(|error| error.to_string().replace(file.0.to_str().unwrap(), "FILE"))
}

fn from_environment(variables: &[(&str, &str)]) -> Result<Config, String> {
    let environment =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Sources { environment, ..Sources::default() }.read().map_err(|error| error.to_string())
}

#[test]
fn nothing_written_means_the_embedded_default_on_this_computer() {
    let config = Sources::default().read().unwrap();
    assert_eq!(
        toml::to_string(&config.to_table()).unwrap(),
        "conformance_echo = false\n\
         data_dir = \".campanile\"\n\
         internal_listen = \"127.0.0.1:9601\"\n\
         listen = \"127.0.0.1:6001\"\n\
         master_key_file = \".campanile/master.key\"\n\
         shutdown_grace = \"10s\"\n\
         trusted_proxies = []\n\
         \n\
         [log]\n\
         filter = \"info,sqlx=warn,actix_server=warn\"\n\
         format = \"text\"\n\
         \n\
         [webhooks]\n\
         allow_targets = \"loopback\"\n\
         metrics_by_endpoint = false\n"
    );
}

#[test]
fn the_command_line_overrides_the_environment_and_that_the_file() {
    let file = File::new(
        "layers",
        "listen = '10.0.0.1:1'\ninternal_listen = '10.0.0.1:2'\nworkers = 1\n[log]\nfilter = 'warn'\n",
    );
    let config = Sources {
        file: Some(file.0.clone()),
        environment: vec![
            ("CAMPANILE_LISTEN".into(), "10.0.0.2:1".into()),
            ("CAMPANILE_WORKERS".into(), "3".into()),
            ("CAMPANILE_LOG_FORMAT".into(), "json".into()),
            ("CAMPANILE_WEBHOOKS_METRICS_BY_ENDPOINT".into(), "true".into()),
            // Commands', which must not stop a platform in the same shell.
            ("CAMPANILE_TOKEN".into(), "cmt_x".into()),
            ("CAMPANILE_APP_SECRET".into(), "s".into()),
            ("HOME".into(), "/".into()),
        ],
        flags: vec![("--listen", "listen", "10.0.0.3:1".into())],
    };
    let config = config.read().unwrap();
    assert_eq!(
        (config.listen.to_string(), config.internal_listen.to_string()),
        ("10.0.0.3:1".into(), "10.0.0.1:2".into())
    );
    assert_eq!(config.workers.map(NonZeroUsize::get), Some(3));
    assert!(config.webhooks.metrics_by_endpoint);
    assert_eq!((config.log.format, config.log.filter.to_string()), (LogFormat::Json, "warn".into()));
}

#[test]
fn every_fault_names_the_path_of_its_field() {
    let cases = [
        ("listne = '127.0.0.1:1'", "listne: unknown field"),
        ("[log]\nformt = 'json'", "log.formt: unknown field"),
        ("[log]\nformat = 'yaml'", "log.format: unknown variant `yaml`"),
        ("[log]\nfilter = 'info,x=louder'", "log.filter: "),
        ("listen = 'localhost'", "listen: invalid socket address"),
        ("trusted_proxies = '127.0.0.1'", "trusted_proxies: invalid type"),
        ("trusted_proxies = [1]", "trusted_proxies[0]: invalid type"),
        (
            "trusted_proxies = ['127.0.0.1', 'proxy.example']",
            "trusted_proxies[1]: \"proxy.example\" is neither an address",
        ),
        ("trusted_proxies = ['10.0.0.0/33']", "trusted_proxies[0]: \"10.0.0.0/33\" is neither"),
        ("conformance_echo = 'yes'", "conformance_echo: invalid type"),
        ("workers = 0", "workers: invalid value"),
        ("shutdown_grace = 10", "shutdown_grace: invalid type"),
        ("shutdown_grace = '10'", "shutdown_grace: \"10\" is not a duration"),
        ("webhooks = 1", "webhooks: invalid type"),
        ("public_url = 'https://a.example/b'", "public_url: must be only a scheme, a host"),
        ("database_url = 'mysql://x'", "database_url: must begin with postgres://"),
        ("master_key = 'a'\nmaster_key_file = 'b'", "master_key: is set beside master_key_file"),
        ("public_url = 'http://a.example'\n[mail]\nfrom = 'a@b.example'", "mail.smtp_url: is missing"),
        ("public_url = 'http://a.example'\n[mail]\nsmtp_url = 'smtps://b'", "mail.from: is missing"),
        ("[mail]\nsmtp_url = 'smtps://b'\nfrom = 'a@b.example'", "public_url: is missing"),
        ("[mail]\nsmtp_url = 'smtp://x:secret@b.example'", "mail.smtp_url: must be encrypted"),
        ("[mail]\nfrom = 'nobody'", "mail.from: must be an address"),
        ("internal_listen = '127.0.0.1:6001'", "internal_listen: must differ"),
        ("[telemetry]\nsample_ratio = 1.5", "telemetry.sample_ratio: "),
        ("[telemetry]\notlp_endpoint = 'collector:4318'", "telemetry.otlp_endpoint: "),
        ("[telemetry]\notlp_endpoint = 'http://bell:secret@collector'", "telemetry.otlp_endpoint: "),
        ("\nmaster_key = 'secret", "FILE, line 2: "),
    ];
    for (index, (text, expected)) in cases.into_iter().enumerate() {
        let fault = from_file(&index.to_string(), text).expect_err(text);
        assert!(fault.starts_with(expected), "{text:?} → {fault}");
        assert!(!fault.contains("secret"), "{fault}");
    }
}

#[test]
fn a_fault_from_the_environment_names_field_and_variable() {
    let fault = from_environment(&[("CAMPANILE_WORKERS", "many")]).unwrap_err();
    assert!(fault.starts_with("workers: ") && fault.ends_with("(from CAMPANILE_WORKERS)"), "{fault}");
    let fault = from_environment(&[("CAMPANILE_TRUSTED_PROXIES", "::1,10.0.0.256")]).unwrap_err();
    assert!(fault.starts_with("trusted_proxies[1]: \"10.0.0.256\" "), "{fault}");
    assert!(fault.ends_with("(from CAMPANILE_TRUSTED_PROXIES)"), "{fault}");
}

#[test]
fn proxies_are_a_list_in_the_file_and_between_commas_in_the_environment() {
    let shown = |config: Config| config.to_table()["trusted_proxies"].to_string();
    let expected = r#"["127.0.0.1", "10.0.0.0/8", "::1"]"#;
    let file = from_file("proxies", "trusted_proxies = ['127.0.0.1', '10.0.0.0/8', '::1']").unwrap();
    let environment =
        from_environment(&[("CAMPANILE_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8,::1")]).unwrap();
    assert_eq!((shown(file), shown(environment)), (expected.to_owned(), expected.to_owned()));
}

#[test]
fn traces_are_off_until_a_collector_is_named() {
    assert!(from_environment(&[]).unwrap().telemetry.otlp_endpoint.is_none());
    let config = from_environment(&[
        ("CAMPANILE_TELEMETRY_OTLP_ENDPOINT", "http://127.0.0.1:4318/"),
        ("CAMPANILE_TELEMETRY_SAMPLE_RATIO", "0.5"),
    ])
    .unwrap();
    let shown = config.to_table()["telemetry"].to_string();
    assert_eq!(shown, r#"{ otlp_endpoint = "http://127.0.0.1:4318", sample_ratio = 0.5 }"#);
}

#[test]
fn a_misspelt_variable_is_refused_and_a_service_link_is_not_ours() {
    assert_eq!(
        from_environment(&[("CAMPANILE_LISTN", "127.0.0.1:1")]).unwrap_err(),
        "CAMPANILE_LISTN: unknown environment variable; did you mean CAMPANILE_LISTEN?"
    );
    assert!(from_environment(&[("CAMPANILE_SECRET_SAUCE", "1")]).is_err());
    let links = [
        ("CAMPANILE_SERVICE_HOST", "10.0.0.1"),
        ("CAMPANILE_SERVICE_PORT_HTTP", "80"),
        ("CAMPANILE_PORT", "tcp://10.0.0.1:80"),
        ("CAMPANILE_PORT_80_TCP_ADDR", "10.0.0.1"),
    ];
    assert!(from_environment(&links).is_ok());
}

#[test]
fn no_secret_is_shown() {
    let config = from_environment(&[
        ("DATABASE_URL", "postgres://bell:hunter2@db.example/x?password=hunter2"),
        ("CAMPANILE_MASTER_KEY", "hunter2"),
        ("CAMPANILE_PUBLIC_URL", "https://push.example"),
        ("CAMPANILE_MAIL_SMTP_URL", "smtps://bell:hunter2@mail.example"),
        ("CAMPANILE_MAIL_FROM", "Bell <bell@mail.example>"),
    ])
    .unwrap();
    let shown = toml::to_string(&config.to_table()).unwrap();
    assert!(!shown.contains("hunter2") && !format!("{config:?}").contains("hunter2"), "{shown}");
    assert!(shown.contains("postgres://bell:***@db.example/x?***"), "{shown}");
    assert!(shown.contains("smtps://bell:***@mail.example"), "{shown}");
    assert_eq!(config.webhook_targets(), AllowTargets::Public);
}
