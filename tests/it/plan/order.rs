//! The order of steps.

use std::collections::{BTreeMap, BTreeSet};

use mimeo::plan::Step;
use mimeo::plan::order::order;

use super::{Random, step};

#[test]
fn order_keeps_what_may_stay() {
    let order = |steps: &[(&str, &[&str])]| {
        order(steps.iter().map(|(id, after)| step(id, after)).collect())
            .map(|it| it.into_iter().map(|it| it.id).collect::<Vec<_>>().join(" "))
            .map_err(|it| it.join(" "))
    };
    assert_eq!(order(&[]), Ok(String::new()));
    assert_eq!(order(&[("c", &[]), ("a", &[]), ("b", &[])]), Ok("c a b".to_owned()));
    assert_eq!(
        order(&[("a", &[]), ("b", &["d"]), ("c", &[]), ("d", &["a"])]),
        Ok("a c d b".to_owned())
    );
    assert_eq!(order(&[("a", &["nobody", "b", "b"]), ("b", &[])]), Ok("b a".to_owned()));
    assert_eq!(order(&[("a", &["a"])]), Err("a".to_owned()));
    assert_eq!(
        order(&[("x", &["b"]), ("a", &["c"]), ("b", &["a"]), ("c", &["b"])]),
        Err("b a c".to_owned())
    );
}

#[test]
fn order_of_random_graphs() {
    let mut random = Random(11);
    let (mut ordered, mut rings) = (0, 0);
    for _ in 0..1_500 {
        let count = 1 + random.below(12);
        let density = random.below(5);
        let mut given: Vec<Step> = (0..count).map(|it| step(&format!("s{it}"), &[])).collect();
        for (to, step) in given.iter_mut().enumerate() {
            for from in 0..count {
                // Mostly without a ring, so that both outcomes are met.
                let backwards = from >= to && random.below(12) > 0;
                if !backwards && random.below(12) < density {
                    step.after.push(format!("s{from}"));
                }
            }
        }
        shuffle(&mut given, &mut random);
        let index: BTreeMap<&str, usize> =
            given.iter().enumerate().map(|(index, it)| (it.id.as_str(), index)).collect();
        match order(given.clone()) {
            Ok(steps) => {
                ordered += 1;
                let mut left: BTreeSet<usize> = (0..count).collect();
                for step in &steps {
                    // Of all that may come next, the one given first: that is the whole definition.
                    let free = |it: &&usize| {
                        given[**it].after.iter().all(|id| !left.contains(&index[id.as_str()]))
                    };
                    let next = *left.iter().find(free).unwrap();
                    assert_eq!(*step, given[next]);
                    left.remove(&next);
                }
                assert!(left.is_empty());
                assert_eq!(order(steps.clone()).unwrap(), steps);
            }
            Err(ring) => {
                rings += 1;
                let distinct: BTreeSet<&String> = ring.iter().collect();
                assert!(!ring.is_empty() && distinct.len() == ring.len());
                for (at, id) in ring.iter().enumerate() {
                    let next = &ring[(at + 1) % ring.len()];
                    assert!(given[index[id.as_str()]].after.contains(next), "{ring:?}");
                }
            }
        }
    }
    assert!(ordered > 200 && rings > 200, "{ordered} {rings}");
}

#[test]
fn order_takes_a_large_plan_in_its_stride() {
    let chain: Vec<Step> =
        (0..20_000).rev().map(|it| step(&format!("s{it}"), &[&format!("s{}", it - 1)])).collect();
    assert_eq!(order(chain).unwrap()[0].id, "s0");
}

fn shuffle<T>(items: &mut [T], random: &mut Random) {
    for at in (1..items.len()).rev() {
        items.swap(at, random.below(at + 1));
    }
}
