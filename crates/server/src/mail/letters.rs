//! The words of mails. Links lead to the configured public address, never to one that a request named, and
//! carry their secret behind `#`: what is there is in no log and goes to no other site.

mod notices;

use campanile_control::{Letter, LimitReached, TokenScope};

/// A mail's subject, text, and the link that it is about.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) link: String,
}

/// Words for a letter; `public_url` is where the dashboard is.
pub(super) fn words(letter: &Letter, public_url: &str) -> Words {
    let link = format!("{public_url}/dashboard/{}", page(letter));
    let (subject, text) = match letter {
        Letter::VerifyEmail { .. } => (
            "Verify your e-mail address".to_owned(),
            format!(
                "Welcome to Campanile.\n\nFollow this link within two days to show that this address is \
                 yours:\n\n{link}\n\nIf you did not sign up, ignore this mail."
            ),
        ),
        Letter::AccountExists => (
            "You have an account already".to_owned(),
            format!(
                "Somebody, perhaps you, tried to sign up for Campanile with this address. It has an account \
                 already. If you have forgotten its password, set a new one:\n\n{link}\n\nIf it was not you, \
                 there is nothing to do."
            ),
        ),
        Letter::ResetPassword { .. } => (
            "Set a new password".to_owned(),
            format!(
                "Follow this link within half an hour to set a new password:\n\n{link}\n\nIf you did not ask for it, \
                 ignore this mail: nothing has changed."
            ),
        ),
        Letter::PasswordChanged => (
            "Your password was changed".to_owned(),
            format!(
                "The password of your account was changed, and its other sessions were ended.\n\n{}",
                unless_you(&link)
            ),
        ),
        Letter::SecondFactorChanged { is_on } => (
            format!("Your second factor was switched {}", if *is_on { "on" } else { "off" }),
            format!(
                "From now on, logging in to your account takes {}.\n\n{}",
                if *is_on { "the password and a code" } else { "the password alone" },
                unless_you(&link)
            ),
        ),
        Letter::TokenCreated { name, scopes, organisation } => (
            format!("A management token for {organisation} was made"),
            format!(
                "With your account, the management token \"{}\" was made for {}. It may be used for: {}.\n\nIf it \
                 was not you, revoke it and change your password:\n\n{link}",
                plain(name),
                plain(organisation),
                listed(scopes)
            ),
        ),
        Letter::Invitation { organisation, inviter, role, .. } => (
            format!("You are invited to {organisation}"),
            format!(
                "{} invites you to join {} on Campanile as {role}.\n\nFollow this link within seven days to \
                 accept:\n\n{link}",
                plain(inviter.as_deref().unwrap_or("The operator")),
                plain(organisation)
            ),
        ),
        Letter::WebhookDisabled { app, url, reason, error, .. } => {
            let (subject, text) = notices::webhook_disabled(app, url, reason, error.as_deref());
            (subject, format!("{text}\n\n{link}\n\n{}", why_you(public_url)))
        }
        Letter::LimitReached(reached) => {
            let (subject, text) = notices::limit_reached(reached);
            (subject, format!("{text}\n\nSee what is used:\n\n{link}\n\n{}", why_you(public_url)))
        }
    };
    // A name that people chose must not begin another header.
    Words { subject: plain(&subject), text, link }
}

/// What people chose, without what would begin another header or a paragraph of its own.
fn plain(text: &str) -> String {
    text.replace(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'), " ")
}

fn unless_you(link: &str) -> String {
    format!("If it was not you, set a new password at once, which ends all sessions:\n\n{link}")
}

fn listed(scopes: &[TokenScope]) -> String {
    scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(", ")
}

fn why_you(public_url: &str) -> String {
    format!(
        "You get notices like this one because of your role. Switch them off at {public_url}/dashboard/account."
    )
}

/// The page of the dashboard that a letter leads to.
fn page(letter: &Letter) -> String {
    match letter {
        Letter::VerifyEmail { token } => format!("verify-email#{token}"),
        Letter::AccountExists | Letter::PasswordChanged | Letter::SecondFactorChanged { .. } => {
            "forgot-password".to_owned()
        }
        Letter::ResetPassword { token } => format!("reset-password#{token}"),
        Letter::TokenCreated { .. } => "organisation/tokens".to_owned(),
        Letter::Invitation { token, .. } => format!("accept-invitation#{token}"),
        Letter::WebhookDisabled { app_id, webhook: Some(webhook), .. } => {
            format!("apps/{app_id}/webhooks/{webhook}")
        }
        Letter::WebhookDisabled { app_id, webhook: None, .. } => format!("apps/{app_id}/webhooks"),
        Letter::LimitReached(LimitReached { app: Some((app_id, _)), .. }) => format!("apps/{app_id}/usage"),
        Letter::LimitReached(LimitReached { app: None, .. }) => "organisation/usage".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use campanile_control::Role;
    use campanile_protocol::AppId;

    use super::*;

    #[test]
    fn a_link_leads_to_the_public_address_and_hides_its_secret_from_logs() {
        let words = words(&Letter::ResetPassword { token: "abc".into() }, "https://push.example.com");
        assert_eq!(words.link, "https://push.example.com/dashboard/reset-password#abc");
        assert!(words.text.contains(&words.link), "{}", words.text);
    }

    #[test]
    fn a_name_begins_no_other_header() {
        let letter = Letter::Invitation {
            token: "abc".into(),
            organisation: "Acme\r\nBcc: all@example.com".into(),
            inviter: None,
            role: Role::Support,
        };
        let Words { subject, text, .. } = words(&letter, "http://localhost");
        assert_eq!(subject, "You are invited to Acme  Bcc: all@example.com");
        assert!(text.contains("to join Acme  Bcc: all@example.com on Campanile"), "{text}");
    }

    #[test]
    fn who_has_a_new_token_reads_what_it_may_do_and_where_it_ends() {
        let letter = Letter::TokenCreated {
            name: "CI".into(),
            scopes: vec![TokenScope::Read, TokenScope::Write],
            organisation: "Acme".into(),
        };
        let Words { text, link, .. } = words(&letter, "http://localhost");
        assert!(text.contains("token \"CI\" was made for Acme. It may be used for: read, write."), "{text}");
        assert_eq!(link, "http://localhost/dashboard/organisation/tokens");
    }

    #[test]
    fn a_notice_says_why_it_comes_and_how_to_be_spared() {
        let letter = Letter::WebhookDisabled {
            app_id: AppId::from_number(7).unwrap(),
            app: "Shop".into(),
            webhook: None,
            url: "https://example.com/in".into(),
            reason: "gone".into(),
            error: None,
        };
        let text = words(&letter, "http://localhost").text;
        assert!(text.contains("resume it:\n\nhttp://localhost/dashboard/apps/7/webhooks\n\n"), "{text}");
        assert!(text.ends_with("Switch them off at http://localhost/dashboard/account."), "{text}");
    }
}
