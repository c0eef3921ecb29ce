use std::{collections::BTreeMap, str::FromStr};

use campanile_control::check_strength;
use secrecy::{ExposeSecret, SecretString};
use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};

use super::ManagementError;

/// Collects what is wrong with a form, so that every field is told at once.
#[derive(Default)]
pub(super) struct Form {
    faults: BTreeMap<&'static str, String>,
}

impl Form {
    pub(super) fn require(&mut self, field: &'static str, holds: bool, text: &str) {
        if !holds {
            self.faults.entry(field).or_insert_with(|| text.to_owned());
        }
    }

    /// A name that people see: 1 to 80 characters, none of them invisible.
    pub(super) fn name(&mut self, field: &'static str, text: &str) -> String {
        let text = text.trim();
        self.require(field, !text.is_empty(), "Enter a name.");
        self.require(field, text.chars().count() <= 80, "Use at most 80 characters.");
        self.require(field, !text.chars().any(char::is_control), "Remove the control characters.");
        text.to_owned()
    }

    pub(super) fn email(&mut self, field: &'static str, text: &str) -> String {
        let text = text.trim();
        let has_dot = text.split_once('@').is_some_and(|(_, host)| host.contains('.'));
        let is_clean = text.len() <= 254 && !text.contains(|c: char| c.is_whitespace() || c.is_control());
        // What mails cannot be sent to must not be stored.
        let is_address = lettre::Address::from_str(text).is_ok();
        self.require(field, has_dot && is_clean && is_address, "Enter an e-mail address.");
        text.to_owned()
    }

    /// A moment of the filter of a list, RFC 3339, in UTC.
    pub(super) fn time(&mut self, field: &'static str, text: &str) -> Option<OffsetDateTime> {
        let time = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| "Use a time like 2026-01-31T12:00:00Z.");
        let time = self.take(field, time)?;
        self.moment(field, time)
    }

    /// The same where it was read already. One of our times: at the ends of the calendar there is no day before
    /// or after, nor the same moment in UTC.
    pub(super) fn moment(&mut self, field: &'static str, time: OffsetDateTime) -> Option<OffsetDateTime> {
        let is_ours = (2000..3000).contains(&time.year());
        self.require(field, is_ours, "Use a year from 2000 to 2999.");
        is_ours.then(|| time.to_offset(UtcOffset::UTC))
    }

    /// The same of several, before anything is made of them.
    pub(super) fn moments<const N: usize>(
        given: [(&'static str, Option<OffsetDateTime>); N],
    ) -> Result<[Option<OffsetDateTime>; N], ManagementError> {
        let mut form = Self::default();
        let moments = given.map(|(field, time)| time.and_then(|time| form.moment(field, time)));
        form.check().map(|()| moments)
    }

    /// A new password for who has this address.
    pub(super) fn password(&mut self, field: &'static str, password: &SecretString, email: &str) {
        self.take(field, check_strength(password.expose_secret(), email));
    }

    /// The value, or its error as the field's fault.
    pub(super) fn take<T>(&mut self, field: &'static str, value: Result<T, impl ToString>) -> Option<T> {
        value.inspect_err(|error| self.require(field, false, &error.to_string())).ok()
    }

    /// `Ok` if nothing is wrong: everything taken is there.
    pub(super) fn check(self) -> Result<(), ManagementError> {
        if self.faults.is_empty() { Ok(()) } else { Err(ManagementError::Validation(self.faults)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_email(text: &str) -> bool {
        let mut form = Form::default();
        form.email("email", text);
        form.check().is_ok()
    }

    #[test]
    fn an_address_has_one_at_and_a_host_with_a_dot() {
        for text in ["a@example.com", " a+b@mail.example.com "] {
            assert!(is_email(text), "{text}");
        }
        for text in ["", "a", "@example.com", "a@b", "a@.com", "a@b.", "a@b@c.com", "a b@c.com", "a@c.com\nx"]
        {
            assert!(!is_email(text), "{text}");
        }
        for text in ["a1<victim@example.com>", "a..b@example.com", ".a@example.com", "a@-b.com", "a,b@c.com"]
        {
            assert!(!is_email(text), "{text}: no mail is sent to that, or to someone else");
        }
    }

    #[test]
    fn a_time_is_one_of_ours_and_in_utc() {
        let mut form = Form::default();
        let time = form.time("to", "2026-01-31T23:30:00-01:00").unwrap();
        assert_eq!(time.format(&Rfc3339).unwrap(), "2026-02-01T00:30:00Z");
        for text in ["", "soon", "1999-12-31T23:59:59Z", "9999-12-31T23:59:59-01:00", "0000-01-01T00:00:00Z"]
        {
            assert_eq!(form.time("to", text), None, "{text}");
        }
        let Err(ManagementError::Validation(faults)) = form.check() else { panic!("accepted") };
        assert_eq!(faults.len(), 1);
    }

    #[test]
    fn every_faulty_field_is_told_at_once() {
        let mut form = Form::default();
        form.name("name", "  ");
        form.email("email", "x");
        let Err(ManagementError::Validation(faults)) = form.check() else { panic!("accepted") };
        assert_eq!(faults.keys().copied().collect::<Vec<_>>(), ["email", "name"]);
    }
}
