//! What of a document's promises another one no longer keeps.

use serde_json::{Map, Value};

/// Who writes what a schema describes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// Clients: what they send must still be taken.
    Request,
    /// We: what clients read must still be there.
    Response,
}

/// What breaks clients that were written for `old`, each with its place.
pub(super) fn changes(old: &Value, new: &Value) -> Vec<String> {
    let mut comparison = Comparison { old, new, seen: Vec::new(), found: Vec::new() };
    for (path, operations) in members(&old["paths"]) {
        for (method, operation) in members(operations) {
            comparison.operation(
                &format!("{} {path}", method.to_uppercase()),
                operation,
                &new["paths"][path][method],
            );
        }
    }
    comparison.found
}

struct Comparison<'a> {
    old: &'a Value,
    new: &'a Value,
    /// Named schemas that are compared already, by side: they may hold themselves.
    seen: Vec<(bool, &'a str)>,
    found: Vec<String>,
}

impl<'a> Comparison<'a> {
    fn operation(&mut self, place: &str, old: &'a Value, new: &'a Value) {
        if new.is_null() {
            return self.found.push(format!("{place} is gone"));
        }
        self.parameters(place, &old["parameters"], &new["parameters"]);
        self.body(place, &old["requestBody"], &new["requestBody"]);
        for (status, response) in members(&old["responses"]).filter(|(status, _)| status.starts_with('2')) {
            let place = format!("{place}, {status}");
            if new["responses"][status].is_null() {
                self.found.push(format!("{place} is no answer any more"));
            } else {
                self.contents(&place, response, &new["responses"][status], Side::Response);
            }
        }
        for (event, schema) in members(&old["x-events"]) {
            self.schema(&format!("{place}, event {event}"), schema, &new["x-events"][event], Side::Response);
        }
    }

    fn parameters(&mut self, place: &str, old: &'a Value, new: &'a Value) {
        let find = |among: &'a Value, name: &Value| list(among).iter().find(|one| one["name"] == *name);
        for one in list(old) {
            let place = format!("{place}, parameter {}", one["name"]);
            match find(new, &one["name"]) {
                None => self.found.push(format!("{place} is gone")),
                Some(other) => self.schema(&place, &one["schema"], &other["schema"], Side::Request),
            }
        }
        for one in list(new).iter().filter(|one| one["required"] == true) {
            if find(old, &one["name"]).is_none_or(|before| before["required"] != true) {
                self.found.push(format!("{place}, parameter {} is required now", one["name"]));
            }
        }
    }

    fn body(&mut self, place: &str, old: &'a Value, new: &'a Value) {
        if new["required"] == true && old["required"] != true {
            self.found.push(format!("{place}: a body is required now"));
        }
        self.contents(&format!("{place}, body"), old, new, Side::Request);
    }

    fn contents(&mut self, place: &str, old: &'a Value, new: &'a Value, side: Side) {
        for (kind, content) in members(&old["content"]) {
            self.schema(place, &content["schema"], &new["content"][kind]["schema"], side);
        }
    }

    fn schema(&mut self, place: &str, old: &'a Value, new: &'a Value, side: Side) {
        if let Some(name) = old["$ref"].as_str() {
            let key = (side == Side::Request, name);
            if self.seen.contains(&key) {
                return;
            }
            self.seen.push(key);
        }
        let (old, new) = (resolve(self.old, old), resolve(self.new, new));
        if new.is_null() {
            return self.found.push(format!("{place} is gone"));
        }
        self.kinds(place, &old["type"], &new["type"], side);
        self.values(place, old, new);
        self.properties(place, old, new, side);
        self.schema_if_any(&format!("{place}[]"), &old["items"], &new["items"], side);
        self.schema_if_any(place, &old["additionalProperties"], &new["additionalProperties"], side);
        for (index, one) in list(&old["anyOf"]).iter().enumerate() {
            self.schema(place, one, &new["anyOf"][index], side);
        }
    }

    fn schema_if_any(&mut self, place: &str, old: &'a Value, new: &'a Value, side: Side) {
        if old.is_object() {
            self.schema(place, old, new, side);
        }
    }

    /// More kinds are taken, fewer are given.
    fn kinds(&mut self, place: &str, old: &Value, new: &Value, side: Side) {
        let (narrow, wide) = if side == Side::Request { (old, new) } else { (new, old) };
        let (narrow, wide) = (one_or_many(narrow), one_or_many(wide));
        if !wide.is_empty() && !narrow.iter().all(|kind| wide.contains(kind)) {
            self.found.push(format!("{place} was {old} and is {new}"));
        }
    }

    fn values(&mut self, place: &str, old: &Value, new: &Value) {
        let (before, now) = (values(old), values(new));
        for value in before.iter().filter(|value| !now.contains(value)) {
            self.found.push(format!("{place} is no longer {value}"));
        }
    }

    fn properties(&mut self, place: &str, old: &'a Value, new: &'a Value, side: Side) {
        for (name, schema) in members(&old["properties"]) {
            self.schema(&format!("{place}.{name}"), schema, &new["properties"][name], side);
        }
        let (owing, owed) = if side == Side::Request { (new, old) } else { (old, new) };
        for name in list(&owing["required"]).iter().filter(|name| !list(&owed["required"]).contains(name)) {
            let what = if side == Side::Request { "is required now" } else { "may be absent now" };
            self.found.push(format!("{place}.{} {what}", name.as_str().unwrap_or_default()));
        }
    }
}

/// What a reference means.
fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let pointer = schema["$ref"].as_str().and_then(|name| name.strip_prefix('#'));
    pointer.map_or(schema, |pointer| document.pointer(pointer).unwrap_or(&Value::Null))
}

/// An enumeration's: in one list, or each with its description.
fn values(schema: &Value) -> Vec<&Value> {
    let described = list(&schema["oneOf"]).iter().flat_map(values);
    let own = list(&schema["enum"]).iter().chain(schema.get("const"));
    own.chain(described).collect()
}

fn one_or_many(value: &Value) -> Vec<&Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(all) => all.iter().collect(),
        one => vec![one],
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}
