//! Ordering of steps: what must have ended before comes before, and nothing else changes its place.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use crate::plan::Step;

/// Orders the steps by their `after`; of those that may come next, the one that was given first comes first.
///
/// A name that no step bears is passed over ([`Plan::from_json`](crate::plan::Plan::from_json) refuses it). The error is
/// a ring: each of these steps comes after the next one, and the last after the first.
pub fn order(steps: Vec<Step>) -> Result<Vec<Step>, Vec<String>> {
    let (before, behind) = edges(&steps);
    let mut waits: Vec<usize> = before.iter().map(Vec::len).collect();
    let free = (0..steps.len()).filter(|index| waits[*index] == 0);
    let mut ready: BinaryHeap<Reverse<usize>> = free.map(Reverse).collect();
    let mut order = Vec::with_capacity(steps.len());
    while let Some(Reverse(index)) = ready.pop() {
        order.push(index);
        for next in &behind[index] {
            waits[*next] -= 1;
            if waits[*next] == 0 {
                ready.push(Reverse(*next));
            }
        }
    }
    if order.len() < steps.len() {
        let ring = ring(&before, &waits);
        return Err(ring.into_iter().map(|index| steps[index].id.clone()).collect());
    }
    let mut steps: Vec<Option<Step>> = steps.into_iter().map(Some).collect();
    Ok(order.into_iter().filter_map(|index| steps[index].take()).collect())
}

/// For every step the steps before it, and those behind it, by index.
fn edges(steps: &[Step]) -> (Vec<Vec<usize>>, Vec<Vec<usize>>) {
    let indices: HashMap<&str, usize> =
        steps.iter().enumerate().map(|(index, step)| (step.id.as_str(), index)).collect();
    let known = |id: &String| indices.get(id.as_str()).copied();
    let before: Vec<Vec<usize>> =
        steps.iter().map(|step| step.after.iter().filter_map(known).collect()).collect();
    let mut behind = vec![Vec::new(); steps.len()];
    for (index, before) in before.iter().enumerate() {
        for earlier in before {
            behind[*earlier].push(index);
        }
    }
    (before, behind)
}

/// A ring among the steps that still wait, where each has one before it that waits as well.
fn ring(before: &[Vec<usize>], waits: &[usize]) -> Vec<usize> {
    let waiting = |index: &usize| waits[*index] > 0;
    let mut path = Vec::new();
    let mut place = vec![None; before.len()];
    let mut next = (0..before.len()).find(waiting);
    while let Some(index) = next {
        if let Some(start) = place[index] {
            return path.split_off(start);
        }
        place[index] = Some(path.len());
        path.push(index);
        next = before[index].iter().copied().find(waiting);
    }
    path
}
