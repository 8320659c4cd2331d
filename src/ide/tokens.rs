//! What each word of a text is, for its colour.

/// The types of words, by the protocol's names.
pub static TYPES: &[&str] = &[];
/// What else can be said of a word.
pub static MODIFIERS: &[&str] = &[];
