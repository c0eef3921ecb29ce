//! The REST API of apps' servers (Pusher reference, section 5). Every request is signed; errors are
//! one line of text.

mod body;
mod channels;
mod error;
mod info;
mod signed;
mod trigger;

use actix_web::web::{self, ServiceConfig};

/// Mounts the API below `/apps/{app_id}`.
pub(crate) fn routes(config: &mut ServiceConfig) {
    config.service(
        web::scope("/apps/{app_id}")
            .route("/events", web::post().to(trigger::trigger))
            .route("/batch_events", web::post().to(trigger::trigger_batch))
            .route("/channels", web::get().to(channels::list))
            .route("/channels/{channel}", web::get().to(channels::get))
            .route("/channels/{channel}/users", web::get().to(channels::users)),
    );
}
