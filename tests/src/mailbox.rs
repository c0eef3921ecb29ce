use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};

const PATIENCE: Duration = Duration::from_secs(180);

/// A mail server on this computer that keeps what it is given.
#[derive(Debug)]
pub struct Mailbox {
    /// For `CAMPANILE_MAIL_SMTP_URL`.
    pub url: String,
    mails: Mutex<Receiver<ReceivedMail>>,
    is_refusing: Arc<AtomicBool>,
}

/// A mail as it arrived.
#[derive(Clone, Debug)]
pub struct ReceivedMail {
    /// To whom.
    pub recipient: String,
    /// Headers and text, with soft line breaks undone.
    pub text: String,
}

impl Mailbox {
    /// Opens one; it takes mails when this returns.
    pub fn open() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("smtp://{}", listener.local_addr()?);
        let (sender, mails) = channel();
        let is_refusing = Arc::new(AtomicBool::new(false));
        let refusing = is_refusing.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (sender, refusing) = (sender.clone(), refusing.clone());
                // A client that goes away ends its own conversation.
                thread::spawn(move || converse(&stream, &sender, &refusing));
            }
        });
        Ok(Self { url, mails: Mutex::new(mails), is_refusing })
    }

    /// Has it refuse all mails for now, or take them again.
    pub fn refuse(&self, refuse: bool) {
        self.is_refusing.store(refuse, Ordering::SeqCst);
    }

    /// The platform's environment for mails that come here.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("CAMPANILE_MAIL_SMTP_URL", self.url.clone()),
            ("CAMPANILE_MAIL_FROM", "Campanile <no-reply@example.com>".to_owned()),
            ("CAMPANILE_PUBLIC_URL", "http://push.example.com".to_owned()),
        ]
    }

    /// The next mail, whoever it is to.
    pub fn next(&self) -> anyhow::Result<ReceivedMail> {
        let mails = self.mails.lock().expect("no test panics holding it");
        mails.recv_timeout(PATIENCE).context("no mail came")
    }

    /// The next mail to an address; mails to others before it are dropped.
    pub fn next_to(&self, recipient: &str) -> anyhow::Result<ReceivedMail> {
        let deadline = Instant::now() + PATIENCE;
        let mails = self.mails.lock().expect("no test panics holding it");
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let mail = mails.recv_timeout(left).with_context(|| format!("no mail came to {recipient}"))?;
            if mail.recipient == recipient {
                return Ok(mail);
            }
        }
    }
}

impl ReceivedMail {
    /// What its link to a page of the dashboard carries.
    pub fn secret(&self, page: &str) -> anyhow::Result<String> {
        let marker = format!("http://push.example.com/dashboard/{page}#");
        let (_, rest) =
            self.text.split_once(&marker).with_context(|| format!("no {page} in {}", self.text))?;
        Ok(rest.chars().take_while(char::is_ascii_hexdigit).collect())
    }
}

/// As much of RFC 5321 as one well-behaved client needs.
fn converse(stream: &TcpStream, sender: &Sender<ReceivedMail>, refusing: &AtomicBool) -> anyhow::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let say = |text: &str| (&mut &*stream).write_all(format!("{text}\r\n").as_bytes());
    say("220 mailbox")?;
    let mut recipient = String::new();
    while let Some(line) = lines.next().transpose()? {
        let command = line.to_ascii_uppercase();
        if command.starts_with("RCPT TO:<") {
            line["RCPT TO:<".len()..].trim_end_matches('>').clone_into(&mut recipient);
            say("250 ok")?;
        } else if command == "DATA" && refusing.load(Ordering::SeqCst) {
            say("451 not now")?;
        } else if command == "DATA" {
            say("354 go on")?;
            let text = read_text(&mut lines)?;
            say("250 taken")?;
            let _ = sender.send(ReceivedMail { recipient: recipient.clone(), text });
        } else if command == "QUIT" {
            say("221 bye")?;
            return Ok(());
        } else {
            say("250 ok")?;
        }
    }
    Ok(())
}

fn read_text(lines: &mut impl Iterator<Item = std::io::Result<String>>) -> anyhow::Result<String> {
    let mut text = String::new();
    for line in lines {
        let line = line?;
        if line == "." {
            return Ok(text.replace("=\n", "").replace("=3D", "="));
        }
        text.push_str(line.strip_prefix('.').unwrap_or(&line));
        text.push('\n');
    }
    bail!("the mail had no end")
}
