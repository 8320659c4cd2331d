//! Texts in quotes, as a script and as a values file have them.

/// A text as a script has it: in backticks where a backslash stands in it.
pub(crate) fn literal(text: &str) -> String {
    let plain = !text.contains(['\\', '"']) && !text.contains(char::is_control);
    if plain {
        return format!("\"{text}\"");
    }
    if !text.contains(['`']) && !text.contains("${") && !text.contains(char::is_control) {
        return format!("`{text}`");
    }
    let escaped: String = text
        .chars()
        .map(|it| match it {
            '\\' => "\\\\".to_owned(),
            '"' => "\\\"".to_owned(),
            '\n' => "\\n".to_owned(),
            '\r' => "\\r".to_owned(),
            '\t' => "\\t".to_owned(),
            it if it.is_control() => format!("\\x{:02X}", u32::from(it) & 0xFF),
            it => it.to_string(),
        })
        .collect();
    format!("\"{escaped}\"")
}

/// A text as a values file has it: in single quotes where a backslash stands in it.
pub(crate) fn toml_text(text: &str) -> String {
    let plain = !text.contains(['\\', '"']) && !text.contains(char::is_control);
    if plain {
        return format!("\"{text}\"");
    }
    if !text.contains('\'') && !text.contains(char::is_control) {
        return format!("'{text}'");
    }
    let escaped: String = text
        .chars()
        .map(|it| match it {
            '\\' => "\\\\".to_owned(),
            '"' => "\\\"".to_owned(),
            it if it.is_control() => format!("\\u{:04X}", u32::from(it)),
            it => it.to_string(),
        })
        .collect();
    format!("\"{escaped}\"")
}
