use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use campanile_protocol::{
    App, AppId,
    signature::{InvalidRequestAuth, Request, RequestAuth},
};
use campanile_realtime::Realm;

use super::{body, error::ApiError};
use crate::directory::Directory;

/// A request that was signed with an active key of the app in its path.
pub(super) struct Signed {
    pub(super) realm: Arc<Realm>,
    pub(super) app_id: AppId,
    pub(super) body: web::Bytes,
    request: HttpRequest,
}

impl Signed {
    /// The parameters of the query.
    pub(super) fn parameters(&self) -> Result<RequestAuth<'_>, ApiError> {
        Ok(RequestAuth::parse(self.request.query_string())?)
    }

    /// A segment of the path, percent-decoded.
    pub(super) fn segment(&self, name: &str) -> &str {
        self.request.match_info().query(name)
    }
}

impl FromRequest for Signed {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            // The query is judged before anything is read or looked up.
            RequestAuth::parse(request.query_string())?.key()?;
            let app_id = request.match_info().query("app_id").parse().map_err(|_| ApiError::UnknownApp)?;
            let directory = request.app_data::<web::Data<Directory>>().expect("configured with the routes");
            let realm = directory.find(app_id).await?.ok_or(ApiError::UnknownApp)?;
            let body = body::read(payload).await?;
            verify(&request, &realm.app(), &body)?;
            if !realm.app().enabled {
                return Err(ApiError::AppDisabled);
            }
            Ok(Self { realm, app_id, body, request })
        })
    }
}

fn verify(request: &HttpRequest, app: &App, body: &[u8]) -> Result<(), InvalidRequestAuth> {
    let auth = RequestAuth::parse(request.query_string())?;
    let key = app.find_key(auth.key()?).ok_or(InvalidRequestAuth::UnknownKey)?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let signed = Request { method: request.method().as_str(), path: request.uri().path(), body };
    auth.verify(key, &signed, now)
}
