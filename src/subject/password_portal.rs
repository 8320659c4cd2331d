//! (being written)

use crate::subject::Subject;

/// The subject.
pub static SUBJECT: Subject = Subject {
    name: "password_portal",
    functions: &[],
    checks: &[],
    fields: &[],
    steps: |_, _| {},
};
