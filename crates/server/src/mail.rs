//! Sends what waits to be mailed. The store has it until a mail server took it: losing that server delays
//! mails, and loses none.

mod courier;
mod letters;
mod meter;

use lettre::message::Mailbox;
use secrecy::SecretString;

pub(crate) use self::{
    courier::Courier,
    meter::{MailMeter, MailStats},
};

/// Where mails go.
#[derive(Clone, Debug)]
pub struct MailSettings {
    /// `smtps://…` or `smtp://…`.
    pub smtp_url: SecretString,
    /// Who they are from.
    pub from: Mailbox,
}
