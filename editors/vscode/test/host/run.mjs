// Installs a real editor (code-server, which is Visual Studio Code for a browser) and runs the tests beside this file in its
// extension host: `npm run test:host`. It takes Node.js 20, a C++ compiler, Chromium, npm's registry once, and about 1 GB below
// the project's `target` folder. With `--picture` the README's picture is taken anew.
//
// MIMEO names the program (else the one that `cargo build` makes), CHROMIUM the browser (else the one on the path).

import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const CODE_SERVER = "code-server@4.100.3";
const PLAYWRIGHT = "playwright-core@1.56.1";

const extension = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const root = join(extension, "..", "..");
const home = join(root, "target", "vscode-host");

if (!process.version.startsWith("v20.")) {
  throw new Error(`${CODE_SERVER} takes Node.js 20, and this is ${process.version}`);
}
install();
const program = process.env.MIMEO ?? built();
execFileSync("npm", ["run", "--silent", "build"], { cwd: extension, stdio: "inherit" });

const folder = mkdtempSync(join(tmpdir(), "mimeo-host-"));
const children = [];
process.on("exit", () => {
  for (const child of children) {
    child.kill();
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
});
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => process.exit(1));
}
let page;
try {
  const failed = process.argv.includes("--picture") ? await picture() : await tests();
  process.exit(failed ? 1 : 0);
} catch (error) {
  console.error(error.message);
  const seen = join(home, "failed.png");
  await page?.screenshot({ path: seen });
  console.error(`how far it got: ${seen}`);
  process.exit(1);
}

/** Installs the editor, once. Its own installer would download more than the registry has. */
function install() {
  const done = join(home, "installed");
  const wanted = `${CODE_SERVER} ${PLAYWRIGHT}\n`;
  if (existsSync(done) && readFileSync(done, "utf8") === wanted) {
    return;
  }
  console.log(`installing ${CODE_SERVER} into ${home}: a few minutes`);
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, "package.json"), '{"private":true}\n');
  const npm = (cwd, ...args) =>
    execFileSync("npm", [...args, "--no-audit", "--no-fund", "--loglevel=error"], { cwd, stdio: ["ignore", "ignore", "inherit"] });
  npm(home, "install", "--ignore-scripts", CODE_SERVER, PLAYWRIGHT);
  const code = join(home, "node_modules", "code-server", "lib", "vscode");
  npm(code, "install", "--ignore-scripts", "--omit=dev");
  npm(join(code, "extensions"), "install", "--ignore-scripts", "--omit=dev");
  try {
    npm(code, "rebuild", "node-pty", "@vscode/spdlog", "native-watchdog", "@vscode/deviceid", "@parcel/watcher");
  } catch {
    // node-pty wants to fetch something more when all of it is built.
  }
  npm(home, "rebuild", "argon2", "--build-from-source");
  writeFileSync(done, wanted);
}

function built() {
  execFileSync("cargo", ["build", "--locked", "--quiet"], { cwd: root, stdio: "inherit" });
  return join(root, "target", "debug", process.platform === "win32" ? "mimeo.exe" : "mimeo");
}

/** Runs the tests, and tells whether one failed. */
async function tests() {
  const workspace = join(folder, "examples");
  cpSync(join(root, "examples"), workspace, { recursive: true });
  const report = join(folder, "report.json");
  const port = await serve(workspace, { MIMEO_REPORT: report });
  const there = (path) => `vscode-remote://127.0.0.1:${port}${path}`;
  const payload = [
    ["extensionDevelopmentPath", there(extension)],
    ["extensionTestsPath", there(join(extension, "test", "host", "index.cjs"))],
  ];
  const query = new URLSearchParams({ folder: workspace, payload: JSON.stringify(payload) });
  await browse(`http://127.0.0.1:${port}/?${query}`);
  await until("the report", () => existsSync(report) && readFileSync(report, "utf8").endsWith("]\n"), 240);
  await page.context().close();
  const results = JSON.parse(readFileSync(report, "utf8"));
  for (const { name, passed, error } of results) {
    console.log(`${passed ? "passed" : "FAILED"}  ${name}${passed ? "" : `\n        ${error}`}`);
  }
  const bad = results.filter((it) => !it.passed).length;
  console.log(`host: ${results.length - bad} passed, ${bad} failed`);
  return bad > 0;
}

/** Takes the README's picture: a script whose mail and account do not go together, with the list of problems. */
async function picture() {
  const workspace = join(folder, "contoso");
  mkdirSync(workspace);
  for (const name of ["contoso", "option-d"]) {
    for (const ending of ["rhai", "toml"]) {
      cpSync(join(root, "examples", `${name}.${ending}`), join(workspace, `${name}.${ending}`));
    }
  }
  cpSync(join(extension, "test", "host", "relay.rhai"), join(workspace, "relay.rhai"));
  cpSync(join(extension, "test", "host", "relay.toml"), join(workspace, "relay.toml"));
  // The editor takes an extension only from a package.
  execFileSync("npm", ["run", "--silent", "package"], { cwd: extension, stdio: "ignore" });
  execFileSync(process.execPath, [...server(), "--install-extension", join(extension, "dist", "mimeo.vsix")], { stdio: "ignore" });
  const port = await serve(workspace, {});
  const query = new URLSearchParams({ folder: workspace });
  await browse(`http://127.0.0.1:${port}/?${query}`);
  await page.dblclick('.explorer-folders-view [aria-label^="relay.rhai"]', { timeout: 60_000 });
  await page.waitForSelector(".squiggly-error", { state: "attached", timeout: 60_000 });
  await page.keyboard.press("Control+Shift+M");
  await page.click('.markers-panel [aria-label^="Error:"]', { timeout: 60_000 });
  await page.keyboard.press("Control+1");
  await page.keyboard.press("Control+Home");
  await page.waitForTimeout(2000);
  await page.screenshot({ path: join(extension, "images", "screenshot.png") });
  await page.context().close();
  console.log("images/screenshot.png is new: look at it");
  return false;
}

/** How the editor is started. */
function server() {
  const own = ["--user-data-dir", join(folder, "data"), "--extensions-dir", join(folder, "extensions"), "--config", join(folder, "config.yaml")];
  return [join(home, "node_modules", "code-server", "out", "node", "entry.js"), ...own];
}

/** Starts the editor for a folder and returns where it listens. */
async function serve(workspace, environment) {
  const settings = {
    "mimeo.asOf": "2026-11-23",
    "telemetry.telemetryLevel": "off",
    "extensions.autoUpdate": false,
    "workbench.startupEditor": "none",
    "workbench.colorTheme": "Default Dark Modern",
    "chat.commandCenter.enabled": false,
    "window.commandCenter": false,
    "workbench.layoutControl.enabled": false,
    "window.menuBarVisibility": "compact",
    "git.enabled": false,
    "editor.minimap.enabled": false,
    "editor.stickyScroll.enabled": false,
  };
  // Where the program is, belongs to the machine that the editor's server runs on.
  for (const [whose, said] of Object.entries({ User: settings, Machine: { "mimeo.path": program } })) {
    mkdirSync(join(folder, "data", whose), { recursive: true });
    writeFileSync(join(folder, "data", whose, "settings.json"), JSON.stringify(said));
  }
  const port = await new Promise((resolve) => {
    const free = createServer().listen(0, "127.0.0.1", () => {
      const { port } = free.address();
      free.close(() => resolve(port));
    });
  });
  const off = ["telemetry", "update-check", "workspace-trust", "getting-started-override", "file-downloads"].map((it) => `--disable-${it}`);
  const args = [...server(), "--bind-addr", `127.0.0.1:${port}`, "--auth", "none", ...off, workspace];
  children.push(spawn(process.execPath, args, { env: { ...process.env, ...environment }, stdio: "ignore" }));
  const answers = () =>
    fetch(`http://127.0.0.1:${port}/healthz`).then(
      (it) => it.ok,
      () => false,
    );
  await until("the editor", answers, 60);
  return port;
}

/** Opens a page that reaches nothing but this machine. */
async function browse(url) {
  const { chromium } = createRequire(join(home, "package.json"))("playwright-core");
  const paths = (process.env.PATH ?? "").split(delimiter);
  const named = ["chromium", "chromium-browser", "google-chrome"].flatMap((name) => paths.map((it) => join(it, name)));
  const executablePath = process.env.CHROMIUM ?? named.find((it) => existsSync(it));
  if (executablePath === undefined) {
    throw new Error("there is no Chromium on the path; CHROMIUM says where one is");
  }
  const context = await chromium.launchPersistentContext(join(folder, "browser"), {
    executablePath,
    headless: true,
    viewport: { width: 1280, height: 800 },
    args: ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"],
  });
  page = context.pages()[0] ?? (await context.newPage());
  await page.goto(url);
}

async function until(what, look, seconds) {
  for (let round = 0; round < seconds * 5; round += 1) {
    if (await look()) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`waited in vain for ${what}`);
}
