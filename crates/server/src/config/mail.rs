use std::{fmt, net::IpAddr, str::FromStr};

use lettre::message::Mailbox;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, de::Error};
use url::{Host, Url};

/// Mails to people: links that verify addresses, invite, reset passwords; warnings. Without a server they are
/// written to the log, links and all, which is for development.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MailConfig {
    /// The server that takes them.
    pub smtp_url: Option<SmtpUrl>,
    /// Who they are from, e.g. `Campanile <no-reply@example.com>`.
    pub from: Option<Sender>,
}

/// The URL of a mail server: `smtps://user:password@host:465`, or `smtp://…:587?tls=required` for STARTTLS. A
/// secret, because most hold a password; `Display` leaves that out.
#[derive(Clone, Debug)]
pub struct SmtpUrl(SecretString);

/// An address with or without a name.
#[derive(Clone, Debug)]
pub struct Sender(Mailbox);

impl Sender {
    /// As mails carry it.
    #[must_use]
    pub fn mailbox(&self) -> &Mailbox {
        &self.0
    }
}

impl SmtpUrl {
    /// For the one who connects.
    #[must_use]
    pub fn secret(&self) -> &SecretString {
        &self.0
    }
}

impl fmt::Display for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut url = Url::parse(self.0.expose_secret()).expect("checked when it was read");
        if url.password().is_some() {
            // Fails only for URLs without a host, which were refused.
            let _ = url.set_password(Some("***"));
        }
        url.fmt(f)
    }
}

impl<'de> Deserialize<'de> for SmtpUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = SecretString::deserialize(deserializer)?;
        // The text stays out of the messages.
        let url = Url::parse(text.expose_secret()).map_err(|_| D::Error::custom("not a URL"))?;
        check(&url).map_err(D::Error::custom)?;
        Ok(Self(text))
    }
}

/// Mails hold links that open accounts: they leave this computer encrypted or not at all.
fn check(url: &Url) -> Result<(), &'static str> {
    let host = url.host().ok_or("must name a host")?;
    match url.scheme() {
        "smtps" => Ok(()),
        "smtp" if url.query_pairs().any(|(name, value)| name == "tls" && value == "required") => Ok(()),
        "smtp" if is_loopback(&host) => Ok(()),
        "smtp" => Err("must be encrypted: use smtps://, or add ?tls=required"),
        _ => Err("must begin with smtp:// or smtps://"),
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
        // A scheme that browsers do not know leaves addresses as text.
        Host::Domain(name) => {
            *name == "localhost" || IpAddr::from_str(name).is_ok_and(|address| address.is_loopback())
        }
    }
}

impl fmt::Display for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Sender {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(|_| D::Error::custom("must be an address, perhaps with a name"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mails_leave_this_computer_encrypted_only() {
        for (url, is_taken) in [
            ("smtps://u:p@mail.example.com:465", true),
            ("smtp://u:p@mail.example.com:587?tls=required", true),
            ("smtp://mail.example.com", false),
            ("smtp://mail.example.com?tls=opportunistic", false),
            ("smtp://127.0.0.1:1025", true),
            ("smtp://[::1]:1025", true),
            ("smtp://localhost", true),
            ("smtp://127.0.0.1.example.com", false),
            ("http://localhost", false),
        ] {
            assert_eq!(check(&Url::parse(url).unwrap()).is_ok(), is_taken, "{url}");
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        let url = SmtpUrl("smtps://ada:hush@mail.example.com".to_owned().into());
        assert_eq!(url.to_string(), "smtps://ada:***@mail.example.com");
    }
}
