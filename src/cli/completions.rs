//! `mimeo completions` and `mimeo man`: the command line as shells and manuals know it.

use std::path::PathBuf;

use clap::CommandFactory;
use clap_complete::Shell;
use clap_mangen::Man;

use crate::cli::ui::{Ui, make_folder, write_file};
use crate::cli::{ExitStatus, Failure, exits};

/// Print what completes the command line in a shell
///
/// For bash: `mimeo completions bash > ~/.local/share/bash-completion/completions/mimeo`. For PowerShell: add
/// `mimeo completions powershell | Out-String | Invoke-Expression` to the file that `$PROFILE` names.
#[derive(Debug, clap::Args)]
#[command(after_long_help = exits(&[ExitStatus::Clean, ExitStatus::Usage]))]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
}

/// Write the manual pages
///
/// One for each command, `mimeo.1` and `mimeo-check.1` and so on. They say what `--help` says.
#[derive(Debug, clap::Args)]
#[command(after_long_help = exits(&[ExitStatus::Clean, ExitStatus::Usage]))]
pub struct ManArgs {
    /// The folder that they are written to; it is made if it is not there
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    out: PathBuf,
}

/// The endings of files by the names of values. Of the shells only zsh is told them; the others offer every file.
const ENDINGS: &[(&str, &str)] =
    &[("FILE.toml", "*.toml"), ("FILE.json", "*.json"), ("SCRIPT", "*.rhai")];

/// Runs `mimeo completions`.
pub fn completions(args: &CompletionsArgs, ui: &Ui) -> Result<ExitStatus, Failure> {
    let mut command = super::Args::command();
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut command, "mimeo", &mut text);
    let mut text = String::from_utf8(text).expect("the names of commands and options are text");
    if args.shell == Shell::Zsh {
        for (name, ending) in ENDINGS {
            let files = format!(":{name}:_files");
            text = text.replace(&files, &format!("{files} -g \"{ending}\""));
        }
    }
    ui.print(&text);
    Ok(ExitStatus::Clean)
}

/// Runs `mimeo man`.
pub fn man(args: &ManArgs, ui: &Ui) -> Result<ExitStatus, Failure> {
    make_folder(&args.out)?;
    let mut command = super::Args::command().disable_help_subcommand(true);
    command.build();
    let mut all = vec![command];
    let mut count = 0;
    while let Some(command) = all.pop() {
        all.extend(command.get_subcommands().filter(|it| !it.is_hide_set()).cloned());
        let man = Man::new(command).manual("mimeo");
        let mut page = Vec::new();
        man.render(&mut page).expect("memory takes what is written");
        let page = String::from_utf8(page).expect("the help is text");
        write_file(&args.out.join(man.get_filename()), &page)?;
        count += 1;
    }
    ui.talk(&format!("wrote {count} pages to {}\n", args.out.display()));
    Ok(ExitStatus::Clean)
}
