//! Just enough of SockJS 0.3.3 over a chunked HTTP response: walking over chunks and over the frames in
//! them, and building what clients send.

use anyhow::{Context, Result, bail, ensure};

/// No server sends a longer chunk; a length beyond it means that the walk has lost its way.
const MAX_CHUNK_BYTES: usize = 64 << 20;
/// Longest line before a chunk.
const MAX_CHUNK_HEAD_BYTES: usize = 64;

/// One chunk in a buffer (RFC 9112, section 7.1). The last of a response is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chunk<'a> {
    pub(crate) content: &'a [u8],
    /// Where the next chunk begins.
    pub(crate) end: usize,
}

/// The chunk at the beginning of `bytes`; `None` if it is not complete yet.
#[inline]
pub(crate) fn next_chunk(bytes: &[u8]) -> Result<Option<Chunk<'_>>> {
    let head = &bytes[..bytes.len().min(MAX_CHUNK_HEAD_BYTES)];
    let Some(line_end) = head.iter().position(|byte| *byte == b'\n') else {
        ensure!(bytes.len() < MAX_CHUNK_HEAD_BYTES, "this is no chunk");
        return Ok(None);
    };
    let length = chunk_length(&bytes[..line_end])?;
    let start = line_end + 1;
    let end = start + length + 2;
    if bytes.len() < end {
        return Ok(None);
    }
    ensure!(&bytes[end - 2..end] == b"\r\n", "a chunk is longer than it says");
    Ok(Some(Chunk { content: &bytes[start..end - 2], end }))
}

fn chunk_length(line: &[u8]) -> Result<usize> {
    let digits = line.split(|byte| matches!(byte, b';' | b'\r')).next().unwrap_or_default();
    let digits = std::str::from_utf8(digits).context("a chunk's length is no text")?;
    let length = usize::from_str_radix(digits, 16).context("a chunk's length is no number")?;
    ensure!(length <= MAX_CHUNK_BYTES, "a chunk of {length} bytes");
    Ok(length)
}

/// What a session is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// It is open.
    Open,
    /// It is still there.
    Heartbeat,
    /// A message, which was put where the caller wanted it.
    Message,
    /// It is closed, with a code if there is one.
    Close(Option<u16>),
}

/// Walks over frames, each of which is a line.
#[derive(Debug)]
pub(crate) struct Frames<'a> {
    /// What is left.
    text: &'a [u8],
    /// The messages of a frame are being walked over.
    is_among_messages: bool,
}

impl<'a> Frames<'a> {
    /// `lines` must be complete.
    pub(crate) fn new(lines: &'a [u8]) -> Self {
        Self { text: lines, is_among_messages: false }
    }

    /// What comes next. A message replaces what is in `message`.
    #[inline]
    pub(crate) fn next(&mut self, message: &mut Vec<u8>) -> Result<Option<Told>> {
        loop {
            match (self.is_among_messages, self.text) {
                (true, [b'"', text @ ..]) => {
                    self.text = unescape(text, message)?;
                    return Ok(Some(Told::Message));
                }
                (true, [b',', rest @ ..]) | (false, [b'\n', rest @ ..]) => self.text = rest,
                (true, [b']', rest @ ..]) => (self.is_among_messages, self.text) = (false, rest),
                (false, [b'a', b'[', rest @ ..]) => (self.is_among_messages, self.text) = (true, rest),
                (false, []) => return Ok(None),
                (false, [kind, ..]) => return self.take_line(*kind).map(Some),
                (true, _) => bail!("messages without an end"),
            }
        }
    }

    fn take_line(&mut self, kind: u8) -> Result<Told> {
        let end = self.text.iter().position(|byte| *byte == b'\n').unwrap_or(self.text.len());
        let (line, rest) = self.text.split_at(end);
        self.text = rest;
        Ok(match kind {
            b'o' => Told::Open,
            b'h' => Told::Heartbeat,
            b'c' => Told::Close(close_code(line)),
            _ => bail!("this is no frame: {:?}", String::from_utf8_lossy(line)),
        })
    }
}

/// The code of `c[CODE,"reason"]`.
fn close_code(line: &[u8]) -> Option<u16> {
    let text = std::str::from_utf8(line.strip_prefix(b"c[")?).ok()?;
    text.split([',', ']']).next()?.trim().parse().ok()
}

/// Puts the string that begins `text`, behind its quotation mark, into `into`; returns what follows it.
fn unescape<'a>(text: &'a [u8], into: &mut Vec<u8>) -> Result<&'a [u8]> {
    into.clear();
    let mut at = 0;
    loop {
        let special = text[at..].iter().position(|byte| matches!(byte, b'"' | b'\\'));
        let end = at + special.context("a message without an end")?;
        into.extend_from_slice(&text[at..end]);
        if text[end] == b'"' {
            return Ok(&text[end + 1..]);
        }
        at = end + 2;
        match text.get(end + 1) {
            Some(plain @ (b'"' | b'\\' | b'/')) => into.push(*plain),
            Some(b'n') => into.push(b'\n'),
            Some(b'r') => into.push(b'\r'),
            Some(b't') => into.push(b'\t'),
            Some(b'b') => into.push(0x08),
            Some(b'f') => into.push(0x0c),
            Some(b'u') => {
                push_code(text.get(at..at + 4).context("an escape without an end")?, into)?;
                at += 4;
            }
            _ => bail!("an unknown escape"),
        }
    }
}

/// Half of a pair becomes a replacement: what is counted here is ASCII.
fn push_code(digits: &[u8], into: &mut Vec<u8>) -> Result<()> {
    let code = u32::from_str_radix(std::str::from_utf8(digits)?, 16)?;
    let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    into.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(lines: &[u8]) -> Result<Vec<(Told, String)>> {
        let (mut frames, mut message, mut all) = (Frames::new(lines), Vec::new(), Vec::new());
        while let Some(told) = frames.next(&mut message)? {
            all.push((told, String::from_utf8(std::mem::take(&mut message))?));
        }
        Ok(all)
    }

    #[test]
    fn chunks_are_walked_over_and_the_last_is_empty() {
        let bytes = b"4\r\nh\nh\n\r\n1A;x=y\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n";
        let first = next_chunk(bytes).unwrap().unwrap();
        assert_eq!(first.content, b"h\nh\n");
        let second = next_chunk(&bytes[first.end..]).unwrap().unwrap();
        assert_eq!(second.content.len(), 26);
        let last = next_chunk(&bytes[first.end + second.end..]).unwrap().unwrap();
        assert_eq!((last.content, first.end + second.end + last.end), (&b""[..], bytes.len()));
    }

    #[test]
    fn a_chunk_cut_anywhere_is_not_complete() {
        let bytes = b"1b\r\na[\"012345678901234567890\"]\n\r\n";
        for cut in 0..bytes.len() {
            assert_eq!(next_chunk(&bytes[..cut]).unwrap(), None, "{cut}");
        }
        assert!(next_chunk(bytes).unwrap().is_some());
    }

    #[test]
    fn what_is_no_chunk_is_refused() {
        let endless = [b'1'; MAX_CHUNK_HEAD_BYTES];
        let bad: [&[u8]; 4] = [b"x\r\n", b"2\r\nabcdef", b"ffffffffff\r\n", &endless];
        for bytes in bad {
            assert!(next_chunk(bytes).is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn every_kind_of_frame_is_told() {
        let lines = b"hhhh\no\na[\"one\",\"{\\\"two\\\":2}\"]\na[]\nh\nc[3000,\"Go away!\"]\nc[]\n";
        let expected = [
            (Told::Heartbeat, ""),
            (Told::Open, ""),
            (Told::Message, "one"),
            (Told::Message, r#"{"two":2}"#),
            (Told::Heartbeat, ""),
            (Told::Close(Some(3000)), ""),
            (Told::Close(None), ""),
        ];
        assert_eq!(all(lines).unwrap(), expected.map(|(told, text)| (told, text.to_owned())));
    }

    #[test]
    fn a_message_reads_as_it_was_written() {
        for text in ["", "\"", "\\", "\\\"", "a\u{8}\u{c}\n\r\t/", "\u{0}\u{2028}é"] {
            let lines = format!("a[{}]\n", serde_json::to_string(text).unwrap());
            assert_eq!(all(lines.as_bytes()).unwrap(), [(Told::Message, text.to_owned())]);
        }
        assert_eq!(all(br#"a["\u00e9\/"]"#).unwrap(), [(Told::Message, "é/".to_owned())]);
    }

    #[test]
    fn what_is_no_frame_is_refused() {
        for lines in ["x\n", "a[\"\n", "a[\"\\", "a[\"\\u12", "a[\"\\q\"]", "a[1]", "a[\"x\"", "{}"] {
            assert!(all(lines.as_bytes()).is_err(), "{lines}");
        }
    }
}
