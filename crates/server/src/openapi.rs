//! The OpenAPI 3.1 documents of both APIs, made from the routes as they are registered and from the
//! structs that handlers read and write: what is not in the code is in no document.
//!
//! [`Operation`] collects what one route takes and answers; [`Document`] puts operations together.

#[cfg(test)]
mod breaking;
mod document;
mod operation;
mod payload;
mod reshape;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value;

pub(crate) use self::{
    document::{Described, Document},
    operation::Operation,
    payload::{Answer, Input, silent},
    reshape::{flat, without_defaults},
};
use crate::{api, management};

/// The document of the management API.
#[must_use]
pub fn management() -> Value {
    management::document()
}

/// The document of the REST API of apps' servers.
#[must_use]
pub fn rest() -> Value {
    api::document()
}

/// A moment as RFC 3339 writes it; stands for the fields that are written so.
pub(crate) struct Timestamp;

impl JsonSchema for Timestamp {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Timestamp".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }
}

/// What nobody must see who looks at a request: a password, a code, what a header's value may be.
pub(crate) struct Secret;

impl JsonSchema for Secret {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Secret".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "password", "writeOnly": true })
    }
}
