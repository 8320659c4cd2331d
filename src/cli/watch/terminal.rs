//! The terminal while it is watched: its own screen, its keys, and as it was when that is over.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crossterm::cursor::{Hide, Show};
use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use crossterm::execute;
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode, size,
};

use crate::watch::keys::Key;

/// The terminal's own screen, for as long as this lives.
#[derive(Debug)]
pub(super) struct Screen {
    hands: Arc<Hands>,
}

/// Who reads the keys.
#[derive(Debug, Default)]
struct Hands {
    /// Held by whoever reads.
    reading: Mutex<()>,
    /// Somebody else wants to.
    lent: AtomicBool,
    over: AtomicBool,
}

/// What comes from the terminal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Input {
    /// A key.
    Pressed(Key),
    /// It has another size.
    Resized,
}

/// How long one look for keys takes.
const LOOK: Duration = Duration::from_millis(50);

impl Screen {
    /// Takes the terminal over, and tells of its keys.
    pub(super) fn new(tell: impl Fn(Input) + Send + 'static) -> io::Result<Self> {
        open()?;
        // Before a panic is told, the terminal is as it was.
        let told = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            close();
            told(panic);
        }));
        let hands = Arc::new(Hands::default());
        let reader = hands.clone();
        std::thread::spawn(move || read(&reader, &tell));
        Ok(Screen { hands })
    }

    /// The columns and lines.
    pub(super) fn size() -> (usize, usize) {
        // One that does not know says nothing, or none.
        let known = size().ok().filter(|(columns, lines)| *columns > 0 && *lines > 0);
        let (columns, lines) = known.unwrap_or((80, 24));
        (usize::from(columns.max(20)), usize::from(lines.max(6)))
    }

    /// Draws, at one stroke.
    pub(super) fn draw(lines: &[String]) {
        let mut text = String::from("\u{1b}[?2026h\u{1b}[H");
        for (index, line) in lines.iter().enumerate() {
            if index > 0 {
                text.push_str("\r\n");
            }
            text.push_str(line);
            text.push_str("\u{1b}[K");
        }
        text.push_str("\u{1b}[J\u{1b}[?2026l");
        let mut out = io::stdout().lock();
        // A terminal that went away says so by a signal.
        out.write_all(text.as_bytes()).and_then(|()| out.flush()).unwrap_or_default();
    }

    /// Gives the terminal to somebody else meanwhile.
    pub(super) fn lend<R>(&self, work: impl FnOnce() -> R) -> R {
        self.hands.lent.store(true, Ordering::SeqCst);
        let held = self.hands.reading.lock().unwrap_or_else(PoisonError::into_inner);
        close();
        let done = work();
        open().unwrap_or_default();
        self.hands.lent.store(false, Ordering::SeqCst);
        drop(held);
        done
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.hands.over.store(true, Ordering::SeqCst);
        close();
    }
}

fn open() -> io::Result<()> {
    enable_raw_mode()?;
    execute!(io::stdout(), EnterAlternateScreen, Hide)
}

fn close() {
    // What cannot be given back is gone.
    execute!(io::stdout(), Show, LeaveAlternateScreen).unwrap_or_default();
    disable_raw_mode().unwrap_or_default();
}

fn read(hands: &Hands, tell: &dyn Fn(Input)) {
    while !hands.over.load(Ordering::SeqCst) {
        if hands.lent.load(Ordering::SeqCst) {
            std::thread::sleep(LOOK);
            continue;
        }
        let held = hands.reading.lock().unwrap_or_else(PoisonError::into_inner);
        let input = match event::poll(LOOK) {
            Ok(true) => event::read(),
            Ok(false) => continue,
            Err(_) => return,
        };
        drop(held);
        match input {
            Ok(Event::Key(pressed)) => {
                if let Some(key) = key(pressed) {
                    tell(Input::Pressed(key));
                }
            }
            Ok(Event::Resize(..)) => tell(Input::Resized),
            Ok(_) => {}
            Err(_) => return,
        }
    }
}

/// The key, if it is one that means something.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a keyboard has more keys than have a meaning here"
)]
fn key(pressed: KeyEvent) -> Option<Key> {
    if pressed.kind == KeyEventKind::Release {
        return None;
    }
    Some(match pressed.code {
        KeyCode::Char(it) if pressed.modifiers.contains(KeyModifiers::CONTROL) => Key::Control(it),
        KeyCode::Char(it) => Key::Char(it),
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Escape,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Left | KeyCode::BackTab => Key::Left,
        KeyCode::Right | KeyCode::Tab => Key::Right,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        _ => return None,
    })
}
