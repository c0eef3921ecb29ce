//! The HTTP face of sessions: routes, headers and bodies.

mod headers;
mod iframe;
mod mount;
mod plain;
mod receive;
mod send;

use std::rc::Rc;

pub(crate) use self::{
    mount::{Mount, Route},
    send::socket_messages,
};
use crate::{entrance::Admission, sessions::Sessions};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{Method, StatusCode},
    web::{self, Path, Payload, Query, ServiceConfig},
};

/// Mounts the HTTP transports of one worker: pusher-js's own and SockJS at `/pusher` and `/sockjs`, event
/// streams and long polling below `/apps/{app_id}`. `conformance_echo` adds the services that protocol
/// suites expect.
pub fn routes<A: Admission>(
    sessions: Rc<Sessions<A>>,
    conformance_echo: bool,
) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        let bases = mount::BASES.iter().chain(mount::ECHO_BASES.iter().filter(|_| conformance_echo));
        for base in bases {
            let sessions = sessions.clone();
            config.service(
                web::resource([(*base).to_owned(), format!("{base}/{{tail:.*}}")])
                    .to(move |request: HttpRequest, body: Payload| serve(sessions.clone(), request, body)),
            );
        }
        for (path, is_stream) in [("/apps/{app_id}/sse", true), ("/apps/{app_id}/poll", false)] {
            let sessions = sessions.clone();
            config.service(
                web::resource(path).route(web::method(Method::OPTIONS).to(plain::preflight)).route(
                    web::get().to(
                        move |request: HttpRequest, id: Path<String>, query: Query<plain::Request>| {
                            plain::receive(
                                sessions.clone(),
                                request,
                                id.into_inner(),
                                query.into_inner(),
                                is_stream,
                            )
                        },
                    ),
                ),
            );
        }
    }
}

async fn serve<A: Admission>(sessions: Rc<Sessions<A>>, request: HttpRequest, body: Payload) -> HttpResponse {
    let Some((mount, route)) = Mount::find(request.uri().path()) else { return not_found() };
    let allowed = route.methods();
    if !allowed.contains(request.method()) {
        return headers::method_not_allowed(allowed);
    }
    if request.method() == Method::OPTIONS {
        return headers::preflight(&request, &mount, allowed);
    }
    match route {
        Route::Greeting => headers::text(StatusCode::OK, "Welcome to SockJS!\n"),
        Route::Info => receive::info(&request, &mount),
        Route::Iframe => iframe::page(&request),
        Route::WebSocket { .. } => headers::text(StatusCode::BAD_REQUEST, "Not a valid websocket request\n"),
        Route::Receive { session, transport } => {
            receive::receive(sessions, &request, &mount, session, transport).await
        }
        Route::Send { session, is_form } => {
            send::send(&sessions, &request, &mount, (session, is_form), body).await
        }
    }
}

fn not_found() -> HttpResponse {
    headers::text(StatusCode::NOT_FOUND, "Not found\n")
}
