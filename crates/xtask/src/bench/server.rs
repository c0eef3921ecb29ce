use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use anyhow::{Context, ensure};

use crate::process::spawn;

/// An app on a server, as the generator wants to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Endpoint {
    pub(super) url: String,
    pub(super) app: String,
    pub(super) key: String,
    pub(super) secret: String,
    pub(super) pid: u32,
}

impl Endpoint {
    /// `URL,APP,KEY,SECRET,PID`, or without the secret if that is known otherwise.
    pub(super) fn parse(text: &str, secret: Option<String>) -> anyhow::Result<Self> {
        let parts: Vec<&str> = text.split(',').collect();
        let (url, app, key, secret, pid) = match (parts.as_slice(), secret) {
            (&[url, app, key, secret, pid], _) => (url, app, key, secret.to_owned(), pid),
            (&[url, app, key, pid], Some(secret)) => (url, app, key, secret, pid),
            (&[_, _, _, _], None) => anyhow::bail!("--peer names no secret, and the environment none either"),
            _ => anyhow::bail!("--peer is not URL,APP,KEY,SECRET,PID"),
        };
        let pid = pid.parse().context("PID is no number")?;
        Ok(Self { url: url.into(), app: app.into(), key: key.into(), secret, pid })
    }

    pub(super) fn point(&self, generator: &mut Command) {
        // Not an argument: everybody on the machine sees those.
        generator.env("CAMPANILE_LOADTEST_SECRET", &self.secret);
        generator.args(["--url", &self.url, "--app", &self.app, "--key", &self.key]);
        generator.args(["--pid", &self.pid.to_string()]);
    }
}

/// A process that serves until this is dropped.
#[derive(Debug)]
pub(super) struct Server {
    process: Child,
    endpoint: Endpoint,
}

impl Server {
    /// Starts it and returns the first line it prints.
    pub(super) fn start(command: &mut Command) -> anyhow::Result<(Child, String)> {
        let mut process = spawn(command.stdout(Stdio::piped()))?;
        let stdout = process.stdout.take().context("it is piped")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        if line.is_empty() {
            let status = process.wait()?;
            ensure!(false, "{} did not start: {status}", command.get_program().display());
        }
        Ok((process, line))
    }

    pub(super) fn new(process: Child, endpoint: Endpoint) -> Self {
        Self { process, endpoint }
    }

    pub(super) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }
}

impl Drop for Server {
    /// At once: nothing of it is needed any more, and an orderly end of ten thousand connections takes
    /// its time.
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_is_named_by_five_things_of_which_one_may_stay_secret() {
        let peer = Endpoint::parse("http://127.0.0.1:1,2,key,secret,77", None).unwrap();
        assert_eq!((peer.url.as_str(), peer.app.as_str(), peer.pid), ("http://127.0.0.1:1", "2", 77));
        let secret = Some("secret".to_owned());
        assert_eq!(Endpoint::parse("http://127.0.0.1:1,2,key,77", secret).unwrap(), peer);
        assert!(Endpoint::parse("http://127.0.0.1:1,2,key,77", None).is_err());
        assert!(Endpoint::parse("http://127.0.0.1:1,2,key,secret", None).is_err());
        assert!(Endpoint::parse("http://127.0.0.1:1,2,key,secret,x", None).is_err());
    }
}
