use std::cell::RefCell;

use bytes::Bytes;
use campanile_protocol::CloseCode;
use flate2::{Decompress, FlushDecompress, Status};

/// What a sender has cut off (RFC 7692, section 7.2.1), and a final block after it: only who has read all
/// blocks to their ends finds the end there.
const TAIL: &[u8] = &[0, 0, 0xff, 0xff, 1, 0, 0, 0xff, 0xff];
/// How far a block may refer back.
const WINDOW_BYTES: usize = 1 << 15;
/// Final blocks in one message. One is usual where there are any, and each costs a window.
const FINAL_BLOCKS: usize = 64;
/// Room to begin with, for each byte of the compressed message.
const USUAL_RATIO: usize = 4;

thread_local! {
    /// One for all connections of a worker: no message refers to another, whoever sent it.
    static INFLATE: RefCell<Option<Decompress>> = const { RefCell::new(None) };
}

/// A compressed message as it was (RFC 7692, section 7.2.2); at most so many bytes are made of it.
pub(super) fn inflate(compressed: &[u8], most_bytes: usize) -> Result<Bytes, CloseCode> {
    if compressed.is_empty() {
        // Not what the RFC calls an empty message, but nothing else can be meant.
        return Ok(Bytes::new());
    }
    INFLATE.with_borrow_mut(|inflate| {
        let inflate = inflate.get_or_insert_with(|| Decompress::new(false));
        inflate.reset(false);
        let room = (compressed.len() * USUAL_RATIO).min(most_bytes);
        let message = Vec::with_capacity(room);
        let mut inflating = Inflating { inflate, message, most_bytes, final_blocks: 0 };
        if !inflating.read(compressed)? && !inflating.read(TAIL)? {
            return Err(CloseCode::CorruptData);
        }
        if inflating.message.len() > most_bytes {
            Err(CloseCode::TooBig)
        } else {
            Ok(inflating.message.into())
        }
    })
}

struct Inflating<'a> {
    inflate: &'a mut Decompress,
    message: Vec<u8>,
    most_bytes: usize,
    final_blocks: usize,
}

impl Inflating<'_> {
    /// Reads some of the blocks; whether the last of them was a final one. Others may follow that one
    /// nevertheless (section 7.2.3.5), and refer to what was before it.
    fn read(&mut self, mut compressed: &[u8]) -> Result<bool, CloseCode> {
        loop {
            let (read_before, made_before) = (self.inflate.total_in(), self.message.len());
            let flush = FlushDecompress::None;
            let status = self
                .inflate
                .decompress_vec(compressed, &mut self.message, flush)
                .map_err(|_| CloseCode::CorruptData)?;
            let read = (self.inflate.total_in() - read_before) as usize;
            compressed = &compressed[read..];
            let is_stuck = read == 0 && self.message.len() == made_before && !self.is_full();
            match status {
                Status::StreamEnd if compressed.is_empty() => return Ok(true),
                Status::StreamEnd => self.begin_again()?,
                Status::Ok | Status::BufError if self.is_full() => self.grow()?,
                Status::Ok | Status::BufError if compressed.is_empty() => return Ok(false),
                Status::Ok | Status::BufError if is_stuck => return Err(CloseCode::CorruptData),
                Status::Ok | Status::BufError => {}
            }
        }
    }

    fn is_full(&self) -> bool {
        self.message.len() == self.message.capacity()
    }

    /// Makes room, for one byte more than there may be.
    fn grow(&mut self) -> Result<(), CloseCode> {
        let length = self.message.len();
        if length > self.most_bytes {
            return Err(CloseCode::TooBig);
        }
        self.message.reserve_exact(length.max(64).min(self.most_bytes + 1 - length));
        Ok(())
    }

    fn begin_again(&mut self) -> Result<(), CloseCode> {
        self.final_blocks += 1;
        if self.final_blocks > FINAL_BLOCKS {
            return Err(CloseCode::TooBig);
        }
        self.inflate.reset(false);
        let window = &self.message[self.message.len().saturating_sub(WINDOW_BYTES)..];
        if !window.is_empty() {
            self.inflate.set_dictionary(window).map_err(|_| CloseCode::CorruptData)?;
        }
        Ok(())
    }
}
