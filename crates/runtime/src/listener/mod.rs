//! The accept loop that every role serves on.
