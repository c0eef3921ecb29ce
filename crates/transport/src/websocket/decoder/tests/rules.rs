use super::{super::*, LIMITS, decode_all, frame};

const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

fn outcome(bytes: &[u8]) -> (Vec<Received>, Option<u16>) {
    let (received, code) = decode_all(LIMITS, [bytes]);
    (received, code.map(CloseCode::code))
}

fn code(bytes: &[u8]) -> Option<u16> {
    outcome(bytes).1
}

#[test]
fn a_frame_is_refused_with_the_byte_that_makes_it_wrong() {
    for (name, bytes, expected) in [
        ("reserved opcode", &[0x83][..], Some(1002)),
        ("reserved control opcode", &[0x8b], Some(1002)),
        ("second reserved bit", &[0xa1], Some(1002)),
        ("third reserved bit", &[0x91], Some(1002)),
        ("compressed ping", &[0xc9], Some(1002)),
        ("compressed continuation", &[0xc0], Some(1002)),
        ("fragmented close", &[0x08], Some(1002)),
        ("stray continuation", &[0x80], Some(1002)),
        ("no mask", &[0x81, 0], Some(1002)),
        ("long ping", &[0x89, 0xfe], Some(1002)),
        ("125 in two bytes", &[0x81, 0xfe, 0, 125], None),
        ("125 in eight bytes", &[0x81, 0xff, 0, 0, 0, 0, 0, 0, 0, 125], None),
        ("the highest bit", &[0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0], Some(1002)),
        ("over the limit", &[0x81, 0xff, 0x7f, 0, 0, 0, 0, 0, 0, 0], Some(1009)),
        ("one over the limit", &[0x81, 0xfe, 0x0b, 0xb9], Some(1009)),
        ("the limit", &[0x81, 0xfe, 0x0b, 0xb8], None),
    ] {
        assert_eq!(code(bytes), expected, "{name}");
        assert_eq!(code(&bytes[..bytes.len() - 1]), None, "{name}: one byte earlier");
    }
}

#[test]
fn binary_messages_and_compression_are_refused_where_they_are_not_taken() {
    let limits = MessageLimits { takes_binary: false, inflates: false, ..LIMITS };
    for (first, expected) in [(0x82, CloseCode::UnsupportedData), (0xc1, CloseCode::ProtocolError)] {
        assert_eq!(decode_all(limits, [&[first][..]]), (vec![], Some(expected)));
    }
}

#[test]
fn a_message_cannot_begin_inside_another() {
    let begun = frame(0x01, MASK, b"a");
    for first in [0x01, 0x81, 0x02, 0x82] {
        assert_eq!(code(&[&begun[..], &[first]].concat()), Some(1002), "{first:x}");
    }
}

#[test]
fn fragments_are_limited_together() {
    let half = frame(0x01, MASK, &[b'a'; 1500]);
    let other = |length| frame(0x80, MASK, &vec![b'a'; length]);
    assert_eq!(code(&[half.clone(), other(1500)].concat()), None);
    assert_eq!(code(&[half, other(1501)].concat()), Some(1009));
    let empty: Vec<_> =
        std::iter::once(0x01).chain([0; 20]).flat_map(|first| frame(first, MASK, b"")).collect();
    assert_eq!(code(&empty), Some(1009));
}

#[test]
fn a_wrong_byte_of_text_is_not_waited_out() {
    let text = frame(0x81, MASK, b"caf\xc3\x28 and much more");
    let (head, wrong) = (6, 5);
    assert_eq!(code(&text[..head + wrong - 1]), None);
    assert_eq!(code(&text[..head + wrong]), Some(1007));
    let fragments = [frame(0x01, MASK, b"caf\xc3"), frame(0x00, MASK, b"\x28")].concat();
    assert_eq!(code(&fragments), Some(1007));
    assert_eq!(code(&frame(0x81, MASK, b"caf\xc3")), Some(1007));
    assert_eq!(code(&[frame(0x01, MASK, b"caf\xc3"), frame(0x80, MASK, b"")].concat()), Some(1007));
    assert_eq!(code(&frame(0x82, MASK, b"\xff")), None);
}

#[test]
fn a_close_frame_says_nothing_or_something_valid() {
    let close = |payload: &[u8]| outcome(&frame(0x88, MASK, payload));
    assert_eq!(close(b""), (vec![Received::Close(None)], None));
    assert_eq!(close(b"\x03").1, Some(1002));
    assert_eq!(close(b"\x03\xe8caf\xc3").1, Some(1007));
    for code in 0..=u16::MAX {
        let is_valid = matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999);
        let (received, refusal) = close(&code.to_be_bytes());
        assert_eq!(refusal, (!is_valid).then_some(1002), "{code}");
        assert_eq!(received.len(), usize::from(is_valid), "{code}");
    }
}

#[test]
fn a_message_that_came_as_a_whole_is_not_copied() {
    let mut received = BytesMut::from(&frame(0x81, MASK, b"a message in one frame")[..]);
    let place = received.as_ptr() as usize;
    let message = Decoder::new(LIMITS).decode(&mut received).unwrap();
    let Some(Received::Text(text)) = message else { panic!("{message:?}") };
    assert_eq!(text, "a message in one frame");
    assert_eq!(text.as_ptr() as usize, place + 6);
    assert_eq!(received.capacity(), 0);
}

/// Compressed messages as RFC 7692, section 7.2.3, gives them, and others.
#[test]
fn compressed_messages_are_read() {
    for (name, compressed, expected) in [
        ("one block", &[0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00][..], "Hello"),
        ("no compression", &[0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00], "Hello"),
        ("a final block", &[0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00], "Hello"),
        ("a final block and nothing", &[0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00], "Hello"),
        (
            "two blocks",
            &[0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00],
            "Hello",
        ),
        ("empty", &[0x00], ""),
        ("an empty fixed block", &[0x02, 0x00], ""),
        ("nothing", &[], ""),
    ] {
        let received = outcome(&frame(0xc1, MASK, compressed));
        assert_eq!(received, (vec![Received::Text(expected.into())], None), "{name}");
    }
}

#[test]
fn the_first_fragment_alone_says_that_a_message_is_compressed() {
    let fragments = [frame(0x41, MASK, &[0xf2, 0x48, 0xcd]), frame(0x80, MASK, &[0xc9, 0xc9, 0x07, 0x00])];
    assert_eq!(outcome(&fragments.concat()).0, [Received::Text("Hello".into())]);
}

#[test]
fn compressed_data_that_is_corrupt_or_cut_off_is_refused() {
    for (name, compressed) in [
        ("a reserved block", &[0xff; 10][..]),
        ("cut off", &[0xf2, 0x48, 0xcd, 0xc9]),
        ("a reference before the beginning", &[0x4b, 0x04, 0x23, 0x00]),
        ("a wrong stored length", &[0x00, 0x05, 0x00, 0xfa, 0xfe, 0x48]),
    ] {
        assert_eq!(code(&frame(0xc2, MASK, compressed)), Some(1007), "{name}");
    }
    assert_eq!(code(&frame(0xc1, MASK, &[0x00, 0x01, 0x00, 0xfe, 0xff, 0xff, 0x00])), Some(1007));
}

#[test]
fn what_is_made_of_a_compressed_message_is_limited() {
    let compress = |length: usize| {
        let mut compress = flate2::Compress::new(flate2::Compression::best(), false);
        let mut compressed = Vec::with_capacity(1000);
        let flush = flate2::FlushCompress::Sync;
        compress.compress_vec(&vec![b'a'; length], &mut compressed, flush).unwrap();
        compressed.truncate(compressed.len() - 4);
        frame(0xc1, MASK, &compressed)
    };
    assert_eq!(code(&compress(3000)), None);
    assert_eq!(code(&compress(3001)), Some(1009));
    assert_eq!(code(&compress(100_000)), Some(1009));
    // Final blocks without end, each of which costs a window.
    assert_eq!(code(&frame(0xc1, MASK, &[0x03, 0x00].repeat(1000))), Some(1009));
}

#[test]
fn no_message_refers_to_the_one_before() {
    let first = frame(0xc1, MASK, &[0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00]);
    // The second message of RFC 7692, section 7.2.3.2, which takes over the context.
    let second = frame(0xc1, MASK, &[0xf2, 0x00, 0x11, 0x00, 0x00]);
    assert_eq!(outcome(&[first, second].concat()), (vec![Received::Text("Hello".into())], Some(1007)));
}
