//! The API's OpenAPI document.

use actix_web::http::Method;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::{
    SCOPE, of_an_app, of_any_app,
    routes::{self, Listed},
    signed::Signed,
};
use crate::openapi::{Described, Document, Input, Operation};

const DESCRIPTION: &str = "What an app's server calls: Pusher Channels' REST API. Every request is signed with a key of \
    the app; `sdk-specs/vectors/signatures.json` has examples. Errors are one line of text.";

/// What every request's query says.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "read by the signature, written for its schema")]
struct Signature {
    /// A key of the app.
    auth_key: String,
    /// When it was signed, in seconds since 1970; at most ten minutes ago.
    auth_timestamp: u64,
    /// `1.0`.
    auth_version: String,
    /// HMAC-SHA256 with the key's secret, of method, path and the other parameters in their order, in hex.
    auth_signature: String,
    /// MD5 of the body, in hex; for requests that have one.
    body_md5: Option<String>,
}

impl Input for Signed {
    fn describe(operation: &mut Operation) {
        operation.asks::<Signature>();
    }
}

/// Made anew each time.
pub(crate) fn document() -> Value {
    let document = Document {
        title: "Campanile REST API",
        description: DESCRIPTION,
        security_schemes: json!({
            "signature": { "type": "apiKey", "in": "query", "name": "auth_signature" },
        }),
        error: ("text/plain", SchemaGenerator::subschema_for::<String>),
    };
    let of_an_app = routes::list(of_an_app).into_iter().map(|listed| describe(SCOPE, listed));
    let of_any_app = routes::list(of_any_app).into_iter().map(|listed| describe("", listed));
    document.of(of_an_app.chain(of_any_app).collect())
}

fn describe(scope: &str, Listed { method, path, mut operation }: Listed) -> Described {
    operation.refuses(&[400, 401, 403, 404, 408, 413, 503]);
    if method == Method::POST {
        operation.refuses(&[429]);
    }
    let tag = path.split('/').nth(1).unwrap_or_default().to_owned();
    let more = Map::from_iter([("security".to_owned(), json!([{ "signature": [] }]))]);
    Described { operation, method, path: format!("{scope}{path}"), tag, more }
}
