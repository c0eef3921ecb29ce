use reqwest::{Method, header::ACCEPT};
use url::Url;

use crate::{
    failure::Failure,
    frame::Frame,
    http::{self, Http},
    line::{Line, Speech, Teller, What},
    text::{self, Lines},
};

/// A stream of server-sent events.
pub(crate) fn open(http: &Http, url: Url) -> Line {
    let request = http.request(Method::GET, url).header(ACCEPT, "text/event-stream");
    Line::start(Speech::Mute, |teller| async move {
        match read(request, &teller).await {
            Ok(()) => Failure::Ended,
            Err(failure) => failure,
        }
    })
}

async fn read(request: reqwest::RequestBuilder, teller: &Teller) -> Result<(), Failure> {
    let mut response = http::expect_ok(request).await?;
    teller.tell(What::Headers(response.headers().clone())).await;
    check_type(&response)?;
    let (mut lines, mut events) = (Lines::default(), Events::default());
    while let Some(bytes) = response.chunk().await.map_err(|error| http::broken(&error))? {
        for line in lines.push(&bytes).map_err(|error| Failure::Strange(error.to_string()))? {
            if line.starts_with(':') {
                teller.tell(What::Heartbeat).await;
            }
            let Some(data) = events.push(&line) else { continue };
            let frame = Frame::read(&data);
            let frame = frame
                .ok_or_else(|| Failure::Strange(format!("no Pusher message: {}", text::shown(&data))))?;
            teller.tell(What::Frame(frame)).await;
        }
    }
    Ok(())
}

/// Browsers close a stream of any other type.
fn check_type(response: &reqwest::Response) -> Result<(), Failure> {
    let kind =
        response.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kind.starts_with("text/event-stream") {
        return Ok(());
    }
    Err(Failure::Strange(format!("the Content-Type is \"{}\" and not text/event-stream", text::shown(kind))))
}

/// Puts lines together to events; of their fields only the data counts here.
#[derive(Debug, Default)]
struct Events {
    data: Option<String>,
}

impl Events {
    /// The data of the event that this line completes.
    fn push(&mut self, line: &str) -> Option<String> {
        if line.is_empty() {
            return self.data.take();
        }
        let more = line.strip_prefix("data:")?;
        let more = more.strip_prefix(' ').unwrap_or(more);
        match &mut self.data {
            Some(data) => {
                data.push('\n');
                data.push_str(more);
            }
            None => self.data = Some(more.to_owned()),
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_its_data_lines_and_comments_are_none() {
        let mut events = Events::default();
        let lines = [":", "", "retry: 1000", "id: s.1", "data: a", "data:b", "", "event: x", ""];
        let found: Vec<String> = lines.iter().filter_map(|line| events.push(line)).collect();
        assert_eq!(found, ["a\nb"]);
    }
}
