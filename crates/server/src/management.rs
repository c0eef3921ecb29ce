//! The management API that the dashboard uses: `/api/v1`, JSON, authenticated by a session cookie or, for
//! programs, by a management token. Every handler acts for the tenant of its
//! [`Session`](session::Session) and no other.

mod accounts;
mod apps;
mod audit;
mod auth_endpoint;
mod channels;
mod connections;
mod device;
mod document;
mod error;
mod events;
mod factor;
mod gate;
mod invitations;
mod keys;
mod limits;
mod live;
mod notices;
mod operator;
mod origin;
mod paging;
mod recovery;
mod request_id;
mod rights;
mod routes;
mod scope;
mod senders;
mod session;
mod sessions;
mod sse;
mod team;
mod tenants;
mod throttle;
mod tokens;
mod usage;
mod users;
mod validation;
mod webhooks;

use std::{sync::Arc, time::Instant};

use actix_web::{
    HttpRequest, middleware,
    web::{self, JsonConfig, PathConfig, QueryConfig, ServiceConfig},
};
use campanile_control::{Account, AccountError, Store};
use campanile_realtime::Node;
use campanile_transport::TrustedProxies;
use campanile_webhooks::{Listeners, TargetPolicy, Workbench};
use tokio::sync::watch;

use self::{error::ManagementError, routes::Routes, senders::Senders, session::Person, throttle::Throttle};
use crate::directory::Directory;

pub use self::routes::{RouteDescription, describe as describe_routes};
pub(crate) use self::{document::document, operator::Installation};

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
    /// Whether mails leave this installation.
    pub(crate) sends_mail: bool,
    /// True once the platform has been told to stop: streams end.
    pub(crate) stopping: watch::Receiver<bool>,
    pub(crate) throttle: Throttle,
    pub(crate) senders: Senders,
    /// What operators look at and act upon.
    pub(crate) installation: Installation,
}

/// Mounts the API.
pub(crate) fn mount(config: &mut ServiceConfig) {
    config.service(
        web::scope("/api/v1")
            .app_data(JsonConfig::default().error_handler(|error, _| ManagementError::from(error).into()))
            .app_data(QueryConfig::default().error_handler(|error, _| ManagementError::from(error).into()))
            .app_data(PathConfig::default().error_handler(|_, _| ManagementError::NotFound.into()))
            .wrap(middleware::from_fn(origin::require_same_origin))
            .wrap(middleware::from_fn(request_id::name))
            .configure(|config| register(&mut Routes::new(config)))
            .default_service(web::to(|| async { ManagementError::NotFound })),
    );
}

/// Every route of the API; each area registers its own.
fn register(routes: &mut Routes<'_>) {
    accounts::routes(routes);
    factor::routes(routes);
    recovery::routes(routes);
    sessions::routes(routes);
    notices::routes(routes);
    tenants::routes(routes);
    team::routes(routes);
    invitations::routes(routes);
    tokens::routes(routes);
    audit::routes(routes);
    apps::routes(routes);
    keys::routes(routes);
    auth_endpoint::routes(routes);
    channels::routes(routes);
    connections::routes(routes);
    events::routes(routes);
    live::routes(routes);
    users::routes(routes);
    webhooks::routes(routes);
    usage::routes(routes);
    limits::routes(routes);
    operator::routes(routes);
    document::routes(routes);
}

impl Management {
    pub(crate) fn new(
        store: Store,
        directory: Arc<Directory>,
        node: Arc<Node>,
        settings: ManagementSettings,
    ) -> Self {
        let ManagementSettings {
            targets,
            workbench,
            listeners,
            trusted_proxies,
            secure_cookies,
            sends_mail,
            stopping,
            installation,
        } = settings;
        let throttle = Throttle::default();
        Self {
            store,
            node,
            directory,
            targets,
            workbench,
            listeners,
            trusted_proxies,
            secure_cookies,
            sends_mail,
            stopping,
            throttle,
            senders: Senders::default(),
            installation,
        }
    }

    /// Whether someone may only look until they have shown that their address is theirs: where mails are
    /// sent at all.
    fn needs_verification(&self, account: &Account) -> bool {
        self.sends_mail && !account.is_verified
    }

    /// Runs a person's work that a password or a code proves, and slows down whoever guesses it in a session
    /// that is not theirs. A wrong password is told as the fault of `field`.
    async fn guessing<T>(
        &self,
        request: &HttpRequest,
        person: &Person,
        field: &'static str,
        work: impl Future<Output = Result<T, AccountError>>,
    ) -> Result<T, ManagementError> {
        let (address, now) = (self.subject(request), Instant::now());
        let subject = format!("own {}", person.account.email);
        let attempt = self.throttle.attempt(address, &subject, now)?;
        let done = work.await;
        match done {
            Err(AccountError::WrongPassword | AccountError::WrongCode) => attempt.keep(),
            _ => attempt.take_back(),
        }
        done.map_err(|error| match error {
            AccountError::WrongPassword => ManagementError::WrongProof(field, "This is not your password."),
            error => error.into(),
        })
    }
}

/// How the API behaves in this installation; see the fields of [`Management`].
pub(crate) struct ManagementSettings {
    pub(crate) targets: TargetPolicy,
    pub(crate) workbench: Workbench,
    pub(crate) listeners: Listeners,
    pub(crate) trusted_proxies: TrustedProxies,
    pub(crate) secure_cookies: bool,
    pub(crate) sends_mail: bool,
    pub(crate) stopping: watch::Receiver<bool>,
    pub(crate) installation: Installation,
}
