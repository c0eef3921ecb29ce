use std::time::Duration;

use anyhow::Context;
use campanile_control::{Mail, Store};
use futures_util::future::join_all;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
};
use secrecy::ExposeSecret;
use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval, timeout},
};

use super::{
    MailMeter, MailSettings,
    letters::{Words, words},
};

/// How often the store is asked for mails.
const POLL: Duration = Duration::from_secs(1);
/// Brought to the server at once; it may allow one client no more connections than that.
const AT_ONCE: u32 = 5;
/// For one mail, from connecting to the server's word.
const DEADLINE: Duration = Duration::from_secs(30);

/// Brings mails to the server, or, where there is none, to the log.
pub(crate) struct Courier {
    store: Store,
    /// Where links lead.
    public_url: String,
    server: Option<Server>,
    meter: MailMeter,
}

struct Server {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Courier {
    pub(crate) fn new(
        store: Store,
        settings: Option<MailSettings>,
        public_url: String,
    ) -> Result<Self, lettre::transport::smtp::Error> {
        let server = settings.map(Server::new).transpose()?;
        Ok(Self { store, public_url, server, meter: MailMeter::default() })
    }

    pub(crate) fn meter(&self) -> MailMeter {
        self.meter.clone()
    }

    /// Works until the platform stops. What it had claimed then comes again.
    pub(crate) async fn run(self, mut stopping: watch::Receiver<bool>) {
        let mut ticks = interval(POLL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                _ = stopping.wait_for(|stopping| *stopping) => return,
            }
            if let Err(error) = self.round().await {
                tracing::warn!(error = &error as &dyn std::error::Error, "mails cannot be read");
            }
        }
    }

    async fn round(&self) -> Result<(), campanile_control::StoreError> {
        loop {
            let mails = self.store.claim_mails(AT_ONCE).await?;
            if mails.is_empty() {
                return Ok(());
            }
            // To the end, all of them: what is given up on the way may have been sent, and would come again.
            let delivered = join_all(mails.into_iter().map(|mail| self.deliver(mail))).await;
            delivered.into_iter().collect::<Result<(), _>>()?;
        }
    }

    async fn deliver(&self, mail: Mail) -> Result<(), campanile_control::StoreError> {
        let words = words(&mail.letter, &self.public_url);
        let Some(server) = &self.server else {
            // For development: the links are what one needs.
            tracing::info!(recipient = %mail.recipient, subject = %words.subject, link = words.link,
                "no mail server is configured; this mail goes nowhere");
            return self.store.mail_sent(mail.id).await;
        };
        match server.send(&mail.recipient, words).await {
            Ok(()) => {
                self.meter.add_sent();
                self.store.mail_sent(mail.id).await
            }
            Err(error) => {
                let is_kept = self.store.mail_failed(mail.id, &format!("{error:#}")).await?;
                self.meter.add_failed(is_kept);
                tracing::warn!(mail.id = %mail.id, attempt = mail.attempt, is_kept,
                    error = %format_args!("{error:#}"), "a mail was not sent");
                Ok(())
            }
        }
    }
}

impl Server {
    fn new(settings: MailSettings) -> Result<Self, lettre::transport::smtp::Error> {
        // The process has one provider of cryptography; whoever comes first installs it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(settings.smtp_url.expose_secret())?
            .timeout(Some(DEADLINE))
            .build();
        Ok(Self { transport, from: settings.from })
    }

    async fn send(&self, recipient: &str, words: Words) -> anyhow::Result<()> {
        let message = Message::builder()
            .from(self.from.clone())
            // An address alone: read as a mailbox, `a<b@example.com>` would be a name and another's address.
            .to(Mailbox::new(None, recipient.parse().context("the recipient's address")?))
            .subject(words.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(words.text)?;
        timeout(DEADLINE, self.transport.send(message))
            .await
            .context("the mail server did not answer in time")??;
        Ok(())
    }
}
