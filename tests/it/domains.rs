//! A tenant's own domains: which host leads where, and what it is served with, at real gateways.

use std::io;
use std::net::SocketAddr;
use std::path::Path;

use gatehouse_harness::callers::{CiToken, Cli};
use gatehouse_harness::certificates::{Authority, Issued, Opened, TlsClient};
use gatehouse_harness::wait::PATIENCE;
use gatehouse_harness::{Answer, Role, StackPlan, TestStack, TestUpstream, eventually};
use http::header::IF_NONE_MATCH;
use http::{HeaderMap, HeaderValue, Method};
use serde_json::{Value, json};

use crate::GATEHOUSE;
use crate::at_rest::{files, hex, holds, rows, tables};

const ONE: &str = "api.one.test";
const TWO: &str = "api.two.test";
const PETS: &str = "/petstore/v1/pets";

/// How what is asked for is asked for.
enum Road {
    Rest(CiToken),
    CommandLine(Cli),
}

impl Road {
    async fn environment(&self, environment: &str, host: &str) {
        match self {
            Self::Rest(token) => {
                let path = format!("/v1/environments/{environment}");
                let set = token.patch(&path, &json!({ "host": host })).await;
                assert_eq!(set.assert_status(200).json()["host"], host);
            }
            Self::CommandLine(cli) => {
                let set = cli
                    .json(&["environment", "update", environment, "--host", host])
                    .await;
                assert_eq!(set["host"], host);
            }
        }
    }

    /// Puts a certificate, and waits until every gateway has it.
    async fn certificate(&self, name: &str, issued: &Issued, folder: &Path) -> Value {
        match self {
            Self::Rest(token) => {
                let put = put(token, name, issued).await;
                put.assert_ok();
                token.wait_in_force(&put).await;
                put.json()
            }
            Self::CommandLine(cli) => {
                let (chain, key) = (folder.join("chain.pem"), folder.join("key.pem"));
                std::fs::write(&chain, &issued.chain).unwrap();
                std::fs::write(&key, &issued.key).unwrap();
                let [chain, key] = [chain, key].map(|path| path.display().to_string());
                let args = ["certificate", "put", name, "--chain", &chain, "--key", &key];
                let put = cli.json(&args).await;
                let change = put["change_id"].as_str().unwrap();
                cli.done(&["change", "watch", change]).await;
                put
            }
        }
    }
}

/// A new certificate, or a renewed one over what is there.
async fn put(token: &CiToken, name: &str, issued: &Issued) -> Answer {
    let path = format!("/v1/certificates/{name}");
    let body = json!({ "chain": issued.chain, "key": issued.key });
    if token.get(&path).await.status == 200 {
        return token.put(&path, &body).await;
    }
    let mut headers = HeaderMap::new();
    headers.insert(IF_NONE_MATCH, HeaderValue::from_static("*"));
    token.send(Method::PUT, &path, headers, Some(&body)).await
}

fn address(stack: &TestStack) -> SocketAddr {
    let url = stack.gateway_url(0);
    url.trim_start_matches("http://").parse().unwrap()
}

/// A gateway that speaks TLS; with a certificate of its own where one is given.
async fn start(own: Option<(&Issued, &Path)>) -> TestStack {
    let mut plan = StackPlan::of(GATEHOUSE).setting("GATEHOUSE_GATEWAY__TLS__ENABLED", "true");
    if let Some((own, folder)) = own {
        for (setting, text) in [("CERTIFICATE", &own.chain), ("KEY", &own.key)] {
            let path = folder.join(setting);
            std::fs::write(&path, text).unwrap();
            let name = format!("GATEHOUSE_GATEWAY__TLS__{setting}");
            plan = plan.setting(&name, path.to_str().unwrap());
        }
    }
    TestStack::start(plan).await
}

/// The alert that a handshake ended with.
fn alert(opened: io::Result<Opened>) -> String {
    match opened {
        Ok(opened) => panic!("served with {} bytes", opened.leaf.len()),
        Err(error) => error.to_string(),
    }
}

/// Two domains, each with a certificate, each leading to another base path.
async fn two_domains(stack: &TestStack, road: &Road, root: &CiToken) {
    let folder = tempfile::tempdir().unwrap();
    let upstream = TestUpstream::start().await;
    root.offer_petstore("petstore", &upstream.url()).await;
    let live = root
        .grant("acme", "Live", "petstore", "open", "production")
        .await;
    let test = root
        .grant("acme", "Test", "petstore", "open", "sandbox")
        .await;
    let authority = Authority::default();
    let client = TlsClient::trusting(&[&authority]);
    let (one, two) = (
        authority.issue(&[ONE, "www.one.test"]),
        authority.issue(&["*.two.test"]),
    );
    road.environment("production", ONE).await;
    road.environment("sandbox", TWO).await;
    let put = road.certificate("one", &one, folder.path()).await;
    assert_eq!(put["hosts"], json!([ONE, "www.one.test"]));
    assert_eq!(put["environments"][0]["slug"], "production");
    let put = road.certificate("two", &two, folder.path()).await;
    assert_eq!(put["environments"][0]["slug"], "sandbox");
    assert_eq!(put["environments"].as_array().unwrap().len(), 1);

    let at = address(stack);
    let mut first = client.open(at, ONE).await.unwrap();
    assert!(
        first.leaf == one.leaf,
        "the certificate of the first domain"
    );
    let mut second = client.open(at, TWO).await.unwrap();
    assert!(
        second.leaf == two.leaf,
        "the certificate of the second domain"
    );
    let sandbox = format!("/sandbox{PETS}");
    let (live, test) = (live.consumer.key(), test.consumer.key());
    first.get(ONE, PETS, live).await.assert_status(200);
    second.get(TWO, &sandbox, test).await.assert_status(200);
    assert_eq!(upstream.count(), 2);
    // Each leads to its own base path, and not to the other's.
    first
        .get(ONE, &sandbox, test)
        .await
        .assert_problem(404, "no_route");
    second
        .get(TWO, PETS, live)
        .await
        .assert_problem(404, "no_route");
}

#[tokio::test]
async fn two_domains_with_their_own_certificates_lead_to_different_base_paths() {
    let stack = start(None).await;
    let root = stack.first_tenant().root().await;
    two_domains(&stack, &Road::Rest(root.clone()), &root).await;

    // A name of a certificate that no environment has is nobody's, and so is any other; the alert says so.
    let client = TlsClient::trusting(&[]);
    for name in ["www.one.test", "other.two.test", "two.test", "unknown.test"] {
        let alert = alert(client.open(address(&stack), name).await);
        assert!(alert.contains("UnrecognisedName"), "{name}: {alert}");
    }
    let nameless = TlsClient::saying_no_name(&[]);
    let alert = alert(nameless.open(address(&stack), ONE).await);
    assert!(alert.contains("MissingExtension"), "{alert}");
}

#[tokio::test]
async fn two_domains_are_set_up_from_the_command_line_beside_a_certificate_of_the_gateway() {
    let (authority, folder) = (Authority::default(), tempfile::tempdir().unwrap());
    let own = authority.issue(&["gateway.test"]);
    let stack = start(Some((&own, folder.path()))).await;
    let root = stack.first_tenant().root().await;
    let cli = Cli::new(&stack, root.clone());
    two_domains(&stack, &Road::CommandLine(cli.clone()), &root).await;

    let client = TlsClient::trusting(&[&authority]);
    let opened = client.open(address(&stack), "gateway.test").await.unwrap();
    assert!(opened.leaf == own.leaf, "every other name is the gateway's");
    // Its names are everybody's: nobody takes them over with an environment and a certificate.
    let (grabber, files) = (Authority::default(), tempfile::tempdir().unwrap());
    let road = Road::CommandLine(cli.clone());
    road.environment("sandbox", "gateway.test").await;
    let grab = grabber.issue(&["gateway.test"]);
    road.certificate("grab", &grab, files.path()).await;
    let opened = client.open(address(&stack), "gateway.test").await.unwrap();
    assert!(opened.leaf == own.leaf, "still the gateway's own");
    cli.done(&["certificate", "delete", "grab", "--yes"]).await;
    let listed = cli.json(&["certificate", "list"]).await;
    let names: Vec<_> = listed.as_array().unwrap().iter().collect();
    assert_eq!(
        (&names[0]["name"], &names[1]["name"]),
        (&json!("two"), &json!("one"))
    );
    let shown = cli.json(&["certificate", "get", "one"]).await;
    assert_eq!(shown["fingerprint"].as_str().unwrap().len(), 64);

    // What is taken away is served with the gateway's own again.
    let gone = cli.run(&["certificate", "delete", "one", "--yes"]).await;
    gone.assert_success();
    eventually(
        PATIENCE,
        "the gateway's own is served",
        async || match client.open(address(&stack), ONE).await {
            Err(error) if error.to_string().contains("not valid for name") => Ok(()),
            other => Err(format!("{other:?}")),
        },
    )
    .await;
    cli.done(&["environment", "update", "production", "--any-host"])
        .await;
    let shown = cli.json(&["environment", "get", "production"]).await;
    assert_eq!(shown["host"], Value::Null);
    let refused = cli
        .run(&[
            "certificate",
            "put",
            "one",
            "--chain",
            "/nonexistent",
            "--key",
            "-",
        ])
        .await;
    assert!(
        refused.stderr.contains("reading /nonexistent"),
        "{refused:#?}"
    );
}

#[tokio::test]
async fn a_renewal_is_served_without_a_restart_and_open_connections_stay() {
    let stack = start(None).await;
    let root = stack.first_tenant().root().await;
    let upstream = TestUpstream::start().await;
    root.offer_petstore("petstore", &upstream.url()).await;
    let live = root
        .grant("acme", "Live", "petstore", "open", "production")
        .await;
    let key = live.consumer.key();
    let (authority, folder) = (Authority::default(), tempfile::tempdir().unwrap());
    let client = TlsClient::trusting(&[&authority]);
    let road = Road::Rest(root.clone());
    road.environment("production", ONE).await;
    let (before, after) = (authority.issue(&[ONE]), authority.issue(&[ONE]));
    let put = road.certificate("one", &before, folder.path()).await;
    let at = address(&stack);
    let mut open = client.open(at, ONE).await.unwrap();
    open.get(ONE, PETS, key).await.assert_status(200);
    let process = stack.pid(Role::Gateway(0));

    let renewed = road.certificate("one", &after, folder.path()).await;
    assert_eq!(
        (&renewed["id"], &renewed["row_version"]),
        (&put["id"], &json!(2))
    );
    let mut fresh = client.open(at, ONE).await.unwrap();
    assert!(fresh.leaf == after.leaf, "the renewed one is served");
    fresh.get(ONE, PETS, key).await.assert_status(200);
    assert!(open.leaf == before.leaf);
    open.get(ONE, PETS, key).await.assert_status(200);
    assert_eq!(stack.pid(Role::Gateway(0)), process);

    // The same again is no change that gateways hear of.
    let same = self::put(&root, "one", &after).await;
    assert_eq!(same.assert_status(200).json()["change_id"], Value::Null);

    // And it outlives an outage: the gateway starts with nobody else alive, from what it has on disk.
    stack.stop(Role::AdminApi);
    stack.kill9(Role::Gateway(0));
    stack.restart(Role::Gateway(0));
    let mut alone = client.open(at, ONE).await.unwrap();
    assert!(alone.leaf == after.leaf, "from the journal");
    alone.get(ONE, PETS, key).await.assert_status(200);
    shows_no_key(&stack, &[&before, &after]).await;
}

/// Neither the database nor anything on a gateway's disk nor a log shows a private key.
async fn shows_no_key(stack: &TestStack, issued: &[&Issued]) {
    let mut database = stack.sql().await;
    let tables = tables(&mut database).await;
    assert!(tables.contains(&"certificate".to_owned()), "{tables:?}");
    let mut is_kept = false;
    for issued in issued {
        let (secret, public) = (hex(issued.secret()), hex(&issued.leaf[..40]));
        let line = issued.key.lines().nth(1).unwrap();
        for table in &tables {
            for secret in [secret.as_str(), line] {
                assert_eq!(rows(&mut database, table, secret).await, 0, "{table}");
            }
            // Its public half is found in this way, so the private one would be.
            is_kept |= rows(&mut database, table, &public).await > 0;
        }
        for (path, bytes) in files(stack.folder()) {
            for what in [issued.secret(), line.as_bytes(), secret.as_bytes()] {
                assert!(!holds(&bytes, what), "{}", path.display());
            }
        }
    }
    assert!(is_kept, "the chain is in the database");
    let leaf = &issued[issued.len() - 1].leaf;
    let mut on_disk = files(&stack.gateway_folder(0)).into_iter();
    let is_on_disk = on_disk.any(|(_, bytes)| holds(&bytes, leaf));
    assert!(is_on_disk, "the chain is on the gateway's disk");
}

#[tokio::test]
async fn a_domain_serves_its_own_tenant_and_nobody_takes_it_away() {
    let stack = start(None).await;
    let upstream = TestUpstream::start().await;
    let (ours, theirs) = (stack.first_tenant(), stack.tenant("Rival").await);
    let (ours, theirs) = (ours.root().await, theirs.root().await);
    theirs.offer_petstore("petstore", &upstream.url()).await;
    let rival = theirs
        .grant("rival", "App", "petstore", "open", "production")
        .await;
    let (authority, folder) = (Authority::default(), tempfile::tempdir().unwrap());
    let client = TlsClient::trusting(&[&authority]);
    let (us, them) = (Road::Rest(ours.clone()), Road::Rest(theirs.clone()));
    us.environment("production", ONE).await;
    them.environment("production", TWO).await;
    let (one, two) = (authority.issue(&[ONE]), authority.issue(&[TWO]));
    us.certificate("one", &one, folder.path()).await;
    them.certificate("two", &two, folder.path()).await;

    // A certificate for a host of somebody else is kept, and served to nobody; the host itself cannot be taken.
    let grab = authority.issue(&[ONE, "mine.test"]);
    let put = put(&theirs, "grab", &grab).await;
    assert_eq!(put.assert_status(201).json()["environments"], json!([]));
    assert_eq!(put.json()["change_id"], Value::Null, "no gateway gets it");
    let taken = theirs
        .patch("/v1/environments/sandbox", &json!({ "host": ONE }))
        .await;
    let taken = taken.assert_problem(422, "invalid").json();
    assert_eq!(
        (&taken["errors"][0]["pointer"], &taken["errors"][0]["code"]),
        (&json!("/host"), &json!("taken"))
    );
    let at = address(&stack);
    let mut first = client.open(at, ONE).await.unwrap();
    assert!(first.leaf == one.leaf);

    // Over a connection to one tenant's domain nobody else answers.
    let (key, path) = (rival.consumer.key(), format!("/rival{PETS}"));
    let misdirected = first.get(TWO, &path, key).await;
    misdirected.assert_problem(421, "misdirected_request");
    let mut second = client.open(at, TWO).await.unwrap();
    second.get(TWO, &path, key).await.assert_status(200);
    assert_eq!(upstream.count(), 1);
}

#[tokio::test]
async fn files_that_set_both_hosts_at_once_lead_to_one_change_that_adds_up() {
    let stack = start(None).await;
    let root = stack.first_tenant().root().await;
    let cli = Cli::new(&stack, root.clone());
    let (authority, folder) = (Authority::default(), tempfile::tempdir().unwrap());
    let (both, renewed) = (authority.issue(&[ONE, TWO]), authority.issue(&[ONE, TWO]));
    put(&root, "both", &both).await.assert_status(201);
    for (environment, host) in [("production", ONE), ("sandbox", TWO)] {
        let text = format!(
            "apiVersion: gatehouse/v1\nkind: environment\nmetadata:\n  name: {environment}\nspec:\n  host: {host}\n"
        );
        std::fs::write(folder.path().join(format!("{environment}.yaml")), text).unwrap();
    }
    let files = folder.path().display().to_string();
    cli.done(&["apply", &files, "--yes"]).await;
    let (at, client) = (address(&stack), TlsClient::trusting(&[&authority]));
    let is_served = async |host: &str, leaf: &[u8]| {
        let opened = client
            .open(at, host)
            .await
            .map_err(|error| error.to_string())?;
        let is_it = opened.leaf == leaf;
        is_it.then_some(()).ok_or_else(|| "another leaf".to_owned())
    };
    for host in [ONE, TWO] {
        eventually(PATIENCE, "the host is served", async || {
            is_served(host, &both.leaf).await
        })
        .await;
    }
    // What comes after it is taken, too: the change added up.
    let put = put(&root, "both", &renewed).await;
    root.wait_in_force(put.assert_status(200)).await;
    is_served(ONE, &renewed.leaf).await.unwrap();
}
