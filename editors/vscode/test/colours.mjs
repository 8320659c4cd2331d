// Compares the TextMate grammar with the program's own lexer and tree, character by character:
//
//     MIMEO_TOKENS=/tmp/tokens.json cargo test --test it editors::tokens
//     node editors/vscode/test/colours.mjs /tmp/tokens.json
//
// Every mismatch is told with its place; the last line counts.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import oniguruma from "vscode-oniguruma";
import textmate from "vscode-textmate";

const { loadWASM, OnigScanner, OnigString } = oniguruma;
const { Registry, INITIAL, parseRawGrammar } = textmate;
const require = createRequire(import.meta.url);

/** What a stack of scopes says: the innermost scope that says anything. */
function classOf(scopes) {
  const has = (prefix) => scopes.some((it) => it === prefix || it.startsWith(`${prefix}.`));
  if (scopes.some((it) => it.startsWith("comment."))) {
    return has("comment.line.documentation") || scopes.findIndex((it) => it.startsWith("comment.block.documentation")) >= 0
      ? "documentation"
      : "comment";
  }
  for (const scope of [...scopes].reverse()) {
    const is = (prefix) => scope === prefix || scope.startsWith(`${prefix}.`);
    if (is("punctuation.section.interpolation")) return "interpolation";
    if (is("meta.interpolation") || is("meta.embedded")) return "nothing";
    if (is("string") || is("constant.character") || is("punctuation.definition.string")) return "text";
    if (is("invalid.illegal.escape")) return "bad escape";
    if (is("invalid.illegal.reserved")) return "reserved";
    if (is("constant.numeric")) return "number";
    if (is("constant.language")) return "constant";
    if (is("keyword.operator")) return "operator";
    if (is("punctuation.definition.parameters.closure")) return "bar";
    if (is("punctuation")) return "punctuation";
    if (is("keyword") || is("storage")) return "keyword";
    if (is("variable.language.this")) return "this";
    if (is("support.function.host")) return "host";
    if (is("support.function") || is("entity.name.function.call")) return "call";
    if (is("entity.name.function")) return "definition";
    if (is("entity.name.namespace.host")) return "host-namespace";
    if (is("entity.name.namespace")) return "namespace";
    if (is("variable") || is("entity.name.type")) return "name";
  }
  return "nothing";
}

/** Whether a class of the grammar will do for one of the lexer. What a name is, is asked only where the next sign tells. */
function fits(expected, found) {
  const names = ["name", "call", "definition", "namespace", "host", "host-namespace"];
  return expected === found || (expected === "name" && names.includes(found));
}

const wasm = readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm"));
await loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));
const path = fileURLToPath(new URL("../syntaxes/rhai.tmLanguage.json", import.meta.url));
const registry = new Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (patterns) => new OnigScanner(patterns),
    createOnigString: (text) => new OnigString(text),
  }),
  loadGrammar: async () => parseRawGrammar(readFileSync(path, "utf8"), path),
});
const grammar = await registry.loadGrammar("source.rhai.mimeo");

/** The class of every UTF-16 unit of a text. */
function classesOf(text) {
  const classes = new Array(text.length).fill("nothing");
  let stack = INITIAL;
  let start = 0;
  for (const line of text.split("\n")) {
    const own = line.endsWith("\r") ? line.slice(0, -1) : line;
    const result = grammar.tokenizeLine(own, stack);
    for (const token of result.tokens) {
      const name = classOf(token.scopes);
      classes.fill(name, start + token.startIndex, Math.min(start + token.endIndex, start + own.length));
    }
    stack = result.ruleStack;
    start += line.length + 1;
  }
  return classes;
}

let tokens = 0;
let wrong = 0;
const files = JSON.parse(readFileSync(process.argv[2], "utf8"));
for (const { file, text, tokens: expected } of files) {
  const classes = classesOf(text);
  for (const [name, from, to] of expected) {
    tokens += 1;
    for (let at = from; at < to; at += 1) {
      if (text[at] !== "\n" && text[at] !== "\r" && !fits(name, classes[at])) {
        wrong += 1;
        const line = text.slice(0, at).split("\n").length;
        const shown = text.slice(from, Math.min(to, from + 40)).split("\n")[0];
        console.log(`${file}:${line}: \`${shown}\` is ${name}, and coloured as ${classes[at]}`);
        break;
      }
    }
  }
}
console.log(`colours: ${files.length} files, ${tokens} tokens, ${wrong} mismatches`);
process.exitCode = wrong === 0 && tokens > 0 ? 0 : 1;
