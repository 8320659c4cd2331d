// The extension starts things: the language server, the program's commands, its tasks. What a script means, only the program
// knows.

import * as vscode from "vscode";
import { LanguageClient } from "vscode-languageclient/node";
import { program, run } from "./program";
import { arguments_, settings } from "./settings";
import { Tasks, task } from "./tasks";
import { Views } from "./views";

let client: LanguageClient | undefined;
let log: vscode.LogOutputChannel;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  log = vscode.window.createOutputChannel("mimeo", { log: true });
  const views = new Views();
  const command = (name: string, work: (...given: unknown[]) => unknown) =>
    vscode.commands.registerCommand(`mimeo.${name}`, async (...given: unknown[]) => {
      try {
        return await work(...given);
      } catch (error) {
        // The message may stay for as long as it likes; the command has ended.
        void tell(error);
        return undefined;
      }
    });
  context.subscriptions.push(
    log,
    vscode.workspace.registerTextDocumentContentProvider(Views.scheme, views),
    vscode.tasks.registerTaskProvider("mimeo", new Tasks(context)),
    command("check", async (uri) => execute("check", await script(uri), context)),
    command("watch", async (uri) => execute("watch", await script(uri), context)),
    command("rehearse", async (uri) => execute("rehearse", await script(uri), context)),
    command("planWizard", async (uri) => {
      const file = await script(uri);
      const text = await run(context, ["plan", file.fsPath, "--view", "wizard", ...arguments_(file)], file);
      await views.text("plan", file, text);
    }),
    command("planMarkdown", async (uri) => {
      const file = await script(uri);
      const text = await run(context, ["plan", file.fsPath, "--view", "markdown", ...arguments_(file)], file);
      await views.markdown("plan", file, text);
    }),
    command("why", async (field, uri) => {
      const file = await script(uri);
      const given = arguments_(file);
      const name = typeof field === "string" ? field : await pick(run(context, ["why", file.fsPath, ...given], file), " = ");
      if (name !== undefined) {
        await views.text(`why ${name}`, file, await run(context, ["why", file.fsPath, name, ...given], file));
      }
    }),
    command("explain", async (code) => {
      const name = typeof code === "string" ? code : (found() ?? (await pick(run(context, ["explain"]), "  ")));
      if (name !== undefined) {
        await views.markdown(name, undefined, await run(context, ["explain", name]));
      }
    }),
    command("restart", async () => {
      await stop();
      await start(context);
    }),
    command("log", () => (client?.outputChannel ?? log).show()),
    vscode.workspace.onDidChangeConfiguration(async (event) => {
      if (event.affectsConfiguration("mimeo.path")) {
        await stop();
        await start(context);
      }
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(async () => {
      await stop();
      await start(context);
    }),
  );
  await start(context);
}

export async function deactivate(): Promise<void> {
  await stop();
}

async function start(context: vscode.ExtensionContext): Promise<void> {
  const path = program(context);
  if (path === undefined) {
    log.warn("the program `mimeo` was not found: there are colours and snippets, but no checks");
    void missing();
    return;
  }
  log.info(`starting ${path} lsp`);
  const options = settings();
  client = new LanguageClient(
    "mimeo",
    "mimeo",
    { command: path, args: ["lsp"] },
    {
      documentSelector: [
        { language: "rhai", scheme: "file" },
        { language: "rhai", scheme: "untitled" },
        // Values files; which of them belong to a script, the server knows.
        { scheme: "file", pattern: "**/*.toml" },
      ],
      // Of what can be clicked in a script, these are run here, and the rest by the server.
      initializationOptions: { ...options, commands: ["mimeo.planWizard", "mimeo.rehearse", "mimeo.explain"] },
      synchronize: { configurationSection: "mimeo" },
      outputChannelName: "mimeo language server",
      initializationFailedHandler: () => false,
    },
  );
  try {
    await client.start();
  } catch (error) {
    log.error(`the language server did not start: ${String(error)}`);
    client = undefined;
  }
}

async function stop(): Promise<void> {
  const running = client;
  client = undefined;
  await running?.dispose().catch((error: unknown) => log.warn(String(error)));
}

/** The script that a command is about: the one given, else the one in the editor; saved, since the program reads files. */
async function script(given: unknown): Promise<vscode.Uri> {
  // The lenses of the server give an address as a text.
  const said = typeof given === "string" ? vscode.Uri.parse(given) : given;
  const uri = said instanceof vscode.Uri ? said : vscode.window.activeTextEditor?.document.uri;
  if (uri === undefined || uri.scheme !== "file" || !uri.path.endsWith(".rhai")) {
    throw new Error("Open a script (a file that ends in .rhai) first.");
  }
  const document = vscode.workspace.textDocuments.find((it) => it.uri.toString() === uri.toString());
  if (document?.isDirty === true) {
    await document.save();
  }
  return uri;
}

/** The code of the finding under the cursor. */
function found(): string | undefined {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) {
    return undefined;
  }
  const near = vscode.languages
    .getDiagnostics(editor.document.uri)
    .filter((it) => it.source === "mimeo" && it.range.contains(editor.selection.active));
  const code = near[0]?.code;
  return typeof code === "object" ? String(code.value) : code === undefined ? undefined : String(code);
}

/** Lets the user choose one of the lines that the program lists, and returns its name. */
async function pick(listed: Promise<string>, separator: string): Promise<string | undefined> {
  const items = listed.then((text) =>
    text
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map((line) => {
        const [label = "", ...rest] = line.split(separator);
        return { label: label.trim(), description: rest.join(separator).trim() };
      }),
  );
  return (await vscode.window.showQuickPick(items, { matchOnDescription: true }))?.label;
}

async function execute(name: string, file: vscode.Uri, context: vscode.ExtensionContext): Promise<void> {
  await vscode.tasks.executeTask(task(context, { type: "mimeo", command: name, script: file.fsPath }, file));
}

async function tell(error: unknown): Promise<void> {
  const text = error instanceof Error ? error.message : String(error);
  log.error(text);
  const [first = text] = text.split("\n");
  const more = "Show All";
  if ((await vscode.window.showErrorMessage(first, ...(text.trim() === first ? [] : [more]))) === more) {
    log.show();
  }
}

async function missing(): Promise<void> {
  const say = "Say Where It Is";
  const text = "The program mimeo was not found, so scripts are coloured but not checked.";
  if ((await vscode.window.showWarningMessage(text, say)) === say) {
    await vscode.commands.executeCommand("workbench.action.openSettings", "mimeo.path");
  }
}
