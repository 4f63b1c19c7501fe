//! Numbers as a language writes them.

use fluent_bundle::FluentValue;
use gatehouse_domain::Language;

/// Groups thousands: 1,234,567 in English, 1.234.567 in German.
pub fn grouped(value: i128, language: Language) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if value < 0 {
        shown.push('-');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(match language {
                Language::English | Language::Pseudo => ',',
                Language::German => '.',
            });
        }
        shown.push(digit);
    }
    shown
}

/// What stands in a place of a text, between the marks by which [`crate::pieces`] tells it from the text around it.
pub(crate) const BEGIN: char = '\u{e000}';
pub(crate) const END: char = '\u{e001}';

fn placed(value: &FluentValue<'_>, language: Language) -> Option<String> {
    let shown = match value {
        FluentValue::String(text) => text.replace([BEGIN, END], ""),
        // Places are given whole numbers only.
        FluentValue::Number(number) => grouped(number.value as i128, language),
        FluentValue::Custom(_) | FluentValue::None | FluentValue::Error => return None,
    };
    Some(format!("{BEGIN}{shown}{END}"))
}

/// For the bundle of English, and of what is made of it.
pub(crate) fn in_english<M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    placed(value, Language::English)
}

/// For the bundle of German.
pub(crate) fn in_german<M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    placed(value, Language::German)
}
