//! Something between a program and its Postgres that rewrites statements on their way: to see what still holds when a
//! condition is forgotten.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::task::JoinSet;

/// Longest message from a client that is read.
const MESSAGE_BYTES_MAX: usize = 64 << 20;

type Rewrite = fn(&str) -> Option<String>;

/// A proxy for the frontend/backend protocol (version 3.0, `Parse` and `Query` messages) that ends with this value.
pub struct PgRewriter {
    address: SocketAddr,
    rewritten: Arc<Mutex<BTreeSet<String>>>,
    _serving: JoinSet<()>,
}

impl PgRewriter {
    /// In front of the server that `url` names, a Unix socket of this machine. `rewrite` gives the statement to send instead.
    pub async fn start(url: &str, rewrite: Rewrite) -> Self {
        let socket = socket_of(url);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let rewritten = Arc::new(Mutex::new(BTreeSet::new()));
        let kept = Arc::clone(&rewritten);
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let (socket, kept) = (socket.clone(), Arc::clone(&kept));
                connections.spawn(async move {
                    // A connection that ends is the business of the two who had it.
                    let _ = between(client, socket, rewrite, &kept).await;
                });
            }
        });
        Self {
            address,
            rewritten,
            _serving: serving,
        }
    }

    /// The address of the same database and role through this proxy.
    pub fn url(&self, direct: &str) -> String {
        let url: sqlx::postgres::PgConnectOptions = direct.parse().expect("a database address");
        format!(
            "postgres://{}@{}/{}?sslmode=disable",
            url.get_username(),
            self.address,
            url.get_database().unwrap_or_default(),
        )
    }

    /// The statements that were rewritten, as they were before.
    pub fn rewritten(&self) -> BTreeSet<String> {
        self.rewritten
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

fn socket_of(url: &str) -> PathBuf {
    let options: sqlx::postgres::PgConnectOptions = url.parse().expect("a database address");
    let folder = options.get_socket().expect("a Unix socket").clone();
    folder.join(format!(".s.PGSQL.{}", options.get_port()))
}

async fn between(
    client: TcpStream,
    socket: PathBuf,
    rewrite: Rewrite,
    kept: &Mutex<BTreeSet<String>>,
) -> std::io::Result<()> {
    client.set_nodelay(true)?;
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = UnixStream::connect(socket).await?.into_split();
    let forth = async {
        // The start-up message is the only one without a type (protocol §55.7).
        let length = from_client.read_u32().await?;
        pass(
            &mut from_client,
            &mut to_server,
            None,
            length,
            rewrite,
            kept,
        )
        .await?;
        loop {
            let kind = from_client.read_u8().await?;
            let length = from_client.read_u32().await?;
            pass(
                &mut from_client,
                &mut to_server,
                Some(kind),
                length,
                rewrite,
                kept,
            )
            .await?;
        }
    };
    tokio::select! {
        ended = forth => ended,
        ended = copy(&mut from_server, &mut to_client) => ended.map(drop),
    }
}

async fn pass(
    from: &mut (impl AsyncReadExt + Unpin),
    to: &mut (impl AsyncWriteExt + Unpin),
    kind: Option<u8>,
    length: u32,
    rewrite: Rewrite,
    kept: &Mutex<BTreeSet<String>>,
) -> std::io::Result<()> {
    let length = usize::try_from(length)
        .unwrap_or(usize::MAX)
        .saturating_sub(4);
    assert!(length <= MESSAGE_BYTES_MAX, "a message of {length} bytes");
    let mut body = vec![0; length];
    from.read_exact(&mut body).await?;
    if let Some(kind @ (b'P' | b'Q')) = kind
        && let Some(changed) = changed(kind, &body, rewrite, kept)
    {
        body = changed;
    }
    let mut message = Vec::with_capacity(body.len() + 5);
    message.extend(kind);
    message.extend(
        u32::try_from(body.len() + 4)
            .unwrap_or(u32::MAX)
            .to_be_bytes(),
    );
    message.extend(&body);
    to.write_all(&message).await
}

/// `Parse` is a name, a statement and the types of parameters; `Query` a statement alone. Texts end with a zero byte.
fn changed(
    kind: u8,
    body: &[u8],
    rewrite: Rewrite,
    kept: &Mutex<BTreeSet<String>>,
) -> Option<Vec<u8>> {
    let start = if kind == b'P' { zero(body)? + 1 } else { 0 };
    let end = start + zero(&body[start..])?;
    let statement = std::str::from_utf8(&body[start..end]).ok()?;
    let instead = rewrite(statement)?;
    kept.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .insert(statement.to_owned());
    Some([&body[..start], instead.as_bytes(), &body[end..]].concat())
}

fn zero(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|byte| *byte == 0)
}
