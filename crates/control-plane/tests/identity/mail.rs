//! The mail queue with a server that comes and goes, and without one.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use gatehouse_control_plane::accounts;
use gatehouse_control_plane::mail::{self, Mailer, OutboxAccess, Sent};
use gatehouse_control_plane::{Page, Refusal};
use gatehouse_domain::Role;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;

use crate::world::{World, links, secret, sign_up_of};

type Inbox = Arc<Mutex<Vec<String>>>;

/// Speaks enough SMTP (RFC 5321) to take a mail; answers `rcpt` with a line of the test's choice.
async fn converse(stream: TcpStream, inbox: Inbox, rcpt: &'static str) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 test\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let answer = match verb.as_str() {
            "EHLO" => "250 test",
            "RCPT" => rcpt,
            "DATA" => {
                write.write_all(b"354 go on\r\n").await?;
                let mut body = String::new();
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    body.push_str(&line);
                    body.push('\n');
                }
                inbox.lock().unwrap().push(body);
                "250 taken"
            }
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}

/// A mail server that lives as long as the returned set.
fn serve(listener: TcpListener, rcpt: &'static str) -> (Inbox, JoinSet<()>) {
    let inbox = Inbox::default();
    let mut tasks = JoinSet::new();
    let taken = Arc::clone(&inbox);
    tasks.spawn(async move {
        let mut conversations = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            let inbox = Arc::clone(&taken);
            conversations.spawn(async move { drop(converse(stream, inbox, rcpt).await) });
        }
    });
    (inbox, tasks)
}

fn mailer(address: SocketAddr) -> Mailer {
    let url = secret(&format!("smtp://{address}"));
    Mailer::new(Some(&url), "Gatehouse <gatehouse@portal.example>").unwrap()
}

/// A port at which nobody listens yet, and nobody else can.
fn nobody() -> (TcpSocket, SocketAddr) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

async fn with_a_mail() -> World {
    let world = World::create().await;
    accounts::sign_up(&world.db, world.tenant, sign_up_of("ines@example.com"))
        .await
        .unwrap();
    world
}

#[tokio::test]
async fn a_mail_survives_three_attempts_without_a_server_and_then_arrives_once() {
    let world = with_a_mail().await;
    let (socket, address) = nobody();
    let mailer = mailer(address);
    let failed = Sent {
        failed: 1,
        ..Sent::default()
    };
    for attempt in 1..=3 {
        assert_eq!(
            mail::send_due(&world.db, &mailer, &links()).await.unwrap(),
            failed,
            "{attempt}"
        );
        assert_eq!(
            mail::send_due(&world.db, &mailer, &links()).await.unwrap(),
            Sent::default()
        );
        let waiting = world.mails().await.remove(0);
        assert_eq!(
            (waiting.state.as_str(), waiting.attempts),
            ("pending", attempt)
        );
        assert!(waiting.last_error.is_some());
        world.pass(60);
    }
    let (inbox, _server) = serve(socket.listen(16).unwrap(), "250 ok");
    let token = world.mailed_token("verify_email", "ines@example.com").await;
    let sent = mail::send_due(&world.db, &mailer, &links()).await.unwrap();
    assert_eq!(
        sent,
        Sent {
            sent: 1,
            ..Sent::default()
        }
    );
    world.pass(3600);
    assert_eq!(
        mail::send_due(&world.db, &mailer, &links()).await.unwrap(),
        Sent::default()
    );
    let mails = inbox.lock().unwrap().clone();
    assert_eq!(mails.len(), 1);
    let plain = mails[0].replace("=\n", "").replace("=3D", "=");
    for part in [
        "To: ines@example.com",
        "Subject: Confirm your e-mail address for Northwind",
        "Auto-Submitted: auto-generated",
        "text/plain",
        "text/html",
        &format!("https://portal.example/t/northwind/verify/{token}"),
    ] {
        assert!(plain.contains(part), "{part} in {plain}");
    }
    assert_eq!(
        world
            .count("select count(*) from mail where state = 'sent' and sealed_token is null")
            .await,
        1
    );
    assert!(accounts::verify_email(&world.db, &token).await.is_ok());
}

#[tokio::test]
async fn a_mail_is_given_up_after_a_day_or_when_the_server_says_never() {
    let world = with_a_mail().await;
    let (_socket, address) = nobody();
    let gone = mailer(address);
    world.pass(24 * 3600 - 1);
    assert_eq!(
        mail::send_due(&world.db, &gone, &links())
            .await
            .unwrap()
            .failed,
        1
    );
    world.pass(1800);
    assert_eq!(
        mail::send_due(&world.db, &gone, &links())
            .await
            .unwrap()
            .dead,
        1
    );
    world.pass(3600);
    assert_eq!(
        mail::send_due(&world.db, &gone, &links()).await.unwrap(),
        Sent::default()
    );

    accounts::sign_up(&world.db, world.tenant, sign_up_of("refused@example.com"))
        .await
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let refusing = mailer(listener.local_addr().unwrap());
    let (inbox, _server) = serve(listener, "550 no such person");
    assert_eq!(
        mail::send_due(&world.db, &refusing, &links())
            .await
            .unwrap()
            .dead,
        1
    );
    assert!(inbox.lock().unwrap().is_empty());
    let dead = world.mails().await.remove(0);
    assert_eq!(dead.state, "dead");
    assert!(dead.last_error.unwrap().contains("no such person"));
}

#[tokio::test]
async fn two_senders_send_each_mail_once() {
    let world = World::create().await;
    for _ in 0..10 {
        accounts::request_password_reset(&world.db, world.tenant, "owner@northwind.example")
            .await
            .unwrap();
        world.pass(3601);
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mailer = mailer(listener.local_addr().unwrap());
    let (inbox, _server) = serve(listener, "250 ok");
    let links = links();
    let (one, two) = tokio::join!(
        mail::send_due(&world.db, &mailer, &links),
        mail::send_due(&world.db, &mailer, &links),
    );
    assert_eq!(one.unwrap().sent + two.unwrap().sent, 10);
    assert_eq!(inbox.lock().unwrap().len(), 10);
}

#[tokio::test]
async fn without_a_server_mails_are_held_and_only_the_demo_shows_their_links() {
    let world = with_a_mail().await;
    let sent = mail::send_due(&world.db, &Mailer::Held, &links())
        .await
        .unwrap();
    assert_eq!(
        sent,
        Sent {
            held: 1,
            ..Sent::default()
        }
    );
    let held = world.mails().await.remove(0);
    assert_eq!(
        (held.state.as_str(), held.to_address.as_str()),
        ("held", "ines@example.com")
    );
    assert!(
        accounts::verify_email(
            &world.db,
            &world.mailed_token("verify_email", "ines@example.com").await
        )
        .await
        .is_ok()
    );

    let page = Page::default();
    let owner = world.owner().await;
    let listed = mail::list_mail(&world.db, &owner, &links(), OutboxAccess::Managed, &page).await;
    let body = listed.unwrap().data.remove(0).body_text;
    assert!(
        body.contains("https://portal.example/t/northwind/verify/…"),
        "{body}"
    );
    let publisher = world
        .actor(world.member("Pat", &[Role::Publisher]).await)
        .await;
    let refused = mail::list_mail(
        &world.db,
        &publisher,
        &links(),
        OutboxAccess::Managed,
        &page,
    )
    .await;
    assert!(matches!(refused, Err(Refusal::Forbidden(_))), "{refused:?}");
}

#[tokio::test]
async fn a_dump_of_the_database_holds_no_token_and_no_password() {
    let world = with_a_mail().await;
    let token = world.mailed_token("verify_email", "ines@example.com").await;
    let mut connection =
        <sqlx::PgConnection as sqlx::Connection>::connect(&world.test_db.superuser_url())
            .await
            .unwrap();
    for table in [
        "mail",
        "user_token",
        "app_user",
        "outbox",
        "audit_log",
        "attempt",
    ] {
        let statement =
            format!("select count(*) from {table} t where t::text like $1 or t::text like $2");
        let found: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(statement))
            .bind(format!("%{token}%"))
            .bind(format!("%{}%", crate::world::PASSWORD))
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert_eq!(found, 0, "{table}");
    }
}
