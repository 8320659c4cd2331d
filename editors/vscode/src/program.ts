// Where the program is, and how it is run.

import { execFile } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import * as vscode from "vscode";

/**
 * The program: the one of the settings, else the one that comes with the extension, else the one on the `PATH`.
 *
 * The path is always a whole one. Left to itself, Windows would look in the folder of the workspace first.
 */
export function program(context: vscode.ExtensionContext): string | undefined {
  const said = vscode.workspace.getConfiguration("mimeo").get("path", "").trim();
  if (said !== "" && isAbsolute(said)) {
    return said;
  }
  const file = process.platform === "win32" ? "mimeo.exe" : "mimeo";
  const bundled = join(context.extensionPath, "server", file);
  const paths = (process.env["PATH"] ?? "").split(delimiter).filter(isAbsolute);
  return [bundled, ...paths.map((it) => join(it, file))].find((it) => existsSync(it) && statSync(it).isFile());
}

/** Runs the program and returns what it writes; what it says of errors is the error. */
export function run(context: vscode.ExtensionContext, args: string[], file?: vscode.Uri): Promise<string> {
  const path = program(context);
  if (path === undefined) {
    return Promise.reject(new Error("The program mimeo was not found; the setting mimeo.path says where it is."));
  }
  const options = {
    cwd: file === undefined ? context.extensionPath : dirname(file.fsPath),
    env: { ...process.env, NO_COLOR: "1" },
    maxBuffer: 64 << 20,
    windowsHide: true,
  };
  return new Promise((resolve, reject) => {
    execFile(path, ["--color", "never", ...args], options, (error, output, talk) => {
      if (error !== null && output === "") {
        reject(new Error(talk.trim() === "" ? error.message : talk.trim()));
      } else {
        resolve(output);
      }
    });
  });
}
