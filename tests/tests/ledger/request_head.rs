//! The head of an HTTP request, as far as it matters here.

use std::io::BufRead;

pub(crate) struct Head {
    pub(crate) id: String,
    pub(crate) is_replay: bool,
    pub(crate) length: usize,
}

impl Head {
    /// `None` at the end of the connection.
    pub(crate) fn read(reader: &mut impl BufRead) -> std::io::Result<Option<Self>> {
        let mut head = Self { id: String::new(), is_replay: false, length: 0 };
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        loop {
            line.clear();
            if reader.read_line(&mut line)? == 0 {
                return Ok(None);
            }
            let Some((name, value)) = line.trim_end().split_once(':') else { return Ok(Some(head)) };
            match name.to_ascii_lowercase().as_str() {
                "webhook-id" => head.id = value.trim().to_owned(),
                "webhook-replay" => head.is_replay = true,
                "content-length" => head.length = value.trim().parse().unwrap_or(0),
                _ => {}
            }
        }
    }
}
