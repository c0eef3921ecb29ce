use bytes::Bytes;
use campanile_protocol::EventData;

/// What an event carried, as JSON text, for people to read: the beginning of it, when it is long.
#[derive(Clone, Debug, Default)]
pub struct Payload {
    json: Bytes,
    bytes: usize,
}

impl Payload {
    /// What is kept of one at most, in bytes.
    pub const MAX_BYTES: usize = 4096;

    /// The whole of it, sharing the event's buffer.
    pub(crate) fn of(data: &EventData) -> Self {
        let json = data.to_bytes();
        Self { bytes: json.len(), json }
    }

    /// A copy of the beginning, which keeps no buffer alive: an event may be a small part of a large one.
    pub(super) fn cut(&self) -> Self {
        Self { json: Bytes::copy_from_slice(self.beginning().as_bytes()), bytes: self.bytes }
    }

    /// What is shown of it. Looks at no more than that.
    pub(super) fn beginning(&self) -> &str {
        let most = &self.json[..self.json.len().min(Self::MAX_BYTES)];
        match std::str::from_utf8(most) {
            Ok(text) => text,
            // Cut within a character.
            Err(error) => std::str::from_utf8(&most[..error.valid_up_to()]).expect("valid up to there"),
        }
    }

    /// Nothing of it but its size.
    pub(super) fn dropped(&self) -> Self {
        Self { json: Bytes::new(), bytes: self.bytes }
    }

    /// Its beginning; not valid JSON when it [is cut](Self::is_cut).
    pub fn as_json(&self) -> &str {
        std::str::from_utf8(&self.json).expect("cut between characters of what was UTF-8")
    }

    /// How long the whole of it is.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether there is more than [`as_json`](Self::as_json) shows.
    pub fn is_cut(&self) -> bool {
        self.json.len() < self.bytes
    }
}
