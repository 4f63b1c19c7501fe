//! Operation keys: how an operation keeps its identity when its description is published again.

use std::fmt;

/// `METHOD /path/{}/more`: the method in capitals and the path template with every parameter anonymised, so renaming
/// a parameter does not make a new operation and nothing attached to it is lost.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct OperationKey(String);

impl OperationKey {
    /// Builds the key of `method` on `path_template`. Text between braces, inside a segment too, is dropped.
    pub fn new(method: &str, path_template: &str) -> Self {
        let mut key = method.to_ascii_uppercase();
        key.push(' ');
        let mut in_parameter = false;
        for character in path_template.chars() {
            match character {
                '{' => {
                    in_parameter = true;
                    key.push('{');
                }
                '}' => {
                    in_parameter = false;
                    key.push('}');
                }
                _ if in_parameter => {}
                _ => key.push(character),
            }
        }
        Self(key)
    }

    /// Reads a stored key.
    pub fn from_stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The method, in capitals.
    pub fn method(&self) -> &str {
        self.0.split_once(' ').map_or("", |(method, _)| method)
    }
}

impl fmt::Display for OperationKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renaming_a_parameter_keeps_the_key() {
        let before = OperationKey::new("get", "/pets/{id}/photos/{n}.png");
        assert_eq!(
            before,
            OperationKey::new("GET", "/pets/{petId}/photos/{number}.png")
        );
        assert_eq!(before.as_str(), "GET /pets/{}/photos/{}.png");
        assert_eq!(before.method(), "GET");
    }
}
