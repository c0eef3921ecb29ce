//! Just enough of RFC 6455 for both sides of a measurement: walking over the frames in a buffer, and
//! building frames to send.

use anyhow::{Result, bail};

pub(crate) const TEXT: u8 = 0x1;
pub(crate) const CLOSE: u8 = 0x8;
pub(crate) const PING: u8 = 0x9;
pub(crate) const PONG: u8 = 0xa;

const FIN: u8 = 0x80;
const MASKED: u8 = 0x80;
/// The key that client frames are masked with. Not random, because nothing here has to be protected
/// from a proxy; not zero, so that the server has to unmask.
const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];
/// No server sends a longer frame; a length beyond it means that the walk has lost its way.
const MAX_FRAME_BYTES: usize = 64 << 20;

/// One frame in a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frame<'a> {
    pub(crate) opcode: u8,
    pub(crate) payload: &'a [u8],
    /// Where the next frame begins.
    pub(crate) end: usize,
}

/// The unmasked frame at the beginning of `bytes`; `None` if it is not complete yet.
#[inline]
pub(crate) fn next_frame(bytes: &[u8]) -> Result<Option<Frame<'_>>> {
    let Some((header, length)) = header(bytes)? else { return Ok(None) };
    if bytes[1] & MASKED != 0 {
        bail!("the server masks its frames");
    }
    let end = header + length;
    let payload = bytes.get(header..end);
    Ok(payload.map(|payload| Frame { opcode: bytes[0] & 0x0f, payload, end }))
}

/// As [`next_frame`] for frames of clients; unmasks in place.
pub(crate) fn next_client_frame(bytes: &mut [u8]) -> Result<Option<Frame<'_>>> {
    let Some((header, length)) = header(bytes)? else { return Ok(None) };
    if bytes[1] & MASKED == 0 {
        bail!("the client does not mask its frames");
    }
    let start = header + MASK.len();
    let end = start + length;
    if bytes.len() < end {
        return Ok(None);
    }
    let mask = [bytes[header], bytes[header + 1], bytes[header + 2], bytes[header + 3]];
    apply(mask, &mut bytes[start..end], 0);
    Ok(Some(Frame { opcode: bytes[0] & 0x0f, payload: &bytes[start..end], end }))
}

/// Length of the header without a mask, and of the payload.
#[inline]
fn header(bytes: &[u8]) -> Result<Option<(usize, usize)>> {
    let &[first, second, ..] = bytes else { return Ok(None) };
    if first & FIN == 0 || first & 0x0f == 0 {
        bail!("a fragmented message");
    }
    let (header, length) = match second & !MASKED {
        126 => {
            let &[_, _, a, b, ..] = bytes else { return Ok(None) };
            (4, usize::from(u16::from_be_bytes([a, b])))
        }
        127 => {
            let Some(length) = bytes.get(2..10) else { return Ok(None) };
            let length = u64::from_be_bytes(length.try_into().expect("eight bytes"));
            (10, usize::try_from(length).unwrap_or(usize::MAX))
        }
        length => (2, usize::from(length)),
    };
    if length > MAX_FRAME_BYTES {
        bail!("a frame of {length} bytes");
    }
    Ok(Some((header, length)))
}

/// Appends a masked frame, as clients send them; returns where its payload begins.
pub(crate) fn push_client_frame(buffer: &mut Vec<u8>, opcode: u8, payload: &[u8]) -> usize {
    push_header(buffer, opcode, payload.len(), MASKED);
    buffer.extend_from_slice(&MASK);
    let start = buffer.len();
    buffer.extend_from_slice(payload);
    apply(MASK, &mut buffer[start..], 0);
    start
}

/// Overwrites a part of the payload of a frame of [`push_client_frame`] that begins at `start`.
pub(crate) fn patch(frame: &mut [u8], start: usize, offset: usize, bytes: &[u8]) {
    let at = start + offset;
    let place = &mut frame[at..at + bytes.len()];
    place.copy_from_slice(bytes);
    apply(MASK, place, offset);
}

/// Appends an unmasked frame, as servers send them.
pub(crate) fn push_server_frame(buffer: &mut Vec<u8>, opcode: u8, payload: &[u8]) {
    push_header(buffer, opcode, payload.len(), 0);
    buffer.extend_from_slice(payload);
}

fn push_header(buffer: &mut Vec<u8>, opcode: u8, length: usize, masked: u8) {
    buffer.push(FIN | opcode);
    match length {
        0..=125 => buffer.push(masked | length as u8),
        126..=0xffff => {
            buffer.push(masked | 126);
            buffer.extend_from_slice(&(length as u16).to_be_bytes());
        }
        _ => {
            buffer.push(masked | 127);
            buffer.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
}

/// Masks or unmasks bytes that stand `offset` bytes behind the beginning of their payload.
fn apply(mask: [u8; 4], bytes: &mut [u8], offset: usize) {
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte ^= mask[(offset + index) % 4];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server_frame(payload: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        push_server_frame(&mut bytes, TEXT, payload);
        bytes
    }

    #[test]
    fn every_form_of_length_is_walked_over() {
        for length in [0, 1, 125, 126, 65_535, 65_536, 70_000] {
            let payload = vec![b'x'; length];
            let mut bytes = server_frame(&payload);
            bytes.extend(server_frame(b"next"));
            let frame = next_frame(&bytes).unwrap().unwrap();
            assert_eq!((frame.opcode, frame.payload), (TEXT, &payload[..]));
            let next = next_frame(&bytes[frame.end..]).unwrap().unwrap();
            assert_eq!(next.payload, b"next");
        }
    }

    #[test]
    fn a_frame_cut_anywhere_is_not_complete() {
        for length in [3, 200, 65_536] {
            let bytes = server_frame(&vec![b'x'; length]);
            for cut in (0..bytes.len().min(20)).chain([bytes.len() - 1]) {
                assert_eq!(next_frame(&bytes[..cut]).unwrap(), None, "{cut} of {length}");
            }
            assert!(next_frame(&bytes).unwrap().is_some());
        }
    }

    #[test]
    fn what_a_client_masks_a_server_unmasks() {
        for length in [0, 5, 126, 65_536] {
            let payload = vec![b'y'; length];
            let mut bytes = Vec::new();
            push_client_frame(&mut bytes, TEXT, &payload);
            assert!(next_client_frame(&mut bytes[..5]).unwrap().is_none_or(|_| length == 0));
            let mut bytes = Vec::new();
            push_client_frame(&mut bytes, TEXT, &payload);
            assert_eq!(next_client_frame(&mut bytes).unwrap().unwrap().payload, payload);
        }
    }

    #[test]
    fn a_patch_is_masked_like_its_surroundings() {
        let mut bytes = Vec::new();
        let start = push_client_frame(&mut bytes, TEXT, b"number 000 of many");
        patch(&mut bytes, start, 7, b"123");
        assert_eq!(next_client_frame(&mut bytes).unwrap().unwrap().payload, b"number 123 of many");
    }

    #[test]
    fn what_is_no_frame_is_refused() {
        assert!(next_frame(&[0x01, 0]).is_err());
        assert!(next_frame(&[0x80, 0]).is_err());
        assert!(next_frame(&[0x81, 0x80]).is_err());
        assert!(next_frame(&[0x81, 127, 0xff, 0, 0, 0, 0, 0, 0, 0]).is_err());
    }
}
