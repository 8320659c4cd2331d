//! The person at the terminal.

use crate::cli::screen::Screen;
use crate::cli::ui::{Ui, write_file};
use crate::execute::person::{Decision, Person, ScriptDecision, SheetEntry};

/// Whoever sits at the keyboard.
pub(super) struct Terminal<'a> {
    pub ui: &'a Ui,
    pub screen: &'a Screen<'a>,
    /// Agree to everything, as `--yes` says.
    pub agrees: bool,
    /// A wish to stop is an answer.
    pub pace: crate::execute::pace::Pace,
}

impl Terminal<'_> {
    /// Asks, and gives the first letter of the answer; the first choice if nothing is typed, nothing where nobody can answer.
    async fn ask(&self, text: &str) -> Option<char> {
        if !self.ui.can_be_asked() {
            return None;
        }
        self.screen.pause();
        self.ui.talk(text);
        let line = tokio::task::spawn_blocking(|| {
            let mut line = String::new();
            let read = std::io::stdin().read_line(&mut line);
            read.ok().filter(|it| *it > 0).map(|_| line)
        });
        let line = tokio::select! {
            line = line => line.ok().flatten(),
            () = self.pace.stopped() => None,
        };
        self.screen.go_on();
        let line = line?;
        Some(line.trim().chars().next().map_or('y', |it| it.to_ascii_lowercase()))
    }
}

impl Person for Terminal<'_> {
    async fn confirm(&self, what: &str) -> Decision {
        if self.agrees {
            return Decision::Done;
        }
        self.insist(what).await
    }

    async fn insist(&self, what: &str) -> Decision {
        let text =
            format!("\n{}\n[Enter] done or agreed, [n] not now: ", crate::plan::visible(what));
        match self.ask(&text).await {
            Some('y' | 'd') => Decision::Done,
            _ => Decision::NotNow,
        }
    }

    async fn script(&self, title: &str, needs: &str, text: &str) -> ScriptDecision {
        if self.agrees {
            return ScriptDecision::Run;
        }
        loop {
            let question = format!(
                "\n{}, with the PowerShell module {needs}.\n[Enter] run it here, [s] show it, [w] write it to mimeo-exchange.ps1 to run it elsewhere, [d] done elsewhere, [n] not now: ",
                crate::plan::visible(title)
            );
            match self.ask(&question).await {
                Some('y' | 'r') => return ScriptDecision::Run,
                Some('d') => return ScriptDecision::DoneElsewhere,
                Some('s') => self.screen.aside(|| self.ui.talk(&shown(text))),
                Some('w') => {
                    let path = std::path::Path::new("mimeo-exchange.ps1");
                    let written = match write_file(path, text) {
                        Ok(()) => format!("wrote {}\n", path.display()),
                        Err(failure) => format!("{}\n", failure.message),
                    };
                    self.screen.aside(|| self.ui.talk(&written));
                }
                _ => return ScriptDecision::NotNow,
            }
        }
    }

    async fn sheet(&self, sheet: &[SheetEntry]) {
        let mut text =
            "\nThe wizard opens with everything known filled in. Enter by hand:\n".to_owned();
        for entry in sheet {
            let verb = if entry.choice { "choose" } else { "enter" };
            let line =
                format!("  page {:>2}  {verb:<6}  {}: {}", entry.page, entry.label, entry.value);
            text.push_str(&crate::plan::visible(&line));
            text.push('\n');
        }
        self.screen.aside(|| self.ui.talk(&text));
    }
}

/// A script, line by line, as it may be shown.
fn shown(text: &str) -> String {
    text.lines().map(|line| format!("    {}\n", crate::plan::visible(line))).collect()
}
