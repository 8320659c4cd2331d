//! The tree against Rhai: what is valid, where calls are, what texts mean, how operators group.

use mimeo::syntax::lexer::word;
use mimeo::syntax::{self, Node, SyntaxKind};
use rhai::{ASTNode, Engine, Expr, Position, Stmt};

use crate::syntax::{cases, check_shape, parse};

#[test]
fn agrees_with_rhai_on_what_is_valid() {
    let engine = engine();
    for (name, text) in cases() {
        let tree = syntax::parse(text.clone());
        let rhai = engine.compile(&*text);
        let bad = name.starts_with("bad-");
        assert_eq!(rhai.is_err(), bad, "{name}: Rhai says {rhai:?}");
        assert_eq!(!tree.errors().is_empty(), bad, "{name}: {:#?}", tree.errors());
    }
}

#[test]
fn survives_line_ends_of_windows() {
    let engine = engine();
    for (name, text) in cases() {
        let text = text.replace("\r\n", "\n").replace('\n', "\r\n");
        let tree = parse(&text);
        check_shape(&tree);
        assert_eq!(tree.errors().is_empty(), engine.compile(&text).is_ok(), "{name}");
    }
}

#[test]
fn finds_every_call_that_rhai_makes() {
    let engine = engine();
    let mut found = 0;
    for (name, text) in cases() {
        let Ok(ast) = engine.compile(&*text) else {
            continue;
        };
        let tree = syntax::parse(text.clone());
        ast.walk(&mut |path: &[ASTNode<'_>]| {
            if let Some(ASTNode::Expr(Expr::FnCall(call, at) | Expr::MethodCall(call, at))) =
                path.last()
            {
                let at = offset(&text, *at);
                let synthetic = match call.name.as_str() {
                    ".." | "..=" => true,
                    "curry" | "contains" => !text[at as usize..].starts_with(call.name.as_str()),
                    _ => call.op_token.is_some(),
                };
                if !synthetic {
                    let ours = tree.call_at(at);
                    let ours = ours.map(|it| (it.name().to_owned(), it.args().len()));
                    assert_eq!(ours, Some((call.name.to_string(), call.args.len())), "{name}");
                    found += 1;
                }
            }
            true
        });
    }
    assert!(found > 120, "only {found} calls");
}

#[test]
fn reads_texts_as_rhai_does() {
    let engine = engine();
    let mut found = 0;
    for (name, text) in cases() {
        let Ok(ast) = engine.compile(&*text) else {
            continue;
        };
        let tree = syntax::parse(text.clone());
        ast.walk(&mut |path: &[ASTNode<'_>]| {
            if let Some(ASTNode::Expr(Expr::StringConstant(value, at))) = path.last()
                && let Some(ours) = tree.string_at(offset(&text, *at))
                && ours.interpolations().is_empty()
                && !ours.node().text().contains("${}")
            {
                assert_eq!(ours.value().as_deref(), Some(value.as_str()), "{name} {ours:?}");
                found += 1;
            }
            true
        });
    }
    assert!(found > 60, "only {found} texts");
}

#[test]
fn groups_operators_as_rhai_does() {
    let operators = [
        "+", "-", "*", "/", "%", "**", "<<", ">>", "&", "|", "^", "&&", "||", "==", "!=", "<",
        "<=", ">", ">=", "??", "in", "!in", "..", "..=",
    ];
    let engine = engine();
    for first in operators {
        for second in operators {
            let text = format!("a {first} - b {second} !c {first} d");
            let ast = engine.compile_expression(&text).expect("operators combine");
            let Some(Stmt::Expr(rhai)) = ast.statements().first() else { panic!("{ast:?}") };
            let tree = parse(&text);
            let ours = tree.root().children().next().expect("there is an expression");
            assert_eq!(grouped(ours), grouped_by_rhai(rhai), "of {text}");
        }
    }
}

#[test]
fn knows_the_words_that_rhai_reserves() {
    let engine = engine();
    for &(reserved, how) in word::RESERVED {
        assert!(engine.compile(format!("let {reserved} = 1;")).is_err(), "{reserved}");
        let called = engine.compile(format!("{reserved}(1)")).is_ok();
        assert_eq!(called, how != word::Reserved::Always, "{reserved}");
        let method = engine.compile(format!("x.{reserved}(1)")).is_ok();
        assert_eq!(method, how == word::Reserved::Method, "{reserved}");
    }
    for &(keyword, _) in word::KEYWORDS {
        assert!(engine.compile(format!("let {keyword} = 1;")).is_err(), "{keyword}");
    }
    assert!(word::RESERVED.is_sorted_by_key(|it| it.0), "found by bisection");
    assert!(word::KEYWORDS.is_sorted_by_key(|it| it.0), "grouped by their first letters");
    let words = "abstract and as assert async await base begin bool break call case catch char class \
        const continue curry debug def default defer delegate delete do dyn elif else end ensure enum \
        eval exit export extends extern false fallthrough final finally fn Fn for foreach from func \
        function global go goto if impl implements import in instanceof int interface is is_def_fn \
        is_def_var is_shared lambda let loop macro match mod module move mut namespace native new nil \
        none not null object of operator or out override package params pass print private protected \
        pub public raise readonly ref return sealed select self Self shared spawn static string struct \
        super switch sync synchronized template then this thread throw throws trait true try type \
        type_of typeof undefined unless unsafe until use using val var virtual void volatile when where \
        while with xor yield";
    for word in words.split_whitespace() {
        let text = format!("let {word} = 1;");
        assert_eq!(parse(&text).errors().is_empty(), engine.compile(&text).is_ok(), "{word}");
    }
}

/// Rhai without its limit of depth, which differs between builds.
pub(crate) fn engine() -> Engine {
    let mut engine = Engine::new_raw();
    engine.set_max_expr_depths(0, 0);
    engine.set_optimization_level(rhai::OptimizationLevel::None);
    engine
}

/// The byte offset of a position that Rhai reports.
fn offset(text: &str, position: Position) -> u32 {
    let line = position.line().expect("the position is known");
    let column = position.position().expect("the position is within a line");
    let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let width: usize = text[start..].chars().take(column - 1).map(char::len_utf8).sum();
    (start + width) as u32
}

/// How Rhai groups operators, with the operands of a chain of `&&`, `||` or `??` side by side.
#[expect(clippy::wildcard_enum_match_arm, reason = "the other expressions are no operators")]
fn grouped_by_rhai(expression: &Expr) -> String {
    let group = |parts: &[Expr], operator: &str| {
        let parts: Vec<_> = parts.iter().map(grouped_by_rhai).collect();
        format!("({})", parts.join(operator))
    };
    match expression {
        Expr::Variable(it, ..) => it.1.to_string(),
        Expr::And(it, _) => group(it, "&&"),
        Expr::Or(it, _) => group(it, "||"),
        Expr::Coalesce(it, _) => group(it, "??"),
        Expr::FnCall(it, _) => match (it.name.as_str(), &it.args[..]) {
            ("contains", [list, item]) => group(&[item.clone(), list.clone()], "in"),
            ("!", [Expr::FnCall(inner, _)]) if inner.name == "contains" => {
                group(&[inner.args[1].clone(), inner.args[0].clone()], "!in")
            }
            (operator, [operand]) => format!("({operator}{})", grouped_by_rhai(operand)),
            (operator, operands) => group(operands, operator),
        },
        other => format!("{other:?}"),
    }
}

/// How the tree groups operators.
#[expect(clippy::wildcard_enum_match_arm, reason = "the other nodes are no operators")]
fn grouped(node: Node<'_>) -> String {
    let operator = node.tokens().map(|it| it.text().to_owned()).next().unwrap_or_default();
    let operands: Vec<_> = node.children().map(grouped).collect();
    match node.kind() {
        SyntaxKind::Binary | SyntaxKind::Range => {
            let first = node.children().next().expect("there is an operand");
            let same = first.tokens().next().is_some_and(|it| it.text() == operator);
            let joins = same && matches!(operator.as_str(), "&&" | "||" | "??");
            let left = if joins { &operands[0][1..operands[0].len() - 1] } else { &operands[0] };
            format!("({left}{operator}{})", operands[1])
        }
        SyntaxKind::Prefix => format!("({operator}{})", operands[0]),
        _ => node.text().to_owned(),
    }
}
