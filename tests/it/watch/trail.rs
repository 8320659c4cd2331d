//! Which events concern a run: names in folders, links on the way, and nothing else.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use mimeo::watch::attention::Signal;
use mimeo::watch::look::{Want, What};
use mimeo::watch::trail::{Concern, Kind, Stir, Trail};

struct World {
    folders: Vec<&'static str>,
    links: BTreeMap<PathBuf, PathBuf>,
}

impl World {
    fn new(folders: &[&'static str], links: &[(&str, &str)]) -> Self {
        let links = links.iter().map(|(from, to)| (root(from), PathBuf::from(to))).collect();
        World { folders: folders.to_vec(), links }
    }

    fn trail(&self, wants: &[Want]) -> Trail {
        let link = |path: &Path| self.links.get(path).cloned();
        let is_folder = |path: &Path| self.folders.iter().any(|it| root(it) == path);
        Trail::new(wants, &root("/home/desk"), &link, &is_folder)
    }
}

/// An absolute path, as this system has them.
fn root(path: &str) -> PathBuf {
    if cfg!(windows) { PathBuf::from(format!("C:{path}")) } else { PathBuf::from(path) }
}

fn text(path: &str) -> Want {
    Want::text(path, 1000)
}

fn concern(trail: &Trail, kind: Kind, path: &str) -> Concern {
    trail.concern(&Stir { kind, paths: vec![root(path)] })
}

fn signal(trail: &Trail, kind: Kind, path: &str) -> Option<Signal> {
    concern(trail, kind, path).signals.into_values().next()
}

#[test]
fn the_file_itself_and_nothing_beside_it() {
    let world = World::new(&["/home", "/home/desk", "/home/desk/values"], &[]);
    let trail = world.trail(&[text("values/contoso.toml")]);
    let folders: Vec<_> = trail.folders().iter().cloned().collect();
    assert_eq!(folders, [root("/home/desk"), root("/home/desk/values")]);
    let path = "/home/desk/values/contoso.toml";
    assert_eq!(signal(&trail, Kind::Closed, path), Some(Signal::Firm));
    assert_eq!(signal(&trail, Kind::Renamed, path), Some(Signal::Firm));
    assert_eq!(signal(&trail, Kind::Touched, path), Some(Signal::Firm));
    assert_eq!(signal(&trail, Kind::Changed, path), Some(Signal::Soft));
    assert_eq!(signal(&trail, Kind::Created, path), Some(Signal::Made));
    assert_eq!(signal(&trail, Kind::Gone, path), Some(Signal::Gone));
    for other in [
        "/home/desk/values/.contoso.toml.123.part",
        "/home/desk/values/contoso.toml~",
        "/home/desk/values/contoso.plan.json",
        "/home/desk/values/.contoso.toml.swp",
        "/home/desk/contoso.toml",
        "/home/desk/values/4913",
    ] {
        assert_eq!(concern(&trail, Kind::Renamed, other), Concern::default(), "{other}");
    }
}

#[test]
fn a_folder_that_is_renamed_is_watched_anew() {
    let world = World::new(&["/home", "/home/desk", "/home/desk/values"], &[]);
    let trail = world.trail(&[text("values/contoso.toml")]);
    let heard = concern(&trail, Kind::Gone, "/home/desk/values");
    assert!(heard.folders);
    assert_eq!(heard.signals.into_values().next(), Some(Signal::Firm));
    let lost = trail.concern(&Stir { kind: Kind::Lost, paths: Vec::new() });
    assert!(lost.folders && lost.signals.len() == 1, "{lost:?}");
}

#[test]
fn links_are_followed_and_every_one_matters() {
    let world = World::new(
        &["/home", "/home/desk", "/home/desk/set", "/home/desk/set/v1", "/srv"],
        &[("/home/desk/contoso.toml", "set/now/contoso.toml"), ("/home/desk/set/now", "v1")],
    );
    let trail = world.trail(&[text("contoso.toml")]);
    for path in ["/home/desk/contoso.toml", "/home/desk/set/now"] {
        let heard = concern(&trail, Kind::Renamed, path);
        assert!(heard.folders && heard.signals.len() == 1, "{path}");
    }
    let path = "/home/desk/set/v1/contoso.toml";
    assert_eq!(signal(&trail, Kind::Closed, path), Some(Signal::Firm));
    assert!(!concern(&trail, Kind::Closed, path).folders);
    let ring = World::new(&["/home/desk"], &[("/home/desk/a", "b"), ("/home/desk/b", "a")]);
    assert!(!ring.trail(&[text("a/x.toml")]).folders().is_empty(), "a ring has an end");
}

#[test]
fn what_is_not_there_yet_is_awaited_where_it_would_begin() {
    let world = World::new(&["/home", "/home/desk"], &[]);
    let trail = world.trail(&[text("lib/deep/mail.rhai")]);
    assert!(trail.folders().contains(&root("/home/desk")));
    let heard = concern(&trail, Kind::Created, "/home/desk/lib");
    assert!(heard.folders && heard.signals.len() == 1, "{heard:?}");
}

#[test]
fn a_folder_of_customers_tells_of_values_files_that_come_and_go() {
    let world = World::new(&["/home", "/home/desk", "/home/desk/values"], &[]);
    let want = Want { path: "values".into(), what: What::Names };
    let trail = world.trail(std::slice::from_ref(&want));
    assert!(trail.folders().contains(&root("/home/desk/values")));
    for kind in [Kind::Created, Kind::Renamed, Kind::Gone] {
        let heard = concern(&trail, kind, "/home/desk/values/new.toml");
        assert_eq!(heard.signals.get(&want), Some(&Signal::Firm));
    }
    for other in ["/home/desk/values/.new.toml", "/home/desk/values/new.toml~"] {
        assert_eq!(concern(&trail, Kind::Created, other), Concern::default());
    }
    let written = concern(&trail, Kind::Closed, "/home/desk/values/new.toml");
    assert_eq!(written, Concern::default(), "its name was told before");
}
