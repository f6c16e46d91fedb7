//! What all mails of a server have in common: who sends them, and where their links lead.

use countersign_core::token::ActionPurpose;
use lettre::message::Mailbox;

/// The page that comes with the server and takes a token out of a link.
const PAGE: &str = "/demo/mailed.html";

/// Where nobody has said where the server is reached.
const NO_HOST: &str = "localhost";

/// The sender of all mails, and where their links lead. Nothing of it comes out of a request.
#[derive(Debug, Clone)]
pub struct Letterhead {
    /// Who sends them.
    from: Mailbox,
    /// Where the world reaches the server; `None` where that was not said.
    site: Option<String>,
    /// The page that takes a token which verifies an address; `None` where there is none to link to.
    verify_url: Option<String>,
    /// The page that takes a token which resets a password; `None` where there is none to link to.
    reset_url: Option<String>,
}

impl Letterhead {
    /// The letterhead of a server that is reached at `public_url`. Each page can be somebody else's.
    pub fn new(
        from: Option<Mailbox>,
        public_url: Option<&str>,
        verify_url: Option<String>,
        reset_url: Option<String>,
    ) -> Self {
        let own = |part: &str| Some(format!("{}{PAGE}#{part}", public_url?.trim_end_matches('/')));
        Self {
            from: from.unwrap_or_else(|| no_reply(public_url)),
            site: public_url.map(str::to_owned),
            verify_url: verify_url.or_else(|| own("verify-email")),
            reset_url: reset_url.or_else(|| own("reset-password")),
        }
    }

    /// Who sends the mails.
    pub fn from(&self) -> &Mailbox {
        &self.from
    }

    /// Where the world reaches the server, as a mail names it; `None` where that is not known.
    pub(super) fn site(&self) -> Option<&str> {
        self.site.as_deref()
    }

    /// The link under which a token does its work; `None` where there is no page to link to. The token stands in the
    /// fragment, which a browser sends to nobody: it is in no log and no `Referer`, and whoever fetches the link without
    /// running its page gets nothing done.
    pub(super) fn link(&self, purpose: ActionPurpose, token: &str) -> Option<String> {
        let page = match purpose {
            ActionPurpose::VerifyEmail => self.verify_url.as_ref(),
            ActionPurpose::ResetPassword => self.reset_url.as_ref(),
        }?;
        let joint = if page.contains('#') { '&' } else { '#' };
        Some(format!("{page}{joint}token={token}"))
    }
}

/// `no-reply` at the host of the server's address.
fn no_reply(public_url: Option<&str>) -> Mailbox {
    let host = public_url.and_then(host_of).unwrap_or(NO_HOST);
    let address =
        lettre::Address::new("no-reply", host).or_else(|_| lettre::Address::new("no-reply", NO_HOST));
    #[expect(clippy::expect_used, reason = "both parts are written here, and a test reads them")]
    Mailbox::new(Some("Countersign".to_owned()), address.expect("no-reply@localhost is an address"))
}

/// The host of a URL that was read already, without its port; `None` where it is an IP address.
fn host_of(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split('/').next()?;
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    let is_name = host.bytes().any(|byte| byte.is_ascii_alphabetic()) && !host.starts_with('[');
    is_name.then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(public_url: Option<&str>) -> Letterhead {
        Letterhead::new(None, public_url, None, None)
    }

    #[test]
    fn links_lead_to_the_public_address_and_carry_the_token_in_the_fragment() {
        let link = |public_url, purpose| at(public_url).link(purpose, "T0ken");
        for url in ["https://auth.example.com", "https://auth.example.com/"] {
            assert_eq!(
                link(Some(url), ActionPurpose::VerifyEmail).as_deref(),
                Some("https://auth.example.com/demo/mailed.html#verify-email&token=T0ken")
            );
        }
        assert_eq!(
            link(Some("http://localhost:8000/auth"), ActionPurpose::ResetPassword).as_deref(),
            Some("http://localhost:8000/auth/demo/mailed.html#reset-password&token=T0ken")
        );
        assert_eq!(link(None, ActionPurpose::ResetPassword), None);
    }

    #[test]
    fn an_operator_with_pages_of_their_own_links_there() {
        let own = |url: &str| Some(url.to_owned());
        let letterhead = Letterhead::new(
            None,
            None,
            own("https://app.example.com/confirm"),
            own("https://app.example.com/#/reset?"),
        );
        let link = |purpose| letterhead.link(purpose, "T0ken").unwrap();
        assert_eq!(link(ActionPurpose::VerifyEmail), "https://app.example.com/confirm#token=T0ken");
        assert_eq!(link(ActionPurpose::ResetPassword), "https://app.example.com/#/reset?&token=T0ken");
    }

    #[test]
    fn mails_come_from_the_host_where_nobody_says_otherwise() {
        for (url, from) in [
            (Some("https://auth.example.com:8443/x"), "no-reply@auth.example.com"),
            (Some("http://127.0.0.1:8000"), "no-reply@localhost"),
            (Some("http://[::1]:8000"), "no-reply@localhost"),
            (None, "no-reply@localhost"),
        ] {
            assert_eq!(at(url).from().email.to_string(), from);
        }
    }
}
