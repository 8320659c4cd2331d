//! The plan as one printable page: for the screen beside a wizard, for paper, and for a customer's file.
//!
//! Self-contained: its style is inside, it loads nothing and runs nothing, and its policy forbids both.

use std::fmt::Write;

use crate::export::wizard::{self, Field, Sheet};
use crate::export::words::{self, Bit, Phrase};
use crate::plan::op::{Literal, Ui, Value};
use crate::plan::{Kind, Plan, Right, Step, visible};

const STYLE: &str = include_str!("html.css");

/// The page.
#[must_use]
pub fn render(plan: &Plan) -> String {
    let sheets = wizard::sheets(plan);
    let mut page = Html::default();
    page.raw("<!doctype html>\n");
    page.within("html", "lang=\"en\"", |page| {
        page.within("head", "", |page| head(&plan.title, STYLE, page));
        page.within("body", "", |page| {
            cover(plan, &sheets, page);
            page.within("main", "", |page| {
                steps(plan, page);
                wizard(plan, &sheets, page);
                settings(plan, page);
                rights(plan, page);
                inputs(plan, page);
            });
            page.within("footer", "", |page| {
                page.raw("Made by ").text(&plan.made_by).raw(" as of ").text(&plan.as_of);
                page.raw(". Seal ").code(&plan.seal);
            });
        });
    });
    page.finish()
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
    fn lines(&mut self, lines: &str) -> &mut Html {
        for character in lines.chars() {
            self.escape(character);
        }
        self
    }

    /// The page as a text.
    pub(super) fn finish(self) -> String {
        self.0
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
    fn code(&mut self, code: &str) -> &mut Html {
        self.raw("<code>");
        for piece in visible(code).split_inclusive(['\\', '/', '.', '_', ',', '@', ':', '=']) {
            self.lines(piece).raw("<wbr>");
        }
        self.raw("</code>")
    }

    fn phrase(&mut self, phrase: &Phrase) -> &mut Html {
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
}

/// The head of a page that loads nothing and runs nothing.
pub(super) fn head(title: &str, style: &'static str, page: &mut Html) {
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
        page.raw("\n").raw(style);
    });
}

fn cover(plan: &Plan, sheets: &[Sheet<'_>], page: &mut Html) {
    page.within("header", "class=\"cover\"", |page| {
        page.within("p", "class=\"eyebrow\"", |page| {
            page.raw("Deployment plan");
        });
        page.within("h1", "", |page| {
            page.text(&plan.title);
        });
        if let Some(option) = &plan.option {
            page.within("p", "class=\"lead\"", |page| {
                page.raw("Option ").text(&words::option(option));
            });
        }
        page.within("dl", "class=\"facts\"", |page| facts(plan, sheets, page));
        if let Some(ends) = &plan.ends {
            page.within("p", "class=\"ends\"", |page| {
                page.raw("<strong>Ends ").text(&ends.date).raw("</strong> ").text(&ends.what);
                page.raw(" <small>").text(&ends.source).raw("</small>");
            });
        }
        page.within("nav", "", |page| {
            page.raw("<a href=\"#steps\">Steps</a> ");
            if !sheets.is_empty() {
                page.raw("<a href=\"#wizard\">Wizard sheet</a> ");
            }
            page.raw("<a href=\"#settings\">Settings</a> ");
            page.raw("<a href=\"#rights\">Rights</a> ");
            page.raw("<a href=\"#inputs\">Made from</a>");
        });
    });
}

fn facts(plan: &Plan, sheets: &[Sheet<'_>], page: &mut Html) {
    let mut fact = |name: &str, value: &str| {
        page.within("div", "", |page| {
            page.raw("<dt>").text(name).raw("</dt><dd>").text(value).raw("</dd>");
        });
    };
    for (name, value) in words::headlines(plan) {
        fact(name, &value);
    }
    if let Some(form) = words::form(plan) {
        let (word, meaning) = words::form_words(form);
        fact("form", &format!("{word}: {meaning}"));
    }
    if words::form(plan) != Some(Ui::Quiet) {
        match wizard::by_hand_fields(sheets).len() {
            0 => {}
            count => fact("by hand", &format!("{} of the wizard", words::count(count, "field"))),
        }
    }
    fact("judged as of", &plan.as_of);
}

fn steps(plan: &Plan, page: &mut Html) {
    page.within("section", "id=\"steps\"", |page| {
        page.raw("<h2>Steps</h2>\n");
        page.within("dl", "class=\"legend\"", |page| {
            for kind in words::kinds(plan) {
                page.within("div", "", |page| {
                    page.raw("<dt>");
                    chip(kind, page);
                    page.raw("</dt><dd>").text(words::kind_words(kind)).raw("</dd>");
                });
            }
        });
        for (it, number) in plan.steps.iter().zip(1_usize..) {
            page.within("article", "class=\"step\"", |page| step(plan, it, number, page));
        }
    });
}

fn step(plan: &Plan, step: &Step, number: usize, page: &mut Html) {
    page.within("h3", "", |page| {
        page.raw("<label><input type=\"checkbox\"><span class=\"number\">").number(number);
        page.raw("</span> <span>").phrase(&Phrase::prose(&step.title)).raw("</span></label>");
        chip(step.kind, page);
    });
    page.within("ol", "class=\"ops\"", |page| {
        for op in &step.ops {
            page.raw("<li>").phrase(&words::op(op)).raw("</li>\n");
        }
    });
    for (caption, script) in words::scripts(step) {
        page.within("figure", "", |page| {
            page.raw("<figcaption>").text(caption).raw("</figcaption><pre>");
            page.lines(&script).raw("</pre>");
        });
    }
    page.within("dl", "class=\"details\"", |page| {
        let after = words::predecessors(plan, step);
        if !after.is_empty() {
            page.raw("<dt>After</dt><dd>").raw(if after.len() == 1 { "step " } else { "steps " });
            page.text(&words::numbers(&after)).raw("</dd>\n");
        }
        if let Some(probe) = &step.probe {
            page.raw("<dt>Done when</dt><dd>").phrase(&words::question(probe)).raw("</dd>\n");
        }
        if !step.gives.is_empty() {
            page.raw("<dt>Makes known</dt><dd>");
            list(step.gives.iter().map(|it| Phrase::default().code(it)), page);
            page.raw("</dd>\n");
        }
        if !step.rights.is_empty() {
            page.raw("<dt>Needs</dt><dd>");
            let right =
                |it: &Right| Phrase::default().code(&it.right).text(format!(" on {}", it.on));
            list(step.rights.iter().map(right), page);
            page.raw("</dd>\n");
        }
        page.raw("<dt>Undo</dt><dd>");
        list(words::undo(&step.undo), page);
        page.raw("</dd>\n<dt>Asked for at</dt><dd>");
        page.code(&words::place(plan, &step.from.at)).raw("</dd>\n");
    });
}

/// One phrase as it is, several below each other.
fn list(phrases: impl IntoIterator<Item = Phrase>, page: &mut Html) {
    for (index, phrase) in phrases.into_iter().enumerate() {
        if index > 0 {
            page.raw("<br>");
        }
        page.phrase(&phrase);
    }
}

fn chip(kind: Kind, page: &mut Html) {
    page.raw("<span class=\"chip ").raw(words::kind(kind)).raw("\">");
    page.raw(words::kind(kind)).raw("</span>");
}

fn wizard(plan: &Plan, sheets: &[Sheet<'_>], page: &mut Html) {
    if sheets.is_empty() {
        return;
    }
    page.within("section", "id=\"wizard\"", |page| {
        page.raw("<h2>Wizard sheet</h2>\n<p>").text(&wizard::purpose(plan, sheets)).raw("</p>\n");
        for sheet in sheets {
            page.within("article", "class=\"sheet\"", |page| self::sheet(plan, sheet, page));
        }
    });
}

fn sheet(plan: &Plan, sheet: &Sheet<'_>, page: &mut Html) {
    page.within("header", "", |page| {
        page.raw("<span class=\"number\">")
            .number(sheet.page.number.into())
            .raw("</span><div><h3>");
        page.text(&sheet.page.title).raw("</h3>");
        if !sheet.page.subtitle.is_empty() {
            page.raw("<p>").text(&sheet.page.subtitle).raw("</p>");
        }
        page.raw("</div>");
    });
    if !sheet.fields.is_empty() {
        page.within("table", "", |page| {
            columns(&["Field", "Value", "How", "From"], page);
            page.within("tbody", "", |page| {
                for field in &sheet.fields {
                    self::field(plan, field, page);
                }
            });
        });
    }
    let reasons = wizard::why(sheet);
    if reasons.is_empty() && sheet.page.notes.is_empty() {
        return;
    }
    page.within("ul", "class=\"notes\"", |page| {
        for (reason, labels) in reasons {
            page.raw("<li class=\"why\"><strong>By hand</strong>");
            if let Some(labels) = labels {
                page.raw(" (").text(&labels).raw(")");
            }
            page.raw(": ").phrase(&Phrase::prose(reason)).raw("</li>\n");
        }
        for note in &sheet.page.notes {
            page.raw("<li>").phrase(&Phrase::prose(note)).raw("</li>\n");
        }
    });
}

fn field(plan: &Plan, field: &Field<'_>, page: &mut Html) {
    let class = if field.act.is_by_hand() { "class=\"hand\"" } else { "" };
    page.within("tr", class, |page| {
        page.raw("<th scope=\"row\">").text(&field.setting.label).raw("</th><td>");
        match &field.setting.value {
            Value::Value(Literal::Flag(true)) => page.raw("<span class=\"box on\"></span>ticked"),
            Value::Value(Literal::Flag(false)) => page.raw("<span class=\"box\"></span>clear"),
            value @ (Value::Value(_) | Value::Secret(_) | Value::Slot(_)) => {
                self::value(plan, value, page)
            }
        };
        page.raw("</td><td>");
        if field.act.is_by_hand() {
            page.raw("<label><input type=\"checkbox\"> ").raw(field.act.word()).raw("</label>");
        } else {
            page.raw("<span class=\"quiet\">").raw(field.act.word()).raw("</span>");
        }
        for property in field.properties() {
            page.raw("<br><small>").code(property).raw("</small>");
        }
        page.raw("</td><td class=\"from\">");
        page.phrase(&words::provenance(plan, &field.setting.from)).raw("</td>");
    });
}

fn settings(plan: &Plan, page: &mut Html) {
    page.within("section", "id=\"settings\"", |page| {
        page.raw("<h2>Settings</h2>\n");
        page.within("table", "", |page| {
            columns(&["Name", "Label", "Value", "From"], page);
            for (_, settings) in words::subjects(plan) {
                page.within("tbody", "", |page| {
                    for setting in settings {
                        page.raw("<tr><th scope=\"row\">").code(&setting.name).raw("</th><td>");
                        page.text(&setting.label).raw("</td><td>");
                        value(plan, &setting.value, page).raw("</td><td class=\"from\">");
                        page.phrase(&words::provenance(plan, &setting.from));
                        page.raw("</td></tr>\n");
                    }
                });
            }
        });
    });
}

fn rights(plan: &Plan, page: &mut Html) {
    page.within("section", "id=\"rights\"", |page| {
        page.raw("<h2>Rights needed</h2>\n");
        page.within("table", "", |page| {
            columns(&["Where", "Right", "For step"], page);
            page.within("tbody", "", |page| {
                for (on, right, steps) in words::rights(plan) {
                    page.raw("<tr><th scope=\"row\">").text(on).raw("</th><td>");
                    page.code(right).raw("</td><td>").text(&words::numbers(&steps));
                    page.raw("</td></tr>\n");
                }
            });
        });
    });
}

fn inputs(plan: &Plan, page: &mut Html) {
    page.within("section", "id=\"inputs\"", |page| {
        page.raw("<h2>Made from</h2>\n");
        page.within("table", "", |page| {
            columns(&["Name", "Kind", "SHA-256"], page);
            page.within("tbody", "", |page| {
                for input in &plan.inputs {
                    page.raw("<tr><th scope=\"row\">").code(&input.name).raw("</th><td>");
                    page.raw(words::input_kind(input.kind)).raw("</td><td class=\"digest\">");
                    page.code(&input.sha256).raw("</td></tr>\n");
                }
            });
        });
    });
}

fn columns(names: &[&'static str], page: &mut Html) {
    page.within("thead", "", |page| {
        page.raw("<tr>");
        for name in names {
            page.raw("<th scope=\"col\">").raw(name).raw("</th>");
        }
        page.raw("</tr>");
    });
}

fn value<'a>(plan: &Plan, it: &Value, page: &'a mut Html) -> &'a mut Html {
    match it {
        Value::Value(Literal::Text(text)) if !text.is_empty() => page.code(text),
        Value::Value(Literal::List(texts)) if !texts.is_empty() => {
            list(texts.iter().map(|it| Phrase::default().code(it)), page);
            page
        }
        Value::Value(literal) => page.text(&words::literal(literal)),
        Value::Secret(name) => page.raw("<span class=\"secret\">secret</span> ").code(name),
        Value::Slot(_) => page.text(&words::value(plan, it)),
    }
}
