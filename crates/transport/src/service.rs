use std::{rc::Rc, time::Duration};

use campanile_protocol::{CloseCode, Frame, Transport, server_message};
use campanile_realtime::{Batch, Inbound, Outlet};
use futures_util::{Stream, StreamExt};
use serde::Deserialize;
use tokio::time::timeout;

use crate::{
    entrance::{Admission, Entrance},
    hello::{Hello, Source},
};

/// What a client is connected with, once its transport stands.
#[derive(Clone)]
pub(crate) enum Service {
    /// The app it has named.
    App(Hello),
    /// The app that its first message names (Pusher reference, section 8.3).
    Introduction { transport: Transport, source: Source },
    /// Its own words; for protocol suites.
    Echo,
    /// Nothing; for protocol suites.
    Close,
}

/// The writing side of a client, which can be closed with any code.
pub(crate) trait Client: Outlet {
    fn end(&self, code: u16, reason: &str);
}

/// The first message of a client that has not named its app in the path.
#[derive(Deserialize)]
struct Introduction {
    /// `/app/{key}?{query}`.
    path: String,
}

/// How long a client may take to say which app it means.
const INTRODUCTION_TIMEOUT: Duration = Duration::from_secs(10);

impl Service {
    /// Whether the client must be told by a message why it is closed.
    pub(crate) fn announces_close(&self) -> bool {
        matches!(self, Self::App(hello) if hello.announces_close())
    }

    /// Serves a client.
    pub(crate) async fn attend<A, C, S>(self, client: Rc<C>, mut inbound: S, entrance: &Entrance<A>)
    where
        A: Admission,
        C: Client + 'static,
        S: Stream<Item = Inbound> + Unpin + 'static,
    {
        match self {
            Self::App(hello) => connect(hello, client, inbound, entrance).await,
            Self::Introduction { transport, source } => {
                let introduction = timeout(INTRODUCTION_TIMEOUT, introduce(&mut inbound, transport, source));
                match introduction.await {
                    Ok(Some(hello)) => connect(hello, client, inbound, entrance).await,
                    Ok(None) => refuse(&*client, CloseCode::UnknownApp),
                    Err(_) => refuse(&*client, CloseCode::NotAuthorized),
                }
            }
            Self::Echo => {
                while let Some(inbound) = inbound.next().await {
                    if let Inbound::Text(text) = inbound {
                        let _ = client.send(&Batch::from(Frame::text(&text)));
                    }
                }
            }
            Self::Close => client.end(3000, "Go away!"),
        }
    }
}

async fn connect<A, C, S>(hello: Hello, client: Rc<C>, inbound: S, entrance: &Entrance<A>)
where
    A: Admission,
    C: Client + 'static,
    S: Stream<Item = Inbound> + 'static,
{
    match entrance.admit(hello).await {
        Ok(admitted) => {
            let welcome = server_message::connection_established(admitted.socket_id);
            let _ = client.send(&Batch::from(welcome));
            entrance.connect(admitted, client, inbound);
        }
        Err(code) => refuse(&*client, code),
    }
}

/// Both forms, because old clients read the error and new ones the close code.
fn refuse(client: &impl Client, code: CloseCode) {
    let _ = client.send(&Batch::from(server_message::closing(code)));
    client.end(code.code(), &code.reason());
}

/// What the first message says.
async fn introduce(
    inbound: &mut (impl Stream<Item = Inbound> + Unpin),
    transport: Transport,
    source: Source,
) -> Option<Hello> {
    let text = loop {
        match inbound.next().await? {
            Inbound::Text(text) => break text,
            Inbound::Alive => {}
        }
    };
    let Introduction { path } = serde_json::from_str(&text).ok()?;
    let (path, query) = path.split_once('?').unwrap_or((&path, ""));
    Some(Hello::read(path.strip_prefix("/app/")?, query, transport, source))
}
