use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::PathBuf,
};

use serde_json::{Map, Value, json};

use super::breaking;
use crate::describe_routes;

/// Tells the tests to write the documents instead of comparing them: `1`, or `breaking` to do so even if
/// that breaks clients.
const VARIABLE: &str = "UPDATE_OPENAPI";

fn documents() -> [(&'static str, Value); 2] {
    [("management", super::management()), ("rest", super::rest())]
}

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../../sdk-specs/openapi/{name}.json"))
}

fn operations(document: &Value) -> impl Iterator<Item = (String, &Value)> {
    let paths = document["paths"].as_object().into_iter().flat_map(Map::iter);
    paths.flat_map(|(path, operations)| {
        let operations = operations.as_object().into_iter().flat_map(Map::iter);
        operations.map(move |(method, operation)| (format!("{} {path}", method.to_uppercase()), operation))
    })
}

#[test]
fn the_committed_documents_are_what_the_code_says_and_no_client_breaks() {
    let update = env::var(VARIABLE).unwrap_or_default();
    for (name, document) in documents() {
        let text = format!("{document:#}\n");
        let committed = fs::read_to_string(path(name)).unwrap_or_default();
        let before = serde_json::from_str(&committed).unwrap_or_default();
        let broken = breaking::changes(&before, &document);
        assert!(
            broken.is_empty() || update == "breaking",
            "clients of the {name} API would break:\n  {}\nIf that is meant: {VARIABLE}=breaking",
            broken.join("\n  ")
        );
        if !update.is_empty() {
            fs::write(path(name), &text).unwrap();
        } else {
            assert!(committed == text, "sdk-specs/openapi/{name}.json is stale: run again with {VARIABLE}=1");
        }
    }
}

#[test]
fn every_route_is_documented_with_its_rights_and_nothing_else_is() {
    let document = super::management();
    let rights = |right: &Value| (right["right"].clone(), right["roles"].clone(), right["scope"].clone());
    let documented: BTreeMap<_, _> =
        operations(&document).map(|(place, operation)| (place, rights(&operation["x-rights"]))).collect();
    let registered: BTreeMap<_, _> = describe_routes()
        .into_iter()
        .map(|route| (format!("{} {}", route.method, route.path), rights(&json!(route))))
        .collect();
    assert_eq!(documented, registered);
}

#[test]
fn every_operation_says_what_it_does_and_what_it_answers() {
    for (_, document) in documents() {
        let mut ids = BTreeSet::new();
        for (place, operation) in operations(&document) {
            assert!(
                operation["summary"].as_str().is_some_and(|text| !text.is_empty()),
                "{place}: no summary"
            );
            assert!(ids.insert(operation["operationId"].to_string()), "{place}: its id is another's too");
            let answers = operation["responses"].as_object().unwrap();
            assert!(answers.keys().any(|status| status.starts_with('2')), "{place}: no success");
        }
    }
}

#[test]
fn each_schema_has_a_name_of_its_own() {
    for (_, document) in documents() {
        for name in document["components"]["schemas"].as_object().unwrap().keys() {
            let is_second = name.ends_with(|last: char| last.is_ascii_digit());
            assert!(!is_second, "{name}: two structs are called so, rename one with schemars(rename)");
        }
    }
}

#[test]
fn every_reference_leads_to_something() {
    for (name, document) in documents() {
        let text = document.to_string();
        let references = text.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next());
        for reference in references {
            assert!(document.pointer(reference).is_some(), "{name}: {reference}");
        }
    }
}

#[test]
fn a_refusal_has_a_code_a_message_and_the_request_s_id() {
    let document = super::management();
    let explanation = &document["components"]["schemas"]["ErrorExplanation"]["properties"];
    for member in ["code", "message", "fields", "request_id"] {
        assert!(explanation[member].is_object(), "{member}");
    }
}

/// What a change does to a small document.
fn after(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let old = json!({
        "paths": { "/apps": { "post": {
            "parameters": [{ "name": "limit", "in": "query", "required": false, "schema": { "type": "integer" } }],
            "requestBody": { "required": true, "content": { "application/json": { "schema": {
                "type": "object",
                "properties": { "name": { "type": "string" }, "label": { "type": ["string", "null"] } },
                "required": ["name"],
            } } } },
            "responses": { "200": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/App" } } } } },
        } } },
        "components": { "schemas": { "App": {
            "type": "object",
            "properties": { "state": { "enum": ["on", "off"] }, "parts": { "type": "array", "items": { "$ref": "#/components/schemas/App" } } },
            "required": ["state"],
        } } },
    });
    let mut new = old.clone();
    change(&mut new);
    breaking::changes(&old, &new)
}

fn body(document: &mut Value) -> &mut Value {
    &mut document["paths"]["/apps"]["post"]["requestBody"]["content"]["application/json"]["schema"]
}

fn app(document: &mut Value) -> &mut Value {
    &mut document["components"]["schemas"]["App"]
}

#[test]
fn what_is_taken_from_clients_breaks_them() {
    let gone = |document: &mut Value| document["paths"] = json!({});
    assert_eq!(after(gone), ["POST /apps is gone"]);
    let fewer = |document: &mut Value| document["paths"]["/apps"]["post"]["responses"] = json!({});
    assert_eq!(after(fewer), ["POST /apps, 200 is no answer any more"]);
    let member =
        |document: &mut Value| _ = app(document)["properties"].as_object_mut().unwrap().remove("parts");
    assert_eq!(after(member), ["POST /apps, 200.parts is gone"]);
    let value = |document: &mut Value| app(document)["properties"]["state"] = json!({ "enum": ["on"] });
    assert_eq!(after(value), ["POST /apps, 200.state is no longer \"off\""]);
    let kind = |document: &mut Value| app(document)["properties"]["parts"] = json!({ "type": "string" });
    assert_eq!(after(kind)[0], "POST /apps, 200.parts was \"array\" and is \"string\"");
    let absent = |document: &mut Value| app(document)["required"] = json!([]);
    assert_eq!(after(absent), ["POST /apps, 200.state may be absent now"]);
}

#[test]
fn what_is_asked_of_clients_breaks_them() {
    let required = |document: &mut Value| body(document)["required"] = json!(["name", "label"]);
    assert_eq!(after(required), ["POST /apps, body.label is required now"]);
    let never_null = |document: &mut Value| body(document)["properties"]["label"]["type"] = json!("string");
    assert_eq!(after(never_null).len(), 1);
    let parameter =
        |document: &mut Value| document["paths"]["/apps"]["post"]["parameters"][0]["required"] = json!(true);
    assert_eq!(after(parameter), ["POST /apps, parameter \"limit\" is required now"]);
}

#[test]
fn what_is_added_breaks_nobody() {
    let added = |document: &mut Value| {
        app(document)["properties"]["more"] = json!({ "type": "string" });
        app(document)["properties"]["state"] = json!({ "enum": ["on", "off", "half"] });
        body(document)["properties"]["more"] = json!({ "type": "string" });
        document["paths"]["/more"] = json!({ "get": {} });
    };
    assert_eq!(after(added), Vec::<String>::new());
}
