//! From a deployment without errors to a plan: fields are read, steps are ordered, places are written out.

use std::sync::Arc;

use jiff::civil::Date;

use crate::compile::Compiled;
use crate::installer::Contents;
use crate::model::Deployment;
use crate::plan::{
    FORMAT, From, Input, InputKind, Place, Plan, Setting, Step, Trace, TraceCaller, TraceValue,
    order, seal,
};
use crate::source::{Origin, SourceKind, Sources, ValueOrigin};
use crate::subject::{Draft, Planner, Reading, SUBJECTS, mail, setup};

/// Makes the plan of a deployment without errors, not yet sealed.
pub(super) fn plan(compiled: &Compiled, as_of: Date) -> Plan {
    let deployment = &compiled.deployment;
    let sources = &compiled.sources;
    let title = deployment.title.get().and_then(|it| it.value.value());
    let mut settings = Vec::new();
    for field in SUBJECTS.iter().flat_map(|subject| subject.fields) {
        let (value, from) = match (field.read)(deployment) {
            Reading::NotAsked => continue,
            Reading::Said(value, origin) => (value, From::Said(Box::new(trace(sources, &origin)))),
            Reading::Default(value, because) => (value, From::Default(because.to_owned())),
            Reading::Follows(value, because, origin) => {
                let trace = Box::new(trace(sources, &origin));
                (value, From::Follows { because: because.to_owned(), trace })
            }
        };
        settings.push(Setting {
            name: field.name.to_owned(),
            label: field.label.to_owned(),
            page: field.page,
            format: field.ty.what().to_owned(),
            value,
            from,
            entry: setup::entry(deployment, field),
        });
    }
    let mut planner = Planner { as_of, ..Planner::default() };
    for subject in SUBJECTS {
        (subject.steps)(deployment, &mut planner);
    }
    let ids: Vec<String> = planner.steps.iter().map(|it| it.id.clone()).collect();
    let steps = planner.steps.into_iter().map(|draft| step(sources, draft, &ids)).collect();
    Plan {
        format: FORMAT,
        made_by: concat!("mimeo ", env!("CARGO_PKG_VERSION")).to_owned(),
        title: title.map_or_else(
            || "MIM Service and Portal".to_owned(),
            crate::model::format::Format::text,
        ),
        as_of: as_of.to_string(),
        ends: mail::deadline(deployment),
        option: deployment.option().map(|it| it.to_string()),
        inputs: inputs(sources, deployment),
        pages: setup::pages::pages(deployment),
        settings,
        steps: order::order(steps).expect("subjects name only steps of subjects before them"),
        seal: String::new(),
    }
}

fn inputs(sources: &Sources, deployment: &Deployment) -> Vec<Input> {
    let kind = |kind| match kind {
        SourceKind::Script => InputKind::Script,
        SourceKind::Library => InputKind::Library,
        SourceKind::Values => InputKind::Values,
        SourceKind::Environment => InputKind::Environment,
        SourceKind::Setting => InputKind::Setting,
    };
    let input = |source: &crate::source::Source| Input {
        kind: kind(source.kind),
        name: source.name.clone(),
        sha256: seal::digest(&source.text),
    };
    let mut inputs: Vec<Input> = sources.iter().map(|(_, source)| input(source)).collect();
    if let Contents::Read(profile) = &deployment.package {
        let file = &profile.package;
        let sha256 = file.digest.trim_start_matches("sha256:").to_owned();
        inputs.push(Input { kind: InputKind::Package, name: file.name.clone(), sha256 });
    }
    inputs
}

fn step(sources: &Sources, draft: Draft, ids: &[String]) -> Step {
    let known = |id: &&&str| ids.iter().any(|it| it == **id);
    Step {
        id: draft.id,
        title: draft.title,
        kind: draft.kind,
        after: draft.after.iter().filter(known).map(|it| (*it).to_owned()).collect(),
        probe: draft.probe,
        ops: draft.ops,
        gives: draft.gives.into_iter().map(ToOwned::to_owned).collect(),
        rights: draft.rights,
        undo: draft.undo,
        from: trace(sources, &draft.origin),
    }
}

/// An origin in words that outlive the sources.
fn trace(sources: &Sources, origin: &Origin) -> Trace {
    let value = |it: &Arc<ValueOrigin>| TraceValue {
        parameter: it.parameter.clone(),
        at: Place::of(sources, it.span),
        overridden: it.overridden.iter().map(|span| Place::of(sources, *span)).collect(),
    };
    Trace {
        at: Place::of(sources, origin.at),
        value: origin.value.as_ref().map(value),
        parts: origin.parts.iter().map(value).collect(),
        via: origin
            .via
            .iter()
            .map(|it| TraceCaller {
                function: it.function.clone(),
                at: Place::of(sources, it.span),
            })
            .collect(),
    }
}
