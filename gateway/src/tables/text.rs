//! A short text inside the record it belongs to: comparing it goes nowhere else in memory.

const INSIDE_MAX: usize = 30;

/// Up to 30 bytes lie here, longer texts aside.
#[derive(Clone)]
pub(crate) enum Text {
    Inside { bytes: [u8; INSIDE_MAX], length: u8 },
    Aside(Box<str>),
}

impl Text {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Inside { bytes, length } => &bytes[..usize::from(*length)],
            Self::Aside(text) => text.as_bytes(),
        }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        let mut bytes = [0; INSIDE_MAX];
        match (bytes.get_mut(..text.len()), u8::try_from(text.len())) {
            (Some(begin), Ok(length)) => {
                begin.copy_from_slice(text.as_bytes());
                Self::Inside { bytes, length }
            }
            _ => Self::Aside(text.into()),
        }
    }
}

impl std::ops::Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            // It was made from a text, so this never falls back.
            Self::Inside { .. } => std::str::from_utf8(self.as_bytes()).unwrap_or_default(),
            Self::Aside(text) => text,
        }
    }
}

impl std::fmt::Debug for Text {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(&**self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_every_length_read_back() {
        assert_eq!(size_of::<Text>(), 32);
        for length in [0, 1, INSIDE_MAX - 1, INSIDE_MAX, INSIDE_MAX + 1, 300] {
            let text = "/".repeat(length);
            let held = Text::from(text.as_str());
            assert_eq!((&*held, held.as_bytes()), (text.as_str(), text.as_bytes()));
            assert_eq!(matches!(held, Text::Inside { .. }), length <= INSIDE_MAX);
        }
    }
}
