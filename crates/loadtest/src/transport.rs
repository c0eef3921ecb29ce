use clap::ValueEnum;
use serde::Serialize;

/// How clients are connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub(crate) enum Transport {
    /// By a WebSocket each.
    #[serde(rename = "websocket")]
    #[value(name = "websocket")]
    WebSocket,
    /// By a response that goes on, and requests for what they say, as pusher-js has it.
    XhrStreaming,
}

impl Transport {
    /// The status that begins a connection.
    pub(crate) fn answer(self) -> u16 {
        match self {
            Self::WebSocket => 101,
            Self::XhrStreaming => 200,
        }
    }

    /// As on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::WebSocket => "websocket",
            Self::XhrStreaming => "xhr_streaming",
        }
    }
}
