//! Which bytes a backend gets.
