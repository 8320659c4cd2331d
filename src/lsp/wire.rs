//! Messages on the wire: headers, a length, and JSON.
//!
//! What is malformed is read past and told, so that one bad message ends nothing. (The reader of `lsp-server` ends at the
//! first.)

use std::io::{self, BufRead, Read, Write};

use lsp_server::{ErrorCode, Message};
use serde::Serialize;
use serde_json::{Value, json};

/// What was read.
#[derive(Debug)]
pub(super) enum Frame {
    /// A message.
    Message(Message),
    /// Something that is none, with the answer to it.
    Malformed(Value),
}

/// The most bytes of one message that are kept.
const MOST_BYTES: u64 = 64 << 20;
/// The most bytes of one header.
const MOST_HEADER: u64 = 4096;

/// Reads the next message; none at the end.
pub(super) fn read(input: &mut impl BufRead) -> io::Result<Option<Frame>> {
    let mut length: Option<u64> = None;
    loop {
        let mut line = Vec::new();
        let read = input.by_ref().take(MOST_HEADER).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end_matches(['\r', '\n']);
        if line.is_empty() {
            // Blank lines behind something malformed mean nothing.
            let Some(length) = length else { continue };
            return body(input, length).map(Some);
        }
        if let Some((name, value)) = line.split_once(':')
            && name.trim().eq_ignore_ascii_case("content-length")
        {
            match value.trim().parse() {
                Ok(value) => length = Some(value),
                Err(_) => {
                    let message = format!("`{}` is no length", value.trim());
                    return Ok(Some(malformed(&Value::Null, ErrorCode::ParseError, &message)));
                }
            }
        }
    }
}

fn body(input: &mut impl BufRead, length: u64) -> io::Result<Frame> {
    if length > MOST_BYTES {
        let skipped = io::copy(&mut input.by_ref().take(length), &mut io::sink())?;
        let message = format!("a message of {skipped} bytes is too long");
        return Ok(malformed(&Value::Null, ErrorCode::InvalidRequest, &message));
    }
    let mut bytes = Vec::new();
    input.by_ref().take(length).read_to_end(&mut bytes)?;
    if (bytes.len() as u64) < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let value: Value = match serde_json::from_slice(&bytes) {
        Ok(value) => value,
        Err(error) => {
            return Ok(malformed(&Value::Null, ErrorCode::ParseError, &error.to_string()));
        }
    };
    let id = value.get("id").filter(|it| it.is_string() || it.is_number()).cloned();
    let (calls, asks) = (value.get("method").is_some(), value.get("id").is_some());
    // What calls something and could only be read as an answer is neither, nor is a request without a usable number.
    let fits = |message: &Message| match message {
        Message::Request(_) => true,
        Message::Response(_) => !calls,
        Message::Notification(_) => !asks,
    };
    match serde_json::from_value(value) {
        Ok(message) if fits(&message) => Ok(Frame::Message(message)),
        Ok(_) | Err(_) => {
            let id = id.unwrap_or_default();
            Ok(malformed(
                &id,
                ErrorCode::InvalidRequest,
                "this is no request, notification or answer",
            ))
        }
    }
}

fn malformed(id: &Value, code: ErrorCode, message: &str) -> Frame {
    let error = json!({ "code": code as i32, "message": message });
    Frame::Malformed(json!({ "id": id, "error": error }))
}

/// What nobody answers, with parameters that need not be made a [`Value`] first.
#[derive(Debug, Serialize)]
pub(super) struct Told<'m, P> {
    /// What it is.
    pub(super) method: &'m str,
    /// What is told.
    pub(super) params: P,
}

/// Writes a message, or the answer to something that is none.
pub(super) fn write(output: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    #[derive(Serialize)]
    struct Versioned<'m, M> {
        jsonrpc: &'static str,
        #[serde(flatten)]
        message: &'m M,
    }
    let text = serde_json::to_string(&Versioned { jsonrpc: "2.0", message })?;
    // The standard output hands on whole lines. One that ends where the message does reaches the client in one piece.
    let length = text.len() + 1;
    output.write_all(format!("Content-Length: {length}\r\n\r\n{text}\n").as_bytes())?;
    output.flush()
}
