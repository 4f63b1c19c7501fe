//! The catalogues: read once, from files that are part of the program.

use crate::{numbers, pseudo};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use gatehouse_domain::Language;
use std::sync::LazyLock;

/// The texts of one room, as they are in both languages.
pub(crate) struct Room {
    #[cfg(test)]
    pub(crate) name: &'static str,
    english: &'static str,
    german: &'static str,
}

impl Room {
    pub(crate) fn source(&self, language: Language) -> &'static str {
        match language {
            Language::English | Language::Pseudo => self.english,
            Language::German => self.german,
        }
    }
}

/// Each room has a file in the folder of every language: one that is missing does not compile.
macro_rules! rooms {
    ($($room:literal),* $(,)?) => {
        pub(crate) const ROOMS: &[Room] = &[$(Room {
            #[cfg(test)]
            name: $room,
            english: include_str!(concat!("../../../languages/en/", $room, ".ftl")),
            german: include_str!(concat!("../../../languages/de/", $room, ".ftl")),
        }),*];
    };
}

rooms![
    "access",
    "account",
    "apis",
    "applications",
    "catalogue",
    "emails",
    "people",
    "policies",
    "reference",
    "refused-access",
    "refused-apis",
    "refused-people",
    "refused-policies",
    "requests",
    "rules",
    "running",
    "settings",
    "shared",
    "shell",
    "sign-in",
    "states",
    "times",
    "words",
];

type Bundle = FluentBundle<FluentResource>;

static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| read(Language::English));
static GERMAN: LazyLock<Bundle> = LazyLock::new(|| read(Language::German));
static PSEUDO: LazyLock<Bundle> = LazyLock::new(|| read(Language::Pseudo));

fn bundle(language: Language) -> &'static Bundle {
    match language {
        Language::English => &ENGLISH,
        Language::German => &GERMAN,
        Language::Pseudo => &PSEUDO,
    }
}

/// The parts of files that can be read: the tests hold that it is all of them.
fn read(language: Language) -> Bundle {
    let plurals = match language {
        Language::English | Language::Pseudo => "en",
        Language::German => "de",
    };
    let mut bundle = Bundle::new_concurrent(vec![plurals.parse().unwrap_or_default()]);
    // The marks are for text of both directions in one line; pages are in languages of one.
    bundle.set_use_isolating(false);
    match language {
        Language::English => bundle.set_formatter(Some(numbers::in_english)),
        Language::German => bundle.set_formatter(Some(numbers::in_german)),
        Language::Pseudo => {
            bundle.set_formatter(Some(numbers::in_english));
            bundle.set_transform(Some(pseudo::accented));
        }
    }
    for room in ROOMS {
        let resource = FluentResource::try_new(room.source(language).to_owned());
        let resource = resource.unwrap_or_else(|(resource, _)| resource);
        if let Err(faults) = bundle.add_resource(resource) {
            tracing::error!(?faults, %language, "a catalogue has a text twice");
        }
    }
    bundle
}

/// A text with its places filled, in a language or else in English; `None` when no catalogue has it.
pub(crate) fn written(key: &str, places: &FluentArgs<'_>, language: Language) -> Option<String> {
    in_one(key, places, language).or_else(|| in_one(key, places, Language::English))
}

fn in_one(key: &str, places: &FluentArgs<'_>, language: Language) -> Option<String> {
    let bundle = bundle(language);
    let message = bundle.get_message(key)?;
    let pattern = message.value()?;
    let mut text = String::new();
    let mut faults = Vec::new();
    let written = bundle.write_pattern(&mut text, pattern, Some(places), &mut faults);
    if written.is_err() || !faults.is_empty() {
        tracing::warn!(key, ?faults, "a text is said with places missing");
    }
    Some(text)
}
