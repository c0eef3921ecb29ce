//! The management API that the dashboard uses: `/api/v1`, JSON, authenticated by a session cookie or, for
//! programs, by a management token. Every handler acts for the tenant of its
//! [`Session`](session::Session) and no other.

mod accounts;
mod apps;
mod error;
mod events;
mod keys;
mod live;
mod origin;
mod session;
mod sse;
mod throttle;
mod tokens;
mod validation;
mod webhooks;

use std::sync::Arc;

use actix_web::{
    middleware,
    web::{self, JsonConfig, PathConfig, QueryConfig, ServiceConfig},
};
use campanile_control::Store;
use campanile_realtime::Node;
use campanile_transport::TrustedProxies;
use campanile_webhooks::{Listeners, TargetPolicy, Workbench};
use tokio::sync::watch;

use self::{error::ManagementError, throttle::Throttle};
use crate::directory::Directory;

/// What the handlers act upon.
pub(crate) struct Management {
    pub(crate) store: Store,
    pub(crate) node: Arc<Node>,
    pub(crate) directory: Arc<Directory>,
    /// Where webhooks may go.
    pub(crate) targets: TargetPolicy,
    /// Sends tests and checks signatures.
    pub(crate) workbench: Workbench,
    /// Brings webhooks to programs that listen.
    pub(crate) listeners: Listeners,
    /// Whose word about a client's address counts.
    pub(crate) trusted_proxies: TrustedProxies,
    /// Whether browsers reach us over HTTPS only, so that the cookie may say so.
    pub(crate) secure_cookies: bool,
    /// True once the platform has been told to stop: streams end.
    pub(crate) stopping: watch::Receiver<bool>,
    pub(crate) throttle: Throttle,
}

/// Mounts the API.
pub(crate) fn routes(config: &mut ServiceConfig) {
    config.service(
        web::scope("/api/v1")
            .app_data(JsonConfig::default().error_handler(|error, _| ManagementError::from(error).into()))
            .app_data(QueryConfig::default().error_handler(|error, _| ManagementError::from(error).into()))
            .app_data(PathConfig::default().error_handler(|_, _| ManagementError::NotFound.into()))
            .wrap(middleware::from_fn(origin::require_same_origin))
            .route("/signup", web::post().to(accounts::sign_up))
            .route("/login", web::post().to(accounts::log_in))
            .route("/logout", web::post().to(accounts::log_out))
            .route("/me", web::get().to(accounts::me))
            .route("/tokens", web::get().to(tokens::list))
            .route("/tokens", web::post().to(tokens::create))
            .route("/tokens/{token_id}", web::delete().to(tokens::delete))
            .route("/apps", web::get().to(apps::list))
            .route("/apps", web::post().to(apps::create))
            .route("/apps/{app_id}", web::get().to(apps::get))
            .route("/apps/{app_id}", web::patch().to(apps::update))
            .route("/apps/{app_id}", web::delete().to(apps::delete))
            .route("/apps/{app_id}/keys", web::post().to(keys::create))
            .route("/apps/{app_id}/keys/{key_id}", web::delete().to(keys::delete))
            .route("/apps/{app_id}/keys/{key_id}/reveal", web::post().to(keys::reveal))
            .route("/apps/{app_id}/events", web::post().to(events::send))
            .route("/apps/{app_id}/live", web::get().to(live::watch))
            .configure(webhooks::routes)
            .default_service(web::to(|| async { ManagementError::NotFound })),
    );
}

impl Management {
    pub(crate) fn new(
        store: Store,
        directory: Arc<Directory>,
        node: Arc<Node>,
        settings: ManagementSettings,
    ) -> Self {
        let ManagementSettings { targets, workbench, listeners, trusted_proxies, secure_cookies, stopping } =
            settings;
        Self {
            store,
            node,
            directory,
            targets,
            workbench,
            listeners,
            trusted_proxies,
            secure_cookies,
            stopping,
            throttle: Throttle::default(),
        }
    }
}

/// How the API behaves in this installation; see the fields of [`Management`].
pub(crate) struct ManagementSettings {
    pub(crate) targets: TargetPolicy,
    pub(crate) workbench: Workbench,
    pub(crate) listeners: Listeners,
    pub(crate) trusted_proxies: TrustedProxies,
    pub(crate) secure_cookies: bool,
    pub(crate) stopping: watch::Receiver<bool>,
}
