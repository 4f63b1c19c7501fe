//! English that can be told from text which never was in a catalogue, and still be read.

use std::borrow::Cow;

/// Puts accents on the letters of a text, and leaves the names of its marks (`<link>`) as they are.
pub(crate) fn accented(text: &str) -> Cow<'_, str> {
    let mut shown = String::with_capacity(text.len() * 2);
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, from) = rest.split_at(at);
        shown.extend(before.chars().map(accent));
        let length = crate::message::mark_length(from).unwrap_or(1);
        let (mark, after) = from.split_at(length);
        shown.push_str(mark);
        rest = after;
    }
    shown.extend(rest.chars().map(accent));
    Cow::Owned(shown)
}

const PLAIN: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const ACCENTED: &str = "áƀçđéƒĝĥîĵķļɱñöþǫŕšţûṽŵẋýžÅƁÇĐÉƑĜĤÎĴĶĻṀÑÖÞǪŔŠŢÛṼŴẊÝŽ";

fn accent(letter: char) -> char {
    let at = PLAIN.find(letter);
    // Every plain letter is one byte, so its place is its number.
    at.and_then(|at| ACCENTED.chars().nth(at)).unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use super::{ACCENTED, PLAIN, accented};

    #[test]
    fn letters_change_and_marks_do_not() {
        assert_eq!(PLAIN.len(), ACCENTED.chars().count());
        assert_eq!(accented("Sign <b>in</b> 3 < 4"), "Šîĝñ <b>îñ</b> 3 < 4");
    }
}
