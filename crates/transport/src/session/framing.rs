use bytes::Bytes;
use campanile_protocol::Frame;

/// How the frames of a session are dressed for one transport (SockJS 0.3.3; server-sent events of the
/// HTML standard).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// A frame is a line.
    Xhr,
    /// A frame is an event.
    EventSource,
    /// A frame is a script element that calls `p`.
    HtmlFile,
    /// A frame is a script that calls this function.
    Jsonp(String),
    /// A message is an event of its own, numbered in the session of that name.
    Sse(String),
    /// Messages are members of one JSON object, with the number of the next in the session of that name.
    LongPolling(String),
}

/// What a session tells its client.
pub(crate) enum Telling<'a> {
    /// That the session is open.
    Open,
    /// That it is still there; the number is that of the next message.
    Heartbeat { next: u64 },
    /// Messages; the number is that of the first, counted from the session's beginning.
    Messages { frames: Vec<&'a Frame>, first: u64 },
    /// That the session is closed, and why.
    Close { code: u16, reason: &'a str },
}

/// Room in front of a chunk for its length: a 32-bit number in hexadecimal, and the end of the line.
const CHUNK_HEAD_BYTES: usize = 10;

/// One write to a response: a chunk of its own where the response is chunked (RFC 9112, section 7.1).
pub(crate) struct Piece(Vec<u8>);

impl Piece {
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        let mut buffer = Vec::with_capacity(CHUNK_HEAD_BYTES + bytes + 2);
        buffer.resize(CHUNK_HEAD_BYTES, 0);
        Self(buffer)
    }

    /// Messages for a transport whose frames are lines.
    pub(crate) fn lines<'a>(frames: impl Iterator<Item = &'a Frame> + Clone) -> Self {
        let payloads: usize = frames.clone().map(|frame| frame.payload().len()).sum();
        let mut piece = Self::with_capacity(payloads + payloads / 2 + 16);
        push_messages(&mut piece.0, frames);
        piece.0.push(b'\n');
        piece
    }

    pub(crate) fn of(text: &str) -> Self {
        let mut piece = Self::with_capacity(text.len());
        piece.0.extend_from_slice(text.as_bytes());
        piece
    }

    pub(crate) fn content(&self) -> &[u8] {
        &self.0[CHUNK_HEAD_BYTES..]
    }

    /// The content as it is.
    pub(crate) fn plain(self) -> Bytes {
        Bytes::from(self.0).slice(CHUNK_HEAD_BYTES..)
    }

    /// The content as a chunk; nothing for no content, since an empty chunk would end the response.
    pub(crate) fn chunk(mut self) -> Bytes {
        let length = self.content().len();
        if length == 0 {
            return Bytes::new();
        }
        let head = format!("{length:x}\r\n");
        let start = CHUNK_HEAD_BYTES - head.len();
        self.0[start..CHUNK_HEAD_BYTES].copy_from_slice(head.as_bytes());
        self.0.extend_from_slice(b"\r\n");
        Bytes::from(self.0).slice(start..)
    }
}

impl Framing {
    /// What is told, dressed.
    pub(crate) fn dress(&self, telling: Telling<'_>) -> Piece {
        match self {
            Self::Sse(session) => sse(session, telling),
            Self::LongPolling(session) => long_polling(session, telling),
            Self::Xhr | Self::EventSource | Self::HtmlFile | Self::Jsonp(_) => {
                self.dress_frame(&frame(telling))
            }
        }
    }

    fn dress_frame(&self, frame: &str) -> Piece {
        match self {
            Self::Jsonp(callback) => Piece::of(&format!("/**/{callback}({});\r\n", json(frame))),
            Self::HtmlFile => {
                // A message must neither end the script element nor begin a comment or another one in it.
                let call = json(frame).replace('<', "\\u003c");
                Piece::of(&format!("<script>\np({call});\n</script>\r\n"))
            }
            // Clients unescape percent signs here.
            Self::EventSource => Piece::of(&format!("data: {}\r\n\r\n", frame.replace('%', "%25"))),
            Self::Xhr | Self::Sse(_) | Self::LongPolling(_) => Piece::of(&format!("{frame}\n")),
        }
    }
}

/// A SockJS frame.
pub(crate) fn frame(telling: Telling<'_>) -> String {
    match telling {
        Telling::Open => "o".to_owned(),
        Telling::Heartbeat { .. } => "h".to_owned(),
        Telling::Messages { frames, .. } => {
            let mut text = Vec::new();
            push_messages(&mut text, frames.into_iter());
            String::from_utf8_lossy(&text).into_owned()
        }
        Telling::Close { code, reason } => format!("c[{code},{}]", json(reason)),
    }
}

fn sse(session: &str, telling: Telling<'_>) -> Piece {
    match telling {
        Telling::Heartbeat { .. } => Piece::of(":\n\n"),
        Telling::Messages { frames, first } => {
            let mut piece = Piece::with_capacity(256);
            for (frame, number) in frames.into_iter().zip(first + 1..) {
                piece.0.extend_from_slice(format!("id: {session}.{number}\ndata: ").as_bytes());
                piece.0.extend(on_one_line(frame));
                piece.0.extend_from_slice(b"\n\n");
            }
            piece
        }
        Telling::Open | Telling::Close { .. } => Piece::of(""),
    }
}

fn long_polling(session: &str, telling: Telling<'_>) -> Piece {
    let (frames, first) = match telling {
        Telling::Messages { frames, first } => (frames, first),
        Telling::Heartbeat { next } => (Vec::new(), next),
        Telling::Open | Telling::Close { .. } => return Piece::of(""),
    };
    let next = first + frames.len() as u64;
    let mut piece = Piece::with_capacity(256);
    piece.0.extend_from_slice(format!(r#"{{"cursor":"{session}.{next}","events":["#).as_bytes());
    for (index, frame) in frames.into_iter().enumerate() {
        if index > 0 {
            piece.0.push(b',');
        }
        piece.0.extend(on_one_line(frame));
    }
    piece.0.extend_from_slice(b"]}\n");
    piece
}

/// A message on one line: raw line ends in JSON are only space.
fn on_one_line(frame: &Frame) -> impl Iterator<Item = u8> + '_ {
    frame.payload().iter().map(|byte| if matches!(byte, b'\r' | b'\n') { b' ' } else { *byte })
}

fn push_messages<'a>(out: &mut Vec<u8>, frames: impl Iterator<Item = &'a Frame>) {
    out.extend_from_slice(b"a[");
    for (index, frame) in frames.enumerate() {
        if index > 0 {
            out.push(b',');
        }
        push_string(out, frame.payload());
    }
    out.push(b']');
}

fn json(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len() + text.len() / 8 + 2);
    push_string(&mut out, text.as_bytes());
    String::from_utf8_lossy(&out).into_owned()
}

/// How many UTF-16 units the text has: what browsers count.
pub(crate) fn utf16_units(text: &[u8]) -> usize {
    // Counted for every client, and sooner seen than counted: most events are ASCII.
    if text.is_ascii() {
        return text.len();
    }
    text.iter().map(|byte| usize::from(byte & 0xc0 != 0x80) + usize::from(*byte >= 0xf0)).sum()
}

/// Appends UTF-8 text as a JSON string in which nothing is left that browsers are known to mangle:
/// U+200C–200F, U+2028–202F, U+2060–206F, U+FFF0–FFFF.
fn push_string(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'"');
    let (mut copied, mut at) = (0, 0);
    while let Some(offset) = text[at..].iter().position(|byte| !PLAIN[usize::from(*byte)]) {
        at += offset;
        let Some((length, escape)) = escape(&text[at..]) else {
            at += 1;
            continue;
        };
        out.extend_from_slice(&text[copied..at]);
        match escape {
            Escape::Short(letter) => out.extend_from_slice(&[b'\\', letter]),
            Escape::Code(code) => push_code(out, code),
        }
        at += length;
        copied = at;
    }
    out.extend_from_slice(&text[copied..]);
    out.push(b'"');
}

/// The bytes that never need a look.
const PLAIN: [bool; 256] = {
    let mut plain = [true; 256];
    let mut byte = 0;
    while byte < 0x20 {
        plain[byte] = false;
        byte += 1;
    }
    plain[b'"' as usize] = false;
    plain[b'\\' as usize] = false;
    // The first bytes of U+2000–2FFF and U+F000–FFFF.
    plain[0xe2] = false;
    plain[0xef] = false;
    plain
};

enum Escape {
    /// A letter after a backslash.
    Short(u8),
    /// Four hexadecimal digits.
    Code(u16),
}

/// The escape of the character the text begins with, if it needs one, and the bytes it stands for.
fn escape(text: &[u8]) -> Option<(usize, Escape)> {
    Some((
        1,
        match text[0] {
            plain @ (b'"' | b'\\') => Escape::Short(plain),
            b'\n' => Escape::Short(b'n'),
            b'\r' => Escape::Short(b'r'),
            b'\t' => Escape::Short(b't'),
            0x08 => Escape::Short(b'b'),
            0x0c => Escape::Short(b'f'),
            control @ 0..0x20 => Escape::Code(control.into()),
            _ => {
                let [first, second, third] = *text.first_chunk()?;
                let tail = |byte: u8| u16::from(byte & 0x3f);
                let code = u16::from(first & 0x0f) << 12 | tail(second) << 6 | tail(third);
                let is_mangled =
                    matches!(code, 0x200c..=0x200f | 0x2028..=0x202f | 0x2060..=0x206f | 0xfff0..=0xffff);
                return is_mangled.then_some((3, Escape::Code(code)));
            }
        },
    ))
}

fn push_code(out: &mut Vec<u8>, code: u16) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |shift: u16| DIGITS[usize::from(code >> shift & 0xf)];
    out.extend_from_slice(&[b'\\', b'u', digit(12), digit(8), digit(4), digit(0)]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(framing: &Framing, texts: &[&str]) -> String {
        let frames: Vec<_> = texts.iter().map(|text| Frame::text(text)).collect();
        let piece = framing.dress(Telling::Messages { frames: frames.iter().collect(), first: 4 });
        String::from_utf8(piece.plain().to_vec()).unwrap()
    }

    #[test]
    fn each_transport_dresses_messages_its_own_way() {
        let texts = [r#"{"a":1}"#, "b%</script>"];
        assert_eq!(messages(&Framing::Xhr, &texts), "a[\"{\\\"a\\\":1}\",\"b%</script>\"]\n");
        assert_eq!(
            messages(&Framing::EventSource, &texts),
            "data: a[\"{\\\"a\\\":1}\",\"b%25</script>\"]\r\n\r\n"
        );
        assert_eq!(
            messages(&Framing::HtmlFile, &["x</script>"]),
            "<script>\np(\"a[\\\"x\\u003c/script>\\\"]\");\n</script>\r\n"
        );
        assert_eq!(messages(&Framing::Jsonp("cb".into()), &["x"]), "/**/cb(\"a[\\\"x\\\"]\");\r\n");
        assert_eq!(
            messages(&Framing::Sse("s".into()), &["{\n}", "{}"]),
            "id: s.5\ndata: { }\n\nid: s.6\ndata: {}\n\n"
        );
        assert_eq!(
            messages(&Framing::LongPolling("s".into()), &["{}", "{}"]),
            "{\"cursor\":\"s.6\",\"events\":[{},{}]}\n"
        );
    }

    #[test]
    fn what_browsers_mangle_is_escaped_in_small_letters_and_the_rest_is_not() {
        let text = "\u{0}\u{1f}\u{200c}\u{200b}\u{2028}\u{206f}\u{2070}\u{ffef}\u{fff0}\u{ffff}é😀\"\\\n";
        assert_eq!(
            json(text),
            "\"\\u0000\\u001f\\u200c\u{200b}\\u2028\\u206f\u{2070}\u{ffef}\\ufff0\\uffffé😀\\\"\\\\\\n\""
        );
        for code in (0..=0xffff).filter_map(char::from_u32) {
            let text = code.to_string();
            assert_eq!(serde_json::from_str::<String>(&json(&text)).unwrap(), text);
        }
    }

    #[test]
    fn a_chunk_tells_its_length_and_an_empty_one_is_none() {
        assert_eq!(Piece::of(&"x".repeat(26)).chunk(), format!("1a\r\n{}\r\n", "x".repeat(26)));
        assert_eq!(Piece::of("").chunk(), "");
    }

    #[test]
    fn units_are_those_of_browsers() {
        for text in ["", "abc", "é", "€", "😀", "a😀é€"] {
            assert_eq!(utf16_units(text.as_bytes()), text.encode_utf16().count(), "{text}");
        }
    }
}
