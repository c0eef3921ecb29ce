use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, CacheDirective},
};
use rust_embed::{Embed, EmbeddedFile};

use crate::http::not_found;

/// The built dashboard, part of the binary.
#[derive(Embed)]
#[folder = "../../web-dashboard/dist"]
struct Files;

const INDEX: &str = "index.html";
const A_YEAR_SECONDS: u32 = 365 * 24 * 3600;
const A_DAY_SECONDS: u32 = 24 * 3600;

/// Where the dashboard's pages are. Its own routes lie below, apart from those of the REST API.
const HOME: &str = "/dashboard";

/// Serves the dashboard: its pages, which it routes itself, and its files.
pub(crate) async fn serve(request: HttpRequest) -> HttpResponse {
    let path = request.path();
    if path == "/" {
        return HttpResponse::Found().insert_header((header::LOCATION, HOME)).finish();
    }
    let is_page = path.strip_prefix(HOME).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let name = if is_page { INDEX } else { path.trim_start_matches('/') };
    match Files::get(name) {
        Some(file) => answer(&request, name, file),
        None if is_page => HttpResponse::ServiceUnavailable()
            .content_type("text/plain; charset=utf-8")
            .body("This build has no dashboard: build it with `cargo xtask up`.\n"),
        None => not_found().await,
    }
}

fn answer(request: &HttpRequest, name: &str, file: EmbeddedFile) -> HttpResponse {
    let tag = header::EntityTag::new_strong(hex::encode(file.metadata.sha256_hash()));
    // Built files bear a hash in their name; the page that names them must always be asked for. The SockJS
    // client, which hidden frames load, changes about as often as its protocol.
    let caching = match name.split_once('/') {
        Some(("assets", _)) => vec![CacheDirective::Public, CacheDirective::MaxAge(A_YEAR_SECONDS)],
        Some(("sockjs-client", _)) => vec![CacheDirective::Public, CacheDirective::MaxAge(A_DAY_SECONDS)],
        _ => vec![CacheDirective::NoCache],
    };
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let is_known = known.is_some_and(|known| known.contains(tag.tag()));
    let mut response = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header(header::CacheControl(caching)).insert_header(header::ETag(tag));
    if is_known {
        // A body would be taken for the beginning of the next answer.
        return response.finish();
    }
    response.content_type(file.metadata.mimetype());
    response.body(file.data)
}
