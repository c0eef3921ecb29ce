//! 88 to 95: signed requests.

use std::{
    collections::BTreeMap,
    sync::Arc,
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use campanile_tests::{App, Response, request};
use md5::{Digest, Md5};
use serde_json::{Value, json};

use crate::{
    scene::{Scene, eventually},
    signing::{SignedRequest, now, sign},
    stage::Stage,
};

/// A request whose every part can be chosen.
struct Request {
    method: String,
    path: String,
    /// As sent; what is signed has lower-case names.
    parameters: BTreeMap<String, String>,
    body: String,
}

impl Request {
    fn signature(&self, secret: &str) -> String {
        let lower = |(name, value): (&String, &String)| (name.to_lowercase(), value.clone());
        let sorted: BTreeMap<_, _> = self.parameters.iter().map(lower).collect();
        let pairs: Vec<_> = sorted.iter().map(|(name, value)| format!("{name}={value}")).collect();
        sign(secret, &format!("{}\n{}\n{}", self.method, self.path, pairs.join("&")))
    }

    fn send(&self, scene: &Scene) -> Response {
        let pairs: Vec<_> = self.parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let signature = self.signature(&scene.app.secret);
        let target = format!("{}?{}&auth_signature={signature}", self.path, pairs.join("&"));
        let authority = &scene.platform().authority;
        request(authority, &self.method, &target, &[], self.body.as_bytes()).unwrap()
    }

    /// With the parameters of a request of this app that is made now.
    fn of(scene: &Scene, resource: &str) -> Self {
        let path = format!("/apps/{}/{resource}", scene.app.id);
        Self { method: "GET".to_owned(), path, parameters: BTreeMap::new(), body: String::new() }
            .with("auth_key", &scene.app.key)
            .with("auth_timestamp", &now().to_string())
            .with("auth_version", "1.0")
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.parameters.insert(name.to_owned(), value.to_owned());
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.parameters.remove(name);
        self
    }
}

fn vectors() -> Vec<Value> {
    let vectors = include_str!("../../../sdk-specs/vectors/signatures.json");
    let vectors: Value = serde_json::from_str(vectors).unwrap();
    vectors["http_request"].as_array().unwrap().clone()
}

fn text<'a>(vector: &'a Value, name: &str) -> &'a str {
    vector[name].as_str().unwrap_or_default()
}

fn request_of(vector: &Value) -> Request {
    let request = Request {
        method: text(vector, "method").to_owned(),
        path: text(vector, "path").to_owned(),
        parameters: BTreeMap::new(),
        body: text(vector, "body").to_owned(),
    };
    let given = vector["parameters"].as_object().unwrap();
    let request = given
        .iter()
        .fold(request, |request, (name, value)| request.with(name, value.as_str().unwrap()))
        .with("auth_key", text(vector, "key"))
        .with("auth_timestamp", text(vector, "auth_timestamp"))
        .with("auth_version", text(vector, "auth_version"));
    match vector["body_md5"].as_str() {
        Some(digest) => request.with("body_md5", digest),
        None => request,
    }
}

/// An app that has this id, key and secret elsewhere.
fn imported(vector: &Value) -> Scene {
    let stage = Stage::shared();
    let (key, secret) = (text(vector, "key"), text(vector, "secret"));
    let id = text(vector, "path").split('/').nth(2).unwrap();
    let more = ["--id", id, "--key", key, "--secret", secret, "--setting", "subscription_count=true"];
    let app = stage.platform.create_app(&stage.tenant, "Imported", &more).unwrap();
    Scene { stage, app }
}

#[test]
fn p088_all_published_vectors_verify() {
    let mut scenes: BTreeMap<String, Scene> = BTreeMap::new();
    let mut sent = 0;
    for vector in vectors() {
        let request = request_of(&vector);
        assert_eq!(request.signature(text(&vector, "secret")), text(&vector, "signature"), "{vector}");
        if !request.path.starts_with("/apps/") {
            continue;
        }
        // The same request made now, to an app with the vector's id, key and secret.
        let key = text(&vector, "key").to_owned();
        let scene = scenes.entry(key).or_insert_with(|| imported(&vector));
        let expired = request.send(scene);
        assert!(expired.body.starts_with("Timestamp expired"), "{}", expired.body);
        let response = request.with("auth_timestamp", &now().to_string()).send(scene);
        assert_eq!(response.status, 200, "{vector}: {}", response.body);
        sent += 1;
    }
    assert_eq!((scenes.len(), sent), (2, 6));
}

/// Waits for the beginning of a second, so that the next requests are made within it.
fn beginning_of_a_second() -> u64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    thread::sleep(Duration::from_secs(1) - Duration::from_nanos(elapsed.subsec_nanos().into()));
    now()
}

#[test]
fn p089_a_clock_may_differ_by_599_seconds_and_not_by_600() {
    let scene = Scene::new(&[]);
    let at = |timestamp: u64| {
        SignedRequest { timestamp, ..SignedRequest::get(&scene.app, "channels") }.send(scene.platform())
    };
    // Otherwise the first requests could make the second end.
    at(now());
    let (accepted, refused) = loop {
        let start = beginning_of_a_second();
        let accepted = [at(start - 599), at(start + 599)];
        let refused = [at(start - 600), at(start + 600)];
        if now() == start {
            break (accepted, refused);
        }
    };
    assert_eq!(accepted.map(|response| response.status), [200, 200]);
    for response in refused {
        assert_eq!(response.status, 401);
        assert!(response.body.starts_with("Timestamp expired: Given timestamp ("), "{}", response.body);
        assert!(response.body.contains(") not within 600s of server time ("), "{}", response.body);
    }
}

#[test]
fn p090_each_missing_or_wrong_part_is_401_with_its_text() {
    let scene = Scene::new(&[]);
    let good = || Request::of(&scene, "channels");
    assert_eq!(good().send(&scene).status, 200);
    for (request, expected) in [
        (good().without("auth_key"), "Missing parameter: auth_key\n"),
        (good().with("auth_key", "nobody"), "Unknown auth_key\n"),
        (good().without("auth_version"), "Version required\n"),
        (good().with("auth_version", "2.0"), "Version not supported\n"),
        (good().without("auth_timestamp"), "Timestamp required\n"),
    ] {
        let response = request.send(&scene);
        assert_eq!((response.status, response.body.as_str()), (401, expected));
    }
    let signed = SignedRequest::get(&scene.app, "channels");
    let query = signed.query();
    let (unsigned, _) = query.split_once("&auth_signature=").unwrap();
    for query in [unsigned.to_owned(), format!("{unsigned}&auth_signature={}", "0".repeat(64))] {
        let response = signed.send_with(scene.platform(), &query, "");
        assert_eq!(response.status, 401, "{}", response.body);
        assert!(!response.body.trim().is_empty());
    }
}

#[test]
fn p091_an_altered_body_path_or_parameter_is_401() {
    let scene = Scene::new(&[]);
    let mut client = scene.connect();
    client.subscribe("news");
    let event = |data: &str| json!({ "name": "x", "channel": "news", "data": data }).to_string();
    let signed = SignedRequest::post(&scene.app, "events", &event("true"));
    let query = signed.query();
    let send = |query: &str, body: &str| signed.send_with(scene.platform(), query, body);
    assert_eq!(send(&query, &event("forged")).status, 401);
    assert_eq!(send(&query, "").status, 401);
    let digest = hex::encode(Md5::digest(event("forged")));
    let own = hex::encode(Md5::digest(event("true")));
    assert_eq!(send(&query.replace(&own, &digest), &event("forged")).status, 401);
    assert_eq!(send(&format!("{query}&info=subscription_count"), &event("true")).status, 401);
    let unsigned_body = query.replace(&format!("&body_md5={own}"), "");
    assert_eq!(send(&unsigned_body, &event("true")).status, 401);
    let target = format!("/apps/{}/batch_events?{query}", scene.app.id);
    let moved = request(&scene.platform().authority, "POST", &target, &[], event("true").as_bytes()).unwrap();
    assert_eq!(moved.status, 401);
    let empty = SignedRequest { method: "GET", ..SignedRequest::post(&scene.app, "events", "") };
    let target = format!("{}?{}", empty.path, empty.query());
    let posted = request(&scene.platform().authority, "POST", &target, &[], b"").unwrap();
    assert_eq!(posted.status, 401, "another method than was signed: {}", posted.body);
    // A body that its query leaves out is signed by nobody.
    let bodiless = SignedRequest::post(&scene.app, "events", "");
    let response = bodiless.send_with(scene.platform(), &bodiless.query(), &event("forged"));
    assert_eq!(response.status, 401, "{}", response.body);
    scene.fence("news", [&mut client]);
}

#[test]
fn p092_names_of_parameters_are_lowered_before_signing() {
    let scene = Scene::new(&[]);
    scene.connect().subscribe("presence");
    let mut client = scene.connect();
    client.join("presence-room", r#"{"user_id":"u1"}"#);
    let response = Request::of(&scene, "channels")
        .with("Filter_By_Prefix", "presence-")
        .with("INFO", "user_count")
        .send(&scene);
    assert_eq!(response.status, 200, "{}", response.body);
    let shouted = Request::of(&scene, "channels").without("auth_key").with("AUTH_KEY", &scene.app.key);
    assert_eq!(shouted.send(&scene).status, 200);
}

#[test]
fn p093_a_get_with_the_digest_of_nothing_and_other_habits_of_libraries_verify() {
    let scene = Scene::new(&["subscription_count=true"]);
    let digest = "d41d8cd98f00b204e9800998ecf8427e";
    let python = Request::of(&scene, "channels").with("body_md5", digest).with("filter_by_prefix", "a");
    assert_eq!(python.send(&scene).status, 200);
    let wrong = Request::of(&scene, "channels").with("body_md5", &"0".repeat(32));
    assert_eq!(wrong.send(&scene).status, 401);
    // A comma is escaped in the URL by some and by others not, and signed unescaped by all.
    let channel = Request::of(&scene, "channels/presence-a").with("info", "user_count,subscription_count");
    assert_eq!(channel.send(&scene).status, 200);
    let signature = channel.signature(&scene.app.secret);
    let pairs: Vec<_> = channel
        .parameters
        .iter()
        .map(|(name, value)| format!("{name}={}", value.replace(',', "%2C")))
        .collect();
    let target = format!("{}?{}&auth_signature={signature}", channel.path, pairs.join("&"));
    let escaped = request(&scene.platform().authority, "GET", &target, &[], b"").unwrap();
    assert_eq!(escaped.status, 200, "{}", escaped.body);
    // Likewise a segment of the path.
    let segment = Request::of(&scene, "channels/a=b@c,d;e");
    assert_eq!(segment.send(&scene).status, 200);
    let escaped_path =
        segment.path.replace('=', "%3D").replace('@', "%40").replace(',', "%2C").replace(';', "%3B");
    let as_sent = Request { path: escaped_path.clone(), ..Request::of(&scene, "") };
    assert_eq!(as_sent.send(&scene).status, 200);
    let query: Vec<_> = segment.parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let signature = segment.signature(&scene.app.secret);
    let target = format!("{escaped_path}?{}&auth_signature={signature}", query.join("&"));
    let unescaped = request(&scene.platform().authority, "GET", &target, &[], b"").unwrap();
    assert_eq!(unescaped.status, 200, "{}", unescaped.body);
    // No type is insisted on.
    let event = json!({ "name": "x", "channel": "news", "data": "x" });
    let signed = SignedRequest::post(&scene.app, "events", &event);
    let target = format!("{}?{}", signed.path, signed.query());
    for headers in
        [&[][..], &["Content-Type: text/plain"], &["Content-Type: application/json; charset=utf-8"]]
    {
        let body = signed.body.as_bytes();
        let response = request(&scene.platform().authority, "POST", &target, headers, body).unwrap();
        assert_eq!(response.status, 200, "{headers:?}: {}", response.body);
    }
}

#[test]
fn p094_each_active_key_works_and_a_deleted_one_is_401() {
    let scene = Scene::new(&[]);
    let path = format!("/apps/{}", scene.app.id);
    let manage = |method: &str, path: &str, body: Value| -> Value {
        let response = scene.stage.manage(method, path, &body);
        assert!((200..300).contains(&response.status), "{method} {path}: {}", response.body);
        serde_json::from_str(&response.body).unwrap_or_default()
    };
    let first = manage("GET", &path, Value::Null)["keys"][0]["id"].as_str().unwrap().to_owned();
    let second = manage("POST", &format!("{path}/keys"), json!({ "label": "second" }));
    let reveal = format!("{path}/keys/{}/reveal", second["id"].as_str().unwrap());
    let shown = manage("POST", &reveal, json!({}));
    let member = |name: &str| shown[name].as_str().unwrap().to_owned();
    let app = App { key: member("key"), secret: member("secret"), ..scene.app.clone() };
    let rotated = Scene { stage: Arc::clone(&scene.stage), app };
    eventually(|| rotated.get("channels", &[]).status == 200);
    assert_eq!(scene.get("channels", &[]).status, 200);
    // One app: a connection of one key hears what is signed with the other, and may be authorised with it.
    let (mut old, mut new) = (scene.connect(), rotated.connect());
    old.subscribe("private-x");
    let auth =
        format!("{}:{}", scene.app.key, sign(&scene.app.secret, &format!("{}:private-x", new.socket_id)));
    new.ask(&json!({ "channel": "private-x", "auth": auth }));
    new.event("pusher_internal:subscription_succeeded");
    rotated.fence("private-x", [&mut old, &mut new]);
    scene.fence("private-x", [&mut old, &mut new]);

    manage("DELETE", &format!("{path}/keys/{first}"), Value::Null);
    eventually(|| scene.get("channels", &[]).status == 401);
    assert_eq!(scene.get("channels", &[]).body, "Unknown auth_key\n");
    let mut refused = scene.open("?protocol=7", &[]);
    assert_eq!(refused.refused(), 4001);
    // Who is connected stays.
    rotated.fence("private-x", [&mut old, &mut new]);
}

#[test]
fn p095_the_key_of_another_app_is_401() {
    let (scene, other) = (Scene::new(&[]), Scene::new(&[]));
    let event = json!({ "name": "x", "channel": "news", "data": "x" });
    let mut client = scene.connect();
    client.subscribe("news");
    let foreign = SignedRequest {
        key: other.app.key.clone(),
        secret: other.app.secret.clone(),
        ..SignedRequest::post(&scene.app, "events", &event)
    };
    let response = foreign.send(scene.platform());
    assert_eq!(response.status, 401, "{}", response.body);
    let own_secret =
        SignedRequest { key: other.app.key.clone(), ..SignedRequest::post(&scene.app, "events", &event) };
    assert_eq!(own_secret.send(scene.platform()).status, 401);
    scene.fence("news", [&mut client]);
}
