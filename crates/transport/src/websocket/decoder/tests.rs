mod conversation;
mod fuzz;
mod rules;

use super::*;

/// Everything that a decoder makes of these pieces, and what it closes with.
fn decode_all<'a>(
    limits: MessageLimits,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> (Vec<Received>, Option<CloseCode>) {
    let (mut decoder, mut received, mut all) = (Decoder::new(limits), BytesMut::new(), Vec::new());
    for piece in pieces {
        received.extend_from_slice(piece);
        loop {
            match decoder.decode(&mut received) {
                Ok(Some(message)) => all.push(message),
                Ok(None) => break,
                Err(code) => return (all, Some(code)),
            }
        }
    }
    (all, None)
}

/// A client's frame with this first byte and mask.
fn frame(first: u8, mask: [u8; 4], payload: &[u8]) -> Vec<u8> {
    let mut frame = match payload.len() {
        length @ 0..=125 => vec![first, 0x80 | length as u8],
        length @ 126..=0xffff => {
            let [high, low] = (length as u16).to_be_bytes();
            vec![first, 0xfe, high, low]
        }
        length => [&[first, 0xff][..], &(length as u64).to_be_bytes()].concat(),
    };
    frame.extend_from_slice(&mask);
    frame.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}

/// Small enough that random lengths meet its edges.
const LIMITS: MessageLimits =
    MessageLimits { bytes: 3000, fragments: 20, takes_binary: true, inflates: true };
