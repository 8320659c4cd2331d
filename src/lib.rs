//! Scripted, checked deployments of Microsoft Identity Manager 2016 Service and Portal.
//!
//! A script in [Rhai](https://rhai.rs) declares what is to be installed; a customer's values come from a TOML file. mimeo
//! checks both against what the installer's wizard accepts and what is known of builds, accounts, mail and clouds, and
//! makes a typed, sealed plan. This crate is the program `mimeo` and everything that it is made of:
//!
//! ```
//! use mimeo::compile::{Inputs, compile};
//! use mimeo::source::files::Memory;
//!
//! let files = Memory::new([(
//!     "contoso.rhai",
//!     r#"
//!         license::volume();
//!         installer::msi(`D:\MIM\Service and Portal.msi`).accept_license_terms();
//!         portal::password_reset("pwreset.contoso.com")
//!             .pool_account(`contoso\mimpool$`)
//!             .service_address(param::host("service", "The MIM Service", "mim.contoso.com"))
//!             .intranet();
//!     "#,
//! )]);
//! let inputs = Inputs::new("contoso.rhai", jiff::civil::date(2026, 11, 23));
//! let compiled = compile(&files, &inputs)?;
//! for finding in &compiled.diagnostics {
//!     println!("{}: {}", compiled.sources.place(finding.primary), finding.message);
//! }
//! let plan = compiled.plan.expect("nothing in it is an error");
//! assert_eq!(plan.setting("reset.port").unwrap().value.to_string(), "80");
//! # Ok::<(), mimeo::script::values::Unreadable>(())
//! ```
//!
//! # The house
//!
//! Phases are a thin spine of layers; each subject of the domain is one rib with everything that is done about it. The
//! modules below stand in reading order, and each uses only those before it:
//!
//! | layer | module | |
//! |---|---|---|
//! | text | [`source`] | texts, places, and where a value came from; the door to the files |
//! | | [`syntax`] | the lossless tree of a script, also of a broken one |
//! | | [`layout`] | how scripts and values files are laid out: breaks, indentation, blanks |
//! | speech | [`diagnostic`] | findings and their codes |
//! | the installer | [`installer`] | Windows Installer's packages, logs and exit codes, read on any system |
//! | nouns | [`model`] | what can be declared, also what is wrong; the formats of values |
//! | the plan | [`plan`] | steps over closed operations, every value with its origin; seal, order, difference |
//! | the language | [`script`] | from text to declarations: registry of host functions, engine, parameters, imports |
//! | the ribs | [`subject`] | one file for each subject: host functions, checks, fields of the wizard, steps |
//! | the pipeline | [`compile`] | from files and inputs to findings and a plan |
//! | tests of templates | [`trial`] | cases that give values and expect a plan or findings; coverage |
//! | the manual | [`manual`] | what a template asks for and where that goes; the reference of modules and host functions |
//! | writing | [`author`] | a script and a values file, from answers to the wizard's questions or for a template |
//! | the way in | [`import`] | an unattended installation that exists, turned into a script |
//! | views | [`render`], [`export`] | findings, plans and logs as people and machines read them |
//! | the editor's questions | [`ide`] | completion, hover, names and the rest, as offsets and texts |
//! | deeds | [`execute`] | carrying a plan out: journal, cloud, server, rehearsal |
//! | while writing | [`watch`] | what a save changes, told as soon as it is on the disk |
//! | the editor | [`lsp`] | the language server: what is open, what was compiled, the protocol |
//! | the shell | [`cli`] | the command line |
//!
//! What holds everywhere:
//!
//! 1. A script only declares. No host function reads or changes anything outside the process.
//! 2. A wrong script is not an error of the program: it yields findings. `Err` is for files that cannot be read.
//! 3. Every declared fact knows its [`source::Origin`], down to the argument and, where it can be followed exactly, to the
//!    line of the values file.
//! 4. Only `render::full` knows miette, only [`lsp`] the types of the editor's protocol, only `script::engine` knows how Rhai is
//!    tamed, only `cli::watch` knows notify and crossterm, only `cli::new` inquire, and only [`execute`], with the one place of the shell that starts it,
//!    knows tokio and reqwest. [`execute`] takes a sealed plan, and knows neither scripts nor subjects.
//! 5. Modules import downwards only, and ribs never import each other.
//! 6. A check reports only its own code, and every code has an explanation whose examples run as tests.
//! 7. A secret is its name. Only [`execute::secret`] and what it hands values to hold them, in a type that is wiped after use
//!    and shows nothing; what a script or a values file writes out by mistake is covered before anything is shown.
//! 8. [`compile::compile`] is pure and total: the same files, inputs and day give the same result; it knows no clock but the
//!    guard that stops a script which does not end.
//! 9. What may be wrong can be said: declared nouns can represent wrong combinations, so that they can be explained;
//!    resolved ones ([`model::MailOption`]) cannot.
//!
//! # Where new things go
//!
//! | to add | touch |
//! |---|---|
//! | a host function or a part of a builder | its rib: one row of [`verbs!`] with documentation, example and handler |
//! | a check | its rib: [`code!`] with its explanation, a function, one entry in `checks` |
//! | a value of the plan | its rib: one entry in `fields` |
//! | something that a package says | a field of [`installer::profile::Profile`], and a line in [`export::profile`] |
//! | an installer property | one row of [`subject::setup::properties::PROPERTIES`] |
//! | a step | its rib's `steps` function |
//! | a subject | one file below `subject/`, one entry in [`subject::SUBJECTS`], its nouns in [`model`] |
//! | a kind of operation | one variant of [`plan::op::Op`]; the compiler names every view and performer that has to learn it |
//! | a question to a server | one variant of [`plan::op::Question`], and where it is wanted before, a line in [`execute::preflight`] |
//! | a failure while carrying out | [`code!`] in the file that finds it, and its list in [`execute::catalogue`] |
//! | something that goes wrong in a rehearsal | one variant of [`execute::simulate::fault::Fault`] |
//! | a mistake in an unattended installation | [`code!`] in the file below `import/` that finds it |
//! | a view of the plan | one file below `export/`, one variant of [`export::View`] |
//! | something that the manual says | a field of [`manual::Template`], and its words in `export/manual/document.rs` |
//! | a line of a log that means something | [`installer::log`], and for a reason of a failure a row of [`installer::causes::CAUSES`] |
//! | a key of `mimeo watch` | [`watch::keys`]: an arm of [`watch::keys::View::press`], and a row of [`watch::keys::KEYS`] |
//! | a question of `mimeo new` | one row of [`author::questions`], and where its answer is written in [`mod@author::write`] |
//! | an answer to an editor | one file below `ide/`, and its request in `lsp/answer.rs` |
//! | a command | one file below `cli/` |

pub mod source;
pub mod syntax;
pub mod layout;
pub mod diagnostic;
pub mod installer;
pub mod model;
pub mod plan;
pub mod script;
pub mod subject;
pub mod compile;
pub mod trial;
pub mod manual;
pub mod author;
pub mod import;
pub mod render;
pub mod export;
pub mod ide;
pub mod execute;
pub mod watch;
pub mod lsp;
pub mod cli;
