//! (being written)

use crate::subject::Subject;

/// The subject.
pub static SUBJECT: Subject = Subject {
    name: "cloud",
    functions: &[],
    checks: &[],
    fields: &[],
    steps: |_, _| {},
};
