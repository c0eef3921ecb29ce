//! The tester of authorisation endpoints, with an endpoint that says what it is told to.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, mpsc},
    thread,
    time::Duration,
};

use campanile_tests::Platform;
use serde_json::{Value, json};

use crate::{
    person::{code, sign_up, text},
    signing::sign,
};

/// Makes an answer of a request's head and body.
type Answer = Box<dyn Fn(&str, &str) -> (u16, String) + Send>;

/// An app's own server.
struct Endpoint {
    url: String,
    answer: Arc<Mutex<Answer>>,
    asked: mpsc::Receiver<(String, String)>,
}

impl Endpoint {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/pusher/auth", listener.local_addr().unwrap());
        let answer: Arc<Mutex<Answer>> = Arc::new(Mutex::new(Box::new(|_, _| (200, String::new()))));
        let (sender, asked) = mpsc::channel();
        let answers = answer.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                serve(&stream, &answers, &sender);
            }
        });
        Self { url, answer, asked }
    }

    fn answer(&self, answer: impl Fn(&str, &str) -> (u16, String) + Send + 'static) {
        *self.answer.lock().unwrap() = Box::new(answer);
    }
}

fn serve(stream: &TcpStream, answer: &Mutex<Answer>, sender: &mpsc::Sender<(String, String)>) {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).unwrap() == 0 {
            return;
        }
    }
    let length =
        head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).unwrap();
    let body = String::from_utf8(body).unwrap();
    let (status, reply) = answer.lock().unwrap()(&head, &body);
    let length = reply.len();
    let reply =
        format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{reply}");
    (&mut &*stream).write_all(reply.as_bytes()).unwrap();
    sender.send((head, body)).unwrap();
}

/// The socket id in a form.
fn socket_id(body: &str) -> String {
    body.split('&').find_map(|pair| pair.strip_prefix("socket_id=")).unwrap().to_owned()
}

#[test]
fn an_endpoint_is_asked_as_clients_do_and_its_answer_explained() {
    let platform = Platform::spawn().unwrap();
    let person = sign_up(&platform, "owner@example.com");
    let (app, _) = person.create_app();
    let endpoint = Endpoint::start();
    let path = format!("/apps/{}/auth-endpoint-test", app.id);
    let test = |channel: &str| {
        let headers = json!({ "Authorization": "Bearer of-the-customer" });
        person.ok("POST", &path, &json!({ "url": endpoint.url, "channel": channel, "headers": headers }))
    };
    let last = |reply: &Value| reply["findings"].as_array().unwrap().last().unwrap().clone();

    let (key, secret) = (app.key.clone(), app.secret.clone());
    endpoint.answer(move |_, body| {
        let signature = sign(&secret, &format!("{}:private-x", socket_id(body)));
        (200, json!({ "auth": format!("{key}:{signature}") }).to_string())
    });
    let right = test("private-x");
    assert_eq!((&right["accepted"], &right["status"]), (&json!(true), &json!(200)), "{right}");
    let (head, body) = endpoint.asked.recv_timeout(Duration::from_secs(20)).unwrap();
    assert!(head.starts_with("POST /pusher/auth HTTP/1.1\r\n"), "{head}");
    assert!(head.to_lowercase().contains("content-type: application/x-www-form-urlencoded\r\n"), "{head}");
    assert!(head.contains("Bearer of-the-customer"), "{head}");
    assert_eq!(body, format!("socket_id={}&channel_name=private-x", text(&right["socket_id"])));
    assert!(!right.to_string().contains("of-the-customer"), "a header's value is shown");
    assert_eq!(right["expected_text"], format!("{}:private-x", text(&right["socket_id"])));

    // Signed without channel_data, though there is some.
    let (key, secret) = (app.key.clone(), app.secret.clone());
    endpoint.answer(move |_, body| {
        let signature = sign(&secret, &format!("{}:presence-x", socket_id(body)));
        let auth = format!("{key}:{signature}");
        (200, json!({ "auth": auth, "channel_data": r#"{"user_id":"ann"}"# }).to_string())
    });
    let wrong = test("presence-x");
    assert_eq!(wrong["accepted"], false);
    assert_eq!(last(&wrong)["message"], "What was signed is wrong: channel_data is missing.");

    let fixed = json!({ "auth": format!("{}:{}", app.key, sign(&app.secret, "1.1:private-x")) }).to_string();
    endpoint.answer(move |_, _| (200, fixed.clone()));
    assert!(text(&last(&test("private-x"))["message"]).contains("fixed socket id"));
    endpoint.answer(|_, _| (403, "no".to_owned()));
    assert_eq!(last(&test("private-x"))["check"], "status");
}

#[test]
fn the_tester_reaches_no_forbidden_address() {
    let platform = Platform::spawn().unwrap();
    let person = sign_up(&platform, "owner@example.com");
    let (app, _) = person.create_app();
    let path = format!("/apps/{}/auth-endpoint-test", app.id);
    for url in ["http://169.254.169.254/latest", "http://10.0.0.1/", "ftp://example.com/", "nonsense"] {
        let refused = person.send("POST", &path, &json!({ "url": url, "channel": "private-x" }));
        assert_eq!(code(&refused), "validation_failed", "{url}: {}", refused.body);
    }
    let public = person.send("POST", &path, &json!({ "url": "http://127.0.0.1:9/", "channel": "news" }));
    assert!(public.body.contains("\"channel\":"), "{}", public.body);
    let unreachable =
        person.ok("POST", &path, &json!({ "url": "http://127.0.0.1:9/", "channel": "private-x" }));
    assert_eq!(
        (&unreachable["accepted"], &unreachable["findings"][0]["check"]),
        (&json!(false), &json!("answer"))
    );
}
