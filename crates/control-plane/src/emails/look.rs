//! A tenant's own look on its mails: its logo or its name above, its colour on the button.
//!
//! Everything is an attribute of HTML rather than a style: mail programs that drop styles keep these, and the preview's
//! Content-Security-Policy, which takes no style of a page, shows the very same.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gatehouse_domain::Accent;

use super::letter::{BODY, LINK, LINK_END, escape};

/// How the mails of a tenant look that has a look of its own.
pub(crate) struct Look {
    /// What the tenant is called.
    pub(crate) name: String,
    pub(crate) accent: Option<Accent>,
    pub(crate) logo: Option<MailLogo>,
}

/// An image that travels with its mail, so that opening one asks no server for anything.
pub(crate) struct MailLogo {
    /// Of the image, in hexadecimal.
    pub(crate) sha256: String,
    /// `image/png`, `image/jpeg` or `image/webp`.
    pub(crate) media_type: String,
    pub(crate) content: Vec<u8>,
}

impl MailLogo {
    /// What its part is called (RFC 2392): the same image has the same name in every mail.
    pub(crate) fn content_id(&self) -> String {
        format!("{}@logo", self.sha256)
    }

    /// The mail as it looks where there are no parts around it: with the image in its own address (RFC 2397).
    pub(crate) fn within(&self, html: &str) -> String {
        let content = STANDARD.encode(&self.content);
        let data = format!("data:{};base64,{content}", self.media_type);
        html.replace(&format!("cid:{}", self.content_id()), &data)
    }
}

impl Look {
    /// What stands above the words. With a logo its alternative text says the name, and where images are off it is read there.
    fn head(&self) -> String {
        let name = escape(&self.name);
        match &self.logo {
            Some(logo) => {
                let id = logo.content_id();
                format!("<p><img src=\"cid:{id}\" alt=\"{name}\" height=\"28\"></p>\n")
            }
            None => format!("<p><b>{name}</b></p>\n"),
        }
    }
}

/// The HTML part of a mail in the look of its tenant; as it is without one.
pub(crate) fn dressed(look: Option<&Look>, html: String) -> String {
    let Some(look) = look else { return html };
    let html = html.replacen(BODY, &format!("{BODY}{}", look.head()), 1);
    match look.accent {
        Some(accent) => with_button(&html, accent).unwrap_or(html),
        None => html,
    }
}

/// The one link as a button: the accent as light pages have it, and words on it as on theirs. `None` where there is no link.
fn with_button(html: &str, accent: Accent) -> Option<String> {
    let (before, rest) = html.split_once(LINK)?;
    let (link, after) = rest.split_once(LINK_END)?;
    let (address, label) = link.split_once('>')?;
    let shades = accent.light();
    let (ground, words) = (shades.accent, shades.on_accent);
    // Underlined within the colour too: the outer line is drawn in the mail program's colour of links.
    Some(format!(
        "{before}<table role=\"presentation\" border=\"0\" cellspacing=\"0\" cellpadding=\"10\"><tr><td bgcolor=\"{ground}\">\
         <a href={address}><font color=\"{words}\"><b><u>{label}</u></b></font></a></td></tr></table>\n{after}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emails::samples;

    fn look(accent: Option<&str>, logo: bool) -> Look {
        Look {
            name: "North & <b>West</b> \"wind\"".to_owned(),
            accent: accent.map(|accent| Accent::parse(accent).unwrap()),
            logo: logo.then(|| MailLogo {
                sha256: "0123abcd".to_owned(),
                media_type: "image/png".to_owned(),
                content: b"\x89PNG".to_vec(),
            }),
        }
    }

    #[test]
    fn every_mail_gets_the_look_and_none_is_as_it_was_written() {
        let own = look(Some("#7a1fa2"), true);
        let (mut links, mut mails) = (0, 0);
        for letter in samples() {
            let plain = letter.html.clone();
            assert_eq!(dressed(None, plain.clone()), plain);
            let html = dressed(Some(&own), plain.clone());
            let head = "<body>\n<p><img src=\"cid:0123abcd@logo\" alt=\"North &amp; &lt;b&gt;West&lt;/b&gt; &quot;wind&quot;\" height=\"28\"></p>\n<p>";
            assert!(html.contains(head), "{}: {html}", letter.template);
            let address = plain.split("<a href=").nth(1);
            let address = address.map(|rest| rest.split('>').next().unwrap());
            if let Some(address) = address {
                let button =
                    format!("<td bgcolor=\"#7a1fa2\"><a href={address}><font color=\"#ffffff\">");
                assert!(html.contains(&button), "{}: {html}", letter.template);
                links += 1;
            }
            mails += 1;
            assert!(
                !html.contains("style") && !html.contains("src=\"http"),
                "{html}"
            );
        }
        assert!(mails > 30 && links > 20, "{links} of {mails} have a link");
    }

    #[test]
    fn without_a_logo_the_name_is_in_words_and_without_a_colour_the_link_is_plain() {
        let html = samples().remove(0).html;
        let named = dressed(Some(&look(Some("#7a1fa2"), false)), html.clone());
        assert!(
            named.contains("<p><b>North &amp; &lt;b&gt;West&lt;/b&gt; &quot;wind&quot;</b></p>"),
            "{named}"
        );
        assert!(!named.contains("<img"), "{named}");
        let plain = dressed(Some(&look(None, true)), html);
        assert!(
            plain.contains(LINK) && !plain.contains("bgcolor"),
            "{plain}"
        );
    }

    #[test]
    fn a_preview_has_the_image_in_itself() {
        let own = look(None, true);
        let html = dressed(Some(&own), samples().remove(0).html);
        let shown = own.logo.as_ref().unwrap().within(&html);
        assert!(
            shown.contains("src=\"data:image/png;base64,iVBORw==\"") && !shown.contains("cid:"),
            "{shown}"
        );
    }
}
