//! mimeo
pub mod source;
pub mod syntax;
pub mod diagnostic;
pub mod model;
pub mod script;
pub mod plan;
pub mod subject;
pub mod compile;
