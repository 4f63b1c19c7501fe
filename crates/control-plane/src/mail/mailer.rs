//! The way out: a mail server, or none.

use std::time::Duration;

use gatehouse_runtime::Secret;
use lettre::message::header::{ContentType, ContentTypeErr, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, Message, MultiPart, SinglePart};
use lettre::transport::smtp::AsyncSmtpTransport;
use lettre::{AsyncTransport, Tokio1Executor};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::emails::MailLogo;

/// Longest wait for one command of the mail server.
const TIMEOUT: Duration = Duration::from_secs(20);

/// How mails leave.
pub enum Mailer {
    /// Through a mail server.
    Smtp(Box<Smtp>),
    /// Not at all: they stay in the outbox, and the log says where their links lead.
    Held,
}

impl std::fmt::Debug for Mailer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Smtp(_) => "Mailer::Smtp(..)",
            Self::Held => "Mailer::Held",
        })
    }
}

/// A mail server and who mails come from.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// The mail settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MailerFault {
    /// Such as `smtps://user:password@mail.example.com`.
    #[error("the address of the mail server cannot be used: {0}")]
    Url(#[source] lettre::transport::smtp::Error),
    /// Such as `Gatehouse <gatehouse@example.com>`.
    #[error("the sender '{0}' is not an address such as Gatehouse <gatehouse@example.com>")]
    From(String),
}

/// Why a mail did not leave.
pub(super) struct Failure {
    /// The server said that it never will.
    pub(super) permanent: bool,
    /// The server could not be reached; other mails would fare no better.
    pub(super) unreachable: bool,
    pub(super) reason: String,
}

/// A mail ready to leave.
pub(super) struct Outgoing<'a> {
    pub(super) id: Uuid,
    pub(super) to: &'a str,
    pub(super) subject: &'a str,
    pub(super) text: String,
    pub(super) html: String,
    /// What the HTML part shows of itself.
    pub(super) logo: Option<&'a MailLogo>,
    pub(super) now: OffsetDateTime,
}

impl Mailer {
    /// A mail server by its URL (`smtp://`, `smtps://`, `?tls=required`), or none.
    pub fn new(smtp_url: Option<&Secret<String>>, from: &str) -> Result<Self, MailerFault> {
        let Some(url) = smtp_url else {
            return Ok(Self::Held);
        };
        let from = from
            .parse()
            .map_err(|_| MailerFault::From(from.to_owned()))?;
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose())
            .map_err(MailerFault::Url)?
            .timeout(Some(TIMEOUT))
            .build();
        Ok(Self::Smtp(Box::new(Smtp { transport, from })))
    }

    /// Connects, signs in and says goodbye, as before a mail, and says why that fails. No server never fails.
    pub async fn try_out(&self) -> Result<(), String> {
        let Self::Smtp(smtp) = self else {
            return Ok(());
        };
        match smtp.transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err("the mail server closes the connection".to_owned()),
            Err(error) => Err(cause_chain(&error)),
        }
    }
}

impl Smtp {
    pub(super) async fn send(&self, mail: Outgoing<'_>) -> Result<(), Failure> {
        let message = self.message(mail)?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) => Err(Failure {
                permanent: error.is_permanent(),
                unreachable: !error.is_permanent() && !error.is_transient(),
                reason: cause_chain(&error),
            }),
        }
    }

    /// The id is the row's own, so a mail that left twice because of a crash is recognised as one.
    fn message(&self, mail: Outgoing<'_>) -> Result<Message, Failure> {
        let never = |reason: String| Failure {
            permanent: true,
            unreachable: false,
            reason,
        };
        let to: Mailbox = mail
            .to
            .parse()
            .map_err(|error| never(format!("the address cannot be used: {error}")))?;
        let built = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(mail.subject)
            .date(mail.now.into())
            .message_id(Some(format!("<{}@{}>", mail.id, self.from.email.domain())))
            // RFC 3834 §5: no vacation notes in answer.
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ))
            .multipart(
                parts(mail).map_err(|error| never(format!("its image cannot be sent: {error}")))?,
            );
        built.map_err(|error| never(format!("the mail cannot be built: {error}")))
    }
}

/// The text, and the HTML with what it shows beside it.
fn parts(mail: Outgoing<'_>) -> Result<MultiPart, ContentTypeErr> {
    let Some(logo) = mail.logo else {
        return Ok(MultiPart::alternative_plain_html(mail.text, mail.html));
    };
    let kind = ContentType::parse(&logo.media_type)?;
    let file = logo.media_type.replace('/', ".").replace("image", "logo");
    let image = Attachment::new_inline_with_name(logo.content_id(), file);
    // RFC 2387 §3.1 wants the type of the part to begin with, which the builder's own kind leaves out.
    let related = format!(
        "multipart/related; type=\"text/html\"; boundary=\"{}\"",
        mail.id
    );
    let related = MultiPart::builder()
        .header(ContentType::parse(&related)?)
        .singlepart(SinglePart::html(mail.html))
        .singlepart(image.body(logo.content.clone(), kind));
    let text = SinglePart::plain(mail.text);
    Ok(MultiPart::alternative().singlepart(text).multipart(related))
}

fn cause_chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text.chars().filter(|c| !c.is_control()).take(500).collect()
}
