//! A printable page.
//!
//! Self-contained: its style is inside, it loads nothing and runs nothing, and its policy forbids both.

use std::fmt::Write;

use crate::export::words::{Bit, Phrase};
use crate::plan::visible;

const STYLE: &str = include_str!("page.css");

/// A whole page with what is written into its body; the style is added to that of every page.
pub(super) fn page(title: &str, style: &'static str, body: impl FnOnce(&mut Html)) -> String {
    let mut page = Html::default();
    page.raw("<!doctype html>\n");
    page.within("html", "lang=\"en\"", |page| {
        page.within("head", "", |page| head(title, style, page));
        page.within("body", "", body);
    });
    page.0
}

fn head(title: &str, style: &'static str, page: &mut Html) {
    page.raw("<meta charset=\"utf-8\">\n");
    page.raw(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n",
    );
    page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.raw("<meta name=\"color-scheme\" content=\"light dark\">\n");
    page.within("title", "", |page| {
        page.text(title);
    });
    page.within("style", "", |page| {
        page.raw("\n").raw(STYLE).raw(style);
    });
}

/// A page in the making; whatever is not [`Html::raw`] is escaped.
#[derive(Default)]
pub(super) struct Html(String);

impl Html {
    /// Markup, or words without anything to escape.
    pub(super) fn raw(&mut self, markup: &'static str) -> &mut Html {
        self.0 += markup;
        self
    }

    /// A number.
    pub(super) fn number(&mut self, number: usize) -> &mut Html {
        // Writing to a string does not fail.
        let _ = write!(self.0, "{number}");
        self
    }

    /// Words that may hold anything.
    pub(super) fn text(&mut self, text: &str) -> &mut Html {
        for character in visible(text).chars() {
            self.escape(character);
        }
        self
    }

    /// Lines that may hold anything but have been tamed already.
    pub(super) fn lines(&mut self, lines: &str) -> &mut Html {
        for character in lines.chars() {
            self.escape(character);
        }
        self
    }

    fn escape(&mut self, character: char) {
        match character {
            '<' => self.0 += "&lt;",
            '>' => self.0 += "&gt;",
            '&' => self.0 += "&amp;",
            '"' => self.0 += "&quot;",
            '\'' => self.0 += "&#39;",
            _ => self.0.push(character),
        }
    }

    /// Code; it may break behind its signs, which is where a reader expects it.
    pub(super) fn code(&mut self, code: &str) -> &mut Html {
        self.raw("<code>");
        for piece in visible(code).split_inclusive(['\\', '/', '.', '_', ',', '@', ':', '=']) {
            self.lines(piece).raw("<wbr>");
        }
        self.raw("</code>")
    }

    pub(super) fn phrase(&mut self, phrase: &Phrase) -> &mut Html {
        for bit in &phrase.0 {
            match bit {
                Bit::Text(text) => self.text(text),
                Bit::Code(code) => self.code(code),
            };
        }
        self
    }

    /// An element on lines of its own.
    pub(super) fn within(
        &mut self,
        tag: &'static str,
        attributes: &'static str,
        content: impl FnOnce(&mut Html),
    ) {
        self.raw("<").raw(tag);
        if !attributes.is_empty() {
            self.raw(" ").raw(attributes);
        }
        self.raw(">");
        content(self);
        self.raw("</").raw(tag).raw(">\n");
    }

    /// The head of a table.
    pub(super) fn columns(&mut self, names: &[&'static str]) {
        self.within("thead", "", |page| {
            page.raw("<tr>");
            for name in names {
                page.raw("<th scope=\"col\">").raw(name).raw("</th>");
            }
            page.raw("</tr>");
        });
    }
}
