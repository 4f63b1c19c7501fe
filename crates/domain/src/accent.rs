//! A tenant's own colour, and the shades that pages make of it.
//!
//! Luminance and contrast are those of WCAG 2.2, "relative luminance" and "contrast ratio". A colour is made darker or lighter in
//! linear light, so its hue stays, and how much is enough follows from the contrast that is wanted: nothing is tried out.

use std::fmt;

/// What text needs against what it stands on (WCAG 2.2, 1.4.3 Contrast (Minimum), level AA).
pub const CONTRAST_MIN: f64 = 4.5;

/// The darkest ground of light pages that links may stand on, that of a refusal (`--bad-soft`). The portal holds both to its tokens.
const LIGHT: Colour = Colour([0xfd, 0xea, 0xe8]);
/// The lightest ground of dark pages (`--raised`), and the usual one (`--bg`).
const DARK: Colour = Colour([0x2c, 0x33, 0x3b]);
const DARK_PAGE: Colour = Colour([0x0f, 0x12, 0x15]);
const WHITE: Colour = Colour([0xff; 3]);

/// A colour of sRGB, written `#rrggbb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour([u8; 3]);

/// A colour that links, buttons and marks of light pages can have: [`CONTRAST_MIN`] to every background there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accent(Colour);

/// Why a text is no accent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AccentFault {
    /// No colour at all.
    #[error("write a colour as # and six hexadecimal digits, such as #0b5fb0")]
    NotAColour,
    /// Text in it could not be read on light pages.
    #[error(
        "{chosen} is too light: on the tinted grounds of light pages words in it have less contrast than 4.5 to 1. The nearest colour of its hue that has enough is {nearest}"
    )]
    TooLight {
        /// As it was sent.
        chosen: Colour,
        /// The lightest one of the same hue that is accepted.
        nearest: Accent,
    },
}

/// What pages of one theme are drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shades {
    /// Links, marks, the ground of buttons.
    pub accent: Colour,
    /// Words on that ground.
    pub on_accent: Colour,
    /// The ground of what is chosen, with words in the accent on it.
    pub soft: Colour,
}

impl Colour {
    /// Reads `#rrggbb`, in either case.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let number = u32::from_str_radix(digits, 16).ok()?;
        let [_, red, green, blue] = number.to_be_bytes();
        Some(Self([red, green, blue]))
    }

    /// From 0, black, to 1, white.
    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(to_linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// From 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let (one, other) = (self.luminance() + 0.05, other.luminance() + 0.05);
        one.max(other) / one.min(other)
    }

    /// The lightest colour of this hue that has [`CONTRAST_MIN`] to something lighter.
    fn darker_than(self, ground: Self) -> Self {
        let wanted = (ground.luminance() + 0.05) / CONTRAST_MIN - 0.05;
        let kept = (wanted / self.luminance()).min(1.0);
        // Rounded down: the next one up would be too light.
        Self(
            self.0
                .map(|part| to_byte(to_linear(part) * kept, f64::floor)),
        )
    }

    /// The darkest colour of this hue that has [`CONTRAST_MIN`] to something darker: as vivid as it can be, and only where that is
    /// not enough with as much white as it takes.
    fn lighter_than(self, ground: Self) -> Self {
        let wanted = (ground.luminance() + 0.05) * CONTRAST_MIN - 0.05;
        let parts = self.0.map(to_linear);
        let brightest = parts.into_iter().fold(f64::MIN_POSITIVE, f64::max);
        let own = self.luminance().max(f64::MIN_POSITIVE);
        let vivid = (wanted / own).clamp(1.0, 1.0 / brightest);
        let own = self.luminance() * vivid;
        let white = ((wanted - own) / (1.0 - own)).max(0.0);
        Self(parts.map(|part| {
            let part = part * vivid;
            to_byte(part + white * (1.0 - part), f64::ceil)
        }))
    }

    /// This colour over another one, so many hundredths of it.
    fn over(self, ground: Self, hundredths: u8) -> Self {
        let share = f64::from(hundredths) / 100.0;
        Self(std::array::from_fn(|place| {
            let (own, under) = (f64::from(self.0[place]), f64::from(ground.0[place]));
            as_byte((own * share + under * (1.0 - share)).round())
        }))
    }
}

/// The transfer function of sRGB (IEC 61966-2-1), as WCAG 2.2 states it.
fn to_linear(part: u8) -> f64 {
    let part = f64::from(part) / 255.0;
    if part <= 0.04045 {
        part / 12.92
    } else {
        ((part + 0.055) / 1.055).powf(2.4)
    }
}

fn to_byte(linear: f64, round: impl Fn(f64) -> f64) -> u8 {
    let part = if linear <= 0.003_130_8 {
        linear * 12.92
    } else {
        1.055 * linear.powf(1.0 / 2.4) - 0.055
    };
    // What was a whole number before it went there and back is one again.
    let part = (part * 255.0 * 1e9).round() / 1e9;
    as_byte(round(part))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to a byte"
)]
fn as_byte(part: f64) -> u8 {
    part.clamp(0.0, 255.0) as u8
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl Accent {
    /// Reads `#rrggbb`; refuses what is too light, with the nearest one that is not.
    pub fn parse(text: &str) -> Result<Self, AccentFault> {
        let chosen = Colour::parse(text.trim()).ok_or(AccentFault::NotAColour)?;
        if chosen.contrast(LIGHT) >= CONTRAST_MIN {
            return Ok(Self(chosen));
        }
        let nearest = Self(chosen.darker_than(LIGHT));
        Err(AccentFault::TooLight { chosen, nearest })
    }

    /// The same, or the nearest that is accepted: for what was stored by a program that asked for less.
    pub fn nearest(text: &str) -> Option<Self> {
        match Self::parse(text) {
            Ok(accent)
            | Err(AccentFault::TooLight {
                nearest: accent, ..
            }) => Some(accent),
            Err(AccentFault::NotAColour) => None,
        }
    }

    /// For light pages.
    pub fn light(self) -> Shades {
        // As much of it as leaves words in it readable; the least always does.
        let soft = (3..=10).rev().map(|share| self.0.over(WHITE, share));
        let soft = soft
            .clone()
            .find(|soft| self.0.contrast(*soft) >= CONTRAST_MIN);
        Shades {
            accent: self.0,
            on_accent: WHITE,
            soft: soft.unwrap_or(WHITE),
        }
    }

    /// For dark pages.
    pub fn dark(self) -> Shades {
        let accent = self.0.lighter_than(DARK);
        Shades {
            accent,
            on_accent: DARK_PAGE,
            soft: accent.over(DARK_PAGE, 15),
        }
    }
}

impl serde::Serialize for Accent {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for Accent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every sixteenth step of each part, with both ends.
    fn colours() -> impl Iterator<Item = Colour> {
        let steps = || (0..=255u8).step_by(17);
        steps().flat_map(move |red| {
            steps().flat_map(move |green| steps().map(move |blue| Colour([red, green, blue])))
        })
    }

    #[test]
    fn contrast_is_that_of_the_recommendation() {
        let contrast = |one, other| {
            let colours = (Colour::parse(one).unwrap(), Colour::parse(other).unwrap());
            (colours.0.contrast(colours.1) * 100.0).round() / 100.0
        };
        // Figures that the W3C's own techniques (G18) and public checkers print.
        assert_eq!(contrast("#000000", "#ffffff"), 21.0);
        assert_eq!(contrast("#777777", "#ffffff"), 4.48);
        assert_eq!(contrast("#767676", "#FFFFFF"), 4.54);
        assert_eq!(contrast("#0b5fb0", "#ffffff"), 6.41);
    }

    #[test]
    fn whatever_is_accepted_or_proposed_can_be_read_wherever_it_stands() {
        for colour in colours() {
            let accent = Accent::nearest(&colour.to_string()).unwrap();
            assert_eq!(
                Accent::parse(&accent.to_string()),
                Ok(accent),
                "of {colour}"
            );
            let (light, dark) = (accent.light(), accent.dark());
            for (ground, words) in [
                (LIGHT, light.accent),
                (WHITE, light.accent),
                (light.soft, light.accent),
                (light.accent, light.on_accent),
                (DARK, dark.accent),
                (DARK_PAGE, dark.accent),
                (dark.soft, dark.accent),
                (dark.accent, dark.on_accent),
            ] {
                let contrast = ground.contrast(words);
                assert!(
                    contrast >= CONTRAST_MIN,
                    "{colour}: {words} on {ground} is {contrast}"
                );
            }
            assert_ne!(light.soft, WHITE, "{colour}: what is chosen must be seen");
        }
    }

    #[test]
    fn dark_pages_have_the_same_hue_as_vivid_as_it_can_be() {
        for (accent, dark) in [
            ("#7a1fa2", "#cc72ff"),
            ("#0b5fb0", "#539aff"),
            ("#856900", "#bc9500"),
        ] {
            let shades = Accent::parse(accent).unwrap().dark();
            assert_eq!(shades.accent.to_string(), dark, "of {accent}");
        }
    }

    #[test]
    fn what_is_proposed_is_the_nearest() {
        let mut refused = 0;
        for colour in colours() {
            let Err(AccentFault::TooLight { nearest, .. }) = Accent::parse(&colour.to_string())
            else {
                continue;
            };
            refused += 1;
            // A step up in every part that has any is refused.
            let up = nearest
                .0
                .0
                .map(|part| part.saturating_add(u8::from(part > 0)));
            assert!(
                Accent::parse(&Colour(up).to_string()).is_err(),
                "{nearest} of {colour}"
            );
        }
        assert!(
            refused > 1_000,
            "only {refused} of the colours were too light"
        );
    }

    #[test]
    fn nothing_else_is_a_colour() {
        for text in [
            "", "#", "0b5fb0", "#0b5fb", "#0b5fb00", "#0b5fbg", "#+b5fb0", "red", "#0b5fb0;",
            "#é00bb",
        ] {
            assert_eq!(Accent::parse(text), Err(AccentFault::NotAColour), "{text}");
        }
        assert_eq!(Accent::parse(" #0B5FB0 ").unwrap().to_string(), "#0b5fb0");
    }
}
