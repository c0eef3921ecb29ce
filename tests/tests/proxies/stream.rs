use std::collections::VecDeque;

use serde_json::Value;

use crate::exchange::Exchange;

/// How events stand in a streaming answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// SockJS frames, one a line.
    Lines,
    /// SockJS frames as server-sent events.
    EventSource,
    /// Pusher frames as server-sent events.
    Sse,
}

/// An answer that goes on.
pub(crate) struct Stream {
    pub(crate) exchange: Exchange,
    style: Style,
    arrived: VecDeque<Value>,
    /// What a client counts: the text of the answer so far.
    pub(crate) length: usize,
}

impl Stream {
    pub(crate) fn new(exchange: Exchange, style: Style) -> Self {
        assert_eq!(exchange.status, 200, "{}", exchange.head);
        Self { exchange, style, arrived: VecDeque::new(), length: 0 }
    }

    /// The next SockJS frame, heartbeats aside.
    pub(crate) fn frame(&mut self) -> String {
        loop {
            let line = self.exchange.line().expect("a stream goes on");
            self.length += line.len() + 1;
            let frame = match self.style {
                Style::Lines => Some(line.as_str()),
                Style::EventSource | Style::Sse => line.strip_prefix("data: "),
            };
            match frame {
                None | Some("" | "h") => {}
                // The prelude, against buffers in browsers.
                Some(frame) if frame.len() == 2048 && frame.bytes().all(|byte| byte == b'h') => {}
                Some(frame) => return frame.to_owned(),
            }
        }
    }

    /// The next Pusher frame.
    pub(crate) fn next(&mut self) -> Value {
        while self.arrived.is_empty() {
            let frame = self.frame();
            match self.style {
                Style::Sse => self.arrived.push_back(serde_json::from_str(&frame).unwrap()),
                Style::Lines | Style::EventSource => self.arrived.extend(messages(&frame)),
            }
        }
        self.arrived.pop_front().unwrap()
    }

    /// Whether everything that has been read has been taken.
    pub(crate) fn is_consumed(&self) -> bool {
        self.arrived.is_empty()
    }

    /// The next Pusher frame, which must be of this event.
    pub(crate) fn event(&mut self, name: &str) -> Value {
        let frame = self.next();
        assert_eq!(frame["event"], name, "{frame}");
        frame
    }
}

/// The Pusher frames in a SockJS frame of messages.
pub(crate) fn messages(frame: &str) -> Vec<Value> {
    let list = frame.strip_prefix('a').unwrap_or_else(|| panic!("messages, not {frame:.200}"));
    let texts: Vec<String> = serde_json::from_str(list).unwrap();
    texts.iter().map(|text| serde_json::from_str(text).unwrap()).collect()
}
