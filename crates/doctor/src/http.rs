use std::time::Duration;

use reqwest::{Client, ClientBuilder, Method, RequestBuilder, Response, header::HeaderValue, redirect};
use url::Url;

use crate::{
    failure::{Answer, Failure},
    text,
};

/// Asks as a page of the examined origin would, but without a proxy of the environment: what is examined
/// is the way to the platform, not the way out of this computer.
#[derive(Clone)]
pub(crate) struct Http {
    client: Client,
    origin: Option<HeaderValue>,
}

impl Http {
    pub(crate) fn new(origin: Option<HeaderValue>, patience: Duration) -> Result<Self, reqwest::Error> {
        let client = build(|| {
            Client::builder()
                .no_proxy()
                .redirect(redirect::Policy::none())
                .referer(false)
                .user_agent(concat!("campanile-doctor/", env!("CARGO_PKG_VERSION")))
                .connect_timeout(patience)
        })?;
        Ok(Self { client, origin })
    }

    pub(crate) fn request(&self, method: Method, url: Url) -> RequestBuilder {
        let request = self.client.request(method, url);
        match &self.origin {
            Some(origin) => request.header("origin", origin.clone()),
            None => request,
        }
    }
}

/// The answer, if its status is 200.
pub(crate) async fn expect_ok(request: RequestBuilder) -> Result<Response, Failure> {
    let response = send(request).await?;
    if response.status().as_u16() == 200 { Ok(response) } else { Err(Answer::read(response).await.into()) }
}

/// The whole answer, if its status is 200.
pub(crate) async fn read_ok(request: RequestBuilder) -> Result<Answer, Failure> {
    Ok(Answer::read(expect_ok(request).await?).await)
}

pub(crate) async fn send(request: RequestBuilder) -> Result<Response, Failure> {
    request.send().await.map_err(|error| broken(&error))
}

pub(crate) fn broken(error: &reqwest::Error) -> Failure {
    Failure::Unreachable(text::cause(error))
}

/// Also on a machine without root certificates: there, only `https://` fails.
fn build(builder: impl Fn() -> ClientBuilder) -> Result<Client, reqwest::Error> {
    crate::tls::choose_provider();
    builder().build().or_else(|_| builder().tls_certs_only([]).build())
}
