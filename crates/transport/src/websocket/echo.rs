use std::{rc::Rc, time::Duration};

use campanile_protocol::{Deflater, Frame};
use campanile_realtime::{Batch, Outlet, Sent};
use futures_util::StreamExt;

use super::{
    decoder::MessageLimits,
    reader::{Message, MessageReader},
};
use crate::{outbox::Outbox, socket::Socket};

/// Where it is.
pub(super) const PATH: &str = "/echo-ws";
/// Protocol suites send messages of 16 MiB.
const MESSAGE_BYTES: usize = 17 << 20;
/// And of 4 MiB in fragments of 64 bytes.
const MESSAGE_FRAGMENTS: usize = 1 << 17;
/// How long to wait for a peer that writes faster than it reads.
const PAUSE: Duration = Duration::from_millis(5);

pub(super) fn limits(inflates: bool) -> MessageLimits {
    MessageLimits { bytes: MESSAGE_BYTES, fragments: MESSAGE_FRAGMENTS, takes_binary: true, inflates }
}

/// Sends every message back as it came, compressed where that was agreed on: a protocol suite sees here what
/// the same code does for the platform.
pub(super) async fn serve<S: Socket>(
    outbox: Rc<Outbox<S>>,
    mut messages: MessageReader<S>,
    mut deflater: Option<Deflater>,
) {
    while let Some(message) = messages.next().await {
        let frame = match message {
            Message::Text(text) => Frame::text(&text),
            Message::Binary(bytes) => Frame::binary(&bytes),
            Message::Alive => continue,
        };
        let frame = match &mut deflater {
            Some(deflater) => frame.with_compressed(deflater),
            None => frame,
        };
        let batch = Batch::from(frame);
        while outbox.send(&batch) == Sent::Full {
            tokio::time::sleep(PAUSE).await;
        }
    }
}
