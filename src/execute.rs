//! Carrying a plan out: the order, the journal, the doors to the cloud and to the server, and the rehearsal.
//!
//! It takes a sealed [`Plan`](crate::plan::Plan) and nothing else: no script is looked at. Only here, and in the line of the
//! shell that starts it, are tokio and reqwest known. Modules in reading order:
//!
//! | | |
//! |---|---|
//! | [`run`] | one run over a plan: order, journal, questions, undo, rotation |
//! | [`journal`], [`lock`] | what has been done, crash-safe; one run at a time |
//! | [`event`], [`person`] | who is told, and who is asked |
//! | [`graph`], [`judge`], [`ews`] | requests to the cloud, and what the answers mean |
//! | [`cloud`], [`sign_in`], [`session`] | addresses, ways to sign in, and who is signed in |
//! | [`machine`], [`here`], [`windows`] | the door to the server, and this machine |
//! | [`simulate`] | the rehearsal's tenant, server and person |

pub mod aside;
pub mod cloud;
pub mod directory;
pub mod event;
pub mod ews;
pub mod failure;
pub mod graph;
pub mod here;
pub mod journal;
pub mod judge;
pub mod lock;
pub mod machine;
pub mod network;
pub mod pace;
pub mod package;
pub mod person;
pub mod preflight;
pub mod run;
pub mod secret;
pub mod session;
pub mod sign_in;
pub mod simulate;
pub mod system;
pub mod template;
pub mod windows;

use crate::diagnostic::Code;

/// Every code that carrying out can report.
pub fn catalogue() -> impl Iterator<Item = &'static Code> {
    let lists = [
        session::CODES,
        graph::CODES,
        judge::CODES,
        ews::CODES,
        run::CODES,
        run::OPERATION_CODES,
        run::INSTALL_CODES,
        preflight::CODES,
    ];
    lists.into_iter().flatten().copied()
}
