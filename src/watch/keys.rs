//! What the keys do: they move what is seen, and ask for the few things that are done.

use crate::watch::board::Board;
use crate::watch::note::Key as NoteKey;

/// A key that is pressed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Key {
    /// A character.
    Char(char),
    /// Control and a character.
    Control(char),
    /// The Enter key.
    Enter,
    /// The Escape key.
    Escape,
    /// A line up.
    Up,
    /// A line down.
    Down,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// To the start.
    Home,
    /// To the end.
    End,
    /// The next customer.
    Right,
    /// The customer before.
    Left,
}

/// What the keys are, for people.
pub const KEYS: &[(&str, &str)] = &[
    ("q, Ctrl-C", "quit"),
    ("r", "run again, everything"),
    ("n, N", "the next finding, the one before"),
    ("e, Enter", "edit at the finding ($VISUAL, $EDITOR)"),
    ("f", "show an edit that needs no look; f again makes it"),
    ("p", "the plan"),
    ("w", "the plan as the wizard's pages"),
    ("d", "what differs in the plan"),
    ("Left, Right", "the customer before, the next one"),
    ("Up, Down, PageUp, PageDown", "scroll (also k, j, b, Space)"),
    ("Home, End", "to the start, to the end (also g, G)"),
    ("Esc", "back to the findings"),
    ("?", "this help"),
];

/// A page of the screen.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Page {
    /// What was found, and what differs.
    #[default]
    Findings,
    /// The plan as a table.
    Plan,
    /// The plan as the wizard's pages.
    Wizard,
    /// What differs in the plan.
    Difference,
    /// The keys, and what is watched.
    Help,
}

/// What is seen of the board.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct View {
    /// The page.
    pub page: Page,
    /// The customer whose plan is shown, as an index.
    pub customer: usize,
    /// The finding that is chosen; it stays so wherever it moves.
    pub chosen: Option<NoteKey>,
    /// The first line that is seen, of each page.
    pub scroll: [usize; 5],
    /// Whether the edit of the chosen finding is shown, to be agreed to.
    pub asks: bool,
    /// Whether the chosen finding is to be brought into sight.
    pub follows: bool,
}

/// What is to be done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Act {
    /// Nothing but to draw.
    Draw,
    /// To end.
    Quit,
    /// To run everything again.
    Again,
    /// To open the editor at the finding of this index.
    Edit(usize),
    /// To make the edit of the finding of this index.
    Fix(usize),
}

impl View {
    /// The first line that is seen of the page.
    pub fn top(&mut self) -> &mut usize {
        &mut self.scroll[self.page as usize]
    }

    /// The index of the chosen finding.
    #[must_use]
    pub fn index(&self, board: &Board) -> Option<usize> {
        board.position(self.chosen.as_ref()?)
    }

    /// Heeds a key. `height` is the lines that are seen of a page.
    pub fn press(&mut self, key: Key, board: &Board, height: usize) -> Act {
        let asked = std::mem::take(&mut self.asks);
        let page = height.saturating_sub(1).max(1);
        match key {
            Key::Char('q') | Key::Control('c' | 'd') => return Act::Quit,
            Key::Char('r') => return Act::Again,
            Key::Char('f') => return self.fix(board, asked),
            Key::Enter if asked => return self.fix(board, asked),
            Key::Char('e') | Key::Enter => {
                self.choose(board);
                if let Some(index) = self.index(board) {
                    return Act::Edit(index);
                }
            }
            Key::Char('n') => self.step(board, 1),
            Key::Char('N') => self.step(board, -1),
            Key::Char('p') => self.turn(Page::Plan),
            Key::Char('w') => self.turn(Page::Wizard),
            Key::Char('d') => self.turn(Page::Difference),
            Key::Char('?' | 'h') => self.turn(Page::Help),
            Key::Escape if !asked => self.page = Page::Findings,
            Key::Right | Key::Left => {
                let count = board.panels.len().max(1);
                let by = if key == Key::Right { 1 } else { count - 1 };
                self.customer = (self.customer + by) % count;
                self.scroll[1..4].fill(0);
            }
            Key::Up | Key::Char('k') => self.move_by(|it| it.saturating_sub(1)),
            Key::Down | Key::Char('j') => self.move_by(|it| it + 1),
            Key::PageUp | Key::Char('b') => self.move_by(|it| it.saturating_sub(page)),
            Key::PageDown | Key::Char(' ') => self.move_by(|it| it + page),
            Key::Home | Key::Char('g') => self.move_by(|_| 0),
            Key::End | Key::Char('G') => self.move_by(|_| usize::MAX / 2),
            Key::Escape | Key::Char(_) | Key::Control(_) => {}
        }
        Act::Draw
    }

    /// Keeps to what is there after a run.
    pub fn keep(&mut self, board: &Board) {
        self.customer = self.customer.min(board.panels.len().saturating_sub(1));
        if self.index(board).is_none() {
            self.chosen = None;
            self.asks = false;
        }
    }

    fn turn(&mut self, page: Page) {
        self.page = if self.page == page { Page::Findings } else { page };
    }

    fn move_by(&mut self, to: impl FnOnce(usize) -> usize) {
        self.follows = false;
        let top = self.top();
        *top = to(*top);
    }

    fn choose(&mut self, board: &Board) {
        if self.index(board).is_none() {
            self.chosen = board.items.first().map(|it| it.note.key());
        }
    }

    fn step(&mut self, board: &Board, by: isize) {
        self.page = Page::Findings;
        self.follows = true;
        let count = board.items.len();
        if count == 0 {
            return;
        }
        let next = match self.index(board) {
            Some(index) => index.checked_add_signed(by).map_or(count - 1, |it| it % count),
            None if by > 0 => 0,
            None => count - 1,
        };
        self.chosen = Some(board.items[next].note.key());
    }

    fn fix(&mut self, board: &Board, asked: bool) -> Act {
        self.choose(board);
        let index = self.index(board);
        match index.filter(|it| board.fix(&board.items[*it]).is_some()) {
            Some(index) if asked => Act::Fix(index),
            Some(_) => {
                self.page = Page::Findings;
                self.follows = true;
                self.asks = true;
                Act::Draw
            }
            None => Act::Draw,
        }
    }
}
