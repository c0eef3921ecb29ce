use campanile_protocol::CloseCode;

/// The first byte of a frame (RFC 6455, section 5.2).
#[derive(Clone, Copy, Debug)]
pub(super) struct FrameStart {
    pub(super) opcode: Opcode,
    /// Whether it ends its message.
    pub(super) is_last: bool,
    /// Whether its message is compressed (RFC 7692, section 6). Said by a message's first frame only.
    pub(super) rsv1: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opcode {
    Continuation,
    Text,
    Binary,
    Close,
    Ping,
    Pong,
}

/// How long a payload is, and where in the frame that has been said.
pub(super) struct PayloadLength {
    pub(super) payload_bytes: u64,
    /// Here the mask begins.
    pub(super) end: usize,
}

/// The longest payload of a control frame.
const CONTROL_BYTES: u8 = 125;

impl Opcode {
    pub(super) fn is_data(self) -> bool {
        matches!(self, Self::Continuation | Self::Text | Self::Binary)
    }
}

impl FrameStart {
    pub(super) fn read(frame: &[u8]) -> Result<Option<Self>, CloseCode> {
        let Some(first) = frame.first() else { return Ok(None) };
        let opcode = match first & 0x0f {
            0x0 => Opcode::Continuation,
            0x1 => Opcode::Text,
            0x2 => Opcode::Binary,
            0x8 => Opcode::Close,
            0x9 => Opcode::Ping,
            0xa => Opcode::Pong,
            _ => return Err(CloseCode::ProtocolError),
        };
        let start = Self { opcode, is_last: first & 0x80 != 0, rsv1: first & 0x40 != 0 };
        let has_reserved_bits = first & 0x30 != 0;
        let is_odd_control = !opcode.is_data() && (!start.is_last || start.rsv1);
        if has_reserved_bits || is_odd_control { Err(CloseCode::ProtocolError) } else { Ok(Some(start)) }
    }

    pub(super) fn is_whole_message(self) -> bool {
        self.is_last && self.opcode != Opcode::Continuation
    }

    /// Reads on: whether the frame is masked, as a client's must be, and how long it is. Some clients say that in
    /// more bytes than they need; it does no harm.
    pub(super) fn read_length(self, frame: &[u8]) -> Result<Option<PayloadLength>, CloseCode> {
        let Some(second) = frame.get(1) else { return Ok(None) };
        let (is_masked, short) = (second & 0x80 != 0, second & 0x7f);
        if !is_masked || (!self.opcode.is_data() && short > CONTROL_BYTES) {
            return Err(CloseCode::ProtocolError);
        }
        let rest = &frame[2..];
        let (payload_bytes, end) = match short {
            126 => (rest.first_chunk().map(|bytes| u64::from(u16::from_be_bytes(*bytes))), 4),
            127 => (rest.first_chunk().map(|bytes| u64::from_be_bytes(*bytes)), 10),
            short => (Some(short.into()), 2),
        };
        match payload_bytes {
            Some(bytes) if bytes > i64::MAX as u64 => Err(CloseCode::ProtocolError),
            bytes => Ok(bytes.map(|payload_bytes| PayloadLength { payload_bytes, end })),
        }
    }
}
