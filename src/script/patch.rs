//! While somebody types, one statement of a script changes at a time: the engine compiles that one alone.
//!
//! What the engine knows of a statement is where it stands and, of the variables in it, which of those before it they are. So
//! the others stay as they are only if none of them moves to another line and no variable comes or goes. Of a variable in
//! the statement that is compiled alone the engine knows the name, by which it looks it up: the same, and a little slower.

use std::ops::Range;

use rhai::AST;

use crate::script::{Script, engine};
use crate::source::Source;
use crate::syntax::{Let, Node, SyntaxKind as K, Tree};

/// What the engine would make of a script that differs from an older text of it in one call or in the value of one variable;
/// nothing where that is not all.
pub(super) fn patched(old: &Tree, ast: &AST, script: &Script, source: &Source) -> Option<AST> {
    let new = &script.tree;
    let (before, after) = changed(old.text(), new.text());
    let (index, was) = statement(old, &before)?;
    let (same, is) = statement(new, &after)?;
    let lines = |it: Node<'_>| it.text().matches('\n').count();
    let alike = index == same
        && was.range().start == is.range().start
        && was.kind() == is.kind()
        && lines(was) == lines(is)
        && name_of(was) == name_of(is)
        && stands_alone(old, was)
        && stands_alone(new, is);
    // Each statement is one of the engine's, and functions are none.
    let statements =
        |tree: &Tree| tree.root().children().filter(|it| it.kind() != K::Function).count();
    let paired = statements(old) == statements(new) && statements(new) == ast.statements().len();
    let lone = |at: usize| new.text().as_bytes().get(at + 1) != Some(&b'\n');
    if !alike || !paired || new.text().match_indices('\r').any(|(at, _)| lone(at)) {
        return None;
    }
    let functions = |it: &Node<'_>| it.kind() == K::Function;
    let index = index - new.root().children().take(index).filter(functions).count();
    let spot = source.spot(is.range().start);
    let lines = "\n".repeat(spot.line as usize - 1);
    let columns = " ".repeat(spot.column as usize - 1);
    engine::replace(ast, index, &format!("{lines}{columns}{};", is.text()))
}

/// The bytes in which two texts differ, in each of them.
fn changed(old: &str, new: &str) -> (Range<u32>, Range<u32>) {
    let most = old.len().min(new.len());
    let same = |(one, other): &(u8, u8)| one == other;
    let start = old.bytes().zip(new.bytes()).take_while(same).count();
    let end = old.bytes().rev().zip(new.bytes().rev()).take(most - start).take_while(same).count();
    (start as u32..(old.len() - end) as u32, start as u32..(new.len() - end) as u32)
}

/// The call or the declaration of a variable at the top of a script that holds a change, and its index among the statements
/// and functions.
fn statement<'t>(tree: &'t Tree, change: &Range<u32>) -> Option<(usize, Node<'t>)> {
    let holds = |it: &Node<'_>| it.range().start < change.start && change.end <= it.range().end;
    let (index, node) = tree.root().children().enumerate().find(|(_, it)| holds(it))?;
    matches!(node.kind(), K::Call | K::MethodCall | K::Let).then_some((index, node))
}

/// The name of the variable that a statement declares.
fn name_of(statement: Node<'_>) -> Option<&str> {
    Let::cast(statement).map(Let::name)
}

/// Whether a statement means the same without the others: it ends in a semicolon and on a line of its own, makes no function,
/// and declares nothing that is declared twice.
fn stands_alone(tree: &Tree, statement: Node<'_>) -> bool {
    let end = statement.range().end as usize;
    let next = tree.root().children().find(|it| it.range().start as usize >= end);
    let next = next.map_or(tree.text().len(), |it| it.range().start as usize);
    let behind = &tree.text()[end..next];
    let ends = behind.trim_start().starts_with(';')
        && (behind.contains('\n') || next == tree.text().len());
    let once = || {
        let same = |it: &Node<'_>| name_of(*it).is_some() && name_of(*it) == name_of(statement);
        tree.root().children().filter(same).count() <= 1
    };
    ends && once()
        && statement.descendants().all(|it| !matches!(it.kind(), K::Closure | K::Assignment))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::patched;
    use crate::script::{Script, compile};
    use crate::source::{SourceKind, Sources};
    use crate::syntax;

    fn read(text: &str) -> (Sources, Script) {
        let mut sources = Sources::default();
        let id = sources.add(SourceKind::Script, "main.rhai", text);
        let mut script = Script::new(id, "main.rhai", Arc::new(syntax::parse(text.into())));
        script.ast = compile(&script).ok();
        (sources, script)
    }

    /// Whether one statement was compiled alone, after a look that the engine makes the same of the whole.
    fn is_patched(old: &str, new: &str) -> bool {
        let ((_, old), (sources, new)) = (read(old), read(new));
        let ast = old.ast.as_ref().expect("it is a script");
        let Some(patched) = patched(&old.tree, ast, &new, sources.get(new.id)) else {
            return false;
        };
        let whole = new.ast.as_ref().expect("it is a script");
        let places = |ast: &rhai::AST| {
            let all = ast.statements().iter().map(|it| (it.position(), it.is_pure()));
            all.collect::<Vec<_>>()
        };
        assert_eq!(places(&patched), places(whole));
        true
    }

    #[test]
    fn one_call_or_value_is_compiled_alone() {
        let script = "// first\nlet name = \"a\";\nfn twice(it) { it + it }\nmail::smtp(name)\n    .port(25);\nlet last = twice(1);\n";
        assert!(is_patched(script, &script.replace("port(25)", "port(250)")));
        assert!(is_patched(script, &script.replace("mail::smtp", "mail::smtpx")));
        assert!(is_patched(script, &script.replace("\"a\"", "\"contoso\" + name")));
        assert!(is_patched(script, &script.replace("twice(1)", "twice(`${name}\\svc`)")));
    }

    #[test]
    fn whatever_may_concern_another_statement_is_compiled_with_it() {
        let script = "let a = 1;\nlet b = 2; let c = 3;\nprint(a);\nlet a = 4;\nprint(a);\n";
        for (from, to) in [
            // The line of another.
            ("print(a);\nlet a", "print(\na);\nlet a"),
            ("let b = 2", "let b = 22"),
            // A variable that comes, goes or is declared twice.
            ("let a = 1", "let d = 1"),
            ("let a = 1", "let a = 9"),
            ("print(a);\nlet a", "let x = a;\nlet a"),
            ("print(a);\nlet a", "print(a); let y = 1;\nlet a"),
            // A function.
            ("print(a);\nlet a", "print([1].map(|it| it + a));\nlet a"),
            // What only the whole tells of: a constant, and lines that Rhai counts otherwise.
            ("print(a);\nlet a", "print(if true { a = 3; a } else { 2 });\nlet a"),
            ("let b = 2; let c = 3;\nprint(a)", "let b = 2; let c = 3; // \rx\nprint(a + 1)"),
            // Nothing but blanks.
            ("print(a);\nlet a", "print(a);\n\nlet a"),
        ] {
            let changed = script.replace(from, to);
            assert_ne!(changed, script);
            assert!(!is_patched(script, &changed), "{changed}");
        }
        let open = "let a = 1;\nprint(a)";
        assert!(!is_patched(open, "let a = 1;\nprint(a + 1)"));
    }
}
