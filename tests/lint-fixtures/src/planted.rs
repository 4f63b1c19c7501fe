//! One violation a line; the marker behind it names the lint that must refuse it.

pub fn reachable_by_nobody() {} //~ unreachable_pub

fn clocks() {
    let _ = std::time::SystemTime::now(); //~ clippy::disallowed_methods
    let _ = time::OffsetDateTime::now_utc(); //~ clippy::disallowed_methods
    std::thread::sleep(std::time::Duration::ZERO); //~ clippy::disallowed_methods
}

fn randomness() {
    let _ = rand::rng(); //~ clippy::disallowed_methods
}

fn tasks() {
    drop(tokio::spawn(async {})); //~ clippy::disallowed_methods
    drop(tokio::task::spawn(async {})); //~ clippy::disallowed_methods
}

fn environment() {
    let _ = std::env::var("HOME"); //~ clippy::disallowed_methods
    let _ = std::env::var_os("HOME"); //~ clippy::disallowed_methods
}

fn outbound() {
    let _ = reqwest::Client::new(); //~ clippy::disallowed_methods
}

fn extractors(
    _: axum::Json<u8>,           //~ clippy::disallowed_types
    _: axum::extract::Query<u8>, //~ clippy::disallowed_types
    _: axum::extract::Path<u8>,  //~ clippy::disallowed_types
) {
}

fn prints() {
    println!(); //~ clippy::print_stdout
    eprintln!(); //~ clippy::print_stderr
    dbg!(1); //~ clippy::dbg_macro
}

fn unfinished(number: Option<u8>) {
    number.unwrap(); //~ clippy::unwrap_used
    if number.is_some() {
        todo!() //~ clippy::todo
    }
    unimplemented!() //~ clippy::unimplemented
}

#[allow(dead_code)] //~ clippy::allow_attributes
fn silenced() {}

#[expect(unused_variables)] //~ clippy::allow_attributes_without_reason
fn silenced_without_a_reason() {
    let number = 1;
}

fn unsafe_code(pointer: *const u8) -> u8 {
    unsafe { *pointer } //~ unsafe_code
}

async fn large_future() {
    let buffer = [0u8; 64 * 1024];
    tokio::task::yield_now().await;
    drop(buffer);
}

async fn holds_a_large_future() {
    large_future().await; //~ clippy::large_futures
}

fn passed_by_value(text: String, //~ clippy::needless_pass_by_value
) -> usize {
    text.len()
}

fn forgotten() {
    Err::<(), ()>(()); //~ unused_must_use
}
