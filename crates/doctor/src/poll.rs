use std::{convert::Infallible, time::Duration};

use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;
use tokio::time::Instant;
use url::Url;

use crate::{
    failure::{Answer, Failure},
    frame::Frame,
    http::{self, Http},
    line::{Line, Speech, Teller, What},
    text,
};

/// Whoever has nothing to tell holds the request longer.
const HELD: Duration = Duration::from_millis(500);

/// One answer; all of it counts as arrived when its cursor is sent.
#[derive(Deserialize)]
struct Batch {
    cursor: String,
    events: Vec<Value>,
}

/// Polls with the cursor of the last answer, for as long as the line is kept.
pub(crate) fn open(http: Http, url: Url) -> Line {
    Line::start(Speech::Mute, |teller| async move {
        match read(&http, &url, &teller).await {
            Err(failure) => failure,
        }
    })
}

async fn read(http: &Http, url: &Url, teller: &Teller) -> Result<Infallible, Failure> {
    let mut cursor: Option<String> = None;
    loop {
        let (mut url, start) = (url.clone(), Instant::now());
        if let Some(cursor) = &cursor {
            url.query_pairs_mut().append_pair("cursor", cursor);
        }
        let response = http::expect_ok(http.request(Method::GET, url)).await?;
        teller.tell(What::Headers(response.headers().clone())).await;
        let batch = batch(&Answer::read(response).await.body)?;
        if cursor.is_none() {
            teller.tell(What::Open).await;
        } else if batch.events.is_empty() {
            if start.elapsed() < HELD {
                let what = "a request with nothing to tell was answered at once: by a cache?";
                return Err(Failure::Strange(what.to_owned()));
            }
            teller.tell(What::Heartbeat).await;
        }
        for event in batch.events {
            let shown = text::shown(&event.to_string());
            let frame = Frame::from_value(event);
            let frame = frame.ok_or_else(|| Failure::Strange(format!("no Pusher message: {shown}")))?;
            teller.tell(What::Frame(frame)).await;
        }
        cursor = Some(batch.cursor);
    }
}

fn batch(body: &str) -> Result<Batch, Failure> {
    let strange = |_| Failure::Strange(format!("no cursor and events: {}", text::shown(body)));
    serde_json::from_str(body).map_err(strange)
}
