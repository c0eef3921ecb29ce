//! Webhook endpoints, what was sent to them and what waits for them.

mod dead_letters;
mod deliveries;
mod delivery;
mod endpoint;
mod endpoints;
pub(super) mod fields;
mod forms;
mod listen;
mod queue;
mod replay;
mod results;
mod test_send;
mod verify;

use actix_web::web;
use campanile_protocol::AppId;
use uuid::Uuid;

use super::{
    rights::{Access, Right},
    routes::Routes,
};

/// An app and one of its endpoints.
type EndpointPath = web::Path<(AppId, Uuid)>;
/// The same, and something that is the endpoint's.
type Within<T> = web::Path<(AppId, Uuid, T)>;

/// All below `/apps/{app_id}/webhooks`. Words come before ids.
pub(super) fn routes(routes: &mut Routes<'_>) {
    let app = "/apps/{app_id}/webhooks";
    let one = "/apps/{app_id}/webhooks/{webhook_id}";
    let view = Access::Has(Right::ViewWebhooks);
    let manage = Access::Has(Right::ManageWebhooks);
    routes.get(app, view, endpoints::list).about("List an app's endpoints");
    routes
        .post(app, manage, endpoints::create)
        .about("Add an endpoint")
        .creates::<endpoint::CreatedEndpointReply>()
        .refuses(&[409]);
    routes
        .post("/apps/{app_id}/webhooks/test", manage, test_send::ping)
        .about("Send an example to an address that is not saved yet")
        .refuses(&[429]);
    listening(routes);
    routes.get(one, view, endpoints::get).about("One endpoint, and how it does");
    routes.patch(one, manage, endpoints::update).about("Change an endpoint");
    routes.delete(one, manage, endpoints::delete).about("Remove an endpoint").answers_nothing();
    acts(routes);
    log(routes);
    waiting(routes);
}

/// For programs that have no address.
fn listening(routes: &mut Routes<'_>) {
    let program = Access::Program(Right::Listen);
    routes
        .get("/apps/{app_id}/webhooks/listen", program, listen::listen)
        .about("An app's webhooks as server-sent events")
        .streams::<listen::Listening<'_>>("listening")
        .streams::<listen::DeliveryItem>("delivery")
        .refuses(&[409]);
    routes
        .post("/apps/{app_id}/webhooks/listen/{listener}/results", program, results::report)
        .about("Say what became of a delivery")
        .answers_nothing();
}

/// What can be done to one endpoint.
fn acts(routes: &mut Routes<'_>) {
    let manage = Access::Has(Right::ManageWebhooks);
    routes
        .post(&below("/pause"), manage, endpoints::pause)
        .about("Send nothing for now; events wait")
        .refuses(&[409]);
    routes.post(&below("/resume"), manage, endpoints::resume).about("Send again").refuses(&[409]);
    routes
        .post(&below("/rotate-secret"), manage, endpoints::rotate_secret)
        .about("Sign with a new secret; the one before is valid for a day")
        .answers::<endpoints::RotatedReply>();
    routes
        .post(&below("/test"), manage, test_send::send)
        .about("Send an example to an endpoint")
        .may_take::<test_send::SendTest>()
        .refuses(&[409, 429]);
    routes
        .post(&below("/verify"), Access::Has(Right::RevealSecrets), verify::verify)
        .about("Whether a request came from here unaltered");
}

/// What was sent.
fn log(routes: &mut Routes<'_>) {
    let manage = Access::Has(Right::ManageWebhooks);
    routes
        .get(&below("/deliveries"), Access::Has(Right::ViewWebhooks), deliveries::list)
        .about("What was sent, newest first");
    routes
        .get(&below("/deliveries/{delivery_id}"), Access::Has(Right::ViewPayloads), deliveries::get)
        .about("A delivery with every try");
    routes
        .post(&below("/deliveries/{delivery_id}/replay"), manage, replay::one)
        .about("Send a delivery again")
        .accepts::<replay::ReplayReply>()
        .refuses(&[409]);
    routes
        .post(&below("/replay"), manage, replay::many)
        .about("Send deliveries of some time again")
        .accepts::<replay::ReplayedReply>()
        .refuses(&[409]);
}

/// What could not be sent yet, or not at all.
fn waiting(routes: &mut Routes<'_>) {
    let view = Access::Has(Right::ViewWebhooks);
    let manage = Access::Has(Right::ManageWebhooks);
    routes.get(&below("/dead-letters"), view, dead_letters::list).about("What was given up, newest first");
    routes
        .post(&below("/dead-letters/replay"), manage, dead_letters::replay_all)
        .about("Send all that was given up again")
        .accepts::<replay::ReplayedReply>()
        .refuses(&[409]);
    routes
        .post(&below("/dead-letters/{delivery_id}/replay"), manage, dead_letters::replay)
        .about("Send one that was given up again")
        .accepts::<replay::ReplayReply>()
        .refuses(&[409]);
    routes
        .delete(&below("/dead-letters/{delivery_id}"), manage, dead_letters::discard)
        .about("Forget one that was given up")
        .answers_nothing()
        .refuses(&[409]);
    routes.get(&below("/queue"), view, queue::get).about("What waits behind what");
    routes
        .post(&below("/queue/{lane}/skip"), manage, queue::skip)
        .about("Give up what a lane keeps trying")
        .answers_nothing()
        .refuses(&[409]);
}

/// A path below one endpoint.
fn below(rest: &str) -> String {
    format!("/apps/{{app_id}}/webhooks/{{webhook_id}}{rest}")
}
