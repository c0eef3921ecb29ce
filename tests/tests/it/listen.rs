//! `campanile listen`: webhooks on a developer's own computer.

use std::{
    io::{BufRead, BufReader},
    process::{Child, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use campanile_tests::WebhookReceiver;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::{Value, json};

use crate::webhook_stage::{PATIENCE, Stage};

/// The program, and what it has printed. Ended when dropped.
struct Listening {
    process: Child,
    printed: mpsc::Receiver<Value>,
}

impl Listening {
    fn start(stage: &Stage, forward: &str, more: &[&str]) -> Self {
        let url = format!("http://{}", stage.platform.authority);
        let arguments = ["listen", "--json", "--url", &url, "--app", &stage.app.id, "--forward", forward];
        let mut command = stage.platform.command(&[&arguments, more].concat());
        command.env("CAMPANILE_TOKEN", &stage.token).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let (sender, printed) = mpsc::channel();
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                // The test may have seen enough.
                let _ = sender.send(serde_json::from_str(&line).unwrap());
            }
        });
        Self { process, printed }
    }

    /// The next thing of that kind that it says.
    fn said(&self, kind: &str) -> Value {
        loop {
            let value = self.printed.recv_timeout(PATIENCE).unwrap();
            if !value[kind].is_null() {
                return value[kind].clone();
            }
        }
    }

    fn interrupt(mut self) -> ExitStatus {
        kill(Pid::from_raw(self.process.id().try_into().unwrap()), Signal::SIGINT).unwrap();
        self.ended()
    }

    fn ended(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("it does not end");
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn it_posts_what_a_real_endpoint_hears_and_takes_nothing_away() {
    let stage = Stage::new();
    let endpoint = stage.endpoint(&json!({}));
    let local = WebhookReceiver::start().unwrap();
    let listening = Listening::start(&stage, local.url(), &["--webhook", &endpoint.id]);
    assert_eq!(listening.said("listening")["event_types"], json!(["channel_occupied"]));
    let _client = stage.occupy(&["news"]);

    let (here, there) = (local.next(PATIENCE).unwrap(), stage.next_about("news"));
    assert_eq!(here.events()[0]["channel"], "news");
    assert_eq!(here.headers["content-type"], "application/json");
    let verify = |delivery: &campanile_tests::ReceivedWebhook| {
        let body = String::from_utf8(delivery.body.clone()).unwrap();
        let received = json!({ "headers": delivery.headers, "body": body });
        stage.ok("POST", &format!("/{}/verify", endpoint.id), &received)
    };
    for delivery in [&here, &there] {
        let found = verify(delivery);
        assert_eq!(
            (&found["pusher"]["valid"], &found["standard"]["valid"]),
            (&json!(true), &json!(true)),
            "{found}"
        );
    }
    let said = listening.said("delivery");
    assert_eq!((&said["status"], &said["events"][0]["name"]), (&json!(200), &json!("channel_occupied")));
    assert!(listening.interrupt().success());
    // Nobody listens, and nothing is left of who did.
    let listed = stage.get("");
    assert_eq!(listed["webhooks"].as_array().map(Vec::len), Some(1), "{listed}");
}

#[test]
fn what_fails_here_comes_again_with_the_same_id() {
    let stage = Stage::new();
    let local = WebhookReceiver::start().unwrap();
    local.answer(500);
    let listening = Listening::start(&stage, local.url(), &["--types", "channel_occupied"]);
    let secret = listening.said("listening")["signing_secret"].clone();
    assert!(secret.as_str().is_some_and(|secret| secret.starts_with("whsec_")), "{secret}");
    let _client = stage.occupy(&["news"]);
    let first = local.next(PATIENCE).unwrap();
    assert_eq!(listening.said("delivery")["status"], 500);
    local.answer(200);
    let again = local.next(PATIENCE).unwrap();
    assert_eq!((&first.headers["webhook-id"], &first.body), (&again.headers["webhook-id"], &again.body));
}

#[test]
fn what_it_takes_is_its_own_until_it_ends() {
    let stage = Stage::new();
    let endpoint = stage.endpoint(&json!({}));
    let local = WebhookReceiver::start().unwrap();
    let listening = Listening::start(&stage, local.url(), &["--webhook", &endpoint.id, "--take"]);
    listening.said("listening");
    let _first = stage.occupy(&["taken"]);
    assert_eq!(local.next(PATIENCE).unwrap().events()[0]["channel"], "taken");
    listening.said("delivery");
    assert!(listening.interrupt().success());

    let _second = stage.occupy(&["given-back"]);
    let next = stage.next();
    assert_eq!(next.events()[0]["channel"], "given-back", "what was taken does not come twice");
}

#[test]
fn it_connects_again_when_the_platform_comes_back() {
    let mut stage = Stage::new();
    let local = WebhookReceiver::start().unwrap();
    let listening = Listening::start(&stage, local.url(), &["--types", "channel_occupied"]);
    listening.said("listening");
    stage.platform.crash_and_restart().unwrap();
    assert!(listening.said("lost")["reason"].is_string());
    listening.said("listening");
    let _client = stage.occupy(&["news"]);
    assert_eq!(local.next(PATIENCE).unwrap().events()[0]["channel"], "news");
}

#[test]
fn it_ends_when_there_is_no_point_in_going_on() {
    let mut stage = Stage::new();
    let local = WebhookReceiver::start().unwrap();
    let unknown = "01a20496-a802-70c8-a201-eecf4d7c9405";
    let mut listening = Listening::start(&stage, local.url(), &["--webhook", unknown]);
    assert_eq!(listening.ended().code(), Some(1));
    let take_what = ["listen", "--app", "1", "--forward", "http://localhost/", "--take"];
    let mut take_what = stage.platform.command(&take_what);
    assert_eq!(take_what.env("CAMPANILE_TOKEN", "cmt_x").output().unwrap().status.code(), Some(2));
    stage.token = "cmt_nonsense".to_owned();
    let mut listening = Listening::start(&stage, local.url(), &[]);
    assert_eq!(listening.ended().code(), Some(1));
}

#[test]
fn a_deleted_token_ends_it_soon() {
    let stage = Stage::new();
    let local = WebhookReceiver::start().unwrap();
    let mut listening = Listening::start(&stage, local.url(), &[]);
    listening.said("listening");
    let tokens = stage.platform.run(&["token", "list", "--tenant", "Acme"]).unwrap();
    let id = tokens["tokens"][0]["id"].as_str().unwrap();
    stage.platform.run(&["token", "delete", "--tenant", "Acme", "--id", id]).unwrap();
    // The stream is looked at every 15 seconds.
    assert!(listening.said("lost")["reason"].is_string());
    assert_eq!(listening.ended().code(), Some(1));
}
