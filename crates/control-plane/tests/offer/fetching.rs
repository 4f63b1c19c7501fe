//! Descriptions that are fetched: through the guard that webhooks pass, and every fault at the field that names the address.

use gatehouse_control_plane::Refusal;
use gatehouse_control_plane::publishing::{
    DescriptionFetch, FETCH_TIMEOUT, REDIRECTS_MAX, Source, URL_LENGTH_MAX,
};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// Bytes a description may have here.
const BYTES_MAX: usize = 1024;

/// A server that answers by path; gives its address.
async fn serve(tasks: &mut JoinSet<()>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tasks.spawn(async move {
        let mut hanging = Vec::new();
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut request = vec![0; 4096];
            let read = socket.read(&mut request).await.unwrap_or_default();
            let head = String::from_utf8_lossy(&request[..read]).into_owned();
            let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
            let answer = match path.split('?').next().unwrap_or_default() {
                "/ok" => answer("200 OK", 20),
                "/nearly" => answer("200 OK", BYTES_MAX - 1),
                "/full" => answer("200 OK", BYTES_MAX),
                "/over" => answer("200 OK", BYTES_MAX + 1),
                "/lost" => answer("302 Found", 0),
                "/inside" => answer("302 Found\r\nlocation: http://10.0.0.1/ok", 0),
                "/user" => answer("302 Found\r\nlocation: http://user:word@127.0.0.1/", 0),
                "/to" => {
                    let left: usize = path.split("left=").nth(1).unwrap().parse().unwrap();
                    let next = match left {
                        1 => "/ok".to_owned(),
                        _ => format!("/to?left={}", left - 1),
                    };
                    answer(&format!("302 Found\r\nlocation: {next}"), 0)
                }
                "/never" => {
                    hanging.push(socket);
                    continue;
                }
                _ => answer("404 Not Found", 0),
            };
            let _ = socket.write_all(answer.as_bytes()).await;
        }
    });
    format!("http://{address}")
}

fn answer(status: &str, bytes: usize) -> String {
    let body = "x".repeat(bytes);
    format!("HTTP/1.1 {status}\r\ncontent-length: {bytes}\r\nconnection: close\r\n\r\n{body}")
}

fn fault(answer: Result<bytes::Bytes, Refusal>) -> (&'static str, String) {
    match answer {
        Err(Refusal::Invalid(faults)) => {
            assert_eq!((faults.len(), faults[0].pointer.as_str()), (1, "/url"));
            (faults[0].code, faults[0].detail.clone())
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_an_address_answers_is_fetched_within_bounds_or_refused_at_its_field() {
    let mut tasks = JoinSet::new();
    let base = serve(&mut tasks).await;
    let open = vec!["127.0.0.0/8".parse().unwrap()];
    let fetch = DescriptionFetch::new(open, BYTES_MAX, FETCH_TIMEOUT).unwrap();
    let get = async |path: &str| fetch.get(&format!("{base}{path}")).await;
    assert_eq!(get("/ok").await.unwrap().len(), 20);
    assert_eq!(get("/nearly").await.unwrap().len(), BYTES_MAX - 1);
    assert_eq!(get("/full").await.unwrap().len(), BYTES_MAX);
    assert_eq!(fault(get("/over").await).0, "too_large");
    let (code, words) = fault(get("/gone").await);
    assert!(code == "not_fetched" && words.contains("404"), "{words}");
    let long = |length: usize| format!("{base}/ok?{}", "x".repeat(length - base.len() - 4));
    for length in [URL_LENGTH_MAX - 1, URL_LENGTH_MAX] {
        assert_eq!(fetch.get(&long(length)).await.unwrap().len(), 20);
    }
    let over = fetch.get(&long(URL_LENGTH_MAX + 1)).await;
    assert_eq!(fault(over).0, "too_long");
}

#[tokio::test]
async fn an_address_may_lead_on_five_times_and_never_to_where_it_could_not_have_begun() {
    let mut tasks = JoinSet::new();
    let base = serve(&mut tasks).await;
    let open = vec!["127.0.0.0/8".parse().unwrap()];
    let fetch = DescriptionFetch::new(open, BYTES_MAX, FETCH_TIMEOUT).unwrap();
    let get = async |path: &str| fetch.get(&format!("{base}{path}")).await;
    for left in [REDIRECTS_MAX - 1, REDIRECTS_MAX] {
        let reached = get(&format!("/to?left={left}")).await;
        assert_eq!(reached.unwrap().len(), 20, "{left}");
    }
    let more = format!("/to?left={}", REDIRECTS_MAX + 1);
    for (path, code) in [
        (more.as_str(), "redirect"),
        ("/lost", "redirect"),
        ("/inside", "not_allowed"),
        ("/user", "not_allowed"),
    ] {
        assert_eq!(fault(get(path).await).0, code, "{path}");
    }
}

#[tokio::test]
async fn what_does_not_come_in_time_is_given_up() {
    let mut tasks = JoinSet::new();
    let base = serve(&mut tasks).await;
    let open = vec!["127.0.0.0/8".parse().unwrap()];
    let hasty = DescriptionFetch::new(open, BYTES_MAX, Duration::from_millis(200)).unwrap();
    assert_eq!(
        fault(hasty.get(&format!("{base}/never")).await).0,
        "too_slow"
    );
}

#[tokio::test]
async fn what_only_this_machine_reaches_is_not_fetched() {
    let mut tasks = JoinSet::new();
    let base = serve(&mut tasks).await;
    let guarded = DescriptionFetch::new(Vec::new(), BYTES_MAX, FETCH_TIMEOUT).unwrap();
    let port = base.rsplit(':').next().unwrap().to_owned();
    for url in [
        format!("{base}/ok"),
        format!("http://localhost:{port}/ok"),
        format!("http://[::1]:{port}/ok"),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "http://2130706433/ok".to_owned(),
        "http://user:word@example.com/".to_owned(),
        "file:///etc/passwd".to_owned(),
        "petstore.yaml".to_owned(),
        String::new(),
    ] {
        let (code, _) = fault(guarded.get(&url).await);
        assert_eq!(code, "not_allowed", "{url}");
    }
}

#[test]
fn what_may_be_a_secret_in_an_address_is_not_kept() {
    let source = Source::default().fetched_from("https://specs.example/pets.yaml?token=canary#x");
    let kept = source.url.unwrap();
    assert_eq!(kept, "https://specs.example/pets.yaml");
    let long = Source::default().fetched_from(&"x".repeat(400));
    assert_eq!(long.url.unwrap().len(), 300);
}
