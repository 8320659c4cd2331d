//! Documentation as its author wrote it, in Markdown, taken apart so that every view can show it and none runs it.
//!
//! What is markup becomes structure or is left out; what is HTML becomes text like any other.

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

use crate::export::words::{Bit, Phrase};

/// A piece of documentation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Block {
    /// A paragraph.
    Text(Phrase),
    /// A heading.
    Heading(Phrase),
    /// An item of a list, with its number if it has one, and how many lists it lies in.
    Item {
        /// The number.
        number: Option<u64>,
        /// The lists around it.
        depth: usize,
        /// What it says.
        text: Phrase,
    },
    /// Code.
    Code {
        /// The language; may be empty.
        language: String,
        /// The lines.
        text: String,
    },
}

/// The blocks of a documentation.
pub(super) fn blocks(markdown: &str) -> Vec<Block> {
    let mut reader = Reader::default();
    for event in Parser::new(markdown) {
        reader.take(event);
    }
    reader.end();
    reader.blocks
}

#[derive(Default)]
struct Reader {
    blocks: Vec<Block>,
    phrase: Vec<Bit>,
    heading: bool,
    /// The lists around, each with its next number.
    lists: Vec<Option<u64>>,
    /// Whether the next text begins an item.
    item: bool,
    code: Option<(String, String)>,
    link: Option<String>,
}

impl Reader {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "what the parser can tell beside these has no structure that a view shows"
    )]
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(Tag::Heading { .. }) => {
                self.end();
                self.heading = true;
            }
            Event::Start(Tag::List(first)) => {
                self.end();
                self.lists.push(first);
            }
            Event::Start(Tag::Item) => {
                self.end();
                self.item = true;
            }
            Event::Start(Tag::CodeBlock(kind)) => {
                self.end();
                let language = match kind {
                    CodeBlockKind::Fenced(words) => {
                        words.split(',').next().unwrap_or("").to_owned()
                    }
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some((language, String::new()));
            }
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                self.link = Some(dest_url.into_string());
            }
            Event::End(TagEnd::Link | TagEnd::Image) => {
                let said = self.phrase.last().map(|(Bit::Text(it) | Bit::Code(it))| it.as_str());
                if let Some(link) = self.link.take()
                    && !said.is_some_and(|it| it.ends_with(&link))
                {
                    self.text(&format!(" ({link})"));
                }
            }
            Event::End(TagEnd::List(_)) => {
                self.end();
                self.lists.pop();
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some((language, text)) = self.code.take() {
                    self.blocks.push(Block::Code { language, text });
                }
            }
            Event::Text(text) => match &mut self.code {
                Some((_, code)) => code.push_str(&text),
                None => self.text(&text),
            },
            Event::Html(text) | Event::InlineHtml(text) => self.text(text.trim_end()),
            Event::Code(code) => self.phrase.push(Bit::Code(code.into_string())),
            Event::SoftBreak | Event::HardBreak => self.text(" "),
            Event::End(
                TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::Item | TagEnd::HtmlBlock,
            )
            | Event::Rule => self.end(),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        match self.phrase.last_mut() {
            Some(Bit::Text(before)) => before.push_str(text),
            _ => self.phrase.push(Bit::Text(text.to_owned())),
        }
    }

    /// Ends what is being gathered.
    fn end(&mut self) {
        let text = Phrase(std::mem::take(&mut self.phrase));
        let heading = std::mem::take(&mut self.heading);
        if text.0.is_empty() {
            return;
        }
        let depth = self.lists.len();
        self.blocks.push(match self.lists.last_mut().filter(|_| self.item) {
            _ if heading => Block::Heading(text),
            None => Block::Text(text),
            Some(next) => {
                let number = *next;
                *next = next.map(|it| it + 1);
                Block::Item { number, depth, text }
            }
        });
        self.item = false;
    }
}
