use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use actix_web::{
    FromRequest, HttpRequest,
    dev::{Payload, RequestHead},
    http::Uri,
    web,
};
use campanile_protocol::{
    App, AppId, AppKey, ChannelName,
    signature::{InvalidRequestAuth, Request, RequestAuth},
};
use campanile_realtime::{Node, Publication, Realm};

use tokio::time::sleep;

use super::{body, error::ApiError};
use crate::directory::Directory;

/// How long a request waits for the answer that a quota is used up: about a tenth of a second, and not equally
/// long, so that those who were refused together do not come back together.
fn refusal_takes() -> Duration {
    static REFUSED: AtomicU64 = AtomicU64::new(0);
    Duration::from_millis(75 + REFUSED.fetch_add(1, Relaxed) * 17 % 50)
}

/// A request that was signed with an active key of the app in its path.
pub(super) struct Signed {
    pub(super) realm: Arc<Realm>,
    pub(super) app_id: AppId,
    pub(super) body: web::Bytes,
    /// Whether the query says more than who signed what.
    pub(super) has_parameters: bool,
    uri: Uri,
}

impl Signed {
    /// Verifies a request. The path may name no app: then its key tells which one it means.
    pub(super) async fn verify(
        directory: &Directory,
        app_id: Option<&str>,
        head: &RequestHead,
        payload: Payload,
    ) -> Result<Self, ApiError> {
        let auth = RequestAuth::parse(head.uri.query().unwrap_or_default())?;
        let realm = find_realm(directory, app_id, auth.key()?).await?;
        // Nothing of the body is read for someone who is not known.
        let key = verify(head, &auth, &realm.app())?;
        realm.note_key_use(&key);
        let body = body::read(payload).await?;
        auth.verify_body(&body)?;
        let app = realm.app();
        if !app.enabled {
            return Err(if app.is_suspended { ApiError::TenantSuspended } else { ApiError::AppDisabled });
        }
        if app.settings.force_tls && !campanile_transport::is_secure(head.headers()) {
            return Err(ApiError::TlsRequired);
        }
        let (app_id, has_parameters) = (app.id, auth.names().next().is_some());
        drop(app);
        Ok(Self { realm, app_id, body, has_parameters, uri: head.uri.clone() })
    }

    /// The parameters of the query.
    pub(super) fn parameters(&self) -> Result<RequestAuth<'_>, ApiError> {
        Ok(RequestAuth::parse(self.uri.query().unwrap_or_default())?)
    }

    /// A channel that the app may publish to.
    pub(super) fn channel(&self, name: &str) -> Result<ChannelName, ApiError> {
        let channel = ChannelName::parse(name)?;
        let max_bytes = self.realm.app().settings.max_channel_name_bytes as usize;
        if channel.as_str().len() > max_bytes && channel.user_id().is_none() {
            return Err(ApiError::bad_request(format!(
                "Channel name too long: at most {max_bytes} bytes are allowed"
            )));
        }
        Ok(channel)
    }

    /// Whether so many messages may be published. A refusal takes its time: whoever asks again
    /// and again as fast as it can should not take the worker's time from the others.
    pub(super) async fn allow(&self, messages: u64) -> Result<(), ApiError> {
        let Err(over) = self.realm.allow(messages) else { return Ok(()) };
        sleep(refusal_takes()).await;
        Err(over.into())
    }

    /// Publishes, and counts what was published: so many messages, which the quotas must have allowed.
    /// Room inside the node is a quota too, and its refusal takes as long.
    pub(super) async fn publish(
        &self,
        node: &Node,
        publication: Publication,
        requests: u64,
        messages: u64,
    ) -> Result<(), ApiError> {
        if let Err(error) = node.publish(self.app_id, publication) {
            sleep(refusal_takes()).await;
            return Err(error.into());
        }
        self.realm.published(requests, messages);
        Ok(())
    }
}

impl FromRequest for Signed {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let directory = request.app_data::<web::Data<Directory>>().expect("configured with the routes");
            Self::verify(directory, request.match_info().get("app_id"), request.head(), payload).await
        })
    }
}

/// A segment of a request's path, percent-decoded.
pub(super) fn segment<'a>(request: &'a HttpRequest, name: &str) -> &'a str {
    request.match_info().query(name)
}

/// The app that the path names, or, where it names none, the one that has the key.
async fn find_realm(directory: &Directory, app_id: Option<&str>, key: &str) -> Result<Arc<Realm>, ApiError> {
    match app_id {
        Some(app_id) => {
            let app_id = app_id.parse().map_err(|_| ApiError::UnknownApp)?;
            directory.find(app_id).await?.ok_or(ApiError::UnknownApp)
        }
        None => directory.find_by_key(key).await?.ok_or(InvalidRequestAuth::UnknownKey.into()),
    }
}

/// The key that it was signed with.
fn verify(head: &RequestHead, auth: &RequestAuth<'_>, app: &App) -> Result<AppKey, InvalidRequestAuth> {
    let key = app.find_key(auth.key()?).ok_or(InvalidRequestAuth::UnknownKey)?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    auth.verify(key, &Request { method: head.method.as_str(), path: head.uri.path() }, now)?;
    Ok(key.key().clone())
}
