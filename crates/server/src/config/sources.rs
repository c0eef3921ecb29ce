use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use toml::{Table, Value};

use super::{
    Config, ConfigError,
    environment::{Meaning, meaning, typed},
};

/// Where the configuration is written down.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The TOML file, if one was named.
    pub file: Option<PathBuf>,
    /// The environment, whole: other programs' variables are passed over.
    pub environment: Vec<(String, String)>,
    /// Flags of the command line that were used: the flag, the field that it sets, its value.
    pub flags: Vec<(&'static str, &'static str, String)>,
}

/// Fields by path as they were last written, and where.
#[derive(Default)]
struct Written {
    table: Table,
    origins: HashMap<&'static str, String>,
}

impl Sources {
    /// Reads and joins them.
    ///
    /// # Errors
    /// The first fault, naming the field's path.
    pub fn read(self) -> Result<Config, ConfigError> {
        let mut written = Written::default();
        if let Some(file) = &self.file {
            written.table = read_file(file)?;
        }
        for (name, value) in self.environment {
            match meaning(&name, &value) {
                Meaning::Foreign | Meaning::Elsewhere => {}
                // `${NAME:-}` in a container's description: declared, and not set.
                Meaning::Field(_) if value.is_empty() => {}
                Meaning::Field(field) => written.set(field, value, name),
                Meaning::Unknown(near) => return Err(ConfigError::UnknownVariable { name, near }),
            }
        }
        for (flag, field, value) in self.flags {
            written.set(field, value, flag.to_owned());
        }
        let config = written.into_config(self.file.as_deref())?;
        check_together(config)
    }
}

impl Written {
    fn set(&mut self, field: &'static str, value: String, origin: String) {
        let (section, name) = field.split_once('.').unwrap_or(("", field));
        let table = match section {
            "" => &mut self.table,
            _ => match self.table.entry(section).or_insert_with(|| Value::Table(Table::new())) {
                Value::Table(table) => table,
                // The file has a value where a section belongs; it is reported when that is read.
                _ => return,
            },
        };
        table.insert(name.to_owned(), typed(field, value));
        self.origins.insert(field, origin);
    }

    fn into_config(self, file: Option<&Path>) -> Result<Config, ConfigError> {
        serde_path_to_error::deserialize(Value::Table(self.table)).map_err(|error| {
            let field = error.path().to_string();
            // A variable sets a list as a whole.
            let written_elsewhere = self.origins.get(field.split('[').next().unwrap_or(&field)).cloned();
            ConfigError::Field {
                origin: written_elsewhere.or_else(|| file.map(|path| path.display().to_string())),
                message: error.into_inner().message().to_owned(),
                field,
            }
        })
    }
}

fn read_file(path: &Path) -> Result<Table, ConfigError> {
    let text = fs::read_to_string(path)
        .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
    text.parse().map_err(|error: toml::de::Error| ConfigError::Syntax {
        path: path.to_owned(),
        line: 1 + error.span().map_or(0, |span| text[..span.start].matches('\n').count()),
        message: error.message().to_owned(),
    })
}

/// What no field can say alone.
fn check_together(config: Config) -> Result<Config, ConfigError> {
    let fault = |field: &str, message: &str| {
        Err(ConfigError::Field { field: field.to_owned(), message: message.to_owned(), origin: None })
    };
    if config.master_key.is_some() && config.master_key_file.is_some() {
        return fault("master_key", "is set beside master_key_file; only one of them can count");
    }
    if config.mail.smtp_url.is_some() != config.mail.from.is_some() {
        let missing = if config.mail.from.is_none() { "mail.from" } else { "mail.smtp_url" };
        return fault(missing, "is missing: mails need a server and a sender");
    }
    if config.mail.smtp_url.is_some() && config.public_url.is_none() {
        return fault("public_url", "is missing: links in mails lead there");
    }
    if config.listen == config.internal_listen && config.listen.port() != 0 {
        return fault("internal_listen", "must differ from listen: metrics are not for the public");
    }
    Ok(config)
}
