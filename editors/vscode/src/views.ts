// What the program writes, shown as documents that cannot be edited.

import { basename } from "node:path";
import * as vscode from "vscode";

/** The documents by address. */
export class Views implements vscode.TextDocumentContentProvider {
  static readonly scheme = "mimeo-view";
  private readonly texts = new Map<string, string>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? "";
  }

  /** Shows a text beside the script. */
  async text(title: string, script: vscode.Uri, text: string): Promise<void> {
    const document = await vscode.workspace.openTextDocument(this.keep(title, script, "txt", text));
    await vscode.window.showTextDocument(document, { preview: true, viewColumn: vscode.ViewColumn.Beside, preserveFocus: true });
  }

  /** Shows Markdown as a page. */
  async markdown(title: string, script: vscode.Uri | undefined, text: string): Promise<void> {
    await vscode.commands.executeCommand("markdown.showPreviewToSide", this.keep(title, script, "md", text));
  }

  private keep(title: string, script: vscode.Uri | undefined, ending: string, text: string): vscode.Uri {
    const name = script === undefined ? title : `${basename(script.fsPath, ".rhai")}: ${title}`;
    // The query tells scripts of one name in two folders apart.
    const uri = vscode.Uri.from({ scheme: Views.scheme, path: `/${name}.${ending}`, query: script?.path ?? "" });
    this.texts.set(uri.toString(), text);
    this.changed.fire(uri);
    return uri;
  }
}
