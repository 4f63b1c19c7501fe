//! Messages made from the corpus by chance, through the whole gateway: what it forwards has one reading, and is never more
//! than an independent strict reader finds in what was sent.

use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use gatehouse_hostile::corpus::{self, Class, Expected, Fill, Step};
use gatehouse_hostile::exchange::play_with;
use gatehouse_hostile::fuzz::fuzz;
use gatehouse_hostile::judge::{ambiguity, strict};
use gatehouse_hostile::run::Lane;

use super::framing::{LIMITS, credential, lanes, world};

/// Inputs of each lane in the suite.
const INPUTS: u64 = 120;
/// A silence after which a client leaves.
const QUIET: Duration = Duration::from_millis(40);
/// The same where something was found: an answer that is still to come has the time.
const PATIENT: Duration = Duration::from_secs(2);

/// Pieces of the grammar, good and bad.
const TOKENS: [&[u8]; 24] = [
    b"\r\n",
    b"\n",
    b"\r",
    b"\0",
    b" ",
    b"\t",
    b":",
    b"\r\n\r\n",
    b"0\r\n\r\n",
    b"Content-Length: 3\r\n",
    b"Content-Length: 0\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"transfer-encoding: x\r\n",
    b"Host: b\r\n",
    b"Connection: close\r\n",
    b"Connection: host, content-length\r\n",
    b"Expect: 100-continue\r\n",
    b"Upgrade: websocket\r\n",
    b"x_y: z\r\n",
    b";ext=\"",
    b"ffffffffffffffff",
    b"%2e%2e/",
    b"#",
    b"HTTP/1.0",
];

#[test]
fn fuzz_http_head_and_chunked_body_through_the_whole_gateway() {
    let lanes = lanes();
    let world = world(&lanes);
    let address = world.node.gateway;
    let cases = corpus::own().expect("the corpus can be read");
    let inputs: u64 = std::thread::scope(|scope| {
        let one = |lane| {
            let cases = &cases;
            scope.spawn(move || one_lane(lane, address, cases))
        };
        let lanes: Vec<_> = lanes.iter().map(one).collect();
        lanes
            .into_iter()
            .map(|lane| lane.join().expect("no input fails"))
            .sum()
    });
    assert!(inputs >= INPUTS);
    assert_eq!(
        world.get("/petstore/v1/nothing").status,
        404,
        "it still answers"
    );
}

fn one_lane(lane: &Lane, address: SocketAddr, cases: &[corpus::Case]) -> u64 {
    let fill = Fill {
        prefix: lane.prefix.clone(),
        credential: credential(),
        limits: LIMITS,
    };
    // Good messages most of all: a fault alone in a good message is what parsers differ on.
    let good = cases.iter().filter(|case| case.class != Class::Refuse);
    let bytes = |case: &corpus::Case| {
        let steps = case.script.steps(&fill);
        let written = steps.into_iter().filter_map(|step| match step {
            Step::Write(bytes) => Some(bytes),
            Step::Pause | Step::Close => None,
        });
        written.flatten().collect::<Vec<u8>>()
    };
    let seeds: Vec<Vec<u8>> = good
        .map(bytes)
        .filter(|bytes| bytes.len() < 4_000)
        .collect();
    let seeds: Vec<&[u8]> = seeds.iter().map(Vec::as_slice).collect();
    fuzz(&format!("http {}", lane.prefix), INPUTS, |random| {
        let input = random.mutate(&seeds, &TOKENS);
        // What a busy machine sends on late looks like more of the next input: a fault of the gateway shows every time.
        let quiets = [QUIET, PATIENT, PATIENT];
        let mut faults = quiets
            .iter()
            .map_while(|quiet| fault(lane, address, &input, *quiet));
        if let Some(fault) = faults.nth(quiets.len() - 1) {
            panic!("{:?} {fault}", String::from_utf8_lossy(&input));
        }
    })
}

/// What was wrong with what the gateway made of an input whose client leaves after so long a silence.
fn fault(lane: &Lane, address: SocketAddr, input: &[u8], quiet: Duration) -> Option<String> {
    let expected = [Expected {
        statuses: Vec::new(),
        may_close: true,
        head_only: false,
    }];
    let mark = lane.origin.mark();
    let mut stream = TcpStream::connect(address).expect("the gateway listens");
    let steps = [Step::Write(input.to_vec())];
    play_with(&mut stream, &steps, &expected, quiet).expect("an end");
    let segments = lane.origin.settled(&mark, Duration::from_secs(3));
    let mut forwarded = 0;
    for segment in &segments {
        if let Some(found) = ambiguity(&segment.bytes) {
            let bytes = String::from_utf8_lossy(&segment.bytes);
            return Some(format!("became {bytes:?}: {found:?}"));
        }
        let messages = strict(&segment.bytes).messages;
        forwarded += messages.iter().filter(|message| message.whole).count();
    }
    let read = strict(input).messages;
    let read = read.iter().filter(|message| message.whole).count();
    (forwarded > read).then(|| format!("became {forwarded} of {read}"))
}
