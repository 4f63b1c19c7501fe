//! Weather that is the same every day: made up from the name of the city, so that examples stay true.

use http::Method;
use serde_json::{Value, json};

use super::Call;
use super::reply::{Reply, no_method, not_found, ok};
use super::ticks::{EVENTS_MAX, Ticks};

const CITIES: [(&str, &str, &str, i32); 6] = [
    ("lisbon", "Lisbon", "PT", 21),
    ("oslo", "Oslo", "NO", 6),
    ("nairobi", "Nairobi", "KE", 23),
    ("lima", "Lima", "PE", 18),
    ("osaka", "Osaka", "JP", 16),
    ("montreal", "Montréal", "CA", 4),
];
const SKIES: [&str; 5] = ["clear", "cloudy", "rain", "fog", "clear"];

pub(super) fn answer(call: &Call) -> Result<Reply, Reply> {
    let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
    if call.method != Method::GET {
        return Err(no_method());
    }
    let known = |city: &str| {
        let found = CITIES.iter().find(|row| row.0 == city);
        found
            .map(|row| row.0)
            .ok_or_else(|| not_found("There is no weather for that city."))
    };
    match path.as_slice() {
        ["cities"] => Ok(ok(CITIES
            .iter()
            .map(|(slug, name, country, _)| json!({ "slug": slug, "name": name, "country": country }))
            .collect())),
        ["cities", city, "current"] => Ok(ok(reading(known(city)?, 0))),
        ["cities", city, "forecast"] => {
            let (city, days) = (known(city)?, call.number("days", 3, 7).max(1));
            Ok(ok((1..=days).map(|day| reading(city, day)).collect()))
        }
        ["cities", city, "live"] => {
            let count = call.number("count", EVENTS_MAX, EVENTS_MAX);
            Ok(Reply::Events(Ticks::new(count, "reading", known(city)?, reading)))
        }
        _ => Err(not_found("There is nothing here but weather.")),
    }
}

fn reading(city: &str, number: u64) -> Value {
    let mean = CITIES
        .iter()
        .find(|row| row.0 == city)
        .map_or(15, |row| row.3);
    let seed = city
        .bytes()
        .fold(number * 7, |sum, byte| sum * 31 % 9_973 + u64::from(byte));
    let tenths = i64::from(mean) * 10 + (seed % 61) as i64 - 30;
    json!({
        "city": city,
        "day": number,
        "temperature_c": tenths as f64 / 10.0,
        "humidity_percent": 40 + seed % 50,
        "wind_kmh": (seed % 300) as f64 / 10.0,
        "sky": SKIES[(seed % 5) as usize],
    })
}
