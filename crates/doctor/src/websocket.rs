use futures_util::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use reqwest::header::HeaderValue;
use serde_json::Value;
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest},
};

use crate::{
    address::Address,
    deadline::Deadline,
    failure::{Answer, Awaited, Failure},
    frame::Frame,
    line::{Line, Speech, Teller, What},
    network::{Duplex, Network},
    text,
};

type Socket = WebSocketStream<Box<dyn Duplex>>;

/// What a client says things with.
pub(crate) struct Mouth(SplitSink<Socket, Message>);

/// Connects and upgrades; the line then begins with the welcome.
pub(crate) async fn open(
    network: &Network,
    address: &Address,
    origin: Option<&HeaderValue>,
    deadline: Deadline,
) -> Result<Line, Failure> {
    let stream = network.open(deadline).await?;
    let url = address.websocket();
    let mut request = url.as_str().into_client_request().map_err(from_error)?;
    if let Some(origin) = origin {
        request.headers_mut().insert("origin", origin.clone());
    }
    let upgraded = deadline.wait(client_async(request, stream)).await;
    let (socket, answer) = upgraded.ok_or(Failure::Silent(Awaited::Headers))?.map_err(from_error)?;
    let (sink, stream) = socket.split();
    let headers = answer.headers().clone();
    Ok(Line::start(Speech::Socket(Mouth(sink)), |teller| async move {
        teller.tell(What::Headers(headers)).await;
        // A socket is open as soon as it is upgraded.
        teller.tell(What::Open).await;
        read(stream, &teller).await
    }))
}

async fn read(mut stream: SplitStream<Socket>, teller: &Teller) -> Failure {
    while let Some(message) = stream.next().await {
        match message {
            Ok(Message::Text(text)) => match Frame::read(&text) {
                Some(frame) => teller.tell(What::Frame(frame)).await,
                None => return Failure::Strange(format!("a message is no JSON: {}", text::shown(&text))),
            },
            Ok(Message::Close(Some(close))) => {
                return Failure::Closed { code: close.code.into(), reason: close.reason.to_string() };
            }
            Ok(Message::Close(None)) => return Failure::Ended,
            Ok(Message::Binary(_)) => return Failure::Strange("a binary message".to_owned()),
            Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => {}
            Err(error) => return from_error(error),
        }
    }
    Failure::Ended
}

impl Mouth {
    pub(crate) async fn say(&mut self, message: &Value) -> Result<(), Failure> {
        self.0.send(Message::text(message.to_string())).await.map_err(from_error)
    }
}

fn from_error(error: Error) -> Failure {
    match error {
        Error::Http(response) => {
            let (head, body) = response.into_parts();
            let body = String::from_utf8_lossy(&body.unwrap_or_default()).into_owned();
            Answer { status: head.status.as_u16(), headers: head.headers, body }.into()
        }
        Error::ConnectionClosed | Error::AlreadyClosed => Failure::Ended,
        Error::Io(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Failure::Ended,
        Error::Io(error) => Failure::Unreachable(text::cause(&error)),
        Error::Protocol(tokio_tungstenite::tungstenite::error::ProtocolError::HandshakeIncomplete)
        | Error::Protocol(
            tokio_tungstenite::tungstenite::error::ProtocolError::ResetWithoutClosingHandshake,
        ) => Failure::Ended,
        other => Failure::Strange(text::shown(&other.to_string())),
    }
}
