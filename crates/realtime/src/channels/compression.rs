use std::cell::RefCell;

use campanile_protocol::{Deflater, Frame};

/// Of shorter ones less than a fifth would be saved, for the price of some writes.
const LEAST_BYTES: usize = 200;
/// Every receiver agreed to the largest window, so that one form suits all.
const WINDOW_BITS: u8 = 15;

thread_local! {
    /// One for all apps of a worker, made when the first needs it: each frame is compressed for itself.
    static DEFLATER: RefCell<Option<Deflater>> = const { RefCell::new(None) };
}

/// Compresses a frame, once for all who will receive it, if that makes it shorter.
pub(super) fn compress(frame: Frame) -> Frame {
    if frame.payload().len() < LEAST_BYTES {
        return frame;
    }
    DEFLATER.with_borrow_mut(|deflater| {
        frame.with_compressed(deflater.get_or_insert_with(|| Deflater::new(WINDOW_BITS)))
    })
}
