//! Where the calls of a script stand, by the engine's positions: looked up once for all customers.

use rhai::Position;

use crate::script::Script;
use crate::source::{Sources, Span, Spot};
use crate::syntax::Call;

/// Where a call stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Site<'s> {
    /// From its namespace or name to its closing parenthesis.
    pub(super) span: Span,
    arguments: &'s [Span],
}

/// The calls of a script, in the order of their names.
#[derive(Debug)]
pub(super) struct Sites(Vec<(u64, Span, Vec<Span>)>);

impl Sites {
    fn new(script: &Script, sources: &Sources) -> Self {
        let source = sources.get(script.id);
        let site = |it: Call<'_>| {
            let arguments = it.args().iter().map(|it| script.span(it.range())).collect();
            (key(source.spot(it.name_range().start)), script.span(it.own_range()), arguments)
        };
        let mut sites: Vec<_> = script.tree.calls().map(site).collect();
        sites.sort_by_key(|(key, ..)| *key);
        Sites(sites)
    }
}

impl Script {
    /// Finds the places of the calls.
    pub(super) fn find_sites(&self, sources: &Sources) {
        self.sites.get_or_init(|| Sites::new(self, sources));
    }

    /// Where the call at an engine's position stands; the smallest thing there if it is none.
    pub(super) fn site(&self, position: Position, sources: &Sources) -> Site<'_> {
        let sites = self.sites.get_or_init(|| Sites::new(self, sources));
        let spot = spot(position);
        match sites.0.binary_search_by_key(&key(spot), |(key, ..)| *key) {
            Ok(index) => {
                let (_, span, arguments) = &sites.0[index];
                Site { span: *span, arguments }
            }
            Err(_) => {
                let offset = sources.get(self.id).offset(spot);
                Site { span: self.whole(offset), arguments: &[] }
            }
        }
    }
}

impl Site<'_> {
    /// The span of an argument. A call through a function pointer has arguments that no text shows.
    pub(super) fn argument(&self, index: usize, count: usize) -> Span {
        let shown = self.arguments.len() == count;
        if shown { self.arguments[index] } else { self.span }
    }
}

/// A place as one number, in the same order: it is compared at once.
fn key(spot: Spot) -> u64 {
    u64::from(spot.line) << 32 | u64::from(spot.column)
}

/// The place that an engine's position means; the first one for none.
pub(super) fn spot(position: Position) -> Spot {
    let line = position.line().unwrap_or(1) as u32;
    let column = position.position().unwrap_or(1) as u32;
    Spot { line, column }
}
