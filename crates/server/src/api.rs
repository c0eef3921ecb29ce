//! The REST API of apps' servers (Pusher reference, section 5). Every request is signed; errors are
//! one line of text.

#[cfg(test)]
mod allocations;
mod body;
mod channels;
mod document;
mod error;
pub(crate) mod hot;
mod info;
mod legacy;
mod refusals;
mod routes;
mod signed;
mod trigger;
mod users;

use actix_web::{
    middleware,
    web::{self, ServiceConfig},
};

use self::routes::Routes;
use crate::http::not_found;

pub(crate) use self::document::document;

/// Mounts the API below `/apps/{app_id}`.
pub(crate) fn routes(config: &mut ServiceConfig) {
    config.service(
        web::scope(SCOPE)
            .wrap(middleware::from_fn(refusals::watch))
            .configure(|config| of_an_app(&mut Routes::new(config)))
            .default_service(web::to(not_found)),
    );
    of_any_app(&mut Routes::new(config));
}

const SCOPE: &str = "/apps/{app_id}";
const TERMINATE: &str = "/users/{user_id}/terminate_connections";

fn of_an_app(routes: &mut Routes<'_>) {
    // Nearly all triggers go past this, see `hot`.
    routes
        .post("/events", trigger::trigger_routed)
        .called("trigger")
        .about("Publish an event to channels")
        .takes::<trigger::TriggerBody<'_>>();
    routes
        .post("/batch_events", trigger::trigger_batch)
        .called("trigger_batch")
        .about("Publish several events, each to one channel; all or none")
        .takes::<trigger::BatchBody<'_>>();
    routes.get("/channels", channels::list).about("List the occupied channels").asks::<channels::ListQuery>();
    routes
        .get("/channels/{channel}", channels::get)
        .about("Whether a channel is occupied")
        .asks::<channels::InfoQuery>();
    routes.get("/channels/{channel}/users", channels::users).about("List the users of a presence channel");
    routes
        .post("/channels/{channel}/events", legacy::trigger)
        .about("Publish an event whose data is the body; deprecated")
        .asks::<legacy::TriggerQuery>()
        .takes_text()
        .accepts_with_text();
    routes.get("/channels/{channel}/stats", legacy::stats).about("Count a channel's connections; deprecated");
    routes.post(TERMINATE, users::terminate).about("Close a user's connections");
}

/// A library in wide use leaves the app out of this path; its key tells which one it means.
fn of_any_app(routes: &mut Routes<'_>) {
    routes
        .post(TERMINATE, users::terminate)
        .called("users_terminate_by_key")
        .about("Close a user's connections; the key tells in which app");
}
