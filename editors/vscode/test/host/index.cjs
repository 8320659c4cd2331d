// Runs in the extension host of a real editor, with the program on its path or in its settings:
//
//     code --extensionDevelopmentPath=editors/vscode --extensionTestsPath=editors/vscode/test/host/index.cjs examples
//
// What passed and failed is written to the file that MIMEO_REPORT names, or told as an error.

const { writeFileSync } = require("node:fs");
const { join } = require("node:path");
const vscode = require("vscode");

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Waits until something is there. */
async function until(what, look) {
  for (let round = 0; round < 150; round += 1) {
    const found = await look();
    if (found) {
      return found;
    }
    await sleep(100);
  }
  throw new Error(`waited in vain for ${what}`);
}

exports.run = async () => {
  const folder = vscode.workspace.workspaceFolders[0].uri;
  const good = vscode.Uri.joinPath(folder, "option-d.rhai");
  const results = [];
  const test = async (name, work) => {
    try {
      await Promise.race([work(), sleep(60_000).then(() => Promise.reject(new Error("it takes more than a minute")))]);
      results.push({ name, passed: true });
    } catch (error) {
      results.push({ name, passed: false, error: String(error) });
    }
  };
  const extension = vscode.extensions.getExtension("mimeo.mimeo");

  await test("the extension is there", () => {
    if (extension === undefined) throw new Error("it is not");
  });
  await test("a script has its language, and opening one starts the extension", async () => {
    const document = await vscode.workspace.openTextDocument(good);
    await vscode.window.showTextDocument(document);
    if (document.languageId !== "rhai") throw new Error(document.languageId);
    await until("the extension", () => extension.isActive);
  });
  await test("every command of the manifest is there", async () => {
    const known = await vscode.commands.getCommands(true);
    const missing = extension.packageJSON.contributes.commands.map((it) => it.command).filter((it) => !known.includes(it));
    if (missing.length > 0) throw new Error(missing.join(", "));
  });
  await test("findings come from the server", async () => {
    const document = await vscode.workspace.openTextDocument({ language: "rhai", content: 'license::volume();\nmail::smtpp("a");\n' });
    await vscode.window.showTextDocument(document);
    const found = await until("findings", () => vscode.languages.getDiagnostics(document.uri).find((it) => it.range.start.line === 1));
    if (found.source !== "mimeo") throw new Error(found.source);
  });
  await test("hover tells what a function is", async () => {
    const document = await vscode.workspace.openTextDocument(good);
    const at = document.positionAt(document.getText().indexOf("mail::smtp(") + 7);
    const hovers = await until("a hover", async () => {
      const list = await vscode.commands.executeCommand("vscode.executeHoverProvider", good, at);
      return list.length > 0 ? list : undefined;
    });
    const text = hovers.flatMap((it) => it.contents.map((one) => one.value ?? one)).join("\n");
    if (!text.includes("smtp")) throw new Error(text);
  });
  await test("completion knows the host's functions", async () => {
    const document = await vscode.workspace.openTextDocument(good);
    const at = document.positionAt(document.getText().indexOf("mail::smtp(") + 6);
    const list = await vscode.commands.executeCommand("vscode.executeCompletionItemProvider", good, at);
    const labels = list.items.map((it) => (typeof it.label === "string" ? it.label : it.label.label));
    if (!labels.some((it) => it.includes("office365"))) throw new Error(labels.slice(0, 20).join(", "));
  });
  await test("snippets are offered", async () => {
    const document = await vscode.workspace.openTextDocument({ language: "rhai", content: "option" });
    const list = await vscode.commands.executeCommand("vscode.executeCompletionItemProvider", document.uri, new vscode.Position(0, 6));
    const snippets = list.items.filter((it) => it.kind === vscode.CompletionItemKind.Snippet);
    if (snippets.length < 9) throw new Error(`${snippets.length} snippets`);
  });
  await test("the plan is shown as the wizard's pages", async () => {
    await vscode.commands.executeCommand("mimeo.planWizard", good);
    const shown = await until("the plan", () => vscode.workspace.textDocuments.find((it) => it.uri.scheme === "mimeo-view"));
    if (!shown.getText().includes("FIMService")) throw new Error(shown.getText().slice(0, 300));
  });
  await test("the lenses above a script run its commands", async () => {
    const lenses = await until("two lenses", async () => {
      const list = await vscode.commands.executeCommand("vscode.executeCodeLensProvider", good, 10);
      return list.length === 2 ? list : undefined;
    });
    const { command } = lenses.find((it) => it.command.title.startsWith("plan: "));
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ content: "another editor" }));
    await vscode.commands.executeCommand(command.command, ...command.arguments);
    await until("the plan", () => vscode.workspace.textDocuments.find((it) => it.uri.scheme === "mimeo-view" && it.uri.query === good.path));
    const rehearse = lenses.find((it) => it.command.title === "rehearse").command;
    const started = new Promise((resolve) => vscode.tasks.onDidStartTask((it) => resolve(it.execution)));
    await vscode.commands.executeCommand(rehearse.command, ...rehearse.arguments);
    const execution = await started;
    if (!execution.task.name.includes("rehearse")) throw new Error(execution.task.name);
    execution.terminate();
  });
  await test("a finding can be explained", async () => {
    const document = await vscode.workspace.openTextDocument({ language: "rhai", content: 'mail::smtpp("a");\n' });
    await vscode.window.showTextDocument(document);
    await until("findings", () => vscode.languages.getDiagnostics(document.uri).length > 0);
    const range = new vscode.Range(0, 0, 0, 20);
    const actions = await vscode.commands.executeCommand("vscode.executeCodeActionProvider", document.uri, range);
    const explain = actions.find((it) => it.title === "explain `script-unknown-function`");
    if (explain === undefined) throw new Error(actions.map((it) => it.title).join(", "));
    await vscode.commands.executeCommand(explain.command.command, ...explain.command.arguments);
    await until("the page", () => vscode.window.tabGroups.all.flatMap((it) => it.tabs).find((it) => it.label.includes("script-unknown-function")));
  });
  await test("a value is explained", async () => {
    await vscode.commands.executeCommand("mimeo.why", "mail.server", good);
    const shown = await until("the answer", () => vscode.workspace.textDocuments.find((it) => it.uri.scheme === "mimeo-view" && it.uri.path.includes("why")));
    if (!shown.getText().includes("said at")) throw new Error(shown.getText());
  });
  await test("the check runs as a task, and its findings are problems", async () => {
    const ended = new Promise((resolve) => vscode.tasks.onDidEndTaskProcess((it) => resolve(it.exitCode)));
    await vscode.commands.executeCommand("mimeo.check", good);
    const code = await ended;
    if (code !== 0) throw new Error(`it ended with ${code}`);
    // The server finds the same; the task's own have no owner that one could ask for, so they are told by being two.
    await until("two of each", () => {
      const lines = vscode.languages.getDiagnostics(good).map((it) => `${it.range.start.line} ${JSON.stringify(it.code?.value ?? it.code)}`);
      return lines.some((it, at) => lines.indexOf(it) !== at);
    }).catch((error) => {
      const all = vscode.languages.getDiagnostics().flatMap(([uri, list]) => list.map((it) => `${uri.path} ${it.range.start.line} ${JSON.stringify(it.code)} ${it.source}`));
      throw new Error(`${error}: ${all.join("; ")}`);
    });
  });
  await test("the walkthrough is told of", () => {
    if (extension.packageJSON.contributes.walkthroughs[0].steps.length < 5) throw new Error("too few steps");
  });

  const report = process.env.MIMEO_REPORT ?? join(__dirname, "..", "..", "dist", "report.json");
  writeFileSync(report, `${JSON.stringify(results, null, 2)}\n`);
  const failed = results.filter((it) => !it.passed);
  if (failed.length > 0) {
    throw new Error(failed.map((it) => `${it.name}: ${it.error}`).join("\n"));
  }
};
