//! Where lines end.

use crate::layout::script::WIDTH;
use crate::layout::script::pieces::Pieces;
use crate::layout::script::spaces;
use crate::syntax::{Node, SyntaxKind, Tree};

/// For each piece, and the end, whether a line ends before it.
pub(super) fn of(tree: &Tree, pieces: &Pieces<'_>) -> Vec<bool> {
    let starts = starts(tree, pieces);
    let mut breaks: Vec<bool> = (0..=pieces.all.len())
        .map(|piece| {
            let gap = &pieces.gaps[piece];
            if gap.comments.is_empty() {
                gap.lines > 0 && may_break(pieces, &starts, piece)
            } else {
                gap.is_broken()
            }
        })
        .collect();
    close_lists(tree, pieces, &mut breaks);
    break_chains(tree, pieces, &mut breaks);
    break_blocks(tree, pieces, &mut breaks);
    breaks
}

/// For each piece, whether a statement, an arm or a part of a list begins with it.
pub(super) fn starts(tree: &Tree, pieces: &Pieces<'_>) -> Vec<bool> {
    let mut starts = vec![false; pieces.all.len() + 1];
    for node in tree.nodes().filter(|it| is_list(it.kind())) {
        for child in node.children() {
            if let Some(first) = pieces.first(child) {
                starts[first] = true;
            }
        }
    }
    let opens = (0..pieces.all.len()).filter(|it| pieces.opens(*it));
    for bracket in opens {
        starts[bracket + 1] = true;
    }
    starts
}

/// Whether a node holds parts that may stand in lines of their own.
fn is_list(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::Root
            | SyntaxKind::Block
            | SyntaxKind::Switch
            | SyntaxKind::ArgumentList
            | SyntaxKind::ParameterList
            | SyntaxKind::Array
            | SyntaxKind::Map
    )
}

/// Whether the author's break before a piece is kept.
fn may_break(pieces: &Pieces<'_>, starts: &[bool], piece: usize) -> bool {
    use SyntaxKind as Kind;
    if piece == 0 || piece == pieces.all.len() {
        return false;
    }
    let (left, right) = (&pieces.all[piece - 1], &pieces.all[piece]);
    if pieces.opens(piece - 1) && pieces.closes(piece) {
        return false;
    }
    if matches!(right.kind, Kind::Semicolon | Kind::Comma | Kind::LeftBrace) && !starts[piece] {
        return false;
    }
    let of_chain = matches!(right.kind, Kind::Dot | Kind::QuestionDot | Kind::QuestionBracket)
        && matches!(right.owner.kind(), Kind::MethodCall | Kind::Field | Kind::Index);
    let of_list = starts[piece] || pieces.closes(piece);
    let behind_sign = match left.owner.kind() {
        Kind::Let | Kind::Const | Kind::Assignment => {
            !matches!(left.kind, Kind::LetKeyword | Kind::ConstKeyword)
        }
        Kind::SwitchArm => left.kind == Kind::FatArrow,
        Kind::MapEntry => left.kind == Kind::Colon,
        Kind::Binary | Kind::CaseList => true,
        _ => false,
    };
    let before_sign = matches!(right.owner.kind(), Kind::Binary | Kind::CaseList | Kind::Guard)
        && right.kind != Kind::LeftBrace;
    of_chain || of_list || behind_sign || before_sign
}

/// Breaks at both brackets of a list or at none.
fn close_lists(tree: &Tree, pieces: &Pieces<'_>, breaks: &mut [bool]) {
    let lists = tree.nodes().filter(|it| {
        is_list(it.kind()) && it.kind() != SyntaxKind::Root
            || matches!(it.kind(), SyntaxKind::Paren | SyntaxKind::Index)
    });
    for node in lists {
        let Some((open, close)) = brackets(pieces, node) else { continue };
        if close > open + 1 && (breaks[open + 1] || breaks[close]) {
            breaks[open + 1] = true;
            breaks[close] = true;
        }
    }
}

/// The brackets of a node.
fn brackets(pieces: &Pieces<'_>, node: Node<'_>) -> Option<(usize, usize)> {
    let mut own = node.tokens().filter_map(|it| pieces.at(it));
    let open = own.find(|it| pieces.opens(*it))?;
    let close = own.filter(|it| pieces.closes(*it)).last()?;
    Some((open, close))
}

/// Breaks chains of calls that are too wide for a line.
fn break_chains(tree: &Tree, pieces: &Pieces<'_>, breaks: &mut [bool]) {
    for node in tree.nodes().filter(|it| it.kind() == SyntaxKind::MethodCall) {
        let is_inner = node.parent().is_some_and(|it| {
            is_link(it.kind()) && it.children().next().is_some_and(|it| it == node)
        });
        if is_inner || pieces.first(node).is_none() {
            continue;
        }
        let links = std::iter::successors(Some(node), |it| it.children().next())
            .take_while(|it| is_link(it.kind()));
        let calls = links.filter(|it| it.kind() == SyntaxKind::MethodCall);
        let dots: Vec<usize> = calls.filter_map(|it| pieces.at(it.tokens().next()?)).collect();
        let within = pieces.within(node);
        let in_one_line = |it: usize| !breaks[it] && !pieces.all[it].text.contains('\n');
        let begins_broken = pieces.all[within.start].text.contains('\n');
        if dots.len() < 2 || begins_broken || !(within.start + 1..within.end).all(in_one_line) {
            continue;
        }
        let blanks = |it: usize| {
            let gap = &pieces.gaps[it];
            let comments = gap.comments.iter().map(|it| it.text.chars().count() + 1).sum::<usize>();
            comments + if gap.comments.is_empty() { spaces::before(pieces, it) } else { 1 }
        };
        let code: usize = within.clone().map(|it| pieces.all[it].text.chars().count()).sum();
        if code + (within.start + 1..within.end).map(blanks).sum::<usize>() > WIDTH {
            for dot in dots {
                breaks[dot] = true;
            }
        }
    }
}

/// Whether a node is a part of a chain behind another part.
fn is_link(kind: SyntaxKind) -> bool {
    matches!(kind, SyntaxKind::MethodCall | SyntaxKind::Field | SyntaxKind::Index)
}

/// Puts statements and arms in lines of their own, unless their block stands in one line.
fn break_blocks(tree: &Tree, pieces: &Pieces<'_>, breaks: &mut [bool]) {
    for node in tree.nodes() {
        match node.kind() {
            SyntaxKind::Root => {
                for first in node.children().filter_map(|it| pieces.first(it)) {
                    breaks[first] |= first > 0;
                }
            }
            SyntaxKind::Block | SyntaxKind::Switch => {
                let Some((open, close)) = brackets(pieces, node) else { continue };
                if close == open + 1 || !(open + 1..=close).any(|it| breaks[it]) {
                    continue;
                }
                breaks[open + 1] = true;
                breaks[close] = true;
                for first in node.children().filter_map(|it| pieces.first(it)) {
                    breaks[first] |= first > open;
                }
            }
            _ => {}
        }
    }
}
