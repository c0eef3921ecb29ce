//! The REST API of apps' servers (Pusher reference, section 5). Every request is signed; errors are
//! one line of text.

#[cfg(test)]
mod allocations;
mod body;
mod channels;
mod error;
pub(crate) mod hot;
mod info;
mod legacy;
mod signed;
mod trigger;
mod users;

use actix_web::{
    HttpResponse, Resource,
    web::{self, ServiceConfig},
};

use crate::http::not_found;

/// Mounts the API below `/apps/{app_id}`.
pub(crate) fn routes(config: &mut ServiceConfig) {
    let terminate = "/users/{user_id}/terminate_connections";
    config
        .service(
            web::scope("/apps/{app_id}")
                // Nearly all triggers go past this, see `hot`.
                .service(resource("/events").route(web::post().to(trigger::trigger_routed)))
                .service(resource("/batch_events").route(web::post().to(trigger::trigger_batch)))
                .service(resource("/channels").route(web::get().to(channels::list)))
                .service(resource("/channels/{channel}").route(web::get().to(channels::get)))
                .service(resource("/channels/{channel}/users").route(web::get().to(channels::users)))
                .service(resource("/channels/{channel}/events").route(web::post().to(legacy::trigger)))
                .service(resource("/channels/{channel}/stats").route(web::get().to(legacy::stats)))
                .service(resource(terminate).route(web::post().to(users::terminate)))
                .default_service(web::to(not_found)),
        )
        // A library in wide use leaves the app out of this path; its key tells which one it means.
        .service(resource(terminate).route(web::post().to(users::terminate)));
}

fn resource(path: &str) -> Resource {
    web::resource(path).default_service(web::to(|| async {
        HttpResponse::MethodNotAllowed()
            .content_type("text/plain; charset=utf-8")
            .body("Method not allowed\n")
    }))
}
