use std::collections::BTreeMap;

use actix_web::http::{Method, StatusCode};
use schemars::{Schema, SchemaGenerator, generate::SchemaSettings, transform::RecursiveTransform};
use serde_json::{Map, Value, json};

use super::{
    operation::{Content, Operation, SchemaOf},
    reshape,
};

/// What a document says of its API as a whole.
pub(crate) struct Document {
    pub(crate) title: &'static str,
    pub(crate) description: &'static str,
    /// Ways to say who asks, by name.
    pub(crate) security_schemes: Value,
    /// The body of errors: its kind and its schema.
    pub(crate) error: (&'static str, SchemaOf),
}

/// An operation, and what only its API knows about it.
pub(crate) struct Described {
    pub(crate) operation: Operation,
    pub(crate) method: Method,
    /// Whole, without parameters' patterns.
    pub(crate) path: String,
    pub(crate) tag: String,
    /// `x-` members and `security`.
    pub(crate) more: Map<String, Value>,
}

/// Makes schemas. Those of answers are named components; those of requests stand where they are used, as
/// the same struct may read otherwise than it writes.
struct Schemas {
    answers: SchemaGenerator,
    requests: SchemaGenerator,
}

impl Document {
    /// The whole document.
    pub(crate) fn of(self, operations: Vec<Described>) -> Value {
        let mut schemas = Schemas::new();
        let error = content(self.error.0, Some((self.error.1)(&mut schemas.answers)));
        let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
        for Described { operation, method, path, tag, more } in operations {
            let method = method.as_str().to_lowercase();
            let mut described = describe(&operation, &path, &mut schemas);
            described.insert("tags".to_owned(), json!([tag]));
            described.extend(more);
            paths.entry(path).or_default().insert(method, Value::Object(described));
        }
        json!({
            "openapi": "3.1.0",
            "info": { "title": self.title, "description": self.description, "version": "1" },
            "paths": paths,
            "components": {
                "schemas": schemas.answers.take_definitions(true),
                "responses": { "Error": { "description": "Why it was refused.", "content": error } },
                "securitySchemes": self.security_schemes,
            },
        })
    }
}

impl Schemas {
    fn new() -> Self {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        });
        let answers = settings.clone().for_serialize().with_transform(RecursiveTransform(reshape::left_out));
        let requests = settings.for_deserialize().with(|settings| settings.inline_subschemas = true);
        Self { answers: answers.into_generator(), requests: requests.into_generator() }
    }
}

fn describe(operation: &Operation, path: &str, schemas: &mut Schemas) -> Map<String, Value> {
    let mut described = Map::new();
    let mut put = |name: &str, value: Value| described.insert(name.to_owned(), value);
    put("operationId", json!(operation.id));
    put("summary", json!(operation.summary));
    let mut parameters = path_parameters(operation, path, &mut schemas.requests);
    for query in &operation.queries {
        parameters.extend(query_parameters(&query(&mut schemas.requests)));
    }
    parameters.extend(operation.headers.iter().map(|(name, description)| {
        let schema = json!({ "type": "string" });
        json!({ "name": name, "in": "header", "required": false, "description": description, "schema": schema })
    }));
    if !parameters.is_empty() {
        put("parameters", Value::Array(parameters));
    }
    if let Some(body) = operation.body {
        let content = body.content.describe(&mut schemas.requests);
        put("requestBody", json!({ "required": body.is_required, "content": content }));
    }
    put("responses", Value::Object(responses(operation, &mut schemas.answers)));
    let events =
        operation.events.iter().map(|(name, schema)| ((*name).to_owned(), schema(&mut schemas.answers)));
    let events: BTreeMap<String, Schema> = events.collect();
    if !events.is_empty() {
        put("x-events", json!(events));
    }
    described
}

/// One for each name in the path; the handler takes them in the same order, or as text.
fn path_parameters(operation: &Operation, path: &str, generator: &mut SchemaGenerator) -> Vec<Value> {
    let schema = operation.path_parameters.map(|schema| schema(generator).to_value()).unwrap_or_default();
    let schema_of = |index: usize| match schema.get("prefixItems") {
        Some(schemas) => schemas.get(index).cloned(),
        None => Some(schema.clone()).filter(|schema| index == 0 && !schema.is_null()),
    };
    let parameter = |(index, name): (usize, &str)| {
        let schema = schema_of(index).unwrap_or_else(|| json!({ "type": "string" }));
        json!({ "name": name, "in": "path", "required": true, "schema": schema })
    };
    names(path).enumerate().map(parameter).collect()
}

/// The names in braces.
fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
}

/// Each member of an object; its description goes from the schema to the parameter.
fn query_parameters(object: &Schema) -> Vec<Value> {
    let is_required = |name: &String| {
        object.get("required").and_then(Value::as_array).is_some_and(|all| all.contains(&json!(name)))
    };
    let parameter = |(name, schema): (&String, &Value)| {
        let mut schema = schema.clone();
        let description = schema.as_object_mut().and_then(|schema| {
            reshape::never_null(schema);
            schema.remove("description")
        });
        let required = is_required(name);
        json!({
            "name": name,
            "in": "query",
            "required": required,
            "description": description.unwrap_or_else(|| json!("")),
            "schema": schema,
        })
    };
    object.get("properties").and_then(Value::as_object).into_iter().flatten().map(parameter).collect()
}

fn responses(operation: &Operation, generator: &mut SchemaGenerator) -> Map<String, Value> {
    let mut responses = Map::new();
    for (status, contents) in &operation.answers {
        let mut response = json!({ "description": reason(*status) });
        let kinds: Map<String, Value> =
            contents.iter().flat_map(|content| content.describe(generator)).collect();
        if !kinds.is_empty() {
            response["content"] = Value::Object(kinds);
        }
        responses.insert(status.to_string(), response);
    }
    for status in &operation.refusals {
        responses.insert(status.to_string(), json!({ "$ref": "#/components/responses/Error" }));
    }
    responses
}

impl Content {
    fn describe(&self, generator: &mut SchemaGenerator) -> Map<String, Value> {
        content(self.kind, self.schema.map(|schema| schema(generator)))
    }
}

fn content(kind: &str, schema: Option<Schema>) -> Map<String, Value> {
    let schema = schema.map_or_else(|| json!({ "type": "string" }), Schema::to_value);
    Map::from_iter([(kind.to_owned(), json!({ "schema": schema }))])
}

fn reason(status: u16) -> &'static str {
    StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or_default()
}
