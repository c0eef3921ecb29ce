//! Where clients report how their connections went (Pusher reference, section 8.4). The reports are
//! answered, so that clients do not try again, and not read.

use actix_web::{
    HttpResponse,
    web::{self, Path, ServiceConfig},
};

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .route("/timeline/v2/jsonp/{receiver}", web::get().to(jsonp))
        .route("/timeline/v2/xhr/{receiver}", web::get().to(xhr));
}

/// Calls the receiver back with success. Only a number is ever repeated: the answer is a script.
async fn jsonp(receiver: Path<u64>) -> HttpResponse {
    answer("application/javascript", format!("Pusher.ScriptReceivers[{receiver}](null, {{}});"))
}

async fn xhr() -> HttpResponse {
    answer("application/json", "{}".to_owned())
}

fn answer(content_type: &str, body: String) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(content_type)
        .insert_header(("Cache-Control", "no-store"))
        .insert_header(("Access-Control-Allow-Origin", "*"))
        .body(body)
}
