//! A migrated database with a first tenant, and what tests ask of it.

use std::net::IpAddr;
use std::time::Duration;

use gatehouse_control_plane::accounts::{self, SignUp};
use gatehouse_control_plane::db::DbAddresses;
use gatehouse_control_plane::installation::{self, FirstAdmin};
use gatehouse_control_plane::keys::MasterKey;
use gatehouse_control_plane::mail::{self, Links, MailView, OutboxAccess};
use gatehouse_control_plane::members::{self, Admit};
use gatehouse_control_plane::tenants::{self, CreateTenant};
use gatehouse_control_plane::{Actor, Db, Page, PlatformActor, Refusal};
use gatehouse_domain::Role;
use gatehouse_domain::id::{TenantId, UserId};
use gatehouse_harness::TestDb;
use gatehouse_runtime::{Clock, ClockHand, Secret};
use sqlx::{Connection, PgConnection};
use time::macros::datetime;

/// A password nothing is wrong with.
pub(crate) const PASSWORD: &str = "seven quiet herons wade upstream";
/// Where callers come from when it does not matter.
pub(crate) const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 7));

pub(crate) struct World {
    pub(crate) db: Db,
    pub(crate) hand: ClockHand,
    pub(crate) tenant: TenantId,
    pub(crate) owner: UserId,
    pub(crate) test_db: TestDb,
}

pub(crate) fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

pub(crate) fn sign_up_of(email: &str) -> SignUp {
    SignUp {
        email: email.to_owned(),
        name: "Ines Duarte".to_owned(),
        password: secret(PASSWORD),
        ip: HOME,
    }
}

/// A database without anything in it but the schema.
pub(crate) async fn empty() -> (TestDb, Db, ClockHand) {
    let test_db = TestDb::create().await;
    let addresses = DbAddresses {
        app: test_db.app_url(),
        system: test_db.system_url(),
        shared: false,
    };
    let keys = MasterKey::from_text(&"2f".repeat(32)).unwrap();
    let (clock, hand) = Clock::adjustable(datetime!(2026-11-20 12:00 UTC));
    let db = Db::connect(&addresses, keys, clock).await.unwrap();
    (test_db, db, hand)
}

pub(crate) fn first_admin() -> FirstAdmin {
    FirstAdmin {
        email: "owner@northwind.example".to_owned(),
        name: "Olga Petrova".to_owned(),
        password: secret(PASSWORD),
        tenant_name: "Northwind".to_owned(),
        tenant_slug: "northwind".to_owned(),
    }
}

impl World {
    pub(crate) async fn create() -> Self {
        let (test_db, db, hand) = empty().await;
        let token = installation::first_admin_link(&db).await.unwrap().unwrap();
        let (owner, tenant) = installation::accept_first_admin(&db, &token.0, first_admin())
            .await
            .unwrap();
        Self {
            db,
            hand,
            tenant,
            owner,
            test_db,
        }
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.hand.advance(Duration::from_secs(seconds));
    }

    pub(crate) fn system(&self) -> Actor {
        Actor::system(self.tenant, "test")
    }

    pub(crate) async fn actor(&self, user: UserId) -> Actor {
        members::actor_of_user(&self.db, self.tenant, user)
            .await
            .unwrap()
            .unwrap()
    }

    pub(crate) async fn owner(&self) -> Actor {
        self.actor(self.owner).await
    }

    /// A member with roles.
    pub(crate) async fn member(&self, name: &str, roles: &[Role]) -> UserId {
        let admit = Admit {
            email: format!("{}@northwind.example", name.to_lowercase()),
            name: name.to_owned(),
            password: secret(PASSWORD),
            roles: roles.to_vec(),
        };
        let admitted = members::admit(&self.db, &self.system(), admit).await;
        admitted.unwrap().value.user_id
    }

    /// A second tenant with the same owner.
    pub(crate) async fn second_tenant(&self, slug: &str) -> TenantId {
        let input = CreateTenant {
            slug: slug.to_owned(),
            name: slug.to_owned(),
            owner: Some(self.owner),
        };
        let who = PlatformActor::system("test");
        let made = tenants::create_tenant(&self.db, &who, input).await;
        made.unwrap().value.id
    }

    /// Every mail of the tenant, newest first, with its links.
    pub(crate) async fn mails(&self) -> Vec<MailView> {
        let page = Page {
            limit: 200,
            after: None,
        };
        let (system, links) = (self.system(), links());
        let listed = mail::list_mail(&self.db, &system, &links, OutboxAccess::Demo, &page);
        listed.await.unwrap().data
    }

    /// The token in the newest mail of a template to an address.
    pub(crate) async fn mailed_token(&self, template: &str, to: &str) -> String {
        let mails = self.mails().await;
        let mail = mails
            .iter()
            .find(|mail| mail.template == template && mail.to_address == to)
            .unwrap_or_else(|| panic!("no {template} to {to}"));
        token_in(&mail.body_text)
    }

    /// Signs up and follows the mailed link.
    pub(crate) async fn verified(&self, email: &str) -> UserId {
        accounts::sign_up(&self.db, self.tenant, sign_up_of(email))
            .await
            .unwrap();
        let token = self.mailed_token("verify_email", email).await;
        accounts::verify_email(&self.db, &token).await.unwrap()
    }

    /// One number from a statement run past every policy.
    pub(crate) async fn count(&self, statement: &'static str) -> i64 {
        let mut connection = PgConnection::connect(&self.test_db.superuser_url())
            .await
            .unwrap();
        sqlx::query_scalar(statement)
            .fetch_one(&mut connection)
            .await
            .unwrap()
    }
}

pub(crate) fn links() -> Links {
    Links::new("https://portal.example/")
}

/// The last segment of the link in a mail.
pub(crate) fn token_in(text: &str) -> String {
    let link = text
        .lines()
        .find(|line| line.starts_with("https://portal.example/t/"))
        .unwrap_or_else(|| panic!("no link in {text}"));
    link.rsplit('/').next().unwrap().to_owned()
}

/// Asks again while the database is busy, as the refusal says one should: dozens of rivals may wait longer for one of a
/// dozen connections than one caller may.
pub(crate) async fn patiently<T, F>(mut ask: impl FnMut() -> F) -> Result<T, Refusal>
where
    F: Future<Output = Result<T, Refusal>>,
{
    let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
    loop {
        match ask().await {
            Err(busy) if busy.is_passing() && tokio::time::Instant::now() < deadline => {}
            answer => return answer,
        }
    }
}
