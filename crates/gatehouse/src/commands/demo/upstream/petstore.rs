//! The petstore. One backend for every version: what version 3 calls `state` is there beside the `status` of the others.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::Call;
use super::reply::{Reply, no_method, not_found, ok, problem};
use super::ticks::{EVENTS_MAX, Ticks};

/// Pets at once; one more is refused.
const PETS_MAX: usize = 1_000;
const STATES: [&str; 4] = ["available", "pending", "sold", "archived"];

#[derive(Debug, Clone)]
struct Pet {
    id: u64,
    name: String,
    species: String,
    state: &'static str,
    born: Option<String>,
    tags: Vec<String>,
}

/// The pets.
pub(super) struct Store {
    pets: Vec<Pet>,
    next: u64,
}

impl Default for Store {
    fn default() -> Self {
        let pets: Vec<Pet> = FIRST_PETS
            .iter()
            .zip(1..)
            .map(|((name, species, state, born, tags), id)| Pet {
                id,
                name: (*name).to_owned(),
                species: (*species).to_owned(),
                state,
                born: Some((*born).to_owned()),
                tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            })
            .collect();
        Self {
            next: pets.len() as u64 + 1,
            pets,
        }
    }
}

type FirstPet = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
);

const FIRST_PETS: [FirstPet; 12] = [
    (
        "Rex",
        "dog",
        "available",
        "2023-04-11",
        &["friendly", "house-trained"],
    ),
    ("Bella", "cat", "available", "2024-02-01", &["calm"]),
    ("Coco", "parrot", "available", "2019-07-19", &["talks"]),
    ("Luna", "dog", "pending", "2022-09-30", &["energetic"]),
    ("Milo", "cat", "sold", "2021-12-24", &[]),
    ("Nibbles", "rabbit", "available", "2025-03-02", &["shy"]),
    ("Otto", "dog", "available", "2020-05-05", &["old", "gentle"]),
    ("Pixel", "gecko", "available", "2024-08-14", &["nocturnal"]),
    ("Ruby", "cat", "pending", "2023-01-07", &["indoor"]),
    ("Shadow", "ferret", "available", "2024-11-23", &["quick"]),
    ("Tilly", "hamster", "sold", "2025-06-30", &[]),
    ("Ziggy", "dog", "available", "2025-01-15", &["puppy"]),
];

impl Store {
    pub(super) fn answer(&mut self, call: &Call) -> Result<Reply, Reply> {
        let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
        match (&call.method, path.as_slice()) {
            (&Method::GET, ["pets"]) => Ok(self.list(call)),
            (&Method::POST, ["pets"]) => self.add(call),
            (&Method::GET, ["inventory"]) => Ok(self.inventory()),
            (&Method::GET, ["events"]) => Ok(Reply::Events(Ticks::new(
                call.number("count", EVENTS_MAX, EVENTS_MAX),
                "pet.viewed",
                "",
                |_, number| json!({ "pet": number % 12 + 1 }),
            ))),
            (&Method::GET, ["reports", "yearly"]) => Ok(ok(
                json!({ "year": 2026, "adopted": 412, "revenue_cents": 1_845_000 }),
            )),
            (method, ["pets", id, rest @ ..]) => self.one(call, method, id, rest),
            (_, ["pets" | "inventory" | "events"]) => Err(no_method()),
            _ => Err(not_found("The store has no such thing.")),
        }
    }

    fn one(
        &mut self,
        call: &Call,
        method: &Method,
        id: &str,
        rest: &[&str],
    ) -> Result<Reply, Reply> {
        let place = self.pets.iter().position(|pet| pet.id.to_string() == id);
        let place = place.ok_or_else(|| unknown(id))?;
        match (method, rest) {
            (&Method::GET, []) => Ok(ok(show(&self.pets[place]))),
            (&Method::PATCH, []) => self.change(call, place),
            (&Method::DELETE, []) => {
                self.pets.remove(place);
                Ok(Reply::Empty)
            }
            (&Method::GET, ["photos"]) => Ok(ok(photos(self.pets[place].id))),
            (&Method::POST, ["adoption"]) => self.adopt(call, place),
            (_, [] | ["photos" | "adoption"]) => Err(no_method()),
            _ => Err(not_found("The store has no such thing.")),
        }
    }

    fn list(&self, call: &Call) -> Reply {
        let given = |names: [&str; 2]| names.iter().find_map(|name| call.query.get(*name)).cloned();
        let (state, species) = (given(["status", "state"]), given(["species", "kind"]));
        let matching = self.pets.iter().filter(|pet| {
            state.as_ref().is_none_or(|state| pet.state == state)
                && species
                    .as_ref()
                    .is_none_or(|species| &pet.species == species)
                && call
                    .query
                    .get("tag")
                    .is_none_or(|tag| pet.tags.contains(tag))
        });
        let limit = usize::try_from(call.number("limit", 20, 100).max(1)).unwrap_or(20);
        let after = call.number("after", 0, u64::MAX);
        let mut page: Vec<&Pet> = matching
            .filter(|pet| pet.id > after)
            .take(limit + 1)
            .collect();
        let more = page.len() > limit;
        page.truncate(limit);
        let next = page.last().filter(|_| more).map(|pet| pet.id);
        let data: Vec<Value> = page.into_iter().map(show).collect();
        ok(json!({ "data": data, "next": next }))
    }

    fn add(&mut self, call: &Call) -> Result<Reply, Reply> {
        let given = call.object()?;
        if self.pets.len() >= PETS_MAX {
            return Err(problem(StatusCode::CONFLICT, "The store is full."));
        }
        let text = |name: &str| given.get(name).and_then(Value::as_str).map(str::to_owned);
        let name = text("name").filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| bad("Give the pet a `name`."))?;
        // Version 1 does not ask for it.
        let species = text("species").unwrap_or_else(|| "unknown".to_owned());
        let pet = Pet {
            id: self.next,
            name,
            species,
            state: "available",
            born: text("born"),
            tags: tags_of(given.get("tags")),
        };
        self.next += 1;
        let shown = show(&pet);
        let location = format!("pets/{}", pet.id);
        self.pets.push(pet);
        Ok(Reply::Created(location, shown))
    }

    fn change(&mut self, call: &Call, place: usize) -> Result<Reply, Reply> {
        let given = call.object()?;
        let pet = &mut self.pets[place];
        if let Some(state) = given.get("status").or_else(|| given.get("state")) {
            let known = STATES
                .into_iter()
                .find(|known| state.as_str() == Some(known));
            pet.state = known.ok_or_else(|| bad("Use a `status` the store knows."))?;
        }
        if let Some(name) = given.get("name") {
            let name = name.as_str().filter(|name| !name.is_empty());
            pet.name = name
                .ok_or_else(|| bad("Give the pet a `name`."))?
                .to_owned();
        }
        if given.contains_key("tags") {
            pet.tags = tags_of(given.get("tags"));
        }
        Ok(ok(show(pet)))
    }

    fn adopt(&mut self, call: &Call, place: usize) -> Result<Reply, Reply> {
        let given = call.object()?;
        let pet = &mut self.pets[place];
        if !given.contains_key("email") {
            return Err(bad("Say by which `email` we can answer."));
        }
        if pet.state != "available" {
            return Err(problem(
                StatusCode::CONFLICT,
                &format!("{} is {}.", pet.name, pet.state),
            ));
        }
        pet.state = "pending";
        Ok(Reply::Json(
            StatusCode::ACCEPTED,
            json!({ "pet": pet.id, "state": "requested" }),
        ))
    }

    fn inventory(&self) -> Reply {
        let count = |state: &str| self.pets.iter().filter(|pet| pet.state == state).count();
        ok(STATES[..3]
            .iter()
            .map(|state| ((*state).to_owned(), json!(count(state))))
            .collect())
    }
}

fn show(pet: &Pet) -> Value {
    json!({
        "id": pet.id,
        "name": pet.name,
        "species": pet.species,
        "status": pet.state,
        "state": pet.state,
        "born": pet.born,
        "tags": pet.tags,
    })
}

fn tags_of(given: Option<&Value>) -> Vec<String> {
    let tags = given.and_then(Value::as_array).into_iter().flatten();
    tags.filter_map(Value::as_str)
        .take(20)
        .map(|tag| tag.chars().take(40).collect())
        .collect()
}

fn photos(id: u64) -> Value {
    let photo = |number: u64| {
        let url = format!("https://photos.acme.example/pets/{id}/{number}.jpg");
        json!({ "url": url, "width": 1600, "height": 1200 })
    };
    (1..=id % 3 + 1).rev().map(photo).collect()
}

fn unknown(id: &str) -> Reply {
    not_found(&format!(
        "There is no pet {}.",
        id.chars().take(20).collect::<String>()
    ))
}

fn bad(detail: &str) -> Reply {
    problem(StatusCode::BAD_REQUEST, detail)
}
