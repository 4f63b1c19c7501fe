//! A value that cannot be printed, logged or serialised, and is wiped when it is dropped.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use zeroize::Zeroize;

/// The newtype name by which the settings loader learns that a key holds a secret.
pub(crate) const SECRET_MARKER: &str = "gatehouse::Secret";

/// Wraps passwords, keys and URLs that hold them. Has no `Display` and no `Serialize` on purpose;
/// the only way to the value is [`Secret::expose`], which is easy to find in a review.
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    /// Takes charge of a value.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself. Do not format, log or store what this returns.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize + Clone> Clone for Secret<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[secret]")
    }
}

impl<T: Zeroize> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<'de, T: Zeroize + Deserialize<'de>> Deserialize<'de> for Secret<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Inner<T>(PhantomData<T>);
        impl<'de, T: Zeroize + Deserialize<'de>> Visitor<'de> for Inner<T> {
            type Value = Secret<T>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a secret value")
            }

            fn visit_newtype_struct<D: Deserializer<'de>>(
                self,
                deserializer: D,
            ) -> Result<Self::Value, D::Error> {
                // What another type of value was is told by the error, and could be the secret itself.
                let read = T::deserialize(deserializer).map(Secret);
                read.map_err(|_| D::Error::custom("expected a text"))
            }
        }
        deserializer.deserialize_newtype_struct(SECRET_MARKER, Inner(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_only_that_it_is_one() {
        #[derive(Debug, serde::Deserialize)]
        struct Login {
            password: Secret<String>,
        }
        let login: Login = toml::from_str("password = 'canary-93'").expect("parses");
        assert_eq!(login.password.expose(), "canary-93");
        assert_eq!(format!("{login:?}"), "Login { password: [secret] }");
        assert_eq!(format!("{:#?}", login.password.clone()), "[secret]");
        let other = toml::from_str::<Login>("password = 4711").expect_err("a number");
        assert!(other.message().contains("expected a text"), "{other}");
        assert!(!other.message().contains("4711"), "{other}");
    }

    #[test]
    fn the_value_is_wiped_when_the_secret_is_dropped() {
        struct Witness<'a>(&'a std::cell::Cell<bool>);
        impl Zeroize for Witness<'_> {
            fn zeroize(&mut self) {
                self.0.set(true);
            }
        }
        let wiped = std::cell::Cell::new(false);
        drop(Secret::new(Witness(&wiped)));
        assert!(wiped.get());
    }
}
