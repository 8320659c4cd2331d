// Compares Vim's colours with the program's own lexer and tree, byte by byte:
//
//     MIMEO_TOKENS=/tmp/tokens.json cargo test --test it editors::tokens
//     node editors/vscode/test/vim.mjs /tmp/tokens.json /tmp/vim

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const classes = {
  rhaiCall: "call",
  rhaiDefinition: "definition",
  rhaiNamespace: "namespace",
  rhaiHost: "host",
  rhaiHostNamespace: "host-namespace",
  rhaiControl: "keyword",
  rhaiImport: "keyword",
  rhaiStorage: "keyword",
  rhaiBoolean: "constant",
  rhaiThis: "this",
  rhaiReserved: "reserved",
  rhaiNumber: "number",
  rhaiString: "text",
  rhaiRaw: "text",
  rhaiTemplate: "text",
  rhaiCharacter: "text",
  rhaiEscape: "text",
  rhaiTemplateEscape: "text",
  rhaiDelimiter: "interpolation",
  // These two only hold others together, and have no colour.
  rhaiInterpolation: "nothing",
  rhaiBrace: "nothing",
  rhaiComment: "comment",
  rhaiDocumentation: "documentation",
};
// What Vim leaves as it is.
const plain = ["name", "operator", "punctuation", "bar"];
const names = ["name", "call", "definition", "namespace", "host", "host-namespace"];

const [, , tokens, folder] = process.argv;
const files = JSON.parse(readFileSync(tokens, "utf8"));
mkdirSync(folder, { recursive: true });
// Vim reads what is compared, not what is on the disk.
const scripts = files.map(({ text }, index) => {
  const path = `${folder}/${index + 1}.rhai`;
  writeFileSync(path, text.replaceAll("\r\n", "\n"));
  return path;
});
const script = fileURLToPath(new URL("../../vim/test.vim", import.meta.url));
execFileSync("vim", ["-Nu", "NONE", "-es", "-S", script, folder, ...scripts], { stdio: ["ignore", "ignore", "inherit"] });

let count = 0;
let wrong = 0;
files.forEach(({ file, text, tokens: expected }, index) => {
  const groups = readFileSync(`${folder}/${index + 1}`, "utf8").split("\n").map((it) => it.split(","));
  for (const [name, from, to] of expected) {
    count += 1;
    for (let at = from; at < to; at += 1) {
      if (/\s/.test(text[at]) || text.charCodeAt(at) > 127) continue;
      const before = text.slice(0, at).split("\n");
      const column = Buffer.byteLength(before.at(-1));
      const group = groups[before.length - 1]?.[column] ?? "";
      const found = group === "" ? "nothing" : (classes[group] ?? group);
      const fits = found === name || (found === "nothing" && plain.includes(name)) || (name === "name" && names.includes(found)) || text.slice(from, to) === "!in";
      if (!fits) {
        wrong += 1;
        console.log(`${file}:${before.length}: \`${text.slice(from, Math.min(to, from + 40)).split("\n")[0]}\` is ${name}, and ${found} in Vim`);
        break;
      }
    }
  }
});
console.log(`vim: ${files.length} files, ${count} tokens, ${wrong} mismatches`);
process.exitCode = wrong === 0 && count > 0 ? 0 : 1;
