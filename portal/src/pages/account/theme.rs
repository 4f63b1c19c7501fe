//! `POST /theme`: light, dark, or as the system says.
