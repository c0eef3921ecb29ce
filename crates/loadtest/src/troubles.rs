use serde::Serialize;

/// What did not go as it should, beside the ledger.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Troubles {
    /// Errors that the server told clients.
    pub(crate) refused: u64,
    /// Requests that were not answered with success.
    pub(crate) failed_requests: u64,
    /// Connections that the server ended.
    pub(crate) closed: u64,
    /// What was still open when waiting for it made no sense any more.
    pub(crate) unanswered: u64,
    /// The first of all these.
    pub(crate) first: Option<String>,
}

impl Troubles {
    pub(crate) fn refused(&mut self, text: &[u8]) {
        self.refused += 1;
        self.first.get_or_insert_with(|| String::from_utf8_lossy(text).into_owned());
    }

    pub(crate) fn failed_request(&mut self, status: u16) {
        self.failed_requests += 1;
        self.first.get_or_insert_with(|| match status {
            0 => "a request was not answered".to_owned(),
            _ => format!("a request was answered with {status}"),
        });
    }

    pub(crate) fn closed(&mut self, code: Option<u16>) {
        self.closed += 1;
        self.first.get_or_insert_with(|| match code {
            Some(code) => format!("the server closed a connection with {code}"),
            None => "the server dropped a connection".to_owned(),
        });
    }

    /// Says how many `what` have no answer now; those of an earlier call are among them.
    pub(crate) fn set_unanswered(&mut self, count: usize, what: &str) {
        self.unanswered = count as u64;
        if count > 0 {
            self.first.get_or_insert_with(|| format!("{count} {what} not answered"));
        }
    }

    pub(crate) fn is_none(&self) -> bool {
        self.refused + self.failed_requests + self.closed + self.unanswered == 0
    }
}
