/// One server-sent event.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) event: String,
    pub(crate) data: String,
}

/// The stream did not come from a platform: it holds a line longer than any webhook.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct LineTooLong;

/// A webhook of 256 KiB, escaped, with its headers, and room to spare.
const MAX_LINE_BYTES: usize = 8 * 1024 * 1024;

/// Cuts a stream of bytes into events, wherever the chunks end. Of the format it reads what the platform
/// writes: `event`, `data` and comments.
#[derive(Debug, Default)]
pub(crate) struct Parser {
    line: Vec<u8>,
    event: String,
    data: Vec<String>,
}

impl Parser {
    /// The events that `chunk` completes.
    pub(crate) fn push(&mut self, chunk: &[u8]) -> Result<Vec<Message>, LineTooLong> {
        let mut messages = Vec::new();
        let mut rest = chunk;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            self.line.extend_from_slice(&rest[..end]);
            rest = &rest[end + 1..];
            messages.extend(self.end_line());
        }
        self.line.extend_from_slice(rest);
        if self.line.len() > MAX_LINE_BYTES { Err(LineTooLong) } else { Ok(messages) }
    }

    fn end_line(&mut self) -> Option<Message> {
        let line = std::mem::take(&mut self.line);
        let line = String::from_utf8_lossy(&line);
        let line = line.strip_suffix('\r').unwrap_or(&line);
        if line.is_empty() {
            return self.dispatch();
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.event),
            "data" => self.data.push(value.to_owned()),
            _ => {}
        }
        None
    }

    fn dispatch(&mut self) -> Option<Message> {
        let (event, data) = (std::mem::take(&mut self.event), std::mem::take(&mut self.data));
        (!data.is_empty()).then(|| Message { event, data: data.join("\n") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(event: &str, data: &str) -> Message {
        Message { event: event.to_owned(), data: data.to_owned() }
    }

    #[test]
    fn events_are_the_same_wherever_the_chunks_end() {
        let text = "event: a\ndata: {\"x\":\"é\"}\n\n: still here\n\nevent:b\r\ndata: 1\r\ndata: 2\r\nid: 7\r\n\r\ndata: alone\n\n";
        let expected = [message("a", "{\"x\":\"é\"}"), message("b", "1\n2"), message("", "alone")];
        for size in 1..=text.len() {
            let mut parser = Parser::default();
            let found: Vec<_> =
                text.as_bytes().chunks(size).flat_map(|chunk| parser.push(chunk).unwrap()).collect();
            assert_eq!(found, expected, "chunks of {size}");
        }
    }

    #[test]
    fn an_event_without_data_or_end_is_none() {
        let mut parser = Parser::default();
        assert_eq!(parser.push(b"event: a\n\ndata: x\n"), Ok(vec![]));
        assert_eq!(parser.push(b"\n"), Ok(vec![message("", "x")]));
    }

    #[test]
    fn an_endless_line_is_refused() {
        let mut parser = Parser::default();
        let chunk = vec![b'x'; 1 << 20];
        assert!((0..8).all(|_| parser.push(&chunk).is_ok()));
        assert_eq!(parser.push(&chunk), Err(LineTooLong));
    }
}
