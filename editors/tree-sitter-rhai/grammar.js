/**
 * Rhai 1.27, as mimeo takes it.
 *
 * Texts, nested comments and numbers need to look further than a regular expression can, and are read by `src/scanner.c`.
 */

/// <reference types="tree-sitter-cli/dsl" />
// @ts-check

const PREC = {
  closure: -1,
  range: 9,
  unary: 13,
  postfix: 14,
  call: 15,
};

/** Binary operators with how tightly they bind, as Rhai has them. */
const OPERATORS = [
  [1, ["||", "|", "^"]],
  [2, ["&&", "&"]],
  [3, ["==", "!="]],
  [4, ["in", "!in"]],
  [5, ["<", "<=", ">", ">="]],
  [8, ["??"]],
  [10, ["+", "-"]],
  [11, ["*", "/", "%"]],
];

const ASSIGNMENTS = ["=", "+=", "-=", "*=", "/=", "%=", "**=", "<<=", ">>=", "&=", "|=", "^="];

const list = (rule) => seq(rule, repeat(seq(",", rule)), optional(","));

module.exports = grammar({
  name: "rhai",

  externals: ($) => [
    $._template_chars,
    $._string_chars,
    $.block_comment,
    $.doc_block_comment,
    $.raw_string_literal,
    $.integer_literal,
    $.float_literal,
    $._error_sentinel,
  ],

  extras: ($) => [/[\s\uFEFF]/, $.line_comment, $.doc_comment, $.block_comment, $.doc_block_comment],

  supertypes: ($) => [$.expression],

  word: ($) => $.identifier,

  rules: {
    source_file: ($) => seq(optional($.shebang), repeat($._statement), optional($._last)),

    shebang: (_) => token(prec(2, /#![^\n]*/)),

    line_comment: (_) => token(choice(/\/\/[^\n]*/, prec(2, /\/\/\/\/[^\n]*/))),
    doc_comment: (_) => token(prec(1, /\/\/\/([^\/\n][^\n]*)?/)),

    // Statements.

    _statement: ($) =>
      choice($.empty_statement, seq($._simple, ";"), prec(1, $._with_block), $.function_definition, $.try_statement),

    empty_statement: (_) => ";",

    // What ends a block or the text without a semicolon.
    _last: ($) => $._simple,

    _simple: ($) =>
      choice(
        $.let_statement,
        $.const_statement,
        $.import_statement,
        $.export_statement,
        $.assignment,
        $.return_statement,
        $.throw_statement,
        $.break_statement,
        $.continue_statement,
        $.expression,
      ),

    _with_block: ($) =>
      choice(
        $.block,
        $.if_expression,
        $.switch_expression,
        $.while_expression,
        $.loop_expression,
        $.do_expression,
        $.for_expression,
      ),

    block: ($) => seq("{", repeat($._statement), optional($._last), "}"),

    let_statement: ($) =>
      seq("let", field("name", $.identifier), optional(seq("=", field("value", $.expression)))),

    const_statement: ($) =>
      seq("const", field("name", $.identifier), optional(seq("=", field("value", $.expression)))),

    import_statement: ($) =>
      seq("import", field("path", $.expression), optional(seq("as", field("alias", $.identifier)))),

    export_statement: ($) =>
      seq(
        "export",
        choice(
          $.let_statement,
          $.const_statement,
          seq(field("name", $.identifier), optional(seq("as", field("alias", $.identifier)))),
        ),
      ),

    assignment: ($) =>
      seq(field("left", $.expression), field("operator", choice(...ASSIGNMENTS)), field("right", $.expression)),

    return_statement: ($) => prec.right(seq("return", optional($.expression))),
    throw_statement: ($) => prec.right(seq("throw", optional($.expression))),
    break_statement: ($) => prec.right(seq("break", optional($.expression))),
    continue_statement: (_) => "continue",

    function_definition: ($) =>
      seq(
        optional("private"),
        "fn",
        optional(seq(field("type", choice($.identifier, $.string_literal)), ".")),
        field("name", $.identifier),
        field("parameters", $.parameters),
        field("body", $.block),
      ),

    parameters: ($) => seq("(", optional(list(alias($.identifier, $.parameter))), ")"),

    try_statement: ($) =>
      seq(
        "try",
        field("body", $.block),
        "catch",
        optional(seq("(", field("error", $.identifier), ")")),
        field("handler", $.block),
      ),

    // Expressions.

    expression: ($) =>
      choice(
        $._operand,
        $.unary_expression,
        $.binary_expression,
        $.range_expression,
        $.closure,
      ),

    _operand: ($) =>
      choice(
        $.identifier,
        $.scoped_identifier,
        $.this,
        $.boolean_literal,
        $.integer_literal,
        $.float_literal,
        $.char_literal,
        $.string_literal,
        $.raw_string_literal,
        $.template_string,
        $.unit,
        $.parenthesized_expression,
        $.array,
        $.map,
        $.call_expression,
        $.method_call,
        $.field_expression,
        $.index_expression,
        $._with_block,
      ),

    this: (_) => "this",
    boolean_literal: (_) => choice("true", "false"),
    unit: (_) => seq("(", ")"),

    parenthesized_expression: ($) => seq("(", $.expression, ")"),

    array: ($) => seq("[", optional(list($.expression)), "]"),

    map: ($) => seq("#{", optional(list($.map_entry)), "}"),

    map_entry: ($) =>
      seq(
        field("key", choice(alias($.identifier, $.property_identifier), $.string_literal, $.raw_string_literal, $.template_string)),
        ":",
        field("value", $.expression),
      ),

    scoped_identifier: ($) =>
      seq(field("path", $._path), "::", field("name", $.identifier)),

    _path: ($) =>
      choice(
        alias($.identifier, $.namespace_identifier),
        alias($._scoped_path, $.scoped_identifier),
      ),

    _scoped_path: ($) => seq($._path, "::", alias($.identifier, $.namespace_identifier)),

    call_expression: ($) =>
      prec(
        PREC.call,
        seq(
          field("function", choice($.identifier, $.scoped_identifier, $.parenthesized_expression)),
          optional(token.immediate("!")),
          field("arguments", $.arguments),
        ),
      ),

    method_call: ($) =>
      prec(
        PREC.call,
        seq(
          field("receiver", $._operand),
          choice(".", "?."),
          field("name", alias($.identifier, $.property_identifier)),
          field("arguments", $.arguments),
        ),
      ),

    field_expression: ($) =>
      prec(
        PREC.postfix,
        seq(
          field("receiver", $._operand),
          choice(".", "?."),
          field("name", choice(alias($.identifier, $.property_identifier), $.scoped_identifier)),
        ),
      ),

    index_expression: ($) =>
      prec(PREC.postfix, seq(field("receiver", $._operand), choice("[", "?["), field("index", $.expression), "]")),

    arguments: ($) => seq("(", optional(list($.expression)), ")"),

    unary_expression: ($) =>
      prec(PREC.unary, seq(field("operator", choice("!", "-", "+")), field("operand", $.expression))),

    binary_expression: ($) => {
      const jump = choice($.expression, $.return_statement, $.throw_statement, $.break_statement, $.continue_statement);
      const of = (operator) =>
        seq(
          field("left", $.expression),
          field("operator", operator),
          field("right", operator === "??" ? jump : $.expression),
        );
      return choice(
        ...OPERATORS.flatMap(([strength, operators]) =>
          operators.map((it) => prec.left(/** @type {number} */ (strength), of(it))),
        ),
        prec.right(12, of("**")),
        ...["<<", ">>"].map((it) => prec.left(12, of(it))),
      );
    },

    range_expression: ($) =>
      prec.right(
        PREC.range,
        choice(
          seq(field("start", $.expression), choice("..", "..="), optional(field("end", $.expression))),
          seq(choice("..", "..="), optional(field("end", $.expression))),
        ),
      ),

    closure: ($) =>
      prec.right(
        PREC.closure,
        seq(
          field("parameters", $.closure_parameters),
          field("body", choice($.expression, $.assignment, $.return_statement, $.throw_statement)),
        ),
      ),

    closure_parameters: ($) => choice("||", seq("|", optional(list(alias($.identifier, $.parameter))), "|")),

    if_expression: ($) =>
      prec.right(
        seq(
          "if",
          field("condition", $.expression),
          field("consequence", $.block),
          optional(field("alternative", $.else_clause)),
        ),
      ),

    else_clause: ($) => seq("else", choice($.block, $.if_expression)),

    switch_expression: ($) =>
      seq("switch", field("subject", $.expression), "{", repeat(seq($.switch_arm, optional(","))), "}"),

    switch_arm: ($) =>
      prec.right(
        seq(
          field("cases", choice($.wildcard, $.case_list)),
          optional(seq("if", field("guard", $.expression))),
          "=>",
          field("body", choice(prec(2, $._with_block), $._simple)),
        ),
      ),

    case_list: ($) => seq($._case, repeat(seq("|", $._case))),

    _case: ($) =>
      choice(
        $._operand,
        alias($.negative_literal, $.unary_expression),
        alias($.case_range, $.range_expression),
      ),

    negative_literal: ($) => seq(choice("-", "+"), choice($.integer_literal, $.float_literal)),

    case_range: ($) => {
      const end = choice($._operand, alias($.negative_literal, $.unary_expression));
      return seq(end, choice("..", "..="), end);
    },

    wildcard: (_) => "_",

    while_expression: ($) => seq("while", field("condition", $.expression), field("body", $.block)),

    loop_expression: ($) => seq("loop", field("body", $.block)),

    do_expression: ($) =>
      prec.right(
        seq("do", field("body", $.block), choice("while", "until"), field("condition", $.expression)),
      ),

    for_expression: ($) =>
      seq(
        "for",
        choice(
          field("name", $.identifier),
          seq("(", field("name", $.identifier), ",", field("counter", $.identifier), ")"),
        ),
        "in",
        field("iterable", $.expression),
        field("body", $.block),
      ),

    // Texts.

    char_literal: (_) => token(/'(\\[^\n]|''|[^'\\\n])*'/),

    string_literal: ($) =>
      seq(
        '"',
        repeat(choice(alias($._string_chars, $.string_content), $.escape_sequence)),
        token.immediate('"'),
      ),

    escape_sequence: (_) =>
      token.immediate(/\\([nrt\\"]|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|\r?\n)/),

    template_string: ($) =>
      seq(
        "`",
        repeat(choice(alias($._template_chars, $.string_content), $.interpolation)),
        token.immediate("`"),
      ),

    interpolation: ($) => seq(token.immediate("${"), repeat($._statement), optional($._last), "}"),

    identifier: (_) => /[A-Za-z_][A-Za-z0-9_]*/,
  },
});
