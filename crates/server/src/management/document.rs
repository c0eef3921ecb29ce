//! The API's OpenAPI document.

use std::sync::LazyLock;

use actix_web::{HttpResponse, http::Method};
use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use super::{
    error,
    rights::{Access, Right},
    routes::{self, Route, RouteDescription, Routes},
    session::TENANT_HEADER,
};
use crate::openapi::{Described, Document};

const DESCRIPTION: &str = "Everything that the dashboard can do, for programs. Who asks is told by the dashboard's \
    cookie or by a management token as bearer. `x-rights` says which right an operation takes, which roles have it and \
    which scope a token needs for it. Requests that change something are JSON. A value that cannot be taken is answered \
    with 422 and its reason by field. A session acts for one organisation at a time, a request may say which one it \
    means: 409 with `other_tenant` if that has changed.";

/// The document itself.
pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.get("/openapi.json", Access::Anyone, get).about("This document").answers::<Map<String, Value>>();
}

/// `GET /openapi.json`
async fn get() -> HttpResponse {
    static TEXT: LazyLock<String> = LazyLock::new(|| document().to_string());
    HttpResponse::Ok().content_type("application/json").body(TEXT.as_str())
}

/// Made anew each time.
pub(crate) fn document() -> Value {
    let document = Document {
        title: "Campanile management API",
        description: DESCRIPTION,
        security_schemes: json!({
            "session": { "type": "apiKey", "in": "cookie", "name": "campanile_session",
                "description": "Over HTTPS it is called `__Host-campanile_session`." },
            "token": { "type": "http", "scheme": "bearer", "description": "A management token." },
        }),
        error: ("application/json", SchemaGenerator::subschema_for::<error::Body<'_>>),
    };
    document.of(routes::listed().into_iter().map(describe).collect())
}

fn describe(mut route: Route) -> Described {
    refusals(&mut route);
    if means_tenant(route.access) {
        route.operation.takes_header(TENANT_HEADER, "The organisation that is meant, by its id.");
    }
    let operation = route.operation.clone();
    let method = route.method.clone();
    let area = route.path.trim_start_matches("/apps/{app_id}/").trim_start_matches('/');
    let tag = area.split('/').next().unwrap_or_default().to_owned();
    let security = security(route.access);
    let rights = RouteDescription::from(route);
    let more = Map::from_iter([
        ("security".to_owned(), security),
        (
            "x-rights".to_owned(),
            json!({
                "access": rights.access,
                "right": rights.right,
                "roles": rights.roles,
                "scope": rights.scope,
            }),
        ),
    ]);
    Described { operation, method, path: rights.path, tag, more }
}

/// What any such route may answer; others are named where it is registered.
fn refusals(route: &mut Route) {
    let operation = &mut route.operation;
    operation.refuses(&[500, 503]);
    if route.access != Access::Anyone {
        operation.refuses(&[401, 403]);
    }
    if means_tenant(route.access) {
        operation.refuses(&[409]);
    }
    if route.method != Method::GET {
        // From another site's page.
        operation.refuses(&[403]);
    }
    if route.path.contains('{') {
        operation.refuses(&[404]);
    }
    if operation.has_query() || operation.has_body() {
        operation.refuses(&[400, 422]);
    }
    if operation.has_body() {
        operation.refuses(&[408]);
    }
}

/// Whether it is about the organisation that a person's session acts for.
fn means_tenant(access: Access) -> bool {
    matches!(access, Access::Has(_))
}

/// Ways to say who asks, any of them.
fn security(access: Access) -> Value {
    let (session, token) = (json!({ "session": [] }), json!({ "token": [] }));
    match access {
        Access::Anyone => json!([]),
        Access::Has(right) if Right::scope(right).is_some() => json!([session, token]),
        Access::Person | Access::Has(_) | Access::Operator => json!([session]),
        Access::Program(_) => json!([token]),
    }
}
