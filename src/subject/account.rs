//! (being written)

use crate::subject::Subject;

/// The subject.
pub static SUBJECT: Subject = Subject {
    name: "account",
    functions: &[],
    checks: &[],
    fields: &[],
    steps: |_, _| {},
};
