//! The client against backends that behave and misbehave.
