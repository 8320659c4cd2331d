// Tasks: the program's commands in a terminal, with what they find in the list of problems.

import { dirname } from "node:path";
import * as vscode from "vscode";
import { program } from "./program";
import { absolute, arguments_ } from "./settings";

interface Definition extends vscode.TaskDefinition {
  command: string;
  script: string;
  values?: string[];
  args?: string[];
}

/** A task for a command and a script. */
export function task(context: vscode.ExtensionContext, definition: Definition, file: vscode.Uri): vscode.Task {
  const path = program(context);
  if (path === undefined) {
    throw new Error("The program mimeo was not found; the setting mimeo.path says where it is.");
  }
  const check = definition.command === "check";
  const folder = vscode.workspace.getWorkspaceFolder(file);
  // The program names files from the folder of the script, and a matcher can only be told of that of the workspace.
  const found = check && folder?.uri.fsPath === dirname(file.fsPath);
  const given = [
    ...(check ? ["--color", "never"] : []),
    definition.command,
    file.fsPath,
    ...(check ? ["--output-format", "concise"] : []),
    ...arguments_(file, definition.values),
    ...(definition.args ?? []),
  ];
  const made = new vscode.Task(
    definition,
    folder ?? vscode.TaskScope.Workspace,
    `${definition.command} ${vscode.workspace.asRelativePath(file)}`,
    "mimeo",
    new vscode.ProcessExecution(path, given, { cwd: dirname(file.fsPath) }),
    found ? ["$mimeo"] : [],
  );
  made.group = check ? vscode.TaskGroup.Build : vscode.TaskGroup.Test;
  made.isBackground = definition.command === "watch";
  return made;
}

/** Offers to check each open script, and completes the tasks of `tasks.json`. */
export class Tasks implements vscode.TaskProvider {
  constructor(private readonly context: vscode.ExtensionContext) {}

  provideTasks(): vscode.Task[] {
    const open = vscode.workspace.textDocuments.filter((it) => it.languageId === "rhai" && it.uri.scheme === "file");
    if (program(this.context) === undefined) {
      return [];
    }
    return open.flatMap(({ uri }) =>
      ["check", "watch", "rehearse"].map((command) =>
        task(this.context, { type: "mimeo", command, script: vscode.workspace.asRelativePath(uri, false) }, uri),
      ),
    );
  }

  resolveTask(given: vscode.Task): vscode.Task | undefined {
    const definition = given.definition as Definition;
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file("/");
    if (typeof definition.script !== "string" || program(this.context) === undefined) {
      return undefined;
    }
    const made = task(this.context, definition, vscode.Uri.file(absolute(definition.script, folder)));
    // The definition has to stay the same object, or the task is not recognized.
    return new vscode.Task(
      given.definition,
      given.scope ?? vscode.TaskScope.Workspace,
      given.name,
      "mimeo",
      made.execution,
      made.problemMatchers,
    );
  }
}
