//! The framing corpus, through every road into the gateway and through nginx.

use std::io::Write;
use std::net::TcpStream;

use gatehouse_domain::id::{RouteId, UpstreamId};
use gatehouse_hostile::corpus::{self, Case, Class, Limits};
use gatehouse_hostile::exchange::Wire;
use gatehouse_hostile::judge::Fault;
use gatehouse_hostile::nginx::Nginx;
use gatehouse_hostile::origin::Origin;
use gatehouse_hostile::run::{Dial, Lane, Proxy, Report, run};
use gatehouse_snapshot::object::{Object, Operation};
use uuid::Uuid;

use super::tls::Certificate;
use crate::node::{Start, World};
use crate::objects::{PRODUCTION, configuration, good_key, route, upstream};

pub(super) const LIMITS: Limits = Limits {
    address: 8 * 1024,
    headers: 64,
    header_bytes: 16 * 1024,
    body: 64 * 1024,
};

pub(super) fn lanes() -> Vec<Lane> {
    let lane = |number| Lane {
        prefix: format!("/lane{number}/v1"),
        origin: Origin::start().expect("a backend"),
    };
    (0..8).map(lane).collect()
}

/// A configuration that forwards every lane to its backend.
fn objects(lanes: &[Lane]) -> Vec<Object> {
    let mut objects = configuration(&["http://127.0.0.1:9"]);
    for (lane, number) in lanes.iter().zip(0..) {
        let id = UpstreamId::from_uuid(Uuid::from_u128(900 + number));
        let mut backend = upstream(&[&format!("http://{}", lane.origin.address)]);
        backend.id = id;
        backend.name = format!("lane{number}");
        let mut way = route(PRODUCTION, 100 + number);
        way.id = RouteId::from_uuid(Uuid::from_u128(900 + number));
        way.path.clone_from(&lane.prefix);
        way.upstream = Some(id);
        way.operations = operations();
        objects.push(Object::Upstream(backend));
        objects.push(Object::Route(way));
    }
    objects
}

fn operations() -> Vec<Operation> {
    let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
    let operation = |(method, path): (&str, &str)| Operation {
        key: gatehouse_domain::OperationKey::new(method, path),
        method: method.to_owned(),
        path_template: path.to_owned(),
    };
    let both = |method| [(method, "/{case}"), (method, "/{case}/{rest}")];
    let several = methods.into_iter().flat_map(both).map(operation);
    several.collect()
}

pub(super) fn world(lanes: &[Lane]) -> World {
    let body = LIMITS.body.to_string() + "B";
    let start = Start {
        variables: &[("LIMITS__BODY", &body)],
        ..Start::default()
    };
    World::start(&objects(lanes), &start)
}

fn corpus() -> Vec<Case> {
    let cases = corpus::own().expect("the corpus can be read");
    let of = |class| cases.iter().filter(|case| case.class == class).count();
    assert!(cases.len() >= 300 && of(Class::Refuse) >= 267 && of(Class::Serve) >= 50);
    cases
}

pub(super) fn credential() -> String {
    format!("x-api-key: {}", good_key())
}

/// Nothing at all may be found.
fn assert_clean(report: &Report, road: &str) {
    let lines = report.lines(&[
        Fault::RefusableForwarded,
        Fault::Ambiguous,
        Fault::Smuggled,
        Fault::NotServed,
        Fault::Desync,
        Fault::Content,
        Fault::Status,
        Fault::Hung,
    ]);
    // Figures for whoever reads the log.
    let _ = writeln!(std::io::stdout(), "{road}: {}", report.summary());
    assert!(
        lines.is_empty(),
        "{road}: {}\n{}",
        report.summary(),
        lines[..lines.len().min(100)].join("\n")
    );
}

/// Sends the corpus by the road that `dial` opens.
fn by(dial: &Dial<'_>, lanes: &[Lane]) -> Report {
    let proxy = Proxy {
        dial,
        lanes: lanes.to_vec(),
        credential: credential(),
        limits: LIMITS,
    };
    run(&proxy, &corpus())
}

#[test]
fn no_message_of_the_corpus_is_read_in_two_ways_and_both_tiers_send_the_same_bytes() {
    let lanes = lanes();
    let world = world(&lanes);
    let address = world.node.gateway;
    let strict = || Ok(Box::new(TcpStream::connect(address)?) as Box<dyn Wire>);
    // An empty line before the first request is not of the strict tier's grammar: the general one gets the connection.
    let general = || {
        let mut stream = TcpStream::connect(address)?;
        stream.write_all(b"\r\n")?;
        Ok(Box::new(stream) as Box<dyn Wire>)
    };
    let (strict, general) = (by(&strict, &lanes), by(&general, &lanes));
    assert_clean(&strict, "strict tier");
    assert_clean(&general, "general tier");
    assert_equal(&strict, &general);
}

#[test]
fn the_corpus_means_the_same_inside_tls() {
    let lanes = lanes();
    let plain = world(&lanes);
    let address = plain.node.gateway;
    let strict = || Ok(Box::new(TcpStream::connect(address)?) as Box<dyn Wire>);
    let strict = by(&strict, &lanes);
    let secure = Certificate::make();
    let body = LIMITS.body.to_string() + "B";
    let variables = [
        ("LIMITS__BODY", body.as_str()),
        ("TLS__CERTIFICATE", secure.chain.as_str()),
        ("TLS__KEY", secure.key.as_str()),
    ];
    let start = Start {
        variables: &variables,
        ..Start::default()
    };
    let world = World::start(&objects(&lanes), &start);
    let address = world.node.gateway;
    let tls = || Ok(Box::new(secure.connect(address)?) as Box<dyn Wire>);
    let tls = by(&tls, &lanes);
    assert_clean(&tls, "TLS");
    assert_equal(&strict, &tls);
}

/// What both forwarded must be equal, byte for byte.
fn assert_equal(strict: &Report, general: &Report) {
    let mut compared = 0;
    for (one, other) in strict.verdicts.iter().zip(&general.verdicts) {
        if one.forwarded.is_empty() || other.forwarded.is_empty() {
            continue;
        }
        compared += 1;
        // A request whose body was given up may have been given up before its head left.
        let common = one.forwarded.len().min(other.forwarded.len());
        let mut beyond = one.forwarded[common..]
            .iter()
            .chain(&other.forwarded[common..]);
        assert!(beyond.all(|sent| !sent.whole), "{}", one.name);
        for (one_sent, other_sent) in one.forwarded.iter().zip(&other.forwarded) {
            assert_eq!(one_sent.head, other_sent.head, "{}", one.name);
            assert_eq!(one_sent.whole, other_sent.whole, "{}", one.name);
            // Of a body that was given up, one may have sent more than the other by then.
            let common = one_sent.body.len().min(other_sent.body.len());
            let equal = one_sent.body[..common] == other_sent.body[..common]
                && (!one_sent.whole || one_sent.body.len() == other_sent.body.len());
            assert!(equal, "{}", one.name);
        }
    }
    let _ = writeln!(
        std::io::stdout(),
        "{compared} cases forwarded by both tiers, the bytes equal"
    );
    assert!(compared > 150, "{compared}");
}

#[test]
fn the_judge_finds_what_nginx_lets_through() {
    let Some(program) = Nginx::program() else {
        crate::skipped(
            "the framing corpus against nginx: nginx is not installed (apt install nginx)",
        );
        return;
    };
    let lanes = lanes();
    let nginx = Nginx::start(&program, &lanes).expect("nginx starts");
    let dial = || Ok(Box::new(TcpStream::connect(nginx.address)?) as Box<dyn Wire>);
    let report = by(&dial, &lanes);
    println!("nginx: {}", report.summary());
    assert!(
        report.count(Fault::RefusableForwarded) >= 20
            && report.count(Fault::Ambiguous) >= 1
            && report.of(Class::Serve) - report.count(Fault::NotServed) >= 50,
        "a judge that finds nothing is broken: {}",
        report.summary()
    );
}
