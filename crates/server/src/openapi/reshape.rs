//! What a struct's derived schema does not say by itself.

use schemars::Schema;
use serde_json::{Map, Value, json};

/// For members of which what is absent stays as it is.
pub(crate) fn without_defaults(schema: &mut Schema) {
    for (_, property) in properties(schema) {
        property.as_object_mut().and_then(|property| property.remove("default"));
    }
}

/// One object with all members that any variant of its flattened enumeration has.
pub(crate) fn flat(schema: &mut Schema) {
    let Some(Value::Array(mut variants)) = schema.remove("anyOf") else { return };
    let Some(all) = schema.get_mut("properties").and_then(Value::as_object_mut) else { return };
    for (name, property) in variants.iter_mut().filter_map(|it| it["properties"].as_object_mut()).flatten() {
        all.entry(name).or_insert_with(|| property.take());
    }
}

/// For answers: what is left out where there is nothing to say is never null.
pub(super) fn left_out(schema: &mut Schema) {
    let required = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let optional = properties(schema).filter(|(name, _)| !required.contains(&json!(name)));
    for property in optional.filter_map(|(_, property)| property.as_object_mut()) {
        never_null(property);
    }
}

/// A query has no null either.
pub(super) fn never_null(property: &mut Map<String, Value>) {
    if let Some(Value::Array(kinds)) = property.get_mut("anyOf") {
        kinds.retain(|kind| kind["type"] != "null");
    }
    let Some(kinds) = property.get_mut("type") else { return };
    if let Some([kind, ..]) = kinds.as_array().map(Vec::as_slice) {
        // As it is derived from an `Option`: one kind, and null.
        *kinds = kind.clone();
    }
}

fn properties(schema: &mut Schema) -> impl Iterator<Item = (&String, &mut Value)> {
    schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reshaped(reshape: fn(&mut Schema), value: Value) -> Value {
        let mut schema = Schema::try_from(value).unwrap();
        reshape(&mut schema);
        schema.to_value()
    }

    #[test]
    fn a_flattened_enumeration_adds_its_members_once_and_none_is_required() {
        let schema = json!({
            "properties": { "kind": { "type": "string" } },
            "required": ["kind"],
            "anyOf": [
                { "type": "object" },
                { "properties": { "status": { "type": ["integer", "null"] } }, "required": ["status"] },
                { "properties": { "status": { "type": "integer" }, "kind": { "type": "null" } } },
            ],
        });
        let flattened = json!({
            "properties": { "kind": { "type": "string" }, "status": { "type": ["integer", "null"] } },
            "required": ["kind"],
        });
        assert_eq!(reshaped(flat, schema), flattened);
    }

    #[test]
    fn what_may_be_left_out_is_never_null() {
        let role = json!({ "$ref": "#/components/schemas/Role" });
        let schema = json!({
            "properties": {
                "plan": { "type": ["string", "null"] },
                "name": { "type": ["string", "null"] },
                "role": { "anyOf": [role, { "type": "null" }] },
                "count": { "type": "integer" },
            },
            "required": ["plan"],
        });
        let never_null = json!({
            "properties": {
                "plan": { "type": ["string", "null"] },
                "name": { "type": "string" },
                "role": { "anyOf": [role] },
                "count": { "type": "integer" },
            },
            "required": ["plan"],
        });
        assert_eq!(reshaped(left_out, schema), never_null);
    }
}
