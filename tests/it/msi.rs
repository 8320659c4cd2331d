//! What Windows Installer leaves behind: exit codes, logs of every encoding, and logs without secrets.

use mimeo::installer::causes::CAUSES;
use mimeo::installer::exit::{EXIT_CODES, Outcome, explain};
use mimeo::installer::log::text::{Encoding, decode, encoding};
use mimeo::installer::log::{LIMIT, LINES_BEFORE, failure};
use mimeo::installer::scrub::scrub;

pub(crate) const ENCODINGS: [Encoding; 4] =
    [Encoding::Utf16Le, Encoding::Utf16Be, Encoding::Utf8, Encoding::Windows1252];

/// A log as Windows Installer writes it, with a failure in an immediate action.
const IMMEDIATE: &str = "\
=== Verbose logging started: 11/23/2026  9:41:00  Build type: SHIP UNICODE 5.00.10011.00 ===\r\n\
Action start 9:41:06: InstallValidate.\r\n\
Action ended 9:41:06: InstallValidate. Return value 1.\r\n\
Action start 9:41:07: CheckDatabase.\r\n\
Login failed for user 'CONTOSO\\installer'.\r\n\
\r\n\
Action ended 9:41:07: CheckDatabase. Return value 3.\r\n\
Action ended 9:41:07: INSTALL. Return value 3.\r\n\
Property(S): SERVICE_ACCOUNT_PASSWORD = S3cret Pass\r\n";

/// The same with a failure in a deferred action, whose end is told only as the end of `InstallExecute`.
const DEFERRED: &str = "\
MSI (s) (A4:30) [09:44:10:115]: Executing op: ActionStart(Name=DeploySolution,,)\r\n\
CAQuietExec:  A deployment or retraction is already under way for the solution \"portal.wsp\".\r\n\
CAQuietExec:  Error 0x80070001: Command line returned an error.\r\n\
CustomAction DeploySolution returned actual error code 1603 (note this may not be 100% accurate if translation happened inside sandbox)\r\n\
Action ended 9:44:12: InstallExecute. Return value 3.\r\n\
Action ended 9:44:13: INSTALL. Return value 3.\r\n";

/// The bytes of a log. `mark` puts a byte order mark before it; 8-bit text has none.
pub(crate) fn encoded(text: &str, encoding: Encoding, mark: bool) -> Vec<u8> {
    let text = if mark { format!("\u{feff}{text}") } else { text.to_owned() };
    match encoding {
        Encoding::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Encoding::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        Encoding::Utf8 => text.into_bytes(),
        Encoding::Windows1252 => text
            .chars()
            .filter(|it| *it != '\u{feff}')
            .map(|it| match it {
                '€' => 0x80,
                it if u32::from(it) < 0x100 => u32::from(it) as u8,
                _ => b'?',
            })
            .collect(),
    }
}

/// Numbers that look random and are the same in every run (a linear congruence with Knuth's constants).
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    fn text(&mut self, alphabet: &[char], longest: usize) -> String {
        let length = self.below(longest) + 1;
        (0..length).map(|_| alphabet[self.below(alphabet.len())]).collect()
    }
}

#[test]
fn every_exit_code_is_told_in_words() {
    for code in [0, 1641, 3010, 1602, 1603, 1618, 1619, 1620, 1622, 1625, 1638, 1639] {
        assert!(EXIT_CODES.iter().any(|it| it.code == code), "{code} is missing");
    }
    assert!(EXIT_CODES.is_sorted_by(|a, b| a.code < b.code));
    for row in EXIT_CODES {
        let words = [row.says, row.help];
        assert!(words.iter().all(|it| !it.ends_with('.') && !it.contains('\n')), "{row:?}");
        assert_eq!(row.help.is_empty(), row.outcome == Outcome::Done, "{row:?}");
        assert_eq!(explain(row.code), *row);
    }
    assert_eq!(explain(0).outcome, Outcome::Done);
    assert_eq!(explain(3010).outcome, Outcome::RestartNeeded);
    assert_eq!(explain(1641).outcome, Outcome::RestartBegun);
    assert_eq!(explain(1618).outcome, Outcome::Busy);
    assert_eq!(explain(1602).outcome, Outcome::Cancelled);
    assert_eq!(explain(1603).outcome, Outcome::Failed);
    let unknown = explain(0x8007_0643);
    assert_eq!((unknown.code, unknown.outcome), (0x8007_0643, Outcome::Failed));
}

#[test]
fn a_failure_is_found_in_every_encoding() {
    for it in ENCODINGS {
        for mark in [true, false] {
            let found = failure(&encoded(IMMEDIATE, it, mark)).expect("there is one");
            assert_eq!(found.action.as_deref(), Some("CheckDatabase"), "{it:?} {mark}");
            assert_eq!(found.line, 7);
            assert_eq!(
                found.lines.last().unwrap().what,
                "Action ended 9:41:07: CheckDatabase. Return value 3."
            );
            let causes: Vec<_> = found.causes.iter().map(|it| it.what.says).collect();
            assert_eq!(causes, ["SQL Server does not let this account in"]);
        }
    }
}

#[test]
fn a_deferred_action_is_named_by_its_own_line() {
    let found = failure(&encoded(DEFERRED, Encoding::Utf16Le, true)).expect("there is one");
    assert_eq!(found.action.as_deref(), Some("DeploySolution"));
    assert_eq!(found.line, 5);
    let causes: Vec<_> = found.causes.iter().map(|it| it.what.says).collect();
    assert_eq!(causes[0], "SharePoint is deploying or retracting a solution already");
    assert_eq!(causes.len(), 2, "{causes:?}");
}

#[test]
fn a_custom_action_that_failed_stands_for_a_missing_return_value() {
    let translated = DEFERRED.replace("Return value 3", "Rückgabewert 3");
    let found = failure(&encoded(&translated, Encoding::Utf16Le, true)).expect("there is one");
    assert_eq!((found.action.as_deref(), found.line), (Some("DeploySolution"), 5));
    let broken_off = DEFERRED.split_once("Action ended").expect("it is there").0;
    let found = failure(&encoded(broken_off, Encoding::Utf16Le, true)).expect("there is one");
    assert_eq!((found.action.as_deref(), found.line), (Some("DeploySolution"), 4));
    let ignored = "CustomAction Check returned actual error code 1603 but will be translated to success due to continue marking\n";
    assert_eq!(failure(ignored.as_bytes()), None);
    let succeeded = "CustomAction Check returned actual error code 0 (note …)\n";
    assert_eq!(failure(succeeded.as_bytes()), None);
}

#[test]
fn only_a_whole_three_is_a_failure() {
    for line in [
        "Action ended 9:41:07: A. Return value 1.",
        "Action ended 9:41:07: A. Return value 2.",
        "Action ended 9:41:07: A. Return value 30.",
        "INSTALL. Return value 0.",
    ] {
        assert_eq!(failure(line.as_bytes()), None, "{line}");
    }
    let bare = failure(b"Return value 3").expect("it says so");
    assert_eq!((bare.action, bare.line), (None, 1));
}

#[test]
fn the_lines_before_are_few_and_short() {
    let mut log: String = (0..100).map(|it| format!("line {it}\n\n")).collect();
    log += &"ä".repeat(5_000);
    log += "\nAction ended 9:41:07: A. Return value 3.\n";
    let found = failure(log.as_bytes()).expect("there is one");
    assert_eq!(found.lines.len(), LINES_BEFORE + 1);
    assert_eq!((found.lines[0].line, found.lines[0].what.as_str()), (179, "line 89"));
    assert_eq!(found.lines[LINES_BEFORE - 1].what.chars().count(), 2_001);
}

#[test]
fn an_error_far_above_tells_the_cause() {
    let log = format!(
        "Product: MIM -- Error 1920. Service 'Forefront Identity Manager Service' (FIMService) failed to start.\n{}{IMMEDIATE}",
        "quiet line\n".repeat(50)
    );
    let found = failure(log.as_bytes()).expect("there is one");
    assert!(
        found.causes.iter().any(|it| it.what.says == "a service was installed and did not start")
    );
    assert!(found.lines.iter().all(|it| !it.what.contains("1920")));
}

#[test]
fn what_is_no_log_has_no_failure() {
    let mut numbers = Numbers(7);
    assert_eq!(failure(b""), None);
    for length in 0..200 {
        let bytes: Vec<u8> = (0..length).map(|_| numbers.below(256) as u8).collect();
        assert_eq!(failure(&bytes), None, "{bytes:?}");
        assert!(decode(&bytes).chars().count() <= bytes.len());
    }
}

#[test]
fn a_log_may_break_off_anywhere() {
    for it in ENCODINGS {
        let whole = encoded(DEFERRED, it, true);
        let mut found = false;
        for end in 0..whole.len() {
            let now = failure(&whole[..end]).is_some();
            assert!(now || !found, "{it:?}: what was found at {end} bytes is gone with more");
            found = now;
        }
        assert!(found, "{it:?}");
    }
}

#[test]
fn a_huge_log_is_read_up_to_the_limit() {
    let line = "Action ended 9:41:07: Late. Return value 3.\n";
    let quiet = ["x".repeat(65_535).as_bytes(), b"\n"].concat();
    let mut log = quiet.repeat(LIMIT / quiet.len());
    log.extend_from_slice(line.as_bytes());
    assert_eq!(failure(&log), None);
    log.drain(..line.len());
    assert_eq!(failure(&log).expect("within the limit").action.as_deref(), Some("Late"));
}

#[test]
fn the_encoding_is_known_without_a_mark_too() {
    for it in ENCODINGS {
        let told = encoding(&encoded(IMMEDIATE, it, false)).0;
        let eight_bit = matches!(it, Encoding::Utf8 | Encoding::Windows1252);
        assert_eq!(told, if eight_bit { Encoding::Windows1252 } else { it });
        assert_eq!(decode(&encoded(IMMEDIATE, it, true)), IMMEDIATE);
    }
    assert_eq!(decode(b"Z\xfcrich \x80 5"), "Zürich € 5");
    assert_eq!(decode("Zürich".as_bytes()), "Zürich");
}

#[test]
fn every_cause_can_be_told() {
    for cause in CAUSES {
        assert!(!cause.needles.is_empty() && !cause.source.is_empty(), "{cause:?}");
        assert!(!cause.says.ends_with('.') && !cause.help.ends_with('.'), "{cause:?}");
        for needle in cause.needles {
            assert_eq!(*needle, needle.to_lowercase(), "needles are in lower case");
            assert!(cause.is_told_by(&format!("xx {} yy", needle.to_uppercase())));
        }
        assert!(!cause.is_told_by("Action ended 9:41:07: INSTALL. Return value 3."));
    }
}

#[test]
fn a_secret_is_covered_in_the_encoding_of_the_log() {
    for it in ENCODINGS {
        let log = encoded(IMMEDIATE, it, true);
        let clean = scrub(&log, &["S3cret Pass", "other"]).expect("it is in there");
        assert_eq!(decode(&clean), IMMEDIATE.replace("S3cret Pass", "********"), "{it:?}");
        assert_eq!(encoding(&clean), encoding(&log));
        assert_eq!(scrub(&clean, &["S3cret Pass", "other"]), None);
    }
}

#[test]
fn a_clean_log_stays_as_it_is() {
    let log = encoded(IMMEDIATE, Encoding::Utf16Le, true);
    assert_eq!(scrub(&log, &[]), None);
    assert_eq!(scrub(&log, &["", "*", "********", "hunter2", "s3cret pass"]), None);
    assert_eq!(scrub(b"", &["hunter2"]), None);
}

#[test]
fn quotes_are_found_doubled_too() {
    let log = "Command Line: P=\"a \"\"b\"\" c\"\r\nProperty(S): P = a \"b\" c\r\n";
    for it in ENCODINGS {
        let clean = scrub(&encoded(log, it, true), &["a \"b\" c"]).expect("it is in there");
        let covered = "Command Line: P=\"********\"\r\nProperty(S): P = ********\r\n";
        assert_eq!(decode(&clean), covered, "{it:?}");
    }
}

#[test]
fn the_longer_of_two_secrets_goes_first() {
    let clean =
        scrub(b"P = pass\nQ = password1\n", &["pass", "password1"]).expect("both are in there");
    assert_eq!(clean, b"P = ********\nQ = ********\n");
}

#[test]
fn characters_that_a_code_page_lacks_are_found_as_question_marks() {
    // As wine writes a log: in the code page, with `?` for each unit that it lacks.
    let clean = scrub(b"P = Z\xfcrich ????!\n", &["Zürich 日本😀!"]).expect("it is in there");
    assert_eq!(clean, b"P = ********\n");
}

#[test]
fn a_secret_in_another_encoding_than_the_logs_is_found() {
    for own in [Encoding::Utf16Le, Encoding::Utf8] {
        for other in ENCODINGS {
            let mut log = encoded(IMMEDIATE, own, true);
            log.extend(encoded("\r\nhunter2 von außen\r\n", other, false));
            let clean = scrub(&log, &["hunter2 von außen"]).expect("it is in there");
            let needle = encoded("hunter2 von außen", other, false);
            assert!(!clean.windows(needle.len()).any(|it| it == needle), "{own:?} {other:?}");
        }
    }
}

#[test]
fn nothing_but_secrets_changes() {
    let letters: Vec<char> = "abAB01 \"'\\=;%äß\r\n".chars().collect();
    let mut numbers = Numbers(23);
    let mut found = 0;
    for round in 0..400 {
        let secret = numbers.text(&letters, 4);
        let mut text = numbers.text(&letters, 60);
        if round % 2 == 0 {
            let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            text.insert_str(places[numbers.below(places.len())], &secret);
        }
        for it in ENCODINGS {
            let log = encoded(&text, it, true);
            let clean = scrub(&log, &[&secret]);
            let doubled = secret.replace('"', "\"\"");
            // Which of two that overlap is covered is not said; that none is left, is.
            let is_in = text.contains(&secret) || text.contains(&doubled);
            assert_eq!(clean.is_some(), is_in, "{secret:?} in {text:?}, {it:?}");
            let Some(clean) = clean else { continue };
            let after = decode(&clean).into_owned();
            assert!(!after.contains(&secret), "{secret:?} in {after:?}, {it:?}");
            if doubled == secret {
                assert_eq!(after, text.replace(&secret, "********"), "{secret:?}, {it:?}");
            }
            found += 1;
        }
    }
    assert!(found > 800, "{found}");
}
