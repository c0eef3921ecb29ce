use flate2::{Compress, Compression, FlushCompress, Status};

/// Compresses messages, each for itself: nothing of one can be told from the next (RFC 7692, section
/// 7.2.1, without context takeover). Holds about 300 KiB; meant to be one per thread.
#[derive(Debug)]
pub struct Deflater {
    compress: Compress,
    compressed: Vec<u8>,
}

/// The lowest levels do without codes of a message's own, which short ones profit from most; the highest take
/// longer for long ones and gain little.
const LEVEL: u32 = 3;
/// What a flush ends with, and the receiver puts back.
const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];

impl Deflater {
    /// A compressor that looks back over at most 2^`window_bits` bytes: 9 to 15.
    pub fn new(window_bits: u8) -> Self {
        Self {
            compress: Compress::new_with_window_bits(Compression::new(LEVEL), false, window_bits),
            compressed: Vec::new(),
        }
    }

    /// The compressed message; none where it is not shorter.
    pub(crate) fn deflate(&mut self, message: &[u8]) -> Option<&[u8]> {
        self.compress.reset();
        self.compressed.clear();
        // Where this is filled, it is not shorter: the tail is cut off again.
        self.compressed.reserve_exact(message.len() + TAIL.len());
        let flush = FlushCompress::Sync;
        let status = self.compress.compress_vec(message, &mut self.compressed, flush);
        let is_complete = matches!(status, Ok(Status::Ok))
            && self.compress.total_in() == message.len() as u64
            && self.compressed.len() < message.len() + TAIL.len();
        is_complete.then(|| self.compressed.strip_suffix(&TAIL)).flatten()
    }
}
