//! Writing scripts and values files: from answers to the wizard's questions, and for a template that is there.
//!
//! The questions are a table in the wizard's order, and none of them knows a rule beyond the format of its answer: what an
//! answer would make of the deployment is written as a script and judged by the checks that judge every script. So whatever
//! can be answered checks without error, and what cannot be chosen is told with the finding's own reason and date.
//!
//! | | |
//! |---|---|
//! | [`question`], [`questions`] | the questions, with their words, defaults and choices |
//! | [`answers`] | what was answered, and what follows where nothing was |
//! | [`interview`] | one question after the other, and back |
//! | [`mod@write`] | the script and the values of the answers |
//! | [`template`] | the values file for a template |
//! | [`pair`], [`quote`] | how a script and its values file are written |

pub mod answers;
pub mod interview;
pub mod pair;
pub mod question;
pub mod questions;
pub mod quote;
pub mod template;
pub mod write;
