use std::{
    any::type_name,
    collections::{BTreeMap, BTreeSet},
};

use actix_web::http::StatusCode;
use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::{Answer, Input};

/// Makes a type's schema; nothing is made while a platform only registers its routes.
pub(crate) type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// What one route takes and answers. Most of it follows from its handler's signature; the rest is said
/// beside its registration.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    /// Unique, from the handler's path in the code.
    pub(super) id: String,
    pub(super) summary: &'static str,
    /// The path's parameters: one, or a tuple in their order.
    pub(super) path_parameters: Option<SchemaOf>,
    /// Objects whose members are parameters of the query.
    pub(super) queries: Vec<SchemaOf>,
    /// Optional, each with what it says.
    pub(super) headers: Vec<(&'static str, &'static str)>,
    pub(super) body: Option<Body>,
    pub(super) answers: BTreeMap<u16, Vec<Content>>,
    /// Statuses of errors.
    pub(super) refusals: BTreeSet<u16>,
    /// The events of a stream, by their names.
    pub(super) events: Vec<(&'static str, SchemaOf)>,
}

/// What a request carries.
#[derive(Clone, Copy, Debug)]
pub(super) struct Body {
    pub(super) content: Content,
    pub(super) is_required: bool,
}

/// What a body is; no schema for text that has none.
#[derive(Clone, Copy, Debug)]
pub(super) struct Content {
    pub(super) kind: &'static str,
    pub(super) schema: Option<SchemaOf>,
}

const JSON: &str = "application/json";
const TEXT: &str = "text/plain";
const STREAM: &str = "text/event-stream";

impl Operation {
    /// The operation of a handler.
    pub(crate) fn of<Handler, Taken: Input, Given: Answer>() -> Self {
        let mut operation = Self {
            id: id(type_name::<Handler>()),
            summary: "",
            path_parameters: None,
            queries: Vec::new(),
            headers: Vec::new(),
            body: None,
            answers: BTreeMap::new(),
            refusals: BTreeSet::new(),
            events: Vec::new(),
        };
        Taken::describe(&mut operation);
        Given::describe(&mut operation);
        operation
    }

    /// What it does, in one line.
    pub(crate) fn about(&mut self, summary: &'static str) -> &mut Self {
        self.summary = summary;
        self
    }

    /// Another id than the handler gives it.
    pub(crate) fn called(&mut self, id: &str) -> &mut Self {
        self.id = id.to_owned();
        self
    }

    /// The JSON body, where the handler's signature does not tell.
    pub(crate) fn takes<T: JsonSchema>(&mut self) -> &mut Self {
        self.body = Some(Body { content: Content::json::<T>(), is_required: true });
        self
    }

    /// The same, for a body that need not be there.
    pub(crate) fn may_take<T: JsonSchema>(&mut self) -> &mut Self {
        self.body = Some(Body { content: Content::json::<T>(), is_required: false });
        self
    }

    /// A body that is text.
    pub(crate) fn takes_text(&mut self) -> &mut Self {
        let content = Content { kind: TEXT, schema: None };
        self.body = Some(Body { content, is_required: true });
        self
    }

    /// Parameters of the query, where the handler's signature does not tell.
    pub(crate) fn asks<T: JsonSchema>(&mut self) -> &mut Self {
        self.queries.push(T::json_schema);
        self
    }

    /// 200, where the handler's signature does not tell.
    pub(crate) fn answers<T: JsonSchema>(&mut self) -> &mut Self {
        self.answer(StatusCode::OK, Content::json::<T>())
    }

    /// 200 of another kind.
    pub(crate) fn answers_as(&mut self, kind: &'static str) -> &mut Self {
        self.answer(StatusCode::OK, Content { kind, schema: None })
    }

    /// 201.
    pub(crate) fn creates<T: JsonSchema>(&mut self) -> &mut Self {
        self.answer(StatusCode::CREATED, Content::json::<T>())
    }

    /// 202.
    pub(crate) fn accepts<T: JsonSchema>(&mut self) -> &mut Self {
        self.answer(StatusCode::ACCEPTED, Content::json::<T>())
    }

    /// 202 with a line of text.
    pub(crate) fn accepts_with_text(&mut self) -> &mut Self {
        self.answer(StatusCode::ACCEPTED, Content { kind: TEXT, schema: None })
    }

    /// 204.
    pub(crate) fn answers_nothing(&mut self) -> &mut Self {
        self.answers.insert(StatusCode::NO_CONTENT.as_u16(), Vec::new());
        self
    }

    /// An event of the stream that is the answer.
    pub(crate) fn streams<T: JsonSchema>(&mut self, event: &'static str) -> &mut Self {
        if self.events.is_empty() {
            self.answers_as(STREAM);
        }
        self.events.push((event, SchemaGenerator::subschema_for::<T>));
        self
    }

    /// A header that it need not have.
    pub(crate) fn takes_header(&mut self, name: &'static str, description: &'static str) {
        self.headers.push((name, description));
    }

    /// Statuses of errors.
    pub(crate) fn refuses(&mut self, statuses: &[u16]) -> &mut Self {
        self.refusals.extend(statuses);
        self
    }

    /// Whether a request may carry something.
    pub(crate) fn has_body(&self) -> bool {
        self.body.is_some()
    }

    /// Whether a request's query may say something.
    pub(crate) fn has_query(&self) -> bool {
        !self.queries.is_empty()
    }

    fn answer(&mut self, status: StatusCode, content: Content) -> &mut Self {
        self.answers.entry(status.as_u16()).or_default().push(content);
        self
    }
}

impl Content {
    fn json<T: JsonSchema>() -> Self {
        Self { kind: JSON, schema: Some(SchemaGenerator::subschema_for::<T>) }
    }
}

/// `campanile_server::management::apps::list` is `apps_list`.
fn id(handler: &str) -> String {
    handler.split("::").skip(2).collect::<Vec<_>>().join("_")
}
