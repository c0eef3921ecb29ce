//! Webhook endpoints, what was sent to them and what waits for them.

mod dead_letters;
mod deliveries;
mod delivery;
mod endpoint;
mod endpoints;
mod fields;
mod forms;
mod listen;
mod queue;
mod replay;
mod results;
mod test_send;
mod verify;

use actix_web::web::{self, ServiceConfig};
use campanile_protocol::AppId;
use uuid::Uuid;

/// An app and one of its endpoints.
type EndpointPath = web::Path<(AppId, Uuid)>;
/// The same, and something that is the endpoint's.
type Within<T> = web::Path<(AppId, Uuid, T)>;

/// Mounts all below `/apps/{app_id}/webhooks`. Words come before ids.
pub(super) fn routes(config: &mut ServiceConfig) {
    let app = "/apps/{app_id}/webhooks";
    let one = "/apps/{app_id}/webhooks/{webhook_id}";
    let below = |rest: &str| format!("{one}{rest}");
    config
        .route(app, web::get().to(endpoints::list))
        .route(app, web::post().to(endpoints::create))
        .route("/apps/{app_id}/webhooks/test", web::post().to(test_send::ping))
        .route("/apps/{app_id}/webhooks/listen", web::get().to(listen::listen))
        .route("/apps/{app_id}/webhooks/listen/{listener}/results", web::post().to(results::report))
        .route(one, web::get().to(endpoints::get))
        .route(one, web::patch().to(endpoints::update))
        .route(one, web::delete().to(endpoints::delete))
        .route(&below("/pause"), web::post().to(endpoints::pause))
        .route(&below("/resume"), web::post().to(endpoints::resume))
        .route(&below("/rotate-secret"), web::post().to(endpoints::rotate_secret))
        .route(&below("/test"), web::post().to(test_send::send))
        .route(&below("/verify"), web::post().to(verify::verify))
        .route(&below("/deliveries"), web::get().to(deliveries::list))
        .route(&below("/deliveries/{delivery_id}"), web::get().to(deliveries::get))
        .route(&below("/deliveries/{delivery_id}/replay"), web::post().to(replay::one))
        .route(&below("/replay"), web::post().to(replay::many))
        .route(&below("/dead-letters"), web::get().to(dead_letters::list))
        .route(&below("/dead-letters/replay"), web::post().to(dead_letters::replay_all))
        .route(&below("/dead-letters/{delivery_id}/replay"), web::post().to(dead_letters::replay))
        .route(&below("/dead-letters/{delivery_id}"), web::delete().to(dead_letters::discard))
        .route(&below("/queue"), web::get().to(queue::get))
        .route(&below("/queue/{lane}/skip"), web::post().to(queue::skip));
}
