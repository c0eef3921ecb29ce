use std::collections::BTreeMap;

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
        let looks_right = text.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty() && host.contains('.') && !host.starts_with('.') && !host.ends_with('.')
        });
        let is_clean = text.len() <= 254 && !text.contains(|c: char| c.is_whitespace() || c.is_control());
        self.require(
            field,
            looks_right && is_clean && text.matches('@').count() == 1,
            "Enter an e-mail address.",
        );
        text.to_owned()
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

/// Refuses one more of what there are `most` of already.
pub(super) fn at_most(most: usize, present: usize, what: &'static str) -> Result<(), ManagementError> {
    if present < most { Ok(()) } else { Err(ManagementError::LimitReached { what, most }) }
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
