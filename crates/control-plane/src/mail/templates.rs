//! The mails as they look, before anybody gets one.

use gatehouse_domain::Permission;
use gatehouse_language::t;
use serde::Serialize;
use serde_json::json;

use super::{Links, NewMail, filled, queue};
use crate::accounts;
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::branding;
use crate::db::Db;
use crate::emails::{self, Letter, Look, TOKEN, dressed};
use crate::membership;
use crate::refusal::Refusal;
use crate::work::{Changed, Work};

/// Stands in previews and tests where a one-time token would: it opens nothing.
const NO_TOKEN: &str = "example";

/// A mail with values such as real ones have.
#[derive(Debug, Clone, Serialize)]
pub struct TemplateView {
    /// Its name.
    pub template: &'static str,
    /// One line.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part in the tenant's own look, a whole document. Its logo is named as the mail names the part that has it (`cid:`,
    /// RFC 2392); of one mail it is in the document itself (`data:`, RFC 2397).
    pub html: String,
}

/// A test on its way.
#[derive(Debug, Clone, Serialize)]
pub struct TestMail {
    /// Which mail.
    pub template: &'static str,
    /// Whom it goes to.
    pub to: String,
}

/// Every mail the program writes, as the tenant's people would get it.
pub async fn list_templates(
    db: &Db,
    actor: &Actor,
    links: &Links,
) -> Result<Vec<TemplateView>, Refusal> {
    Ok(views(db, actor, links).await?.0)
}

/// One of them.
pub async fn get_template(
    db: &Db,
    actor: &Actor,
    links: &Links,
    template: &str,
) -> Result<TemplateView, Refusal> {
    let (mails, look) = views(db, actor, links).await?;
    let mut found = mails.into_iter();
    let mut mail = found
        .find(|mail| mail.template == template)
        .ok_or(Refusal::NotFound)?;
    if let Some(logo) = look.and_then(|look| look.logo) {
        mail.html = logo.within(&mail.html);
    }
    Ok(mail)
}

/// All of them, and the look they have.
async fn views(
    db: &Db,
    actor: &Actor,
    links: &Links,
) -> Result<(Vec<TemplateView>, Option<Look>), Refusal> {
    actor.require(Permission::TenantManage)?;
    let tenant = actor.tenant();
    let mut tx = db.tenant(tenant).await?;
    let slug = sqlx::query_scalar!("select slug from tenant where id = $1", tenant.uuid())
        .fetch_one(&mut *tx)
        .await?;
    let look = branding::look_of_mails(&mut tx).await?;
    let portal = links.of_tenant(&slug);
    let view = |letter: Letter| TemplateView {
        template: letter.template,
        subject: letter.subject,
        text: filled(&letter.text, &portal, NO_TOKEN),
        html: dressed(look.as_ref(), filled(&letter.html, &portal, NO_TOKEN)),
    };
    let views = emails::samples().into_iter().map(view).collect();
    Ok((views, look))
}

/// Sends one of them, marked as a test, to the acting person's own address and to nobody else's.
pub async fn send_test(
    db: &Db,
    actor: &Actor,
    template: &str,
) -> Result<Changed<TestMail>, Refusal> {
    actor.require(Permission::TenantManage)?;
    let mut work = Work::begin(db, actor).await?;
    let person = membership::person(work.conn(), actor).await?;
    let person = person
        .ok_or_else(|| Refusal::NotYours(t!("refused-people-a-test-goes-to-whoever-asks")))?;
    let person = accounts::get(work.conn(), person.into()).await?;
    let mut samples = person.reads(emails::samples).into_iter();
    let letter = samples.find(|letter| letter.template == template);
    let letter = as_test(letter.ok_or(Refusal::NotFound)?);
    let to = person.email;
    let sent = TestMail {
        template: letter.template,
        to: to.clone(),
    };
    work.audit(AuditEntry {
        action: "mail.test",
        subject: person.id.uuid().to_string(),
        after: Some(json!({ "template": sent.template })),
        ..AuditEntry::default()
    });
    let mail = NewMail {
        to,
        letter,
        token: None,
    };
    queue(&mut work, mail).await?;
    work.commit(sent).await
}

fn as_test(mut letter: Letter) -> Letter {
    letter.subject.insert_str(0, "[Test] ");
    letter.text = letter.text.replace(TOKEN, NO_TOKEN);
    letter.html = letter.html.replace(TOKEN, NO_TOKEN);
    letter
}
