// What the settings say, as the server and the command line take it.

import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import * as vscode from "vscode";

interface Settings {
  values: unknown;
  asOf: string;
  packageProfile: string;
  root: string;
}

/** The settings, as the server reads them. */
export function settings(scope?: vscode.Uri): Settings {
  const section = vscode.workspace.getConfiguration("mimeo", scope ?? null);
  return {
    values: section.get("values"),
    asOf: section.get("asOf", ""),
    packageProfile: section.get("packageProfile", ""),
    root: section.get("root", ""),
  };
}

/** The arguments of the command line for a script: values files, the day, the package's profile, the root. */
export function arguments_(script: vscode.Uri, values?: string[]): string[] {
  const { asOf, packageProfile, root, values: said } = settings(script);
  const files = (values ?? valuesOf(script, said)).map((it) => absolute(it, script));
  const one = (option: string, value: string) => (value === "" ? [] : [option, value]);
  const path = (option: string, value: string) => one(option, value === "" ? "" : absolute(value, script));
  return [
    ...files.flatMap((it) => ["--values", it]),
    ...one("--as-of", asOf),
    ...path("--package-profile", packageProfile),
    ...path("--root", root),
  ];
}

/** The values files of a script: those of the settings, else the one beside it that has its name. */
function valuesOf(script: vscode.Uri, said: unknown): string[] {
  const list = (it: unknown): string[] =>
    typeof it === "string" ? (it === "" ? [] : [it]) : Array.isArray(it) ? it.filter((one) => typeof one === "string") : [];
  if (typeof said === "object" && said !== null && !Array.isArray(said)) {
    const own = Object.entries(said).find(([name]) => absolute(name, script) === script.fsPath);
    if (own !== undefined) {
      return list(own[1]);
    }
  }
  const files = list(said);
  const beside = script.fsPath.replace(/\.rhai$/, ".toml");
  return files.length > 0 ? files : existsSync(beside) ? [beside] : [];
}

/** A path of the settings, which is relative to the folder of the workspace. */
export function absolute(path: string, script: vscode.Uri): string {
  const folder = vscode.workspace.getWorkspaceFolder(script) ?? vscode.workspace.workspaceFolders?.[0];
  return isAbsolute(path) || folder === undefined ? path : join(folder.uri.fsPath, path);
}
