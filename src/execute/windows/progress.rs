//! What Windows Installer tells while it works, as lines for a person.

/// A message of Windows Installer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Message {
    /// An action begins: `Action 9:41:07: InstallFiles. Copying new files`.
    Action(String),
    /// The bar moves, or begins anew: `1: 2 2: 25 3: 0 4: 0`.
    Progress(String),
    /// An action told something, which may hold values and is not repeated.
    Data,
}

/// The state of the progress bar. Source: Microsoft's "Parsing Windows Installer Messages" and "Adding Custom Actions to the
/// `ProgressBar`", 2026-11-23.
#[derive(Debug, Default)]
pub struct Progress {
    action: String,
    total: i64,
    done: i64,
    /// The bar runs backwards while a failed installation is taken back.
    backwards: bool,
    /// What each message with data adds.
    each: i64,
    /// The tens of the percentage that were told last.
    told: Option<i64>,
}

impl Progress {
    /// The line to show after a message; none if nothing has changed that a person would want to see.
    pub fn hear(&mut self, message: &Message) -> Option<String> {
        match message {
            Message::Action(text) => {
                let action = action(text);
                if action.is_empty() {
                    return None;
                }
                action.clone_into(&mut self.action);
                self.each = 0;
                self.told = self.percent().map(|it| it / 10);
                return Some(self.line());
            }
            Message::Progress(text) => self.move_bar(text),
            Message::Data => self.add(self.each),
        }
        let tens = self.percent().map(|it| it / 10);
        if self.action.is_empty() || tens.is_none() || tens == self.told {
            return None;
        }
        self.told = tens;
        Some(self.line())
    }

    fn move_bar(&mut self, text: &str) {
        let fields = fields(text);
        match fields {
            [Some(0), Some(total), direction, _] => {
                self.total = total.max(0);
                self.backwards = direction == Some(1);
                self.done = if self.backwards { self.total } else { 0 };
                self.each = 0;
            }
            [Some(1), Some(each), enabled, _] => {
                self.each = if enabled == Some(0) { 0 } else { each };
            }
            [Some(2), Some(ticks), _, _] => self.add(ticks),
            [Some(3), Some(more), _, _] => self.total = self.total.saturating_add(more.max(0)),
            _ => {}
        }
    }

    fn add(&mut self, ticks: i64) {
        let ticks = if self.backwards { ticks.saturating_neg() } else { ticks };
        self.done = self.done.saturating_add(ticks).clamp(0, self.total);
    }

    /// From 0 to 100; none if it is not known how much there is to do.
    fn percent(&self) -> Option<i64> {
        (self.total > 0).then(|| self.done.saturating_mul(100) / self.total)
    }

    fn line(&self) -> String {
        let back = if self.backwards { "taking back: " } else { "" };
        match self.percent() {
            Some(percent) => format!("{back}{}, {percent} %", self.action),
            None => format!("{back}{}", self.action),
        }
    }
}

/// `Copying new files` of `Action 9:41:07: InstallFiles. Copying new files`, or the name of the action if that is all.
fn action(text: &str) -> &str {
    let (_, rest) = text.split_once(": ").unwrap_or(("", text));
    let rest = rest.trim();
    match rest.split_once(". ") {
        Some((_, description)) if !description.trim().is_empty() => description.trim(),
        Some(_) | None => rest.trim_end_matches('.'),
    }
}

/// The fields 1 to 4 of `1: 2 2: 25 3: 0 4: 0`.
fn fields(text: &str) -> [Option<i64>; 4] {
    let mut fields = [None; 4];
    let words: Vec<&str> = text.split_whitespace().collect();
    for pair in words.chunks_exact(2) {
        let index = pair[0].strip_suffix(':').and_then(|it| it.parse::<usize>().ok());
        if let Some(field) = index.and_then(|it| fields.get_mut(it.wrapping_sub(1))) {
            *field = pair[1].parse().ok();
        }
    }
    fields
}
