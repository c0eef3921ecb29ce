use std::fmt;

/// How a client is connected; what a connection began with, where it changes in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    /// A WebSocket (RFC 6455).
    WebSocket,
    /// A WebSocket that carries SockJS frames.
    SockJsWebSocket,
    /// A response that goes on, to an XMLHttpRequest.
    XhrStreaming,
    /// One response for each batch of messages, to an XMLHttpRequest.
    XhrPolling,
    /// A SockJS event stream.
    EventSource,
    /// A SockJS page that goes on.
    HtmlFile,
    /// SockJS by script elements.
    Jsonp,
    /// Server-sent events without SockJS frames.
    Sse,
    /// Long polling without SockJS frames.
    LongPolling,
}

impl Transport {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::WebSocket,
        Self::SockJsWebSocket,
        Self::XhrStreaming,
        Self::XhrPolling,
        Self::EventSource,
        Self::HtmlFile,
        Self::Jsonp,
        Self::Sse,
        Self::LongPolling,
    ];

    /// Its name, as people and metrics read it.
    pub fn name(self) -> &'static str {
        match self {
            Self::WebSocket => "websocket",
            Self::SockJsWebSocket => "sockjs_websocket",
            Self::XhrStreaming => "xhr_streaming",
            Self::XhrPolling => "xhr_polling",
            Self::EventSource => "eventsource",
            Self::HtmlFile => "htmlfile",
            Self::Jsonp => "jsonp",
            Self::Sse => "sse",
            Self::LongPolling => "long_polling",
        }
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
